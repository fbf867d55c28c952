"""Readings, their checks, sums, thresholds with hysteresis, forecasts; the siren only where the commune allowed it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xaso.kernel.base.errors import ActionErrors, Conflict, Forbidden
from xaso.services.alerts.actions.gauges import keep_risk, keep_threshold
from xaso.services.alerts.actions.issuing import sound_by_itself
from xaso.services.alerts.actions.proposing import dismiss_proposal, take_forecast
from xaso.services.alerts.actions.readings import Row, judge_reading, take_readings
from xaso.services.alerts.actions.ruling import set_rule
from xaso.services.alerts.models import GaugeReading, HazardWarning, WarningProposal
from xaso.services.alerts.queries.reading import points, state_of
from xaso.services.alerts.rules import law
from xaso.services.alerts.rules import readings as rules
from xaso.services.alerts.tests.world import COMMUNE, NOON, SYSTEM, World

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
RAIN = rules.Limits(True, 0, 200, 100, 24, 60)
WATER = rules.Limits(False, -5, 60, 3, 6, 60)


@pytest.mark.parametrize(
    ("limits", "value", "before", "after", "flags"),
    [
        (RAIN, 12, [10], HOUR, []),
        (RAIN, -1, [], HOUR, ["range"]),
        (RAIN, 201, [120], HOUR, ["range"]),
        (RAIN, 150, [10], HOUR, ["jump"]),
        (RAIN, 5, [5], HOUR * 3, ["gap"]),
        (RAIN, 0, [0] * 48, HOUR, []),
        (RAIN, 7, [7] * 30, HOUR, ["stuck"]),
        (WATER, 2.0, [2.0] * 7, HOUR, ["stuck"]),
        (WATER, 6.5, [2.0], HOUR, ["jump"]),
    ],
)
def test_a_reading_is_checked(limits, value, before, after, flags):
    past = [rules.Point(NOON - after - HOUR * place, one) for place, one in enumerate(before)][::-1]
    assert rules.check(limits, rules.Point(NOON, value), past, NOON) == flags


def test_a_wrong_clock_is_seen():
    assert rules.check(RAIN, rules.Point(NOON + HOUR, 1), [], NOON) == ["clock_ahead"]
    assert rules.check(RAIN, rules.Point(NOON - timedelta(days=500), 1), [], NOON) == ["clock_old"]
    assert rules.check(RAIN, rules.Point(NOON + timedelta(minutes=5), 1), [], NOON) == []


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 200), min_size=1, max_size=90))
def test_sums_never_lose_or_double_rain(values):
    past = [rules.Point(NOON - HOUR * place, value) for place, value in enumerate(values)][::-1]
    sums = {one.hours: one for one in rules.totals(past, NOON, 60)}
    assert sums[72].mm == pytest.approx(sum(values[:72]), abs=0.01)
    assert sums[1].mm == pytest.approx(values[0], abs=0.01)
    assert all(a.mm <= b.mm + 0.01 for a, b in zip(sums.values(), list(sums.values())[1:], strict=False))


def test_rain_that_reaches_the_threshold_is_proposed_once_until_it_has_fallen(world: World):
    for hours, mm in ((4, 10), (3, 60), (2, 55), (1, 15), (0, 70)):
        world.rain_at(NOON - HOUR * hours, mm)
    found = list(WarningProposal.objects.order_by("created_at"))
    assert [one.facts["value"] for one in found] == [60, 70], "55 came while it was still over; 15 let it go"
    first = found[0]
    assert "60 mm trong 1 giờ" in first.reason and first.level == 2 and first.threshold == world.threshold
    assert first.area["units"] == [world.near.path], "the far hamlet lies outside the circle"
    assert state_of(world.rain).over is not None and state_of(world.rain).level == 2


def test_repeats_conflicts_and_strangers(world: World):
    row = Row(world.rain.code, NOON, 5)
    results = [take_readings(SYSTEM, rows=[one], source="x")[0].result for one in (row, row)]
    assert results == ["taken", "same"]
    other = take_readings(SYSTEM, rows=[Row(row.gauge, NOON, 6)], source="x")[0]
    assert other.result == "refused" and "số khác" in other.reason
    stranger = take_readings(world.viewer("receptionist"), rows=[Row(row.gauge, NOON - HOUR, 6)], source="x")[
        0
    ]
    assert stranger.result == "refused" and GaugeReading.objects.count() == 1
    assert take_readings(SYSTEM, rows=[Row("khong-co", NOON, 1)], source="x")[0].result == "refused"


def test_a_doubtful_reading_waits_and_a_refused_one_never_counts(world: World):
    world.rain_at(NOON - HOUR, 1)
    out = world.rain_at(NOON, 150)
    assert out.flags == ("jump",)
    assert WarningProposal.objects.get().facts["doubtful"] is True
    row = GaugeReading.objects.get(value=150)
    judge_reading(world.viewer("specialist"), reading_id=row.pk, good=False)
    assert [one.value for one in points(world.rain, NOON)] == [1]
    with pytest.raises(Conflict):
        judge_reading(world.viewer("specialist"), reading_id=row.pk, good=True)
    assert world.rain_at(NOON - HOUR * 2, 900).result == "refused"
    assert [one.value for one in points(world.rain, NOON)] == [1]


def test_an_upload_of_last_week_wakes_nobody(world: World):
    world.rain_at(NOON - timedelta(days=7), 120)
    assert not WarningProposal.objects.exists()


def test_the_siren_sounds_by_itself_only_where_the_commune_allowed_it(world: World):
    world.rain_at(NOON, 60)
    proposal = WarningProposal.objects.get()
    assert sound_by_itself(SYSTEM, proposal_id=proposal.pk) is None
    set_rule(world.viewer("leader"), unit_path=COMMUNE, people=2, auto_siren=True, paper="15/QĐ-UBND")
    assert sound_by_itself(SYSTEM, proposal_id=proposal.pk) is not None
    row = HazardWarning.objects.get()
    assert row.state == "live" and row.loud and not row.drill
    assert "15/QĐ-UBND" in row.confirmed[0]["name"]
    assert sound_by_itself(SYSTEM, proposal_id=proposal.pk) is None, "once"


def test_a_doubtful_reading_never_sounds(world: World):
    set_rule(world.viewer("leader"), unit_path=COMMUNE, people=2, auto_siren=True, paper="15/QĐ-UBND")
    world.rain_at(NOON - HOUR, 1)
    world.rain_at(NOON, 150)
    assert sound_by_itself(SYSTEM, proposal_id=WarningProposal.objects.get().pk) is None


def test_thresholds_need_a_source_and_rows_are_dated(world: World):
    given = {
        "gauge_id": world.rain.pk, "hazard": "landslide", "measure": "sum", "hours": 24, "level": 1,
        "value": 100, "release": 60, "source": "QĐ 12",
    }  # fmt: skip
    leader = world.viewer("leader")
    for wrong in ({"source": " "}, {"release": 100}, {"level": 6}, {"measure": "level"}, {"hazard": "?"},
                  {"siren": True, "unconfirmed": True}):  # fmt: skip
        with pytest.raises(ActionErrors):
            keep_threshold(leader, **{**given, **wrong})
    with pytest.raises(Forbidden):
        set_rule(world.viewer("clerk"), unit_path=COMMUNE, people=1, auto_siren=False, paper="x")
    first = keep_threshold(leader, **given, valid_from=date(2026, 1, 1))
    second = keep_threshold(leader, **{**given, "value": 120}, valid_from=date(2026, 11, 1))
    first.refresh_from_db()
    assert first.valid_to == date(2026, 10, 31) and second.valid_to is None


def test_article_46_says_only_what_is_confirmed():
    day = date(2026, 11, 20)
    assert law.landslide(150, 2, 1, "low", day).level == 1
    assert law.landslide(150, 2, 3, "high", day).level == 1
    assert law.landslide(300, 5, 4, "high", day).level == 1
    assert law.landslide(90, 2, 1, "very_high", day).level is None
    beyond = law.landslide(300, 5, 1, "very_high", day)
    assert beyond.level is None and "chưa được nhập" in beyond.why
    assert law.landslide(150, 2, 1, "low", date(2020, 1, 1)).level is None, "before it was in force"
    assert (
        law.concurrent([3, 2]) == 4 and law.concurrent([4, 4], grave=True) == 5 and law.concurrent([2]) == 2
    )
    assert [one.unconfirmed for one in law.published()] == [True, True]
    assert [one.number for one in law.levels()] == [1, 2, 3, 4, 5]


def test_a_forecast_is_proposed_by_the_matrix(world: World):
    leader = world.viewer("leader")
    keep_risk(leader, unit_path=COMMUNE, region=1, susceptibility="low", source="Bản đồ tỉnh")
    given = {
        "unit_path": COMMUNE, "source": "Đài tỉnh", "made_at": NOON, "valid_from": NOON,
        "valid_to": NOON + HOUR * 24, "rain_days_before": 2,
    }  # fmt: skip
    specialist = world.viewer("specialist")
    row, proposal = take_forecast(specialist, **given, rain_mm=150)
    assert proposal is not None and "điều 46" in proposal.reason
    assert take_forecast(specialist, **given, rain_mm=150) == (row, proposal)
    dismiss_proposal(specialist, proposal_id=proposal.pk, why="Mưa đã dứt")
    _, none = take_forecast(specialist, **{**given, "made_at": NOON - HOUR}, rain_mm=40)
    assert none is None


def test_antecedent_rain_moves_the_published_threshold(world: World):
    one = next(one for one in law.published() if one.key == "ha-giang-rt")
    dry = rules.measure("antecedent", 72, one.value, one.slope, [rules.Point(NOON, 30)], NOON, 60)
    past = [rules.Point(NOON - HOUR * hours, 2) for hours in range(95, 24, -1)]
    wet = rules.measure("antecedent", 72, one.value, one.slope, [*past, rules.Point(NOON, 30)], NOON, 60)
    assert dry is not None and dry.against == 40.8 and rules.crossing(dry, 30, 40.8, False) == ""
    assert wet is not None and wet.against < 15 and rules.crossing(wet, 30, 40.8, False) == "over"
