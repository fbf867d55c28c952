"""The demo: what waits is there at once, the rest when the corpus is; told once."""

from __future__ import annotations

import pytest

from xaso.kernel.people.testing import officer_account
from xaso.kernel.plain.moment import now
from xaso.services.assistant.demo import fill, tell_demo
from xaso.services.assistant.demo.asking import ASKED, CHECKED, WAITING
from xaso.services.assistant.models import Asked, CheckedAnswer, Import, LegalTask, WrongMark
from xaso.services.assistant.tests.asking_world import SYSTEM, World


def test_the_demo_is_told_once(
    world: World, settings: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
):
    from xaso.services.assistant import demo

    monkeypatch.setattr(demo, "engine", lambda: object())
    settings.DEMO = True  # type: ignore[attr-defined]
    accounts = {
        "tuphap": officer_account("specialist", world.office, name="Vàng A Sính", username="tuphap"),
        "motcua": officer_account("receptionist", world.commune.path, username="motcua"),
    }
    said: list[str] = []
    fill(SYSTEM, accounts=accounts, say=said.append)
    fill(SYSTEM, accounts=accounts, say=said.append)
    assert len(said) == 1
    assert LegalTask.objects.filter(state="open").count() == len(WAITING)
    assert WrongMark.objects.count() == 1
    tell_demo(tries=0)
    assert not Asked.objects.exists(), "the corpus is not there yet"
    Import.objects.create(kind=Import.Kind.PACK, state=Import.State.DONE, finished_at=now())
    tell_demo(tries=0)
    tell_demo(tries=0)
    assert CheckedAnswer.objects.count() == len(CHECKED)
    assert Asked.objects.count() == len(ASKED)
