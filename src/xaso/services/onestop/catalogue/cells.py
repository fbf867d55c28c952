"""The portal's table of ways to file, flattened to one string, cut back into rows and cells.

`Hình thức nộp | Thời gian | Phí, lệ phí | Mô tả`. A row begins where a channel's name is followed at once by
something that only the time cell holds and then by something that only the fee cell holds; a channel's name
inside a description is never followed by both. The fee cell's own note stands in round brackets after the
amount, the description follows without a border.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from xaso.services.onestop.catalogue.shape import IN_PERSON, ONLINE, POST

HEADING = "Hình thức nộpThời gianPhí, lệ phíMô tả"
NO_INFORMATION = "Không có thông tin"
FREE = "Miễn phí"
CHANNELS = {"Trực tuyến": ONLINE, "Dịch vụ bưu chính": POST, "Trực tiếp": IN_PERSON}

_NO_RESULT = "Không phải trả kết quả cho người nộp thuế"
_TIME = (
    r"\d+(?:\.\d+)?(?:\s?(?:Ngày làm việc|Ngày|Giờ làm việc|Giờ|Phút|Tuần|Tháng|Năm))?"
    rf"|{NO_INFORMATION}|Không quy định|{_NO_RESULT}"
    # free text of the tax authority; nothing but the fee cell may follow
    rf"|Không\s?(?={NO_INFORMATION}|{FREE})|Hệ thống giải quyết[^.]{{0,160}}?tử\.?(?={NO_INFORMATION})"
)
_MONEY = r"\d[\d,]*\s(?:VNĐ|Việt Nam Đồng|USD|EUR|Euro)"
_ROW = re.compile(
    rf"(?P<channel>Trực tuyến|Dịch vụ bưu chính|Trực tiếp)\s*(?P<time>{_TIME})\s*"
    rf"(?P<fee>{FREE}|{NO_INFORMATION}|{_MONEY})"
)
_SPLIT_NUMBER = re.compile(r"[1-9]\d{0,2}(?:,\d{3})*|0")


@dataclass(frozen=True, slots=True)
class Row:
    """One row as text. `glued` means that the digits of the time and of the fee cell ran together."""

    channel: str
    time: str
    fee: str
    note: str
    note_closed: bool
    description: str
    glued: tuple[tuple[str, str], ...]  # (time digits, fee digits) that the run can mean
    raw: str


def cut_rows(text: str) -> tuple[list[Row], str]:
    """Rows of the table and what was left over before the first row (empty when all was read)."""
    body = text.strip()
    if body.startswith(HEADING):
        body = body[len(HEADING) :]
    starts = list(_ROW.finditer(body))
    if not starts:
        return [], body if body.strip() != NO_INFORMATION else ""
    ends = [*(match.start() for match in starts[1:]), len(body)]
    return [_row(match, body, end) for match, end in zip(starts, ends, strict=True)], body[
        : starts[0].start()
    ]


def _row(match: re.Match[str], body: str, end: int) -> Row:
    note, closed, description = _cut_note(body[match.end() : end])
    time, fee = match["time"].strip(), match["fee"]
    return Row(
        channel=CHANNELS[match["channel"]],
        time=time,
        fee=fee,
        note=note,
        note_closed=closed,
        description=description.strip(),
        glued=_unglue(time, fee),
        raw=body[match.start() : min(end, match.start() + 400)],
    )


def _unglue(time: str, fee: str) -> tuple[tuple[str, str], ...]:
    """Ways to cut `120,000 VNĐ` into a time without unit and an amount; empty when nothing is glued.

    An amount has no leading zero and commas every three digits, so "120,000" can only be 1 and 20,000, while
    "120" may be 1 and 20 or 12 and 0.
    """
    amount, _, _ = fee.partition(" ")
    if not time.isdigit() or not amount[:1].isdigit():
        return ()
    run = time + amount
    cuts = []
    for at in range(1, len(run)):
        left, right = run[:at], run[at:]
        if left.isdigit() and _SPLIT_NUMBER.fullmatch(right) and not (left.startswith("0") and left != "0"):
            cuts.append((left, right))
    return tuple(cuts)


def _cut_note(rest: str) -> tuple[str, bool, str]:
    """The fee note in brackets and the description after it. A note that never closes runs to the end."""
    if not rest.startswith("("):
        return "", True, rest
    depth = 0
    for at, char in enumerate(rest):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return rest[1:at].strip(), True, rest[at + 1 :]
    return rest[1:].strip(), False, ""


def same_channel_twice(rows: list[Row]) -> bool:
    """Whether rows are used for variants of a case, not only for channels."""
    channels = sorted(row.channel for row in rows)
    return any(left == right for left, right in pairwise(channels))
