"""OCOP at the desk: what waits for commune and province, the council's sheets, decisions, the register, criteria."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, ActionErrors, NotFound
from xaso.kernel.cases import queries as cases
from xaso.kernel.documents.models import File
from xaso.kernel.documents.queries import file_link
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import figure
from xaso.services.trace.actions import ocop as actions
from xaso.services.trace.actions import ocop_decisions as decisions
from xaso.services.trace.actions.ocop_criteria import RIGHT as CRITERIA
from xaso.services.trace.actions.ocop_criteria import load_criteria, name_office, table_of
from xaso.services.trace.models import OcopDossier, OcopEvidence, OcopVersion
from xaso.services.trace.ocop_forms import (
    CriteriaForm,
    DecisionForm,
    MinistryForm,
    OfficeForm,
    ReasonForm,
    RegisterForm,
    ReportForm,
    SheetForm,
)
from xaso.services.trace.ocop_papers import minutes_pdf, report_pdf
from xaso.services.trace.queries import ocop as queries

PER_PAGE = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
State = OcopDossier.State


@officer(queries.VIEW)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Dossiers of my units by where they are."""
    viewer = viewer_in(request)
    state = request.GET.get("buoc", "")
    state = state if state in State.values else ""
    page = Paginator(queries.at_desk(viewer, state), PER_PAGE).get_page(request.GET.get("trang"))
    shown = [("", "Tất cả")] + [(one.value, one.label) for one in State if one != State.DRAFT]
    context = {
        "page": page,
        "tabs": [
            {"label": label, "url": f"?buoc={value}" if value else "?", "active": state == value}
            for value, label in shown
        ],
    }
    return render(request, "trace/ocop/desk_board.html", context)


def _scorers_form(
    viewer: Viewer, row: OcopDossier, sections: list[queries.Section], posted: Any
) -> SheetForm | None:
    """The boxes that this viewer may fill at this step; None when there are none."""
    lines = [line for part in sections for line in part.lines]
    province = row.province_path
    if row.state == State.COMMUNE and viewer.can(actions.HANDLE, row.unit_path):
        lines = [line for line in lines if line.criterion.by_commune]
        initial = {line.criterion.code: line.commune.points for line in lines if line.commune}
    elif row.state == State.SCORING and viewer.can(actions.COUNCIL, province):
        initial = {line.criterion.code: line.mine.points for line in lines if line.mine}
    else:
        return None
    return SheetForm([line.criterion for line in lines], posted, initial=initial)


def _forms(viewer: Viewer, row: OcopDossier, posted: Any, do: str) -> dict[str, forms.Form]:
    province = row.province_path
    found: dict[str, forms.Form] = {}
    here = row.unit_path if row.state == State.COMMUNE else province
    if row.state in (State.COMMUNE, State.PROVINCE) and viewer.can(actions.HANDLE, here):
        found["return"] = ReasonForm(posted if do == "return" else None, prefix="return")
    if row.state == State.COMMUNE and viewer.can(actions.HANDLE, row.unit_path):
        first = {"report": row.commune_report}
        found["propose"] = ReportForm(posted if do == "propose" else None, prefix="propose", initial=first)
    if row.state == State.PROVINCE and viewer.can(actions.HANDLE, province):
        found["accept"] = forms.Form(posted if do == "accept" else None)
    if row.state == State.SCORING and viewer.can(actions.DECIDE, province):
        found["decide"] = DecisionForm(posted if do == "decide" else None, prefix="decide")
    if row.state == State.MINISTRY and viewer.can(actions.DECIDE, province):
        found["ministry"] = MinistryForm(posted if do == "ministry" else None, prefix="ministry")
    return found


