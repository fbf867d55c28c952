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
NEARLY = 0.6  # of the best fit: another piece that may answer
LED = 0.5  # what the words that lead to a point count, against its own
_SENTENCE = re.compile(r"[^.;:\n]*(?:[.;:](?!\s|$)[^.;:\n]*)*(?:[.;:]|\n|$)")
_FIGURES = re.compile(
    r"\b(bao nhieu|may|bao lau|thoi han|muc|khi nao|tu ngay nao|ngay nao|ty le|toi da|toi thieu|tuoi)\b"
)
_WHO = re.compile(r"\b(ai|co quan nao|don vi nao|cap nao|tham quyen|noi nao|o dau|chuc danh nao)\b")
_LIST = re.compile(r"\b(gom|nhung|cac|dieu kien|ho so|giay to|truong hop nao|nguyen tac|hanh vi)\b")
_HAS_FIGURE = re.compile(r"\d")
# What a question asks the amount of: "bao nhiêu gạo", "mấy tiếng"; and how the law says it.
_AMOUNT = re.compile(r"\b(?:bao nhieu|may)((?: \w+){1,2})|\b(bao lau|muc nao|ty le nao|muc ho tro)\b")
_SAID = {"tieng": "gio", "tien": "dong"}
# Figures that name a place in the law or a date are no amounts.
_PLACES = re.compile(
    r"(?i)(?:điều|khoản|điểm|chương|mục|phần|phụ lục|mẫu|(?<!hệ )số|ngày|tháng|năm|quý)\s+(?:số\s*)?[\dIVX][\w./-]*"
    r"|\d+/\d+(?:/[\w-]+)?|^\s*\d+[a-zđ]?\.\s",
    re.M,
)
_NUMBER = r"(?:\d[\d.,]*|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười)"
_MONEY = r"\d[\d.,]*\s*(?:triệu |tỷ |nghìn |ngàn )?đồng|%|lương cơ sở|[Hh]ệ số \d"
_TIME = rf"{_NUMBER}\s+(?:\(\w+\)\s+)?(?:giờ|ngày|tuần|tháng|năm)\b"
# How an amount of what is asked for is written.
_WRITTEN = {
    "tien": _MONEY,
    "muc": rf"{_MONEY}|\d+ kg",
    "phan": r"%",
    "bao": _TIME,
    **{
        word: rf"{_NUMBER}\s+(?:\(\w+\)\s+)?{unit}\b"
        for word, unit in (
            ("ngay", "ngày"), ("thang", "tháng"), ("nam", "năm"), ("gio", "giờ"), ("tieng", "giờ"), ("tuoi", "tuổi"),
            ("lan", "lần"),
        )
    },
}  # fmt: skip
_HAS_WHO = re.compile(
    r"\b(tham quyen|uy ban nhan dan|chu tich|bo truong|so |bo |co quan|giam doc|thu tuong|chinh phu|toa an)\b"
)
_EXCEPTION = re.compile(r"(?i)(trừ trường hợp|ngoại trừ|không áp dụng|^\s*(?:\d+\.)?\s*Trường hợp)")
_NO_EXCEPTION = re.compile(r"(?i)Trường hợp khác|quy định tại các? điểm [^.;]* khoản này mà")


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
        self.amount = amount_of(question)
        self.of = {_SAID.get(word, word) for word in self.amount}
        self._raw = pieces
        self._texts = [search_text(piece) for piece in pieces]
        count = len(pieces)
        held: dict[str, int] = {}
        for text in self._texts:
            own = text.split()
            for term in {*own, *_pairs(own)} & (self.words | self.pairs):
                held[term] = held.get(term, 0) + 1
        self._weight = {term: math.log(1 + count / (times + 0.5)) for term, times in held.items()}

    def score(self, number: int) -> float:
        """The fit of the piece with that number."""
        return self.gain(number) * self.answers(number)

    def gain(self, number: int) -> float:
        """What it shares with the question; longer pieces are damped."""
        own = self._texts[number].split()
        gained = sum(self._weight.get(word, 0.0) for word in self.words & set(own))
        gained += 1.4 * sum(self._weight.get(pair, 0.0) for pair in self.pairs & set(_pairs(own)))
        return gained / (1 + 0.12 * math.log(1 + len(own) / 30))

    def answers(self, number: int) -> float:
        """How much more it counts for holding what is asked for: a figure, the amount of that very thing, an office."""
        text, raw, more = self._texts[number], self._raw[number], 1.0
        if self.wants_figure and _HAS_FIGURE.search(re.sub(r"^\d+[a-z]? ", "", text)):
            more *= 1.15
        named = self.of & set(text.split()) or ("phan" in self.of and "%" in raw)
        if named and has_amount(raw, self.amount):
            more *= 1.6
        if self.wants_who and _HAS_WHO.search(text):
            more *= 1.15
        return more


