"""Vietnamese text to tokens by whole arrays: no step of Python for each word.

A token is a syllable (or a number). Its identity is a 64-bit hash of the syllable without diacritics and in small
letters; a byte beside it keeps the diacritics, so that one index serves both kinds of typing. Where the tone mark
stands (hoà, hòa) makes no difference.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

LIMIT = 0x2000
SLOT = "\x1f"
_WORD, _LINE, _SLOT = 1, 2, 3
_TONES = {"\u0300": 1, "\u0301": 2, "\u0303": 3, "\u0309": 4, "\u0323": 5}
_LONGEST = 48


def spread(values: Array) -> U64:
    """A good 64-bit mix of 64-bit numbers (splitmix64)."""
    mixed = np.asarray(values, dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _tables() -> tuple[Array, Array, U64, U64]:
    kind = np.zeros(LIMIT, dtype=np.uint8)
    plain = np.zeros(LIMIT, dtype=np.uint16)
    marks = np.zeros(LIMIT, dtype=np.uint64)
    for code in range(LIMIT):
        char = chr(code)
        if not char.isalnum():
            continue
        kind[code] = _WORD
        low = unicodedata.normalize("NFD", char.lower())
        base = "d" if low[0] in "đð" else low[0]
        plain[code] = min(ord(base), LIMIT - 1)
        tone = next((_TONES[mark] for mark in low if mark in _TONES), 0)
        hat = sum(ord(mark) for mark in low[1:] if mark not in _TONES) + (7 if low[0] in "đð" else 0)
        marks[code] = tone | (hat << 3)
    kind[ord("\n")] = _LINE
    kind[ord(SLOT)] = _SLOT
    letters = spread(np.arange(LIMIT))
    return kind, plain, letters, marks


KIND, PLAIN, _LETTERS, _MARKS = _tables()
_POWERS = spread(np.arange(1000, 1000 + _LONGEST)) | np.uint64(1)
# A tone counts wherever it stands, a hat (â, ơ, đ) at its own letter.
_TONE_VALUES = spread(np.arange(5000, 5008))
_TONE_VALUES[0] = 0
_HATS = np.where((_MARKS >> np.uint64(3)) > 0, spread(_MARKS >> np.uint64(3)), np.uint64(0))
_TONE_OF = _TONE_VALUES[(_MARKS & np.uint64(7)).astype(np.int64)]


@dataclass(frozen=True)
class Tokens:
    """Tokens of one text in order; ``slot`` counts the slot marks before each, ``line`` the line ends."""

    word: U64
    mark: Array  # 7 bits of the diacritics
    slot: I64
    line: I64
    starts: I64  # into ``letters``
    letters: Array  # the letters of all tokens without diacritics

    def __len__(self) -> int:
        return len(self.word)

    def said(self, place: int) -> str:
        """The letters of one token, without diacritics."""
        end = self.starts[place + 1] if place + 1 < len(self.starts) else len(self.letters)
        return "".join(map(chr, self.letters[self.starts[place] : end]))


def clean(text: str) -> str:
    """Text as it is indexed: composed letters, no slot marks."""
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text.replace(SLOT, " ") if SLOT in text else text


def scan(text: str) -> Tokens:
    """All tokens of a text that went through ``clean`` (slot marks may have been put in since)."""
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)
    points = np.minimum(codes, LIMIT - 1).astype(np.uint16)
    kind = KIND[points]
    word = kind == _WORD
    places = np.flatnonzero(word)
    if not len(places):
        none = np.zeros(0, dtype=np.int64)
        return Tokens(none.astype(np.uint64), none.astype(np.uint8), none, none, none, none)
    first = np.empty(len(places), dtype=bool)
    first[0] = True
    np.not_equal(places[1:], places[:-1] + 1, out=first[1:])
    starts = np.flatnonzero(first)
    points = points[places]
    letters = PLAIN[points]
    lengths = np.diff(starts, append=len(places))
    within = np.arange(len(places)) - np.repeat(starts, lengths)
    powers = _POWERS[np.minimum(within, _LONGEST - 1)]
    hashes = spread(np.add.reduceat(_LETTERS[letters] * powers, starts))
    signs = np.add.reduceat(_HATS[points] * powers + _TONE_OF[points], starts)
    begun = places[starts]
    return Tokens(
        hashes,
        (spread(signs) >> np.uint64(57)).astype(np.uint8),
        np.searchsorted(np.flatnonzero(kind == _SLOT), begun),
        np.searchsorted(np.flatnonzero(kind == _LINE), begun),
        starts,
        letters,
    )


def pair(left: Array, right: Array) -> U64:
    """The identity of two tokens that stand side by side."""
    turned = np.asarray(left, dtype=np.uint64) * np.uint64(0xD6E8FEB86659FD93)
    return spread(turned ^ (np.asarray(right, dtype=np.uint64) >> np.uint64(1)))


def seen(word: Array, mark: Array, starts_line: Array) -> npt.NDArray[np.uint32]:
    """The 32 bits of a token in an article's own list: 24 of the syllable, 7 of diacritics, 1 of a line's start."""
    upper = (np.asarray(word, dtype=np.uint64) >> np.uint64(40)).astype(np.uint32) << np.uint32(8)
    lower = (mark.astype(np.uint32) << np.uint32(1)) | np.asarray(starts_line).astype(np.uint32)
    together: npt.NDArray[np.uint32] = upper | lower
    return together


def fold(text: str) -> str:
    """Small letters without diacritics, word characters and single spaces only."""
    tokens = scan(clean(text))
    return " ".join(tokens.said(place) for place in range(len(tokens)))


def number_key(text: str) -> int:
    """One 63-bit number for a document's number, the same for all its spellings; 0 for none."""
    folded = fold(text).replace("&", "").replace(" ", "")
    if not folded:
        return 0
    return int(scan(folded).word[0] >> np.uint64(1))
