"""Slots as the pure rules take them; the caller has opened the station."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from xaso.kernel.plain.moment import now
from xaso.services.broadcast.actions.common import clusters_in, live_clusters
from xaso.services.broadcast.in_force import class_rules, hours_of
from xaso.services.broadcast.models import Bulletin, ClassRule, Cluster, Slot, SlotChange, Station
from xaso.services.broadcast.rules import programme
from xaso.services.broadcast.rules.hours import NOT_QUIET, WINDOW, Hours, Span
from xaso.services.broadcast.rules.programme import Clash, Due, Line
from xaso.services.broadcast.rules.recurrence import Change, Lunar, Pattern, words

SYLLABLES_A_SECOND = 3.2
ITEM_ORIGIN = "commune"


def estimated_seconds(bulletin: Bulletin) -> float:
    """How long a bulletin will be, before its sound is there: from its syllables."""
    if bulletin.seconds is not None:
        return bulletin.seconds
    once = len(bulletin.spoken.split()) / SYLLABLES_A_SECOND / max(bulletin.speed, 0.5)
    return round(once * max(1, bulletin.repeats) + (3.0 if bulletin.jingle else 0.0), 1)


def pattern_of(slot: Slot, changes: Iterable[SlotChange] = ()) -> Pattern:
    """When a slot comes again."""
    lunar = None
    if slot.lunar.get("days"):
        lunar = Lunar(frozenset(slot.lunar["days"]), frozenset(slot.lunar.get("months", ())))
    return Pattern(
        first=slot.first_day,
        starts=slot.starts,
        last=slot.last_day,
        rule=slot.rule,
        lunar=lunar,
        excluded=frozenset(date.fromisoformat(one) for one in slot.excluded),
        changes={one.day: Change(one.cancelled, one.starts, str(one.bulletin_id or "")) for one in changes},
    )


def slot_words(slot: Slot) -> str:
    """The slot's times in Vietnamese."""
    return words(pattern_of(slot))


def class_of(item: str, bulletin: Bulletin | None) -> str:
    """The class a slot is aired as: that of its bulletin."""
    return bulletin.kind if item == Slot.Item.BULLETIN and bulletin else "ordinary"


def hours_for(item: str, kind: str, rules: dict[str, ClassRule]) -> str:
    """Which hours bind an item: a live voice any but the quiet ones, a bulletin those of its class."""
    if item == Slot.Item.LIVE:
        return NOT_QUIET
    return rules[kind].hours if kind in rules else WINDOW


def line_of(
    slot: Slot,
    changes: Iterable[SlotChange],
    clusters: Sequence[Cluster],
    rules: dict[str, ClassRule],
) -> Line:
    """A slot with all that decides when it sounds."""
    bulletin = slot.bulletin
    item = str(slot.item)
    kind = class_of(item, bulletin)
    spoken = bulletin is not None and item in {Slot.Item.BULLETIN, Slot.Item.FILLER}
    seconds = estimated_seconds(bulletin) if spoken and bulletin else float(slot.seconds)
    origin = bulletin.origin if bulletin else slot.relay.origin if slot.relay else ITEM_ORIGIN
    return Line(
        key=str(slot.pk),
        title=slot.title,
        pattern=pattern_of(slot, changes),
        item=item,
        kind=kind,
        origin=str(origin),
        seconds=seconds,
        loses=str(slot.loses),
        order=slot.order,
        hours=hours_for(item, kind, rules),
        source=str(slot.relay_id or ""),
        least=float(slot.least_seconds),
        postpone_until=_since_midnight(slot.postpone_until),
        valid_from=bulletin.valid_from if bulletin else None,
        valid_to=bulletin.valid_to if bulletin else None,
        clusters=frozenset(one.code for one in clusters_in(slot.area, clusters))
        if slot.area
        else frozenset(),
        slot_seconds=float(slot.seconds),
        known_at=slot.kept_at,
    )


def _since_midnight(hour: time | None) -> timedelta | None:
    return None if hour is None else timedelta(hours=hour.hour, minutes=hour.minute, seconds=hour.second)


@dataclass(frozen=True)
class Programme:
    """The open slots of a station as lines, with the hours and classes that bind them."""

    slots: dict[str, Slot]
    changes: dict[str, dict[date, SlotChange]]
    lines: list[Line]
    hours: list[Hours]
    rules: dict[str, ClassRule]
    clusters: list[Cluster]


def programme_of(station: Station) -> Programme:
    """The programme of a station as it stands."""
    clusters, rules = live_clusters(station), class_rules(station.unit_path)
    slots = {
        str(one.pk): one
        for one in station.slots.filter(ended_at=None)
        .select_related("bulletin__sound", "relay")
        .order_by("pk")
    }
    changes: dict[str, dict[date, SlotChange]] = {}
    for change in SlotChange.objects.filter(slot__in=slots.values()).select_related("bulletin__sound"):
        changes.setdefault(str(change.slot_id), {})[change.day] = change
    lines = [line_of(one, changes.get(key, {}).values(), clusters, rules) for key, one in slots.items()]
    return Programme(slots, changes, lines, hours_of(station.unit_path), rules, clusters)


@dataclass(frozen=True)
class Preview:
    """The next days of a slot that is not yet kept: its times, what would go wrong, what it says in words."""

    times: list[Due]
    clashes: list[Clash]
    words: str

    @property
    def stops(self) -> list[Clash]:
        """Clashes for which one should think again."""
        return [one for one in self.clashes if one.stops]


def preview_slot(slot: Slot, *, since: datetime | None = None, days: int = 30) -> Preview:
    """What a slot (kept or not) would do in the next days, beside everything else of its station."""
    whole = programme_of(slot.station)
    changes = whole.changes.get(str(slot.pk), {}).values()
    line = line_of(slot, changes, whole.clusters, whole.rules)
    times, clashes = programme.preview(line, whole.lines, whole.hours, since or now(), days)
    return Preview(times, clashes, words(line.pattern))


def silences_of(station: Station, since: datetime, before: datetime) -> list[Span]:
    """Hours of broadcast in which nothing sounds."""
    whole = programme_of(station)
    return programme.silences(whole.lines, whole.hours, since, before)


def upcoming(station: Station, since: datetime, before: datetime) -> list[Due]:
    """What is due in a span by the rules alone, in order."""
    return programme.due(programme_of(station).lines, since, before)
