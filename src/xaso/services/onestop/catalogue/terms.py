"""Processing terms: the number of the time cell, its unit, and where the unit was found.

Hours are written `h` whether or not the text says "giờ làm việc": the portal's cell knows only "Giờ", and the
clock counts hours in working time.

The unit comes from the time cell, else from the description of the same row, else from a sentence of the
steps that states the whole term. Nothing else counts. A number whose unit is nowhere stays ambiguous; so does
a term where the cell and the description contradict each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from xaso.services.onestop.catalogue.cells import NO_INFORMATION, Row
from xaso.services.onestop.catalogue.shape import ABSENT, AMBIGUOUS, ONLINE, PARSED, Term

KINDS = {
    "wd": "working_days",
    "d": "calendar_days",
    "h": "hours",
    "min": "minutes",
    "w": "weeks",
    "mo": "months",
    "y": "years",
}
_CELL_UNITS = {
    "Ngày làm việc": "wd",
    "Ngày": "d",
    "Giờ làm việc": "h",
    "Giờ": "h",
    "Phút": "min",
    "Tuần": "w",
    "Tháng": "mo",
    "Năm": "y",
}
_CELL = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s?(?P<unit>\D+)?")
_WORDS = {
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10,
}  # fmt: skip
_SPOKEN = re.compile(
    r"(?<![\w/.,-])(?P<number>\d+(?:[.,]5)?|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười)"
    r"(?:\s?\((?P<other>[^()]{1,30})\))?\s?"
    r"(?P<unit>ngày\s+làm\s+việc|giờ\s+làm\s+việc|ngày|giờ|phút|tháng|tuần)(?!\w)"
    r"(?!\s*\d)",  # "30 tháng 6" is a date
    re.IGNORECASE,
)
_DATE_BEFORE = re.compile(r"(?:ngày|tháng|sau|trước|thứ|lúc|sau khi|đến|từ)\s*(?:ngày\s*)?$", re.IGNORECASE)
_CLOCK_TIME = re.compile(r"^\s*(?:00|30|15|45)?\s*(?:phút)?\s*(?:cùng ngày|hàng ngày|sáng|chiều|đến)", re.I)
_WHOLE_TERM = re.compile(
    r"(?:trong\s+(?:thời\s+hạn|vòng)|thời\s+hạn\s+(?:giải\s+quyết|cấp)|chậm\s+nhất|không\s+quá)[^.;\n]{0,60}$",
    re.IGNORECASE,
)
_FROM_RECEPTION = re.compile(
    r"^[\s,]{0,3}(?:kể\s+)?từ\s+(?:ngày|khi|lúc|thời\s+điểm)[^.;\n]{0,24}?nhận\s+(?:được\s+)?(?:đầy\s+đủ\s+|đủ\s+)?"
    r"(?:hồ\s+sơ(?!\s+thẩm\s+định|\s+và\s+báo\s+cáo|\s+và\s+kết\s+quả|\s+trình)|giấy\s+tờ|yêu\s+cầu|đơn\b"
    r"|văn\s+bản\s+đề\s+nghị)",
    re.IGNORECASE,
)
_FROM_FILING = re.compile(r"^[\s,]{0,3}kể\s+từ\s+(?:ngày|khi)\s+nộp\s+đủ\s+hồ\s+sơ", re.IGNORECASE)
_STATES_TERM = re.compile(
    r"(?:^|\n)[\s*+–-]*(?:thời\s+hạn\s+giải\s+quyết|thời\s+gian\s+giải\s+quyết|trong\s+thời\s+hạn|trong\s+vòng"
    r"|không\s+quá|tối\s+đa)?[\s:]*(?:trong\s+thời\s+hạn|không\s+quá|tối\s+đa|là)?\s*$"
    r"|thời\s+hạn\s+giải\s+quyết\s*:?\s*(?:trong\s+thời\s+hạn|không\s+quá|tối\s+đa|là)?\s*$",
    re.IGNORECASE,
)
_SAME_DAY = re.compile(
    r"nhận\s+(?:được\s+)?(?:đủ\s+)?(?:hồ\s+sơ|yêu\s+cầu|giấy\s+tờ)?\s*(?:hợp\s+lệ\s+)?sau\s+15\s*(?:giờ|h)"
    r"[^;\n]{0,220}?ngày\s+làm\s+việc\s+tiếp\s+theo",
    re.IGNORECASE,
)
_ONLY_A_CHECK = re.compile(r"thẩm\s+định|kiểm\s+tra|xem\s+xét\s+hồ\s+sơ", re.IGNORECASE)
_FROM_RECEIPT = re.compile(r"^\s*kể\s+từ\s+ngày\s+ghi\s+trên\s+thông\s+báo\s+tiếp\s+nhận", re.IGNORECASE)
_CHECK_AND_RESULT = re.compile(
    r"(?:thẩm\s+định|kiểm\s+tra)[^.;\n]{0,60}?,\s*(?:xem\s+xét,?\s*)?(?:quyết\s+định\s+)?"
    r"(?:cấp\s+(?!xã|tỉnh|huyện|bộ|có)|quyết\s+định|phê\s+duyệt|ban\s+hành|công\s+bố|chấp\s+thuận)",
    re.IGNORECASE,
)
_AFTER_A_CHECK = re.compile(r"sau\s+khi\s+(?:xác\s+minh|có\s+kết\s+quả)[^.;\n]{0,80}$", re.IGNORECASE)
_NO_TERM = re.compile(
    r"không(?:\s+có)?\.?|không\s+quy\s+định(?:\s+thời\s+hạn(?:\s+giải\s+quyết)?)?\.?|không\s+phải\s+trả\s+kết\s+quả.*",
    re.IGNORECASE | re.DOTALL,
)
_NO_TERM_SAID = re.compile(r"không\s+quy\s+định\s+(?:về\s+)?thời\s+hạn\s+giải\s+quyết", re.IGNORECASE)
_LONGER = re.compile(r"kéo\s+dài|gia\s+hạn", re.IGNORECASE)
_CASE = re.compile(r"trường\s+h[ợơ]p|đối\s+với|\bnếu\b", re.IGNORECASE)
_LETTER = re.compile(r"(?:^|[;.\n])\s*[a-zđ]\)\s+")
COLUMN_PRINTS_DAYS = (
    "Cột thời gian của Cổng in “Ngày”, phần mô tả cùng dòng ghi “ngày làm việc”: lấy theo phần mô tả"
)
_NOT_SET = re.compile(r"\W*(?:không|chưa)\s+(?:có\s+)?quy\s+định(?:\s+cụ\s+thể)?\W*", re.IGNORECASE)
_ACCEPTANCE = re.compile(r"thông\s+báo[^.;\n]{0,60}(?:không\s+)?chấp\s+nhận", re.IGNORECASE)
_RESULT = re.compile(
    r"\bcấp\s+(?!xã|tỉnh|huyện|bộ|có)|quyết\s+định|phê\s+duyệt|ban\s+hành(?!\s+kèm)|trả\s+kết\s+quả|công\s+bố|chấp\s+thuận",
    re.IGNORECASE,
)
_NOT_THE_WHOLE = re.compile(
    r"bổ\s+sung|hoàn\s+thiện|tính\s+(?:đầy\s+đủ|hợp\s+lệ)|không\s+đủ|chưa\s+đủ|không\s+đầy\s+đủ"
    r"|không\s+hợp|chưa\s+hợp|chưa\s+đầy\s+đủ|không\s+tiếp\s+nhận|xác\s+minh|lấy\s+ý\s+kiến"
    r"|trao\s+đổi|giao\s+đơn\s+vị|khắc\s+phục|cung\s+cấp|chuyển\s+hồ\s+sơ|tiến\s+hành|hẹn\s+trả|(?:^|[-+*)]\s*)(?:đối\s+với|trường\s+hợp)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A duration found in running text."""

    number: float
    unit: str
    before: str
    after: str
    sentence: str

    @property
    def code(self) -> str:
        return term_code(self.number, self.unit)


