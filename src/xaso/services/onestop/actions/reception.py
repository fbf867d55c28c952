"""Reception and what interrupts a dossier: accept, refuse, supplement, withdraw, stop, papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, Forbidden
from xaso.kernel.cases import actions as cases
from xaso.kernel.cases.actions.base import calendar_of, due_after
from xaso.kernel.cases.models import CaseStep, Pause, Status
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.onestop import rules, setups_in_force
from xaso.services.onestop.actions.base import citizen_or_desk, locked, move, must_receive, open_step, tell
from xaso.services.onestop.actions.filing import PaperIn
from xaso.services.onestop.actions.handling import go_on
from xaso.services.onestop.models import Dossier, DossierPaper, Supplement


@action
def accept_dossier(viewer: Viewer, *, dossier_id: UUID, note: str = "") -> Dossier:
    """Take a dossier in: complete and within competence. It goes on at once to whoever is next.

    The clock began when it was filed, which is never worse for the citizen. Raises Conflict while the fee that
    is due before handling is not paid.
    """
    dossier = locked(dossier_id)
    must_receive(viewer, dossier)
    if dossier.received_at is not None:
        return dossier
    if dossier.status == rules.PAYMENT:
        raise Conflict("Hồ sơ chưa nộp phí. Thu phí tại quầy hoặc chờ công dân chuyển khoản.")
    move(dossier, rules.RECEIVED, received_at=now())
    DossierPaper.objects.filter(dossier=dossier, ended_at__isnull=True, accepted__isnull=True).update(
        accepted=True
    )
    tell("onestop.dossier_received", dossier, viewer)
    part = open_step(dossier)
    if part is not None and part.kind == CaseStep.Kind.RECEIVE:
        move(dossier, rules.IN_PROCESS)
        go_on(viewer, dossier, part, "accepted", note)
    return dossier


@action
def refuse_dossier(viewer: Viewer, *, dossier_id: UUID, reason: str, legal_basis: str = "") -> Dossier:
    """Refuse to take a dossier in (form 03), with the reason in words for the citizen."""
    dossier = locked(dossier_id)
    must_receive(viewer, dossier)
    if not reason.strip():
        raise ActionError("Ghi lý do không tiếp nhận để người nộp hiểu và làm lại.", "reason")
    if dossier.status == rules.NOT_RECEIVED:
        return dossier
    move(dossier, rules.NOT_RECEIVED, finished_at=now())
    cases.close_case(viewer, case=dossier.case_id, status=Status.REFUSED, note=reason.strip(), checked=True)
    tell("onestop.dossier_refused", dossier, viewer)
    return dossier


@action
def ask_supplement(
    viewer: Viewer,
    *,
    dossier_id: UUID,
    items: Sequence[Mapping[str, Any]],
    reason: str,
    legal_basis: str = "",
    approve_more: bool = False,
) -> Supplement:
    """Ask for missing papers, once and completely (form 02); the clock stops, and begins anew when they come.

    Beyond the procedure's own limit only a leader may ask again, and stands by it as approver.
    """
    dossier = locked(dossier_id)
    reception = dossier.received_at is None
    if reception:
        must_receive(viewer, dossier)
    elif not viewer.can("onestop.handle", dossier.case.holder_path):
        raise Forbidden("Hồ sơ đang ở đơn vị khác.")
    waiting = Supplement.objects.filter(dossier=dossier, answered_at__isnull=True).first()
    if waiting is not None:
        return waiting
    if not items and not reason.strip():
        raise ActionError("Chọn giấy tờ cần bổ sung hoặc ghi rõ nội dung cần sửa.", "items")
    if not reason.strip():
        raise ActionError("Ghi lý do cần bổ sung.", "reason")
    stage = Supplement.Stage.RECEPTION if reception else Supplement.Stage.APPRAISAL
    limit = setups_in_force.body_of(dossier.setup).supplement_limit
    asked = Supplement.objects.filter(dossier=dossier, stage=stage).count()
    may_exceed = approve_more and viewer.can("onestop.extend", dossier.unit_path)
    if asked >= max(limit, 1) and not may_exceed:
        raise ActionError(f"Đã yêu cầu bổ sung {asked} lần. Lần nữa phải do lãnh đạo duyệt.", "reason")
    row = Supplement(
        dossier=dossier,
        stage=stage,
        items=list(items),
        reason=reason.strip(),
        legal_basis=legal_basis,
        asked_by=viewer.account_id,
        approver=viewer.account_id if asked >= max(limit, 1) else None,
        answer_by=_answer_by(dossier),
    )
    row.save(force_insert=True)
    cases.pause_case(
        viewer,
        case=dossier.case_id,
        reason=Pause.Reason.SUPPLEMENT,
        stage=stage,
        legal_basis=legal_basis,
        note=reason.strip()[:2000],
        checked=True,
    )
    move(dossier, rules.SUPPLEMENT)
    tell("onestop.supplement_asked", dossier, viewer, stage=str(stage))
    return row


def _answer_by(dossier: Dossier) -> datetime | None:
    """When the answer must be in, where the law of the procedure sets a time."""
    days = setups_in_force.body_of(dossier.setup).supplement_days
    return due_after(now(), days, calendar_of(dossier.case)) if days else None


@action
def answer_supplement(
    viewer: Viewer, *, dossier_id: UUID, papers: Sequence[PaperIn], note: str = ""
) -> Dossier:
    """Hand in what was asked for, from the phone or at the desk; the clock begins anew (Decree 61/2018 art. 17)."""
    dossier = locked(dossier_id)
    citizen_or_desk(viewer, dossier)
    waiting = Supplement.objects.filter(dossier=dossier, answered_at__isnull=True).first()
    if waiting is None:
        return dossier
    if not papers and not note.strip():
        raise ActionError("Thêm giấy tờ hoặc ghi nội dung đã sửa rồi gửi lại.", "papers")
    add_papers(viewer, dossier, papers)
    waiting.answered_at = now()
    waiting.save(update_fields=["answered_at"])
    cases.restart_clock(viewer, case=dossier.case_id, reason="supplement", checked=True)
    move(dossier, rules.NEW if waiting.stage == Supplement.Stage.RECEPTION else rules.IN_PROCESS)
    tell("onestop.supplement_answered", dossier, viewer, stage=waiting.stage)
    return dossier


def add_papers(viewer: Viewer, dossier: Dossier, papers: Sequence[PaperIn]) -> None:
    """Add papers to a locked dossier; an earlier paper of the same component ends, and stays in the record."""
    names = {one.key: one.name for one in setups_in_force.body_of(dossier.setup).components}
    moment = now()
    for paper in papers:
        DossierPaper.objects.filter(
            dossier=dossier, component=paper.component, ended_at__isnull=True, accepted=False
        ).update(ended_at=moment)
        DossierPaper(
            dossier=dossier,
            component=paper.component,
            name=(paper.name or names.get(paper.component, paper.component))[:300],
            file_id=paper.file_id,
            document_id=paper.document_id,
            source=paper.source,
            originals=paper.originals,
            certified=paper.certified,
            copies=paper.copies,
            note=paper.note,
        ).save(force_insert=True)
        tell("onestop.paper_added", dossier, viewer, component=paper.component)


@action
def scan_paper(viewer: Viewer, *, dossier_id: UUID, paper: PaperIn) -> Dossier:
    """Add a paper digitised at the desk, or shown there, to a dossier under way."""
    dossier = locked(dossier_id)
    must_receive(viewer, dossier)
    if dossier.status in rules.ENDED:
        raise Conflict("Hồ sơ đã kết thúc, không thêm giấy tờ được nữa.")
    add_papers(viewer, dossier, [paper])
    return dossier


@action
def judge_paper(viewer: Viewer, *, paper_id: UUID, accepted: bool, note: str = "") -> DossierPaper:
    """Say whether a paper will do; a paper that will not needs a note for the citizen."""
    paper = DossierPaper.objects.select_for_update().filter(pk=paper_id).first()
    if paper is None:
        raise ActionError("Không tìm thấy giấy tờ này.")
    dossier = locked(paper.dossier_id)
    if not viewer.can("onestop.receive", dossier.received_path):
        viewer.must("onestop.handle", dossier.case.holder_path)
    if not accepted and not note.strip():
        raise ActionError("Ghi vì sao giấy tờ chưa đạt.", "note")
    paper.accepted, paper.note = accepted, note.strip()[:300]
    paper.save(update_fields=["accepted", "note"])
    tell("onestop.paper_judged", dossier, viewer, component=paper.component, accepted=accepted)
    return paper


@action
def withdraw_dossier(viewer: Viewer, *, dossier_id: UUID, reason: str = "") -> Dossier:
    """The citizen takes the dossier back, alone or at the desk, as long as it has no result."""
    dossier = locked(dossier_id)
    citizen_or_desk(viewer, dossier)
    if dossier.status == rules.WITHDRAWN:
        return dossier
    move(dossier, rules.WITHDRAWN, finished_at=now())
    cases.close_case(viewer, case=dossier.case_id, status=Status.WITHDRAWN, note=reason.strip(), checked=True)
    tell("onestop.dossier_withdrawn", dossier, viewer)
    return dossier


@action
def stop_dossier(viewer: Viewer, *, dossier_id: UUID, reason: str) -> Dossier:
    """Stop for good (form 05): on the applicant's request, or because the law says so. A leader's decision."""
    dossier = locked(dossier_id)
    viewer.must("onestop.extend", dossier.unit_path)
    if dossier.status == rules.STOPPED:
        return dossier
    cases.stop_case(viewer, case=dossier.case_id, note=reason, checked=True)
    move(dossier, rules.STOPPED, finished_at=now())
    tell("onestop.dossier_stopped", dossier, viewer)
    return dossier
