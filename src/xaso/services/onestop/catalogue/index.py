"""The search index of the catalogue: pure Python, built from a few columns, read-only once built.

Words are folded (no diacritics, one case); pairs of neighbouring syllables are words of their own, since most
Vietnamese words have two. A query is read as typed first; words that the catalogue does not know are mended:
abbreviation, letters typed with Telex left on, two words run together, then the nearest known word.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from xaso.kernel.plain.text import nfc, search_text, sort_key, words
from xaso.services.onestop.catalogue.sayings import found_in, life_events, sayings, without_telex

_CODE = re.compile(r"\d\.\d{6}")
_K1, _B = 1.2, 0.35
_WEIGHTS = {"name": 1.0, "field": 0.45, "pair": 1.35, "prefix": 0.45, "mended": 0.7}
_COMMUNE = "Cấp xã"
_HALF = 0.5
_COMMON = 0.12  # a word of more procedures than this share orders candidates but makes none


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index knows of a procedure."""

    code: str
    name: str
    field: str
    levels: tuple[str, ...]
    key: Any = None  # the caller's own handle


@dataclass(frozen=True, slots=True)
class Hit:
    entry: Entry
    score: float


@dataclass(slots=True)
class Answer:
    """Hits best first, how many in all, and how the query was read when words had to be mended."""

    hits: list[Hit]
    total: int
    read_as: str = ""
    weak: bool = (
        False  # no procedure holds half of what was asked: show the hits as nearest ones, not as answers
    )


@dataclass(slots=True)
class _Query:
    """A query made ready: folded words, their weights, and whether some were mended."""

    words: list[str]
    marked: list[str]  # the words typed with diacritics, as typed
    weights: list[float]
    last_open: bool  # the last word may still be in the typing
    mended: bool = False


