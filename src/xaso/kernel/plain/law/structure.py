"""The structure of an article: lead, clauses (khoản), points (điểm), each with its place in the stored text.

A clause begins a line with "1. ", a point with "a) ". Numbers must rise, so that rows of tables and the new wording
quoted inside an amending article are not taken for clauses of this one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from xaso.kernel.plain.law.places import ALPHABET, label_order

_LINE = re.compile(r"[^\n]*(?:\n|$)")
_CLAUSE = re.compile(r"[ \t\u00a0]*(?:Khoản\s+)?(\d{1,3}[a-zđ]{0,2})\s?[.)](?!\d)(?:[ \t\u00a0]|(?=\D))")
_POINT = re.compile(r"[ \t\u00a0]*([a-zđ]\d?|([a-zđ])\2)\s?[).](?=\D)")
_GAP = 8  # so many numbers may be missing between two clauses (repealed ones are left out by some sources)
_OPENING, _CLOSING = "“", "”"


@dataclass(frozen=True)
class Part:
    """A clause or a point: ``text`` is the article's text from ``start`` to ``end``; ``lead`` is what leads to it.

    A clause's part holds its points too; they follow it in the list.
    """

    clause: str
    point: str
    text: str
    start: int
    end: int
    lead: str


def parts_of(article_text: str) -> list[Part]:
    """Clauses and points in order. [] for an article without any."""
    marks = _marks(article_text)
    if not marks:
        return []
    end_of_all = _trimmed_end(article_text, 0, len(article_text))
    head = article_text[: marks[0][0]].strip()
    found = []
    for at, (start, clause, point) in enumerate(marks):
        later = [one for one in marks[at + 1 :] if not (clause and not point and one[2] and one[1] == clause)]
        end = _trimmed_end(article_text, start, later[0][0]) if later else end_of_all
        lead = head
        if point and clause:
            own = next(one for one in marks if one[1] == clause)
            first = next(one for one in marks if one[1] == clause and one[2])
            lead = article_text[own[0] : first[0]].strip()
        found.append(Part(clause, point, article_text[start:end], start, end, lead))
    return found


def _trimmed_end(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end


def _marks(text: str) -> list[tuple[int, str, str]]:
    """(offset, clause, point) where each begins."""
    hidden = quoted(text)
    begins = [one[0] for one in hidden]
    marks: list[tuple[int, str, str]] = []
    clause = point = ""
    for found in _LINE.finditer(text):
        line, start = found[0], found.start()
        inside = bisect_right(begins, start) - 1
        if inside >= 0 and start < hidden[inside][1] and start != hidden[inside][0]:
            continue
        numbered = _CLAUSE.match(line)
        if numbered and _follows(numbered[1], clause):
            clause, point = numbered[1], ""
            marks.append((start + _indent(line), clause, ""))
            continue
        lettered = _POINT.match(line)
        if lettered and _letter_follows(lettered[1], point):
            point = lettered[1]
            marks.append((start + _indent(line), clause, point))
    return marks


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t\u00a0"))


def _follows(label: str, last: str) -> bool:
    number, _ = label_order(label)
    if not last:
        return 1 <= number <= 3
    before, _ = label_order(last)
    return label_order(label) > label_order(last) and number - before <= _GAP


def _letter_follows(label: str, last: str) -> bool:
    here, _ = label_order(label)
    if here < 0:
        return False
    if not last:
        return here <= 2
    return label_order(label) > label_order(last) and here - label_order(last)[0] <= 4


def quoted(text: str) -> list[tuple[int, int]]:
    """Stretches of quoted text that run over lines: the new wording inside an amending article."""
    found: list[tuple[int, int]] = []
    at = text.find(_OPENING)
    while at >= 0:
        close, depth, place = -1, 1, at + 1
        while depth and place < len(text):
            char = text[place]
            depth += (char == _OPENING) - (char == _CLOSING)
            if not depth:
                close = place + 1
            place += 1
        if close < 0:
            # Never closed by count: the first mark that ends a line closes it.
            ending = re.compile(r"”[.;,]?\s*(?:\n|$)").search(text, at)
            close = ending.end() if ending else at + 1
        if "\n" in text[at:close]:
            found.append((at, close))
        at = text.find(_OPENING, max(close, at + 1))
    return found


@dataclass(frozen=True)
class Spot:
    """Where an offset lies in an article: clause and point, "" outside any."""

    clause: str = ""
    point: str = ""


def spot_at(parts: Sequence[Part], offset: int) -> Spot:
    """The innermost clause and point at an offset."""
    best = Spot()
    for part in parts:
        if part.start <= offset < part.end:
            best = Spot(part.clause, part.point)
    return best


def part_at(parts: Sequence[Part], clause: str, point: str = "") -> Part | None:
    """The part with these labels; None when the article has none such."""
    return next((one for one in parts if one.clause == clause and one.point == point), None)


def letters_between(first: str, last: str) -> list[str]:
    """Points of a range in the alphabet of the law: "a" to "e" is a b c d đ e."""
    a, b = ALPHABET.find(first), ALPHABET.find(last)
    return list(ALPHABET[a : b + 1]) if len(first) == len(last) == 1 and 0 <= a <= b else [first, last]
