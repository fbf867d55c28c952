"""The demo's week shows every kind of thing, and is told once."""

from __future__ import annotations

import pytest

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.services.broadcast.demo import LOUDSPEAKERS, fill
from xaso.services.broadcast.models import Airing, Bulletin, Cluster, Emergency, Fault, Play, Station
from xaso.services.broadcast.tests.pages_world import people_of_the_demo

pytestmark = pytest.mark.django_db
SYSTEM = Viewer.system()


@pytest.mark.parametrize("present", ["2026-11-22T12:00"])
def test_a_week_is_told_once(settings, tmp_path, present: str) -> None:
    settings.XASO_FILES, settings.XASO_KEYS_DIR = str(tmp_path / "files"), str(tmp_path / "keys")
    with moment.frozen("2025-07-01T08:00"):
        accounts = people_of_the_demo()
    with moment.frozen(present):
        said: list[str] = []
        fill(SYSTEM, accounts=accounts, say=said.append)
        assert said and Cluster.objects.count() == len(LOUDSPEAKERS)
        states = set(Bulletin.objects.values_list("state", flat=True))
        assert states >= {"draft", "submitted", "approved", "refused"}
        assert not Bulletin.objects.filter(state="approved", sound=None).exists()
        aired = set(Airing.objects.values_list("state", flat=True))
        assert {"played", "sent"} <= aired, aired
        assert set(Play.objects.values_list("result", flat=True)) == {"played", "missed"}
        reasons = set(Play.objects.filter(result="missed").values_list("reason", flat=True))
        assert {"offline", "clock_off"} <= reasons, reasons
        assert set(Fault.objects.filter(ended_at=None).values_list("kind", flat=True)) == {
            "offline", "sd_full", "clock_off",
        }  # fmt: skip
        assert Emergency.objects.get().state == "ended" and Emergency.objects.get().drill
        before = (Play.objects.count(), Airing.objects.count())
        assert fill(SYSTEM, accounts=accounts, say=said.append) == []
        assert (Play.objects.count(), Airing.objects.count(), Station.objects.count()) == (*before, 1)
