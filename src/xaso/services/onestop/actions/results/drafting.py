"""Drafting: the specialist makes the paper of a result from its template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden
from xaso.kernel.cases.models import CaseStep, Status
from xaso.kernel.documents import actions as documents
from xaso.kernel.documents.actions.papers import About
from xaso.kernel.documents.models import Document
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.actions.base import locked, open_step, tell
from xaso.services.onestop.issuing import (
    REFUSAL,
    agency_of,
    issuer_for,
    issuing_path,
    result_of,
    signers_for,
)
from xaso.services.onestop.models import Dossier, Result
from xaso.services.onestop.unit_names import UNIT_NAMES

RECORD = "onestop.dossier"
NOT_FOR_DRAFTING = frozenset(
    {CaseStep.Kind.RECEIVE, CaseStep.Kind.SIGN, CaseStep.Kind.SEAL, CaseStep.Kind.RETURN}
)


def given_of(dossier: Dossier) -> eforms.Given:
    """What was known besides the answers when the dossier was filed."""
    channel = "online" if dossier.channel == Dossier.Channel.PORTAL else dossier.channel
    return eforms.Given(
        today=dossier.submitted_at.astimezone(VIETNAM).date(),
        facts={"channel": channel},
        unit_names=UNIT_NAMES,
    )


def drafted_now(dossier: Dossier) -> eforms.Given:
    """The same on the day of drafting: what the officer adds may have happened after the filing."""
    return eforms.Given(today=today(), facts=given_of(dossier).facts, unit_names=UNIT_NAMES)


def current_results(dossier: Dossier) -> list[Result]:
    """The results of a dossier that count, in the order they were begun."""
    rows = Result.objects.filter(dossier=dossier, ended_at__isnull=True)
    return list(rows.select_related("document").order_by("created_at"))


def must_go(dossier: Dossier) -> CaseStep:
    """The open step of a dossier whose clock runs. Raises Conflict with words for the officer."""
    if dossier.case.status == Status.WAITING:
        raise Conflict("Hồ sơ đang tạm dừng. Chờ công dân bổ sung hoặc cho tiếp tục trước.")
    part = open_step(dossier) if dossier.case.is_running else None
    if part is None:
        raise Conflict(f"Hồ sơ {dossier.code} đã kết thúc ({dossier.get_status_display().lower()}).")
    return part


def must_draft(viewer: Viewer, dossier: Dossier) -> CaseStep:
    """The open step at which a result may be drafted by this officer now. Raises Forbidden or Conflict."""
    part = must_go(dossier)
    if not viewer.can("onestop.draft", part.unit_path):
        raise Forbidden("Hồ sơ đang ở đơn vị khác, hoặc tài khoản không được soạn kết quả.")
    if part.kind in NOT_FOR_DRAFTING:
        raise Conflict(f"Hồ sơ đang ở bước “{part.title}”, chưa hoặc không còn soạn được kết quả.")
    return part


def offered_results(dossier: Dossier) -> list[eforms.Result]:
    """The results these answers call for, and last the refusal, which any dossier may end with."""
    body = setups_in_force.body_of(dossier.setup)
    return [*eforms.results_for(body, dossier.answers, given_of(dossier)), result_of(body, REFUSAL)]


@action
def draft_result(
    viewer: Viewer, *, dossier_id: UUID, key: str, answers: Mapping[str, Any], signer: UUID | None = None
) -> Result:
    """Make the paper of a result from its template, or make it anew while nobody has signed.

    ``key``: a result of the procedure, or ``refusal``; drafting one kind ends the other. ``answers``: what the
    officer adds, read by the rules of a form. ``signer``: whose name stands under it, else the likeliest.
    """
    dossier = locked(dossier_id)
    must_draft(viewer, dossier)
    result = next((one for one in offered_results(dossier) if one.key == key), None)
    if result is None:
        raise ActionError("Hồ sơ này không có kết quả đó theo nội dung đã kê khai.", "key")
    reading = eforms.read_draft(result, answers, drafted_now(dossier))
    if not reading.ok:
        errors: dict[str, list[str]] = {}
        for problem in reading.problems:
            errors.setdefault(problem.path, []).append(problem.message)
        raise ActionErrors(errors)
    row = _replace_other_kind(viewer, dossier, key)
    return make_paper(viewer, dossier, result, row, reading.answers, _signer(dossier, result, signer))


def _replace_other_kind(viewer: Viewer, dossier: Dossier, key: str) -> Result | None:
    """End drafts of the other kind (result or refusal); answer the row of this key, if there is one."""
    found = None
    for row in current_results(dossier):
        if row.signed_at or row.document.state != Document.State.DRAFT:
            raise Conflict("Kết quả đã có chữ ký của lãnh đạo nên không soạn lại được.")
        if row.key == key:
            found = row
        elif row.is_refusal or key == REFUSAL:
            row.ended_at = now()
            row.save(update_fields=["ended_at"])
            # The replaced draft must not be signed by mistake from any list of drafts.
            documents.refuse_signature(
                Viewer.system(), document=row.document, reason="Đã thay bằng dự thảo khác."
            )
    return found


def _signer(dossier: Dossier, result: eforms.Result, chosen: UUID | None) -> Account | None:
    offered = signers_for(dossier, result)
    if chosen is None:
        return offered[0] if offered else None
    found = next((account for account in offered if account.pk == chosen), None)
    if found is None:
        raise ActionError("Người này không ký được kết quả của đơn vị. Chọn người ký khác.", "signer")
    return found


def make_paper(
    viewer: Viewer,
    dossier: Dossier,
    result: eforms.Result,
    row: Result | None,
    answers: Mapping[str, Any],
    signer: Account | None,
) -> Result:
    kept = {"draft": dict(answers), "signer": str(signer.pk) if signer else ""}
    if row is not None and row.data == kept and not row.document.refused_at:
        return row
    data = paper_data(dossier, result, answers, signer)
    if row is None:
        row = Result(
            dossier=dossier,
            key=result.key,
            document=documents.draft_document(
                viewer,
                template_key=eforms.template_key(result),
                data=data,
                about=_about(dossier, result),
            ),
            result_code=result.code,
            data=kept,
            is_refusal=result.key == REFUSAL,
            drafted_by=viewer.account_id,
        )
        row.save(force_insert=True)
    else:
        row.document = documents.redraft_document(viewer, document=row.document, data=data)
        row.data, row.drafted_by = kept, viewer.account_id
        row.save(update_fields=["data", "drafted_by"])
    tell("onestop.result_drafted", dossier, viewer, result=row.key, refusal=row.is_refusal)
    return row


def paper_data(
    dossier: Dossier, result: eforms.Result, answers: Mapping[str, Any], signer: Account | None
) -> dict[str, Any]:
    """What the template of a result is given."""
    data = eforms.result_data(
        setups_in_force.body_of(dossier.setup),
        result,
        dossier.answers,
        answers,
        given_of(dossier),
        issuer_for(dossier, result, signer),
        dossier.code,
        drafted_now(dossier),
    )
    received = (dossier.received_at or dossier.submitted_at).astimezone(VIETNAM)
    return {**data, "applicant": dossier.applicant.full_name, "received_on": f"{received:%d/%m/%Y}"}


def _about(dossier: Dossier, result: eforms.Result) -> About:
    agency = agency_of(issuing_path(dossier, result))
    return About(
        title=f"{result.title} ({dossier.code})",
        kind=result.title,
        unit_path=agency.unit_path,
        agency=agency.name,
        place=agency.place,
        symbol=result.symbol_in(today().year),
        series=result.number_book,
        result_code=result.code,
        record=(RECORD, dossier.pk),
        holder=dossier.applicant,
    )
