"""Chains of provisions: "điểm a, b khoản 1 và khoản 3 Điều 5", before anybody asks of which document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

S = r"[ \t\u00a0]"
_UNIT = re.compile(rf"(?:[Cc]ác{S}+)?(?:([Đđ]iểm)|([Kk]hoản)|([Đđ]iều|ĐIỀU))(?:{S}+|(?=\d))", re.U)
_LABELS = {
    1: re.compile(r"(?:([a-zđ])\1|[a-zđ]\d?|\d{1,2}(?:\.\d{1,2})*|này)(?!\w)"),
    2: re.compile(r"(?:\d{1,3}[a-zđ]{0,2}(?![\w/%])(?!\.\d)(?!,\d)|này(?!\w))"),
    3: re.compile(r"(?:\d{1,4}[a-zđA-ZĐ]{0,2}(?![\w/%])(?!\.[\d\w])(?!,\d)|này(?!\w))"),
}
_RANGE = re.compile(rf"{S}*(?:đến{S}+(?:hết{S}+)?|tới{S}+|[-–]{S}*)")
_LIST = re.compile(rf"{S}*[,;]{S}*(?:(?:và|hoặc|hay){S}+)?|{S}+(?:và/hoặc|và|hoặc|hay){S}+(?:tại{S}+)?")
_ASIDE = rf"(?:{S}*\([^()\n]{{1,60}}\))?"
_LINK = re.compile(
    rf"{_ASIDE}{S}*[,;]?{S}*"
    rf"(?:(?:và/hoặc|và|hoặc|hay|của|tại|thuộc|trong|đến|tới|từ|ở|quy{S}+định{S}+tại|hoặc{S}+tại){S}+)*"
)
# After a bare number in a list ("Điều 8 và 10 …") these may follow; "10 ngày" is not an article.
_AFTER = re.compile(
    rf"(?:{S}*(?:[.,;:()\]”\n]|$)|{S}+(?:[A-ZĐ]|(?:khoản|điểm|điều|và|hoặc|hay|đến|của|này|tại|thuộc|nêu|trên|ban|quy|được|"
    r"mục|phần|chương|thì|phải|trừ|để|trong|theo|có|không|nói|đã|là|với|cho|do|bị|kèm|dưới|sau|tương|như|mà|khi|cùng|"
    rf"các|bằng|từ|đối|nhưng|còn|và/hoặc)(?:{S}|[,.;]|$)))"
)


@dataclass(frozen=True)
class Term:
    """One unit word with its labels; a span is (first, last) of a range or (label, "")."""

    level: int  # 1 điểm, 2 khoản, 3 Điều
    spans: tuple[tuple[str, str], ...]
    start: int
    end: int

    @property
    def labels(self) -> list[str]:
        """All labels as written."""
        return [one for span in self.spans for one in span if one]


@dataclass(frozen=True)
class Chain:
    """Terms that follow each other with nothing but commas, "và", "của" … between."""

    terms: list[Term]
    start: int
    end: int


def chains(text: str) -> Iterator[Chain]:
    """Every chain that names an article or this clause, in order."""
    at = 0
    while True:
        found = _UNIT.search(text, at)
        if found is None:
            return
        if found.start() and text[found.start() - 1].isalnum():
            at = found.end()
            continue
        terms: list[Term] = []
        place: int | None = found.start()
        while place is not None:
            term = _term(text, place)
            if term is None:
                break
            terms.append(term)
            place = _next(text, term.end)
        if not terms:
            at = found.end()
            continue
        at = terms[-1].end
        if any(term.level == 3 or "này" in term.labels for term in terms):
            yield Chain(terms, terms[0].start, terms[-1].end)


def _next(text: str, end: int) -> int | None:
    """Where the next unit word stands, when only links lie between."""
    link = _LINK.match(text, end)
    place = link.end() if link else end
    if place == end:
        return None
    return place if _UNIT.match(text, place) else None


def _term(text: str, place: int) -> Term | None:
    unit = _UNIT.match(text, place)
    if unit is None:
        return None
    level = 1 if unit[1] else 2 if unit[2] else 3
    label = _LABELS[level]
    first = label.match(text, unit.end())
    if first is None:
        return None
    spans = [(first[0].lower(), "")]
    end = first.end()
    while first[0] != "này":
        ranged = _same_unit(text, _RANGE, end, level)
        if ranged is not None and not spans[-1][1]:
            spans[-1] = (spans[-1][0], ranged[0].lower())
            end = ranged.end()
            continue
        listed = _bare(text, end, level)
        if listed is None:
            break
        spans.append((listed[0].lower(), ""))
        end = listed.end()
    return Term(level, tuple(spans), place, end)


def _same_unit(text: str, between: re.Pattern[str], end: int, level: int) -> re.Match[str] | None:
    """The label behind "đến", with or without the unit word again."""
    gap = between.match(text, end)
    if gap is None:
        return None
    again = _UNIT.match(text, gap.end())
    if again is not None and again[level] is None:
        return None
    label = _LABELS[level].match(text, again.end() if again else gap.end())
    if label is None or label[0] == "này" or (again is None and not _AFTER.match(text, label.end())):
        return None
    # "khoản 1 đến khoản 4 Điều 7" is a range; "khoản 1 Điều 5 đến …" never comes here.
    return label


def _bare(text: str, end: int, level: int) -> re.Match[str] | None:
    """A further label without its unit word: "các điểm a, b và c", "Điều 5, 6 và 7"."""
    gap = _LIST.match(text, end)
    if gap is None:
        return None
    label = _LABELS[level].match(text, gap.end())
    if label is None or label[0] == "này" or not _AFTER.match(text, label.end()):
        return None
    return label
