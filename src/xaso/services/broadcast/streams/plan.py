"""From the airings of the programme to the plan of a channel: the scheduler says what and when, nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from xaso.services.broadcast.models import Airing, RelaySource
from xaso.services.broadcast.rules.precedence import CLASSES, ORIGINS
from xaso.services.broadcast.streams.channel import Planned
from xaso.services.broadcast.streams.shelf import LIVE, RELAY
from xaso.services.broadcast.streams.silence import Limits

AHEAD = timedelta(minutes=2)
ON_AIR = (Airing.State.PLANNED, Airing.State.SENT, Airing.State.PLAYING)
STREAMED = {Airing.Item.RELAY, Airing.Item.LIVE}


def airings_near(station_id: UUID, moment: datetime) -> list[Airing]:
    """What the station airs about now."""
    return list(
        Airing.objects.filter(
            station_id=station_id, state__in=ON_AIR, starts_at__lte=moment + AHEAD, until__gt=moment
        )
        .select_related("slot__relay__fallback", "live", "emergency")
        .order_by("starts_at", "pk")
    )


def plan_of(airings: Iterable[Airing]) -> list[Planned]:
    """The plan of a station's one stream.

    Files for a part of the station are left out: devices there play them from their own store, and a device in
    another part that follows a relay on this stream must not hear them.
    """
    return [planned(one) for one in airings if one.item in STREAMED or not one.area]


def planned(airing: Airing) -> Planned:
    """One airing as the channel wants it."""
    name = airing.kind if airing.item == Airing.Item.BULLETIN else airing.item
    rank = -(CLASSES[name] * 10 + ORIGINS.get(airing.origin, 9))
    source = airing.slot.relay if airing.item == Airing.Item.RELAY and airing.slot else None
    begins, ends = airing.starts_at, airing.until
    if source is not None:
        return _relay(airing, source, rank)
    if airing.item == Airing.Item.LIVE:
        return Planned(
            str(airing.pk), "live", begins, ends, rank, source=f"{LIVE}{airing.live_id}", connect=15.0,
            limits=Limits(after=20.0, back=0.5),
        )  # fmt: skip
    said = airing.emergency if airing.item == Airing.Item.EMERGENCY else None
    return Planned(
        str(airing.pk), "item", begins, ends, rank, sound=str(airing.sound_id or ""), skips=airing.skips,
        repeats=said.repeats if said else 1, pause=float(said.pause_seconds) if said else 0.0,
    )  # fmt: skip


def _relay(airing: Airing, source: RelaySource, rank: int) -> Planned:
    fallback = source.fallback.sound_id if source.fallback else None
    return Planned(
        str(airing.pk),
        "relay",
        airing.starts_at,
        airing.until,
        rank,
        source=f"{RELAY}{source.pk}",
        fallback=str(fallback or ""),
        limits=Limits(after=float(source.silence_seconds)),
        connect=float(source.connect_seconds),
    )


def stations_to_stream(moment: datetime) -> set[UUID]:
    """Stations with anything on air about now; the others need no encoder."""
    return set(
        Airing.objects.filter(state__in=ON_AIR, starts_at__lte=moment + AHEAD, until__gt=moment).values_list(
            "station_id", flat=True
        )
    )
