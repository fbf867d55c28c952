"""Officers' pages: the hamlets and offices of one's own commune."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from xaso.kernel.base.errors import ActionError, Forbidden, NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.actions import place_hamlet
from xaso.kernel.places.forms import EndForm, HamletForm, OfficeForm, RenameForm, SpotForm
from xaso.kernel.units import actions, queries
from xaso.kernel.units.models import Level, Unit

FORMS = {"thon": HamletForm, "co-quan": OfficeForm}


def area_url(unit: Unit) -> str:
    """The page of a commune or province."""
    return reverse("places_area") + "?" + urlencode({"don-vi": unit.path})


def _own_unit(viewer: Viewer) -> Unit | None:
    """The commune (or province) where the viewer works: the nearest above an office."""
    parts = viewer.unit_path.rstrip("/").split("/")
    paths = ["/".join(parts[:count]) + "/" for count in range(len(parts), 0, -1)]
    found = Unit.objects.filter(path__in=paths, level__in=[Level.COMMUNE, Level.PROVINCE])
    return max(found, key=lambda unit: len(unit.path), default=None)


def _wanted(request: HttpRequest) -> Unit | None:
    asked = request.GET.get("don-vi", "")
    return queries.unit_at(asked) if asked else _own_unit(viewer_in(request))


def _rows(found: QuerySet[Unit], editable: bool) -> list[dict[str, object]]:
    return [
        {
            "name": unit.full_name,
            "since": unit.valid_from,
            "basis": unit.legal_basis,
            "url": reverse("places_edit_unit") + "?" + urlencode({"don-vi": unit.path}) if editable else "",
        }
        for unit in found
    ]


@officer("units.hamlets")
@require_safe
def area(request: HttpRequest) -> HttpResponse:
    """The hamlets and offices of a commune, or the communes of a province to choose from."""
    viewer, unit = viewer_in(request), _wanted(request)
    if unit is None or unit.level not in (Level.COMMUNE, Level.PROVINCE):
        choices = [(province, area_url(province)) for province in queries.provinces()]
        return render(request, "places/choose_area.html", {"choices": choices, "unit": None})
    if unit.level == Level.PROVINCE:
        choices = [
            (commune, area_url(commune))
            for commune in queries.communes(unit)
            if viewer.can(actions.HAMLETS, commune.path)
        ]
        return render(request, "places/choose_area.html", {"choices": choices, "unit": unit})
    viewer.must(actions.HAMLETS, unit.path)
    may_office = viewer.can(actions.OFFICES, unit.path)
    asked = urlencode({"don-vi": unit.path})
    return render(
        request,
        "places/area.html",
        {
            "unit": unit,
            "address": queries.full_address(unit),
            "hamlets": _rows(queries.hamlets(unit), True),
            "offices": _rows(queries.offices(unit), may_office),
            "add_hamlet_url": reverse("places_add_unit", args=["thon"]) + "?" + asked,
            "add_office_url": reverse("places_add_unit", args=["co-quan"]) + "?" + asked
            if may_office
            else "",
        },
    )


@officer("units.hamlets")
@require_http_methods(["GET", "HEAD", "POST"])
def add_unit(request: HttpRequest, what: str) -> HttpResponse:
    """Add a hamlet or an office to the commune."""
    if what not in FORMS:
        raise NotFound("Không tìm thấy trang. Kiểm tra lại đường dẫn.")
    viewer, parent = viewer_in(request), _wanted(request)
    if parent is None:
        return redirect("places_area")
    viewer.must(actions.HAMLETS if what == "thon" else actions.OFFICES, parent.path)
    form = FORMS[what](request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            if what == "thon":
                made = actions.add_hamlet(viewer, commune=parent, **facts)
            else:
                made = actions.add_office(viewer, parent=parent, **facts)
        except Forbidden:
            raise
        except ActionError as error:
            form.take(error)
        else:
            messages.success(request, f"Đã thêm {made.words}.")
            return redirect(area_url(parent))
    title = "Thêm thôn, bản, tổ dân phố" if what == "thon" else "Thêm cơ quan, phòng, trung tâm"
    context = {"form": form, "unit": parent, "title": title, "back_url": area_url(parent)}
    return render(request, "places/unit_form.html", context, status=422 if form.errors else 200)


@officer("units.hamlets")
@require_http_methods(["GET", "HEAD", "POST"])
def edit_unit(request: HttpRequest) -> HttpResponse:
    """Rename a hamlet or an office, put a hamlet on the map, or end it."""
    viewer, unit = viewer_in(request), _wanted(request)
    if unit is None or unit.parent is None or unit.level not in (Level.HAMLET, Level.OFFICE):
        return redirect("places_area")
    viewer.must(actions.HAMLETS if unit.level == Level.HAMLET else actions.OFFICES, unit.path)
    home = next(above for above in queries.ancestors(unit) if above.level in (Level.COMMUNE, Level.PROVINCE))
    does = request.POST.get("do", "rename") if request.method == "POST" else ""
    does = does if does in ("", "end", "spot") else "rename"
    form = RenameForm(
        request.POST if does == "rename" else None,
        level=unit.level,
        initial={"kind": unit.kind, "name": unit.name},
    )
    end_form = EndForm(request.POST if does == "end" else None)
    spot_form = SpotForm(request.POST if does == "spot" else None, initial={"lat": unit.lat, "lon": unit.lon})
    chosen: RenameForm | EndForm | SpotForm = form
    if does in ("end", "spot"):
        chosen = end_form if does == "end" else spot_form
    if does and chosen.is_valid():
        try:
            if does == "end":
                said = _end(viewer, unit, end_form)
            else:
                said = _spot(viewer, unit, spot_form) if does == "spot" else _rename(viewer, unit, form)
        except Forbidden:
            raise
        except ActionError as error:
            chosen.take(error)
        else:
            messages.success(request, said)
            return redirect(area_url(home))
    context = {
        "form": chosen if chosen.errors else form,
        "rename_form": form,
        "end_form": end_form,
        "spot_form": spot_form if unit.level == Level.HAMLET else None,
        "unit": unit,
        "names": unit.names.order_by("valid_from"),
        "back_url": area_url(home),
    }
    return render(request, "places/edit_unit.html", context, status=422 if chosen.errors else 200)


def _spot(viewer: Viewer, unit: Unit, form: SpotForm) -> str:
    lat, lon = (
        None if form.cleaned_data[one] is None else float(form.cleaned_data[one]) for one in ("lat", "lon")
    )
    place_hamlet(viewer, unit=unit, lat=lat, lon=lon)
    return (
        f"Đã đặt {unit.words} lên bản đồ."
        if lat is not None
        else f"{unit.full_name} không hiện trên bản đồ nữa."
    )


def _rename(viewer: Viewer, unit: Unit, form: RenameForm) -> str:
    facts = form.cleaned_data
    renamed = actions.rename_unit(
        viewer,
        unit=unit,
        name=facts["name"],
        kind=facts["kind"],
        from_day=facts["valid_from"],
        legal_basis=facts["legal_basis"],
    )
    if facts["valid_from"] and renamed.name != facts["name"]:
        return f"{unit.full_name} sẽ mang tên mới từ ngày {facts['valid_from']:%d/%m/%Y}."
    return f"Tên mới: {renamed.words}."


def _end(viewer: Viewer, unit: Unit, form: EndForm) -> str:
    facts = form.cleaned_data
    actions.end_unit(viewer, unit=unit, last_day=facts["last_day"], legal_basis=facts["basis"])
    return f"{unit.full_name} kết thúc sau ngày {facts['last_day']:%d/%m/%Y}."


desk_urls = [
    path("dia-ban/", area, name="places_area"),
    path("dia-ban/them/<slug:what>/", add_unit, name="places_add_unit"),
    path("dia-ban/sua/", edit_unit, name="places_edit_unit"),
]
