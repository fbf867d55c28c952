"""How a case ends. It is never opened again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict
from xaso.kernel.cases.actions.base import calendar_of, closed_as, locked, must_handle, tell
from xaso.kernel.cases.actions.clock import counted_due, end_pause
from xaso.kernel.cases.models import Case, CaseStep, Status
from xaso.kernel.cases.models.case import ENDINGS
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now


@action
def close_case(
    viewer: Viewer,
    *,
    case: Case | UUID,
    status: str = Status.DONE,
    note: str = "",
    at: datetime | None = None,
    checked: bool = False,
) -> Case:
    """End the case as done, refused, withdrawn or stopped; open steps and a running pause end with it.

    The same ending again changes nothing; another one is refused with Conflict.
    """
    row = locked(case)
    if status not in ENDINGS:
        raise ActionError("Chọn cách kết thúc hồ sơ.", "status")
    if not row.is_running:
        if row.status == status or (
            row.status == Status.RETURNED and status in (Status.DONE, Status.REFUSED)
        ):
            return row
        raise Conflict(f"Hồ sơ {row.code} đã kết thúc: {closed_as(row).lower()}.")
    must_handle(viewer, row, row.received_path, checked=checked)
    moment = at or now()
    if row.status == Status.WAITING:
        end_pause(row, moment)
        row.due_at = counted_due(row, calendar_of(row))
    for step in CaseStep.objects.filter(case=row, ended_at__isnull=True):
        step.ended_at, step.outcome = max(moment, step.began_at), str(status)
        step.note = note or step.note
        step.save(update_fields=["ended_at", "outcome", "note"])
    row.status, row.closed_at = status, moment
    row.save(update_fields=["status", "closed_at", "paused_at", "paused_for", "due_at"])
    tell(f"cases.{status}", row, viewer, closed_at=moment)
    return row


@action
def stop_case(viewer: Viewer, *, case: Case | UUID, note: str, checked: bool = False) -> Case:
    """Stop for good: on the applicant's request, or because the law says so."""
    if not note.strip():
        raise ActionError("Ghi lý do dừng xử lý.", "note")
    return close_case(viewer, case=case, status=Status.STOPPED, note=note, checked=checked)


@action
def mark_returned(viewer: Viewer, *, case: Case | UUID, checked: bool = False) -> Case:
    """The result of a done or refused case has been handed over. Again, it changes nothing."""
    row = locked(case)
    if row.status == Status.RETURNED:
        return row
    if row.status not in (Status.DONE, Status.REFUSED):
        raise Conflict("Hồ sơ chưa có kết quả để trả.")
    must_handle(viewer, row, row.received_path, checked=checked)
    row.status, row.returned_at = Status.RETURNED, now()
    row.save(update_fields=["status", "returned_at"])
    tell("cases.returned", row, viewer)
    return row
