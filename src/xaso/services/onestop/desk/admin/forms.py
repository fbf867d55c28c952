"""The form editor: lists, a new draft, the overview, the pages of its parts. Each press keeps what was typed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.models import Unit
from xaso.services.onestop.actions.setup_drafts import (
    begin_draft_setup,
    drop_draft_setup,
    keep_draft_setup,
    locked_draft,
)
from xaso.services.onestop.desk.admin import starting
from xaso.services.onestop.desk.admin.checking import Checked, check
from xaso.services.onestop.desk.admin.choices import open_points
from xaso.services.onestop.desk.admin.conditions import label_of
from xaso.services.onestop.desk.admin.document import (
    DROPPED,
    LISTS,
    Body,
    bring_back,
    items_of,
)
from xaso.services.onestop.desk.admin.shapes import SHAPES
from xaso.services.onestop.models import Setup
from xaso.services.onestop.queries.catalogue import search_catalogue, version_on
from xaso.services.onestop.queries.setups import RIGHT, VIEWS, setup_seen, setups_seen, version_before

ON_PAGE = 50


def unit_words(path: str) -> str:
    """The unit a setup holds for."""
    unit = Unit.objects.filter(path=path).first() if path else None
    return unit.full_name if unit else "Mọi đơn vị"


# ---- lists and beginnings ---------------------------------------------------------------------------------------


@officer(RIGHT)
def setups(request: HttpRequest) -> HttpResponse:
    """The electronic procedures: in force, coming, drafts, ended."""
    viewer = viewer_in(request)
    view = request.GET.get("xem", "published")
    view = view if view in VIEWS else "published"
    text = request.GET.get("tim", "").replace("\x00", "")[:100]
    page = Paginator(setups_seen(viewer, view, text), ON_PAGE).get_page(request.GET.get("trang"))
    names = dict(
        Unit.objects.filter(path__in={row.unit_path for row in page}).values_list("path", "full_name")
    )
    context = {
        "view": view,
        "text": text,
        "page": page,
        "rows": [(row, names.get(row.unit_path, "Mọi đơn vị")) for row in page],
        "tabs": [
            {"label": label, "url": f"?xem={key}", "active": key == view, "count": setups_seen(viewer, key).count()}
            for key, label in VIEWS.items()
        ],
    }  # fmt: skip
    return render(request, "onestop/desk/admin/setups.html", context)


@officer(RIGHT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a draft: from a procedure of the catalogue, or as a new version of a setup."""
    viewer = viewer_in(request)
    places = _places(viewer)
    if request.method == "POST":
        path = request.POST.get("noi", places[0][0])
        begun = _begin(viewer, request.POST.get("tu", ""), path)
        messages.success(request, "Đã lập bản nháp. Mỗi lần bấm nút, bản nháp được lưu.")
        return redirect("onestop_desk:form", setup_id=begun.pk)
    text = request.GET.get("tim", "").replace("\x00", "")[:200]
    found = search_catalogue(text, unit_path=viewer.unit_path or None, limit=30) if text else None
    held: dict[str, list[Setup]] = {}
    if found:
        codes = [row.code for row in found.rows]
        for row in Setup.objects.filter(
            pk__in=setups_seen(viewer).values("pk"), procedure__code__in=codes
        ).select_related("procedure"):
            held.setdefault(row.procedure.code, []).append(row)
    context = {
        "text": text,
        "found": [(row, held.get(row.code, [])) for row in found.rows] if found else None,
        "places": places,
        "place": request.GET.get("noi", places[0][0]),
        "back_url": reverse("onestop_desk:forms"),
    }
    return render(request, "onestop/desk/admin/new.html", context)


def _places(viewer: Viewer) -> list[tuple[str, str]]:
    """Where a new setup may hold: the units at the top of the viewer's right."""
    found = [(path, unit_words(path)) for path in viewer.paths(RIGHT)]
    return found or [("", "Mọi đơn vị")]


def _begin(viewer: Viewer, source: str, path: str) -> Setup:
    kind, _, key = source.partition(":")
    if kind == "setup":
        try:
            old = setup_seen(viewer, UUID(key))
        except ValueError:
            raise NotFound("Không có thủ tục điện tử này.") from None
        return begin_draft_setup(
            viewer, procedure=old.procedure, body=starting.from_setup(old), unit_path=path
        )
    version = version_on(key.replace("\x00", ""))
    return begin_draft_setup(
        viewer, procedure=version.procedure, body=starting.from_catalogue(version), unit_path=path
    )


@officer(RIGHT)
@require_POST
def give_up(request: HttpRequest, setup_id: UUID) -> HttpResponse:
    """Give up a draft."""
    drop_draft_setup(viewer_in(request), setup_id=setup_id)
    messages.success(request, "Đã bỏ bản nháp. Bản nháp vẫn còn ở danh sách đã hết để xem lại.")
    return redirect("onestop_desk:forms")


# ---- the overview ------------------------------------------------------------------------------------------------


@officer(RIGHT)
def overview(request: HttpRequest, setup_id: UUID) -> HttpResponse:
    """One setup: its parts with what is left to do in each, and what can be done with the whole."""
    viewer = viewer_in(request)
    setup = setup_seen(viewer, setup_id)
    body = dict(setup.body)
    checked = check(body, setup.pk)
    draft = setup.state == Setup.State.DRAFT
    parts = [
        _task(
            "Thông tin chung", ("co-ban",), reverse("onestop_desk:form_basics", args=[setup.pk]), checked, ""
        )
    ]
    for slug, name in LISTS.items():
        url = reverse("onestop_desk:form_list", args=[setup.pk, slug])
        count = len(items_of(body, name))
        parts.append(_task(SHAPES[name].many, (slug,), url, checked, f"{count}"))
    context = {
        "setup": setup,
        "draft": draft,
        "place": unit_words(setup.unit_path),
        "parts": parts,
        "checked": checked,
        "open_points": open_points(body),
        "before": version_before(setup),
        "may_write": viewer.can(RIGHT, setup.unit_path),
        "dropped": _dropped(body) if draft else [],
        "places": _places(viewer),
        "back_url": reverse("onestop_desk:forms"),
    }
    return render(request, "onestop/desk/admin/overview.html", context)


def _task(label: str, trail: tuple[str, ...], url: str, checked: Checked, count: str) -> dict[str, Any]:
    wrong = [one for one in checked.below(trail) if one.level == "error"]
    return {"label": label, "url": url, "count": count, "wrong": len(wrong)}


def _dropped(body: Body) -> list[tuple[int, str]]:
    kept = body.get(DROPPED) or []
    return [(n, label_of(one.get("node") or {})) for n, one in enumerate(kept)][::-1]


@officer(RIGHT)
@require_POST
def undo(request: HttpRequest, setup_id: UUID) -> HttpResponse:
    """Bring back a part that was taken out."""
    viewer = viewer_in(request)
    with transaction.atomic():
        draft = locked_draft(viewer, setup_id)
        body = dict(draft.body)
        number = request.POST.get("so", "")
        trail = bring_back(body, int(number)) if number.isdigit() else None
        keep_draft_setup(viewer, setup_id=setup_id, body=body)
    if trail is None:
        messages.warning(request, "Không lấy lại được: chỗ cũ của phần này không còn.")
        return redirect("onestop_desk:form", setup_id=setup_id)
    messages.success(request, "Đã lấy lại.")
    return redirect("onestop_desk:form_part", setup_id=setup_id, slug=trail[0], keys="/".join(trail[1:]))
