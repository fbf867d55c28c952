"""The passage of an article that answers: chosen by the words of the question, always a cut of the stored text.

Everything here is offsets into the article's text; nobody composes a sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from xaso.kernel.plain.text import search_text

WHOLE = 900  # an article up to so many letters is shown whole
MOST = 1600  # no quote is longer
_SENTENCE = re.compile(r"[^.;:\n]*(?:[.;:](?!\s|$)[^.;:\n]*)*(?:[.;:]|\n|$)")
_FIGURES = re.compile(
    r"\b(bao nhieu|may|bao lau|thoi han|muc|khi nao|tu ngay nao|ngay nao|ty le|toi da|toi thieu|tuoi)\b"
)
_WHO = re.compile(r"\b(ai|co quan nao|don vi nao|cap nao|tham quyen|noi nao|o dau|chuc danh nao)\b")
_LIST = re.compile(r"\b(gom|nhung|cac|dieu kien|ho so|giay to|truong hop nao|nguyen tac|hanh vi)\b")
_HAS_FIGURE = re.compile(r"\d")
_HAS_WHO = re.compile(
    r"\b(tham quyen|uy ban nhan dan|chu tich|bo truong|so |bo |co quan|giam doc|thu tuong|chinh phu|toa an)\b"
)
_EXCEPTION = re.compile(r"(?i)(trừ trường hợp|ngoại trừ|không áp dụng|^\s*(?:\d+\.|[a-zđ]\))?\s*Trường hợp)")


class PartLike(Protocol):
    """What the reader of structure answers (kernel.plain.law.parts_of)."""

    @property
    def clause(self) -> str: ...
    @property
    def point(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


@dataclass(frozen=True, order=True)
class Span:
    """From ``start`` up to ``end`` in the article's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The words it covers."""
        return text[self.start : self.end]


@dataclass(frozen=True)
class Extract:
    """What is quoted, what is highlighted in it, its clause and point, the sentence that leads to it, exceptions."""

    quote: Span
    mark: Span
    clause: str = ""
    point: str = ""
    leads: tuple[Span, ...] = ()
    exceptions: tuple[Span, ...] = ()
    score: float = 0.0


@dataclass(frozen=True)
class Leaf:
    """A piece without pieces below it: a point, a clause without points, or a paragraph."""

    span: Span
    clause: str
    point: str
    leads: tuple[Span, ...]
    above: Span


