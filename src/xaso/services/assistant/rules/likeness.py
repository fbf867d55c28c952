"""Whether two questions ask the same: by their words and pairs of words, without diacritics."""

from __future__ import annotations

import math
from collections.abc import Iterable

from xaso.kernel.plain.text import search_text

SAME = 0.62
# Words that say that something is asked, not what.
_ASKING = frozenset(
    "a ai bao cho co cua duoc gi hay la lam nao nhieu nhu o sao the thi toi xin hoi ve thua vay ong ba em muon"
    " can".split()
)


def terms(question: str) -> frozenset[str]:
    """The words that say what is asked, and their pairs."""
    words = search_text(question).split()
    told = [word for word in words if word not in _ASKING] or words
    return frozenset([*told, *(f"{one} {two}" for one, two in zip(told, told[1:], strict=False))])


def likeness(one: str, other: str) -> float:
    """0 to 1: the cosine of their terms."""
    mine, theirs = terms(one), terms(other)
    if not mine or not theirs:
        return 0.0
    return len(mine & theirs) / math.sqrt(len(mine) * len(theirs))


def best_likeness(question: str, wordings: Iterable[str]) -> float:
    """The likeness to the nearest of several wordings."""
    return max((likeness(question, one) for one in wordings), default=0.0)
