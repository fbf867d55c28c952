"""Who sounds when: the eight rules as properties, and one case for each bug that peers are known for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xaso.kernel.plain.moment import VIETNAM
from xaso.services.broadcast.rules import planner
from xaso.services.broadcast.rules.hours import Hours
from xaso.services.broadcast.rules.planner import CUT, MISSED, PLAYED, Fate, Item, plan, segments_of
from xaso.services.broadcast.rules.precedence import CLASSES, COMMUNE_CHOICE, interrupts, standing
from xaso.services.broadcast.rules.programme import Line, as_item, due, emergency_item, preview, silences
from xaso.services.broadcast.rules.recurrence import Pattern

DAY = date(2026, 11, 23)
BULLETINS = {"ordinary", "priority"}
MORNING = [Hours("broadcast", time(5, 30), time(6, 30)), Hours("quiet", time(21), time(5, 30))]
ZERO = datetime(2026, 11, 23, 17, 0, tzinfo=VIETNAM)


def at(minutes: float) -> datetime:
    return ZERO + timedelta(minutes=minutes)


def item(
    key: str, minutes: float, long: float, what: str = "ordinary", *, loses: str = "postpone", last: float = 60,
    until: float | None = None, order: int = COMMUNE_CHOICE, origin: str = "commune", **more: object,
) -> Item:  # fmt: skip
    """``long`` and the others in minutes after 17:00."""
    name, kind = ("bulletin", what) if what in {"ordinary", "priority"} else (what, "ordinary")
    where = standing(name, kind, origin, order, at(minutes), key)
    end = min(last, minutes + long) if loses in {"rejoin", "shorten"} else last
    return Item(
        key, at(minutes), long * 60, where, loses, at(end), at(until if until is not None else last), **more
    )  # type: ignore[arg-type]


def told(fate: Fate) -> list[tuple[float, float]]:
    """The segments in minutes after 17:00."""
    return [
        ((one.start - ZERO).total_seconds() / 60, (one.end - ZERO).total_seconds() / 60)
        for one in fate.segments
    ]


def emergency(key: str, minutes: float, long: float, **more: object) -> Item:
    return emergency_item(key, at(minutes), long * 60, "commune", at(minutes + 600), **more)  # type: ignore[arg-type]


# ---- properties ---------------------------------------------------------------------------------------------------

LOSING = ["drop", "resume", "restart", "postpone", "shorten", "rejoin"]


@st.composite
def programmes(draw: st.DrawFn) -> list[Item]:
    made = []
    for number in range(draw(st.integers(1, 12))):
        what = draw(st.sampled_from([*CLASSES]))
        begin, long = draw(st.integers(0, 40)), draw(st.integers(1, 15))
        if what in {"emergency", "all_clear"}:
            made.append(emergency(f"e{number}", begin, long))
            continue
        loses = "rejoin" if what in {"relay", "live"} else draw(st.sampled_from(LOSING))
        made.append(
            item(
                f"i{number}", begin, long, what, loses=loses, last=draw(st.integers(begin + 1, 60)),
                order=draw(st.sampled_from([5, 100])), origin=draw(st.sampled_from(["commune", "province"])),
            )
        )  # fmt: skip
    return made


@settings(max_examples=50, deadline=None)
@given(programmes())
def test_nothing_overlaps_nothing_is_early_late_or_forgotten(items: list[Item]) -> None:
    fates = plan(items)
    assert fates.keys() == {one.key for one in items}
    segments = segments_of(fates.values())
    for one, following in zip(segments, segments[1:], strict=False):
        assert one.start < one.end <= following.start
    by_key = {one.key: one for one in items}
    for fate in fates.values():
        own = by_key[fate.key]
        assert bool(fate.segments) == (fate.heard > 0)
        assert fate.state != PLAYED or not fate.reason or own.loses in {"rejoin", "shorten"}
        assert (fate.state == MISSED) == (not fate.segments)
        assert fate.state == PLAYED or fate.reason
        for segment in fate.segments:
            assert own.at <= segment.start
            assert segment.end <= own.last
        if own.loses in {"drop", "resume"}:
            assert fate.heard <= own.seconds + 0.001


@settings(max_examples=50, deadline=None)
@given(programmes())
def test_what_sounds_is_never_below_what_is_due_and_on_time(items: list[Item]) -> None:
    """At the moment at which something higher is due, it is heard or something at least as high is."""
    fates = plan(items)
    segments = segments_of(fates.values())
    place = {one.key: one.standing for one in items}
    for own in items:
        running = next((one for one in segments if one.start <= own.at < one.end), None)
        if running is None or running.key == own.key or own.last <= own.at:
            continue
        if own.loses in {"postpone", "restart", "resume", "drop"} and own.ends > own.last:
            continue  # it was not begun, as it could not have been heard whole
        if own.loses in {"postpone", "restart"}:
            continue  # it may wait for what is known to come
        assert place[running.key].klass <= own.standing.klass, (own, running)


@settings(max_examples=50, deadline=None)
@given(programmes(), st.integers(0, 50), st.integers(1, 10))
def test_an_emergency_is_heard_at_its_second_whatever_else_is_on(
    items: list[Item], begin: int, long: int
) -> None:
    newest = emergency("now", begin + 0.5, long)
    later = [one for one in items if one.standing.klass != 0 or one.at <= newest.at]
    fate = plan([*later, newest])["now"]
    assert told(fate) == [(begin + 0.5, begin + 0.5 + long)]
    assert fate.state == PLAYED


@settings(max_examples=50, deadline=None)
@given(programmes())
def test_one_plan_for_one_programme(items: list[Item]) -> None:
    assert plan(items) == plan(reversed(items))


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from([*CLASSES]), st.integers(0, 3), st.sampled_from([1, 100])), min_size=2,
                max_size=6))  # fmt: skip
def test_the_order_is_total(rows: list[tuple[str, int, int]]) -> None:
    made = [
        standing("bulletin" if what in BULLETINS else what, what, "commune", order, at(minutes), str(number))
        for number, (what, minutes, order) in enumerate(rows)
    ]
    assert len({one.place for one in made}) == len(made)
    first = min(made, key=lambda one: one.place)
    assert not any(interrupts(one, first) for one in made if one.klass > first.klass)


# ---- one case for each bug of the peers ---------------------------------------------------------------------------


def test_azuracast_7444_7550_2659_5632_7419_an_interrupting_item_interrupts() -> None:
    """Interrupt was broken for a year: the item waited for the end of the track."""
    fates = plan([item("notice", 0, 10), emergency("flood", 3, 2)])
    assert told(fates["flood"]) == [(3, 5)]
    assert told(fates["notice"]) == [(0, 3), (5, 15)]  # cut, then whole again by its rule
    assert fates["notice"].state == PLAYED
    assert fates["notice"].segments[0].cut_by == "flood"


def test_azuracast_8557_two_interrupting_items_interrupt_each_other() -> None:
    fates = plan([emergency("first", 0, 10), emergency("second", 4, 3)])
    assert told(fates["second"]) == [(4, 7)]
    assert told(fates["first"]) == [(0, 4), (7, 17)]


def test_azuracast_7160_what_was_missed_during_a_live_show_is_not_played_late() -> None:
    live = item("mayor", 0, 50, "live", loses="rejoin")
    fates = plan([live, item("notice", 10, 5, until=20), item("short", 10, 5)])
    assert fates["notice"].state == MISSED
    assert "lùi" in fates["notice"].reason
    assert told(fates["short"]) == [(50, 55)]  # inside its window it is only postponed


def test_azuracast_7928_interrupting_stops_and_does_not_play_under() -> None:
    fates = plan([item("music", 0, 30, "filler", loses="shorten"), emergency("fire", 10, 5)])
    assert told(fates["music"]) == [(0, 10), (15, 30)]
    assert told(fates["fire"]) == [(10, 15)]


def test_azuracast_6485_what_is_asked_for_by_hand_does_not_outrank_the_programme() -> None:
    fates = plan([item("relay", 0, 30, "relay", loses="rejoin"), item("asked", 5, 5)])
    assert told(fates["relay"]) == [(0, 30)]
    assert told(fates["asked"]) == [(30, 35)]


def test_azuracast_7401_an_order_nobody_set_is_not_the_highest() -> None:
    fates = plan([item("unset", 0, 5), item("chosen", 0, 5, order=1)])
    assert told(fates["chosen"]) == [(0, 5)]
    assert told(fates["unset"]) == [(5, 10)]


def test_libretime_1680_a_relay_longer_than_its_slot_stops_at_its_end() -> None:
    relay = item("relay", 0, 30, "relay", loses="rejoin")
    fates = plan([replace(relay, seconds=3600.0), item("next", 30, 5)])
    assert told(fates["relay"])[-1][1] == 30
    assert told(fates["next"]) == [(30, 35)]


def test_libretime_1197_the_same_relay_in_adjoining_slots_is_not_cut() -> None:
    line = _relay("a", time(17, 0), 1800, "vov")
    found = due([line, _relay("b", time(17, 30), 1800, "vov"), _relay("c", time(18, 30), 600, "vov")],
                at(-60), at(240))  # fmt: skip
    assert [(one.line.key, one.seconds, one.joins) for one in found] == [
        ("a", 3600.0, (f"b:{DAY}",)),
        ("c", 600.0, ()),
    ]
    other = due([line, _relay("b", time(17, 30), 1800, "tỉnh")], at(-60), at(240))
    assert len(other) == 2


def test_libretime_1658_a_silent_relay_gives_way_to_its_fallback() -> None:
    relay = item("relay", 0, 30, "relay", loses="rejoin")
    fallback = item("spare", 4, 26, "relay", loses="shorten")
    fates = plan(planner.broken(relay, at(4), fallback))
    assert told(fates["relay"]) == [(0, 4)]
    assert fates["relay"].state == CUT
    assert told(fates["spare"]) == [(4, 30)]


def test_libretime_1170_an_item_is_not_repeated() -> None:
    line = _line("a", time(5, 40), 300, rule="FREQ=DAILY")
    start = datetime(2026, 11, 23, 5, 40, tzinfo=VIETNAM)
    twice = due([line, line], start, start + timedelta(days=1))
    assert len({one.key for one in twice}) == 1
    fates = plan([as_item(due([line], start, start + timedelta(days=1))[0], MORNING)])
    assert [len(one.segments) for one in fates.values()] == [1]


def test_libretime_229_455_dead_air_is_seen_and_filled() -> None:
    start = datetime(2026, 11, 23, 5, 0, tzinfo=VIETNAM)
    notice = _line("notice", time(5, 40), 600)
    dead = silences([notice], MORNING, start, start + timedelta(hours=3))
    assert [(f"{one.start:%H:%M}", f"{one.end:%H:%M}") for one in dead] == [
        ("05:30", "05:40"), ("05:50", "06:30"),
    ]  # fmt: skip
    music = replace(_line("music", time(5, 30), 3600), item="filler", loses="shorten")
    assert silences([notice, music], MORNING, start, start + timedelta(hours=3)) == []


def test_libretime_1275_381_overlaps_are_told_before_saving() -> None:
    other = _line("other", time(5, 40), 1200, title="Tin nông vụ")
    mine = replace(_line("mine", time(5, 50), 900, title="Tin tiêm chủng"), order=5)
    since = datetime(2026, 11, 22, 0, 0, tzinfo=VIETNAM)
    times, clashes = preview(mine, [other], MORNING, since)
    assert len(times) == 1
    assert [(one.what, one.stops) for one in clashes] == [("moved", False)]
    assert "06:00:00" in clashes[0].words
    late = replace(mine, pattern=replace(mine.pattern, starts=time(6, 20)))
    assert [one.what for one in preview(late, [other], MORNING, since)[1]] == ["lost"]
    relay = _relay("relay", time(5, 45), 2700, "vov")
    pushed = preview(relay, [other], MORNING, since)[1]
    assert [(one.what, one.other, one.stops) for one in pushed] == [("pushes", "Tin nông vụ", True)]


# ---- the rest of the rules ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loses", "segments", "state"),
    [
        ("drop", [(0, 4)], CUT),
        ("resume", [(0, 4), (6, 12)], PLAYED),
        ("restart", [(0, 4), (6, 16)], PLAYED),
        ("postpone", [(0, 4), (6, 16)], PLAYED),
        ("shorten", [(0, 4), (6, 10)], PLAYED),
        ("rejoin", [(0, 4), (6, 10)], PLAYED),
    ],
)
def test_what_becomes_of_the_loser(loses: str, segments: list[tuple[float, float]], state: str) -> None:
    fate = plan([item("loser", 0, 10, loses=loses), emergency("flood", 4, 2)])["loser"]
    assert told(fate) == segments
    assert fate.state == state
    if loses == "resume":
        assert fate.segments[1].skips == 240


def test_a_cut_notice_that_does_not_fit_any_more_is_cut_and_said_so() -> None:
    fate = plan([item("notice", 50, 9), emergency("flood", 55, 10)])["notice"]
    assert told(fate) == [(50, 55)]
    assert fate.state == CUT
    assert fate.reason == "Không kịp trong khung giờ"


def test_a_notice_waits_for_the_relay_it_would_be_cut_by_but_not_for_what_nobody_knew() -> None:
    relay = item("relay", 5, 20, "relay", loses="rejoin")
    assert told(plan([item("notice", 0, 10), relay])["notice"]) == [(25, 35)]
    sudden = replace(relay, known_at=at(3))
    assert told(plan([item("notice", 0, 10), sudden])["notice"]) == [(0, 5), (25, 35)]


def test_a_notice_is_not_begun_when_the_hours_would_cut_it() -> None:
    fate = plan([item("notice", 55, 10)])["notice"]
    assert (fate.state, fate.reason) == (MISSED, "Không kịp trong khung giờ")


def test_an_emergency_that_somebody_ends_stops_there_and_the_all_clear_follows() -> None:
    clear = emergency("clear", 5, 1)
    fates = plan([emergency("flood", 2, 20, stopped_at=at(5)), clear, item("notice", 0, 10)])
    assert told(fates["flood"]) == [(2, 5)]
    assert told(fates["clear"]) == [(5, 6)]
    assert told(fates["notice"]) == [(0, 2), (6, 16)]


def test_priority_comes_before_relay_and_the_commune_orders_its_priorities() -> None:
    relay = item("relay", 0, 30, "relay", loses="rejoin")
    priority = item("priority", 10, 5, "priority")
    fates = plan([relay, priority])
    assert told(fates["priority"]) == [(10, 15)]
    assert told(fates["relay"]) == [(0, 10), (15, 30)]
    above = item("above", 0, 5, "priority", origin="province")
    own = item("own", 0, 5, "priority", order=1)
    assert told(plan([above, own])["own"]) == [(0, 5)]
    assert told(plan([above, replace(own, standing=replace(own.standing, order=100))])["above"]) == [(0, 5)]


def test_a_short_rest_is_not_worth_beginning() -> None:
    filler = item("music", 0, 10, "filler", loses="shorten", least=180.0)
    fate = plan([filler, emergency("flood", 4, 5)])["music"]
    assert told(fate) == [(0, 4)]
    assert fate.reason == "Phần còn lại quá ngắn"


def _line(key: str, starts: time, seconds: float, *, rule: str = "", title: str = "") -> Line:
    return Line(
        key, title or key, Pattern(DAY, starts, rule=rule), "bulletin", "ordinary", "commune", seconds
    )


def _relay(key: str, starts: time, seconds: float, source: str) -> Line:
    return replace(_line(key, starts, seconds), item="relay", loses="rejoin", source=source)
