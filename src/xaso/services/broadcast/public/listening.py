"""Hearing a station on a telephone or a computer. The stream itself is answered by ``streams.light``."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.doors import public
from xaso.services.broadcast.streams.outlets import listen_url
from xaso.services.broadcast.streams.queries import station_named


@public
@require_safe
def listen(request: HttpRequest, station_id: UUID) -> HttpResponse:
    """The player of one station."""
    station = station_named(station_id)
    return render(request, "broadcast/listen.html", {"station": station, "url": listen_url(station.pk)})


@public
@require_safe
def silent(request: HttpRequest, station_id: UUID, piece_id: UUID | None = None) -> HttpResponse:
    """A part of a stream that is not there: the station is silent now, or the piece is old."""
    raise NotFound("Đài đang không phát. Mở lại khi đến giờ phát.")


listen_urls = [
    path("luong/<uuid:station_id>/", listen, name="listen"),
    path("luong/<uuid:station_id>/nghe.m3u8", silent, name="stream"),
    path("luong/<uuid:station_id>/<uuid:piece_id>.m4s", silent, name="stream_piece"),
    path("luong/<uuid:station_id>/<uuid:piece_id>.mp4", silent, name="stream_head"),
]