def term_code(number: float, unit: str) -> str:
    """`5wd`, `1.5wd`, `60min`: the spelling that the clock and the catalogue share."""
    return f"{number:g}{unit}"


def spoken_terms(text: str) -> list[Spoken]:
    """Every duration in a text, dates and hours of the day left out."""
    found = []
    for match in _SPOKEN.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        unit = _spoken_unit(match["unit"])
        if _DATE_BEFORE.search(before[-12:]) and unit in ("d", "mo"):
            continue
        if unit in ("h", "min") and _CLOCK_TIME.match(after[:40]):
            continue
        word = match["number"].lower()
        number = _WORDS.get(word) or float(word.replace(",", "."))
        found.append(Spoken(number, unit, before[-420:], after[:160], _sentence(text, match)))
    return found


def _spoken_unit(words: str) -> str:
    unit = " ".join(words.lower().split())
    return {
        "ngày làm việc": "wd",
        "giờ làm việc": "h",
        "ngày": "d",
        "giờ": "h",
        "phút": "min",
        "tuần": "w",
    }.get(unit, "mo")


def _sentence(text: str, match: re.Match[str]) -> str:
    start = max(text.rfind(mark, 0, match.start()) for mark in (".", ";", "\n")) + 1
    ends = [at for at in (text.find(mark, match.end()) for mark in (". ", ";", "\n")) if at != -1]
    return " ".join(text[max(start, match.start() - 200) : min([*ends, match.end() + 320])].split())


