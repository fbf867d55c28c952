"""Gauges and their figures. Readings are public; each reader takes the viewer where a right is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.services.alerts.models import Gauge, GaugeReading, GaugeThreshold
from xaso.services.alerts.rules.readings import Limits, Point, Total, totals

VIEW, READINGS, DRAFT, CONFIRM = "alerts.view", "alerts.readings", "alerts.draft", "alerts.confirm"
PEOPLE, MANAGE = "alerts.people", "alerts.manage"
KEPT = timedelta(hours=24 * 6)  # what sums and antecedent rain look back to


def gauges() -> QuerySet[Gauge]:
    """Gauges in use, which anybody may look at."""
    return Gauge.objects.filter(ended_at__isnull=True).order_by("name")


def gauge_by_code(code: str) -> Gauge:
    """One gauge in use. Raises NotFound."""
    found = Gauge.objects.filter(code=code).first() if "\x00" not in code else None
    if found is None:
        raise NotFound("Không có trạm này.")
    return found


def gauge_for(viewer: Viewer, gauge_id: UUID, right: str = VIEW) -> Gauge:
    """A gauge of the viewer's units. Raises NotFound."""
    found = Gauge.objects.filter(viewer.scope(right), pk=gauge_id).first()
    if found is None:
        raise NotFound("Không có trạm này trong đơn vị của tài khoản.")
    return found


def limits_of(gauge: Gauge) -> Limits:
    """What the gauge can read."""
    return Limits(
        gauge.kind == Gauge.Kind.RAIN,
        gauge.lowest,
        gauge.highest,
        gauge.most_jump,
        gauge.stuck_hours,
        gauge.every_minutes,
    )


def points(gauge: Gauge, until: datetime, back: timedelta = KEPT, *, doubtful: bool = True) -> list[Point]:
    """Readings up to a moment, oldest first; refused ones never count."""
    wanted = ["good", "doubtful"] if doubtful else ["good"]
    rows = GaugeReading.objects.filter(gauge=gauge, at__gt=until - back, at__lte=until, quality__in=wanted)
    return [Point(at, value) for at, value in rows.order_by("at").values_list("at", "value")]


def readings(gauge: Gauge, limit: int = 200) -> Sequence[GaugeReading]:
    """The newest readings, whatever their quality."""
    return list(gauge.readings.order_by("-at")[:limit])


def thresholds(gauge: Gauge) -> QuerySet[GaugeThreshold]:
    """Thresholds of a gauge in force today."""
    rows = gauge.thresholds.filter(valid_from__lte=today())
    return rows.exclude(valid_to__lt=today()).order_by("measure", "hours", "level")


@dataclass(frozen=True)
class State:
    """A gauge at this moment: its last reading, sums or level, the highest threshold that is reached."""

    gauge: Gauge
    last: GaugeReading | None
    totals: tuple[Total, ...]
    over: GaugeThreshold | None
    silent: bool

    @property
    def level(self) -> int:
        """The level of the threshold that is reached, 0 for none."""
        return self.over.level if self.over else 0


def state_of(gauge: Gauge, at: datetime | None = None) -> State:
    """How a gauge stands."""
    moment = at or now()
    last = gauge.readings.filter(at__lte=moment).exclude(quality="refused").order_by("-at").first()
    over = thresholds(gauge).filter(over_since__isnull=False).order_by("-level").first() if last else None
    sums = (
        tuple(totals(points(gauge, moment), moment, gauge.every_minutes))
        if gauge.kind == Gauge.Kind.RAIN
        else ()
    )
    late = timedelta(minutes=gauge.every_minutes * 3)
    return State(gauge, last, sums, over, last is None or last.at < moment - late)


def doubtful_readings(viewer: Viewer) -> QuerySet[GaugeReading]:
    """Readings that wait for a person."""
    rows = GaugeReading.objects.filter(viewer.scope(READINGS), quality="doubtful", judged_by="")
    return rows.select_related("gauge").order_by("-at")
