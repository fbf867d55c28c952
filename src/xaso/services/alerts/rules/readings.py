"""Checks of readings and sums of rain. Pure: rows come as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOWS = (1, 3, 6, 24, 72)
AHEAD = timedelta(minutes=10)
TOO_OLD = timedelta(days=400)
FLAGS = {
    "range": "ngoài khoảng đo được của trạm",
    "clock_ahead": "ghi lúc đo ở tương lai, đồng hồ của máy sai",
    "clock_old": "ghi lúc đo quá lâu về trước, đồng hồ của máy sai",
    "jump": "nhảy quá nhiều so với số trước",
    "stuck": "đứng yên quá lâu",
    "gap": "trước đó mất số",
}
_REFUSE = {"range", "clock_ahead", "clock_old"}
_DOUBT = {"jump", "stuck"}


@dataclass(frozen=True)
class Limits:
    """What a gauge can read."""

    rain: bool
    lowest: float
    highest: float
    most_jump: float
    stuck_hours: int
    every_minutes: int


@dataclass(frozen=True)
class Point:
    """One reading: when, and how much."""

    at: datetime
    value: float


def check(limits: Limits, point: Point, before: Sequence[Point], received: datetime) -> list[str]:
    """What is odd about a new reading, by the readings before it (oldest first). Empty when nothing is."""
    flags = []
    if point.at > received + AHEAD:
        flags.append("clock_ahead")
    elif point.at < received - TOO_OLD:
        flags.append("clock_old")
    if not limits.lowest <= point.value <= limits.highest:
        flags.append("range")
    earlier = [one for one in before if one.at < point.at]
    if earlier:
        last = earlier[-1]
        if abs(point.value - last.value) > limits.most_jump:
            flags.append("jump")
        if point.at - last.at > timedelta(minutes=limits.every_minutes * 2.5):
            flags.append("gap")
        if _stuck(limits, point, earlier):
            flags.append("stuck")
    return flags


def _stuck(limits: Limits, point: Point, earlier: Sequence[Point]) -> bool:
    """The same number for too long. No rain for days is weather; the same rain every hour is a broken gauge."""
    if limits.rain and point.value == 0:
        return False
    since = point.at
    for one in reversed(earlier):
        if one.value != point.value:
            break
        since = one.at
    return point.at - since >= timedelta(hours=limits.stuck_hours)


def quality(flags: Sequence[str]) -> str:
    """good, doubtful or refused."""
    if _REFUSE & set(flags):
        return "refused"
    return "doubtful" if _DOUBT & set(flags) else "good"


@dataclass(frozen=True)
class Total:
    """Rain in a window, with the share of readings that came."""

    hours: int
    mm: float
    had: int
    wanted: int

    @property
    def words(self) -> str:
        """ "24 giờ", with a remark when readings are missing."""
        return f"{self.hours} giờ" + ("" if self.complete else " (thiếu số)")

    @property
    def complete(self) -> bool:
        """Whether so much came that the sum may be trusted (nine tenths)."""
        return self.had * 10 >= self.wanted * 9


def total(points: Sequence[Point], at: datetime, hours: int, every_minutes: int) -> Total:
    """Rain in the hours up to a moment: readings after its beginning, its end included."""
    begin = at - timedelta(hours=hours)
    inside = [one.value for one in points if begin < one.at <= at]
    return Total(hours, round(sum(inside), 2), len(inside), max(1, hours * 60 // every_minutes))


def totals(points: Sequence[Point], at: datetime, every_minutes: int) -> list[Total]:
    """Sums over 1, 3, 6, 24 and 72 hours."""
    return [total(points, at, hours, every_minutes) for hours in WINDOWS]


@dataclass(frozen=True)
class Measured:
    """What a threshold looks at: the figure, what it is compared with, and words."""

    value: float
    against: float
    words: str


def measure(
    kind: str, hours: int, wanted: float, slope: float, points: Sequence[Point], at: datetime, every: int
) -> Measured | None:
    """The figure of a threshold at a moment; None when there is nothing to measure."""
    here = [one for one in points if one.at <= at]
    if not here:
        return None
    if kind == "level":
        return Measured(here[-1].value, wanted, f"Mực nước {said(here[-1].value)} m")
    if kind == "rise":
        begin = at - timedelta(hours=hours)
        window = [one for one in here if one.at >= begin]
        up = round(window[-1].value - min(one.value for one in window), 3) if window else 0.0
        return Measured(up, wanted, f"Nước lên {said(up)} m trong {hours} giờ")
    if kind == "antecedent":
        today = total(here, at, 24, every).mm
        past = total(here, at - timedelta(hours=24), hours, every).mm
        limit = round(wanted + slope * past, 2)
        words = f"Mưa 24 giờ {said(today)} mm, {hours // 24} ngày trước đó {said(past)} mm, ngưỡng {said(limit)} mm"
        return Measured(today, limit, words)
    rain = total(here, at, hours, every)
    return Measured(rain.mm, wanted, f"Mưa {said(rain.mm)} mm trong {hours} giờ")


def said(number: float) -> str:
    """A figure in words: comma before decimals."""
    return f"{number:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def crossing(measured: Measured, release: float, wanted: float, over: bool) -> str:
    """Answer "over" when the threshold is reached anew, "back" when it may speak again, "" when nothing changes.

    ``release`` moves along when the value compared with moves (antecedent rain).
    """
    if not over and measured.value >= measured.against:
        return "over"
    if over and measured.value <= measured.against - (wanted - release):
        return "back"
    return ""