def read_term(row: Row, steps: str) -> Term:
    """The term of one row of the table."""
    raw = row.time
    if row.glued:
        return _glued_term(row, steps)
    if row.time == NO_INFORMATION:
        return _absent_term(row, steps)
    if _NO_TERM.fullmatch(row.time):
        return Term(PARSED, kind="none", source="column", raw=raw)
    cell = _CELL.fullmatch(row.time)
    if cell is None:
        return Term(AMBIGUOUS, raw=raw, reason="free_text")
    number, words = float(cell["number"]), (cell["unit"] or "").strip()
    if number == 0:
        return Term(AMBIGUOUS, raw=raw, reason="zero_term", amount=0, candidates=["same-day"])
    if words:
        return _against_description(Term(PARSED, raw=raw), number, _CELL_UNITS[words], row.description)
    return _find_unit(raw, number, row, steps)


def _made(term: Term, number: float, unit: str, source: str) -> Term:
    term.kind, term.code = KINDS[unit], term_code(number, unit)
    term.amount, term.source = number, source
    return term


def _minutes(number: float, unit: str) -> float | None:
    return {"h": 60.0, "min": 1.0}.get(unit, 0.0) * number or None


def _against_description(term: Term, number: float, unit: str, description: str) -> Term:
    """A term of the time cell, checked against the durations that its description states."""
    _made(term, number, unit, "column")
    said = spoken_terms(description)
    if not said:
        if _NOT_SET.fullmatch(description.strip()):
            return _unclear(term, "not_set_in_text", [term.code], description.strip())
        return term
    same = [item for item in said if item.number == number and item.unit == unit]
    if same and len(same) < len(said) and all(_AFTER_A_CHECK.search(item.before) for item in same):
        return _unclear(term, "several_terms", [item.code for item in said], said[0].sentence)
    equal = [item for item in said if _minutes(item.number, item.unit) == _minutes(number, unit) is not None]
    if same or equal:
        term.evidence = (same or equal)[0].sentence
        term.stages = _stages([item for item in said if item not in same], number, unit)
        return term
    if unit == "d" and _is_plainly_working_days(said, number, description):
        term.evidence = said[0].sentence
        term.unconfirmed = [COLUMN_PRINTS_DAYS]
        term.stages = _stages(said, number, "wd")
        return _made(term, number, "wd", "description")
    other_unit = [item for item in said if item.number == number]
    stages = _stages(said, number, unit)
    if stages and not other_unit:
        term.stages, term.evidence = stages, said[0].sentence
        return term
    reason = "unit_conflict" if other_unit else "number_mismatch"
    codes = [term.code, *(item.code for item in other_unit or said)]
    return _unclear(term, reason, codes, (other_unit or said)[0].sentence)