class Index:
    """Built once from entries; `search` is safe to call from many threads."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = sorted(entries, key=lambda entry: (sort_key(entry.name), entry.code))
        self.by_code = {entry.code: number for number, entry in enumerate(self.entries)}
        self.folded = [search_text(entry.name) for entry in self.entries]
        self.accented = [frozenset(word.lower() for word in words(nfc(entry.name))) for entry in self.entries]
        self.events = {
            event.key: frozenset(
                number
                for number, entry in enumerate(self.entries)
                if event.holds(entry.code, entry.field, self.folded[number])
            )
            for event in life_events()
        }
        self._postings: dict[str, dict[int, float]] = defaultdict(dict)
        self._lengths = [len(name.split()) for name in self.folded]
        self._average = sum(self._lengths) / max(1, len(self._lengths))
        for number, entry in enumerate(self.entries):
            self._add(number, self.folded[number].split(), "name")
            self._add(number, search_text(entry.field).split(), "field")
        count = len(self.entries)
        self._idf = {
            word: math.log(1 + (count - len(found) + 0.5) / (len(found) + 0.5))
            for word, found in self._postings.items()
        }
        self._single = sorted(word for word in self._postings if " " not in word and len(word) > 1)

    def _add(self, number: int, tokens: list[str], kind: str) -> None:
        shorter = 1 - _B + _B * self._lengths[number] / self._average
        for word in tokens:
            found = self._postings[word]
            found[number] = max(found.get(number, 0.0), _WEIGHTS[kind] * (_K1 + 1) / (1 + _K1 * shorter))
        for left, right in zip(tokens, tokens[1:], strict=False):
            found = self._postings[f"{left} {right}"]
            weight = _WEIGHTS["pair"] * _WEIGHTS[kind] * (_K1 + 1) / (1 + _K1 * shorter)
            found[number] = max(found.get(number, 0.0), weight)

    def search(
        self,
        text: str,
        *,
        only: frozenset[int] | None = None,
        near_commune: bool = True,
        limit: int = 20,
        offset: int = 0,
    ) -> Answer:
        """The best procedures for a text. `only` restricts to entry numbers; `near_commune` favours what a
        commune does itself."""
        code = _CODE.search(text)
        if code and code[0] in self.by_code:
            number = self.by_code[code[0]]
            hits = [Hit(self.entries[number], 1000.0)] if only is None or number in only else []
            return Answer(hits, len(hits))
        query = self._read(text)
        if not query.words:
            return Answer([], 0)
        scores, covered = self._score(query)
        said = self._bonus(query, scores, near_commune)
        ranked = sorted(
            ((score, number) for number, score in scores.items() if only is None or number in only),
            key=lambda pair: (-pair[0], self._lengths[pair[1]], pair[1]),
        )
        if ranked:  # what scores far below the best is noise, not an answer
            floor = ranked[0][0] * 0.18
            ranked = [pair for pair in ranked if pair[0] >= floor]
        page = ranked[offset : offset + limit]
        hits = [Hit(self.entries[number], round(score, 3)) for score, number in page]
        held = covered.get(ranked[0][1], 0.0) * self._agreement(query, ranked[0][1]) if ranked else 0.0
        read_as = " ".join(query.words) if query.mended else ""
        return Answer(hits, len(ranked), read_as, weak=max(said, held) < _HALF)

    def _read(self, text: str) -> _Query:
        typed = [word.lower() for word in words(text[:200])][:24]
        query = _Query([], [], [], last_open=not text.endswith(" "))
        for position, word in enumerate(typed):
            before = query.words[-1] if query.words else ""
            for part, sure in self._known(search_text(word), before, last=position == len(typed) - 1):
                query.words.append(part)
                if sure and part == search_text(word) and not word.isascii():
                    query.marked.append(word)
                query.weights.append(1.0 if sure else _WEIGHTS["mended"])
                query.mended = query.mended or not sure
        return query

    def _known(self, word: str, before: str, *, last: bool) -> list[tuple[str, bool]]:
        """A folded word as words of the catalogue, and whether it stands as typed."""
        said = sayings()
        if word in said.abbreviations:
            return [(part, True) for part in said.abbreviations[word].split()]
        if not word or word in self._postings or word.isdigit() or word in said.fillers:
            return [(word, True)] if word else []
        if word in said.spoken:
            return [(word, True)]
        plain = without_telex(word)
        if plain != word and plain in self._postings:
            return [(plain, False)]
        parted = self._parted(word)
        if parted:
            return [(part, False) for part in parted]
        if last and len(word) >= 2 and any(known.startswith(word) for known in self._single):
            return [(word, True)]
        near = self._nearest(word, before)
        return [(near, False)] if near else [(word, True)]

    def _parted(self, word: str) -> list[str]:
        """Two words typed as one ("khaisinh"), also with a tone key of Telex between them ("ketjhon")."""
        for at in range(2, len(word) - 1):
            left, right = word[:at], word[at:]
            for one in (left, left[:-1]) if left[-1] in "sfrxj" else (left,):
                if one in self._postings and f"{one} {right}" in self._postings:
                    return [one, right]
        return []

    def _nearest(self, word: str, before: str) -> str:
        """The known word at the smallest distance (1, or 2 from six letters on). Of equals the one that makes a
        known pair with the word before it, then one with the same first letter, then the more common."""
        if len(word) < 3:
            return ""
        most = 2 if len(word) >= 6 else 1
        found = process.extract(word, self._single, scorer=OSA.distance, score_cutoff=most, limit=24)
        ranked = sorted(
            found,
            key=lambda row: (
                row[1],
                -len(self._postings.get(f"{before} {row[0]}", ())) if before else 0,
                row[0][0] != word[0],
                -len(self._postings[row[0]]),
            ),
        )
        return str(ranked[0][0]) if ranked else ""

    def _score(self, query: _Query) -> tuple[dict[int, float], dict[int, float]]:
        """Weighted words and pairs, and the share of the query's meaning that each procedure holds. Rare words
        choose the candidates, common ones only order them."""
        fillers = sayings().fillers
        scores: dict[int, float] = defaultdict(float)
        covered: dict[int, float] = defaultdict(float)
        wanted = 0.0
        common = len(self.entries) * _COMMON
        terms = sorted(self._terms(query), key=lambda term: len(self._postings.get(term[0], ())))
        for word, weight, counts in terms:
            postings = self._postings.get(word)
            if not postings:
                continue
            share = self._idf[word] * weight * (0.15 if word in fillers else 1.0)
            wanted += share if counts else 0.0
            only_order = scores and len(postings) > common
            numbers = [number for number in scores if number in postings] if only_order else postings
            for number in numbers:
                scores[number] += share * postings[number]
                if counts:
                    covered[number] += share
        if wanted:
            for number in scores:
                scores[number] *= 0.25 + 0.75 * covered[number] / wanted
        unknown = sum(
            self._meaning(word) for word in query.words if word not in self._postings and word not in fillers
        )
        shares = {number: held / (wanted + unknown) for number, held in covered.items()} if wanted else {}
        return scores, shares

    def _terms(self, query: _Query) -> list[tuple[str, float, bool]]:
        """Words, neighbouring pairs, equal words and an open last word; each with its weight and whether a
        procedure is expected to have it."""
        tokens = query.words
        terms = [(word, weight, True) for word, weight in zip(tokens, query.weights, strict=True)]
        terms += [(f"{left} {right}", 1.0, False) for left, right in zip(tokens, tokens[1:], strict=False)]
        whole = f" {' '.join(tokens)} "
        for left, right in sayings().equals.items():
            if f" {left} " in whole:
                parts = right.split()
                terms += [(part, 0.6, False) for part in parts]
                terms += [(f"{a} {b}", 0.8, False) for a, b in zip(parts, parts[1:], strict=False)]
        last = tokens[-1]
        if query.last_open and len(last) >= 2 and len(self._postings.get(last, ())) < 5:
            more = [word for word in self._single if word.startswith(last) and word != last][:12]
            terms += [(word, _WEIGHTS["prefix"], False) for word in more]
        return terms

    def _phrases(self, query: _Query) -> list[tuple[float, tuple[str, ...]]]:
        """Everyday phrases that a query holds, with the share of the query's meaning that each one covers.

        The rarer its words, the more a phrase weighs; a phrase inside a longer one that fits too is left out.
        """
        said = sayings()
        held = set(query.words)
        fit = [
            phrase
            for first in held
            for phrase in said.starting.get(first, ())
            if held.issuperset(phrase) and found_in(phrase, query.words)
        ]
        fit = [one for one in fit if not any(set(one) < set(other) for other in fit)]
        whole = sum(self._meaning(word) for word in held if word not in said.fillers) or 1.0
        return [
            (min(1.0, sum(self._meaning(word) for word in set(phrase)) / whole), said.phrases[phrase])
            for phrase in fit
        ]

    def _agreement(self, query: _Query, number: int) -> float:
        """The share of the words typed with diacritics that the name has with the same ones; 1 when none was."""
        if not query.marked:
            return 1.0
        return sum(word in self.accented[number] for word in query.marked) / len(query.marked)

    def _meaning(self, word: str) -> float:
        return self._idf.get(word, 6.0)

    def _bonus(self, query: _Query, scores: dict[int, float], near_commune: bool) -> float:
        """Everyday phrases, whole names, diacritics that agree, and the commune's own procedures. Answers the
        share of the query's meaning that the best phrase covers."""
        best = max(scores.values(), default=0.0) or 10.0
        phrases = self._phrases(query)
        for share, codes in phrases:
            for rank, code in enumerate(codes):
                number = self.by_code.get(code)
                if number is not None:
                    scores[number] += best * (1.7 - 0.25 * rank) * share**0.7
        whole = " ".join(query.words)
        for number in scores:
            name = self.folded[number].removeprefix("thu tuc ")
            if whole in (name, self.folded[number]):
                scores[number] += 3 * best
            elif name.startswith(whole + " "):
                scores[number] += 0.35 * best
            elif f" {whole} " in f" {name} ":
                scores[number] += 0.2 * best
            scores[number] *= 0.85 + 0.15 * self._agreement(query, number)
            if near_commune:
                levels = self.entries[number].levels
                scores[number] *= 1.2 if levels == (_COMMUNE,) else 1.12 if _COMMUNE in levels else 0.85
        return max((share for share, _ in phrases), default=0.0)


@dataclass(slots=True)
class Counted:
    """A field or a life event with the number of its procedures."""

    key: str
    title: str
    count: int


def count_fields(index: Index, level: str | None = None) -> list[Counted]:
    """Fields in dictionary order with their counts."""
    counts: dict[str, int] = defaultdict(int)
    for entry in index.entries:
        if level is None or level in entry.levels:
            counts[entry.field] += 1
    return [Counted(name, name, counts[name]) for name in sorted(counts, key=sort_key) if name]


def count_events(index: Index, level: str | None = None) -> list[Counted]:
    """Life events in the order of the page with their counts; empty ones are left out."""
    made = []
    for event in life_events():
        held = index.events[event.key]
        count = sum(1 for number in held if level is None or level in index.entries[number].levels)
        if count:
            made.append(Counted(event.key, event.title, count))
    return made
