"""The tables of short words, and a dictionary of a commune's own that goes before them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xaso.kernel.plain.spoken.numbers import digits

_FILE = Path(__file__).parent / "data" / "words.toml"


@cache
def tables() -> dict[str, dict[str, str]]:
    """The shipped tables: letters, kinds, issuers, short, said, units, money, big."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def any_of(*names: str) -> str:
    """A pattern for any word of these tables, the longest first."""
    keys = {key for name in names for key in tables()[name]}
    return "|".join(re.escape(key) for key in sorted(keys, key=lambda one: (-len(one), one)))


def either(listed: str) -> str:
    """A pattern for any of these words (with commas between), begun with a small or a capital letter."""
    words = sorted((one.strip() for one in listed.split(",")), key=lambda one: (-len(one), one))
    return "|".join(f"[{one[0].upper()}{one[0]}]{re.escape(one[1:])}" for one in words).replace("\\ ", r"\s+")


def spelt(word: str) -> str:
    """Letter by letter, digits by their names."""
    letters = tables()["letters"]
    return " ".join(digits(one) if one.isdigit() else letters.get(one.upper(), one) for one in word)


@dataclass(frozen=True)
class Dictionary:
    """What a commune taught the reader: written word to spoken, taken as it stands (capitals count)."""

    entries: Mapping[str, str]

    def pattern(self) -> re.Pattern[str] | None:
        """One pattern for all entries, whole words only; None when it is empty."""
        keys = sorted((key for key in self.entries if key.strip()), key=lambda one: (-len(one), one))
        if not keys:
            return None
        return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(key) for key in keys)})(?!\w)")


EMPTY = Dictionary({})