def _is_plainly_working_days(said: list[Spoken], number: float, description: str) -> bool:
    """Whether the description states the column's number as working days of the whole term.

    It must open with that number, count from the reception of the dossier and name no case; other durations may
    only be its parts, which add up to it, or what the law lets it be prolonged by.
    """
    first, others = said[0], said[1:]
    if (first.number, first.unit) != (number, "wd") or any(item.number == number for item in others):
        return False
    if not (_FROM_RECEPTION.match(first.after) or _FROM_FILING.match(first.after)) or _CASE.search(
        first.sentence
    ):
        return False
    if _NOT_THE_WHOLE.search(first.sentence):
        return False
    return bool(_stages(said[1:], number, "wd")) or all(_LONGER.search(item.before) for item in others)


def _unclear(term: Term, reason: str, codes: list[str], evidence: str) -> Term:
    term.status, term.reason = AMBIGUOUS, reason
    term.candidates, term.evidence = _codes(codes), evidence
    return term


def _stages(said: list[Spoken], number: float, unit: str) -> list[str]:
    """The parts of a term when all durations of its unit add up to it exactly."""
    parts = [item for item in said if item.unit == unit]
    if len(parts) > 1 and sum(item.number for item in parts) == number:
        return [item.code for item in parts]
    bare = [item for item in said if item.unit == "d"]  # "07 ngày làm việc (Sở: 03 ngày; xã: 04 ngày)"
    if unit == "wd" and len(bare) > 1 and sum(item.number for item in bare) == number:
        return [term_code(item.number, unit) for item in bare]
    return []


def _codes(codes: list[str]) -> list[str]:
    return list(dict.fromkeys(codes))[:8]


def _find_unit(raw: str, number: float, row: Row, steps: str) -> Term:
    """A number without unit: the description of the row first, then the steps."""
    said = [item for item in spoken_terms(row.description) if item.number == number]
    units = {item.unit for item in said}
    if len(units) == 1:
        return _made(Term(PARSED, raw=raw, evidence=said[0].sentence), number, said[0].unit, "description")
    if len(units) > 1:
        return Term(
            AMBIGUOUS,
            raw=raw,
            reason="unit_conflict",
            amount=number,
            candidates=_codes([s.code for s in said]),
        )
    term = Term(AMBIGUOUS, raw=raw, reason="unit_lost", amount=number, candidates=[f"{number:g}?"])
    return _from_steps(term, number, steps, row.channel == ONLINE)


def _from_steps(term: Term, number: float | None, steps: str, online: bool) -> Term:
    """What the steps say about the whole term. Only a sentence that agrees with the number of the cell, counts
    from the reception of the dossier and ends in the result gives the unit; other sentences are candidates."""
    same_day = _SAME_DAY.search(steps)
    if same_day and number in (None, 1):
        term.status, term.reason, term.candidates = PARSED, "", []
        term.kind, term.code, term.source, term.amount = "same_day", "same-day", "steps", None
        term.evidence = " ".join(steps[max(0, same_day.start() - 60) : same_day.end()].split())[-400:]
        return term
    stated = [item for item in spoken_terms(steps) if _WHOLE_TERM.search(item.before)]
    said = [item for item in stated if item.number == number and _is_whole_term(item, online)]
    if said and len({item.unit for item in said}) == 1:
        term.status, term.reason, term.candidates = PARSED, "", []
        term.evidence = said[0].sentence
        return _made(term, said[0].number, said[0].unit, "steps")
    near = [
        item
        for item in stated
        if item.number == number or (number is None and _FROM_RECEPTION.match(item.after))
    ]
    term.candidates = _codes([*term.candidates, *(item.code for item in near)])
    return term


