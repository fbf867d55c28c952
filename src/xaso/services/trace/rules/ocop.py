"""What the criteria compute: totals, the average of a council, stars, how long they last. Pure; the rows are data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from xaso.kernel.plain.clock import months_later

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Band:
    """Stars from a total on, and who decides them: province or ministry."""

    stars: int
    at_least: Decimal
    decides: str


def bands_of(rows: Iterable[Mapping[str, Any]]) -> list[Band]:
    """The bands of a version, the highest first."""
    found = [Band(int(row["stars"]), Decimal(str(row["from"])), str(row.get("decides", ""))) for row in rows]
    return sorted(found, key=lambda band: band.at_least, reverse=True)


def band_for(total: Decimal, rows: Iterable[Mapping[str, Any]]) -> Band:
    """The band in which a total from 0 to 100 lies. Raises ValueError outside 0 to 100 or below every band."""
    if not Decimal(0) <= total <= Decimal(100):
        raise ValueError("Tổng điểm phải từ 0 đến 100.")
    for band in bands_of(rows):
        if total >= band.at_least:
            return band
    raise ValueError("Khung sao không có mức cho tổng điểm này.")


def average(totals: Sequence[Decimal]) -> Decimal:
    """The mean of the members' totals, to hundredths, halves away from zero."""
    if not totals:
        raise ValueError("Chưa có thành viên nào chấm xong.")
    return (sum(totals, Decimal(0)) / len(totals)).quantize(CENT, ROUND_HALF_UP)


def wrong_points(points: Decimal, max_points: Decimal, choices: Sequence[Mapping[str, Any]]) -> str:
    """Why these points cannot be given, "" when they can."""
    if points < 0 or points > max_points:
        return f"Cho từ 0 đến {max_points.normalize():f} điểm"
    if points != points.quantize(CENT):
        return "Chỉ ghi đến hai số lẻ"
    allowed = {Decimal(str(one["points"])) for one in choices}
    if allowed and points not in allowed:
        listed = ", ".join(f"{value.normalize():f}" for value in sorted(allowed))
        return f"Chọn một mức: {listed}"
    return ""


def expiry(signed_on: date, months: int) -> date:
    """The last day on which a certificate signed that day holds: the day before the same day so many months on."""
    return months_later(signed_on, months) - timedelta(days=1)


def holds(signed_on: date, expires_on: date, withdrawn_on: date | None, day: date) -> bool:
    """Whether stars may be shown on that day."""
    return signed_on <= day <= expires_on and (withdrawn_on is None or day < withdrawn_on)


def due_reminder(expires_on: date, reminded: Sequence[int], months: Sequence[int], day: date) -> int | None:
    """Which reminder is due today: the nearest one reached (in months before the end) that was not sent yet.

    Reminders missed while the machine stood still are not sent one after the other: only the nearest is.
    """
    if day > expires_on:
        return None
    reached = [one for one in months if day >= months_later(expires_on, -one)]
    if not reached or min(reached) in reminded:
        return None
    return min(reached)
