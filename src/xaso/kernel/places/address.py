"""An address as other records keep it: the text as on paper, the unit it lies in, and the day it was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from xaso.kernel.base.errors import ActionError
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.text import clean
from xaso.kernel.units.addresses import Resolution
from xaso.kernel.units.models import Unit
from xaso.kernel.units.queries import full_address, resolve_address, unit_at


@dataclass(frozen=True)
class Address:
    """``text`` is never rewritten; ``unit_path`` is the unit of today, "" while nobody has chosen one."""

    text: str
    unit_path: str = ""
    written_on: date | None = None

    def as_json(self) -> dict[str, Any]:
        """For a JSON column."""
        day = self.written_on.isoformat() if self.written_on else None
        return {"text": self.text, "unit_path": self.unit_path, "written_on": day}

    @classmethod
    def from_json(cls, raw: Any) -> Address:
        """What ``as_json`` wrote; an empty address for anything else."""
        if not isinstance(raw, dict):
            return cls("")
        day = raw.get("written_on")
        return cls(
            str(raw.get("text") or ""),
            str(raw.get("unit_path") or ""),
            date.fromisoformat(day) if day else None,
        )


def read_address(text: str, written_on: date | None = None) -> tuple[Address, Resolution]:
    """An address typed or read from a paper; its unit is filled only when there is no doubt.

    The resolution says what to ask when there is ("nay một phần thuộc …: chọn theo nơi ở").
    """
    text = clean(text)
    resolution = resolve_address(text, written_on)
    path = resolution.unit_path if resolution.exact else None
    return Address(text, path or "", written_on or today()), resolution


def choose_unit(detail: str, unit: Unit | str) -> Address:
    """An address chosen from the lists: detail line and commune; the text is composed from today's names.

    Raises ActionError when the unit is not a commune or a hamlet in force.
    """
    unit = unit_at(unit) if isinstance(unit, str) else unit
    if unit.level not in (Unit.Level.COMMUNE, Unit.Level.HAMLET) or not unit.in_force():
        raise ActionError("Chọn xã, phường, đặc khu hiện nay.", "unit")
    detail = clean(detail).strip(" ,")
    return Address(", ".join(part for part in (detail, full_address(unit)) if part), unit.path, today())