def trimmed(text: str, start: int, end: int) -> Span:
    """The same span without blanks at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def leaves_of(text: str, parts: Sequence[PartLike]) -> list[Leaf]:
    """The smallest pieces in order. Works whether the reader nests points inside their clause or not."""
    clauses: dict[str, list[PartLike]] = {}
    for part in parts:
        if part.clause or part.point:
            clauses.setdefault(part.clause, []).append(part)
    if not clauses:
        return [Leaf(one, "", "", (), one) for one in paragraphs(text)]
    found: list[Leaf] = []
    first = min(part.start for rows in clauses.values() for part in rows)
    head = trimmed(text, 0, first)
    if head.end > head.start:
        found.append(Leaf(head, "", "", (), head))
    lead = (head,) if 0 < head.end - head.start <= MOST // 2 else ()
    for clause, rows in clauses.items():
        whole = trimmed(text, min(one.start for one in rows), max(one.end for one in rows))
        points = [one for one in rows if one.point]
        if not points:
            found.append(Leaf(whole, clause, "", lead, whole))
            continue
        begin = trimmed(text, whole.start, min(one.start for one in points))
        own = (begin,) if clause and 0 < begin.end - begin.start <= MOST // 2 else ()
        for one in points:
            found.append(Leaf(trimmed(text, one.start, one.end), clause, one.point, (*lead, *own), whole))
    return [leaf for leaf in found if leaf.span.end > leaf.span.start] or [
        Leaf(one, "", "", (), one) for one in paragraphs(text)
    ]


def paragraphs(text: str) -> list[Span]:
    """Lines that hold something; a line longer than a quote may be is cut into its sentences."""
    found: list[Span] = []
    for line in re.finditer(r"[^\n]+", text):
        span = trimmed(text, line.start(), line.end())
        if span.end - span.start > MOST:
            found += sentences(text, span)
        elif span.end > span.start:
            found.append(span)
    return found or [Span(0, min(len(text), MOST))]


def sentences(text: str, span: Span) -> list[Span]:
    """Sentences within a span; each at most as long as a quote may be."""
    found = []
    for match in _SENTENCE.finditer(text, span.start, span.end):
        one = trimmed(text, match.start(), match.end())
        while one.end - one.start > MOST:
            cut = text.rfind(" ", one.start, one.start + MOST)
            cut = cut if cut > one.start else one.start + MOST
            found.append(trimmed(text, one.start, cut))
            one = trimmed(text, cut, one.end)
        if one.end > one.start:
            found.append(one)
    return found


def _pairs(words: Sequence[str]) -> list[str]:
    return [f"{one} {two}" for one, two in zip(words, words[1:], strict=False)]


class Scorer:
    """How well a piece fits the question: its words and pairs of words, the rare ones of the article counting more."""

    def __init__(self, question: str, pieces: Sequence[str]) -> None:
        folded = search_text(question)
        words = folded.split()
        self.words, self.pairs = set(words), set(_pairs(words))
        self.wants_figure = bool(_FIGURES.search(folded))
        self.wants_who = bool(_WHO.search(folded))
        self._texts = [search_text(piece) for piece in pieces]
        count = len(pieces)
        held: dict[str, int] = {}
        for text in self._texts:
            own = text.split()
            for term in {*own, *_pairs(own)} & (self.words | self.pairs):
                held[term] = held.get(term, 0) + 1
        self._weight = {term: math.log(1 + count / (times + 0.5)) for term, times in held.items()}

    def score(self, number: int) -> float:
        """The fit of the piece with that number; longer ones are damped."""
        text = self._texts[number]
        own = text.split()
        gained = sum(self._weight.get(word, 0.0) for word in self.words & set(own))
        gained += 1.4 * sum(self._weight.get(pair, 0.0) for pair in self.pairs & set(_pairs(own)))
        if self.wants_figure and _HAS_FIGURE.search(re.sub(r"^\d+[a-z]? ", "", text)):
            gained *= 1.15
        if self.wants_who and _HAS_WHO.search(text):
            gained *= 1.15
        return gained / (1 + 0.12 * math.log(1 + len(own) / 30))


def extract(question: str, text: str, parts: Sequence[PartLike]) -> Extract:
    """The piece that fits best, inside its clause where that is short enough, with what leads to it."""
    leaves = leaves_of(text, parts)
    scorer = Scorer(question, [f"{_led(text, leaf)} {leaf.span.of(text)}" for leaf in leaves])
    scores = [scorer.score(number) for number in range(len(leaves))]
    best = max(range(len(leaves)), key=lambda number: (scores[number], -number))
    leaf = leaves[best]
    whole = trimmed(text, 0, len(text))
    leads: tuple[Span, ...] = ()
    if whole.end - whole.start <= WHOLE:
        quote = whole
    elif leaf.above.end - leaf.above.start <= MOST:
        quote = leaf.above
        leads = tuple(one for one in leaf.leads if one.end <= quote.start)
    else:
        quote, leads = _cut(scorer, text, leaf.span), leaf.leads
    mark = _marked(question, text, leaf.span, quote)
    return Extract(
        quote, mark, leaf.clause, leaf.point, leads, exceptions(text, leaves, quote, mark), scores[best]
    )


def _led(text: str, leaf: Leaf) -> str:
    """The leading sentence of a point belongs to its meaning: "cấm các hành vi sau" decides about each."""
    return leaf.leads[-1].of(text)[:300] if leaf.leads and leaf.point else ""


def _cut(scorer: Scorer, text: str, span: Span) -> Span:
    """A window of whole lines or sentences, as long as a quote may be, around the one that fits best."""
    if span.end - span.start <= MOST:
        return span
    rows = [one for line in _lines(text, span) for one in ([line] if _short(line) else sentences(text, line))]
    own = Scorer(" ".join(scorer.words), [one.of(text) for one in rows])
    best = max(range(len(rows)), key=lambda number: (own.score(number), -number))
    first = last = best
    while True:
        if last + 1 < len(rows) and rows[last + 1].end - rows[first].start <= MOST:
            last += 1
        elif first > 0 and rows[last].end - rows[first - 1].start <= MOST:
            first -= 1
        else:
            return Span(rows[first].start, rows[last].end)


def _short(span: Span) -> bool:
    return span.end - span.start <= MOST


def _lines(text: str, span: Span) -> list[Span]:
    found = [trimmed(text, one.start(), one.end()) for one in re.finditer(r"[^\n]+", text[: span.end])]
    return [Span(max(one.start, span.start), one.end) for one in found if one.end > span.start]


def _marked(question: str, text: str, span: Span, quote: Span) -> Span:
    """What is highlighted: the piece itself when short, else its sentence that fits best."""
    inside = Span(max(span.start, quote.start), min(span.end, quote.end))
    if inside.end <= inside.start:
        return quote
    if inside.end - inside.start <= 320:
        return inside
    rows = sentences(text, inside)
    scorer = Scorer(question, [one.of(text) for one in rows])
    best = max(range(len(rows)), key=lambda number: (scorer.score(number), -number))
    return rows[best]


def exceptions(text: str, leaves: Sequence[Leaf], quote: Span, mark: Span) -> tuple[Span, ...]:
    """Up to three sentences of the article that may turn the answer: "trừ trường hợp", "Trường hợp …"."""
    found: list[Span] = []
    for leaf in leaves:
        for one in sentences(text, leaf.span):
            apart = one.end <= mark.start or one.start >= mark.end
            if apart and 20 <= one.end - one.start <= 500 and _EXCEPTION.search(one.of(text)):
                found.append(one)
    # Those near the answer first, told in the order of the article.
    nearest = sorted(found, key=lambda one: abs(one.start - mark.start))[:3]
    return tuple(sorted(nearest))


def is_about_list(question: str) -> bool:
    """Whether a question asks for several things ("gồm những gì")."""
    return bool(_LIST.search(search_text(question)))
