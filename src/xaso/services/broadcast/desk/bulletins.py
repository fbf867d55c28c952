"""Bulletins at the desk: the list, and one of them with its sound, its approval and its place in the programme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import NotFound
from xaso.kernel.documents.intake import BadFile
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import clock, day, stamp
from xaso.kernel.plain.moment import VIETNAM
from xaso.kernel.speech.actions.recordings import LANGUAGES
from xaso.kernel.speech.queries import spoken_text
from xaso.kernel.ui.parts import Column, Row, Table
from xaso.services.broadcast import shown
from xaso.services.broadcast.actions import bulletins as actions
from xaso.services.broadcast.actions.sounds import JINGLES
from xaso.services.broadcast.desk.common import (
    APPROVE,
    PLAN,
    VIEW,
    WRITE,
    attempt,
    link,
    mark,
    places_of,
    sound_of_bulletin,
    station_in,
    voice_words,
)
from xaso.services.broadcast.desk.spoken import parts_of
from xaso.services.broadcast.forms.bulletins import SPEEDS, ReasonForm, RecordingForm
from xaso.services.broadcast.in_force import approval_rule
from xaso.services.broadcast.models import Bulletin
from xaso.services.broadcast.queries.lines import slot_words

PER_PAGE = 30
STATES = ("", "submitted", "draft", "approved", "refused", "ended")
SAID = {
    "submit": "Đã trình duyệt",
    "approve": "Đã duyệt",
    "refuse": "Đã trả lại người soạn",
    "render": "Đang đọc thành tiếng",
    "record": "Đã nhận bản ghi âm",
    "end": "Bản tin không phát nữa",
}


def _url(name: str, *args: Any) -> str:
    return reverse(f"broadcast_desk:{name}", args=args)


@officer(VIEW)
@require_GET
def bulletins(request: HttpRequest) -> HttpResponse:
    """Bulletins of the station, the newest first; those that wait for approval have a tab of their own."""
    viewer, station = viewer_in(request), station_in(request)
    asked = request.GET.get("xem", "")
    asked = asked if asked in STATES else ""
    rows = station.bulletins.filter(state=asked) if asked else station.bulletins.all()
    page = Paginator(rows.order_by("-created_at"), PER_PAGE).get_page(request.GET.get("trang"))
    waiting = station.bulletins.filter(state=Bulletin.State.SUBMITTED).count()
    labels = {"": "Tất cả", **{key: value[0] for key, value in shown.BULLETINS.items()}}
    context = {
        "title": "Bản tin",
        "act_url": _url("bulletin_new") if viewer.can(WRITE, station.unit_path) else "",
        "act_label": "Soạn bản tin",
        "tabs": [
            {
                "label": labels[key],
                "url": f"?xem={key}" if key else "?",
                "active": key == asked,
                "count": waiting if key == "submitted" else None,
            }
            for key in STATES
        ],
        "table": _table(list(page.object_list)),
        "page": page,
        "empty": ("Không có bản tin nào", "Soạn bản tin: dán văn bản, nghe thử, trình duyệt.", "file-text"),
    }
    return render(request, "broadcast/list.html", context)


def _table(rows: list[Bulletin]) -> Table:
    lines = [
        Row(
            [
                link(_url("bulletin", one.pk), one.title),
                one.get_kind_display(),
                one.get_origin_display(),
                shown.length(one.seconds) if one.seconds else "",
                stamp(one.created_at),
                mark(shown.bulletin_badge(one)),
            ]
        )
        for one in rows
    ]
    columns = [
        Column("Bản tin", head=True),
        Column("Loại"),
        Column("Cấp"),
        Column("Dài"),
        Column("Lập lúc", nowrap=True),
        Column("Tình trạng"),
    ]
    return Table("Bản tin của đài", columns, lines, hide_caption=True)


def open_bulletin(request: HttpRequest, bulletin_id: UUID) -> Bulletin:
    """A bulletin the viewer may see. Raises NotFound."""
    rows = Bulletin.objects.select_related("station", "sound__file")
    one = rows.filter(viewer_in(request).scope(VIEW), pk=bulletin_id).first()
    if one is None:
        raise NotFound("Không có bản tin này.")
    return one


def _forms(request: HttpRequest, do: str) -> dict[str, forms.Form]:
    data, files = request.POST or None, request.FILES or None
    return {
        "refuse": ReasonForm(data if do == "refuse" else None),
        "record": RecordingForm(
            data if do == "record" else None,
            files if do == "record" else None,
            languages=[(key, label) for key, label in LANGUAGES.items() if key],
            initial={"language": "vi"},
        ),
    }


@officer(VIEW)
@require_http_methods(["GET", "POST"])
def bulletin(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """One bulletin: heard, approved or sent back, planned."""
    viewer, one = viewer_in(request), open_bulletin(request, bulletin_id)
    here, do = _url("bulletin", one.pk), request.POST.get("do", "")
    found = _forms(request, do)
    form = found.get(do)
    if request.method == "POST" and (form is None or form.is_valid()):
        run = _verb(request, viewer, one, do, form)
        done = attempt(request, run, SAID.get(do, ""), here, form) if run else redirect(here)
        if done is not None:
            return done
    wrong = form is not None and bool(form.errors)
    context = {
        **_facts(viewer, one),
        "acts": _acts(viewer, one),
        "form": form if wrong else None,
        "has_errors": wrong,
        "refuse_form": found["refuse"],
        "recording_form": found["record"],
        "recording_open": wrong and do == "record",
        "can_render": viewer.can(WRITE, one.unit_path) or viewer.can(APPROVE, one.unit_path),
        "edit_url": _url("bulletin_edit", one.pk),
        "plan_url": f"{_url('slot_new')}?ban-tin={one.pk}",
    }
    return render(request, "broadcast/bulletin.html", context, status=422 if wrong else 200)


def _verb(
    request: HttpRequest, viewer: Viewer, one: Bulletin, do: str, form: forms.Form | None
) -> Callable[[], Any] | None:
    number = int(request.POST.get("number", "0") if request.POST.get("number", "0").isdigit() else 0)
    facts = form.cleaned_data if form is not None else {}
    verbs: dict[str, Callable[[], Any]] = {
        "submit": lambda: actions.submit_bulletin(viewer, bulletin=one),
        "approve": lambda: actions.approve_bulletin(viewer, bulletin=one, number=number),
        "refuse": lambda: actions.refuse_bulletin(
            viewer, bulletin=one, number=number, reason=facts["reason"]
        ),
        "render": lambda: actions.listen_bulletin(viewer, bulletin=one),
        "record": lambda: _record(viewer, one, facts),
        "end": lambda: actions.end_bulletin(viewer, bulletin=one),
    }
    return verbs.get(do)


def _record(viewer: Viewer, one: Bulletin, facts: dict[str, Any]) -> None:
    """A recording in place of the machine's voice. Raises ActionError at the file."""
    from xaso.kernel.base.errors import ActionError

    try:
        actions.attach_recording(viewer, bulletin=one, upload=facts["file"], language=facts["language"])
    except BadFile as problem:
        raise ActionError(str(problem), field="file") from problem


