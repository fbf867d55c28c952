"""Templates in versions, and lists of receivers filled from a sheet with each fault at its line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.messages.mass_templates import decide_template
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.queries import names_of
from xaso.services.notices import sheets
from xaso.services.notices.actions import library as actions
from xaso.services.notices.actions.tasks import hamlets_in
from xaso.services.notices.desk.parts import lines_of, pairs_of, refused, sent_file
from xaso.services.notices.forms import ListForm, TemplateForm, WordsForm
from xaso.services.notices.queries import library as queries
from xaso.services.notices.queries.rights import APPROVE, LISTS, WORDINGS, home_of
from xaso.services.notices.queries.tasks import unit_names

SAMPLE = (
    ("Họ và tên", "Điện thoại", "Email", "Thôn", "Số tiền"),
    ("Giàng A Páo", "0912345678", "", "Nậm Pẻn 1", "350.000"),
)


@officer(WORDINGS)
@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    """Texts that can be used again, and versions that wait."""
    rows = [(row, queries.KINDS[row.state]) for row in queries.templates(viewer_in(request))]  # type: ignore[index]
    return render(request, "notices/templates.html", {"rows": rows})


@officer(WORDINGS)
@require_http_methods(["GET", "POST"])
def template_edit(request: HttpRequest, template_id: UUID | None = None) -> HttpResponse:
    """A new text, or the next version of one."""
    viewer = viewer_in(request)
    row = queries.template_for(viewer, template_id) if template_id else None
    first: dict[str, Any] = {}
    if row is not None:
        first = {"title": row.title, **row.wording, "zalo_data": lines_of(row.wording.get("zalo_data", {}))}
    form = TemplateForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            kept = actions.write_template(
                viewer,
                unit_path=row.unit_path if row is not None else home_of(viewer, WORDINGS),
                title=facts.pop("title"),
                words={**facts, "zalo_data": pairs_of(facts["zalo_data"])},
                template_id=template_id,
            )
        except ActionError as error:
            refused(request, error, form)
        else:
            return redirect("notices_desk:template", template_id=kept.pk)
    context = {"form": form, "row": row, "back_url": reverse("notices_desk:templates")}
    return render(request, "notices/template_edit.html", context, status=422 if form.errors else 200)


@officer(WORDINGS)
@require_http_methods(["GET", "POST"])
def template(request: HttpRequest, template_id: UUID) -> HttpResponse:
    """One version: read it, submit it, approve it."""
    viewer = viewer_in(request)
    row = queries.template_for(viewer, template_id)
    status = 200
    if request.method == "POST":
        verbs: dict[str, tuple[Callable[[], Any], str]] = {
            "approve": (
                lambda: decide_template(viewer, template_id=row.pk, approved=True),
                "Đã duyệt, dùng được.",
            ),
            "refuse": (
                lambda: decide_template(
                    viewer, template_id=row.pk, approved=False, note=request.POST.get("refuse-words", "")
                ),
                "Đã trả lại.",
            ),
            "end": (lambda: actions.end_template(viewer, template_id=row.pk), "Đã thôi dùng mẫu."),
        }
        do = request.POST.get("do", "")
        if do not in verbs:
            raise NotFound("Không có việc này.")
        try:
            verbs[do][0]()
        except ActionError as error:
            status = refused(request, error)
        else:
            messages.success(request, verbs[do][1])
            return redirect("notices_desk:template", template_id=row.pk)
    versions = list(queries.versions_of(row))
    context = {
        "row": row,
        "kind": queries.KINDS[row.state],  # type: ignore[index]
        "versions": versions,
        "who": names_of(
            {one for version in versions for one in (version.written_by, version.decided_by) if one}
        ),
        "may_decide": viewer.can(APPROVE, row.unit_path) and viewer.account_id != row.written_by,
        "refuse_form": WordsForm("Lý do trả lại", prefix="refuse"),
        "back_url": reverse("notices_desk:templates"),
    }
    return render(request, "notices/template.html", context, status=status)


@officer(LISTS)
@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """Lists of receivers in use."""
    return render(request, "notices/lists.html", {"rows": queries.lists(viewer_in(request))})


@officer(LISTS)
@require_http_methods(["GET", "POST"])
def list_new(request: HttpRequest) -> HttpResponse:
    """A list from a sheet: lines that cannot be used are shown with what to mend."""
    viewer = viewer_in(request)
    form = ListForm(request.POST or None, request.FILES or None)
    sheet: sheets.Sheet | None = None
    if request.method == "POST" and form.is_valid():
        facts, unit_path = form.cleaned_data, home_of(viewer, LISTS)
        try:
            words = sheets.hamlet_words(hamlets_in([unit_path]))
            sheet = sheets.read_sheet(facts["file"].read(), facts["file"].name, words)
            kept = actions.keep_list(
                viewer,
                unit_path=unit_path,
                title=facts["title"],
                purpose=facts["purpose"],
                sheet=sheet,
                good_only=facts["good_only"],
            )
        except ActionError as error:
            refused(request, error, form)
        else:
            messages.success(request, f"Đã lưu danh sách {len(sheet.lines)} người.")
            return redirect("notices_desk:list", list_id=kept.pk)
    context = {"form": form, "sheet": sheet, "back_url": reverse("notices_desk:lists")}
    return render(request, "notices/list_new.html", context, status=422 if form.errors else 200)


@officer(LISTS)
@require_GET
def list_sample(request: HttpRequest) -> HttpResponse:
    """A sheet with the right headings."""
    return sent_file(sheets.book("Người nhận", SAMPLE[0], [SAMPLE[1]]), "mau-danh-sach.xlsx")


@officer(LISTS)
@require_http_methods(["GET", "POST"])
def one_list(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Who is in a list, and which columns texts may use."""
    viewer = viewer_in(request)
    row = queries.list_for(viewer, list_id)
    if request.method == "POST":
        actions.end_list(viewer, list_id=list_id)
        messages.success(request, "Đã thôi dùng danh sách.")
        return redirect("notices_desk:lists")
    people = queries.members(viewer, row)
    names = unit_names({one.unit_path for one in people})
    context = {
        "row": row,
        "people": [(one, names.get(one.unit_path, "")) for one in people],
        "columns": sorted({name for one in people for name in one.data}),
        "back_url": reverse("notices_desk:lists"),
    }
    return render(request, "notices/list.html", context)
