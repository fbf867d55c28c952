"""Levels and matrices of the national scale, hazards and their first words, as dated data. No database."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent.parent / "data"
SUSCEPTIBILITIES = {"low": "Thấp", "medium": "Trung bình", "high": "Cao", "very_high": "Rất cao"}
LARGEST = 5


@dataclass(frozen=True)
class Level:
    """One level of risk: its colour is never the only sign."""

    number: int
    name: str
    meaning: str
    colour: str
    hex: str
    severity: str
    valid_from: date
    source: str


@dataclass(frozen=True)
class Hazard:
    """A kind of disaster with the words to begin with."""

    key: str
    name: str
    english: str
    category: str
    code: str
    loud_from: int
    responses: tuple[str, ...]
    headline: str
    headline_en: str
    description: str
    description_en: str
    instruction: str
    instruction_en: str


@dataclass(frozen=True)
class Published:
    """A threshold that somebody published; a unit may take it over."""

    key: str
    name: str
    hazard: str
    measure: str
    hours: int
    value: float
    slope: float
    level: int
    unconfirmed: bool
    valid_from: date
    source: str


@functools.cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))


@functools.cache
def levels() -> tuple[Level, ...]:
    """The levels, lowest first."""
    return tuple(sorted((Level(**row) for row in _read("law")["level"]), key=lambda one: one.number))


def level(number: int) -> Level:
    """One level by its number. Raises KeyError."""
    found = [one for one in levels() if one.number == number]
    if not found:
        raise KeyError(number)
    return found[0]


@functools.cache
def hazards() -> dict[str, Hazard]:
    """What can be warned of, by key."""
    rows = _read("hazards")["hazard"]
    return {row["key"]: Hazard(**{**row, "responses": tuple(row["responses"])}) for row in rows}


@functools.cache
def published() -> tuple[Published, ...]:
    """Thresholds that somebody published."""
    return tuple(Published(**row) for row in _read("law")["published"])


def concurrent(levels_now: list[int], grave: bool = False) -> int:
    """The level of several hazards at once: the highest, one more, in grave cases two, never above 5 (art. 4)."""
    if not levels_now:
        return 0
    more = 0 if len(levels_now) < 2 else 2 if grave else 1
    return min(max(levels_now) + more, LARGEST)


@dataclass(frozen=True)
class Judged:
    """What article 46 says: the level with its source, or None with what is missing."""

    level: int | None
    why: str


def landslide(rain_mm: float, days_before: int, region: int, susceptibility: str, on: date) -> Judged:
    """The level of flash flood and landslide by the rows in force on a day.

    Only level 1 is confirmed. Where the rain is beyond what level 1 covers for a place, the answer says that the
    matrix of the higher levels is not entered: a person decides.
    """
    if rain_mm <= 100:
        return Judged(None, "Mưa dự báo trong 24 giờ không quá 100 mm.")
    for row in _read("law")["landslide"]:
        fits = row["valid_from"] <= on and row["over"] < rain_mm <= row["upto"]
        fits = fits and row["days_from"] <= days_before <= row["days_to"]
        if fits and susceptibility in row["regions"].get(str(region), ()):
            return Judged(row["level"], f"Cấp {row['level']} theo {row['source']}.")
    return Judged(
        None,
        "Không thuộc cấp 1 của điều 46. Bảng cấp 2, cấp 3 chưa được nhập từ văn bản đầy đủ: người có trách nhiệm xét.",
    )
