"""Rules of the buyer's page: which data items must be shown, when a code looks copied, which language. Pure."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

LANGS = ("vi", "en")
_FILE = Path(__file__).parent.parent / "data" / "buyer.toml"


@functools.cache
def _data() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def in_force(table: str, day: date, key: str = "") -> dict[str, Any]:
    """The entry of a table that counts on a day, the newest first. Raises LookupError when none does."""
    fitting = [
        one
        for one in _data()[table]
        if one["valid_from"] <= day <= one.get("valid_to", day) and one.get("key", "") == key
    ]
    if not fitting:
        raise LookupError(f"{table} {key}: nothing in force on {day}")
    return max(fitting, key=lambda one: one["valid_from"])


def language(asked: str, accepted: str) -> str:
    """The language of a page: what the address asks for, else the first that the browser names and we speak."""
    if asked in LANGS:
        return asked
    best, weight = LANGS[0], 0.0
    for part in accepted.lower()[:200].split(","):
        name, _, parameters = part.strip().partition(";")
        known = name[:2] if name[2:3] in ("", "-") else ""
        try:
            quality = float(parameters.strip().removeprefix("q=") or 1)
        except ValueError:
            quality = 0.0
        if known in LANGS and quality > weight:
            best, weight = known, quality
    return best


@dataclass(frozen=True)
class Item:
    """One data item: its number in the list, its name, its value; ``state`` is told, missing or none (not asked)."""

    number: int
    key: str
    label: str
    value: str
    state: str


def items(list_key: str, values: Mapping[str, str], day: date, lang: str) -> list[Item]:
    """A list of data items in its order; a required one without a value is missing, others have none."""
    found = []
    for number, one in enumerate(in_force("lists", day, list_key)["items"], 1):
        value = values.get(one["key"], "")
        state = "told" if value else "missing" if one["required"] else "none"
        found.append(Item(number, one["key"], one[lang], value, state))
    return found


@dataclass(frozen=True)
class Seen:
    """How one serial was scanned: devices today and in all, and the provinces told within the days of the rule."""

    devices_today: int = 0
    devices: int = 0
    provinces: Sequence[str] = ()


def scan_doubts(seen: Seen, day: date) -> list[str]:
    """What is odd about the scans of one serial: "today", "often", "places"; empty when nothing is."""
    rule = in_force("scans", day)
    doubts = []
    if seen.devices_today > rule["devices_in_a_day"]:
        doubts.append("today")
    if seen.devices > rule["devices_in_all"]:
        doubts.append("often")
    if len(set(seen.provinces)) >= rule["provinces"]:
        doubts.append("places")
    return doubts


def state_of(expires: date | None, ended: bool, day: date) -> str:
    """valid, expired or ended: what ended is never shown as valid, nor on the day after its last day."""
    if ended:
        return "ended"
    return "expired" if expires is not None and expires < day else "valid"
