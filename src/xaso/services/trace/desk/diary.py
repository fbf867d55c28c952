"""Officers' pages of enterprises: the register, a new one, one with members, plots, figures and seats."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.models import Unit
from xaso.services.trace import crops
from xaso.services.trace.actions import farm
from xaso.services.trace.diary_forms import EnterpriseForm, SeatForm
from xaso.services.trace.models import Enterprise
from xaso.services.trace.public.diary.land import map_of
from xaso.services.trace.queries import diary as queries

PER_PAGE = 30
LEVELS = (Unit.Level.COMMUNE, Unit.Level.OFFICE)


def _units(viewer: Viewer) -> list[Unit]:
    """Units for which the officer may register: their own, or the communes below it."""
    found: list[Unit] = []
    for held in viewer.paths(queries.MANAGE):
        rows = Unit.objects.filter(path__startswith=held, valid_to__isnull=True)
        if held.count("/") > 2:
            rows = rows.filter(path=held)
        else:
            rows = rows.filter(level=Unit.Level.COMMUNE)
        found += list(rows.order_by("sort_key")[:400])
    return found


@officer("trace.view")
@require_GET
def enterprises(request: HttpRequest) -> HttpResponse:
    """Enterprises of my units."""
    viewer = viewer_in(request)
    text = request.GET.get("q", "").strip()[:100]
    page = Paginator(queries.counted(queries.enterprises(viewer, text)), PER_PAGE).get_page(
        request.GET.get("trang")
    )
    context = {
        "page": page,
        "text": text,
        "may_add": viewer.can(queries.MANAGE),
    }
    return render(request, "trace/diary/desk_list.html", context)


@officer("trace.manage")
@require_http_methods(["GET", "POST"])
def enterprise_form(request: HttpRequest, token: str = "") -> HttpResponse:
    """A new enterprise, or one corrected."""
    viewer = viewer_in(request)
    known = queries.enterprise_at_desk(viewer, token) if token else None
    initial: dict[str, Any] = {"kind": Enterprise.Kind.COOPERATIVE}
    if known is not None:
        initial = {name: getattr(known, name) for name in (*farm.TEXTS, "founded_on")}
    form = EnterpriseForm(request.POST or None, initial=initial)
    units = _units(viewer)
    if known is not None or len(units) == 1:
        del form.fields["unit"]
    else:
        form.fields["unit"].choices = [(one.path, one.full_name) for one in units]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            if known is not None:
                row = farm.edit_enterprise(viewer, enterprise=known, facts=form.cleaned_data)
            else:
                asked = form.cleaned_data.get("unit") or (units[0].path if units else "")
                unit = next((one for one in units if one.path == asked), None)
                if unit is None:
                    raise ActionError("Chọn đơn vị theo dõi.", "unit")
                row = farm.register_enterprise(viewer, unit=unit, facts=form.cleaned_data)
            messages.success(request, f"Đã ghi {row.name}.")
            return redirect("trace_desk:enterprise", row.token)
        except ActionError as error:
            if error.status in {403, 404}:
                raise
            form.take(error)
    back = reverse("trace_desk:enterprise", args=[token]) if token else reverse("trace_desk:enterprises")
    context = {"form": form, "known": known, "back_url": back}
    return render(request, "trace/diary/desk_form.html", context, status=422 if form.errors else 200)


@officer("trace.view")
@require_http_methods(["GET", "POST"])
def enterprise(request: HttpRequest, token: str) -> HttpResponse:
    """One enterprise: figures, map, members, who acts for it; give a seat."""
    viewer = viewer_in(request)
    row = queries.enterprise_at_desk(viewer, token)
    may = viewer.can(queries.MANAGE, row.unit_path)
    form = SeatForm(request.POST or None, initial={"role": "manager"}) if may else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            farm.give_seat(viewer, enterprise=row, **form.cleaned_data)
            messages.success(request, "Đã giao vai trò.")
            return redirect("trace_desk:enterprise", token)
        except ActionError as error:
            if error.status in {403, 404}:
                raise
            form.take(error)
    sites = list(row.sites.filter(ended_at__isnull=True).select_related("member", "place").order_by("name"))
    titles = dict(crops.choices())
    context = {
        "row": row,
        "figures": queries.figures(row),
        "map": map_of(f"Nơi sản xuất của {row.name}", sites),
        "sites": [(one, titles.get(one.crop, "")) for one in sites],
        "members": list(row.members.filter(ended_at__isnull=True).select_related("group").order_by("code")),
        "seats": queries.seats_of(viewer, row),
        "entries": list(row.entries.select_related("input", "member").order_by("-happened_at")[:15]),
        "may": may,
        "form": form,
        "back_url": reverse("trace_desk:enterprises"),
    }
    return render(request, "trace/diary/desk_page.html", context, status=422 if form and form.errors else 200)


diary_urls = [
    path("co-so/", enterprises, name="enterprises"),
    path("co-so/moi/", enterprise_form, name="enterprise_new"),
    path("co-so/<str:token>/", enterprise, name="enterprise"),
    path("co-so/<str:token>/sua/", enterprise_form, name="enterprise_edit"),
]
