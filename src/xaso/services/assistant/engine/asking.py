"""A question to the terms it is looked up by: syllables, pairs, statute words for everyday ones, repaired spelling."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np

from . import citing, spelling
from .view import View
from .words import Array, Tokens, clean, pair, scan

LONGEST = 80  # tokens of a question that are read
PAIRS, SYNONYMS = 0.6, 0.5
ANY_MARK = 255


@dataclass(frozen=True)
class Asked:
    """Terms of a question (each once): the first ``own`` are its own, the others statute words for them."""

    words: Array
    marks: Array
    own: int
    left: Array  # of each pair, places in ``words``
    right: Array
    own_pairs: int
    length: int
    marked: bool
    repaired: tuple[tuple[str, str], ...]
    cited: citing.Cited

    @property
    def pairs(self) -> Array:
        """Hashes of the pairs."""
        return pair(self.words[self.left], self.words[self.right])


@dataclass(frozen=True)
class _Phrase:
    words: tuple[int, ...]
    marks: tuple[int, ...]
    meant: tuple[Tokens, ...]


def understand(view: View, text: str) -> Asked:
    """Read a question against the index it will be looked up in."""
    text = clean(text)
    tokens = scan(text)
    words, marks = tokens.word[:LONGEST], tokens.mark[:LONGEST].copy()
    plain = scan(_without_marks(tokens))
    marked = bool(len(words)) and bool((plain.mark[: len(marks)] != marks).any())
    if not marked:
        marks = np.full(len(words), ANY_MARK, dtype=np.uint8)
    said = [tokens.said(at) for at in range(len(words))]
    words, marks, repaired = spelling.repair(view, said, words, marks, everyday_words())
    collected = _Collected()
    collected.take(words, marks)
    own, own_pairs = len(collected.words), len(collected.left)
    for phrase in _meant(words, marks):
        for meant in phrase.meant:
            collected.take(meant.word, np.full(len(meant), ANY_MARK) if not marked else meant.mark)
    return Asked(
        np.array(collected.words, dtype=np.uint64),
        np.array(collected.marks, dtype=np.uint8),
        own,
        np.array(collected.left, dtype=np.int64),
        np.array(collected.right, dtype=np.int64),
        own_pairs,
        len(words),
        marked,
        repaired,
        citing.read(text),
    )


def _without_marks(tokens: Tokens) -> str:
    return " ".join(tokens.said(at) for at in range(min(len(tokens), LONGEST)))


class _Collected:
    """Terms and pairs, each once, in the order of their coming."""

    def __init__(self) -> None:
        self.words: list[int] = []
        self.marks: list[int] = []
        self.left: list[int] = []
        self.right: list[int] = []
        self._places: dict[int, int] = {}
        self._pairs: set[tuple[int, int]] = set()

    def take(self, words: Array, marks: Array) -> None:
        """The terms of one run of words."""
        before = -1
        for word, mark in zip(words.tolist(), marks.tolist(), strict=True):
            place = self._places.get(word, -1)
            if place < 0:
                if len(self.words) >= 250:
                    return
                place = self._places[word] = len(self.words)
                self.words.append(word)
                self.marks.append(mark)
            if before >= 0 and (before, place) not in self._pairs:
                self._pairs.add((before, place))
                self.left.append(before)
                self.right.append(place)
            before = place


def _meant(words: Array, marks: Array) -> list[_Phrase]:
    """Everyday phrases of the list that stand in a question; the longest at each place."""
    found: list[_Phrase] = []
    said, signs = words.tolist(), marks.tolist()
    taken = 0
    for at, word in enumerate(said):
        for phrase in phrases().get(word, ()):
            end = at + len(phrase.words)
            if at < taken or tuple(said[at:end]) != phrase.words:
                continue
            if all(sign in (ANY_MARK, mark) for sign, mark in zip(signs[at:end], phrase.marks, strict=True)):
                found.append(phrase)
                taken = end
                break
    return found


@lru_cache(1)
def everyday_words() -> frozenset[int]:
    """Words of the list that stand in no law perhaps and are no typing errors."""
    return frozenset(word for some in phrases().values() for phrase in some for word in phrase.words)


@lru_cache(1)
def phrases() -> dict[int, list[_Phrase]]:
    """The list of everyday phrases by their first word, the longest first."""
    text = resources.files(__package__).joinpath("data/everyday.tsv").read_text(encoding="utf-8")
    found: dict[int, list[_Phrase]] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        said, meant = line.split("\t")
        tokens = scan(clean(said.strip()))
        one = _Phrase(
            tuple(tokens.word.tolist()),
            tuple(tokens.mark.tolist()),
            tuple(scan(clean(part.strip())) for part in meant.split(";")),
        )
        found.setdefault(one.words[0], []).append(one)
    for some in found.values():
        some.sort(key=lambda phrase: -len(phrase.words))
    return found
