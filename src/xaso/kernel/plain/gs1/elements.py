"""One element (identifier and value), element strings, and which elements go together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from xaso.kernel.plain.gs1.checks import CHECKS, SETS
from xaso.kernel.plain.gs1.table import Entry, lengths, matches, table

FNC1 = "\x1d"
_BRACKETED = re.compile(r"\(([0-9]{2,4})\)")


class Gs1Error(ValueError):
    """What is wrong with an identifier; ``ai`` names the element."""

    def __init__(self, text: str, ai: str = "") -> None:
        super().__init__(f"({ai}) {text}" if ai else text)
        self.ai = ai


def check_value(entry: Entry, value: str) -> None:
    """Raise Gs1Error unless ``value`` is right for the identifier: length, letters, every check of its parts."""
    if not value:
        raise Gs1Error("has no value", entry.ai)
    if len(value) < entry.least:
        raise Gs1Error(f"is too short: {len(value)} of at least {entry.least}", entry.ai)
    if len(value) > entry.most:
        raise Gs1Error(f"is too long: {len(value)} of at most {entry.most}", entry.ai)
    place = 0
    for part in entry.components:
        piece = value[place : place + part.most]
        if not piece and part.optional:
            break
        if len(piece) < part.least:
            raise Gs1Error(f"has a part of {len(piece)} letters where {part.least} are due", entry.ai)
        if not SETS[part.letters].fullmatch(piece):
            raise Gs1Error("holds a letter that is not allowed", entry.ai)
        for name in part.checks:
            if reason := CHECKS[name](piece):
                raise Gs1Error(reason, entry.ai)
        place += len(piece)
    if place < len(value):
        raise Gs1Error("is too long", entry.ai)


def check_associations(ais: Iterable[str]) -> None:
    """Raise Gs1Error unless the identifiers go together: what one needs is there, what it excludes is not."""
    present = dict.fromkeys(ais)  # in their order, so that the reason is always the same one
    for ai in present:
        entry = table()[ai]
        for groups in entry.needs:
            if not any(all(_has(present, pattern, ai) for pattern in group) for group in groups):
                wanted = " or ".join("+".join(sorted(group)) for group in groups)
                raise Gs1Error(f"goes only with {wanted}", ai)
        for pattern in entry.excludes:
            if other := next((one for one in present if one != ai and matches(pattern, one)), ""):
                raise Gs1Error(f"cannot stand with ({other})", ai)


def _has(present: Iterable[str], pattern: str, own: str) -> bool:
    return any(matches(pattern, one) for one in present if one != own)


def parse_element_string(text: str) -> dict[str, str]:
    """The elements of ``(01)…(10)…`` or of scanned data with FNC1 as GS (ASCII 29), ``^`` or ``]d2``-like heads.

    Raises Gs1Error naming the first thing that is wrong.
    """
    pairs = list(_bracketed(text) if text.startswith("(") else _scanned(text))
    if not pairs:
        raise Gs1Error("there is no element")
    found: dict[str, str] = {}
    for entry, value in pairs:
        if found.setdefault(entry.ai, value) != value:
            raise Gs1Error("stands twice with two values", entry.ai)
        check_value(entry, value)
    check_associations(found)
    return found


def _bracketed(text: str) -> Iterable[tuple[Entry, str]]:
    parts = _BRACKETED.split(text)
    if parts[0]:
        raise Gs1Error("does not begin with an identifier in brackets")
    for ai, value in zip(parts[1::2], parts[2::2], strict=True):
        if ai not in table():
            raise Gs1Error("is no identifier", ai)
        yield table()[ai], value


def _scanned(text: str) -> Iterable[tuple[Entry, str]]:
    rest = re.sub(r"^\][A-Za-z][0-9]", "", text).replace("^", FNC1).lstrip(FNC1)
    while rest:
        ai = rest[: lengths().get(rest[:2], 2)]
        entry = table().get(ai)
        if entry is None:
            raise Gs1Error("is no identifier", ai)
        rest = rest[len(ai) :]
        if entry.fixed:
            value, rest = rest[: entry.most], rest[entry.most :].removeprefix(FNC1)
        else:
            value, _, rest = rest.partition(FNC1)
        yield entry, value


def write_element_string(elements: Mapping[str, str], *, brackets: bool = True) -> str:
    """The elements in their order: with brackets for people, or with FNC1 where a scanner needs it."""
    if brackets:
        return "".join(f"({ai}){value}" for ai, value in elements.items())
    ordered = sorted(elements.items(), key=lambda item: not table()[item[0]].fixed)
    return "".join(
        f"{ai}{value}" + ("" if table()[ai].fixed or place == len(ordered) - 1 else FNC1)
        for place, (ai, value) in enumerate(ordered)
    )
