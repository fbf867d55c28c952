"""Readings come in, are checked, and wake thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import cap
from xaso.kernel.plain.moment import now
from xaso.kernel.tasks import enqueue
from xaso.kernel.units.models import Unit
from xaso.services.alerts.actions.proposing import propose
from xaso.services.alerts.models import Gauge, GaugeReading, GaugeThreshold, WarningProposal
from xaso.services.alerts.queries.reading import KEPT, READINGS, limits_of, points, thresholds
from xaso.services.alerts.rules import readings as rules

GOOD, SAME, REFUSED = "taken", "same", "refused"
MOST = 5000
FRESH = timedelta(hours=6)


@dataclass(frozen=True)
class Row:
    """One reading as it came."""

    gauge: str
    at: datetime
    value: float


@dataclass(frozen=True)
class Outcome:
    """What became of it: taken, same (was there already), refused; with the flags or the reason."""

    gauge: str
    at: datetime
    result: str
    flags: tuple[str, ...] = ()
    reason: str = ""


@action
def take_readings(viewer: Viewer, *, rows: Sequence[Row], source: str) -> list[Outcome]:
    """Take readings of gauges where the viewer may; answer one outcome a row, in their order.

    A repeated row is the same one; another value for the same moment is refused, as nobody knows which is right.
    Refused readings (range, clock) are kept with their reason and never count.
    """
    if len(rows) > MOST:
        raise ActionError(f"Mỗi lần gửi nhiều nhất {MOST} số đo.")
    codes = {row.gauge for row in rows}
    known = {one.code: one for one in Gauge.objects.filter(code__in=codes, ended_at__isnull=True)}
    found: dict[int, Outcome] = {}
    for place in sorted(range(len(rows)), key=lambda place: rows[place].at):
        found[place] = _take(viewer, known.get(rows[place].gauge), rows[place], source)
    return [found[place] for place in range(len(rows))]


def _take(viewer: Viewer, gauge: Gauge | None, row: Row, source: str) -> Outcome:
    if gauge is None or not viewer.can(READINGS, gauge.unit_path):
        return Outcome(row.gauge, row.at, REFUSED, reason="Không có trạm này trong đơn vị được gửi số.")
    if not 2000 <= row.at.year <= 2100:
        return Outcome(row.gauge, row.at, REFUSED, ("clock_old",), rules.FLAGS["clock_old"])
    before = GaugeReading.objects.filter(gauge=gauge, at=row.at).first()
    if before is not None:
        if before.value == row.value:
            return Outcome(row.gauge, row.at, SAME)
        words = "Đã có số khác cho đúng lúc này. Xem lại rồi sửa số cũ nếu sai."
        return Outcome(row.gauge, row.at, REFUSED, reason=words)
    flags = rules.check(
        limits_of(gauge), rules.Point(row.at, row.value), points(gauge, row.at, doubtful=False), now()
    )
    kept = GaugeReading.objects.create(
        gauge=gauge,
        unit_path=gauge.unit_path,
        at=row.at,
        value=row.value,
        quality=rules.quality(flags),
        flags=flags,
        source=source,
        account_id=viewer.account_id,
    )
    data = {"gauge": gauge.code, "quality": kept.quality}
    emit("alerts.reading_taken", record=kept, unit_path=gauge.unit_path, viewer=viewer, data=data)
    if kept.quality != GaugeReading.Quality.REFUSED:
        _look(kept)
    return Outcome(
        row.gauge,
        row.at,
        REFUSED if kept.quality == GaugeReading.Quality.REFUSED else GOOD,
        tuple(flags),
        "; ".join(rules.FLAGS[flag] for flag in flags),
    )


def _look(reading: GaugeReading) -> None:
    """Every threshold of the gauge is asked anew; what is reached becomes a proposal."""
    gauge, moment = reading.gauge, reading.at
    if moment < now() - FRESH:
        return  # an upload of the past wakes nobody
    known: list[rules.Point] | None = None
    for threshold in thresholds(gauge).select_for_update():
        if known is None:
            known = points(gauge, moment, KEPT)
        measured = rules.measure(
            threshold.measure,
            threshold.hours,
            threshold.value,
            threshold.slope,
            known,
            moment,
            gauge.every_minutes,
        )
        if measured is None:
            continue
        over = threshold.over_since is not None
        change = rules.crossing(measured, threshold.release, threshold.value, over)
        if change == "back":
            threshold.over_since = None
            threshold.save(update_fields=["over_since"])
        elif change == "over":
            threshold.over_since = moment
            threshold.save(update_fields=["over_since"])
            _propose(reading, threshold, measured)


def _propose(reading: GaugeReading, threshold: GaugeThreshold, measured: rules.Measured) -> None:
    gauge = reading.gauge
    doubt = "" if reading.quality == GaugeReading.Quality.GOOD else " Số đo còn nghi ngờ."
    proposal = propose(
        unit_path=gauge.unit_path,
        origin=WarningProposal.Origin.GAUGE,
        hazard=threshold.hazard,
        level=threshold.level,
        reason=f"{measured.words} tại {gauge.name}, tới ngưỡng {rules.said(measured.against)} {gauge.uom}.{doubt}",
        facts={
            "gauge": gauge.code,
            "value": measured.value,
            "against": measured.against,
            "at": reading.at.isoformat(),
            "doubtful": bool(doubt),
            "unconfirmed": threshold.unconfirmed,
            "source": threshold.source,
        },
        area=area_around(gauge, threshold.radius_km),
        threshold=threshold,
        reading=reading,
    )
    if threshold.siren and not doubt:
        enqueue(
            "alerts.sound_by_itself", {"proposal_id": str(proposal.pk)}, key=str(proposal.pk), priority=100
        )


def area_around(gauge: Gauge, km: float) -> dict[str, object]:
    """A round area with the hamlets whose middle lies in it."""
    ring = cap.ring_around(gauge.lat, gauge.lon, km)
    commune = "/".join(gauge.unit_path.split("/")[:2]) + "/"
    near = Unit.objects.on().under(commune).filter(level=Unit.Level.HAMLET, lat__isnull=False)
    inside = [one for one in near.sorted() if cap.contains(ring, one.lat or 0, one.lon or 0)]
    names = ", ".join(one.words for one in inside)
    words = names or f"khu vực quanh {gauge.name}"
    return {
        "words": words,
        "words_en": f"Area around {gauge.name}" + (f": {names}" if names else ""),
        "units": [one.path for one in inside],
        "polygons": [[list(point) for point in ring]],
    }


@action
def judge_reading(viewer: Viewer, *, reading_id: UUID, good: bool) -> GaugeReading:
    """A person looked at a doubtful reading: it counts, or it does not."""
    row = GaugeReading.objects.select_for_update().filter(viewer.scope(READINGS), pk=reading_id).first()
    if row is None:
        raise NotFound("Không có số đo này trong đơn vị của tài khoản.")
    if row.judged_by or row.quality == GaugeReading.Quality.REFUSED and good and "range" in row.flags:
        raise Conflict("Số đo này đã được xem, hoặc nằm ngoài khoảng đo được của trạm.")
    row.quality = GaugeReading.Quality.GOOD if good else GaugeReading.Quality.REFUSED
    row.judged_by = viewer.name
    row.save(update_fields=["quality", "judged_by"])
    data = {"quality": row.quality}
    emit("alerts.reading_judged", record=row, unit_path=row.unit_path, viewer=viewer, data=data)
    return row
