"""Where a station's stream goes: segments that our own web servers hand out, or an Icecast server by setting."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from xaso.kernel.plain.moment import now
from xaso.services.broadcast.models import Station, StreamRun, StreamSeat, StreamSegment
from xaso.services.broadcast.streams.boxes import Fragment
from xaso.services.broadcast.streams.channel import Outlet
from xaso.services.broadcast.streams.icecast import IcecastOutlet, read_server
from xaso.services.broadcast.streams.sound import RATE, Fragments

SEGMENT_SECONDS = 2.0
KEPT = timedelta(seconds=60)
SEAT_LOST = timedelta(seconds=8)


def holder() -> str:
    """This process among all that could make streams."""
    return f"{socket.gethostname()[:50]}:{os.getpid()}"


def take_seat(station_id: UUID, who: str) -> bool:
    """Take or keep the seat of a station; False while another process makes its stream."""
    with transaction.atomic():
        StreamSeat.objects.get_or_create(station_id=station_id)
        seat = StreamSeat.objects.select_for_update().get(pk=station_id)
        taken = seat.holder not in {"", who} and seat.beat_at is not None and now() - seat.beat_at < SEAT_LOST
        if taken:
            return False
        seat.holder, seat.beat_at = who, now()
        seat.save(update_fields=["holder", "beat_at"])
        return True


def leave_seat(station_id: UUID, who: str) -> None:
    """Give the seat back at once, so that another process need not wait."""
    StreamSeat.objects.filter(pk=station_id, holder=who).update(holder="", beat_at=None)


class SegmentOutlet:
    """HLS from our own tables. Numbers of segments go on over restarts; a restart is a discontinuity."""

    def __init__(self, station: Station, *, seconds: float = SEGMENT_SECONDS) -> None:
        self.station = station
        self._encoder = Fragments(seconds)
        self._run: StreamRun | None = None
        self._at: datetime | None = None
        self._frames = 0
        self.trouble = ""

    def write(self, pcm: bytes, at: datetime) -> None:
        """Encode; segments that are whole are kept at once."""
        if self._at is None:
            self._at = at
        for fragment in self._encoder.add(pcm):
            self._keep(fragment)

    def close(self) -> None:
        """The last segment."""
        for fragment in self._encoder.end():
            self._keep(fragment)

    @transaction.atomic
    def _keep(self, fragment: Fragment) -> None:
        seat = StreamSeat.objects.select_for_update().get(pk=self.station.pk)
        if self._run is None:
            seat.runs += 1
            self._run = StreamRun.objects.create(
                station=self.station, number=seat.runs, header=self._encoder.header
            )
        begun = self._at or now()
        StreamSegment.objects.create(
            station=self.station,
            run=self._run,
            number=seat.next_number,
            at=begun + timedelta(seconds=self._frames * 1024 / RATE),
            seconds=fragment.seconds(RATE),
            content=fragment.content,
        )
        self._frames += fragment.frames
        seat.next_number += 1
        seat.save(update_fields=["next_number", "runs"])
        if seat.next_number % 10 == 0:
            forget_old(self.station.pk)


def forget_old(station_id: UUID) -> int:
    """Drop segments that no player asks for any more, and runs without any; answers how many segments."""
    old = StreamSegment.objects.filter(station_id=station_id, at__lt=now() - KEPT)
    count, _ = old.delete()
    newest = (
        StreamRun.objects.filter(station_id=station_id).order_by("-number").values_list("pk", flat=True)[:1]
    )
    StreamRun.objects.filter(station_id=station_id, segments__isnull=True).exclude(
        pk__in=list(newest)
    ).delete()
    return count


def outlet_for(station: Station) -> Outlet:
    """Where this installation sends a station's stream."""
    if settings.XASO_STREAM_ICECAST:
        server = read_server(settings.XASO_STREAM_ICECAST, settings.XASO_STREAM_PUBLIC)
        return IcecastOutlet(server, str(station.pk), station.title)
    return SegmentOutlet(station)


def listen_url(station_id: UUID) -> str:
    """The address at which telephones, the web and devices hear a station."""
    if settings.XASO_STREAM_ICECAST:
        server = read_server(settings.XASO_STREAM_ICECAST, settings.XASO_STREAM_PUBLIC)
        return server.listen_url(str(station_id))
    return f"{settings.XASO_BASE_URL}/broadcast/luong/{station_id}/nghe.m3u8"
