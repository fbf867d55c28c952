"""Composing a notice: one page, everything kept, and from a template when one is chosen."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError, Conflict
from xaso.kernel.messages.models import MailingTemplate
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.queries import unit_at
from xaso.services.notices import rules
from xaso.services.notices.actions import notices as actions
from xaso.services.notices.desk.parts import lines_of, pairs_of, refused
from xaso.services.notices.forms import NoticeForm
from xaso.services.notices.models import Notice
from xaso.services.notices.queries import library
from xaso.services.notices.queries import notices as queries
from xaso.services.notices.queries.rights import SEND, WRITE, home_of

_SAME = (
    "kind", "subject", "body", "sms", "sms_accents", "zalo_template", "speaker", "is_public", "needs_receipt",
    "urgent", "urgent_reason", "send_at", "task_title", "task_term", "task_asks", "task_figure",
)  # fmt: skip
MIDDLE = (16.0, 106.0)


def _initial(row: Notice | None, template: MailingTemplate | None, unit_path: str) -> dict[str, Any]:
    if row is None:
        words = template.wording if template is not None else {}
        return {
            "kind": Notice.Kind.NOTICE,
            "ladder": "saving",
            "wait_minutes": 30,
            **{name: words.get(name, "") for name in ("subject", "body", "sms", "zalo_template")},
            "zalo_data": lines_of(words.get("zalo_data", {})),
        }
    spec = row.audience
    narrowed = spec.get("attributes", {})
    return {
        **{name: getattr(row, name) for name in _SAME},
        "units": spec.get("units", []),
        "whole": unit_path in spec.get("units", []),
        "roles": spec.get("roles", []),
        "lists": spec.get("lists", []),
        "polygons": json.dumps(spec["polygons"][0]) if spec.get("polygons") else "",
        **{name: narrowed.get(name, "") for name in ("sex", "age_from", "age_to", "ethnicity")},
        "ladder": rules.ladder_key(row.ladder) or "saving",
        "wait_minutes": row.ladder[0].get("wait_minutes") if row.ladder else 30,
        "zalo_data": lines_of(row.zalo_data),
    }


def _ring(text: str) -> list[list[float]]:
    """The drawn ring as [latitude, longitude] pairs, from what the map wrote (GeoJSON) or a kept ring."""
    try:
        shape = json.loads(text)
        if isinstance(shape, dict):
            return [[float(lat), float(lon)] for lon, lat in shape["coordinates"][0]]
        return [[float(lat), float(lon)] for lat, lon in shape]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise ActionError("Vùng vẽ không đọc được. Vẽ lại trên bản đồ.", "polygons") from error


def facts_of(facts: dict[str, Any], unit_path: str) -> dict[str, Any]:
    """What the form says, as the action takes it."""
    spec: dict[str, Any] = {}
    units = [unit_path] if facts.get("whole") else list(facts.get("units") or ())
    roles = list(facts.get("roles") or ())
    if roles and not units:
        units = [unit_path]
    spec |= {name: value for name, value in (("units", units), ("roles", roles)) if value}
    if facts.get("lists"):
        spec["lists"] = list(facts["lists"])
    if facts.get("polygons"):
        spec["polygons"] = [_ring(facts["polygons"])]
    narrowed = {name: facts[name] for name in ("sex", "age_from", "age_to", "ethnicity") if facts.get(name)}
    if narrowed:
        spec["attributes"] = narrowed
    return {
        **{name: facts.get(name) for name in _SAME},
        "audience": spec,
        "ladder": rules.ladder_of(facts["ladder"], facts.get("wait_minutes") or 30),
        "zalo_data": pairs_of(facts.get("zalo_data") or ""),
        "task_asks": list(facts.get("task_asks") or ()),
    }


@officer(WRITE)
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, notice_id: UUID | None = None) -> HttpResponse:
    """A new notice, or one that was not sent yet."""
    viewer = viewer_in(request)
    row = queries.notice_at_desk(viewer, notice_id) if notice_id else None
    if row is not None and row.state not in actions.EDITABLE:
        raise Conflict("Thông báo này đã trình hoặc đã gửi nên không sửa được. Chép thành thông báo mới.")
    unit_path = row.unit_path if row is not None else home_of(viewer, WRITE)
    template = row.template if row is not None else _chosen(viewer, request.GET.get("mau", ""))
    form = NoticeForm(
        queries.places_to_choose(unit_path),
        queries.roles_to_choose(),
        queries.lists_to_choose(viewer) if viewer.can(SEND) else [],
        request.POST or None,
        initial=_initial(row, template, unit_path),
    )
    if request.method == "POST" and form.is_valid():
        try:
            facts = {**facts_of(form.cleaned_data, unit_path), "template": _same_words(template, form)}
            kept = actions.write_notice(viewer, unit_path=unit_path, facts=facts, notice_id=notice_id)
        except ActionError as error:
            refused(request, error, form)
        else:
            return redirect("notices_desk:notice", notice_id=kept.pk)
    unit = unit_at(unit_path)
    context = {
        "form": form,
        "row": row,
        "unit": unit,
        "middle": (unit.lat or MIDDLE[0], unit.lon or MIDDLE[1]),
        "zoom": 12 if unit.lat else 6,
        "template": template,
        "templates": [] if row is not None else library.usable_templates(viewer),
        "back_url": reverse("notices_desk:notice", args=[row.pk]) if row else reverse("notices_desk:board"),
    }
    return render(request, "notices/write.html", context, status=422 if form.errors else 200)


def _chosen(viewer: Viewer, key: str) -> MailingTemplate | None:
    try:
        return library.usable_template(viewer, UUID(key)) if key else None
    except ValueError:
        return None


def _same_words(template: MailingTemplate | None, form: NoticeForm) -> MailingTemplate | None:
    """A text that was changed is no longer the approved one."""
    if template is None:
        return None
    facts, words = form.cleaned_data, template.wording
    same = all((facts.get(one) or "") == (words.get(one) or "") for one in ("subject", "body", "sms"))
    return template if same else None
