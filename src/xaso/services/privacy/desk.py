"""The officers' pages: requests, breaches, the register of processing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.access.alerts import note_export
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.cases import queries as cases
from xaso.kernel.people.consents import purposes
from xaso.kernel.people.doors import fresh, officer, viewer_in
from xaso.kernel.people.models import ProcessingPurpose
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.privacy import actions, printing, queries, rules
from xaso.services.privacy.forms import BreachForm, CorrectForm, NoticeForm, StopForm, WordsForm
from xaso.services.privacy.models import Breach, RequestKind, RightsRequest

PER_PAGE = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# ---- requests -----------------------------------------------------------------------------------------------------


@officer("privacy.view")
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """Requests to my units, the nearest deadline first."""
    viewer = viewer_in(request)
    show_all = request.GET.get("xem") == "tat-ca"
    page = Paginator(queries.requests(viewer, open_only=not show_all), PER_PAGE).get_page(
        request.GET.get("trang")
    )
    context = {
        "page": page,
        "rows": [(row, cases.deadline_badge(row.case)) for row in page],
        "tabs": [
            {"label": "Đang xử lý", "url": "?", "active": not show_all},
            {"label": "Tất cả", "url": "?xem=tat-ca", "active": show_all},
        ],
    }
    return render(request, "privacy/desk/requests.html", context)


def _forms(row: RightsRequest, posted: Any = None, do: str = "") -> dict[str, forms.Form]:
    contact = row.person.contact or {}
    found: dict[str, forms.Form] = {
        "answer": WordsForm(
            posted if do == "answer" else None, initial={"words": row.answer or ""}, prefix="answer"
        ),
        "finish": WordsForm(posted if do in {"finish", "refuse"} else None, prefix="finish"),
        "extend": WordsForm(posted if do == "extend" else None, prefix="extend"),
    }
    found["extend"].fields["words"].label = "Lý do gia hạn"
    if row.kind == RequestKind.CORRECT:
        before = {
            "full_name": row.person.full_name,
            "birth_date": row.person.birth_date,
            **{name: contact.get(name, "") for name in ("phone", "email", "address")},
        }
        found["correct"] = CorrectForm(posted if do == "correct" else None, initial=before, prefix="correct")
    if row.kind in (RequestKind.RESTRICT, RequestKind.OBJECT, RequestKind.WITHDRAW):
        found["stop"] = StopForm(list(purposes()), posted if do == "stop" else None, prefix="stop")
    return found


def _run(viewer: Viewer, row: RightsRequest, do: str, form: forms.Form | None) -> str:
    facts = form.cleaned_data if form is not None else {}
    verbs: dict[str, tuple[Callable[[], Any], str]] = {
        "answer": (
            lambda: actions.answer(viewer, request_id=row.pk, words=facts["words"]),
            "Đã trả lời người yêu cầu.",
        ),
        "extend": (
            lambda: actions.extend(viewer, request_id=row.pk, reason=facts["words"]),
            "Đã gia hạn và báo lý do.",
        ),
        "correct": (lambda: actions.correct(viewer, request_id=row.pk, changes=facts), "Đã sửa dữ liệu."),
        "stop": (
            lambda: actions.stop_using(viewer, request_id=row.pk, purposes=facts["purposes"]),
            "Đã dừng dùng dữ liệu cho các mục đích đã chọn.",
        ),
        "erase": (lambda: actions.erase(viewer, request_id=row.pk), "Đã xóa phần không phải giữ."),
        "finish": (
            lambda: actions.finish(viewer, request_id=row.pk, words=facts["words"]),
            "Đã kết thúc yêu cầu.",
        ),
        "refuse": (
            lambda: actions.refuse(viewer, request_id=row.pk, words=facts["words"]),
            "Đã từ chối và báo lý do.",
        ),
    }
    if do not in verbs:
        raise NotFound("Không có việc này.")
    verbs[do][0]()
    return verbs[do][1]


@officer("privacy.view")
@require_http_methods(["GET", "POST"])
def request_page(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request with everything that can be done about it now."""
    viewer = viewer_in(request)
    row = queries.request_at_desk(viewer, request_id)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    made = _forms(row, request.POST, do)
    form = made.get("finish" if do == "refuse" else do)
    status = 200
    if do and (form is None or form.is_valid()):
        try:
            messages.success(request, _run(viewer, row, do, form))
            return redirect("privacy_desk:request", request_id=row.pk)
        except ActionError as error:
            if error.status in {403, 404}:
                raise
            messages.error(request, error.message)
            status = error.status
    elif do:
        status = 422
    may = viewer.can(queries.HANDLE, row.case.unit_path) and row.finished_at is None
    context = {
        "row": row,
        "badge": cases.deadline_badge(row.case),
        "forms": made,
        "form": form,
        "may": may,
        "plan": queries.erasure_plan(viewer, row) if may and row.kind == RequestKind.DELETE else [],
        "extension": queries.extension_of(row),
        "erasure": queries.erasure_of(row),
        "timeline": cases.timeline(viewer, row.case, also=[row.pk]),
        "back_url": reverse("privacy_desk:requests"),
    }
    return render(request, "privacy/desk/request.html", context, status=status)


