"""From a draft to what is in force: what it changes, from which day, and the end of what is in force."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.plain.formats import day as day_words
from xaso.kernel.plain.moment import today
from xaso.kernel.ui.fields import DayField, TextField
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.actions.setup_drafts import end_setup, keep_draft_setup
from xaso.services.onestop.actions.setups import publish_setup
from xaso.services.onestop.desk.admin.asking_boxes import BASICS
from xaso.services.onestop.desk.admin.boxes import Box
from xaso.services.onestop.desk.admin.checking import check
from xaso.services.onestop.desk.admin.choices import open_points
from xaso.services.onestop.desk.admin.conditions import in_words, label_of
from xaso.services.onestop.desk.admin.document import SLUGS, Body
from xaso.services.onestop.desk.admin.forms import unit_words
from xaso.services.onestop.desk.admin.shapes import SHAPES
from xaso.services.onestop.models import Setup
from xaso.services.onestop.queries.setups import RIGHT, setup_seen, version_before

_VERBS = {"added": "Thêm", "removed": "Bỏ", "changed": "Sửa"}
_INNER = {"fields": "fields", "draft": "draft", "steps": "steps"}


class PublishForm(forms.Form):
    """The day a draft comes into force."""

    valid_from = DayField(label="Áp dụng cho hồ sơ nhận từ ngày", help_text="Từ hôm nay trở đi.")


class EndForm(forms.Form):
    """The last day of a setup and on what ground."""

    last_day = DayField(label="Ngày cuối cùng còn nhận hồ sơ")
    legal_basis = TextField(label="Căn cứ", help_text="Số, ký hiệu văn bản.", longest=300)


def add_errors(form: forms.Form, error: ActionError) -> None:
    """An action's refusal at the fields of a form; what names no field stands at the top."""
    for name, found in error.errors.items():
        for message in found:
            form.add_error(name if name in form.fields else None, message)


@officer(RIGHT)
def diff(request: HttpRequest, setup_id: UUID) -> HttpResponse:
    """What a version changes against the one in force before it."""
    setup = setup_seen(viewer_in(request), setup_id)
    before = version_before(setup)
    checked = check(dict(setup.body), setup.pk)
    lines: list[dict[str, str]] = []
    if before is not None:
        old = setups_in_force.body_of(before)
        lines = [_line(one, old, checked.working) for one in eforms.form_diff(old, checked.working)]
    context = {
        "setup": setup,
        "form_title": label_of(dict(setup.body)),
        "before": before,
        "changes": lines,
        "back_url": reverse("onestop_desk:form", args=[setup.pk]),
    }
    return render(request, "onestop/desk/admin/diff.html", context)


def _line(change: eforms.Change, old: eforms.Setup, new: eforms.Setup) -> dict[str, str]:
    bodies = [one.model_dump(mode="json", by_alias=True, exclude_defaults=True) for one in (new, old)]
    box = ""
    place = ""
    for body in bodies:
        place, box = _named(change.path, body)
        if place:
            break
    return {
        "place": f"{place or change.path}{f': {box}' if box else ''}",
        "verb": _VERBS[change.kind],
        "before": _said(change.before, bodies[1]),
        "after": _said(change.after, bodies[0]),
    }


def _named(path: str, body: Body) -> tuple[str, str]:
    """A path of a change in words: the parts by their names, then the box."""
    head, *rest = path.split(".")
    if head not in SLUGS:
        box = next((one for one in BASICS if one.name == head), None)
        return "Thông tin chung", box.label if box else head
    words, name, held, rest_box = [SHAPES[head].many], head, body.get(head) or [], ""
    while rest:
        key = rest.pop(0)
        node = next((one for one in held if isinstance(one, dict) and one.get("key") == key), None)
        if node is None:
            return "", ""
        words.append(f"“{label_of(node)[:80]}”")
        if rest and rest[0] in _INNER:
            name = rest.pop(0)
            held = node.get(name) or []
            continue
        rest_box = ".".join(rest)
        break
    boxes: tuple[Box, ...] = SHAPES[name].boxes
    found = next((one for one in boxes if one.name == rest_box or rest_box.startswith(one.name + ".")), None)
    return ", ".join(words), found.label if found else rest_box


def _said(value: Any, body: Body) -> str:
    """A value as a line an officer reads."""
    if value is None or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if isinstance(value, dict):
        if label_of(value) and "key" in value:
            return label_of(value)
        clean = {name: part for name, part in value.items() if part is not None}
        return in_words(clean, body) if clean else ""
    if isinstance(value, list):
        return "\n".join(label_of(one) if isinstance(one, dict) else str(one) for one in value)
    return str(value)


@officer(RIGHT)
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, setup_id: UUID) -> HttpResponse:
    """Put a draft in force from a day."""
    viewer = viewer_in(request)
    setup = setup_seen(viewer, setup_id)
    if setup.state != Setup.State.DRAFT:
        return redirect("onestop_desk:form", setup_id=setup.pk)
    status = 200
    form = PublishForm(request.POST or None, initial={"valid_from": max(setup.valid_from, today())})
    if request.method == "POST":
        status = 422
        if form.is_valid():
            first = form.cleaned_data["valid_from"]
            try:
                with transaction.atomic():
                    body = {**dict(setup.body), "valid_from": first.isoformat()}
                    keep_draft_setup(viewer, setup_id=setup.pk, body=body)
                    publish_setup(viewer, setup_id=setup.pk)
            except ActionError as error:
                if error.status in (403, 404):
                    raise
                if "valid_from" in error.errors:
                    add_errors(form, error)
                else:
                    form.add_error(None, "Còn chỗ phải sửa trước khi công bố: xem danh sách bên trên.")
            else:
                messages.success(request, f"Đã công bố. Áp dụng cho hồ sơ nhận từ ngày {day_words(first)}.")
                return redirect("onestop_desk:form", setup_id=setup.pk)
    body = dict(setup.body)
    context = {
        "setup": setup,
        "form_title": label_of(body),
        "form": form,
        "checked": check(body, setup.pk),
        "before": version_before(setup),
        "place": unit_words(setup.unit_path),
        "open_points": open_points(body),
        "back_url": reverse("onestop_desk:form", args=[setup.pk]),
    }
    return render(request, "onestop/desk/admin/publish.html", context, status=status)


@officer(RIGHT)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, setup_id: UUID) -> HttpResponse:
    """End a setup in force after a day."""
    viewer = viewer_in(request)
    setup = setup_seen(viewer, setup_id)
    if setup.state != Setup.State.PUBLISHED or not viewer.can(RIGHT, setup.unit_path):
        raise NotFound("Không kết thúc được thủ tục này từ tài khoản này.")
    status = 200
    form = EndForm(request.POST or None, initial={"last_day": today()})
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                end_setup(viewer, setup_id=setup.pk, **form.cleaned_data)
            except ActionError as error:
                if error.status in (403, 404):
                    raise
                add_errors(form, error)
            else:
                messages.success(request, "Đã ghi ngày kết thúc.")
                return redirect("onestop_desk:form", setup_id=setup.pk)
    context = {
        "setup": setup,
        "form_title": setup.title,
        "form": form,
        "back_url": reverse("onestop_desk:form", args=[setup.pk]),
    }
    return render(request, "onestop/desk/admin/end.html", context, status=status)
