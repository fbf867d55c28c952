"""The table of application identifiers, read once from ``ais.tsv``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
_COMPONENT = re.compile(r"(\[)?([NXYZ])(\.\.)?(\d+)(\])?((?:,[a-z0-9]+)*)")


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a value: letters allowed, lengths, whether it may be missing, names of its checks."""

    letters: str
    least: int
    most: int
    optional: bool
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One application identifier."""

    ai: str
    title: str
    fixed: bool
    attribute: bool
    components: tuple[Component, ...]
    needs: tuple[tuple[frozenset[str], ...], ...]  # every tuple: one of its groups must be wholly there
    excludes: tuple[str, ...]
    sequences: tuple[tuple[str, ...], ...] | None  # qualifiers in order; None where it is no primary key

    @property
    def least(self) -> int:
        """Shortest value."""
        return sum(part.least for part in self.components if not part.optional)

    @property
    def most(self) -> int:
        """Longest value."""
        return sum(part.most for part in self.components)

    @property
    def is_key(self) -> bool:
        """Whether a Digital Link may begin with it."""
        return self.sequences is not None


def _component(text: str) -> Component:
    match = _COMPONENT.fullmatch(text)
    if match is None:
        raise ValueError(f"component {text!r}")
    optional, letters, up_to, number, _close, checks = match.groups()
    most = int(number)
    least = 1 if up_to else most
    return Component(letters, least, most, bool(optional), tuple(part for part in checks.split(",") if part))


def _associations(
    text: str,
) -> tuple[list[tuple[frozenset[str], ...]], list[str], list[tuple[str, ...]] | None]:
    needs: list[tuple[frozenset[str], ...]] = []
    excludes: list[str] = []
    sequences: list[tuple[str, ...]] | None = None
    for word in text.split():
        name, _, value = word.partition("=")
        if name == "req":
            needs.append(tuple(frozenset(group.split("+")) for group in value.split(",")))
        elif name == "ex":
            excludes += value.split(",")
        elif name == "dlpkey":
            sequences = [tuple(one.split(",")) for one in value.split("|")] if value else [()]
        else:
            raise ValueError(f"association {word!r}")
    return needs, excludes, sequences


@lru_cache(maxsize=1)
def table() -> dict[str, Entry]:
    """Every application identifier by its digits."""
    found: dict[str, Entry] = {}
    for line in (HERE / "ais.tsv").read_text().splitlines():
        ais, flags, spec, associations, title = line.split("\t")
        first, _, last = ais.partition("-")
        needs, excludes, sequences = _associations(associations)
        for number in range(int(first), int(last or first) + 1):
            ai = str(number).zfill(len(first))
            found[ai] = Entry(
                ai,
                title,
                "*" in flags,
                "?" in flags,
                tuple(_component(part) for part in spec.split()),
                tuple(needs),
                tuple(excludes),
                tuple(sequences) if sequences is not None else None,
            )
    return found


@lru_cache(maxsize=1)
def lengths() -> dict[str, int]:
    """How many digits an application identifier has, by its first two."""
    return {ai[:2]: len(ai) for ai in table()}


@lru_cache(maxsize=1)
def paths() -> dict[tuple[str, ...], bool]:
    """Every allowed sequence of identifiers in a path: a key, and any part of its qualifiers in their order."""
    found: dict[tuple[str, ...], bool] = {}
    for entry in table().values():
        for sequence in entry.sequences or ():
            chosen: list[tuple[str, ...]] = [(entry.ai,)]
            for qualifier in sequence:
                chosen += [(*one, qualifier) for one in chosen]
            found.update(dict.fromkeys(chosen, True))
    return found


def matches(pattern: str, ai: str) -> bool:
    """Whether ``ai`` fits a pattern whose ``n`` stands for any digit."""
    return len(pattern) == len(ai) and all(
        want == have or want == "n" for want, have in zip(pattern, ai, strict=True)
    )
