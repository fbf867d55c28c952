"""Changing the official calendar. A change never touches the deadlines of running cases by itself."""

from __future__ import annotations

from datetime import date, time
from uuid import UUID

from django.db import transaction

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.cases import calendars
from xaso.kernel.cases.models import OfficialDay, WorkingHours
from xaso.kernel.cases.models.calendar import CalendarRow
from xaso.kernel.cases.tasks import recalculate_province
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.tasks import enqueue

RIGHT = "cases.calendar"


def path_of(province: str) -> str:
    """The unit path a row of the calendar belongs to; "" is the country."""
    return f"{province}/" if province else ""


@action
def change_day(
    viewer: Viewer,
    *,
    province: str,
    day: date,
    kind: str,
    name: str,
    legal_basis: str,
    confirmed: bool = True,
    replaces: UUID | None = None,
) -> OfficialDay:
    """Put in or replace the row of a day; the row before stays readable as history.

    ``replaces`` is a row of another date that moves here. Right ``cases.calendar`` on the province, or
    everywhere for the country's rows. The same row again is kept.
    """
    viewer.must(RIGHT, path_of(province))
    if kind not in OfficialDay.Kind.values:
        raise ActionError("Chọn loại ngày.", "kind")
    if not name.strip():
        raise ActionError("Ghi tên ngày, ví dụ “Nghỉ bù Giỗ Tổ Hùng Vương”.", "name")
    if not legal_basis.strip():
        raise ActionError("Ghi căn cứ: số, ngày của văn bản.", "legal_basis")
    if replaces is not None:
        moved = OfficialDay.objects.filter(pk=replaces, province=province, ended_at__isnull=True)
        for old in moved.exclude(date=day):
            _end(old)
    current = (
        OfficialDay.objects.select_for_update()
        .filter(date=day, province=province, ended_at__isnull=True)
        .first()
    )
    wanted = (kind, name.strip(), legal_basis.strip(), confirmed)
    if current and (current.kind, current.name, current.legal_basis, current.confirmed) == wanted:
        return current
    moment = now()
    if current:
        _end(current)
    row = OfficialDay(
        province=province,
        date=day,
        kind=kind,
        name=name.strip(),
        legal_basis=legal_basis.strip(),
        confirmed=confirmed,
        known_from=moment,
    )
    row.save(force_insert=True)
    _changed(viewer, row, {"date": day, "kind": kind})
    return row


@action
def end_day(viewer: Viewer, *, row: UUID) -> None:
    """Take a row of a day out of the calendar from now on; it stays as history."""
    current = OfficialDay.objects.select_for_update().filter(pk=row).first()
    if current is None:
        raise NotFound("Không tìm thấy ngày này trong lịch.")
    viewer.must(RIGHT, path_of(current.province))
    if current.ended_at is None:
        _end(current)
        _changed(viewer, current, {"date": current.date, "ended": True})


@action
def change_hours(
    viewer: Viewer,
    *,
    province: str,
    purpose: str,
    valid_from: date,
    valid_to: date | None,
    weekdays: str,
    sessions: str,
    legal_basis: str,
    cut_off: time = time(15, 0),
    confirmed: bool = True,
    replaces: UUID | None = None,
) -> WorkingHours:
    """Put in hours from a day to a day; ``replaces`` ends the row they take the place of."""
    viewer.must(RIGHT, path_of(province))
    if not legal_basis.strip():
        raise ActionError("Ghi căn cứ: số, ngày của văn bản.", "legal_basis")
    if valid_to is not None and valid_to < valid_from:
        raise ActionError("Ngày cuối phải sau ngày đầu.", "valid_to")
    row = WorkingHours(
        province=province,
        purpose=purpose,
        valid_from=valid_from,
        valid_to=valid_to,
        weekdays=weekdays,
        sessions=sessions,
        cut_off=cut_off,
        legal_basis=legal_basis.strip(),
        confirmed=confirmed,
    )
    try:
        row.value()
    except ValueError as error:
        raise ActionError(str(error), "weekdays" if "thứ" in str(error) else "sessions") from error
    if replaces is not None:
        old = WorkingHours.objects.select_for_update().filter(pk=replaces, ended_at__isnull=True).first()
        if old is None or old.province != province:
            raise NotFound("Không tìm thấy dòng giờ làm việc cần thay.")
        _end(old)
    row.known_from = now()
    row.save(force_insert=True)
    _changed(viewer, row, {"sessions": sessions, "from": valid_from})
    return row


@action
def end_hours(viewer: Viewer, *, row: UUID) -> None:
    """Take a row of hours out of the calendar; the country always keeps one."""
    current = WorkingHours.objects.select_for_update().filter(pk=row).first()
    if current is None:
        raise NotFound("Không tìm thấy dòng giờ làm việc này.")
    viewer.must(RIGHT, path_of(current.province))
    if current.ended_at is not None:
        return
    others = WorkingHours.objects.filter(province="", purpose="work", ended_at__isnull=True).exclude(
        pk=current.pk
    )
    if current.province == "" and current.purpose == "work" and not others.exists():
        raise ActionError(
            "Cả nước phải còn ít nhất một dòng giờ làm việc. Thêm dòng mới trước khi bỏ dòng này."
        )
    _end(current)
    _changed(viewer, current, {"ended": True})


@action
def recalculate_unit(viewer: Viewer, *, unit_path: str, reason: str) -> None:
    """Ask for the deadlines of all running cases of a unit's subtree to be counted again, in the background."""
    viewer.must(RIGHT, unit_path)
    if not reason.strip():
        raise ActionError("Ghi lý do tính lại hạn, ví dụ số văn bản đổi ngày nghỉ.", "reason")
    enqueue(
        recalculate_province,
        {
            "unit_path": unit_path,
            "reason": reason.strip(),
            "account_id": str(viewer.account_id) if viewer.account_id else "",
        },
        key=f"recalculate:{unit_path}",
    )


def _end(row: CalendarRow) -> None:
    row.ended_at = max(now(), row.known_from)
    row.save(update_fields=["ended_at"])


def _changed(viewer: Viewer, row: OfficialDay | WorkingHours, data: dict[str, object]) -> None:
    emit(
        "cases.calendar_changed",
        record=row,
        unit_path=path_of(row.province),
        viewer=viewer,
        data={"province": row.province, **data},
    )
    calendars.forget()
    transaction.on_commit(calendars.forget)
