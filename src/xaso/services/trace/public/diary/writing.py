"""Writing a line in three taps: where, which work, save. Works without scripts, and without a line to the server."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.actions import keep_file
from xaso.kernel.documents.intake import IMAGES, VOICES, IntakeRule
from xaso.kernel.documents.models import File
from xaso.kernel.people.doors import citizen
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.kernel.plain.text import clean
from xaso.kernel.plain.typed import line as one_line
from xaso.services.trace import vocabulary
from xaso.services.trace.actions.diary import record_entry
from xaso.services.trace.diary_forms import EntryForm
from xaso.services.trace.diary_lines import Line
from xaso.services.trace.models import Entry, EntryFile, Plant
from xaso.services.trace.public.diary.base import place_of, shown
from xaso.services.trace.queries import diary as queries
from xaso.services.trace.rules import diary as rules

PHOTO = IntakeRule(kinds=IMAGES, max_bytes=12 << 20, max_side=1600)
VOICE = IntakeRule(kinds=VOICES, max_bytes=6 << 20)
OWNER = "trace.diary"


@citizen
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, token: str) -> HttpResponse:
    """The writing page; a post is one line, whoever repeats it."""
    place = place_of(request, token)
    if request.method == "POST":
        return _posted(request, place)
    answer = _page(request, place, EntryForm(place, initial=_asked(request, place)))
    answer["X-Keep-Offline"] = "yes"
    return answer


def _asked(request: HttpRequest, place: queries.Place) -> dict[str, Any]:
    """What the address has chosen already: a plant by its code's token, a plot, a work."""
    initial: dict[str, Any] = {"day": today(), "work": request.GET.get("viec", "")}
    if request.GET.get("thua"):
        initial["where"] = f"site:{request.GET['thua']}"
    plant = _plant_by(place, request.GET.get("cay", ""), None)
    if plant is not None:
        initial |= {"plant": plant.code, "where": f"site:{plant.site_id}"}
    return initial


def _plant_by(place: queries.Place, text: str, site: UUID | None) -> Plant | None:
    """A plant by its number in the chosen plot, or by the address (or its last part) in its QR code."""
    text = clean(text)
    if not text:
        return None
    rows = queries.plants(place)
    token = text.rstrip("/").rsplit("/", 1)[-1]
    by_code = rows.filter(uri__endswith=f"/{token}") if len(token) >= 12 else rows.none()
    found = by_code.first()
    if found is None and site is not None:
        found = rows.filter(site=site, code__iexact=text).first()
    if found is None and site is None:
        same = list(rows.filter(code__iexact=text)[:2])
        found = same[0] if len(same) == 1 else None
    return found


def _page(request: HttpRequest, place: queries.Place, form: EntryForm, status: int = 200) -> HttpResponse:
    chosen = str(form["where"].value() or ""), str(form["work"].value() or "")
    works = queries.works_here(place)
    context = {
        "form": form,
        "works": works,
        "chosen_where": chosen[0],
        "chosen_work": chosen[1],
        "data": _data(place, form),
        "reviews": queries.reviews(place).count(),
    }
    return shown(request, "write", place, context, status)


def _data(place: queries.Place, form: EntryForm) -> dict[str, Any]:
    """What the page needs when there is no line: plots with their wait, plants by code, last values."""
    waits = {str(one.site): one for one in queries.waiting(place)}
    plots = {}
    for site in form.plots:
        wait = waits.get(str(site.pk))
        told = {"crop": site.crop, "code": site.uri.rsplit("/", 1)[-1]}
        if wait:
            told |= {"until": wait.first_day.isoformat(), "words": wait.words}
        plots[str(site.pk)] = told
    followed = queries.plants(place).values_list("uri", "code", "site_id")[: queries.MOST_PLANTS]
    plants = {uri.rsplit("/", 1)[-1]: [code, str(site)] for uri, code, site in followed}
    return {"plots": plots, "plants": plants, "last": queries.last_values(place)}


