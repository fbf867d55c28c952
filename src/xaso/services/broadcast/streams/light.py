"""The stream for listeners: playlist, headers, segments. Asked every second or two by each of them, so answered first.

The same for everybody: no session, no viewer, one indexed read, and what never changes is kept in the process.
"""

from __future__ import annotations

import re
import time
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse

from xaso.kernel.base.reach import unguarded
from xaso.kernel.plain import hls
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.services.broadcast.models import StreamRun, StreamSegment
from xaso.services.broadcast.streams.outlets import KEPT, SEGMENT_SECONDS

START = "/broadcast/luong/"
_ID = r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
PLAYLIST = re.compile(rf"{START}{_ID}/nghe\.m3u8", re.ASCII)
PIECE = re.compile(rf"{START}{_ID}/{_ID}\.(m4s|mp4)", re.ASCII)
ROUTES = {
    "m3u8": SimpleNamespace(route="broadcast/luong/<uuid:station_id>/nghe.m3u8"),
    "m4s": SimpleNamespace(route="broadcast/luong/<uuid:station_id>/<uuid:piece_id>.m4s"),
    "mp4": SimpleNamespace(route="broadcast/luong/<uuid:station_id>/<uuid:piece_id>.mp4"),
}
SHOWN = 8
FRESH = 0.5
_kept: dict[str, tuple[float, str]] = {}


def answer(request: HttpRequest) -> HttpResponse | None:
    """A part of a stream, or None for the ordinary pages (which say that there is none)."""
    path = request.path_info
    if found := PLAYLIST.fullmatch(path):
        text = _playlist(found[1])
        if text is None:
            return None
        request.resolver_match = ROUTES["m3u8"]  # type: ignore[assignment]  # what requests count under
        return _open(HttpResponse(text, content_type="application/vnd.apple.mpegurl"), "no-cache")
    if found := PIECE.fullmatch(path):
        content = _piece(found[1], found[2], found[3])
        if content is None:
            return None
        request.resolver_match = ROUTES[found[3]]  # type: ignore[assignment]
        return _open(HttpResponse(content, content_type="audio/mp4"), "public, max-age=60, immutable")
    return None


def _open(response: HttpResponse, cache: str) -> HttpResponse:
    response.headers["Cache-Control"] = cache
    response.headers["Access-Control-Allow-Origin"] = "*"  # the commune's other pages may play it too
    return response


def _playlist(station: str) -> str | None:
    """The text, at most half a second old."""
    at, text = _kept.get(station, (0.0, ""))
    if time.monotonic() - at < FRESH:
        return text
    made = _asked(lambda: playlist_of(UUID(station)))
    if made is not None:
        if len(_kept) > 5000:
            _kept.clear()
        _kept[station] = (time.monotonic(), made)
    return made


def playlist_of(station_id: UUID) -> str | None:
    """The newest segments of a station; None when nothing has been made lately."""
    rows = list(
        StreamSegment.objects.filter(station_id=station_id, at__gte=now() - KEPT)
        .order_by("-number")
        .values_list("pk", "number", "at", "seconds", "run_id", "run__number")[:SHOWN]
    )[::-1]
    if not rows:
        return None
    segments, run = [], None
    for pk, _, at, seconds, run_id, _ in rows:
        segments.append(
            hls.Segment(
                f"{pk}.m4s",
                seconds,
                at.astimezone(VIETNAM),
                f"{run_id}.mp4",
                discontinuity=run is not None and run_id != run,
            )
        )
        run = run_id
    return hls.write(hls.Media(tuple(segments), rows[0][1], int(SEGMENT_SECONDS), breaks=rows[0][5] - 1))


def _piece(station: str, piece: str, kind: str) -> bytes | None:
    try:
        return _unchanging(station, piece, kind)
    except LookupError:
        return None


@lru_cache(maxsize=512)
def _unchanging(station: str, piece: str, kind: str) -> bytes:
    """A header or a segment; those never change. Raises LookupError."""
    model: Any = StreamSegment if kind == "m4s" else StreamRun
    column = "content" if kind == "m4s" else "header"
    found = _asked(
        lambda: model.objects.filter(pk=piece, station_id=station).values_list(column, flat=True).first()
    )
    if found is None:
        raise LookupError(piece)
    return bytes(found)


def _asked(read: Any) -> Any:
    try:
        with unguarded("a station's stream is open to all"):
            return read()
    except Error:
        connection.close()
        return None
