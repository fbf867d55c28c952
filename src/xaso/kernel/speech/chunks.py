"""Cutting a long text where a listener would not notice: at the ends of sentences, else of clauses, else of words."""

from __future__ import annotations

import re

_ENDS = (re.compile(r"(?<=[.!?…])\s+|\n+"), re.compile(r"(?<=[,;:])\s+"), re.compile(r"\s+"))


def chunks(text: str, most: int) -> list[str]:
    """Pieces of at most ``most`` letters, in order, none of them empty; a longer word is cut."""
    return _cut(text.strip(), most, 0)


def _cut(text: str, most: int, level: int) -> list[str]:
    if len(text) <= most:
        return [text] if text else []
    if level == len(_ENDS):
        return [text[start : start + most] for start in range(0, len(text), most)]
    found: list[str] = []
    held = ""
    for piece in _ENDS[level].split(text):
        if held and len(held) + 1 + len(piece) > most:
            found += _cut(held, most, level + 1)
            held = ""
        held = f"{held} {piece}" if held else piece
    return found + _cut(held, most, level + 1)
