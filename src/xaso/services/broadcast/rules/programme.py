"""What is due, before anybody decides who sounds: occurrences of slots, adjoining relays joined, conflicts told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from xaso.kernel.plain.moment import VIETNAM
from xaso.services.broadcast.rules import hours as hours_rules
from xaso.services.broadcast.rules import planner
from xaso.services.broadcast.rules.hours import Hours
from xaso.services.broadcast.rules.planner import Fate, Item
from xaso.services.broadcast.rules.precedence import (
    AT_SLOT_END,
    EMERGENCY,
    POSTPONE,
    REJOIN,
    Standing,
    standing,
)
from xaso.services.broadcast.rules.recurrence import Occurrence, Pattern, occurrences


@dataclass(frozen=True)
class Line:
    """A slot with all that decides when it sounds. ``seconds``: of its audio, or of its slot for streams.

    ``hours``: window, not_quiet or any, by its class. ``clusters``: who hears it. ``valid_to``: its content's end.
    """

    key: str
    title: str
    pattern: Pattern
    item: str
    kind: str
    origin: str
    seconds: float
    loses: str = POSTPONE
    order: int = 100
    hours: str = hours_rules.WINDOW
    source: str = ""
    least: float = 0.0
    postpone_until: timedelta | None = None  # after midnight of the day
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    clusters: frozenset[str] = frozenset()
    slot_seconds: float = 0.0
    known_at: datetime | None = None


@dataclass(frozen=True)
class Due:
    """One occurrence of a line; ``joins`` are further occurrences of the same relay that it runs into."""

    line: Line
    occurrence: Occurrence
    seconds: float
    joins: tuple[str, ...] = ()

    @property
    def at(self) -> datetime:
        """When it is due."""
        return self.occurrence.at

    @property
    def ends(self) -> datetime:
        """When it would be over if nothing came between."""
        return self.at + timedelta(seconds=self.seconds)

    @property
    def key(self) -> str:
        """One name for one occurrence, whatever is changed in the slot later."""
        return f"{self.line.key}:{self.occurrence.day.isoformat()}"


def due(lines: Iterable[Line], since: datetime, before: datetime) -> list[Due]:
    """Everything due in [since, before), in order; the same relay in adjoining slots is one, without a gap."""
    found = [
        Due(line, one, line.seconds) for line in lines for one in occurrences(line.pattern, since, before)
    ]
    joined: list[Due] = []
    for one in sorted(found, key=lambda due: (due.at, due.line.key)):
        place = next((n for n, old in enumerate(joined) if _continues(old, one)), None)
        if place is None:
            joined.append(one)
        else:
            old = joined[place]
            joined[place] = replace(
                old, seconds=(one.ends - old.at).total_seconds(), joins=(*old.joins, one.key)
            )
    return joined


def _continues(old: Due, new: Due) -> bool:
    return (
        new.line.item == "relay"
        and old.line.item == "relay"
        and old.line.source == new.line.source
        and old.line.clusters == new.line.clusters
        and old.ends == new.at
    )


def as_item(one: Due, rows: Sequence[Hours]) -> Item:
    """What the planner takes: with the last moment it may sound, and a reason when it may not at all."""
    line = one.line
    where = standing(line.item, line.kind, line.origin, line.order, one.at, one.key)
    return bounded(
        Item(
            key=one.key,
            at=one.at,
            seconds=one.seconds,
            standing=where,
            loses=line.loses,
            last=one.ends,
            until=one.at,
            least=line.least,
            known_at=line.known_at,
        ),
        line,
        rows,
    )


def bounded(item: Item, line: Line, rows: Sequence[Hours]) -> Item:
    """The item with its last moments set by hours, validity and slot; refused when it may not sound when due."""
    closes = hours_rules.closes_at(rows, line.hours, item.at)
    refused = "" if closes else hours_rules.why_not(rows, line.hours, item.at, item.at)
    if line.valid_to is not None and item.at >= line.valid_to:
        refused = "Bản tin đã hết hạn"
    if line.valid_from is not None and item.at < line.valid_from:
        refused = "Bản tin chưa đến ngày có hiệu lực"
    last = closes or item.ends
    if line.loses in AT_SLOT_END or line.item in {"relay", "live"}:
        last = min(last, item.ends)
    if line.valid_to is not None:
        last = min(last, line.valid_to)
    until = last
    if line.postpone_until is not None:
        midnight = item.at.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
        until = min(until, max(item.at, midnight + line.postpone_until))
    return replace(item, last=last, until=until, refused=refused)


@dataclass(frozen=True)
class Clash:
    """Something to know before saving. ``what``: hours, lost, moved, cut, pushes, long or silence; ``words`` say it.

    ``stops``: the one who saves should think again (it would not be heard, or another would not).
    """

    at: datetime
    what: str
    words: str
    other: str = ""
    stops: bool = False


def preview(
    line: Line, others: Sequence[Line], rows: Sequence[Hours], since: datetime, days: int = 30
) -> tuple[list[Due], list[Clash]]:
    """The line's times in the next days, and what would go wrong at each: for itself and for those it pushes away.

    The plan is made with and without it, by the very planner that runs the programme.
    """
    before = since + timedelta(days=days)
    near = [one for one in others if one.key != line.key and _share(one, line)]
    own = due([line], since, before)
    everything = due([*near, line], since, before)
    titles = {one.key: one.line.title for one in everything}
    with_it = planner.plan(as_item(one, rows) for one in everything)
    without = planner.plan(as_item(one, rows) for one in everything if one.line.key != line.key)
    clashes = [clash for one in own for clash in _about(one, with_it.get(one.key), titles, rows)]
    for one in everything:
        if one.line.key != line.key and one.key in without:
            clashes += _pushed(one, without[one.key], with_it.get(one.key), line.title)
    return own, sorted(clashes, key=lambda clash: (clash.at, clash.what))


def _share(one: Line, other: Line) -> bool:
    return not one.clusters or not other.clusters or bool(one.clusters & other.clusters)


def _about(one: Due, fate: Fate | None, titles: dict[str, str], rows: Sequence[Hours]) -> list[Clash]:
    if fate is None:  # it runs on from the slot before
        return []
    day = f"{one.at:%H:%M %d/%m}"
    found = []
    if fate.state == planner.MISSED:
        found.append(Clash(one.at, "lost", f"{day}: không phát được. {fate.reason}", stops=True))
    elif fate.starts is not None and fate.starts > one.at:
        found.append(Clash(one.at, "moved", f"{day}: phải lùi đến {fate.starts:%H:%M:%S}."))
    for segment in fate.segments:
        if segment.cut_by:
            who = titles.get(segment.cut_by, "mục khác")
            found.append(Clash(one.at, "cut", f"{day}: bị “{who}” cắt lúc {segment.end:%H:%M:%S}.", who))
    if fate.state == planner.CUT:
        found.append(Clash(one.at, "cut", f"{day}: không phát hết. {fate.reason}", stops=True))
    if fate.state == planner.PLAYED:
        said = hours_rules.why_not(rows, one.line.hours, one.at, one.ends)
        if said:
            found.append(Clash(one.at, "hours", f"{day}: {said}", stops=True))
    if one.line.slot_seconds and one.line.seconds > one.line.slot_seconds + 0.5:
        more = one.line.seconds - one.line.slot_seconds
        found.append(Clash(one.at, "long", f"{day}: âm thanh dài hơn mục {more:.0f} giây."))
    return found


def _pushed(one: Due, was: Fate, now: Fate | None, title: str) -> list[Clash]:
    """What the new line does to another."""
    if now is None or (now.state, now.segments) == (was.state, was.segments):
        return []
    words = f"“{one.line.title}” lúc {one.at:%H:%M %d/%m}"
    if now.state == planner.MISSED:
        return [Clash(one.at, "pushes", f"{words} sẽ không phát được vì “{title}”.", one.line.title, True)]
    if now.state == planner.CUT and was.state != planner.CUT:
        return [
            Clash(one.at, "pushes", f"{words} sẽ bị “{title}” cắt và không phát hết.", one.line.title, True)
        ]
    if now.starts is not None and now.starts != was.starts:
        return [Clash(one.at, "pushes", f"{words} sẽ lùi đến {now.starts:%H:%M:%S}.", one.line.title)]
    return [Clash(one.at, "pushes", f"{words} sẽ bị “{title}” chen giữa chừng.", one.line.title)]


def silences(
    lines: Sequence[Line], rows: Sequence[Hours], since: datetime, before: datetime, least: float = 60.0
) -> list[hours_rules.Span]:
    """Hours of broadcast in which nothing sounds for longer than ``least`` seconds."""
    fates = planner.plan(as_item(one, rows) for one in due(lines, since, before))
    taken = planner.segments_of(fates.values())
    found = []
    for span in hours_rules.open_spans(rows, hours_rules.WINDOW, since, before):
        free = max(span.start, since)
        for one in taken:
            if one.start > free and one.start < span.end:
                found.append(hours_rules.Span(free, one.start))
            if one.end > free:
                free = one.end
        found.append(hours_rules.Span(free, min(span.end, before)))
    return [one for one in found if (one.end - one.start).total_seconds() > least]


def emergency_item(
    key: str, at: datetime, seconds: float, origin: str, expires: datetime, stopped_at: datetime | None = None
) -> Item:
    """An emergency: no hours, no queue; cut by a newer one it begins again; over when it expires or is stopped."""
    where = Standing(EMERGENCY, standing("emergency", "emergency", origin, 100, at, key).origin, 100, at, key)
    return Item(
        key, at, seconds, where, "restart", last=expires, until=expires, stopped_at=stopped_at, known_at=at
    )


__all__ = [
    "REJOIN", "Clash", "Due", "Line", "as_item", "bounded", "due", "emergency_item", "preview", "silences",
]  # fmt: skip
