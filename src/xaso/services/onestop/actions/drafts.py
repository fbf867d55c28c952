"""A form begun on the phone: kept on the server at each step, so that a lost line loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, Forbidden
from xaso.kernel.documents.actions import erase_content
from xaso.kernel.documents.models import File
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.actions.filing import Filing, PaperIn, file_dossier
from xaso.services.onestop.models import Dossier, DossierPaper, Draft, Setup
from xaso.services.onestop.queries.drafts import draft_for, needed_papers, reused_results

OWNER = "onestop.draft"
KEPT_FOR = timedelta(days=30)
MOST_AT_ONCE = 500
WAYS = {
    "screen": "Xem, tải trên màn hình",
    "email": "Nhận đường dẫn qua thư điện tử",
    "post": "Bưu chính",
    "counter": "Tại quầy",
}


@action
def begin_draft(viewer: Viewer, *, setup: Setup, unit_path: str, answers: Mapping[str, Any]) -> Draft:
    """Begin a form, or take up again the one begun earlier for the same procedure and place."""
    if not viewer.is_citizen or viewer.account_id is None:
        raise Forbidden("Đăng nhập bằng VNeID để nộp hồ sơ trực tuyến.")
    known = Draft.objects.filter(
        account_id=viewer.account_id, setup=setup, unit_path=unit_path, dossier__isnull=True
    )
    row = known.order_by("-updated_at").first()
    if row is not None:
        return row
    row = Draft(setup=setup, unit_path=unit_path, account_id=viewer.account_id, answers=dict(answers))
    row.save(force_insert=True)
    return row


def _open(viewer: Viewer, draft_id: UUID) -> Draft:
    draft = draft_for(viewer, draft_id, lock=True)
    if draft.dossier_id is not None:
        raise Conflict("Hồ sơ này đã nộp. Mở “Hồ sơ của tôi” để theo dõi.")
    return draft


@action
def keep_answers(viewer: Viewer, *, draft_id: UUID, answers: Mapping[str, Any], page: str) -> Draft:
    """Keep the answers of a page, and where the citizen is."""
    draft = _open(viewer, draft_id)
    draft.answers = {**(draft.answers or {}), **answers}
    for key in [key for key, value in draft.answers.items() if value is None]:
        del draft.answers[key]
    draft.page, draft.updated_at = page, now()
    draft.save(update_fields=["answers", "page", "updated_at"])
    return draft


@action
def keep_paper(
    viewer: Viewer, *, draft_id: UUID, component: str, file_id: UUID, source: str = "uploaded", name: str = ""
) -> Draft:
    """Put a file with a component of the draft; the caller has made sure that the file is the viewer's own."""
    draft = _open(viewer, draft_id)
    body = setups_in_force.body_of(draft.setup)
    wanted = next((one for one in body.components if one.key == component), None)
    if wanted is None or not File.objects.filter(pk=file_id).exists():
        raise ActionError("Không có giấy tờ này trong hồ sơ.")
    held = [one for one in draft.papers.get(component, []) if one["file"] != str(file_id)]
    if len(held) >= wanted.max_files:
        raise ActionError(f"Mỗi giấy tờ nhận nhiều nhất {wanted.max_files} tệp. Bỏ bớt một tệp rồi thêm lại.")
    draft.papers[component] = [*held, {"file": str(file_id), "source": source, "name": name[:120]}]
    draft.updated_at = now()
    draft.save(update_fields=["papers", "updated_at"])
    return draft


@action
def drop_paper(viewer: Viewer, *, draft_id: UUID, component: str, file_id: UUID) -> Draft:
    """Take a file out of the draft."""
    draft = _open(viewer, draft_id)
    kept = [one for one in draft.papers.get(component, []) if one["file"] != str(file_id)]
    if len(kept) == len(draft.papers.get(component, [])):
        return draft
    draft.papers = {**draft.papers, component: kept}
    draft.updated_at = now()
    draft.save(update_fields=["papers", "updated_at"])
    if not any(one["file"] == str(file_id) for files in draft.papers.values() for one in files):
        _erase_unused(viewer, {file_id})
    return draft


@action
def choose_delivery(viewer: Viewer, *, draft_id: UUID, way: str, email: str = "", address: str = "") -> Draft:
    """Say how the result should come."""
    draft = _open(viewer, draft_id)
    if way not in WAYS:
        raise ActionError("Chọn cách nhận kết quả.", "way")
    if way == "email" and "@" not in email:
        raise ActionError("Nhập địa chỉ thư điện tử, ví dụ ten@thu.vn", "email")
    if way == "post" and len(address.strip()) < 5:
        raise ActionError("Nhập địa chỉ nhận bưu phẩm.", "address")
    draft.delivery = {"way": way, "email": email.strip()[:200], "address": address.strip()[:300]}
    draft.updated_at = now()
    draft.save(update_fields=["delivery", "updated_at"])
    return draft


@action
def submit_draft(viewer: Viewer, *, draft_id: UUID) -> Dossier:
    """File the dossier of a draft. Sent twice, it answers the same dossier."""
    draft = draft_for(viewer, draft_id, lock=True)
    if draft.dossier_id is not None:
        return Dossier.objects.get(pk=draft.dossier_id)
    papers = [
        PaperIn(component=component, file_id=UUID(one["file"]), source=one["source"], name="", copies=1)
        for component, files in draft.papers.items()
        for one in files
    ]
    papers += _papers_used_again(viewer, draft, {one.component for one in papers})
    filing = Filing(
        setup=draft.setup,
        unit_path=draft.unit_path,
        channel=Dossier.Channel.ONLINE,
        answers=draft.answers,
        papers=papers,
        delivery=draft.delivery or {"way": "screen"},
        client_key=f"draft:{draft.pk}",
        facts={"identity_proven": True},
    )
    dossier, _ = file_dossier(viewer, filing)
    draft.dossier = dossier
    draft.answers = {}
    draft.save(update_fields=["dossier", "answers"])
    return dossier


def _papers_used_again(viewer: Viewer, draft: Draft, held: set[str]) -> list[PaperIn]:
    """Results issued to the citizen before that stand in for papers of this dossier."""
    given = eforms.Given(today=today(), facts={"channel": "online", "identity_proven": True})
    results = reused_results(viewer)
    return [
        PaperIn(
            component=paper.component.key,
            document_id=results[paper.reuse_codes[0]].document_id,
            source="reused",
            copies=1,
        )
        for paper in needed_papers(viewer, draft, given)
        if paper.state == "reused" and paper.component.key not in held
    ]


@action
def end_old_drafts(viewer: Viewer) -> int:
    """End forms that nobody touched for thirty days, with the files that no dossier holds; answers how many."""
    if viewer.kind != "system":
        raise Forbidden()
    late = Draft.objects.filter(updated_at__lt=now() - KEPT_FOR).select_for_update()
    ended = 0
    for draft in late[:MOST_AT_ONCE]:
        if draft.dossier_id is None:
            _erase_unused(viewer, {UUID(one["file"]) for files in draft.papers.values() for one in files})
        draft.delete()
        ended += 1
    return ended


def _erase_unused(viewer: Viewer, ids: set[UUID]) -> None:
    """Erase what was sent for a draft and went into no dossier."""
    held = set(DossierPaper.objects.filter(file_id__in=ids).values_list("file_id", flat=True))
    for file in File.objects.filter(pk__in=ids - held, owner_service=OWNER, erased_at__isnull=True):
        erase_content(viewer, file=file)


def end_drafts_daily() -> None:
    """The nightly job."""
    while end_old_drafts(Viewer.system()) == MOST_AT_ONCE:
        continue
