"""The demo's month is settled in working time: the same dossiers wait in the same steps whenever it is loaded."""

import random
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from xaso.kernel.plain import clock
from xaso.kernel.plain.moment import VIETNAM
from xaso.services.onestop import eforms
from xaso.services.onestop.demo.cast import ROLES, before, cast

CALENDAR = clock.seed_calendar("15")
GIVEN = eforms.Given(date(2026, 11, 22), {"channel": "online", "identity_proven": True})
TERMS = {
    one.procedure: eforms.term_for(one, one.sample_answers, GIVEN).term
    for one in eforms.shipped_setups()
    if one.procedure in {code for role in ROLES for code, _ in role.of}
}
# Every day of a year with its holidays, at hours inside and outside the office's.
HOURS = ((0, 5), (7, 0), (10, 0), (12, 15), (16, 30), (20, 0))
MOMENTS = [
    datetime(2026, 1, 1, *HOURS[number % len(HOURS)], tzinfo=VIETNAM) + timedelta(days=number)
    for number in range(365)
]
NEVER_LATE = {
    "fresh",
    "lying",
    "asked",
    "opinion",
    "opinion_given",
    "drafted",
    "deputy",
    "sent_back",
    "extended",
}


def due_of(part):
    return clock.due(part.at, TERMS[part.procedure], CALENDAR).at


def test_on_every_day_of_a_year_whoever_waits_is_in_time_and_whoever_is_late_is_late():
    for moment in MOMENTS:
        lately = min(moment, before(moment, 0.01, CALENDAR)).date()
        for part in cast(160, moment, CALENDAR, random.Random(1)):
            story, said = part.role.story, (moment, part)
            at_work = any(opens <= part.at <= closes for opens, closes in CALENDAR.sessions(part.at.date()))
            assert part.at < moment and (at_work or story == "fresh"), said
            if story in NEVER_LATE:
                assert due_of(part) > moment, said
            if story == "late":
                assert due_of(part) < moment, said
            if story == "extended":  # an apology comes at the latest one day before expiry
                assert due_of(part).date() > lately, said


@pytest.mark.parametrize(("dossiers", "least"), [(300, 2), (30, 1)])
def test_every_role_is_played_and_the_month_has_its_number(dossiers, least):
    parts = cast(dossiers, MOMENTS[0], CALENDAR, random.Random(1))
    played = Counter(id(part.role) for part in parts)
    assert all(played[id(role)] >= least for role in ROLES)
    assert len(parts) == max(dossiers, len(ROLES))


def test_counting_back_is_the_inverse_of_counting_on():
    for moment in MOMENTS[::7]:
        for hours in (0.5, 7.9, 8.1, 40):
            then = before(moment, hours, CALENDAR)
            assert clock.working_time_between(then, moment, CALENDAR) == timedelta(hours=hours)
