"""What one cluster plays when: from everything that is due to segments without overlap. No clock, no database.

The eight rules of the programme, each a bug in somebody's tracker:

1. one total order, and an equal or higher item can always interrupt (`precedence`);
2. each item says what becomes of it when it loses, and never sounds after its last moment;
3. relays and live voices stop hard when their slot ends, by the planner's clock and not by the stream's;
4. what could not be heard is missed, said so with its reason, and offered again; it is never played late in silence;
5. a relay that fails is replaced by its fallback (the relay's own room cuts it here: ``broken_at``);
6. occurrences come from rules with exclusions and single changes (`recurrence`);
7. moments are aware; rules are in Vietnam's time;
8. an emergency does not queue, asks no hours, and is followed by its all-clear.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from xaso.services.broadcast.rules.precedence import (
    AT_SLOT_END,
    DROP,
    EMERGENCY,
    POSTPONE,
    REJOIN,
    RESTART,
    RESUME,
    SHORTEN,
    Standing,
    interrupts,
)

PLAYED, CUT, MISSED = "played", "cut", "missed"
TINY = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Item:
    """One airing that wants to sound.

    ``seconds``: how long it lasts. ``last``: nothing of it may sound at or after this moment (end of the hours it
    may sound in, end of its validity, end of its slot). ``until``: how late it may still begin or go on after it
    lost. ``stopped_at``: a person stopped it, or the relay broke. ``skips``: seconds into its audio it begins.
    ``known_at``: nobody could know of it before; what sounded until then was not planned around it.
    """

    key: str
    at: datetime
    seconds: float
    standing: Standing
    loses: str
    last: datetime
    until: datetime
    least: float = 0.0
    stopped_at: datetime | None = None
    refused: str = ""
    skips: float = 0.0
    known_at: datetime | None = None

    @property
    def ends(self) -> datetime:
        """When it would be over if nothing came between."""
        return self.at + timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class Segment:
    """``key`` sounds from ``start`` to ``end``, beginning ``skips`` seconds into its audio."""

    key: str
    start: datetime
    end: datetime
    skips: float = 0.0
    whole: bool = True
    cut_by: str = ""


@dataclass(frozen=True)
class Fate:
    """What becomes of an item: played, cut (a part was heard) or missed; why; where it was moved to."""

    key: str
    state: str
    reason: str = ""
    heard: float = 0.0
    segments: tuple[Segment, ...] = ()

    @property
    def starts(self) -> datetime | None:
        """When it is first heard."""
        return self.segments[0].start if self.segments else None

    @property
    def moved(self) -> bool:
        """Whether it is heard in more than one piece."""
        return len(self.segments) > 1


@dataclass
class _Waiting:
    item: Item
    offset: float = 0.0
    lost_to: str = ""
    begun: bool = False


@dataclass
class _Running:
    item: Item
    start: datetime
    end: datetime
    offset: float
    whole: bool


@dataclass
class _Channel:
    """The one loudspeaker channel while the plan is made."""

    arrivals: list[tuple[datetime, tuple[object, ...], Item]]
    waiting: list[_Waiting] = field(default_factory=list)
    running: _Running | None = None
    segments: dict[str, list[Segment]] = field(default_factory=dict)
    fates: dict[str, Fate] = field(default_factory=dict)


def plan(items: Iterable[Item]) -> dict[str, Fate]:
    """The fate of each item by its key; segments of all items never overlap. Keys must be unique."""
    channel = _Channel([])
    for item in items:
        if item.refused:
            channel.fates[item.key] = Fate(item.key, MISSED, item.refused)
        else:
            heapq.heappush(channel.arrivals, (item.at, item.standing.place, item))
    while channel.arrivals or channel.running:
        _step(channel)
    for one in channel.waiting:
        _give_up(channel, one, "Không còn chỗ trong khung giờ")
    return channel.fates


def segments_of(fates: Iterable[Fate]) -> list[Segment]:
    """All segments in the order of time."""
    return sorted((one for fate in fates for one in fate.segments), key=lambda one: one.start)


def _step(channel: _Channel) -> None:
    """To the next moment at which something ends or is due."""
    running = channel.running
    due = channel.arrivals[0][0] if channel.arrivals else None
    if running is not None and (due is None or running.end <= due):
        _finish(channel, running)
        _begin_best(channel, running.end)
        return
    if due is None:
        return
    while channel.arrivals and channel.arrivals[0][0] == due:
        channel.waiting.append(_Waiting(heapq.heappop(channel.arrivals)[2]))
    if running is not None:
        rivals = [one for one in channel.waiting if interrupts(one.item.standing, running.item.standing)]
        rivals = [one for one in rivals if _end_of(one, due) - due >= TINY and one.item.at == due]
        if not rivals:
            _drop_losers(channel)
            return
        _interrupt(channel, running, due, min(rivals, key=lambda one: one.item.standing.place).item.key)
    _begin_best(channel, due)


def _finish(channel: _Channel, running: _Running) -> None:
    """The running item comes to its planned end."""
    item = running.item
    _keep(channel, running, running.end, "")
    channel.running = None
    heard = _heard(channel, item.key)
    if running.whole:
        channel.fates[item.key] = _fate(channel, item.key, PLAYED, "", heard)
    else:
        why = "Dừng theo lệnh" if item.stopped_at == running.end else "Dừng khi hết giờ của mục"
        state = PLAYED if item.loses in AT_SLOT_END and item.stopped_at != running.end else CUT
        channel.fates[item.key] = _fate(channel, item.key, state, why, heard)


def _interrupt(channel: _Channel, running: _Running, at: datetime, by: str) -> None:
    item = running.item
    _keep(channel, running, at, by)
    channel.running = None
    played = (at - running.start).total_seconds()
    back = _Waiting(item, lost_to=by, begun=True)
    if item.loses == DROP:
        _give_up(channel, back, "Bị chen, không phát lại")
        return
    back.offset = running.offset + played if item.loses == RESUME else 0.0
    channel.waiting.append(back)


def _begin_best(channel: _Channel, at: datetime) -> None:
    """Start the first in order of those that may sound now; say of others that they no longer can."""
    for one in sorted(channel.waiting, key=lambda one: one.item.standing.place):
        if one not in channel.waiting:
            continue
        why = _too_late(one, at)
        if why:
            channel.waiting.remove(one)
            _give_up(channel, one, why)
        elif channel.running is None and not _better_later(channel, one, at):
            channel.waiting.remove(one)
            end = _end_of(one, at)
            wanted = at + timedelta(seconds=_left(one, at))
            channel.running = _Running(one.item, at, end, one.item.skips + one.offset, end >= wanted)
    _drop_losers(channel)


def _drop_losers(channel: _Channel) -> None:
    """What gives way for good does so as soon as it finds the channel taken."""
    for one in [one for one in channel.waiting if one.item.loses == DROP and channel.running is not None]:
        channel.waiting.remove(one)
        _give_up(channel, one, "Lúc đến giờ có mục cao hơn đang phát")


def _left(one: _Waiting, at: datetime) -> float:
    """Seconds that are left of it if it begins now."""
    if one.item.loses in AT_SLOT_END:
        return max(0.0, (one.item.ends - at).total_seconds())
    return one.item.seconds - one.offset


def _end_of(one: _Waiting, at: datetime) -> datetime:
    end = min(at + timedelta(seconds=_left(one, at)), one.item.last)
    if one.item.stopped_at is not None:
        end = min(end, max(one.item.stopped_at, at))
    return end


def _too_late(one: _Waiting, at: datetime) -> str:
    """Why it can no more begin; "" while it can."""
    item = one.item
    if item.stopped_at is not None and item.stopped_at <= at:
        return "Dừng theo lệnh"
    if at >= item.last:
        return "Quá hạn phát"
    late = at > item.at or one.begun
    if late and at > item.until:
        return "Quá giờ được lùi"
    left = _left(one, at)
    if item.loses in AT_SLOT_END:
        if late and left < max(item.least, TINY.total_seconds()):
            return "Phần còn lại quá ngắn"
        return ""
    if item.standing.klass == EMERGENCY:
        return ""
    if item.stopped_at is None and at + timedelta(seconds=left) > item.last:
        return "Không kịp trong khung giờ"  # a notice is not cut in the middle by the end of the hours
    return ""


def _better_later(channel: _Channel, one: _Waiting, at: datetime) -> bool:
    """Whether a notice would be cut by what is already known to come, so that it rather waits for it."""
    if one.item.loses not in {POSTPONE, RESTART}:
        return False
    end = _end_of(one, at)
    return any(
        due < end
        and (item.known_at is None or item.known_at <= at)
        and interrupts(item.standing, one.item.standing)
        for due, _, item in channel.arrivals
    )


def _keep(channel: _Channel, running: _Running, end: datetime, cut_by: str) -> None:
    if end > running.start:
        segment = Segment(
            running.item.key,
            running.start,
            end,
            running.offset,
            running.whole and not cut_by,
            cut_by,
        )
        channel.segments.setdefault(running.item.key, []).append(segment)


def _heard(channel: _Channel, key: str) -> float:
    return sum((one.end - one.start).total_seconds() for one in channel.segments.get(key, ()))


def _fate(channel: _Channel, key: str, state: str, reason: str, heard: float) -> Fate:
    return Fate(key, state, reason, heard, tuple(channel.segments.get(key, ())))


def _give_up(channel: _Channel, one: _Waiting, reason: str) -> None:
    heard = _heard(channel, one.item.key)
    state = CUT if heard else MISSED
    channel.fates[one.item.key] = _fate(channel, one.item.key, state, reason, heard)


def broken(item: Item, at: datetime, fallback: Item) -> Sequence[Item]:
    """A relay fell silent at ``at``: it stops there, and its fallback sounds for the rest of its slot."""
    return (replace(item, stopped_at=at), fallback)


__all__ = [
    "CUT", "DROP", "MISSED", "PLAYED", "POSTPONE", "REJOIN", "RESTART", "RESUME", "SHORTEN", "Fate", "Item",
    "Segment", "broken", "plan", "segments_of",
]  # fmt: skip
