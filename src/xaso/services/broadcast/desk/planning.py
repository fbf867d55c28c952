"""Putting something into the programme: first its days and what would go wrong are shown, then it is kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.once import fingerprint
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.plain.formats import clock, weekday
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.actions import programme as actions
from xaso.services.broadcast.desk.common import PLAN, choices, clusters_of, put_errors, station_in
from xaso.services.broadcast.desk.programme import open_slot
from xaso.services.broadcast.forms.programme import SlotForm
from xaso.services.broadcast.models import Bulletin, Slot, Station
from xaso.services.broadcast.queries.lines import Preview, preview_slot
from xaso.services.broadcast.rule_forms import form_facts, slot_facts

SHOWN_DAYS = 10
LOSSES = {
    "postpone": "lùi lại, hết khung giờ thì bỏ",
    "drop": "bị bỏ",
    "restart": "được phát lại từ đầu",
    "resume": "phát tiếp chỗ bị cắt",
    "shorten": "bị rút ngắn",
    "rejoin": "nối lại luồng đang chạy",
}
# What the action calls a field, and what the form does.
FIELDS = {
    "item": "kind",
    "seconds": "minutes",
    "starts": "time",
    "area": "clusters",
    "excluded": "skip",
    "lunar": "lunar_days",
    "rule": "repeat",
    "loses": "on_loss",
}


@officer(PLAN)
@require_http_methods(["GET", "POST"])
def slot_new(request: HttpRequest) -> HttpResponse:
    """Something new in the programme."""
    return _edit(request, station_in(request), None)


@officer(PLAN)
@require_http_methods(["GET", "POST"])
def slot_edit(request: HttpRequest, slot_id: UUID) -> HttpResponse:
    """The same, changed."""
    one = open_slot(request, slot_id)
    return _edit(request, one.station, one)


def _form(request: HttpRequest, station: Station, one: Slot | None) -> SlotForm:
    approved = station.bulletins.filter(state=Bulletin.State.APPROVED).order_by("-created_at")[:200]
    relays = station.relays.filter(ended_at=None).order_by("title")
    offered = choices(Slot.Item)
    if not relays:
        offered = [row for row in offered if row[0] != "relay"]
    moment = now()
    initial: dict[str, Any] = {
        "kind": "bulletin",
        "bulletin": request.GET.get("ban-tin", ""),
        "first_day": moment.date(),
        "on_loss": "postpone",
    }
    return SlotForm(
        request.POST or None,
        kinds=offered,
        bulletins=[(str(row.pk), row.title) for row in approved],
        relays=[(str(row.pk), row.title) for row in relays],
        clusters=[(row.code, row.name) for row in clusters_of(station)],
        losses=choices(Slot.Loses),
        initial=form_facts(one) if one else initial,
    )


def _facts(station: Station, facts: dict[str, Any]) -> dict[str, Any]:
    """Fields of the slot, with the bulletin or relay that was chosen."""
    found = slot_facts(facts)
    bulletin = relay = None
    if facts["kind"] in ("bulletin", "filler") and facts.get("bulletin"):
        bulletin = station.bulletins.filter(pk=facts["bulletin"]).first()
    if facts["kind"] == "relay" and facts.get("relay"):
        relay = station.relays.filter(pk=facts["relay"]).first()
    named = bulletin or relay
    title = found["title"] or (named.title if named else "")
    return {**found, "title": title, "bulletin": bulletin, "relay": relay}


def _preview(station: Station, one: Slot | None, facts: dict[str, Any]) -> Preview:
    """What the slot would do; nothing is kept."""
    copy = Slot.objects.select_related("station").get(pk=one.pk) if one else None
    return preview_slot(actions.draft_slot(station, copy, **facts))


def _edit(request: HttpRequest, station: Station, one: Slot | None) -> HttpResponse:
    viewer = viewer_in(request)
    viewer.must(PLAN, station.unit_path)
    form, told = _form(request, station, one), {}
    if request.method == "POST" and form.is_valid():
        seen = fingerprint(form.cleaned_data)
        try:
            facts = _facts(station, form.cleaned_data)
            if request.POST.get("do") == "keep" and request.POST.get("seen") == seen:
                kept = actions.keep_slot(viewer, station=station, slot=one, despite=True, **facts)
                return redirect("broadcast_desk:slot", kept.pk)
            told = {**_told(_preview(station, one, facts), facts["loses"]), "seen": seen}
        except ActionError as error:
            _put(form, error)
    context = {
        "title": f"Sửa: {one.title}" if one else "Thêm vào lịch",
        "form": form,
        "back_url": reverse("broadcast_desk:slot", args=[one.pk]) if one else reverse("broadcast_desk:week"),
        "ready": bool(told),
        **told,
    }
    return render(request, "broadcast/slot_edit.html", context, status=422 if form.errors else 200)


def _told(found: Preview, loses: str) -> dict[str, Any]:
    said = [f"{weekday(one.at)} {clock(one.at)}" for one in found.times]
    return {
        "rule_words": found.words[:1].upper() + found.words[1:],
        "days": said[:SHOWN_DAYS],
        "count": len(said),
        "more": max(0, len(said) - SHOWN_DAYS),
        "conflicts": [one.words for one in found.clashes][:20],
        "loss_words": LOSSES.get(loses, "theo quy tắc"),
    }


def _put(form: forms.Form, error: ActionError) -> None:
    """Refusals at the form's own fields."""
    if error.status in (403, 404) or not set(error.errors) & set(FIELDS):
        put_errors(form, error)
        return
    for name, texts in error.errors.items():
        at = FIELDS.get(name, name)
        for text in texts:
            form.add_error(at if at in form.fields else None, text)


planning_urls = [
    path("lich/them/", slot_new, name="slot_new"),
    path("lich/<uuid:slot_id>/sua/", slot_edit, name="slot_edit"),
]
