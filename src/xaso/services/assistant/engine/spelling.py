"""Repair of typing errors from the index's own vocabulary.

A syllable the index does not know, or one that never stands beside its neighbours, is replaced by the syllable one
change away (a letter missing, too much, wrong, or two swapped) that stands there most often.
"""

from __future__ import annotations

import string

import numpy as np

from .view import View
from .words import Array, pair, scan

ANY_MARK = 255
# A syllable that exists is taken for an error only between two neighbours, when neither pair occurs at all and each
# pair of the better one stands in so many articles.
_OFTEN = 30


def repair(
    view: View, said: list[str], words: Array, marks: Array, known: frozenset[int] = frozenset()
) -> tuple[Array, Array, tuple[tuple[str, str], ...]]:
    """Words and marks with the errors mended, and what was mended. ``known`` are words that are no errors."""
    if len(words) < 2 or not view.vocabulary:
        return words, marks, ()
    words, marks = words.copy(), marks.copy()
    single = view.spread(words)
    beside = view.spread(pair(words[:-1], words[1:]))
    mended: list[tuple[str, str]] = []
    for at, text in enumerate(said):
        if not text.isalpha() or not text.isascii() or int(words[at]) in known:
            continue
        around = int(beside[at - 1] if at else 0) + int(beside[at] if at + 1 < len(words) else 0)
        unknown = text not in view.vocabulary or single[at] <= 2
        if not unknown and (around or not 0 < at < len(words) - 1):
            continue
        better = _better(view, text, words, at, 0 if unknown else _OFTEN)
        if better:
            words[at] = scan(better).word[0]
            marks[at] = ANY_MARK
            mended.append((text, better))
    return words, marks, tuple(mended)


def _better(view: View, text: str, words: Array, at: int, least: int) -> str:
    """The best syllable one change away; empty when none is clearly better."""
    some = sorted(changes(text) & view.vocabulary)
    if not some:
        return ""
    hashes = scan(" ".join(some)).word
    left = view.spread(pair(np.full(len(some), words[at - 1]), hashes)) if at else np.zeros(len(some))
    right = (
        view.spread(pair(hashes, np.full(len(some), words[at + 1])))
        if at + 1 < len(words)
        else np.zeros(len(some))
    )
    worth = np.log1p(left) + np.log1p(right)
    if least:
        worth[(left < least) | (right < least)] = -1
    else:
        worth += 0.2 * np.log1p(view.spread(hashes))
    best = int(np.argmax(worth))
    return some[best] if worth[best] > 0 else ""


def changes(text: str) -> set[str]:
    """All texts one change away."""
    cuts = [(text[:at], text[at:]) for at in range(len(text) + 1)]
    letters = string.ascii_lowercase
    without = {left + right[1:] for left, right in cuts if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    other = {left + letter + right[1:] for left, right in cuts if right for letter in letters}
    more = {left + letter + right for left, right in cuts for letter in letters}
    return (without | swapped | other | more) - {text, ""}
