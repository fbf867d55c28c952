"""The on-time figure beside a plain count of the same dossiers, one by one."""

import random
import re
from datetime import datetime, timedelta

import pytest
from django.db import connection

from xaso.kernel.base.writing import insert_all
from xaso.kernel.cases.models import Case
from xaso.kernel.indicators.queries import Span, figure_and_parts
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import VIETNAM, frozen, now
from xaso.kernel.plain.period import read_period
from xaso.services.onestop.models import Dossier
from xaso.services.onestop.queries.figures import INDICATORS
from xaso.services.onestop.testing import SYSTEM, a_dossier

pytestmark = pytest.mark.django_db
FIGURES = {one.code.partition(".")[2]: one for one in INDICATORS}
UNITS = ("15/02683/", "15/02686/", "15/02683/ttphcc/", "08/00691/")
OFFICERS = (None, uuid7(), uuid7())
PERIODS = ("2026", "2026-Q3", "2026-09", "2026-10", "2026-11", "2025")
TODAY = datetime(2026, 10, 20, 9, 0, tzinfo=VIETNAM)


def _copy(first, chance):
    """A dossier like the first at a random time, in a random state that its case allows."""
    submitted = datetime(2026, 1, 1, tzinfo=VIETNAM) + timedelta(hours=chance.randrange(24 * 292))
    due = submitted + timedelta(hours=chance.randrange(24, 24 * 60))
    finished = submitted + timedelta(hours=chance.randrange(1, 24 * 90))
    finished = finished if finished < now() and chance.random() < 0.8 else None
    status = chance.choice([3, 7, 9, 10]) if finished else chance.choice([1, 2, 4])
    unit = chance.choice(UNITS)
    case = Case.objects.get(pk=first.case_id)
    case.pk, case.code = uuid7(), f"T-{uuid7()}"
    case.unit_path, case.opened_at, case.clock_from, case.due_at = unit, submitted, submitted, due
    if finished:
        case.status, case.closed_at = "done", finished
    row = Dossier.objects.get(pk=first.pk)
    row.pk, row.case, row.code, row.client_key = uuid7(), case, case.code, None
    row.unit_path, row.submitted_at, row.finished_at, row.status = unit, submitted, finished, status
    row.on_time = finished <= due if finished and status in {9, 10} else None
    row.handled_by = chance.choice(OFFICERS)
    insert_all(case, row)
    return row


def _counted(rows, span):
    """The same figure by a plain look at each dossier: in time, late, all."""
    in_time = late = base = 0
    moment = min(now(), span.period.end)
    for row in rows:
        if not row.unit_path.startswith(span.unit_path):
            continue
        if span.filters.get("officer") and str(row.handled_by) != span.filters["officer"]:
            continue
        done = row.finished_at is not None and span.period.start <= row.finished_at < span.period.end
        after = row.finished_at is None or row.finished_at >= span.period.end
        still = row.submitted_at < span.period.end and after and row.status != 3
        if not (done or still):
            continue
        base += 1
        in_time += row.on_time is True if done else row.case.due_at >= moment
        late += row.on_time is False if done else row.case.due_at < moment
    return in_time, late, base


@pytest.mark.parametrize("seed", range(3))
def test_the_figure_is_the_plain_count_and_opens_to_its_dossiers(seed):
    chance = random.Random(seed)
    with frozen(TODAY):
        first = a_dossier()
        rows = [Dossier.objects.select_related("case").get(pk=first.pk)]
        rows += [_copy(first, chance) for _ in range(60)]
        for period in PERIODS:
            for unit in ("15/", "15/02683/", ""):
                for officer in (None, OFFICERS[1]):
                    filters = {"officer": str(officer)} if officer else {}
                    span = Span(unit, read_period(period), filters)
                    in_time, late, base = _counted(rows, span)
                    assert FIGURES["on_time"].compute(span) == (in_time, base), span
                    assert FIGURES["late"].compute(span) == (late, base), span
                    _opens(span, in_time, base)


def _opens(span, top, base):
    figure = FIGURES["on_time"]
    for by in ("unit", "procedure", "officer"):
        parts = figure.split(span, by)
        assert sum(one[2] for one in parts) == top
        assert sum(one[3] for one in parts) == base
        whole, rows = figure_and_parts(SYSTEM, figure.code, span, by)
        assert (whole.numerator, whole.denominator, len(rows)) == (top, base, len(parts))
    opened = {which: figure.records(span, which, "", 500) for which in ("all", "numerator", "rest")}
    assert len(opened["numerator"]) == top
    assert len(opened["all"]) == base
    assert len(opened["rest"]) == base - top


def test_the_index_of_finished_dossiers_carries_what_the_policy_asks():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(pg_get_expr(polqual, polrelid), ' ') FROM pg_policy"
            " WHERE polrelid = 'onestop_dossier'::regclass AND polcmd IN ('r', '*')"
        )
        (asked,) = cursor.fetchone()
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'dossier_finished'::regclass AND attnum > 0"
        )
        carried = {name for (name,) in cursor.fetchall()}
    columns = {one.column for one in Dossier._meta.concrete_fields} - {"id"}  # the parent's key is an id too
    words = set(re.findall(r"[a-z_]+", asked))
    assert columns & words, "the policy asks nothing of a dossier?"
    assert columns & words <= carried, f"dossier_finished lacks {columns & words - carried}"
