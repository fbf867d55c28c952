"""The demo data: made through the actions, once."""

import pytest

from xaso.kernel.people.testing import officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.services.privacy.demo import fill
from xaso.services.privacy.models import Breach, RightsRequest
from xaso.services.privacy.tests.conftest import COMMUNE

pytestmark = pytest.mark.django_db


def test_twice_is_once(citizen):
    officer_account("leader", COMMUNE)
    said: list[str] = []
    for _ in range(2):
        fill(Viewer.system(), say=said.append)
    assert len(said) == 1
    assert RightsRequest.objects.exists()
    assert Breach.objects.get().unit_path == COMMUNE
