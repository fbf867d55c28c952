"""Proposals: from thresholds, forecasts and others' messages. They warn nobody; a person looks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.kernel.plain.text import clean
from xaso.kernel.units.words import in_sentence
from xaso.services.alerts.models import PlaceRisk, RainForecast, WarningProposal
from xaso.services.alerts.queries.reading import DRAFT, READINGS
from xaso.services.alerts.queries.warnings import units_at
from xaso.services.alerts.rules import law

STATE = WarningProposal.State


def propose(
    *,
    unit_path: str,
    origin: str,
    hazard: str,
    level: int,
    reason: str,
    facts: dict[str, Any],
    area: dict[str, Any],
    **more: Any,
) -> WarningProposal:
    """Put a proposal before the people of a unit, in the present transaction."""
    row = WarningProposal.objects.create(
        unit_path=unit_path,
        origin=origin,
        hazard=hazard,
        level=level,
        reason=clean(reason)[:400],
        facts=facts,
        area=area,
        **more,
    )
    data = {"proposal_id": str(row.pk), "hazard": hazard, "level": level, "origin": origin}
    emit("alerts.proposed", record=row, unit_path=unit_path, viewer=Viewer.system(), data=data)
    return row


def open_proposal(viewer: Viewer, proposal_id: UUID) -> WarningProposal:
    """A proposal that waits, locked. Raises NotFound or Conflict."""
    row = WarningProposal.objects.select_for_update().filter(viewer.scope(DRAFT), pk=proposal_id).first()
    if row is None:
        raise NotFound("Không có đề xuất này trong đơn vị của tài khoản.")
    if row.state != STATE.OPEN:
        raise Conflict("Đề xuất này đã có người xử lý.")
    return row


@action
def dismiss_proposal(viewer: Viewer, *, proposal_id: UUID, why: str) -> WarningProposal:
    """Nothing is warned of; the reason is kept."""
    row = open_proposal(viewer, proposal_id)
    if not clean(why):
        raise ActionError("Ghi vì sao không cảnh báo.", "why")
    row.state, row.why_not = STATE.DISMISSED, clean(why)[:300]
    row.decided_at, row.decided_by = now(), viewer.name
    row.save(update_fields=["state", "why_not", "decided_at", "decided_by"])
    emit("alerts.proposal_dismissed", record=row, unit_path=row.unit_path, viewer=viewer)
    return row


@action
def take_forecast(
    viewer: Viewer,
    *,
    unit_path: str,
    source: str,
    made_at: datetime,
    valid_from: datetime,
    valid_to: datetime,
    rain_mm: float,
    rain_days_before: int = 0,
    note: str = "",
) -> tuple[RainForecast, WarningProposal | None]:
    """A forecast of rain; by article 46 it may become a proposal. The same one again is the same row.

    Only what the confirmed part of the matrix says is proposed; above it, a heavy forecast is proposed without a
    level of its own: as level 1 with the sentence that the matrix is not entered.
    """
    viewer.must(READINGS, unit_path)
    if not all(2000 <= one.year <= 2100 for one in (made_at, valid_from, valid_to)):
        raise ActionError("Ngày giờ của dự báo không hợp lý.", "made_at")
    if valid_to <= valid_from or rain_mm < 0 or rain_mm > 3000:
        raise ActionError("Dự báo phải có giờ cuối sau giờ đầu và lượng mưa từ 0 đến 3.000 mm.", "rain_mm")
    row, fresh = RainForecast.objects.get_or_create(
        unit_path=unit_path,
        source=clean(source)[:160],
        made_at=made_at,
        valid_from=valid_from,
        defaults={
            "valid_to": valid_to,
            "rain_mm": rain_mm,
            "rain_days_before": rain_days_before,
            "note": clean(note)[:300],
        },
    )
    if not fresh:
        return row, row.proposals.first()
    emit("alerts.forecast_taken", record=row, unit_path=unit_path, viewer=viewer, data={"mm": rain_mm})
    return row, _by_matrix(row)


def _by_matrix(row: RainForecast) -> WarningProposal | None:
    risk = (
        PlaceRisk.objects.filter(unit_path=row.unit_path, valid_from__lte=today())
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today()))
        .order_by("-valid_from")
        .first()
    )
    hours = max((row.valid_to - row.valid_from).total_seconds() / 3600, 1)
    rain = row.rain_mm if hours <= 24 else row.rain_mm * 24 / hours
    if risk is None or rain <= 100:
        return None
    judged = law.landslide(rain, row.rain_days_before, risk.region, risk.susceptibility, today())
    units = units_at([row.unit_path])
    name = units[0].full_name if units else ""
    return propose(
        unit_path=row.unit_path,
        origin=WarningProposal.Origin.FORECAST,
        hazard="landslide",
        level=judged.level or 1,
        reason=f"{row.source} dự báo mưa {round(rain)} mm trong 24 giờ. {judged.why}",
        facts={
            "rain_mm": rain,
            "judged": judged.level,
            "unconfirmed": risk.unconfirmed or judged.level is None,
        },
        area={"words": in_sentence(name), "words_en": name, "units": [row.unit_path], "polygons": []},
        forecast=row,
    )
