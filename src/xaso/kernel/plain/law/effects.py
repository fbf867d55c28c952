"""What a document says it ends: "thay thế Thông tư số …", "bãi bỏ Điều 3 Thông tư số …", "… hết hiệu lực".

Read for precision: what is only described ("hướng dẫn thi hành Nghị định số …") or supposed ("khi được thay thế") is
left out, and "trừ …" makes an end partial.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from xaso.kernel.plain.law.citing import Citation, citations
from xaso.kernel.plain.law.dates import day_in
from xaso.kernel.plain.law.notes import REPEALS, REPLACES
from xaso.kernel.plain.law.places import Place

_SUPPOSED = re.compile(
    r"(?:khi|nếu|trường hợp|trong trường hợp)\b[^.;\n]{0,260}(?:được|bị)\s+(?:sửa đổi|bổ sung|thay thế|bãi bỏ)"
    r"|(?:sửa đổi|bổ sung)[^.;\n]{0,40}(?:hoặc|hay|,)\s*(?:được\s+)?thay thế\s+(?:bằng|bởi)",
    re.I,
)
_REPLACES = re.compile(
    r"(?<!bị )(?<!được )(?<!sung hoặc )thay\s+thế\s+(?:cho\s+)?(?!bằng|bởi|cụm|từ\b)", re.I
)
_REPEALS = re.compile(r"(?:bãi|hủy|huỷ)\s+bỏ(?!\s+(?:cụm|từ\b|việc|quyết định đã))", re.I)
_ENDS = re.compile(r"hết\s+hiệu\s+lực|không\s+còn\s+hiệu\s+lực|(?:bị|được)\s+bãi\s+bỏ", re.I)
_EXCEPT = re.compile(r"(?<!\w)trừ(?:\s+(?:các\s+)?(?:trường hợp|quy định|nội dung|điều|khoản|điểm)|\s)", re.I)
_PARTLY = re.compile(
    r"(?:quy định|nội dung|phần|chương|mục|phụ lục|biểu|mẫu|cụm từ|thủ tục)[^.;\n]{0,120}$", re.I
)
_DESCRIBES = re.compile(
    r"sửa đổi|hướng dẫn|thi hành|chi tiết|thực hiện|ban hành kèm|căn cứ|theo\s*$|một số điều của", re.I
)
_SINCE = re.compile(r"(?:kể\s+)?từ\s+ngày\s+(?=\d)", re.I)
_ITEM = re.compile(r"\s*(?:[a-zđ]\d?\)|-|\+|\d+\.\d+\.?|\d+\))\s")


@dataclass(frozen=True)
class Effect:
    """One end: what is replaced or repealed, wholly or not, from which day (None: the day this document begins)."""

    kind: str
    target: Citation
    whole: bool
    on: date | None


def effects(text: str, here: Place) -> list[Effect]:
    """What the article ``here`` says of other documents."""
    found: list[Effect] = []
    seen: set[tuple[str, str, str, str, str]] = set()
    for line, kind, on in _lines(text):
        for effect in _of_line(line, kind, on, here):
            one = effect.target
            key = (effect.kind, one.number, one.article, one.clause, one.point)
            if key not in seen:
                seen.add(key)
                found.append(effect)
    return found


def _lines(text: str) -> Iterator[tuple[str, str, date | None]]:
    """Lines that may end something; items of a list carry the verb of the line that opens it."""
    kind, on = "", None
    for line in text.split("\n"):
        if _SUPPOSED.search(line):
            kind = ""
            continue
        ends = REPLACES if _REPLACES.search(line) else ""
        ends = ends or (REPEALS if _REPEALS.search(line) or _ENDS.search(line) else "")
        item = _ITEM.match(line)
        if ends:
            yield line, "", None
            opens = line.rstrip().endswith(":")
            kind, on = (ends, _since(line)) if opens else ("", None)
        elif kind and item:
            yield line, kind, on
        elif not item:
            kind = ""


def _since(line: str) -> date | None:
    found = _SINCE.search(line)
    return day_in(line, found.start()) if found else None


def _of_line(line: str, carried: str, on: date | None, here: Place) -> Iterator[Effect]:
    cited = [one for one in citations(line) if one.number]
    if not cited:
        return
    spared = _EXCEPT.search(line)
    if carried:
        for one in _objects(line, cited, 0, len(line)):
            yield Effect(carried, one, not one.article and not _before(line, one), on)
        return
    for pattern, kind in ((_REPLACES, REPLACES), (_REPEALS, REPEALS)):
        verb = pattern.search(line)
        if verb is not None and not _ENDS.match(line, max(0, verb.start() - 4)):
            for one in _objects(line, cited, verb.end(), len(line)):
                yield Effect(
                    kind, one, not one.article and not spared and not _before(line, one, verb.end()), None
                )
            return
    end = _ENDS.search(line)
    if end is None:
        return
    since = _since(line[end.start() :])
    for one in _objects(line, cited, 0, end.start()):
        yield Effect(REPEALS, one, not one.article and not spared and not _before(line, one), since)


def _before(line: str, one: Citation, start: int = 0) -> bool:
    """Whether only something of the document is meant ("các quy định về … của Thông tư số …")."""
    return bool(_PARTLY.search(line[start : one.start]))


def _objects(line: str, cited: list[Citation], start: int, end: int) -> list[Citation]:
    """The first document in a stretch and those that stand in line with it, not what they are about."""
    inside = [one for one in cited if start <= one.start and one.end <= end]
    if not inside:
        return []
    first = inside[0]
    if _DESCRIBES.search(line[start : first.start]):
        return []
    taken = [one for one in inside if one.end == first.end]
    last = first
    for one in inside:
        if one.end == first.end or one.end == last.end:
            continue
        gap = line[last.end : one.start]
        if not re.search(r"(?:[,;]|(?<!\w)và)\s*$", gap) or _DESCRIBES.search(gap):
            break
        taken += [other for other in inside if other.end == one.end]
        last = one
    return taken
