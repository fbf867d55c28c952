"""The demo shows every state of the shop whenever it is loaded: asked through the queries its pages ask."""

import pytest

from xaso.kernel.cases import queries as cases
from xaso.kernel.cases.models import CaseStep, Opinion
from xaso.kernel.documents.models import Document
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.services.onestop import routing, setups_in_force
from xaso.services.onestop.actions.setups import load_shipped
from xaso.services.onestop.demo import month, seeds
from xaso.services.onestop.demo.cast import cast
from xaso.services.onestop.models import Dossier, Result
from xaso.services.onestop.queries.desk import to_return
from xaso.services.onestop.queries.results import waiting_to_seal, waiting_to_sign
from xaso.site.demo import place

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SYSTEM = Viewer.system()
# A Sunday, before the doors open, the third day of Tết, the last half hour of a working day.
MOMENTS = ("2026-11-22T10:00", "2026-11-24T07:00", "2027-02-08T09:00", "2026-11-24T16:30")
EVERY_STEP = {"receive", "review", "inspect", "heritage", "draft", "head", "sign", "seal"}


@pytest.fixture
def commune(db, settings, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    settings.XASO_KEYS_DIR = str(folder / "demo-keys")
    settings.XASO_FILES = str(folder / "demo-files")
    settings.XASO_HOME_UNIT = place.COMMUNE
    routing.forget()
    with moment.frozen("2025-07-01T08:00"):
        accounts = place.make_place(SYSTEM)
    load_shipped(SYSTEM)
    setups_in_force.forget()
    seeds.make_money(SYSTEM)
    seeds.make_keys(SYSTEM, accounts)
    yield accounts
    routing.forget()
    setups_in_force.forget()


def play(accounts, keep):
    """The month as the demo tells it, with one dossier of each kind that is kept."""
    story = month.begin(SYSTEM, accounts)
    parts = [part for part in cast(1, story.present, story.calendar, story.chance) if keep(part.role)]
    month.tell(story, month.file_all(story, parts))
    assert Dossier.objects.count() == len(parts)


@pytest.mark.parametrize("present", MOMENTS)
def test_somebody_waits_at_every_step(commune, present):
    with moment.frozen(present):
        play(commune, lambda role: role.until)
        people = {login: viewer_of(account) for login, account in commune.items()}
        running = Dossier.objects.filter(case__closed_at=None)
        steps = CaseStep.objects.filter(case__dossier__in=running, ended_at=None)

        assert set(running.values_list("status", flat=True)) == {1, 4, 5, 6}
        assert set(steps.values_list("key", flat=True)) >= EVERY_STEP
        chairman = waiting_to_sign(people["lanhdao"])
        assert {row.in_my_name for row in chairman} == {True, False}, "some drafts bear another's name"
        deputy = {row.dossier.pk for row in waiting_to_sign(people["pct"]) if row.in_my_name}
        assert len(deputy) == 1, "whose draft bears which name does not hang on the day"
        for leader in ("pct", "tpkinhte"):
            assert any(row.in_my_name for row in waiting_to_sign(people[leader])), leader
        to_seal = waiting_to_seal(people["vanthu"])
        assert len(to_seal) >= 3
        assert {result.document.state for row in to_seal for result in row.results} == {Document.State.SIGNED}
        for view in ("unit", "waiting"):
            assert cases.work_queue(people["motcua"], view).rows, view
        late = {row.step.kind for row in cases.work_queue(people["lanhdao"], "late").rows if row.step}
        assert late == {"review", "sign", "seal"}
        asked = Opinion.objects.filter(case__dossier__in=running)
        assert {one.answered_at is None for one in asked} == {True, False}
        drafts = Result.objects.filter(submitted_at=None, dossier__in=running)
        assert {bool(row.sent_back_reason) for row in drafts} == {True, False}


def test_every_way_comes_to_its_end_before_the_doors_open(commune):
    with moment.frozen(MOMENTS[1]):
        play(commune, lambda role: not role.until)
        desk = viewer_of(commune["motcua"])
        assert set(Dossier.objects.values_list("status", flat=True)) == {3, 7, 8, 9, 10}
        assert {dossier.delivery["way"] for dossier in to_return(desk)} >= {"counter", "post"}
        assert Result.objects.filter(is_refusal=True, issued_at__isnull=False).exists()
        handed = Dossier.objects.filter(status=10)
        assert set(handed.values_list("on_time", flat=True)) == {True, False}
        assert not handed.filter(returned_at__gt=moment.now()).exists()
