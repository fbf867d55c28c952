"""The calendar that ships with the product, read from its two tables; needs no database."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date, time
from functools import lru_cache
from importlib.resources import files

from xaso.kernel.plain.clock.calendar import WORK, Calendar, DayRow, HoursRow, Session

_DATA = "xaso.kernel.plain.data"


def seed_days() -> list[DayRow]:
    """The dated rows of ``calendar.csv``."""
    return [
        DayRow(
            date.fromisoformat(row["date"]),
            row["kind"],
            row["name"],
            row["legal_basis"],
            row["confirmed"] == "yes",
            row["province"] or None,
        )
        for row in _rows("calendar.csv")
    ]


def seed_hours() -> list[HoursRow]:
    """The rows of ``working_hours.csv``."""
    return [
        HoursRow(
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            frozenset(int(number) - 1 for number in row["weekdays"].split()),
            parse_sessions(row["sessions"]),
            row["legal_basis"],
            row["confirmed"] == "yes",
            row["province"] or None,
            row["purpose"] or WORK,
            time.fromisoformat(row["cut_off"]),
        )
        for row in _rows("working_hours.csv")
    ]


@lru_cache(maxsize=64)
def seed_calendar(province: str | None = None) -> Calendar:
    """The shipped calendar of a province (two-digit code), or of the country."""
    return Calendar(seed_days(), seed_hours(), province=province)


def parse_sessions(text: str) -> tuple[Session, ...]:
    """Read ``07:30-11:30 13:00-17:00``. Raises ValueError in Vietnamese."""
    try:
        pairs = [piece.replace("–", "-").split("-") for piece in text.replace(",", " ").split()]
        return tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in pairs)
    except ValueError as error:
        raise ValueError(
            f"Không đọc được giờ làm việc “{text}”. Viết như: 07:30-11:30 13:00-17:00."
        ) from error


def format_sessions(sessions: Iterable[Session]) -> str:
    """Write sessions the way :func:`parse_sessions` reads them."""
    return " ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in sessions)


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(files(_DATA).joinpath(name).read_text(encoding="utf-8").splitlines())
