"""A warning is written: from a proposal, by hand, as a drill, or as a change of what is on the air."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionErrors, Conflict, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.geometry import GeometryError, position
from xaso.kernel.plain import cap
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import nfc
from xaso.services.alerts.actions.proposing import STATE as PROPOSAL
from xaso.services.alerts.actions.proposing import open_proposal
from xaso.services.alerts.models import HazardWarning, WarningStep
from xaso.services.alerts.queries.reading import DRAFT
from xaso.services.alerts.rules import law, wording

State = HazardWarning.State
HOURS = (1, 3, 6, 12, 24)


def note_step(
    warning: HazardWarning,
    kind: str,
    text: str,
    *,
    by: str = "",
    record: Any = None,
    facts: Mapping[str, Any] | None = None,
) -> WarningStep:
    """Write down what happened to a warning, with the record that proves it."""
    return WarningStep.objects.create(
        warning=warning,
        unit_path=warning.unit_path,
        at=now(),
        kind=kind,
        text=text[:400],
        by_name=by[:150],
        record_type=record._meta.label_lower if record is not None else "",
        record_id=record.pk if record is not None else None,
        facts=dict(facts or {}),
    )


def locked(viewer: Viewer, warning_id: UUID, right: str = DRAFT) -> HazardWarning:
    """A warning of the viewer's units, locked. Raises NotFound."""
    row = HazardWarning.objects.select_for_update().filter(viewer.scope(right), pk=warning_id).first()
    if row is None:
        raise NotFound("Không có cảnh báo này trong đơn vị của tài khoản.")
    return row


def new_code() -> str:
    """ "CB-2611-7F3K": month and letters that nobody can count."""
    letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    return f"CB-{now():%y%m}-" + "".join(secrets.choice(letters) for _ in range(6))


def checked(contents: Mapping[str, Any], unit_path: str) -> dict[str, Any]:
    """Contents fit to be confirmed: words in NFC, an area inside the unit, closed rings. Raises ActionErrors."""
    area = dict(contents.get("area") or {})
    kept = {**contents, **{name: nfc(str(contents.get(name, ""))).strip() for name in wording.WORDS}}
    wrong = wording.problems(kept, now())
    outside = [path for path in area.get("units", ()) if not str(path).startswith(unit_path)]
    if outside:
        wrong["area"] = ["Chỉ cảnh báo được trong địa bàn của đơn vị mình."]
    try:
        area["polygons"] = [_ring(points) for points in area.get("polygons", ())]
    except (cap.AreaError, GeometryError) as error:
        wrong["polygon"] = [str(error)]
    if wrong:
        raise ActionErrors(wrong)
    return {**kept, "area": area, "level": int(kept["level"]), "loud": bool(kept.get("loud"))}


def _ring(points: Any) -> list[list[float]]:
    for lat, lon in points:
        position(float(lat), float(lon))
    return [list(point) for point in cap.read_polygon(cap.write_polygon(points))]


def beginning(hazard: str, level: int, area: Mapping[str, Any], why: str, hours: int = 6) -> dict[str, Any]:
    """First contents for a form."""
    place = str(area.get("words", ""))
    words = wording.first_words(hazard, level, place, why)
    english = str(area.get("words_en") or place)
    words["headline_en"] = law.hazards()[hazard].headline_en.format(place=english)
    return {**words, "area": dict(area), "expires": (now() + timedelta(hours=hours)).isoformat()}


@action
def draft_warning(
    viewer: Viewer,
    *,
    unit_path: str,
    contents: Mapping[str, Any],
    drill: bool = False,
    proposal_id: UUID | None = None,
) -> HazardWarning:
    """Write a warning that waits for confirmation. ``drill`` is decided here and never changes.

    Raises ActionErrors for what must be mended, Conflict when somebody else took the proposal.
    """
    viewer.must(DRAFT, unit_path)
    proposal = open_proposal(viewer, proposal_id) if proposal_id else None
    kept = {**checked({**contents, "type": wording.ALERT}, unit_path), "by": str(viewer.account_id or "")}
    row = HazardWarning.objects.create(
        code=new_code(),
        unit_path=unit_path,
        drill=drill,
        hazard=kept["hazard"],
        level=kept["level"],
        loud=kept["loud"],
        pending=kept,
        proposal=proposal,
        drafted_by=viewer.name,
        account_id=viewer.account_id,
        expires_at=kept["expires"],
    )
    row.refresh_from_db()
    if proposal is not None:
        proposal.state, proposal.decided_at, proposal.decided_by = PROPOSAL.TAKEN, now(), viewer.name
        proposal.save(update_fields=["state", "decided_at", "decided_by"])
        note_step(row, "proposed", proposal.reason, record=proposal)
    note_step(row, "drafted", "Soạn diễn tập" if drill else "Soạn cảnh báo", by=viewer.name)
    data = {"warning_id": str(row.pk), "drill": drill, "level": row.level}
    emit("alerts.drafted", record=row, unit_path=unit_path, viewer=viewer, data=data)
    return row


@action
def change_pending(
    viewer: Viewer, *, warning_id: UUID, contents: Mapping[str, Any], kind: str | None = None
) -> HazardWarning:
    """Write what waits for confirmation anew: of a draft, or a change (Update), withdrawal (Cancel) or all-clear of
    what is on the air. Confirmations given so far are void, as they were for other words.
    """
    row = locked(viewer, warning_id)
    if row.state not in {State.DRAFT, State.LIVE}:
        raise Conflict("Cảnh báo này đã kết thúc.")
    allowed = (
        {wording.ALERT} if row.state == State.DRAFT else {wording.UPDATE, wording.CANCEL, wording.ALL_CLEAR}
    )
    wanted = kind or (wording.ALERT if row.state == State.DRAFT else wording.UPDATE)
    if wanted not in allowed:
        raise Conflict("Việc này không làm được với cảnh báo ở trạng thái hiện nay.")
    kept = checked({**contents, "type": wanted}, row.unit_path)
    row.pending, row.confirmed = {**kept, "by": str(viewer.account_id or "")}, []
    fields = ["pending", "confirmed"]
    if row.state == State.DRAFT:
        row.hazard, row.level, row.loud = row.pending["hazard"], row.pending["level"], row.pending["loud"]
        fields += ["hazard", "level", "loud"]
    row.save(update_fields=fields)
    note_step(row, "changed", f"Soạn: {wording.TYPES[wanted].lower()}", by=viewer.name)
    emit("alerts.changed", record=row, unit_path=row.unit_path, viewer=viewer, data={"kind": wanted})
    return row


@action
def drop_pending(viewer: Viewer, *, warning_id: UUID) -> HazardWarning:
    """What waits is not given out: a draft ends, a change of a live warning is forgotten."""
    row = locked(viewer, warning_id)
    if not row.pending:
        raise Conflict("Không có gì chờ xác nhận.")
    row.pending, row.confirmed = {}, []
    if row.state == State.DRAFT:
        row.state, row.ended_at = State.DROPPED, now()
    row.save(update_fields=["pending", "confirmed", "state", "ended_at"])
    note_step(row, "dropped", "Bỏ bản chờ xác nhận", by=viewer.name)
    emit("alerts.dropped", record=row, unit_path=row.unit_path, viewer=viewer)
    return row
