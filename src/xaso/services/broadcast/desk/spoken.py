"""The spoken text beside the written one: what is read otherwise is marked, what is not known is asked."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.plain.spoken import Spoken
from xaso.kernel.speech import actions as speech
from xaso.kernel.speech.queries import spoken_text
from xaso.services.broadcast import shown
from xaso.services.broadcast.desk.common import WRITE, station_in
from xaso.services.broadcast.models import Station

WORDS_A_MINUTE = 190
LONGEST = 20000


def parts_of(text: str, said: Spoken) -> list[dict[str, Any]]:
    """The whole text in stretches: those read as written, and those that are not."""
    parts: list[dict[str, Any]] = []
    at = 0
    for piece in said.pieces:
        if piece.start > at:
            parts.append({"said": text[at : piece.start], "changed": False})
        if piece.spoken.strip().casefold() != piece.written.strip().casefold():
            parts.append(
                {"said": piece.spoken, "written": piece.written, "changed": True, "asked": piece.asked}
            )
        else:
            parts.append({"said": piece.spoken, "changed": False})
        at = piece.end
    if at < len(text):
        parts.append({"said": text[at:], "changed": False})
    return parts


def spoken_facts(text: str, station: Station) -> dict[str, Any]:
    """What the part of the page needs for a text."""
    text = text[:LONGEST]
    said = spoken_text(text, station.unit_path)
    parts = parts_of(text, said) if text.strip() else []
    changed: dict[str, dict[str, str]] = {}
    for one in parts:
        if one["changed"] and one["written"] not in changed:
            changed[one["written"]] = {"said": one["said"], "asked": one["asked"], "written": one["written"]}
    rows = [{**one, "number": str(number)} for number, one in enumerate(changed.values())]
    count = len(said.text.split())
    return {
        "parts": parts,
        "asked": [one for one in rows if one["asked"]],
        "changed": [one for one in rows if not one["asked"]],
        "words": count,
        "length": shown.length(count / WORDS_A_MINUTE * 60),
        "spoken_url": reverse("broadcast_desk:spoken"),
    }


def teach(request: HttpRequest, station: Station) -> dict[str, Any]:
    """Keep the word whose button was pressed in the station's dictionary; answers what to tell."""
    number = request.POST.get("do", "").removeprefix("word:")
    written, said = request.POST.get(f"written-{number}", ""), request.POST.get(f"say-{number}", "")
    try:
        speech.keep_word(viewer_in(request), unit_path=station.unit_path, written=written, spoken=said)
    except ActionError as error:
        if error.status in (403, 404):
            raise
        told = {"kind": "warning", "title": "Chưa nhớ được", "text": str(error)}
        kept = {"new_written": written, "new_said": said} if number == "new" else {"fixing": True}
        return {"told": told, **kept}
    text = f"“{written.strip()}” từ nay đọc là “{said.strip()}” trong mọi bản tin của đài."
    return {"told": {"kind": "success", "title": "Đã nhớ", "text": text}}


def wants_word(request: HttpRequest) -> bool:
    """Whether the press was that of a word's button."""
    return request.POST.get("do", "").startswith("word:")


@officer(WRITE)
@require_POST
def spoken(request: HttpRequest) -> HttpResponse:
    """The part of the editor beside the text, while one types and after a word was kept."""
    station = station_in(request)
    viewer_in(request).must(WRITE, station.unit_path)
    told = teach(request, station) if wants_word(request) else {}
    facts = spoken_facts(request.POST.get("text", ""), station)
    return render(request, "broadcast/spoken.html", {**facts, **told})


spoken_urls = [path("loi-doc/", spoken, name="spoken")]
