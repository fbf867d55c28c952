"""Terms, moments and pauses as people type them; calendars of provinces; the words of the badge."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from xaso.kernel.plain.clock import (
    Calendar,
    DayRow,
    HoursRow,
    Pause,
    due,
    parse_moment,
    parse_pause,
    parse_sessions,
    parse_term,
    remaining,
    seed_calendar,
    seed_days,
    seed_hours,
)


@pytest.mark.parametrize("text", ["5wd", "15d", "2mo", "8h", "1.5h", "same-day", "10wd+15wd+5wd", "10d+3wd"])
def test_a_term_reads_back_as_it_was_written(text: str) -> None:
    assert str(parse_term(text)) == text
    assert parse_term(f" {text.upper()} ") == parse_term(text)


@pytest.mark.parametrize(
    "text",
    ["", "5", "wd", "-5wd", "0wd", "5 wd wd", "5wd+", "+5wd", "1.5wd", "99999h", "5wd;8h", "٥wd", "1001wd"],
)
def test_a_bad_term_is_refused_in_vietnamese(text: str) -> None:
    with pytest.raises(ValueError, match="[ốếộờạ]"):
        parse_term(text)


@pytest.mark.parametrize(
    "text", ["", "hôm nay", "2026-02-13", "2026-13-01T08:00", "2026-02-30T08:00", "13/02/2026"]
)
def test_a_bad_moment_is_refused_in_vietnamese(text: str) -> None:
    with pytest.raises(ValueError, match="Ghi"):
        parse_moment(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-04T10:00",
        "/2026-03-04T10:00",
        "2026-03-06T09:00/2026-03-04T10:00",
        "a/b",
        "2026-02-30/2026-03-01",
    ],
)
def test_a_bad_pause_is_refused_in_vietnamese(text: str) -> None:
    with pytest.raises(ValueError, match="[ốếộờạướ]"):
        parse_pause(text)


def test_moments_with_an_offset_are_brought_to_vietnam() -> None:
    assert parse_moment("2026-02-13T07:00Z") == parse_moment("2026-02-13T14:00")
    utc = due(parse_moment("2026-02-13T20:00Z"), "1wd", seed_calendar())
    assert utc.received.day == 14  # already the next day here


def test_a_pause_written_as_dates_covers_whole_days() -> None:
    pause = parse_pause("2026-03-04/2026-03-06")
    assert pause.end - pause.start == timedelta(days=3)


def test_years_out_of_reach_are_refused_in_vietnamese() -> None:
    for term in ("5wd", "15d", "2mo", "8h", "same-day"):
        with pytest.raises(ValueError, match="năm"):
            due(parse_moment("9999-12-31T16:00"), term, seed_calendar())


def test_a_province_replaces_a_day_and_the_hours() -> None:
    storm = DayRow(date(2026, 10, 15), "holiday", "Nghỉ tránh bão", "Công điện của tỉnh", True, "15")
    winter = HoursRow(
        date(2026, 10, 16),
        None,
        frozenset(range(5)),
        parse_sessions("08:00-12:00 13:30-17:30"),
        "Quyết định của tỉnh",
        True,
        "15",
    )
    rows, hours = [*seed_days(), storm], [*seed_hours(), winter]
    ours, country = Calendar(rows, hours, province="15"), Calendar(rows, hours)
    received = parse_moment("2026-10-14T09:00")
    assert f"{due(received, '1wd', ours).at:%dT%H:%M}" == "16T17:30"
    assert f"{due(received, '1wd', country).at:%dT%H:%M}" == "15T17:00"
    assert ours.version != country.version
    assert country.version == Calendar(rows, hours).version


def test_reception_hours_never_move_a_deadline() -> None:
    saturday = HoursRow(
        date(2026, 1, 1),
        None,
        frozenset({5}),
        parse_sessions("07:30-11:00"),
        "Thông báo của xã",
        purpose="reception",
    )
    calendar = Calendar(seed_days(), [*seed_hours(), saturday])
    assert calendar.reception(date(2026, 3, 7))[0][1].time() == time(11, 0)
    assert calendar.reception(date(2026, 3, 6)) == calendar.sessions(date(2026, 3, 6))
    assert not calendar.is_working(date(2026, 3, 7))
    assert due(parse_moment("2026-03-06T09:00"), "1wd", calendar).at.date() == date(2026, 3, 9)


def test_rows_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="Loại ngày"):
        DayRow(date(2026, 1, 1), "party", "x", "y")
    with pytest.raises(ValueError, match="giờ"):
        parse_sessions("8-12")
    with pytest.raises(ValueError, match="buổi"):
        HoursRow(date(2026, 1, 1), None, frozenset({0}), parse_sessions("13:00-17:00 07:00-11:00"), "x")
    with pytest.raises(ValueError, match="buổi"):
        HoursRow(date(2026, 1, 1), None, frozenset({0}), (), "x")
    with pytest.raises(ValueError, match="tuần"):
        HoursRow(date(2026, 1, 1), None, frozenset(), parse_sessions("07:00-11:00"), "x")
    with pytest.raises(ValueError, match="giờ làm việc"):
        Calendar([], [])
    with pytest.raises(ValueError, match="Lúc tiếp tục"):
        Pause(parse_moment("2026-03-06T09:00"), parse_moment("2026-03-05T09:00"))


@pytest.mark.parametrize(
    ("now", "text"),
    [
        ("2026-02-13T14:30", "Còn 5 ngày làm việc"),
        ("2026-02-18T10:00", "Còn 5 ngày làm việc"),
        ("2026-02-26T16:59", "Còn 1 ngày làm việc"),
        ("2026-02-27T17:00", "Đến hạn hôm nay"),
        ("2026-02-27T17:01", "Quá hạn hôm nay"),
        ("2026-03-01T08:00", "Quá hạn 2 ngày"),
    ],
)
def test_the_words_of_the_badge(now: str, text: str) -> None:
    at = due(parse_moment("2026-02-13T14:00"), "5wd", seed_calendar()).at
    assert remaining(parse_moment(now), at, seed_calendar()).text == text
