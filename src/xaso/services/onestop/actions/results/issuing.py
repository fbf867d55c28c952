"""Signing, then numbering and sealing: in this order, paper by paper, each with the step it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, Forbidden, NotFound
from xaso.kernel.cases import plans
from xaso.kernel.cases.models import CaseStep
from xaso.kernel.documents import actions as documents
from xaso.kernel.documents.actions import ItemResult
from xaso.kernel.documents.actions.issuing import key_of_agency
from xaso.kernel.documents.models import Document, SigningKey
from xaso.kernel.documents.signing.errors import OutOfOrder
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.actions.base import locked, tell
from xaso.services.onestop.actions.handling import go_on
from xaso.services.onestop.actions.results.batches import Batch, DossierOutcome
from xaso.services.onestop.actions.results.drafting import current_results, make_paper, must_go
from xaso.services.onestop.issuing import issuing_path, result_of
from xaso.services.onestop.models import Dossier, Result


@action
def sign_in_my_name(viewer: Viewer, *, dossier_id: UUID) -> Dossier:
    """Make the waiting drafts anew with the viewer as signer: a deputy signs for the head, and the paper says so."""
    dossier = locked(dossier_id)
    part = must_go(dossier)
    if part.kind != CaseStep.Kind.SIGN:
        raise Conflict("Hồ sơ chưa được trình ký.")
    body = setups_in_force.body_of(dossier.setup)
    account = Account.objects.filter(pk=viewer.account_id).first() if viewer.account_id else None
    for row in current_results(dossier):
        result = result_of(body, row.key)
        _must_sign(viewer, dossier, result)
        if row.signed_at is None and account is not None:
            make_paper(viewer, dossier, result, row, (row.data or {}).get("draft", {}), account)
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
    part = must_go(dossier)
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
        mandate = viewer.trace("onestop.sign", row.document.unit_path)
        tell("onestop.result_signed", dossier, viewer, result=row.key, **mandate)
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
    batch = Batch(dossier_ids, lambda dossier_id: _to_sign(viewer, dossier_id))
    if batch.papers:
        batch.note(
            documents.sign_documents(viewer, documents=batch.papers, pin=pin, around=_around_signing(viewer))
        )
    return batch.outcomes("Đã ký, chuyển văn thư.")


def _seal_part(viewer: Viewer, dossier: Dossier, rows: Sequence[Result]) -> CaseStep:
    """The open step at which these results may be sealed now. Raises Forbidden, OutOfOrder or Conflict."""
    viewer.must("onestop.seal", dossier.unit_path)
    part = must_go(dossier)
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
    """Papers of a dossier that wait for number and seal; none when a second press finds all issued."""
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
    batch = Batch(dossier_ids, lambda dossier_id: _to_seal(viewer, dossier_id))
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
