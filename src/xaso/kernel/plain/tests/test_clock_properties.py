"""What must hold of the clock whatever the term, the day and the pauses."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from xaso.kernel.plain.clock import (
    Part,
    Pause,
    Term,
    add_working_time,
    due,
    remaining,
    seed_calendar,
    working_time_between,
)
from xaso.kernel.plain.moment import VIETNAM

CALENDAR = seed_calendar()
FIRST, LAST = datetime(2024, 1, 2), datetime(2027, 6, 30)

moments = st.datetimes(FIRST, LAST).map(lambda m: m.replace(second=0, microsecond=0, tzinfo=VIETNAM))
parts = st.one_of(
    st.builds(lambda n: Part("wd", Decimal(n)), st.integers(1, 40)),
    st.builds(lambda n: Part("d", Decimal(n)), st.integers(1, 60)),
    st.builds(lambda n: Part("mo", Decimal(n)), st.integers(1, 3)),
    st.builds(lambda n: Part("h", Decimal(n)), st.integers(1, 60)),
    st.just(Part("same-day")),
)
terms = st.lists(parts, min_size=1, max_size=3).map(lambda found: Term(tuple(found)))


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime) -> list[Pause]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        begin = start + timedelta(minutes=draw(st.integers(-20000, 60000)))
        found.append(Pause(begin, begin + timedelta(minutes=draw(st.integers(0, 20000)))))
    return found


@given(moments, terms, st.data())
@settings(max_examples=200, deadline=None)
def test_due_is_later_than_reception_and_on_a_working_day(
    start: datetime, term: Term, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))
    at = due(start, term, CALENDAR, pauses).at
    assert at > start
    assert CALENDAR.is_working(at.date())
    if term.parts[-1].kind != "h":
        assert at == CALENDAR.closing(at.date())
        assert not any(pause.start < at <= pause.end for pause in pauses)


@given(moments, st.sampled_from(["wd", "d", "mo", "h"]), st.integers(1, 30), st.data())
@settings(max_examples=150, deadline=None)
def test_a_longer_term_is_never_due_earlier(
    start: datetime, kind: str, amount: int, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))
    shorter = due(start, Term((Part(kind, Decimal(amount)),)), CALENDAR, pauses).at
    longer = due(start, Term((Part(kind, Decimal(amount + 1)),)), CALENDAR, pauses).at
    assert shorter <= longer


@given(moments, terms, st.data())
@settings(max_examples=200, deadline=None)
def test_a_pause_only_moves_the_date_later(start: datetime, term: Term, data: st.DataObject) -> None:
    pauses = data.draw(pauses_after(start))
    extra = data.draw(pauses_after(start))
    assert due(start, term, CALENDAR, pauses).at <= due(start, term, CALENDAR, [*pauses, *extra]).at


@given(moments, moments, terms)
@settings(max_examples=150, deadline=None)
def test_received_later_is_never_due_earlier(one: datetime, other: datetime, term: Term) -> None:
    first, second = sorted((one, other))
    assert due(first, term, CALENDAR).at <= due(second, term, CALENDAR).at


@given(moments, st.integers(1, 60 * 80), st.data())
@settings(max_examples=200, deadline=None)
def test_working_time_between_undoes_adding(start: datetime, minutes: int, data: st.DataObject) -> None:
    amount = timedelta(minutes=minutes)
    end = add_working_time(start, amount, CALENDAR)
    assert working_time_between(start, end, CALENDAR) == amount
    assert working_time_between(end, start, CALENDAR) == -amount
    hours = Term((Part("h", Decimal(data.draw(st.integers(1, 40)))),))
    pauses = data.draw(pauses_after(start))
    answer = due(start, hours, CALENDAR, pauses)
    assert working_time_between(start, answer.at, CALENDAR, pauses) == timedelta(
        hours=int(hours.parts[0].amount)
    )


@given(moments, moments, moments)
@settings(max_examples=100, deadline=None)
def test_working_time_adds_up(a: datetime, b: datetime, c: datetime) -> None:
    first, middle, last = sorted((a, b, c))
    assert working_time_between(first, last, CALENDAR) == working_time_between(
        first, middle, CALENDAR
    ) + working_time_between(middle, last, CALENDAR)


@given(moments, st.sampled_from(["wd", "h"]), st.integers(1, 20), st.integers(1, 20))
@settings(max_examples=150, deadline=None)
def test_splitting_a_term_changes_nothing(start: datetime, kind: str, one: int, two: int) -> None:
    whole = due(start, Term((Part(kind, Decimal(one + two)),)), CALENDAR).at
    split = due(start, Term((Part(kind, Decimal(one)), Part(kind, Decimal(two)))), CALENDAR).at
    assert split == whole


@given(moments, st.integers(1, 60), st.integers(1, 60))
@settings(max_examples=100, deadline=None)
def test_splitting_calendar_days_is_never_earlier(start: datetime, one: int, two: int) -> None:
    whole = due(start, Term((Part("d", Decimal(one + two)),)), CALENDAR).at
    assert due(start, Term((Part("d", Decimal(one)), Part("d", Decimal(two)))), CALENDAR).at >= whole


@given(moments, st.integers(-60, 60))
@settings(max_examples=150, deadline=None)
def test_working_days_there_and_back(start: datetime, count: int) -> None:
    day = start.date() if CALENDAR.is_working(start.date()) else CALENDAR.next_working(start.date())
    there = CALENDAR.add_working_days(day, count)
    assert CALENDAR.working_days_between(day, there) == count
    assert CALENDAR.add_working_days(there, -count) == day


@given(moments, terms, moments)
@settings(max_examples=150, deadline=None)
def test_remaining_agrees_with_the_due_time(start: datetime, term: Term, now: datetime) -> None:
    at = due(start, term, CALENDAR).at
    left = remaining(now, at, CALENDAR)
    assert (left.kind == "late") == (now > at)
    assert (left.kind == "today") == (now <= at and now.date() == at.date())
    assert left.days >= 0
