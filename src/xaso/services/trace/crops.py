"""Templates of crops: which work in which month, usual inputs with their waiting time, national rules. Data, not code.

What nobody has checked against its source carries ``unconfirmed`` with the reason, and screens show it.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from xaso.services.trace import vocabulary

_FOLDER = Path(__file__).parent / "data" / "crops"
GENERAL_ICONS = {
    "weather": "cloud-rain",
    "purchasing": "shopping-basket",
    "processing": "factory",
    "storing": "warehouse",
    "testing": "flask-conical",
}


@dataclass(frozen=True)
class Work:
    """One kind of work of a crop: our term, its icon, the months in which it is usual."""

    term: str
    icon: str
    months: tuple[int, ...]

    @property
    def label(self) -> str:
        return vocabulary.label_of(vocabulary.step_uri(self.term))


@dataclass(frozen=True)
class UsualInput:
    """An input that is usual for a crop; ``interval_days`` is how long nobody harvests after it."""

    kind: str
    name: str
    substance: str = ""
    uom: str = "KGM"
    usual: Decimal | None = None
    interval_days: int = 0
    source: str = ""
    unconfirmed: str = ""


@dataclass(frozen=True)
class Rule:
    """A national rule about a crop, with where it stands."""

    text: str
    source: str
    unconfirmed: str = ""


@dataclass(frozen=True)
class Crop:
    """A template of a crop."""

    key: str
    title: str
    title_en: str
    raw: str
    raw_en: str
    unit_of_area: str
    uom: str
    usual_harvest: Decimal
    works: tuple[Work, ...]
    inputs: tuple[UsualInput, ...]
    rules: tuple[Rule, ...]
    processing: tuple[str, ...]
    seasons: tuple[tuple[str, str, str], ...]

    def works_in(self, month: int) -> list[Work]:
        """All works, those usual in this month first."""
        return sorted(self.works, key=lambda one: month not in one.months)

    def seasons_of(self, year: int) -> list[tuple[str, date, date]]:
        """The seasons that begin in a year: name with the year, first and last day."""
        found = []
        for name, first, last in self.seasons:
            starts = date.fromisoformat(f"{year}-{first}")
            ends = date.fromisoformat(f"{year if last > first else year + 1}-{last}")
            found.append((f"{name} {year}", starts, ends))
        return found


def _crop(key: str, told: Mapping[str, Any]) -> Crop:
    inputs = []
    for one in told.get("input", ()):
        usual = Decimal(str(one["usual"])) if "usual" in one else None
        inputs.append(UsualInput(**{**one, "usual": usual}))
    return Crop(
        key=key,
        title=told["title"],
        title_en=told["title_en"],
        raw=told["raw"],
        raw_en=told["raw_en"],
        unit_of_area=told["unit_of_area"],
        uom=told["uom"],
        usual_harvest=Decimal(str(told["usual_harvest"])),
        works=tuple(Work(one["term"], one["icon"], tuple(one["months"])) for one in told["work"]),
        inputs=tuple(inputs),
        rules=tuple(Rule(**one) for one in told.get("rule", ())),
        processing=tuple(told["processing"]),
        seasons=tuple((one["name"], one["from"], one["to"]) for one in told["seasons"]),
    )


@functools.cache
def crops() -> dict[str, Crop]:
    """All templates by key."""
    return {
        path.stem: _crop(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(_FOLDER.glob("*.toml"))
    }


def crop_of(key: str) -> Crop | None:
    """The template of a key; None for a crop without one."""
    return crops().get(key)


def choices() -> list[tuple[str, str]]:
    """For a box of crops."""
    return [(key, crop.title) for key, crop in crops().items()]


def icon_of(term: str) -> str:
    """The icon of a work, whichever crop it belongs to."""
    for crop in crops().values():
        for work in crop.works:
            if work.term == term:
                return work.icon
    return GENERAL_ICONS.get(term, "factory")