# ---- breaches -----------------------------------------------------------------------------------------------------


@officer("privacy.breaches")
@require_GET
def breaches(request: HttpRequest) -> HttpResponse:
    """Breaches at my units with their 72 hours."""
    page = Paginator(queries.breaches(viewer_in(request)), PER_PAGE).get_page(request.GET.get("trang"))
    return render(
        request, "privacy/desk/breaches.html", {"page": page, "rows": [(row, _clock(row)) for row in page]}
    )


def _clock(row: Breach) -> tuple[str, str]:
    """Words and kind of the badge."""
    if row.closed_at:
        return "Đã khép lại", ""
    if not row.must_notify:
        return "Không phải thông báo", ""
    if row.notified_at:
        return (
            ("Đã thông báo đúng hạn", "good") if row.notified_at <= row.due_at else ("Thông báo chậm", "warn")
        )
    left = rules.hours_left(row.due_at, now())
    return (
        (f"Còn {left} giờ", "warn" if left < 24 else "info")
        if left >= 0
        else (f"Quá hạn {-left} giờ", "danger")
    )


def _initial(row: Breach | None) -> dict[str, Any]:
    if row is None:
        return {"noticed_at": now(), "must_notify": True}
    return {name: getattr(row, name) for name in (*BreachForm.base_fields,)}


