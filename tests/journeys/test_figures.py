"""A leader asks what a figure is made of: two clicks from the rate to one of its dossiers."""

from __future__ import annotations

import pytest

from tests.journeys.forms import press
from tests.journeys.world import SYSTEM
from xaso.kernel.ui.browser import axe_problems
from xaso.services.onestop.demo import month
from xaso.services.onestop.demo.cast import BIRTH, Part, Role, before
from xaso.services.onestop.models import Dossier


def a_finished_dossier(accounts):
    """One dossier that has gone its whole way."""
    story = month.begin(SYSTEM, accounts, "figures")
    role = Role("handed", 1, ((BIRTH, 1),), (40, 60))
    made = month.file_all(story, [Part(role, BIRTH, 50, before(story.present, 50, story.calendar))])
    month.tell(story, made)
    done = Dossier.objects.get(pk=made[0][0].pk)
    assert done.status == 10, "the story came to its end"
    return done


@pytest.fixture
def finished(town):
    return town.apart(lambda: a_finished_dossier(town.accounts))


def test_from_the_on_time_rate_to_a_dossier(people, finished):
    page = people.officer("lanhdao")
    page.goto("/desk/figures/onestop.on_time/")
    assert not axe_problems(page), page.url
    press(page, page.locator("main a", has_text="hồ sơ trong con số này"))
    assert not axe_problems(page), page.url
    press(page, page.locator("main tbody a").first)
    assert "/desk/onestop/ho-so/" in page.url
    assert page.locator("h1").is_visible()
