"""The ends of keeping and the 72 hours."""

from datetime import date, datetime, timedelta

from xaso.kernel.plain.moment import VIETNAM
from xaso.services.privacy.rules import Keep, hours_left, judge, kept_until, notify_by, reminders_due

TODAY = date(2026, 11, 21)


def test_nothing_running_nothing_without_a_rule_nothing_without_years_is_erased():
    start = date(2020, 1, 1)
    assert not judge(Keep(0, "x"), start, TODAY, running=True, erasable=True).may_erase
    assert not judge(None, start, TODAY, running=False, erasable=True).may_erase
    assert not judge(Keep(None, "Luật Lưu trữ"), start, TODAY, running=False, erasable=True).may_erase
    assert not judge(Keep(0, "x"), start, TODAY, running=False, erasable=False).may_erase
    assert judge(Keep(0, "x"), start, TODAY, running=False, erasable=True).may_erase


def test_the_last_day_of_keeping_still_counts():
    kept = judge(Keep(5, "x"), date(2021, 11, 21), TODAY, running=False, erasable=True)
    assert (kept.may_erase, kept.until) == (False, TODAY)
    assert judge(Keep(5, "x"), date(2021, 11, 20), TODAY, running=False, erasable=True).may_erase
    assert kept_until(date(2024, 2, 29), 1) == date(2025, 2, 28)


def test_seventy_two_hours_run_on_over_a_weekend():
    noticed = datetime(2026, 11, 20, 17, 30, tzinfo=VIETNAM)
    due = notify_by(noticed)
    assert due == datetime(2026, 11, 23, 17, 30, tzinfo=VIETNAM)
    assert hours_left(due, noticed) == 72
    assert hours_left(due, due + timedelta(minutes=61)) == -2


def test_each_reminder_once_and_a_late_start_tells_only_the_newest():
    due = datetime(2026, 11, 23, 12, tzinfo=VIETNAM)
    assert reminders_due(due, due - timedelta(hours=60), []) == []
    assert reminders_due(due, due - timedelta(hours=40), []) == [48]
    assert reminders_due(due, due - timedelta(hours=40), [48]) == []
    assert reminders_due(due, due + timedelta(hours=1), [48]) == [24, 6, 0]
    assert reminders_due(due, due + timedelta(hours=2), [48, 24, 6, 0]) == []
