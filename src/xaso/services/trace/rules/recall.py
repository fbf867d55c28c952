"""Rules of a recall: times by law as dated rows, words for what was found. No database."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

_FILE = Path(__file__).parent.parent / "data" / "recall.toml"
SORTS = {
    "plant": "Cây",
    "lot": "Lô hàng",
    "carton": "Thùng",
    "pallet": "Pa-lét",
    "thing": "Vật khác",
}
OTHER = "thing"


@dataclass(frozen=True)
class Rule:
    """One dated rule with where it comes from."""

    key: str
    value: int
    valid_from: date
    source: str
    unconfirmed: bool = False


@functools.cache
def rules() -> tuple[Rule, ...]:
    """All rules of the data file, oldest first."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["rule"]
    return tuple(sorted((Rule(**row) for row in rows), key=lambda one: one.valid_from))


def rule(key: str, on: date) -> Rule:
    """The rule in force on a day. Raises KeyError when there was none yet."""
    found = [one for one in rules() if one.key == key and one.valid_from <= on]
    if not found:
        raise KeyError(key)
    return found[-1]


def notify_by(started: datetime) -> datetime:
    """Until when every holder must have been told."""
    return started + timedelta(hours=rule("notify_hours", started.date()).value)


def report_by(closed: datetime) -> datetime:
    """Until when the authority must have the report."""
    return closed + timedelta(days=rule("report_days", closed.date()).value)


def may_chase(told: datetime, last: datetime | None, times: int, at: datetime) -> bool:
    """Whether a holder who does not answer is reminded now."""
    if times >= rule("chase_times", at.date()).value:
        return False
    return at - (last or told) >= timedelta(hours=rule("chase_hours", at.date()).value)


def must_visit(told: datetime, last: datetime | None, times: int, at: datetime) -> bool:
    """Whether reminding has ended without an answer: an officer goes there."""
    wait = timedelta(hours=rule("chase_hours", at.date()).value)
    return times >= rule("chase_times", at.date()).value and at - (last or told) >= wait


@dataclass(frozen=True)
class Tally:
    """What became of the goods that were handed on, in one unit of measure."""

    uom: str
    handed_on: Decimal
    came_back: Decimal
    destroyed: Decimal
    gone: Decimal
    set_apart: Decimal

    @property
    def open(self) -> Decimal:
        """What nobody has accounted for yet; never below nothing."""
        told = max(self.set_apart, self.came_back, self.destroyed) + self.gone
        return max(Decimal(0), self.handed_on - told)


def tallies(
    handed_on: Iterable[tuple[str, Decimal]], found: Iterable[tuple[str, str, Decimal]]
) -> list[Tally]:
    """Sums by unit of measure: (uom, quantity) handed on, (kind, uom, quantity) found.

    The same goods are first set apart, then given back, then destroyed: the largest of these three counts.
    """
    sums: dict[str, dict[str, Decimal]] = {}
    for uom, quantity in handed_on:
        of = sums.setdefault(uom, {})
        of["handed_on"] = of.get("handed_on", Decimal(0)) + quantity
    for kind, uom, quantity in found:
        of = sums.setdefault(uom, {})
        of[kind] = of.get(kind, Decimal(0)) + quantity
    nothing = Decimal(0)
    return [
        Tally(
            uom,
            of.get("handed_on", nothing),
            of.get("returned", nothing),
            of.get("destroyed", nothing),
            of.get("gone", nothing),
            of.get("found", nothing),
        )
        for uom, of in sorted(sums.items())
    ]
