"""Recurrence, hours, volume, areas, reasons of gaps: pure, each case a line."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xaso import player
from xaso.kernel.plain.moment import VIETNAM
from xaso.services.broadcast.rules.area import heard_in, inside
from xaso.services.broadcast.rules.hours import (
    ANY,
    NOT_QUIET,
    WINDOW,
    Cap,
    Hours,
    closes_at,
    loudest,
    open_spans,
    why_not,
)
from xaso.services.broadcast.rules.listening import REASONS, Heard, Trouble, explain
from xaso.services.broadcast.rules.recurrence import Change, Lunar, Pattern, occurrences, read_rule, words

NATION = [
    Hours("broadcast", time(5, 30), time(6, 30)),
    Hours("broadcast", time(17), time(18)),
    Hours("quiet", time(21), time(5, 30)),
]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def days(pattern: Pattern, first: str, last: str) -> list[str]:
    return [f"{one.at:%d/%m %H:%M}" for one in occurrences(pattern, moment(first), moment(last))]


# ---- recurrence ---------------------------------------------------------------------------------------------------


def test_once_weekly_and_with_days_left_out() -> None:
    first = date(2026, 11, 23)  # a Monday
    assert days(Pattern(first, time(17)), "2026-11-01", "2026-12-31") == ["23/11 17:00"]
    weekly = Pattern(
        first, time(17), rule="FREQ=WEEKLY;BYDAY=MO,TH;COUNT=5", excluded=frozenset([date(2026, 11, 26)])
    )
    # As in RFC 5545 the day left out still counts as one of the five.
    assert days(weekly, "2026-11-01", "2027-01-31") == [
        "23/11 17:00",
        "30/11 17:00",
        "03/12 17:00",
        "07/12 17:00",
    ]


def test_a_day_is_moved_cancelled_or_ends() -> None:
    first = date(2026, 11, 23)
    changes = {date(2026, 11, 24): Change(starts=time(17, 30)), date(2026, 11, 25): Change(cancelled=True)}
    daily = Pattern(first, time(17), last=date(2026, 11, 26), rule="FREQ=DAILY", changes=changes)
    assert days(daily, "2026-11-23", "2026-12-31") == ["23/11 17:00", "24/11 17:30", "26/11 17:00"]
    assert [one.day for one in occurrences(daily, moment("2026-11-24T17:10"), moment("2026-11-25"))] == [
        date(2026, 11, 24)
    ]


def test_lunar_days_of_the_year_of_the_horse() -> None:
    lunar = Pattern(date(2026, 1, 1), time(5, 45), lunar=Lunar(frozenset([1, 15])))
    assert days(lunar, "2026-02-16", "2026-03-20") == ["17/02 05:45", "03/03 05:45", "19/03 05:45"]
    eve = Pattern(date(2026, 1, 1), time(5, 45), lunar=Lunar(frozenset([30]), frozenset([12])))
    assert days(eve, "2026-01-01", "2027-01-01") == ["16/02 05:45"]  # the 29th of a short month


def test_until_counts_its_day_and_asking_too_far_is_refused() -> None:
    rule = read_rule("RRULE:freq=daily;until=20261125")
    assert days(Pattern(date(2026, 11, 23), time(17), rule=rule), "2026-11-01", "2026-12-31") == [
        "23/11 17:00", "24/11 17:00", "25/11 17:00",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="400"):
        occurrences(Pattern(date(2026, 1, 1), time(5)), moment("2026-01-01"), moment("2028-01-01"))


@pytest.mark.parametrize(
    "text",
    ["BYDAY=MO", "FREQ=HOURLY", "FREQ=DAILY;COUNT=3;UNTIL=20260101", "FREQ=DAILY;BYHOUR=3", "FREQ=DAILY;COUNT=0",
     "FREQ=WEEKLY;BYDAY=XX", "nonsense", "FREQ=DAILY;INTERVAL=", "FREQ=DAILY;UNTIL=tomorrow", "FREQ=DAILY;FREQ=DAILY"],
)  # fmt: skip
def test_rules_that_are_not_understood_are_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="[À-ỹ]"):
        read_rule(text)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 6),
    st.integers(0, 800),
    st.integers(1, 200),
)
def test_what_is_asked_in_two_parts_is_what_is_asked_at_once(
    freq: str, every: int, shift: int, long: int
) -> None:
    pattern = Pattern(date(2026, 1, 31), time(17), rule=read_rule(f"FREQ={freq};INTERVAL={every}"))
    since = moment("2026-01-01") + timedelta(hours=shift * 7)
    middle, end = since + timedelta(hours=long * 5), since + timedelta(hours=long * 10)
    whole = occurrences(pattern, since, end)
    assert whole == occurrences(pattern, since, middle) + occurrences(pattern, middle, end)
    assert all(since <= one.at < end for one in whole)


def test_a_pattern_in_words() -> None:
    first = date(2026, 12, 1)
    assert words(Pattern(first, time(17))) == "17:00 ngày 01/12/2026"
    weekly = Pattern(first, time(5, 30), rule="FREQ=WEEKLY;BYDAY=MO,WE")
    assert words(weekly) == "05:30 thứ Hai, thứ Tư hằng tuần, từ 01/12/2026"
    lunar = Pattern(first, time(5, 30), lunar=Lunar(frozenset([1, 15])), last=date(2027, 1, 1))
    assert words(lunar) == "05:30 mùng 1, rằm hằng tháng âm lịch, từ 01/12/2026 đến 01/01/2027"
    assert "Chủ nhật cuối cùng" in words(Pattern(first, time(5), rule="FREQ=MONTHLY;BYDAY=-1SU"))


# ---- hours --------------------------------------------------------------------------------------------------------


def test_hours_are_hard_but_for_an_emergency() -> None:
    at, until = moment("2026-11-23T05:40"), moment("2026-11-23T05:50")
    assert why_not(NATION, WINDOW, at, until) == ""
    assert "khung giờ" in why_not(NATION, WINDOW, moment("2026-11-23T12:00"), moment("2026-11-23T12:05"))
    assert why_not(NATION, NOT_QUIET, moment("2026-11-23T12:00"), moment("2026-11-23T12:05")) == ""
    assert "yên tĩnh" in why_not(NATION, NOT_QUIET, moment("2026-11-23T23:00"), moment("2026-11-23T23:05"))
    assert why_not(NATION, ANY, moment("2026-11-23T23:00"), moment("2026-11-23T23:05")) == ""
    assert "06:30" in why_not(NATION, WINDOW, moment("2026-11-23T06:25"), moment("2026-11-23T06:35"))


def test_the_nearest_units_hours_replace_the_countrys_from_their_day() -> None:
    own = Hours("broadcast", time(6), time(7), valid_from=date(2026, 12, 1), unit_path="15/02683/")
    rows = [*NATION, own]
    assert closes_at(rows, WINDOW, moment("2026-11-30T05:40")) == moment("2026-11-30T06:30")
    assert closes_at(rows, WINDOW, moment("2026-12-01T05:40")) is None
    assert closes_at(rows, WINDOW, moment("2026-12-01T06:40")) == moment("2026-12-01T07:00")
    assert closes_at(rows, WINDOW, moment("2026-12-01T17:10")) is None


def test_quiet_wins_over_broadcast_and_weekdays_count() -> None:
    rows = [Hours("broadcast", time(5), time(6)), Hours("quiet", time(21), time(5, 30)),
            Hours("broadcast", time(11), time(12), weekdays="67")]  # fmt: skip
    found = open_spans(rows, WINDOW, moment("2026-11-23"), moment("2026-11-24"))
    assert [(f"{one.start:%H:%M}", f"{one.end:%H:%M}") for one in found] == [("05:30", "06:00")]
    assert closes_at(rows, WINDOW, moment("2026-11-28T11:30")) == moment("2026-11-28T12:00")


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 24 * 60 * 14), st.integers(1, 300))
def test_who_may_sound_in_the_hours_lies_in_one_open_span(begin: int, long: int) -> None:
    at = moment("2026-11-23") + timedelta(minutes=begin)
    until = at + timedelta(minutes=long)
    free = open_spans(NATION, WINDOW, at - timedelta(days=1), until + timedelta(days=1))
    fits = any(one.start <= at and until <= one.end for one in free)
    assert fits == (why_not(NATION, WINDOW, at, until) == "")


def test_volume_the_nearest_rule_counts_and_an_emergency_has_its_own() -> None:
    caps = [
        Cap(80), Cap(60, time(5, 30), time(6, 30)), Cap(100, emergency=True),
        Cap(70, unit_path="15/02683/"), Cap(30, time(22), time(6), unit_path="15/02683/x/", own=True),
    ]  # fmt: skip
    assert loudest(caps[:2], moment("2026-11-23T05:40")) == 60
    assert loudest(caps[:2], moment("2026-11-23T17:00")) == 80
    assert loudest(caps, moment("2026-11-23T17:00")) == 70
    assert loudest(caps, moment("2026-11-23T23:00")) == 30
    assert loudest(caps, moment("2026-11-23T23:00"), emergency=True) == 100
    assert loudest([], moment("2026-11-23T23:00")) == 100


# ---- areas, reasons -----------------------------------------------------------------------------------------------

SQUARE = [[22.0, 104.0], [22.0, 104.1], [22.1, 104.1], [22.1, 104.0], [22.0, 104.0]]


def test_horns_in_and_near_a_drawn_area_are_heard_and_those_of_unknown_place_count() -> None:
    assert inside(22.05, 104.05, SQUARE)
    assert not inside(22.05, 104.15, SQUARE)
    assert heard_in(22.05, 104.05, [SQUARE])
    assert heard_in(22.106, 104.05, [SQUARE])  # 670 m outside
    assert not heard_in(22.12, 104.05, [SQUARE])
    assert heard_in(None, None, [SQUARE])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"enrolled_at": None}, "not_enrolled"),
        ({"cut_by_emergency": True}, "emergency"),
        ({"airing_state": "missed"}, "programme"),
        ({"has_audio": False}, "no_audio"),
        ({"troubles": [Trouble("sd_full", moment("2026-11-23T04:00"), None)]}, "sd_full"),
        ({"troubles": [Trouble("clock_off", moment("2026-11-23T04:00"), None)]}, "clock_off"),
        (
            {"troubles": [Trouble("sd_full", moment("2026-11-22T04:00"), moment("2026-11-22T05:00"))]},
            "silent",
        ),
        ({"schedule_made": False}, "not_sent"),
        ({"online": False}, "offline"),
        ({"schedule_held": False}, "not_held"),
        ({}, "silent"),
    ],
)
def test_the_reason_that_explains_a_gap_best(change: dict[str, object], reason: str) -> None:
    facts: dict[str, object] = {
        "at": moment("2026-11-23T05:40"), "until": moment("2026-11-23T05:45"),
        "enrolled_at": moment("2026-01-01"), "airing_state": "sent", "has_audio": True, "schedule_made": True,
        "schedule_held": True, "online": True, "cut_by_emergency": False,
    }  # fmt: skip
    assert explain(Heard(**{**facts, **change})) == reason  # type: ignore[arg-type]
    assert reason in REASONS


def test_every_reason_that_a_device_gives_has_words():
    folder = Path(player.__file__).parent
    said = "".join(
        (folder / name).read_text(encoding="utf-8") for name in ("stage.py", "core.py", "running.py")
    )
    given = set(
        re.findall(
            r"""reason"? ?[:=] ?(?:str = )?"(\w+)"|"(?:cut|failed)", "(\w+)"\)|else "(\w+)"[)\]]*$""",
            said,
            re.M,
        )
    )
    codes = {code for group in given for code in group if code} - {"bad", "reason", "failed", "played"}
    assert {"late", "power", "interrupted", "time_over", "stopped"} <= codes
    assert codes <= REASONS.keys()