def extract(question: str, text: str, parts: Sequence[PartLike]) -> Extract:
    """The piece that fits best, inside its clause where that is short enough, with what leads to it."""
    leaves = leaves_of(text, parts)
    scores = _scores(question, text, leaves)
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
        quote, leads = _cut(question, text, leaf.span), leaf.leads
    mark = _marked(question, text, leaf.span, quote)
    return Extract(
        quote, mark, leaf.clause, leaf.point, leads, exceptions(text, leaves, quote, mark), scores[best]
    )


def rivals(question: str, text: str, parts: Sequence[PartLike]) -> list[str]:
    """The piece that fits best, and behind it those that fit nearly as well: only they may tell cases apart."""
    leaves = leaves_of(text, parts)
    scores = _scores(question, text, leaves)
    order = sorted(range(len(leaves)), key=lambda number: (-scores[number], number))
    return [leaves[one].span.of(text) for one in order if scores[one] >= NEARLY * scores[order[0]]]


def amount_of(question: str) -> tuple[str, ...]:
    """What a question asks the amount of, folded: ("gao",) for "bao nhiêu gạo"; () when it asks for none."""
    found = _AMOUNT.search(search_text(question))
    if found is None:
        return ()
    return tuple((found.group(1) or found.group(2)).split()[:1])


def has_amount(words: str, of: Sequence[str] = ()) -> bool:
    """Whether words of the law hold an amount (of that), not only numbers of articles, documents and dates."""
    written = next((_WRITTEN[one] for one in of if one in _WRITTEN), rf"\d|{_TIME}")
    return bool(re.search(written, _PLACES.sub(" ", words)))


def _scores(question: str, text: str, leaves: Sequence[Leaf]) -> list[float]:
    """How well each piece fits: its own words, and less what leads to it, for its points share that."""
    own = Scorer(question, [leaf.span.of(text) for leaf in leaves])
    led = Scorer(question, [f"{_led(text, leaf)} {leaf.span.of(text)}" for leaf in leaves])
    return [
        ((1 - LED) * own.gain(number) + LED * led.gain(number)) * own.answers(number)
        for number in range(len(leaves))
    ]


def _led(text: str, leaf: Leaf) -> str:
    """The leading sentence of a point belongs to its meaning: "cấm các hành vi sau" decides about each."""
    return leaf.leads[-1].of(text)[:300] if leaf.leads and leaf.point else ""


def _cut(question: str, text: str, span: Span) -> Span:
    """A window of whole lines or sentences, as long as a quote may be, around the one that fits best."""
    if span.end - span.start <= MOST:
        return span
    rows = [one for line in _lines(text, span) for one in ([line] if _short(line) else sentences(text, line))]
    own = Scorer(question, [one.of(text) for one in rows])
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
        inside = leaf.span.start <= mark.start and mark.end <= leaf.span.end
        for one in sentences(text, leaf.span):
            apart = one.end <= mark.start or one.start >= mark.end
            # A point beside the answer is another case of a list; what it excepts, it excepts from itself.
            if not apart or (leaf.point and not inside) or not 20 <= one.end - one.start <= 500:
                continue
            if _EXCEPTION.search(one.of(text)) and not _NO_EXCEPTION.search(one.of(text)):
                found.append(one)
    # Those near the answer first, told in the order of the article.
    nearest = sorted(found, key=lambda one: abs(one.start - mark.start))[:3]
    return tuple(sorted(nearest))


def is_about_list(question: str) -> bool:
    """Whether a question asks for several things ("gồm những gì")."""
    return bool(_LIST.search(search_text(question)))
