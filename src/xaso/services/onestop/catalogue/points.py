"""Points of a version that an officer has to settle, and what a settlement does to the version's data.

Pure: works on the JSON of a version. Rows that read alike make one point, so an officer settles "5 (không rõ
đơn vị)" once and not for every way of filing.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from xaso.kernel.plain.clock.terms import parse_term
from xaso.services.onestop.catalogue.shape import AMBIGUOUS, CHANNEL_LABELS, PARSED, REASONS
from xaso.services.onestop.catalogue.summaries import summary_of_rows

TERM, FEE = "term", "fee"
CONFIRM = "to_confirm"  # read, with a mark: an officer may confirm or correct it
KIND_LABELS = {TERM: "Thời hạn giải quyết", FEE: "Phí, lệ phí"}
_FEE_WORDS = {
    "none": ("none", 0),
    "council": ("set_by_council", None),
    "committee": ("set_by_committee", None),
    "tariff": ("by_tariff", None),
}
_FEE_HELP = (
    "Viết số tiền bằng đồng (ví dụ 20000), hoặc: none (không thu), council (Hội đồng nhân dân quy định), "
    "committee (Ủy ban nhân dân quy định), tariff (theo biểu phí của văn bản đã dẫn)."
)
_PARTS = {"wd": "working_days", "d": "calendar_days", "h": "hours", "mo": "months", "min": "minutes"}


class WrongValue(ValueError):
    """The officer's value cannot be read; the message says how to write it."""


def points_of(data: dict[str, Any]) -> list[dict[str, Any]]:
    """What is ambiguous in the terms and fees of a version, and what was read but waits for confirmation; one
    entry for rows that read alike."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for number, row in enumerate(data.get("channels", []), start=1):
        for kind in (TERM, FEE):
            item = row.get(kind, {})
            reason = _reason(item)
            if not reason:
                continue
            key = (kind, item.get("raw", ""), reason)
            point = found.get(key)
            if point is None:
                found[key] = point = {
                    "key": f"{kind}-{number}",
                    "kind": kind,
                    "label": KIND_LABELS[kind],
                    "rows": [],
                    "channels": [],
                    "raw": item.get("raw", ""),
                    "reason": reason,
                    "message": _message(item, reason),
                    "candidates": _candidates(item, reason),
                    "evidence": item.get("evidence", "") or item.get("note", ""),
                }
            point["rows"].append(number)
            label = CHANNEL_LABELS.get(row.get("channel", ""), "")
            if label not in point["channels"]:
                point["channels"].append(label)
    return list(found.values())


def open_points(data: dict[str, Any]) -> int:
    """How many points of a version are not known; what only waits for confirmation is known and not counted."""
    return sum(point["reason"] != CONFIRM for point in data.get("points", []))


def _reason(item: dict[str, Any]) -> str:
    if item.get("status") == AMBIGUOUS:
        return str(item.get("reason", "")) or AMBIGUOUS
    return CONFIRM if item.get("status") == PARSED and item.get("unconfirmed") else ""


def _message(item: dict[str, Any], reason: str) -> str:
    if reason != CONFIRM:
        return REASONS.get(reason, "")
    return "; ".join([*filter(None, [item.get("basis", "")]), *item["unconfirmed"]])


def _candidates(item: dict[str, Any], reason: str) -> list[str]:
    if reason != CONFIRM:
        return list(item.get("candidates", []))
    return [item["code"]] if item.get("code") else [" | ".join(item["stages"])]


def read_value(kind: str, value: str) -> dict[str, Any]:
    """The officer's value as the settled part of an item. Raises WrongValue with help in Vietnamese."""
    text = value.strip().lower()
    if kind == TERM:
        return _read_term(text)
    if text in _FEE_WORDS:
        fee_kind, amount = _FEE_WORDS[text]
        return {"kind": fee_kind, **({} if amount is None else {"amount": amount, "currency": "VND"})}
    digits = re.sub(r"[.,\s]|đồng$|đ$|vnd$", "", text)
    if not digits.isascii() or not digits.isdigit() or len(digits) > 12:
        raise WrongValue(f"Không đọc được mức phí “{value}”. {_FEE_HELP}")
    amount = int(digits)
    return {"kind": "fixed" if amount else "none", "amount": amount, "currency": "VND"}


def _read_term(text: str) -> dict[str, Any]:
    if text in ("no-result", "by-law"):
        return {"kind": text.replace("-", "_")}
    try:
        if "|" in text:
            stages = [str(parse_term(case.strip())) for case in text.split("|")]
            return {"kind": "by_case", "stages": stages}
        term = parse_term(text)
    except ValueError as error:
        raise WrongValue(
            f"{error} Thủ tục không trả kết quả ghi no-result; pháp luật không quy định thời hạn ghi by-law."
        ) from error
    if len(term.parts) > 1:
        return {"kind": "staged", "code": str(term), "stages": [str(part) for part in term.parts]}
    part = term.parts[0]
    if part.kind == "same-day":
        return {"kind": "same_day", "code": "same-day"}
    amount = float(part.amount)
    return {
        "kind": _PARTS[part.kind],
        "code": str(term),
        "amount": int(amount) if amount.is_integer() else amount,
    }


def settled(data: dict[str, Any], settlement: dict[str, Any]) -> dict[str, Any] | None:
    """A copy of the data with one point settled; None when the text it was settled on is no longer there.

    A settlement holds kind, raw, reason, value, legal_basis, by, at.
    """
    made = copy.deepcopy(data)
    touched = False
    for row in made.get("channels", []):
        item = row.get(settlement["kind"], {})
        if item.get("raw", "") != settlement["raw"] or _reason(item) != settlement["reason"]:
            continue
        kept = {key: item[key] for key in ("raw", "note", "stage_words") if key in item}
        row[settlement["kind"]] = {
            **kept,
            **read_value(settlement["kind"], settlement["value"]),
            "status": PARSED,
            "source": "settled",
            "basis": settlement["legal_basis"],
            "was": {key: item[key] for key in ("reason", "candidates", "code", "unconfirmed") if key in item},
        }
        touched = True
    if not touched:
        return None
    made["settled"] = [*made.get("settled", []), settlement]
    made[settlement["kind"]] = summary_of_rows(made["channels"], settlement["kind"])
    made["points"] = points_of(made)
    return made
