"""OCOP pages for everybody (the register) and for who sits in an enterprise (dossiers and score sheets)."""

from __future__ import annotations

import csv
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, ActionErrors
from xaso.kernel.documents.actions import keep_file
from xaso.kernel.people.doors import citizen, public, viewer_in
from xaso.services.trace.actions import ocop as actions
from xaso.services.trace.models import OcopDossier, OcopRecognition
from xaso.services.trace.ocop_evidence import choices_for
from xaso.services.trace.ocop_forms import BeginForm, EvidenceForm, SheetForm
from xaso.services.trace.queries import ocop as queries

PER_PAGE = 30
OPEN_LIMIT = 5000  # rows of the open data file; a province has some hundreds


def _search(request: HttpRequest) -> dict[str, Any]:
    keys = {"q": "text", "sao": "stars", "don-vi": "unit_path"}
    return {name: request.GET.get(key, "").strip()[:100] for key, name in keys.items()}


@public
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """Products that hold stars today; those that ended stand apart and show none."""
    asked = _search(request)
    ended = request.GET.get("xem") == "het-han"
    page = Paginator(queries.register(**asked, expired=ended), PER_PAGE).get_page(request.GET.get("trang"))
    context = {
        "page": page,
        "asked": asked,
        "ended": ended,
        "star_choices": ["5", "4", "3"],
        "tabs": [
            {"label": "Đang có sao", "url": "?", "active": not ended},
            {"label": "Đã hết giá trị", "url": "?xem=het-han", "active": ended},
        ],
    }
    return render(request, "trace/ocop/register.html", context)


def _row(one: OcopRecognition) -> dict[str, Any]:
    return {
        "product": one.product_name,
        "owner": one.owner_name,
        "group": one.group_title,
        "unit": one.unit_path,
        "stars": one.stars,
        "decision": one.decision_number,
        "decided_by": one.decided_by,
        "signed_on": one.signed_on.isoformat(),
        "expires_on": one.expires_on.isoformat(),
    }


@public
@require_GET
def register_json(request: HttpRequest) -> HttpResponse:
    """The register as open data."""
    rows = queries.register(**_search(request))[:OPEN_LIMIT]
    return JsonResponse({"products": [_row(one) for one in rows]}, json_dumps_params={"ensure_ascii": False})


@public
@require_GET
def register_csv(request: HttpRequest) -> HttpResponse:
    """The register as a table for a spreadsheet."""
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="san-pham-ocop.csv"'
    sheet = csv.writer(answer)
    sheet.writerow(
        ["Sản phẩm", "Chủ thể", "Nhóm", "Đơn vị", "Số sao", "Quyết định", "Cơ quan", "Ngày ký", "Giá trị đến"]
    )
    for one in queries.register(**_search(request))[:OPEN_LIMIT]:
        sheet.writerow(_safe(value) for value in _row(one).values())
    return answer