def _run(viewer: Viewer, row: OcopDossier, do: str, facts: dict[str, Any]) -> str:
    key = row.pk
    if do == "score":
        total = actions.set_points(viewer, dossier_id=key, points=facts, notes={})
        return f"Đã lưu điểm, tổng {figure(total, 2)}."
    if do == "return":
        actions.return_ocop(viewer, dossier_id=key, reason=facts["reason"])
        return "Đã trả hồ sơ để bổ sung."
    if do == "propose":
        actions.propose_ocop(viewer, dossier_id=key, report=facts["report"])
        return "Đã gửi báo cáo và hồ sơ lên tỉnh."
    if do == "accept":
        actions.accept_ocop(viewer, dossier_id=key)
        return "Hồ sơ đã vào danh sách hội đồng chấm."
    if do == "decide":
        decided = decisions.decide_ocop(viewer, dossier_id=key, **facts)
        return f"Đã kết luận: {decided.get_state_display().lower()}, {figure(decided.average or 0, 2)} điểm."
    decided = decisions.record_ministry(viewer, dossier_id=key, **facts)
    return f"Đã ghi kết quả của Bộ: {decided.get_state_display().lower()}."


@officer(queries.VIEW)
@require_http_methods(["GET", "POST"])
def dossier(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """One dossier with everything its present step allows."""
    viewer = viewer_in(request)
    row = queries.dossier_of(viewer, dossier_id)
    sections = queries.sheet_of(viewer, row)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    scoring = _scorers_form(viewer, row, sections, request.POST if do == "score" else None)
    made = _forms(viewer, row, request.POST, do)
    form = scoring if do == "score" else made.get(do)
    status = 200
    if do:
        status = 422
        try:
            if form is None:
                raise ActionError("Bước này không làm được việc đó nữa. Tải lại trang.")
            if form.is_valid():
                messages.success(request, _run(viewer, row, do, form.cleaned_data))
                return redirect(request.path)
        except ActionErrors as error:
            words = [word for one in error.errors.values() for word in one]
            messages.error(request, f"{words[0]}: {', '.join(error.errors)}.")
        except ActionError as error:
            if error.status in {403, 404}:
                raise
            messages.error(request, error.message)
    boxes = {code: scoring[code] for code in scoring.fields} if scoring else {}
    context = {
        "row": row,
        "sections": [
            (part, [(line, boxes.get(line.criterion.code)) for line in part.lines]) for part in sections
        ],
        "scoring": scoring,
        "forms": made,
        "form": form,
        "own_total": queries.own_total(sections),
        "council": decisions.council_totals(row) if "decide" in made or row.decided_at else [],
        "timeline": cases.timeline(viewer, row.case, also=[row.pk]) if row.case else [],
        "back_url": reverse("trace_desk:ocop"),
    }
    return render(request, "trace/ocop/desk_dossier.html", context, status=status)


@officer(queries.VIEW)
@require_GET
def paper(request: HttpRequest, dossier_id: UUID, kind: str) -> HttpResponse:
    """The commune's report or the council's minutes to print."""
    viewer = viewer_in(request)
    row = queries.dossier_of(viewer, dossier_id)
    if kind == "bao-cao" and row.commune_report:
        content = report_pdf(viewer, row)
    elif kind == "bien-ban" and row.average is not None and viewer.can(queries.VIEW):
        content = minutes_pdf(viewer, row)
    else:
        raise NotFound("Hồ sơ chưa có giấy này.")
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="ocop-{kind}.pdf"'
    return answer


@officer(queries.VIEW)
@require_GET
def evidence(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """What stands behind a piece of evidence: the record itself."""
    viewer = viewer_in(request)
    found = queries.evidence_for(viewer, evidence_id)
    if found.kind == OcopEvidence.Kind.FILE:
        return redirect(file_link(viewer, File.objects.get(pk=found.record_id)))
    context = {
        "found": found,
        "back_url": reverse("trace_desk:ocop_dossier", args=[found.dossier_id]),
        **queries.behind(viewer, found),
    }
    return render(request, "trace/ocop/desk_evidence.html", context)


@officer(queries.VIEW)
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest) -> HttpResponse:
    """The register of my units: what ends next, earlier decisions entered, stars withdrawn."""
    viewer = viewer_in(request)
    may_enter = bool(viewer.paths(decisions.REGISTER))
    form = RegisterForm(request.POST if request.POST.get("do") == "enter" else None)
    status = 200
    if request.method == "POST":
        status = 422
        try:
            if request.POST.get("do") == "withdraw":
                decisions.withdraw_recognition(
                    viewer, recognition_id=_uuid(request.POST.get("id", "")), why=request.POST.get("why", "")
                )
                messages.success(request, "Đã thu hồi. Sao không hiện ở đâu nữa từ hôm nay.")
                return redirect(request.path)
            if form.is_valid():
                home = viewer.paths(decisions.REGISTER)
                decisions.enter_recognition(viewer, unit_path=home[0] if home else "", **form.cleaned_data)
                messages.success(request, "Đã ghi vào sổ.")
                return redirect(request.path)
        except ActionError as error:
            if error.status in {403, 404}:
                raise
            messages.error(request, error.message)
    page = Paginator(queries.at_register_desk(viewer), PER_PAGE).get_page(request.GET.get("trang"))
    context = {
        "page": page,
        "form": form if may_enter else None,
        "may_withdraw": {
            one.pk for one in page if viewer.can(actions.DECIDE, actions.office_of(one.unit_path))
        },
    }
    return render(request, "trace/ocop/desk_book.html", context, status=status)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ActionError("Không có dòng này. Tải lại trang.") from error


@officer(queries.VIEW)
@require_http_methods(["GET", "POST"])
def criteria(request: HttpRequest) -> HttpResponse:
    """The sets of criteria with their sheets, and what of them was not compared with the decision."""
    viewer = viewer_in(request)
    versions = OcopVersion.objects.prefetch_related("groups", "criteria").order_by("-valid_from")
    province, named, offices = queries.offices_for(viewer)
    naming = request.POST.get("do") == "office"
    office = OfficeForm(offices, request.POST if naming else None, initial={"unit_path": named})
    form = CriteriaForm(*((request.POST, request.FILES) if request.method == "POST" and not naming else ()))
    status = 200
    if naming:
        status = 422
        if office.is_valid():
            name_office(viewer, province_path=province, unit_path=office.cleaned_data["unit_path"])
            messages.success(request, "Đã ghi cơ quan OCOP của tỉnh.")
            return redirect(request.path)
    elif request.method == "POST":
        status = 422
        if form.is_valid():
            facts = form.cleaned_data
            try:
                load_criteria(
                    viewer,
                    content=facts["file"].read(),
                    title=facts["title"],
                    legal_basis=facts["legal_basis"],
                    valid_from=facts["valid_from"],
                    like=actions.version_in_force(),
                )
                messages.success(request, "Đã nhập bộ tiêu chí.")
                return redirect(request.path)
            except ActionError as error:
                if error.status in {403, 404}:
                    raise
                for name, words in error.errors.items():
                    form.add_error(name if name in form.fields else None, list(words))
    context = {
        "versions": versions,
        "form": form if viewer.can(CRITERIA, "") else None,
        "office": office if offices else None,
    }
    return render(request, "trace/ocop/desk_criteria.html", context, status=status)


@officer(queries.VIEW)
@require_GET
def criteria_sheet(request: HttpRequest, key: str) -> HttpResponse:
    """A set of criteria as a workbook."""
    version = OcopVersion.objects.filter(key=key).first()
    if version is None:
        raise NotFound("Không có bộ tiêu chí này.")
    answer = HttpResponse(table_of(version), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="tieu-chi-{version.key}.xlsx"'
    return answer


ocop_urls = [
    path("ocop/", board, name="ocop"),
    path("ocop/so/", book, name="ocop_book"),
    path("ocop/tieu-chi/", criteria, name="ocop_criteria"),
    path("ocop/tieu-chi/<slug:key>.xlsx", criteria_sheet, name="ocop_criteria_sheet"),
    path("ocop/minh-chung/<uuid:evidence_id>/", evidence, name="ocop_evidence"),
    path("ocop/<uuid:dossier_id>/<slug:kind>.pdf", paper, name="ocop_paper"),
    path("ocop/<uuid:dossier_id>/", dossier, name="ocop_dossier"),
]
