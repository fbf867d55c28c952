"""From airings to what each cluster plays when, and to the documents that devices hold. Reads only.

``plan_of`` runs the pure planner once for each group of clusters that hear the same airings. A cluster's document
holds the coming days; a device plays it by its own clock, line up or down, and gives way to an emergency by itself,
by the same policies.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.conf import settings

from xaso.kernel.plain.horn import Entry, Programme
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.services.broadcast.actions.common import clusters_in
from xaso.services.broadcast.models import Airing, Bulletin, Cluster, LiveSession, Slot
from xaso.services.broadcast.queries.lines import Programme as Lines
from xaso.services.broadcast.queries.lines import hours_for
from xaso.services.broadcast.rules import planner, programme
from xaso.services.broadcast.rules.hours import Cap, loudest
from xaso.services.broadcast.rules.planner import Fate, Item
from xaso.services.broadcast.rules.precedence import REJOIN, RESTART, standing
from xaso.services.broadcast.rules.programme import Line
from xaso.services.broadcast.rules.recurrence import Pattern
from xaso.services.broadcast.streams.outlets import listen_url

UNSPOKEN = timedelta(minutes=2)
RULED = {Airing.Item.EMERGENCY, Airing.Item.ALL_CLEAR}
STREAMED = {Airing.Item.RELAY, Airing.Item.LIVE}
# On a device a stream that is resumed is joined where it stands, and a notice that waited begins from its beginning.
ON_WIRE = {"rejoin": "resume", "postpone": "restart"}


@dataclass(frozen=True)
class Plan:
    """What becomes of each airing, by cluster: ``fates[code][airing key]``; ``items`` as they were planned."""

    fates: Mapping[str, Mapping[str, Fate]]
    items: Mapping[str, Item]

    def of(self, key: str) -> list[Fate]:
        """The fates of one airing, one for each group of clusters that differ."""
        return list({id(one[key]): one[key] for one in self.fates.values() if key in one}.values())


def item_of(airing: Airing, lines: Lines) -> Item:
    """An airing as the planner takes it: an emergency without hours, anything else bound by those of its class."""
    if airing.item in RULED:
        emergency = airing.emergency
        ends = emergency.expires_at if emergency and airing.item == Airing.Item.EMERGENCY else None
        last = ends or airing.at + timedelta(seconds=airing.seconds + 3600)
        stopped = emergency.ended_at if emergency and airing.item == Airing.Item.EMERGENCY else None
        return programme.emergency_item(
            airing.key, airing.at, airing.seconds, str(airing.origin), max(last, airing.at), stopped
        )
    slot = airing.slot
    item, kind = str(airing.item), str(airing.kind)
    line = Line(
        key=airing.key,
        title=airing.title,
        pattern=Pattern(first=date.min, starts=time()),
        item=item,
        kind=kind,
        origin=str(airing.origin),
        seconds=airing.seconds,
        loses=str(slot.loses) if slot else REJOIN if item == Airing.Item.LIVE else RESTART,
        order=slot.order if slot else 100,
        hours=hours_for(item, kind, lines.rules),
        least=float(slot.least_seconds) if slot else 0.0,
        postpone_until=_late(slot),
        valid_from=airing.bulletin.valid_from if airing.bulletin else None,
        valid_to=airing.bulletin.valid_to if airing.bulletin else None,
    )
    live = airing.live
    made = Item(
        key=airing.key,
        at=airing.at,
        seconds=airing.seconds,
        standing=standing(item, kind, str(airing.origin), line.order, airing.at, airing.key),
        loses=line.loses,
        last=airing.at,
        until=airing.at,
        least=line.least,
        stopped_at=live_stops(live) if live else None,
        refused=why_refused(airing),
        known_at=live.created_at
        if live
        else slot.kept_at
        if slot and not airing.replay_of_id
        else airing.created_at,
    )
    bound = programme.bounded(made, line, lines.hours)
    return replace(bound, refused=made.refused or bound.refused)


def _late(slot: Slot | None) -> timedelta | None:
    hour = slot.postpone_until if slot else None
    return None if hour is None else timedelta(hours=hour.hour, minutes=hour.minute, seconds=hour.second)


def live_stops(live: LiveSession) -> datetime | None:
    """When a live voice is over before its time: ended, or nobody has spoken two minutes after it should begin."""
    if live.ended_at is None and live.state == LiveSession.State.GRANTED:
        empty = live.starts_at + UNSPOKEN
        return empty if empty < now() else None
    return live.ended_at


def why_refused(airing: Airing) -> str:
    """Why an airing may not sound whatever the hour; "" when it may."""
    if airing.state == Airing.State.REFUSED:
        return airing.reason or "Không phát"
    bulletin = airing.bulletin
    if airing.item == Airing.Item.BULLETIN and bulletin is not None:
        if bulletin.state == Bulletin.State.ENDED:
            return "Bản tin đã dừng"
        if bulletin.state != Bulletin.State.APPROVED:
            return "Bản tin chưa được duyệt"
    return ""


def plan_of(airings: Sequence[Airing], lines: Lines) -> Plan:
    """What each cluster plays when. Clusters that hear the same airings are planned once."""
    items = {one.key: item_of(one, lines) for one in airings}
    heard: dict[str, list[str]] = defaultdict(list)
    for one in airings:
        for cluster in clusters_in(one.area, lines.clusters):
            heard[cluster.code].append(one.key)
    if not lines.clusters:
        return Plan({"": planner.plan(items.values())}, items)
    groups: dict[tuple[str, ...], Mapping[str, Fate]] = {}
    fates: dict[str, Mapping[str, Fate]] = {}
    for cluster in lines.clusters:
        keys = tuple(heard[cluster.code])
        if keys not in groups:
            groups[keys] = planner.plan(items[key] for key in keys)
        fates[cluster.code] = groups[keys]
    return Plan(fates, items)


def sound_url(sha256: str) -> str:
    """Where devices fetch a sound; who knows its digest may."""
    return f"{settings.XASO_BASE_URL}/broadcast/am-thanh/{sha256}.mp3"


def block_of(moment: datetime) -> datetime:
    """The beginning of the six hours that a moment lies in: documents change their edges only there."""
    local = moment.astimezone(VIETNAM)
    return local.replace(hour=local.hour // 6 * 6, minute=0, second=0, microsecond=0)


def document(
    cluster: Cluster,
    airings: Iterable[Airing],
    plan: Plan,
    caps: Sequence[Cap],
    *,
    commune: str,
    moment: datetime,
    until: datetime,
) -> Programme:
    """What a cluster plays by itself from now to ``until``; its version is one more than the last."""
    fates = plan.fates.get(cluster.code, {})
    entries = []
    for one in airings:
        fate = fates.get(one.key)
        if fate is not None and one.item not in RULED and _is_to_come(fate, moment):
            entry = _entry(one, fate, plan.items[one.key], cluster)
            if entry is not None:
                entries.append(entry)
    return Programme(
        cluster=cluster.code,
        commune=commune,
        version=cluster.schedule_version + 1,
        made_at=moment,
        valid_until=until,
        entries=tuple(sorted(entries, key=lambda entry: (entry.at, entry.airing))),
        most_volume=100,
        caps=volume_steps(caps, moment),
    )


def _is_to_come(fate: Fate, moment: datetime) -> bool:
    """Whether a device should hold it: not what was cut for good, which it would begin again by itself."""
    return bool(fate.segments) and (fate.state != planner.CUT or fate.segments[-1].end > moment)


def _entry(airing: Airing, fate: Fate, item: Item, cluster: Cluster) -> Entry | None:
    if airing.item in STREAMED:
        url, sha256 = listen_url(airing.station_id), ""
    elif airing.sound is not None:
        url, sha256 = sound_url(airing.sound.sha256), airing.sound.sha256
    else:
        return None
    slot = airing.slot
    return Entry(
        airing=str(airing.pk),
        item=str(airing.bulletin_id or (slot.relay_id if slot else "") or airing.pk),
        at=fate.starts or airing.at,
        until=item.last if item.stopped_at is None else min(item.last, item.stopped_at),
        url=url,
        sha256=sha256,
        seconds=round(airing.seconds, 3),
        volume=slot.volume if slot and slot.volume is not None else cluster.volume,
        priority=str(airing.kind) if airing.item == Airing.Item.BULLETIN else str(airing.item),
        resume=ON_WIRE.get(item.loses, item.loses),
    )


def volume_steps(caps: Sequence[Cap], day: datetime) -> tuple[tuple[int, int, int], ...]:
    """The caps of a day as steps (from minute, to minute, volume) that do not overlap: the nearest rule counts."""
    plain = [one for one in caps if not one.emergency]
    edges = sorted({0, 1440, *(_minute(hour) for one in plain for hour in (one.starts, one.ends))})
    midnight = day.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    steps: list[tuple[int, int, int]] = []
    for begin, end in zip(edges, edges[1:], strict=False):
        most = loudest(plain, midnight + timedelta(minutes=begin))
        if steps and steps[-1][2] == most:
            steps[-1] = (steps[-1][0], end, most)
        else:
            steps.append((begin, end, most))
    return tuple(one for one in steps if one[2] < 100)


def _minute(hour: time) -> int:
    return hour.hour * 60 + hour.minute


def digest(made: Programme) -> str:
    """What tells one document from another: all but its number and the hour it was made."""
    facts = [
        made.valid_until.timestamp(),
        made.caps,
        [
            (
                one.airing, one.at.timestamp(), one.until.timestamp(), one.url, one.sha256, one.seconds,
                one.volume, one.priority, one.resume,
            )
            for one in made.entries
        ],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