def _safe(value: object) -> object:
    """A cell that a spreadsheet would run as a formula is written as text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@" else value


@citizen
@require_GET
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """The dossiers of an enterprise and its stars."""
    viewer = viewer_in(request)
    enterprise = queries.enterprise_of(viewer, token)
    rows = [(row, queries.stars_of(row.product_id)) for row in queries.dossiers_of(viewer, enterprise)[:100]]
    return render(request, "trace/ocop/mine.html", {"enterprise": enterprise, "rows": rows})


@citizen
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, token: str) -> HttpResponse:
    """Begin a dossier: product, group, story."""
    viewer = viewer_in(request)
    enterprise = queries.enterprise_of(viewer, token)
    products = queries.products_for(viewer, enterprise)
    groups = queries.groups_of(actions.version_in_force())
    form = BeginForm(products, groups, request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            facts = form.cleaned_data
            row = actions.begin_ocop(
                viewer,
                enterprise=enterprise,
                product=products.get(pk=facts["product"]),
                group=next(one for one in groups if str(one.pk) == facts["group"]),
                idea=facts["idea"],
            )
            return redirect("trace:ocop_sheet", token=token, dossier_id=row.pk)
    context = {
        "enterprise": enterprise,
        "form": form,
        "has_products": products.exists(),
        "back_url": reverse("trace:ocop_mine", args=[token]),
    }
    return render(request, "trace/ocop/begin.html", context, status=status)


@citizen
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, token: str, dossier_id: UUID) -> HttpResponse:
    """One dossier: the score sheet, its evidence, handing in."""
    viewer = viewer_in(request)
    enterprise = queries.enterprise_of(viewer, token)
    row = queries.dossier_of(viewer, dossier_id)
    sections = queries.sheet_of(viewer, row)
    criteria = [line.criterion for part in sections for line in part.lines]
    do = request.POST.get("do", "")
    initial = {line.criterion.code: line.own.points for part in sections for line in part.lines if line.own}
    points = SheetForm(criteria, request.POST if do in {"save", "submit"} else None, initial=initial)
    records = choices_for(enterprise)
    adding = EvidenceForm(
        criteria,
        records,
        request.POST if do == "attach" else None,
        request.FILES if do == "attach" else None,
    )
    status = 200
    if request.method == "POST":
        try:
            if (answer := _do(request, do, row, points, adding)) is not None:
                return answer
        except ActionErrors as error:
            for code, words in error.errors.items():
                points.add_error(code if code in points.fields else None, [*words])
        except ActionError as error:
            if error.status in {403, 404}:
                raise
            messages.error(request, error.message)
        status = 422
    context = {
        "enterprise": enterprise,
        "row": row,
        "sections": [
            (part, [(line, points[line.criterion.code]) for line in part.lines]) for part in sections
        ],
        "form": points if points.is_bound else adding if adding.is_bound else None,
        "adding": adding,
        "total": queries.own_total(sections),
        "bands": row.version.bands,
        "may": row.state in (OcopDossier.State.DRAFT, OcopDossier.State.RETURNED),
        "back_url": reverse("trace:ocop_mine", args=[token]),
    }
    return render(request, "trace/ocop/sheet.html", context, status=status)


def _do(
    request: HttpRequest, do: str, row: OcopDossier, points: SheetForm, adding: EvidenceForm
) -> HttpResponse | None:
    """Do what was asked; None when the form is wrong."""
    viewer = viewer_in(request)
    if do in {"save", "submit"}:
        if not points.is_valid():
            return None
        actions.set_points(viewer, dossier_id=row.pk, points=points.cleaned_data, notes={})
        if do == "submit":
            actions.submit_ocop(viewer, dossier_id=row.pk)
            messages.success(request, "Đã nộp hồ sơ tới xã.")
        else:
            messages.success(request, "Đã lưu điểm tự chấm.")
    elif do == "attach":
        if not adding.is_valid() or not _attach(request, row, adding):
            return None
        messages.success(request, "Đã thêm minh chứng.")
    elif do.startswith("drop:"):
        actions.drop_evidence(viewer, evidence_id=_key(do[5:]))
        messages.success(request, "Đã bỏ minh chứng.")
    elif do == "withdraw":
        actions.withdraw_ocop(viewer, dossier_id=row.pk)
        messages.success(request, "Đã rút hồ sơ.")
    else:
        raise ActionError("Không có việc này. Tải lại trang.")
    return redirect(request.path)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ActionError("Không có minh chứng này. Tải lại trang.") from error


def _attach(request: HttpRequest, row: OcopDossier, form: forms.Form) -> bool:
    viewer, facts = viewer_in(request), form.cleaned_data
    kind, _, record = (facts.get("record") or "").partition(":")
    if facts.get("file"):
        sent = facts["file"]
        try:
            kept = keep_file(
                viewer, content=sent.read(), name=sent.name, owner_service="trace", unit_path=row.unit_path
            )
        except ActionError as error:
            form.add_error("file", error.message)
            return False
        kind, record = "file", str(kept.pk)
    actions.attach_evidence(
        viewer,
        dossier_id=row.pk,
        criterion=facts["criterion"],
        kind=kind,
        record_id=record,
        title=facts["title"],
    )
    return True


ocop_urls = [
    path("ocop/", register, name="ocop"),
    path("ocop/san-pham.json", register_json, name="ocop_json"),
    path("ocop/san-pham.csv", register_csv, name="ocop_csv"),
    path("co-so/<slug:token>/ocop/", mine, name="ocop_mine"),
    path("co-so/<slug:token>/ocop/moi/", begin, name="ocop_begin"),
    path("co-so/<slug:token>/ocop/<uuid:dossier_id>/", sheet, name="ocop_sheet"),
]
