"""The demo's year: made through the actions, believable, once."""

import time

import pytest

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units import actions as units
from xaso.kernel.units.queries import unit_at
from xaso.kernel.units.testing import a_commune
from xaso.services.trace.demo import SIGN_IN, diary
from xaso.services.trace.models import Enterprise, Entry, EventThing, Lot, Seat, TraceEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db):
    a_commune(diary.COMMUNE)
    units.add_office(
        Viewer.system(), parent=unit_at(diary.COMMUNE), kind="phòng", name="Kinh tế", code="kinhte"
    )


def test_a_year_of_two_cooperatives(office):
    said: list[str] = []
    begun = time.monotonic()
    diary.fill(Viewer.system(), accounts={}, say=said.append)
    took = time.monotonic() - begun
    assert Enterprise.objects.count() == 2
    assert Seat.objects.count() == len(SIGN_IN)
    lines = Entry.objects.count()
    assert lines > 250
    assert Entry.objects.filter(state=Entry.State.REVIEW).count() == 1
    assert Lot.objects.filter(published_at__isnull=False).exists()
    assert TraceEvent.objects.filter(kind=TraceEvent.Kind.TRANSFORMATION).count() > 100
    assert EventThing.objects.filter(thing__uri__contains="/obj/", flow=-1).exists()
    assert not Entry.objects.filter(state=Entry.State.KEPT, event=None).exists()
    diary.fill(Viewer.system(), accounts={}, say=said.append)
    assert Entry.objects.count() == lines
    assert len(said) == 3
    print(f"{took:.1f} s", said)  # noqa: T201 - told by -s only
