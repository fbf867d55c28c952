"""Relays, a live session, bulletins from above and feeds of the radio in the world of the matrix."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.models import (
    LiveChunk,
    LiveSession,
    NewsFeed,
    RelaySource,
    SourceItem,
    SourceTelling,
    Station,
)
from xaso.services.broadcast.streams.imports import keep_feed

DESK, PUBLIC = "/desk/broadcast/", "/broadcast/"
SHOWN_TO_ALL = {
    "/broadcast/luong/<uuid:station_id>/": "the player of a station; what it plays is heard by all",
}


def a_relay_room(
    station: Station,
) -> tuple[dict[tuple[str, str], Any], list[tuple[type[models.Model], models.Q]]]:
    """(what parameters stand for, rows that strangers leave as they are)."""
    facts: dict[str, Any] = {"station": station, "unit_path": station.unit_path}
    # An address without a machine behind it: nothing is asked for outside.
    source = RelaySource.objects.create(**facts, title="Đài tỉnh", url="http://dai.invalid/a.mp3")
    session = LiveSession.objects.create(
        **facts,
        title="Phòng rét",
        starts_at=now(),
        ends_by=now() + timedelta(minutes=10),
        asked_by_name="Cán bộ",
    )
    LiveChunk.objects.create(session=session, unit_path=station.unit_path, number=0, content=b"x")
    item = SourceItem.objects.create(
        **facts, origin="province", sender="Sở", external_id="rm-1", version="2.0", kind="ordinary",
        body={"title": "Tin tỉnh", "text": "Nội dung"},
    )  # fmt: skip
    telling = SourceTelling.objects.create(**facts, flow="status", about="rm-1", state="refused", error="x")
    feed = keep_feed(Viewer.system(), station=station, title="Báo", url="https://bao.invalid/rss")
    fills = {
        (DESK, "source_id"): source.pk,
        (DESK, "session_id"): session.pk,
        (DESK, "item_id"): item.pk,
        (DESK, "telling_id"): telling.pk,
        (DESK, "feed_id"): feed.pk,
        (PUBLIC, "station_id"): station.pk,
        (PUBLIC, "piece_id"): station.pk,
    }
    own = models.Q(station=station)
    rows: list[tuple[type[models.Model], models.Q]] = [
        *((model, own) for model in (RelaySource, LiveSession, SourceItem, SourceTelling, NewsFeed)),
        (LiveChunk, models.Q(session=session)),
    ]
    return fills, rows
