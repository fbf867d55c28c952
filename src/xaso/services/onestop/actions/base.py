"""What every write on a dossier begins with: the locked rows, who is asking, the status it moves to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from xaso.kernel.base.errors import Conflict, Forbidden, NotFound
from xaso.kernel.cases import plans
from xaso.kernel.cases.models import Case, CaseStep
from xaso.kernel.cases.plans import PlannedStep
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop import routing, rules
from xaso.services.onestop.models import Dossier


def locked(dossier: Dossier | UUID) -> Dossier:
    """The dossier's row, held until the transaction ends, with its case, setup and people at hand."""
    pk = dossier.pk if isinstance(dossier, Dossier) else dossier
    row = (
        Dossier.objects.select_for_update(of=("self",))
        .select_related("case", "case__plan", "setup", "procedure", "applicant")
        .filter(pk=pk)
        .first()
    )
    if row is None:
        raise NotFound("Không tìm thấy hồ sơ này.")
    return row


def must_own(viewer: Viewer, dossier: Dossier) -> None:
    """Raise NotFound unless the citizen is the applicant or the submitter: others learn not even that it exists."""
    if viewer.kind == "system":
        return
    if not viewer.is_citizen or viewer.person_id not in {dossier.applicant_id, dossier.submitter_id}:
        raise NotFound("Không tìm thấy hồ sơ này trong tài khoản của ông/bà.")


def must_receive(viewer: Viewer, dossier: Dossier) -> None:
    """Raise Forbidden unless the officer works at the desk that received the dossier."""
    if not (
        viewer.can("onestop.receive", dossier.received_path)
        or viewer.can("onestop.receive", dossier.unit_path)
    ):
        raise Forbidden("Hồ sơ do bộ phận một cửa khác tiếp nhận. Chỉ nơi tiếp nhận làm được việc này.")


def citizen_or_desk(viewer: Viewer, dossier: Dossier) -> None:
    """For what a citizen may do alone or at the desk."""
    if viewer.is_officer:
        must_receive(viewer, dossier)
    else:
        must_own(viewer, dossier)


def move(dossier: Dossier, status: int, **changes: Any) -> None:
    """Set the status and other columns; raises Conflict when the dossier has gone where this cannot follow."""
    if not rules.may_move(dossier.status, status):
        raise Conflict(
            f"Hồ sơ đang ở trạng thái “{dossier.get_status_display()}”. Tải lại trang để xem việc tiếp theo."
        )
    dossier.status = status
    for name, value in changes.items():
        setattr(dossier, name, value)
    dossier.save(update_fields=["status", *changes])


def tell(name: str, dossier: Dossier, viewer: Viewer, **data: Any) -> None:
    """Write the event of a change; ids and codes only."""
    facts = {"code": dossier.code, "status": dossier.status, "case": str(dossier.case_id), **data}
    emit(name, record=dossier, unit_path=dossier.unit_path, viewer=viewer, data=facts)


def open_step(dossier: Dossier) -> CaseStep | None:
    """The step under way, the lead's part when several run side by side."""
    steps = CaseStep.objects.filter(case_id=dossier.case_id, ended_at__isnull=True)
    return steps.filter(group__isnull=True).first() or steps.filter(is_lead=True).first()


def planned(dossier: Dossier, key: str) -> PlannedStep | None:
    """A step of the pinned plan."""
    return plans.step_of(dossier.case, key)


def place_of(case: Case, step: PlannedStep) -> str:
    """Where a planned step is done: the desk for reception and return, else the office that is competent."""
    if step.kind in {CaseStep.Kind.RECEIVE, CaseStep.Kind.RETURN}:
        return case.received_path
    return routing.office_path(case.unit_path, step.where)