@officer("privacy.breaches")
@require_http_methods(["GET", "POST"])
def breach_edit(request: HttpRequest, breach_id: UUID | None = None) -> HttpResponse:
    """Write a breach down, or what is known of it by now."""
    viewer = viewer_in(request)
    row = queries.breach_for(viewer, breach_id) if breach_id else None
    form = BreachForm(request.POST or None, initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            kept = actions.record_breach(
                viewer,
                unit_path=row.unit_path if row else viewer.unit_path or viewer.paths(queries.BREACHES)[0],
                noticed_at=facts.pop("noticed_at"),
                facts=facts,
                breach_id=breach_id,
            )
            messages.success(request, "Đã ghi. Đồng hồ 72 giờ đang chạy." if kept.must_notify else "Đã ghi.")
            return redirect("privacy_desk:breach", breach_id=kept.pk)
        except ActionError as error:
            if error.status in {403, 404}:
                raise
            for name, found in error.errors.items():
                form.add_error(name if name in form.fields else None, found)
    context = {"form": form, "row": row, "back_url": reverse("privacy_desk:breaches")}
    return render(request, "privacy/desk/breach_edit.html", context, status=422 if form.errors else 200)


@officer("privacy.breaches")
@require_http_methods(["GET", "POST"])
def breach(request: HttpRequest, breach_id: UUID) -> HttpResponse:
    """One breach: the clock, the notice, what is still owed."""
    viewer = viewer_in(request)
    row = queries.breach_for(viewer, breach_id)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    form = NoticeForm(request.POST if do == "notify" else None, initial={"at": now()})
    status = 200
    if do:
        try:
            if do == "notify" and not form.is_valid():
                status = 422
            else:
                messages.success(request, _breach_verb(viewer, row, do, form))
                return redirect("privacy_desk:breach", breach_id=row.pk)
        except ActionError as error:
            if error.status in {403, 404}:
                raise
            status = error.status
            form.add_error(None, error.message) if do == "notify" else messages.error(request, error.message)
    words, kind = _clock(row)
    context = {
        "row": row,
        "form": form,
        "clock": words,
        "clock_kind": kind,
        "back_url": reverse("privacy_desk:breaches"),
    }
    return render(request, "privacy/desk/breach.html", context, status=status)


def _breach_verb(viewer: Viewer, row: Breach, do: str, form: NoticeForm) -> str:
    if do == "notify":
        facts = form.cleaned_data
        actions.notify_breach(viewer, breach_id=row.pk, **facts)
        return "Đã ghi số văn bản thông báo."
    if do == "told":
        actions.tell_people(viewer, breach_id=row.pk)
        return "Đã ghi là đã báo người bị ảnh hưởng."
    if do == "close":
        actions.close_breach(viewer, breach_id=row.pk)
        return "Đã khép lại."
    raise NotFound("Không có việc này.")


@fresh("privacy.breaches")
@require_GET
def breach_notice(request: HttpRequest, breach_id: UUID) -> HttpResponse:
    """The text of the notice, ready to be signed and sent."""
    viewer = viewer_in(request)
    row = queries.breach_for(viewer, breach_id)
    note_export(viewer, what="Thông báo vi phạm dữ liệu", unit_path=row.unit_path, rows=1)
    return _file(printing.notice_pdf(row), f"thong-bao-vi-pham-{row.pk.hex[-6:]}.pdf", "application/pdf")


# ---- the register of processing -----------------------------------------------------------------------------------


@officer("privacy.register")
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """For what data is used, on which ground, how long it is kept."""
    viewer = viewer_in(request)
    context = {"rows": queries.register(viewer), "retention": queries.retention()}
    return render(request, "privacy/desk/register.html", context)


@fresh("privacy.register")
@require_GET
def register_sheet(request: HttpRequest) -> HttpResponse:
    """The register as a workbook."""
    rows = _taken_out(viewer_in(request), "Sổ xử lý dữ liệu cá nhân")
    return _file(
        printing.register_xlsx(rows, queries.retention()), "so-xu-ly-du-lieu.xlsx", XLSX, "attachment"
    )


@fresh("privacy.register")
@require_GET
def register_paper(request: HttpRequest) -> HttpResponse:
    """The register on paper."""
    rows = _taken_out(viewer_in(request), "Sổ xử lý dữ liệu cá nhân, bản in")
    return _file(printing.register_pdf(rows, queries.retention()), "so-xu-ly-du-lieu.pdf", "application/pdf")


def _taken_out(viewer: Viewer, what: str) -> list[ProcessingPurpose]:
    """The register's rows, with a line in the log that they left the system."""
    rows = queries.register(viewer)
    note_export(viewer, what=what, unit_path=viewer.unit_path, rows=len(rows))
    return rows


def _file(content: bytes, name: str, kind: str, way: str = "inline") -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'{way}; filename="{name}"'}
    )


app_name = "privacy_desk"
urlpatterns = [
    path("yeu-cau/", requests, name="requests"),
    path("yeu-cau/<uuid:request_id>/", request_page, name="request"),
    path("vi-pham/", breaches, name="breaches"),
    path("vi-pham/moi/", breach_edit, name="breach_new"),
    path("vi-pham/<uuid:breach_id>/", breach, name="breach"),
    path("vi-pham/<uuid:breach_id>/sua/", breach_edit, name="breach_edit"),
    path("vi-pham/<uuid:breach_id>/thong-bao.pdf", breach_notice, name="breach_notice"),
    path("so-xu-ly/", register, name="register"),
    path("so-xu-ly/so.xlsx", register_sheet, name="register_sheet"),
    path("so-xu-ly/so.pdf", register_paper, name="register_paper"),
]
