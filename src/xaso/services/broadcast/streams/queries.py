"""Reads of streams, sources and microphones."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from xaso.kernel.base.errors import NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.actions.common import CONFIRM, SPEAK, VIEW, WRITE
from xaso.services.broadcast.in_force import approval_rule
from xaso.services.broadcast.models import (
    Airing,
    LiveSession,
    NewsFeed,
    RelaySource,
    SourceItem,
    SourceTelling,
    Station,
    StreamSeat,
    StreamTurn,
)
from xaso.services.broadcast.streams.outlets import SEAT_LOST
from xaso.services.broadcast.streams.plan import ON_AIR, STREAMED


def relays_of(viewer: Viewer, station: Station) -> QuerySet[RelaySource]:
    """Sources of a station that are in use."""
    viewer.must(VIEW, station.unit_path)
    return RelaySource.objects.filter(station=station, ended_at__isnull=True).order_by("title")


def relay_of(viewer: Viewer, source_id: UUID) -> RelaySource:
    """One source. Raises NotFound."""
    row = RelaySource.objects.select_related("station", "fallback").filter(
        viewer.scope(VIEW), pk=source_id, ended_at__isnull=True
    ).first()  # fmt: skip
    if row is None:
        raise NotFound("Không có nguồn tiếp âm này.")
    return row


def turns_of(viewer: Viewer, station: Station, days: int = 14) -> list[StreamTurn]:
    """What the stream gave in place of relays and voices lately, newest first."""
    viewer.must(VIEW, station.unit_path)
    rows = StreamTurn.objects.filter(airing__station=station, at__gte=now() - timedelta(days=days))
    lost = Q(heard__in=[StreamTurn.Heard.FALLBACK, StreamTurn.Heard.SILENCE])
    return list(rows.filter(lost).select_related("airing").order_by("-at")[:50])


def sessions_of(viewer: Viewer, station: Station) -> list[LiveSession]:
    """Live sessions that are to come, running or of the last weeks, newest first."""
    viewer.must(VIEW, station.unit_path)
    rows = LiveSession.objects.filter(station=station, starts_at__gte=now() - timedelta(days=30))
    return list(rows.order_by("-starts_at")[:50])


def session_of(viewer: Viewer, session_id: UUID) -> LiveSession:
    """One live session. Raises NotFound."""
    row = LiveSession.objects.select_related("station").filter(viewer.scope(VIEW), pk=session_id).first()
    if row is None:
        raise NotFound("Không có buổi phát trực tiếp này.")
    return row


def may_speak(viewer: Viewer, session: LiveSession) -> bool:
    """Whether the viewer is the one whose voice this session is for."""
    return viewer.account_id == session.asked_by and viewer.can(SPEAK, session.unit_path)


def may_decide(viewer: Viewer, session: LiveSession) -> bool:
    """Whether the viewer may let it happen: a second person, unless the unit's rule says otherwise."""
    if session.state != LiveSession.State.ASKED or not viewer.can(CONFIRM, session.unit_path):
        return False
    rule = approval_rule("live", session.unit_path)
    return viewer.account_id != session.asked_by or (rule is not None and rule.own)


def station_named(station_id: UUID) -> Station:
    """A station that is open to all. Raises NotFound."""
    with widened("stations are public; the pages of listeners name them"):
        row = Station.objects.filter(pk=station_id, ended_at__isnull=True).first()
    if row is None:
        raise NotFound("Không có đài truyền thanh này.")
    return row


def stream_health() -> tuple[bool, str]:
    """Whether relays and voices that are on air now have a process that makes their stream."""
    moment = now()
    with widened("streams of all stations"):
        due = set(
            Airing.objects.filter(
                state__in=ON_AIR, item__in=STREAMED, starts_at__lte=moment - SEAT_LOST, until__gt=moment
            ).values_list("station_id", flat=True)
        )
        alive = set(
            StreamSeat.objects.filter(pk__in=due, beat_at__gte=moment - SEAT_LOST).values_list(
                "pk", flat=True
            )
        )
    if due - alive:
        return (
            False,
            f"{len(due - alive)} đài đang tiếp âm hoặc nói trực tiếp mà không có luồng phát. Chạy lại: ./xaso run.",
        )
    return True, f"{len(due)} đài đang tiếp âm hoặc nói trực tiếp, luồng phát chạy tốt."


def items_of(viewer: Viewer, station: Station) -> list[SourceItem]:
    """What came from above: what waits for the commune first, then the newest."""
    viewer.must(VIEW, station.unit_path)
    rows = SourceItem.objects.filter(station=station).select_related("bulletin").order_by("-created_at")[:100]
    return sorted(rows, key=lambda one: one.state != SourceItem.State.OFFERED)


def item_of(viewer: Viewer, item_id: UUID) -> SourceItem:
    """One of them. Raises NotFound."""
    row = (
        SourceItem.objects.select_related("station", "bulletin")
        .filter(viewer.scope(VIEW), pk=item_id)
        .first()
    )
    if row is None:
        raise NotFound("Không có tin này.")
    return row


def offered_count(viewer: Viewer) -> int:
    """How many bulletins from above wait for the commune."""
    return SourceItem.objects.filter(viewer.scope(VIEW), state=SourceItem.State.OFFERED).count()


def stuck_tellings(viewer: Viewer, station: Station) -> list[SourceTelling]:
    """What the province did not take."""
    viewer.must(VIEW, station.unit_path)
    stuck = [SourceTelling.State.REFUSED, SourceTelling.State.DEAD]
    return list(SourceTelling.objects.filter(station=station, state__in=stuck).order_by("-created_at")[:50])


def feeds_of(viewer: Viewer, station: Station) -> list[NewsFeed]:
    """News feeds of a station."""
    viewer.must(WRITE, station.unit_path)
    return list(NewsFeed.objects.filter(station=station, ended_at=None).order_by("title"))


def feed_of(viewer: Viewer, feed_id: UUID) -> NewsFeed:
    """One of them. Raises NotFound."""
    row = (
        NewsFeed.objects.select_related("station")
        .filter(viewer.scope(WRITE), pk=feed_id, ended_at=None)
        .first()
    )
    if row is None:
        raise NotFound("Không có nguồn tin này.")
    return row
