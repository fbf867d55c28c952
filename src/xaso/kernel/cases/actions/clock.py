"""The clock of a case: stop, go on, begin again from zero, apologise, recalculate."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict
from xaso.kernel.cases.actions.base import calendar_of, locked, must_handle, must_run, tell
from xaso.kernel.cases.calendars import calendar_for
from xaso.kernel.cases.models import Case, Extension, Pause, Status
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import clock
from xaso.kernel.plain.clock import Calendar
from xaso.kernel.plain.moment import now


@action
def pause_case(
    viewer: Viewer,
    *,
    case: Case | UUID,
    reason: str,
    stage: str,
    legal_basis: str = "",
    approver: Account | None = None,
    note: str = "",
    at: datetime | None = None,
    checked: bool = False,
) -> Pause:
    """Stop the clock. Stopped already for the same reason, it answers the pause that runs."""
    row = locked(case)
    must_run(row)
    must_handle(viewer, row, row.received_path, checked=checked)
    running = Pause.objects.filter(case=row, ended_at__isnull=True).first()
    if running is not None:
        if running.reason == reason:
            return running
        raise Conflict(f"Hồ sơ đang tạm dừng ({running.get_reason_display().lower()}). Cho tiếp tục trước.")
    if reason not in Pause.Reason.values:
        raise ActionError("Chọn lý do tạm dừng.", "reason")
    started = max(at or now(), row.clock_from)
    pause = Pause(
        case=row,
        started_at=started,
        reason=reason,
        stage=stage,
        legal_basis=legal_basis,
        approver=approver,
        note=note,
    )
    pause.save(force_insert=True)
    row.status, row.paused_at, row.paused_for = Status.WAITING, started, reason
    row.save(update_fields=["status", "paused_at", "paused_for"])
    tell("cases.paused", row, viewer, reason=reason, stage=stage)
    return pause


@action
def resume_case(
    viewer: Viewer, *, case: Case | UUID, at: datetime | None = None, checked: bool = False
) -> Case:
    """Let the clock go on: what was left runs from now, an agreed new date included. Running, it stays so."""
    row = locked(case)
    must_run(row)
    must_handle(viewer, row, row.received_path, checked=checked)
    if row.status != Status.WAITING:
        return row
    before = row.due_at
    end_pause(row, at or now())
    row.due_at = counted_due(row, calendar_of(row))
    row.save(update_fields=["status", "paused_at", "paused_for", "due_at"])
    tell("cases.resumed", row, viewer, old_due_at=before, due_at=row.due_at)
    return row


@action
def restart_clock(
    viewer: Viewer, *, case: Case | UUID, reason: str, at: datetime | None = None, checked: bool = False
) -> Case:
    """Count the term again from zero, on the calendar as known now: a dossier returned after appraisal is
    complete again (Decree 61/2018/NĐ-CP, art. 19.4).
    """
    row = locked(case)
    must_run(row)
    must_handle(viewer, row, row.received_path, checked=checked)
    moment = at or now()
    if moment < row.clock_from:
        raise ActionError("Không thể tính lại từ trước lúc tiếp nhận.", "at")
    if row.status == Status.WAITING:
        end_pause(row, moment)
    before, row.clock_from = row.due_at, moment
    calendar = calendar_for(row.province, moment)
    row.rule_version = {**row.rule_version, "calendar": calendar.version}
    row.rule_version.pop("calendar_at", None)
    row.due_at = counted_due(row, calendar)
    row.save(update_fields=["status", "paused_at", "paused_for", "due_at", "clock_from", "rule_version"])
    tell("cases.restarted", row, viewer, reason=reason, old_due_at=before, due_at=row.due_at)
    return row


@action
def extend_with_apology(
    viewer: Viewer,
    *,
    case: Case | UUID,
    new_due_at: datetime,
    reason: str,
    document_id: UUID | None = None,
) -> Extension:
    """Apologise in writing and name a new date (Decree 61/2018/NĐ-CP, art. 19.9).

    Made at the latest one day before expiry, the first apology moves the deadline. A later or a second one is
    owed all the same and is kept, marked, but the case stays counted against the date it had.
    """
    row = locked(case)
    must_run(row)
    must_handle(viewer, row)
    same = Extension.objects.filter(case=row, new_due_at=new_due_at, reason=reason.strip()).first()
    if same is not None:
        return same
    if row.due_at is None:
        raise ActionError("Hồ sơ này không có thời hạn nên không cần hẹn lại.")
    if not reason.strip():
        raise ActionError("Ghi lý do chậm để báo cho người nộp hồ sơ.", "reason")
    if new_due_at <= row.due_at:
        raise ActionError("Ngày hẹn lại phải sau hạn hiện tại.", "new_due_at")
    calendar = calendar_of(row)
    day = clock.local(new_due_at).date()
    if not calendar.is_working(day):
        raise ActionError("Ngày hẹn lại là ngày nghỉ. Chọn một ngày làm việc.", "new_due_at")
    in_time = can_still_extend(row)
    moves = in_time and not Extension.objects.filter(case=row, moves_due=True).exists()
    extension = Extension(
        case=row,
        old_due_at=row.due_at,
        new_due_at=new_due_at,
        reason=reason.strip(),
        made_by_id=viewer.account_id,
        in_time=in_time,
        moves_due=moves,
        document_id=document_id,
    )
    extension.save(force_insert=True)
    if moves:
        row.due_at = new_due_at
        row.save(update_fields=["due_at"])
    tell("cases.extended" if moves else "cases.apologised", row, viewer, due_at=new_due_at, in_time=in_time)
    return extension


def can_still_extend(case: Case) -> bool:
    """Whether an apology made now is in time: at the latest one day before the day of expiry."""
    if case.due_at is None:
        return False
    return clock.local(now()).date() <= clock.local(case.due_at).date() - timedelta(days=1)


@action
def recalculate_due(viewer: Viewer, *, case: Case | UUID, reason: str) -> bool:
    """Count the deadline of a running case again by the calendar as known now; answers whether it moved.

    The calendar never does this by itself. Right: ``cases.calendar`` on the competent authority.
    """
    row = locked(case)
    must_run(row)
    viewer.must("cases.calendar", row.unit_path)
    moment = now()
    calendar = calendar_for(row.province, moment)
    before, row.due_at = row.due_at, counted_due(row, calendar)
    row.rule_version = {
        **row.rule_version,
        "calendar": calendar.version,
        "calendar_at": moment.isoformat(),
    }
    if before == row.due_at:
        return False
    row.save(update_fields=["due_at", "rule_version"])
    tell("cases.recalculated", row, viewer, reason=reason, old_due_at=before, due_at=row.due_at)
    return True


def counted_due(case: Case, calendar: Calendar) -> datetime | None:
    """The deadline of a case by its term, its pauses so far and its one new date, on this calendar."""
    if not case.term:
        return case.due_at
    pauses = [
        clock.Pause(pause.started_at, pause.ended_at)
        for pause in Pause.objects.filter(case=case, ended_at__isnull=False)
        if pause.ended_at is not None
    ]
    counted = clock.due(case.clock_from, case.term, calendar, pauses).at
    agreed = Extension.objects.filter(case=case, moves_due=True, created_at__gte=case.clock_from).first()
    if agreed is None:
        return counted
    # Pauses after the apology move the agreed date by as much working time as they took.
    lost = sum(
        (
            clock.working_time_between(max(pause.start, agreed.created_at), pause.end, calendar)
            for pause in pauses
            if pause.end > agreed.created_at
        ),
        timedelta(),
    )
    moved = clock.add_working_time(agreed.new_due_at, lost, calendar) if lost else agreed.new_due_at
    return max(counted, calendar.closing(moved.date()) if lost else moved)


def end_pause(case: Case, moment: datetime) -> None:
    """End the running pause of a locked case; the caller saves the case."""
    pause = Pause.objects.get(case=case, ended_at__isnull=True)
    pause.ended_at = max(moment, pause.started_at)
    pause.save(update_fields=["ended_at"])
    case.status, case.paused_at, case.paused_for = Status.OPEN, None, ""