def _facts(viewer: Viewer, one: Bulletin) -> dict[str, Any]:
    places = places_of(one.station)
    written = one.versions.order_by("-number").values_list("written_by_name", flat=True).first()
    said = spoken_text(one.text, one.unit_path) if one.text else None
    speeds = {float(key): label for key, label in SPEEDS}
    return {
        "bulletin": one,
        "badge": shown.bulletin_badge(one),
        "written_by": written or "",
        "sound": sound_of_bulletin(viewer, one),
        "parts": parts_of(one.text, said) if said and said.text == one.spoken else [{"said": one.spoken}],
        "voice_words": "Bản ghi âm, " + LANGUAGES.get(one.language, one.language).lower()
        if one.recorded
        else f"{voice_words(one.voice)}, {speeds.get(one.speed, str(one.speed)).lower()}",
        "jingle_words": JINGLES.get(one.jingle, one.jingle),
        "valid_words": _valid(one),
        "slots": [
            {
                "url": _url("slot", slot.pk),
                "when": slot_words(slot),
                "where": places.words(slot.area),
            }
            for slot in one.slots.filter(ended_at=None).order_by("starts")
        ],
        "airings": _airings(one),
        "approvals": [
            {
                "title": "Đồng ý" if row.agreed else "Trả lại",
                "at": row.created_at,
                "by": row.name,
                "text": row.reason,
                "kind": "done" if row.agreed else "warn",
            }
            for row in one.approvals.order_by("-created_at")
        ],
        "waits": _waits(one),
    }


def _valid(one: Bulletin) -> str:
    first = f"từ {day(one.valid_from)}" if one.valid_from else ""
    last = f"trước {clock(one.valid_to)} {day(one.valid_to)}" if one.valid_to else ""
    return " ".join(part for part in (first, last) if part) or "không hạn"


def _waits(one: Bulletin) -> str:
    rule = approval_rule(one.kind, one.unit_path)
    need = rule.approvals if rule else 1
    given = one.approvals.filter(number=one.version, agreed=True).count()
    return f"Cần {need} người đồng ý, đã có {given}."


def _acts(viewer: Viewer, one: Bulletin) -> dict[str, Any]:
    """What this viewer may do with the bulletin as it stands."""
    writes, approves = viewer.can(WRITE, one.unit_path), viewer.can(APPROVE, one.unit_path)
    is_open = one.state in ("draft", "refused")
    rule = approval_rule(one.kind, one.unit_path)
    own = viewer.account_id is not None and viewer.account_id == one.written_by
    may = approves and one.state == "submitted" and not (own and not (rule and rule.own))
    return {
        "submit": writes and is_open,
        "edit": writes and one.state != "ended",
        "record": writes and one.state in ("draft", "refused"),
        "approve": f"{_waits(one)} Nghe hết bản tin rồi mới duyệt." if may else "",
        "plan": viewer.can(PLAN, one.unit_path) and one.state == "approved",
        "end": (writes or approves) and one.state == "approved",
    }


def _airings(one: Bulletin) -> Table:
    rows = [
        Row(
            [
                link(_url("airing", row.pk), stamp(row.starts_at.astimezone(VIETNAM))),
                mark(shown.airing_badge(row)),
                shown.why(row.reason),
            ]
        )
        for row in one.airings.exclude(state__in=("planned", "sent")).order_by("-starts_at")[:10]
    ]
    return Table(
        "Các lượt đã phát",
        [Column("Lúc", head=True), Column("Kết quả"), Column("Vì sao")],
        rows,
        hide_caption=True,
    )


@officer(VIEW)
@require_GET
def sound(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """The part of the page that waits for the sound."""
    viewer, one = viewer_in(request), open_bulletin(request, bulletin_id)
    found = sound_of_bulletin(viewer, one)
    return render(request, "broadcast/sound_box.html", {"bulletin": one, "sound": found})


bulletin_urls = [
    path("ban-tin/", bulletins, name="bulletins"),
    path("ban-tin/<uuid:bulletin_id>/", bulletin, name="bulletin"),
    path("ban-tin/<uuid:bulletin_id>/am-thanh/", sound, name="sound"),
]
