"""Ladder, quiet hours and wording: plain functions."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaso.kernel.messages.rules import in_force, ladder, loud_at, retry_at
from xaso.kernel.messages.wording import Wording, WordingError, fill, read_wordings
from xaso.kernel.plain.moment import VIETNAM, at

ALL = {"zalo": "84900000112", "sms": "0900000112", "email": "may@example.test"}


def test_ladder() -> None:
    offered = ["zalo", "sms", "email"]
    assert ladder(offered, [], [], ALL) == offered
    assert ladder(offered, ["email"], [], ALL) == ["email", "zalo", "sms"]
    assert ladder(offered, ["email", "fax"], ["zalo"], ALL) == ["email", "sms"]
    assert ladder(offered, [], [], {**ALL, "zalo": "", "sms": ""}) == ["email"]
    assert ladder([], ["sms"], [], ALL) == []


@pytest.mark.parametrize(
    ("moment", "start", "end", "loud"),
    [
        ("2026-11-21T12:00", time(21, 30), time(6, 30), "2026-11-21T12:00"),
        ("2026-11-21T21:29", time(21, 30), time(6, 30), "2026-11-21T21:29"),
        ("2026-11-21T21:30", time(21, 30), time(6, 30), "2026-11-22T06:30"),
        ("2026-11-22T00:10", time(21, 30), time(6, 30), "2026-11-22T06:30"),
        ("2026-11-22T06:30", time(21, 30), time(6, 30), "2026-11-22T06:30"),
        ("2026-11-21T12:00", time(11), time(13), "2026-11-21T13:00"),
        ("2026-11-21T12:00", time(12), time(12), "2026-11-21T12:00"),
    ],
)
def test_quiet_hours(moment: str, start: time, end: time, loud: str) -> None:
    assert loud_at(at(moment), start, end) == at(loud)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.times(), st.times())
def test_quiet_hours_end_within_a_day_and_are_over_then(moment: datetime, start: time, end: time) -> None:
    here = moment.replace(tzinfo=VIETNAM)
    loud = loud_at(here, start, end)
    assert here <= loud <= here + timedelta(days=1)
    assert loud_at(loud, start, end) == loud


def test_dated_rows_and_retries() -> None:
    day = at("2026-11-21T00:00").date()
    assert in_force(day, day, day)
    assert not in_force(day, day + timedelta(days=1), None)
    pauses = [retry_at(at("2026-11-21T00:00"), n) for n in range(1, 7)]
    assert pauses[-1] is None
    assert pauses[:5] == sorted(one for one in pauses if one)


GOOD = """
[[template]]
key = "onestop.received"
title = "Báo tiếp nhận"
subject = "Đã nhận {code}"
body = "Hồ sơ {code}."
variables = ["code"]
zalo = { template = "100001", data = { ma = "{code}" } }
insist_after = 60
"""


def test_reading_a_file(tmp_path: Path) -> None:
    path = tmp_path / "messages.toml"
    path.write_text(GOOD, encoding="utf-8")
    (one,) = read_wordings(path, "onestop")
    assert (one.zalo_template, one.insist_minutes, one.channels) == ("100001", 60, ("zalo", "sms", "email"))
    assert one.sms_text({"code": "H38–1"}) == "Da nhan H38-1"


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('variables = ["code"]', 'variables = ["code", "due"]', "due"),
        ('"Hồ sơ {code}."', '"Hồ sơ {code} {name}."', "name"),
        ('"Hồ sơ {code}."', '"Hồ sơ {code} {Bad}."', "dấu {"),
        ('key = "onestop.received"', 'key = "received"', "dịch_vụ.tên"),
        ('key = "onestop.received"', 'key = "trace.received"', "bắt đầu bằng onestop"),
        ('title = "Báo tiếp nhận"', 'titel = "x"', "titel"),
        ("insist_after = 60", 'channels = ["fax"]', "Kênh"),
        ("insist_after = 60", 'sms = "{code}' + "ạ" * 700 + '"\nsms_accents = true', "dài quá"),
        ("[[template]]", "[[template", "Không đọc được"),
    ],
)
def test_each_mistake_is_named(tmp_path: Path, before: str, after: str, named: str) -> None:
    path = tmp_path / "messages.toml"
    path.write_text(GOOD.replace(before, after), encoding="utf-8")
    with pytest.raises(WordingError, match=named.replace("{", r"\{")):
        read_wordings(path, "onestop")


def test_a_value_is_never_a_template() -> None:
    assert fill("{a}", {"a": "{b}", "b": "secret"}) == "{b}"


def test_fingerprint_follows_the_wording() -> None:
    one = Wording("a.b", "T", "S", "B")
    assert (
        one.fingerprint
        == Wording("a.b", "T", "S", "B").fingerprint
        != Wording("a.b", "T", "S", "C").fingerprint
    )