def _is_whole_term(item: Spoken, online: bool) -> bool:
    if online and _ACCEPTANCE.search(
        item.before
    ):  # tax returns filed online: the notice of acceptance ends it
        return True
    said = bool(_FROM_RECEPTION.match(item.after)) and bool(_RESULT.search(item.sentence))
    if _ONLY_A_CHECK.search(item.sentence):
        said = said and bool(_CHECK_AND_RESULT.search(item.sentence)) and "trình" not in item.sentence
    return said and not _NOT_THE_WHOLE.search(item.sentence)


def _absent_term(row: Row, steps: str) -> Term:
    """The cell says nothing: the description may state the term, alone, in stages or by cases."""
    if _NO_TERM_SAID.search(row.description):
        return Term(PARSED, kind="none", source="description", raw=row.description[:400])
    said = spoken_terms(row.description)
    if said:
        term = Term(AMBIGUOUS, raw=row.description[:400], reason="several_terms", evidence=said[0].sentence)
        term.candidates = _codes([item.code for item in said])
        if len(said) == 1:
            if _STATES_TERM.search(said[0].before):
                term.status, term.reason, term.candidates = PARSED, "", []
                return _made(term, said[0].number, said[0].unit, "description")
            term.reason = "free_text"
        elif _in_stages(row.description, said):
            term.status, term.reason, term.candidates = PARSED, "", []
            term.kind, term.source = "staged", "description"
            term.stages = [item.code for item in said]
            term.code = "+".join(term.stages)
        elif _by_cases(row.description, said):
            term.status, term.reason, term.candidates = PARSED, "", []
            term.kind, term.source = "by_case", "description"
            term.stages = _codes([item.code for item in said])
        return term
    term = _from_steps(Term(ABSENT, raw=row.time), None, steps, row.channel == ONLINE)
    if term.status == ABSENT and term.candidates:
        term.status, term.reason = AMBIGUOUS, "only_in_steps"
    return term


def _in_stages(text: str, said: list[Spoken]) -> bool:
    """A list a), b), … of nothing but stages one after another: each ends in its duration, the first counts from
    reception, and none is for a case only."""
    items = [item for item in _LETTER.split(text) if item.strip()]
    if len(items) != len(said) or len(said) < 2 or not _LETTER.match(text):
        return False
    ends = all(
        re.fullmatch(r"[\s.;]*", item.after) or _FROM_RECEPTION.match(item.after) or _LETTER.match(item.after)
        for item in said
    )
    return ends and bool(_FROM_RECEPTION.match(said[0].after)) and not _CASE.search(text)


def _by_cases(text: str, said: list[Spoken]) -> bool:
    """Each duration in a clause of its own that begins from reception, and cases named for all but one."""
    if not all(_FROM_RECEPTION.match(item.after) for item in said):
        return False
    named = [item for item in said if re.search(r"trường\s+h[ợơ]p|đối\s+với", item.sentence, re.IGNORECASE)]
    return len(named) >= len(said) - 1


def _glued_term(row: Row, steps: str) -> Term:
    """Digits of time and fee ran together; with one possible cut the number is known, its unit is not."""
    numbers = list(dict.fromkeys(left for left, _ in row.glued))
    raw = f"{row.time}{row.fee}"
    if len(numbers) == 1:
        return _find_unit(raw, float(numbers[0]), row, steps)
    return Term(AMBIGUOUS, raw=raw, reason="digits_glued", candidates=[f"{number}?" for number in numbers])
