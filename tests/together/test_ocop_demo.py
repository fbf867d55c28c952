"""OCOP of the demo: every step is there, the province's register has its number, a second run does nothing."""

import pytest

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.services.trace.demo import diary, ocop
from xaso.services.trace.models import OcopDossier, OcopEvidence, OcopRecognition
from xaso.services.trace.queries import ocop as queries
from xaso.site.demo import place

pytestmark = pytest.mark.django_db


def test_every_step_and_a_register():
    from xaso.kernel.plain import moment
    from xaso.kernel.units.testing import a_commune, another_commune

    a_commune(diary.COMMUNE)
    another_commune()
    with moment.frozen("2025-07-01T08:00"):
        accounts = place.make_place(Viewer.system())
    diary.fill(Viewer.system(), accounts=accounts, say=lambda _: None)
    said: list[str] = []
    ocop.fill(Viewer.system(), accounts=accounts, say=said.append)
    states = set(OcopDossier.objects.values_list("state", flat=True))
    assert states == {one.value for one in OcopDossier.State} - {"withdrawn"}
    assert OcopRecognition.objects.count() == 129
    assert queries.register().count() < 129
    assert all(one.expires_on >= today() for one in queries.register())
    assert {4, 5} <= set(queries.register().values_list("stars", flat=True))
    shown = [queries.behind(Viewer.system(), one) for one in OcopEvidence.objects.filter(kind="lot")]
    amounts = {much for one in shown for _, _, much in one["events"] if much} | {
        one["amount"] for one in shown
    }
    assert amounts and all(much.endswith(" kg") for much in amounts), amounts
    ocop.fill(Viewer.system(), accounts=accounts, say=said.append)
    assert OcopRecognition.objects.count() == 129 and len(said) == 1
