"""A leader asks what a figure is made of: two clicks from the rate to one of its dossiers."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from tests.journeys.forms import press
from tests.journeys.world import SYSTEM
from xaso.kernel.plain import moment
from xaso.kernel.ui.browser import axe_problems
from xaso.services.onestop.demo import seeds, stories
from xaso.services.onestop.demo.month import Month, _one
from xaso.services.onestop.models import Dossier


def a_finished_dossier(accounts):
    """One dossier that has gone its whole way."""
    month = Month(SYSTEM, accounts, random.Random(7), seeds.COMMUNE, seeds.citizens(3))
    at = moment.now() - timedelta(days=9)
    for number in range(8):
        with moment.frozen(at):
            dossier = _one(month, number)
        if dossier is not None:
            stories.play(month, dossier, "done", at)
            done = Dossier.objects.get(pk=dossier.pk)
            if done.status in {9, 10}:
                return done
    raise AssertionError("no story came to its end")


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