def _posted(request: HttpRequest, place: queries.Place) -> HttpResponse:
    form = EntryForm(place, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, place, form, 422)
    try:
        line = _line(request, place, form.cleaned_data)
        entry, fresh = _recorded(place, form, line)
    except ActionError as error:
        if error.status == 404:
            raise
        form.take(error)
        return _page(request, place, form, error.status)
    if entry.state == Entry.State.REVIEW:
        messages.warning(request, f"Đã lưu, cần xem lại: {entry.review_why}")
    elif fresh:
        messages.success(request, f"Đã ghi: {vocabulary.label_of(vocabulary.step_uri(entry.work))}.")
    return redirect("trace:entry", place.enterprise.token, entry.pk)


def _line(request: HttpRequest, place: queries.Place, facts: dict[str, Any]) -> Line:
    kind, _, key = str(facts["where"] or "").partition(":")
    sites, group = ([UUID(key)], None) if kind == "site" else ([], UUID(key) if key else None)
    plants = []
    if facts["plant"]:
        plant = _plant_by(place, facts["plant"], sites[0] if sites else None)
        if plant is None:
            raise ActionError("Không có cây này ở thửa đã chọn. Quét lại mã hoặc xem lại số cây.", "plant")
        plants, sites = [plant.pk], []
    work = facts["work"]
    if rules.kind_of(work) == "storage" and facts["store"]:
        sites = [UUID(facts["store"])]
    if rules.kind_of(work) in {"purchase", "process"}:
        sites, plants, group = [], [], None
    names = ("rain_mm", "low_c", "high_c", "sky")
    weather = {name: str(facts[name]) for name in names if facts[name] not in (None, "")}
    uses = work in rules.USES
    amount = facts["amount"] if uses or work in {"harvesting", "purchasing"} else None
    return Line(
        client_key=_key(request),
        work=work,
        happened_at=_when(request.POST.get("at", ""), facts["day"]),
        sites=sites,
        plants=plants,
        group=group,
        member=_id(facts["member"]) if work == "purchasing" else None,
        product=_id(facts["product"]) if work == "purchasing" else None,
        input=_id(facts["input"]) if uses else None,
        input_batch=facts["input_batch"] if uses else "",
        amount=amount,
        note=facts["note"],
        lot=_id(facts["lot"]) if rules.kind_of(work) in {"process", "storage"} else None,
        facts=weather if work == "weather" else {},
    )


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None


def _key(request: HttpRequest) -> str:
    """The key that the phone gave the line; a fresh one for a page without any."""
    return one_line(request.POST.get("once_key", ""))[:80] or uuid7().hex


def _when(at: str, day: Any) -> datetime:
    """The phone's own time when it is on the day that was chosen; else noon of that day."""
    on = day or today()
    try:
        moment = datetime.fromisoformat(at.replace("Z", "+00:00"))
    except ValueError:
        moment = None
    if moment is not None and moment.tzinfo is not None and moment.astimezone(VIETNAM).date() == on:
        return moment.replace(microsecond=0)
    if on == today():
        return now().replace(microsecond=0) if not at else now() - timedelta(seconds=1)
    return datetime.combine(on, time(12), VIETNAM)


def _recorded(place: queries.Place, form: EntryForm, line: Line) -> tuple[Entry, bool]:
    """The line written; its photo and voice are kept before, and not again for a repeat."""
    known = Entry.objects.filter(enterprise=place.enterprise, client_key=line.client_key).first()
    files: list[tuple[File, str]] = []
    if known is None:
        for name, rule, kind in (
            ("photo", PHOTO, EntryFile.Kind.PHOTO),
            ("voice", VOICE, EntryFile.Kind.VOICE),
        ):
            sent = form.cleaned_data[name]
            if isinstance(sent, UploadedFile) and sent.size:
                files.append((_kept(place, sent, rule, name), kind))
    return record_entry(place.viewer, enterprise=place.enterprise, line=line, files=files)


def _kept(place: queries.Place, sent: UploadedFile, rule: IntakeRule, field: str) -> File:
    if sent.size and sent.size > rule.max_bytes:
        raise ActionError(f"Tệp quá nặng, nhiều nhất {rule.max_bytes >> 20} MB.", field)
    try:
        return keep_file(
            place.viewer,
            content=sent.read(),
            name=sent.name or field,
            owner_service=OWNER,
            unit_path=place.enterprise.unit_path,
            rule=rule,
        )
    except ActionError as error:
        raise ActionError(error.message, field) from error
