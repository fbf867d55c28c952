"""The result: drafted by the specialist, signed by the leader, numbered and sealed by the clerk, in this order.

Signing and sealing run paper by paper, each in a transaction of its own together with the step it ends, so that
one failure never loses the others and nothing is half done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden, NotFound
from xaso.kernel.cases import plans
from xaso.kernel.cases.models import CaseStep, Status
from xaso.kernel.documents import actions as documents
from xaso.kernel.documents.actions import ItemResult
from xaso.kernel.documents.actions.issuing import key_of_agency
from xaso.kernel.documents.actions.papers import About
from xaso.kernel.documents.models import Document, SigningKey
from xaso.kernel.documents.signing.errors import OutOfOrder
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.actions.base import locked, open_step, tell
from xaso.services.onestop.actions.handling import go_on
from xaso.services.onestop.issuing import (
    REFUSAL,
    agency_of,
    issuer_for,
    issuing_path,
    result_of,
    signers_for,
)
from xaso.services.onestop.models import Dossier, Result

RECORD = "onestop.dossier"
NOT_FOR_DRAFTING = frozenset(
    {CaseStep.Kind.RECEIVE, CaseStep.Kind.SIGN, CaseStep.Kind.SEAL, CaseStep.Kind.RETURN}
)


@dataclass(frozen=True)
class DossierOutcome:
    """What became of one dossier of a batch."""

    dossier_id: UUID
    code: str
    ok: bool
    message: str


def given_of(dossier: Dossier) -> eforms.Given:
    """What was known besides the answers when the dossier was filed."""
    channel = "online" if dossier.channel == Dossier.Channel.PORTAL else dossier.channel
    return eforms.Given(today=dossier.submitted_at.astimezone(VIETNAM).date(), facts={"channel": channel})


def drafted_now(dossier: Dossier) -> eforms.Given:
    """The same on the day of drafting: what the officer adds may have happened after the filing."""
    return eforms.Given(today=today(), facts=given_of(dossier).facts)


def current_results(dossier: Dossier) -> list[Result]:
    """The results of a dossier that count, in the order they were begun."""
    rows = Result.objects.filter(dossier=dossier, ended_at__isnull=True)
    return list(rows.select_related("document").order_by("created_at"))


def _must_go(dossier: Dossier) -> CaseStep:
    """The open step of a dossier whose clock runs. Raises Conflict with words for the officer."""
    if dossier.case.status == Status.WAITING:
        raise Conflict("Hồ sơ đang tạm dừng. Chờ công dân bổ sung hoặc cho tiếp tục trước.")
    part = open_step(dossier) if dossier.case.is_running else None
    if part is None:
        raise Conflict(f"Hồ sơ {dossier.code} đã kết thúc ({dossier.get_status_display().lower()}).")
    return part


# Drafting


@action
def draft_result(
    viewer: Viewer, *, dossier_id: UUID, key: str, answers: Mapping[str, Any], signer: UUID | None = None
) -> Result:
    """Make the paper of a result from its template, or make it anew while nobody has signed.

    ``key``: a result of the procedure, or ``refusal``; drafting one kind ends the other. ``answers``: what the
    officer adds, read by the rules of a form. ``signer``: whose name stands under it, else the likeliest.
    """
    dossier = locked(dossier_id)
    part = _must_go(dossier)
    if not viewer.can("onestop.draft", part.unit_path):
        raise Forbidden("Hồ sơ đang ở đơn vị khác, hoặc tài khoản không được soạn kết quả.")
    if part.kind in NOT_FOR_DRAFTING:
        raise Conflict(f"Hồ sơ đang ở bước “{part.title}”, chưa hoặc không còn soạn được kết quả.")
    body = setups_in_force.body_of(dossier.setup)
    result = result_of(body, key)
    if key != REFUSAL and result not in eforms.results_for(body, dossier.answers, given_of(dossier)):
        raise ActionError("Hồ sơ này không có kết quả đó theo nội dung đã kê khai.", "key")
    reading = eforms.read_draft(result, answers, drafted_now(dossier))
    if not reading.ok:
        errors: dict[str, list[str]] = {}
        for problem in reading.problems:
            errors.setdefault(problem.path, []).append(problem.message)
        raise ActionErrors(errors)
    row = _replace_other_kind(viewer, dossier, key)
    return _make(viewer, dossier, result, row, reading.answers, _signer(dossier, result, signer))


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


def _make(
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


# Signing


@action
def sign_in_my_name(viewer: Viewer, *, dossier_id: UUID) -> Dossier:
    """Make the waiting drafts anew with the viewer as signer: a deputy signs for the head, and the paper says so."""
    dossier = locked(dossier_id)
    part = _must_go(dossier)
    if part.kind != CaseStep.Kind.SIGN:
        raise Conflict("Hồ sơ chưa được trình ký.")
    body = setups_in_force.body_of(dossier.setup)
    account = Account.objects.filter(pk=viewer.account_id).first()
    for row in current_results(dossier):
        result = result_of(body, row.key)
        _must_sign(viewer, dossier, result)
        if row.signed_at is None and account is not None:
            _make(viewer, dossier, result, row, (row.data or {}).get("draft", {}), account)
    return dossier


def _must_sign(viewer: Viewer, dossier: Dossier, result: eforms.Result) -> None:
    path = issuing_path(dossier, result)
    viewer.must("onestop.sign", path)
    if result.signer != "leader" and not any(
        grant.role == result.signer and path.startswith(grant.unit_path) for grant in viewer.grants
    ):
        raise Forbidden("Kết quả này do người giữ vai trò khác ký.")


def _sign_part(viewer: Viewer, dossier: Dossier, rows: Sequence[Result]) -> CaseStep:
    """The open step at which these results may be signed now. Raises Forbidden or Conflict."""
    body = setups_in_force.body_of(dossier.setup)
    for row in rows:
        _must_sign(viewer, dossier, result_of(body, row.key))
    part = _must_go(dossier)
    if part.kind != CaseStep.Kind.SIGN:
        raise Conflict(f"Hồ sơ đang ở bước “{part.title}”, chưa đến bước ký.")
    if not rows:
        raise Conflict("Hồ sơ chưa có dự thảo kết quả. Trả lại để soạn.")
    for row in rows:
        named = (row.data or {}).get("signer", "")
        if row.signed_at is None and named != str(viewer.account_id or ""):
            raise Conflict(
                "Dự thảo ghi tên người ký khác. Chọn “Ký với tên tôi” để lập lại dự thảo, xem lại rồi ký."
            )
    return part


@action
def _to_sign(viewer: Viewer, dossier_id: UUID) -> list[Document]:
    """Papers of a dossier that wait for this leader; none when a second press finds all signed."""
    dossier = locked(dossier_id)
    rows = current_results(dossier)
    waiting = [row for row in rows if row.signed_at is None]
    if rows and not waiting:
        for row in rows:
            viewer.must("onestop.sign", row.document.unit_path)
        return []
    _sign_part(viewer, dossier, rows)
    return [row.document for row in waiting]


def _around_signing(viewer: Viewer) -> Callable[[Document], AbstractContextManager[None]]:
    @contextmanager
    def around(document: Document) -> Iterator[None]:
        dossier, row = _held(document)
        part = _sign_part(viewer, dossier, current_results(dossier))
        yield
        if Document.objects.get(pk=document.pk).state != Document.State.SIGNED:
            return  # the paper has places for more signatures
        row.signed_at, row.sent_back_reason = now(), ""
        row.save(update_fields=["signed_at", "sent_back_reason"])
        tell("onestop.result_signed", dossier, viewer, result=row.key)
        ready = all(one.signed_at for one in current_results(dossier))
        if ready and _planned_seal(dossier):
            go_on(viewer, dossier, part, "signed", "")

    return around


def _held(document: Document) -> tuple[Dossier, Result]:
    row = Result.objects.filter(document=document, ended_at__isnull=True).first()
    if row is None:
        raise NotFound("Dự thảo này đã được thay bằng bản khác. Tải lại trang.")
    dossier = locked(row.dossier_id)
    row.refresh_from_db()
    if row.ended_at is not None:
        raise NotFound("Dự thảo này đã được thay bằng bản khác. Tải lại trang.")
    return dossier, row


def _planned_seal(dossier: Dossier) -> bool:
    return any(step.kind == CaseStep.Kind.SEAL for step in plans.steps_of(dossier.case))


def sign_result(viewer: Viewer, *, dossier_id: UUID, pin: str) -> Dossier:
    """The leader signs every drafted result of a dossier, which then goes to the clerk. A repeat does no harm.

    Raises Forbidden, Conflict (not submitted, paused, another signer's name), WrongPin and other signing errors.
    """
    waiting = _to_sign(viewer, dossier_id)
    if waiting:
        _raise_failure(
            documents.sign_documents(viewer, documents=waiting, pin=pin, around=_around_signing(viewer))
        )
    return Dossier.objects.get(pk=dossier_id)


def sign_many(viewer: Viewer, *, dossier_ids: Sequence[UUID], pin: str) -> list[DossierOutcome]:
    """Sign the results of several dossiers with one PIN; each dossier stands or falls by itself.

    A wrong PIN or an unusable key is raised before anything is signed.
    """
    batch = _Batch(dossier_ids, lambda dossier_id: _to_sign(viewer, dossier_id))
    if batch.papers:
        batch.note(
            documents.sign_documents(viewer, documents=batch.papers, pin=pin, around=_around_signing(viewer))
        )
    return batch.outcomes("Đã ký, chuyển văn thư.")


# Numbering and sealing


def _seal_part(viewer: Viewer, dossier: Dossier, rows: Sequence[Result]) -> CaseStep:
    """The open step at which these results may be sealed now. Raises Forbidden, OutOfOrder or Conflict."""
    viewer.must("onestop.seal", dossier.unit_path)
    part = _must_go(dossier)
    signed = bool(rows) and all(row.signed_at for row in rows)
    if part.kind == CaseStep.Kind.SEAL and signed:
        return part
    if part.kind == CaseStep.Kind.SIGN and signed and not _planned_seal(dossier):
        return part
    if not signed:
        raise OutOfOrder("Chưa đóng dấu được: lãnh đạo chưa ký kết quả (NĐ 30/2020, điều 32).")
    raise Conflict(f"Hồ sơ đang ở bước “{part.title}”, chưa đến bước đóng dấu.")


@action
def _to_seal(viewer: Viewer, dossier_id: UUID) -> list[Document]:
    dossier = locked(dossier_id)
    rows = current_results(dossier)
    waiting = [row for row in rows if row.issued_at is None]
    if rows and not waiting:
        viewer.must("onestop.seal", dossier.unit_path)
        return []
    _seal_part(viewer, dossier, rows)
    return [row.document for row in waiting]


def _around_sealing(viewer: Viewer) -> Callable[[Document], AbstractContextManager[None]]:
    @contextmanager
    def around(document: Document) -> Iterator[None]:
        dossier, row = _held(document)
        part = _seal_part(viewer, dossier, current_results(dossier))
        result = result_of(setups_in_force.body_of(dossier.setup), row.key)
        # Drafted before and sealed after New Year: the number belongs to the year of issue.
        Document.objects.filter(pk=document.pk).update(symbol=result.symbol_in(today().year))
        yield
        row.issued_at = Document.objects.get(pk=document.pk).issued_at
        row.save(update_fields=["issued_at"])
        tell("onestop.result_issued", dossier, viewer, result=row.key, result_code=row.result_code)
        if all(one.issued_at for one in current_results(dossier)):
            go_on(viewer, dossier, part, "issued", "")

    return around


def seal_result(viewer: Viewer, *, dossier_id: UUID, pin: str) -> Dossier:
    """The clerk numbers and seals every signed result: issued, kept for re-use, and the dossier goes on.

    Raises OutOfOrder until the leader has signed; numbers have no gaps. A repeat does no harm.
    """
    waiting = _to_seal(viewer, dossier_id)
    if waiting:
        _raise_failure(_seal_by_key(viewer, waiting, pin, one=True))
    return Dossier.objects.get(pk=dossier_id)


def seal_many(viewer: Viewer, *, dossier_ids: Sequence[UUID], pin: str) -> list[DossierOutcome]:
    """Number and seal the results of several dossiers with one PIN; each dossier stands or falls by itself.

    A wrong PIN is raised when all papers bear one seal; with several seals, its papers fail and others go on.
    """
    batch = _Batch(dossier_ids, lambda dossier_id: _to_seal(viewer, dossier_id))
    if batch.papers:
        batch.note(_seal_by_key(viewer, batch.papers, pin))
    return batch.outcomes("Đã cấp số, đóng dấu và phát hành.")


def _seal_by_key(
    viewer: Viewer, papers: Sequence[Document], pin: str, *, one: bool = False
) -> list[ItemResult]:
    groups: dict[UUID, list[Document]] = {}
    for paper in papers:
        key: SigningKey = key_of_agency(paper.unit_path)
        groups.setdefault(key.pk, []).append(paper)
    done: list[ItemResult] = []
    for group in groups.values():
        try:
            done += documents.seal_documents(viewer, documents=group, pin=pin, around=_around_sealing(viewer))
        except ActionError as error:
            if one or len(groups) == 1:
                raise
            done += [ItemResult(paper.pk, False, error.message) for paper in group]
    return done


def _raise_failure(done: Sequence[ItemResult]) -> None:
    failed = next((item for item in done if not item.ok), None)
    if failed is not None:
        raise ActionError(failed.message)


class _Batch:
    """Several dossiers, the papers each brings, and what became of them."""

    def __init__(self, dossier_ids: Sequence[UUID], papers_of: Callable[[UUID], list[Document]]) -> None:
        self.order = list(dict.fromkeys(dossier_ids))
        if not self.order:
            raise ActionError("Chọn ít nhất một hồ sơ.", "dossiers")
        self.errors: dict[UUID, str] = {}
        self.papers: list[Document] = []
        self._of: dict[UUID, UUID] = {}
        for dossier_id in self.order:
            try:
                papers = papers_of(dossier_id)
            except ActionError as error:
                self.errors[dossier_id] = error.message
                continue
            self.papers += papers
            self._of.update({paper.pk: dossier_id for paper in papers})

    def note(self, done: Sequence[ItemResult]) -> None:
        """Keep the first failure of each dossier."""
        for item in done:
            if not item.ok:
                self.errors.setdefault(self._of[item.document_id], item.message)

    def outcomes(self, good: str) -> list[DossierOutcome]:
        """One line a dossier, in the order chosen."""
        codes = dict(Dossier.objects.filter(pk__in=self.order).values_list("pk", "code"))
        return [
            DossierOutcome(pk, codes.get(pk, ""), pk not in self.errors, self.errors.get(pk, good))
            for pk in self.order
        ]
