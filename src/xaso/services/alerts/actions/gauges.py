"""Gauges, thresholds, the risk of places: kept and ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.geometry import GeometryError, position
from xaso.kernel.plain.moment import now, today
from xaso.kernel.plain.text import clean
from xaso.kernel.units.queries import unit_at
from xaso.services.alerts.models import Gauge, GaugeThreshold, PlaceRisk
from xaso.services.alerts.queries.reading import MANAGE, gauge_for
from xaso.services.alerts.rules import law

RAIN = {"lowest": 0, "highest": 200, "most_jump": 100}
WATER = {"lowest": -5, "highest": 60, "most_jump": 3}


@action
def keep_gauge(
    viewer: Viewer, *, code: str, name: str, kind: str, unit_path: str, lat: float, lon: float, **more: Any
) -> Gauge:
    """Register a gauge of a unit; ``more``: way, owner, every_minutes, old_unit_code and the limits of its readings.

    Limits left out are those of its kind. Raises ActionErrors, Conflict when the code is taken.
    """
    viewer.must(MANAGE, unit_path)
    unit_at(unit_path)
    try:
        lon, lat = position(lat, lon)
    except GeometryError as error:
        raise ActionError(str(error), "lat") from error
    if Gauge.objects.filter(code=code).exists():
        raise Conflict("Mã trạm này đã dùng. Chọn mã khác.", "code")
    limits = {**(RAIN if kind == Gauge.Kind.RAIN else WATER)}
    limits.update({name: more.pop(name) for name in tuple(limits) if more.get(name) is not None})
    if limits["lowest"] >= limits["highest"]:
        raise ActionError("Số thấp nhất phải nhỏ hơn số cao nhất.", "lowest")
    row = Gauge.objects.create(
        code=code, name=clean(name), kind=kind, unit_path=unit_path, lat=lat, lon=lon, **limits, **more
    )
    emit("alerts.gauge_kept", record=row, unit_path=unit_path, viewer=viewer, data={"code": code})
    return row


@action
def end_gauge(viewer: Viewer, *, gauge_id: UUID) -> Gauge:
    """A gauge is used no more; its readings stay."""
    row = gauge_for(viewer, gauge_id, MANAGE)
    if row.ended_at is None:
        row.ended_at = now()
        row.save(update_fields=["ended_at"])
        emit(
            "alerts.gauge_ended", record=row, unit_path=row.unit_path, viewer=viewer, data={"code": row.code}
        )
    return row


@action
def keep_threshold(
    viewer: Viewer,
    *,
    gauge_id: UUID,
    hazard: str,
    measure: str,
    hours: int,
    value: float,
    release: float,
    level: int,
    source: str,
    valid_from: date | None = None,
    slope: float = 0,
    radius_km: float = 3,
    siren: bool = False,
    unconfirmed: bool = False,
) -> GaugeThreshold:
    """Set a threshold from a day on. The one before for the same measure and level ends the day before.

    Raises ActionErrors: without a source nothing is a threshold, and an unconfirmed one may never sound by itself.
    """
    gauge = gauge_for(viewer, gauge_id, MANAGE)
    wrong = _wrong_with(gauge, hazard, measure, hours, level, source)
    if release >= value:
        wrong["release"] = ["Mức thôi phải thấp hơn ngưỡng, nếu không cảnh báo sẽ bật tắt liên tục."]
    if siren and unconfirmed:
        wrong["siren"] = ["Ngưỡng chưa đối chiếu nguồn không được tự phát."]
    if wrong:
        raise ActionErrors(wrong)
    begins = valid_from or today()
    for before in GaugeThreshold.objects.select_for_update().filter(
        gauge=gauge, measure=measure, hours=hours, level=level, valid_to__isnull=True
    ):
        before.valid_to = max(begins - timedelta(days=1), before.valid_from)
        before.over_since = None
        before.save(update_fields=["valid_to", "over_since"])
    row = GaugeThreshold.objects.create(
        gauge=gauge,
        unit_path=gauge.unit_path,
        hazard=hazard,
        measure=measure,
        hours=hours,
        value=value,
        release=release,
        slope=slope,
        level=level,
        radius_km=radius_km,
        siren=siren,
        source=clean(source),
        unconfirmed=unconfirmed,
        valid_from=begins,
    )
    data = {"gauge": gauge.code, "level": level}
    emit("alerts.threshold_kept", record=row, unit_path=gauge.unit_path, viewer=viewer, data=data)
    return row


def _wrong_with(
    gauge: Gauge, hazard: str, measure: str, hours: int, level: int, source: str
) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    if hazard not in law.hazards():
        wrong["hazard"] = ["Chọn loại thiên tai."]
    if not clean(source):
        wrong["source"] = ["Ghi nguồn của ngưỡng: văn bản nào, ai công bố."]
    if not 1 <= level <= law.LARGEST:
        wrong["level"] = ["Cấp độ từ 1 đến 5."]
    allowed = ("sum", "antecedent") if gauge.kind == Gauge.Kind.RAIN else ("level", "rise")
    if measure not in allowed:
        wrong["measure"] = ["Cách đo này không dùng cho loại trạm này."]
    if measure != "level" and not 1 <= hours <= 144:
        wrong["hours"] = ["Số giờ từ 1 đến 144."]
    return wrong


@action
def end_threshold(viewer: Viewer, *, gauge_id: UUID, threshold_id: UUID) -> None:
    """A threshold counts until today."""
    gauge = gauge_for(viewer, gauge_id, MANAGE)
    row = gauge.thresholds.select_for_update().filter(pk=threshold_id, valid_to__isnull=True).first()
    if row is None:
        return
    row.valid_to, row.over_since = max(today() - timedelta(days=1), row.valid_from), None
    row.save(update_fields=["valid_to", "over_since"])
    emit(
        "alerts.threshold_ended",
        record=row,
        unit_path=row.unit_path,
        viewer=viewer,
        data={"gauge": gauge.code},
    )


@action
def keep_risk(
    viewer: Viewer,
    *,
    unit_path: str,
    region: int,
    susceptibility: str,
    source: str,
    unconfirmed: bool = True,
    valid_from: date | None = None,
) -> PlaceRisk:
    """How easily a place floods or slides, from a day on; the row before ends."""
    viewer.must(MANAGE, unit_path)
    if susceptibility not in law.SUSCEPTIBILITIES:
        raise ActionError("Chọn mức dễ xảy ra.", "susceptibility")
    if not clean(source):
        raise ActionError("Ghi nguồn: bản đồ, quyết định nào.", "source")
    begins = valid_from or today()
    before = PlaceRisk.objects.filter(unit_path=unit_path, valid_to__isnull=True)
    before.update(valid_to=begins - timedelta(days=1))
    row = PlaceRisk.objects.create(
        unit_path=unit_path,
        region=region,
        susceptibility=susceptibility,
        source=clean(source),
        unconfirmed=unconfirmed,
        valid_from=begins,
    )
    emit("alerts.risk_kept", record=row, unit_path=unit_path, viewer=viewer, data={"region": region})
    return row
