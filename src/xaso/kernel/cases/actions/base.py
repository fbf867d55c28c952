"""What every write on a case begins with: the locked row, the right, the open step."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from xaso.kernel.base.errors import ActionError, Conflict, Forbidden, NotFound
from xaso.kernel.cases import registry
from xaso.kernel.cases.calendars import calendar_for
from xaso.kernel.cases.models import Case, CaseStep, Status
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.clock import Calendar, due
from xaso.kernel.plain.moment import VIETNAM


def locked(case: Case | UUID) -> Case:
    """The case's row, held until the transaction ends: two presses at once come one after the other."""
    pk = case.pk if isinstance(case, Case) else case
    row = Case.objects.select_for_update(of=("self",)).select_related("plan").filter(pk=pk).first()
    if row is None:
        raise NotFound("Không tìm thấy hồ sơ này.")
    return row


def handle_right(case: Case) -> str:
    """The right by which this kind of case is handled."""
    try:
        return registry.case_type(case.type).handle_right
    except KeyError as error:
        raise ActionError("Loại hồ sơ này không còn được cài đặt. Hỏi người quản trị.") from error


def must_handle(viewer: Viewer, case: Case, *paths: str, checked: bool = False) -> None:
    """Raise Forbidden unless the viewer may handle the case where it is held, or at one of ``paths``.

    ``checked``: the calling service has looked at the right itself (a citizen who answers for an own dossier).
    """
    if checked and viewer.kind != "anonymous":
        return
    right = handle_right(case)
    if not any(viewer.can(right, path) for path in (case.holder_path, *paths)):
        raise Forbidden("Hồ sơ này đang ở đơn vị khác hoặc tài khoản không được xử lý loại hồ sơ này.")


def must_run(case: Case) -> None:
    """Raise Conflict when the case is closed: it is never opened again."""
    if not case.is_running:
        raise Conflict(
            f"Hồ sơ {case.code} đã kết thúc ({case.get_status_display().lower()}), không sửa được nữa."
        )


def open_step(case: Case) -> CaseStep | None:
    """The one open step outside parallel groups."""
    return CaseStep.objects.filter(case=case, ended_at__isnull=True, group__isnull=True).first()


def last_number(case: Case) -> int:
    """The number of the last row of the control slip."""
    found = CaseStep.objects.filter(case=case).order_by("-number").values_list("number", flat=True).first()
    return found or 0


def calendar_of(case: Case) -> Calendar:
    """The calendar this case pinned: by the rows known when its clock was set, or last recalculated."""
    pinned = case.rule_version.get("calendar_at")
    as_of = datetime.fromisoformat(pinned).astimezone(VIETNAM) if pinned else case.clock_from
    return calendar_for(case.province, as_of)


def due_after(start: datetime, term: str, calendar: Calendar) -> datetime:
    """When a term that begins now is due; ActionError in Vietnamese for a term that cannot be read."""
    try:
        return due(start, term, calendar).at
    except ValueError as error:
        raise ActionError(str(error), "term") from error


def tell(name: str, case: Case, viewer: Viewer, **data: Any) -> None:
    """Write the event of a change to this case; ids and codes only."""
    emit(name, record=case, unit_path=case.unit_path, viewer=viewer, data={"type": case.type, **data})


def closed_as(case: Case) -> str:
    """The Vietnamese word for how the case ended."""
    return str(Status(case.status).label)
