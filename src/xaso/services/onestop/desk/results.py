"""Drafting a result, looking at it page by page, the issued result, and the printed forms of a dossier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, Forbidden, NotFound
from xaso.kernel.cases.models import CaseStep
from xaso.kernel.documents.models import Document
from xaso.kernel.documents.queries import content_of
from xaso.kernel.documents.typeset.pictures import page_picture
from xaso.kernel.documents.verify import verify_pdf
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.models import Account, PersonView
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import stamp
from xaso.kernel.ui.asked import Asked, Option
from xaso.services.onestop import asking, eforms, paperwork
from xaso.services.onestop.actions import results
from xaso.services.onestop.desk import seal_form, signing
from xaso.services.onestop.desk.pictures import pictures_of
from xaso.services.onestop.issuing import REFUSAL, signers_for
from xaso.services.onestop.looks import note_look, note_looks
from xaso.services.onestop.models import Dossier, Result
from xaso.services.onestop.queries.desk import DossierView, dossier_for, open_dossier
from xaso.services.onestop.queries.results import result_in


@officer("onestop.draft")
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """What the officer adds to a result, and beside it the paper as it would be signed."""
    viewer = viewer_in(request)
    seen = open_dossier(viewer, code, purpose="Soạn kết quả")
    dossier = seen.dossier
    try:
        results.must_draft(viewer, dossier)
    except Forbidden:
        raise
    except ActionError as error:
        messages.error(request, error.message)
        return redirect("onestop_desk:dossier", code=dossier.code)
    offered = results.offered_results(dossier)
    rows = {row.key: row for row in seen.results}
    result = _chosen(offered, rows, request.POST.get("key") or request.GET.get("loai", ""))
    kept = dict(rows[result.key].data or {}) if result.key in rows else {}
    answers = kept.get("draft") or {one.key: one.default for one in result.draft if one.default is not None}
    if request.method == "GET":
        shown = _Draft(result, answers, kept.get("signer", ""))
        return _draw(request, viewer, seen, offered, rows, shown)
    raw = eforms.from_form(result.draft, dict(request.POST.lists()))
    shown = _Draft(result, raw, request.POST.get("signer", ""))
    if "add" in request.POST or "drop" in request.POST:
        shown.change_items(request)
        return _draw(request, viewer, seen, offered, rows, shown)
    try:
        results.draft_result(
            viewer, dossier_id=dossier.pk, key=result.key, answers=raw, signer=_uuid_or_none(shown.signer)
        )
    except ActionError as error:
        if error.status in {403, 404}:
            raise
        shown.errors = error.errors
        return _draw(request, viewer, seen, offered, rows, shown, status=error.status)
    messages.success(request, "Đã lập dự thảo. Xem từng trang bên dưới trước khi trình ký.")
    return redirect(f"{reverse('onestop_desk:draft_result', args=[dossier.code])}?loai={result.key}#xem")


class _Draft:
    """What stands in the form of a draft."""

    def __init__(self, result: eforms.Result, values: Mapping[str, Any], signer: str) -> None:
        self.result, self.values, self.signer = result, dict(values), signer
        self.errors: dict[str, list[str]] = {}
        self.one_more = ""

    def change_items(self, request: HttpRequest) -> None:
        """One more item of a repeated group, or one less; nothing typed is lost."""
        self.one_more = request.POST.get("add", "")
        group, _, place = request.POST.get("drop", "").partition(".")
        rows = self.values.get(group)
        if place.isdigit() and isinstance(rows, list) and int(place) < len(rows):
            self.values[group] = rows[: int(place)] + rows[int(place) + 1 :]


def _chosen(offered: list[eforms.Result], rows: dict[str, Result], key: str) -> eforms.Result:
    found = next((one for one in offered if one.key == key), None)
    begun = next((one for one in offered if one.key in rows), None)
    return found or begun or offered[0]


def _uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _draw(
    request: HttpRequest,
    viewer: Viewer,
    seen: DossierView,
    offered: list[eforms.Result],
    rows: dict[str, Result],
    shown: _Draft,
    *,
    status: int = 200,
) -> HttpResponse:
    dossier, result = seen.dossier, shown.result
    page = eforms.Page(key="draft", title=result.title, fields=result.draft)
    typed = asking.Typed(shown.values, shown.errors, home=dossier.unit_path)
    questions = asking.asked_page(
        page, shown.values, typed, results.drafted_now(dossier), extra_items=shown.one_more
    )
    # The paper's name is the page's h1, also when there is one question only.
    questions = [_not_title(one) for one in questions]
    signer = _signer_question(dossier, result, shown)
    row = rows.get(result.key)
    address = reverse("onestop_desk:draft_result", args=[dossier.code])
    context = {
        "dossier": dossier,
        "result": result,
        "row": row,
        "tabs": [
            {
                "label": one.title if one.key != REFUSAL else "Không giải quyết",
                "url": f"{address}?loai={one.key}",
                "active": one.key == result.key,
            }
            for one in offered
        ],
        "questions": questions,
        "signer": signer,
        "form": [*asking.summary_lines(questions), *_other_errors(shown, questions, signer)],
        "has_errors": bool(shown.errors),
        "replaces": [
            one for one in rows.values() if one.key != result.key and REFUSAL in (one.key, result.key)
        ],
        "paper": pictures_of(dossier, row) if row else None,
        "submits": seen.step if _comes_signing(seen) and rows else None,
        "back_url": reverse("onestop_desk:dossier", args=[dossier.code]),
    }
    return render(request, "onestop/desk/results/draft.html", context, status=status)


def _not_title(one: Any) -> Any:
    return replace(one, title=False) if isinstance(one, Asked) else one


def _comes_signing(seen: DossierView) -> bool:
    return bool(seen.coming) and seen.coming[0].kind == CaseStep.Kind.SIGN


def _signer_question(dossier: Dossier, result: eforms.Result, shown: _Draft) -> Asked | None:
    signers = signers_for(dossier, result)
    if not signers:
        return None
    options = [Option(str(one.pk), one.display_name, one.title) for one in signers]
    return Asked(
        "radio",
        "signer",
        "Người ký",
        value=shown.signer or options[0].value,
        options=options,
        errors=tuple(shown.errors.get("signer", ())),
    )


def _other_errors(shown: _Draft, questions: list[Any], signer: Asked | None) -> list[Any]:
    """What the action says of no field, and of the signer."""
    lines: list[Any] = [(message, "") for message in shown.errors.get("", ())]
    if signer is not None and signer.errors:
        lines.append(signer)
    return lines


@officer("onestop.view")
@require_GET
def page_image(request: HttpRequest, code: str, result_id: UUID, number: int) -> HttpResponse:
    """One page of a result as a picture."""
    viewer = viewer_in(request)
    dossier = dossier_for(viewer, code)
    row = result_in(viewer, dossier, result_id)
    note_looks(viewer, [dossier], purpose="Xem kết quả", act=PersonView.Act.VIEW)
    return _private(HttpResponse(page_picture(content_of(row.document), number), content_type="image/png"))


@officer("onestop.view")
@require_GET
def file(request: HttpRequest, code: str, result_id: UUID) -> HttpResponse:
    """The PDF of a result as it stands now: draft, signed or issued."""
    viewer = viewer_in(request)
    dossier = dossier_for(viewer, code)
    row = result_in(viewer, dossier, result_id)
    note_look(viewer, dossier, purpose="Mở tệp kết quả", act=PersonView.Act.PRINT)
    return pdf_response(content_of(row.document), f"{row.key.replace('_', '-')}-{dossier.code}.pdf")


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A PDF to be shown, kept by nobody on the way."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return _private(answer)


def _private(answer: HttpResponse) -> HttpResponse:
    answer["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(answer, private=True, no_store=True)
    return answer


@officer("onestop.view")
@require_GET
def result_page(request: HttpRequest, code: str, result_id: UUID) -> HttpResponse:
    """One result: its pages, its number and date, its signatures as they are checked at this moment."""
    viewer = viewer_in(request)
    seen = open_dossier(viewer, code, purpose="Xem kết quả")
    row = result_in(viewer, seen.dossier, result_id)
    document = row.document
    signed = document.state != Document.State.DRAFT
    report = verify_pdf(content_of(document)) if signed else None
    drafter = Account.objects.filter(pk=row.drafted_by).first() if row.drafted_by else None
    context = {
        "dossier": seen.dossier,
        "row": row,
        "document": document,
        "report": report,
        "signatures": [
            {"row": one, "state": "valid" if one.good else "unknown" if one.intact else "broken"}
            for one in (report.signatures if report else ())
        ],
        "facts": _facts(row, document, drafter),
        "paper": pictures_of(seen.dossier, row),
        "back_url": reverse("onestop_desk:dossier", args=[seen.dossier.code]),
    }
    return render(request, "onestop/desk/results/result.html", context)


def _facts(row: Result, document: Document, drafter: Account | None) -> list[dict[str, Any]]:
    rows = [
        ("Số, ký hiệu", document.shown_number),
        ("Cơ quan ban hành", document.agency),
        ("Người soạn", drafter.display_name if drafter else ""),
        ("Lãnh đạo ký", stamp(row.signed_at) if row.signed_at else ""),
        ("Phát hành", stamp(row.issued_at) if row.issued_at else ""),
        ("Mã loại kết quả", row.result_code),
        ("Mã kiểm tra", document.shown_code if row.issued_at else ""),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


@officer("onestop.view")
@require_GET
def paper(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """A printed form of the dossier (01 to 06, or the note of hand-over)."""
    viewer = viewer_in(request)
    if form not in paperwork.FORMS:
        raise NotFound("Không có giấy này.")
    dossier = dossier_for(viewer, code)
    name, content = paperwork.form_pdf(viewer, dossier, form)
    note_look(viewer, dossier, purpose=f"In {paperwork.FORMS[form].title}", act=PersonView.Act.PRINT)
    return pdf_response(content, name)


result_urls = [
    path("ky/", signing.sign_list, name="signing"),
    path("ky/xem/", signing.sign_chosen, name="sign_chosen"),
    path("dong-dau/", signing.seal_list, name="sealing"),
    path("dong-dau/xem/", signing.seal_chosen, name="seal_chosen"),
    path("ho-so/<str:code>/ky/", signing.sign_one, name="signing"),
    path("ho-so/<str:code>/ky-ten-toi/", signing.in_my_name, name="sign_in_my_name"),
    path("ho-so/<str:code>/dong-dau/", signing.seal_one, name="sealing"),
    path("ho-so/<str:code>/ket-qua/", draft, name="draft_result"),
    path("ho-so/<str:code>/ket-qua/<uuid:result_id>/", result_page, name="result"),
    path("ho-so/<str:code>/ket-qua/<uuid:result_id>/van-ban.pdf", file, name="result_file"),
    path("ho-so/<str:code>/ket-qua/<uuid:result_id>/trang-<int:number>.png", page_image, name="result_page"),
    path("ho-so/<str:code>/giay/<slug:form>.pdf", paper, name="paper"),
    path("ho-so/<str:code>/giay/<slug:form>/dong-dau/", seal_form.page, name="seal_form"),
]
