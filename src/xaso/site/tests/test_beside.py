"""A part of the demo is told in a process of its own."""

from __future__ import annotations

import os

import pytest

from xaso.kernel.events.models import Event
from xaso.kernel.plain.ids import uuid7
from xaso.site.demo.beside import Beside


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_it_is_told_beside_and_its_answer_waited_for() -> None:
    before = Event.objects.count()
    other = Beside(lambda: (os.getpid(), Event.objects.count(), uuid7()))
    here = uuid7()
    process, seen, made = other.answer()
    assert process != os.getpid()
    assert seen == before
    assert made.int & (1 << 62) - 1 != here.int & (1 << 62) - 1
    assert other.answer()[0] == process
    assert Event.objects.count() == before


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_goes_wrong_there_is_said_here(capfd: pytest.CaptureFixture[str]) -> None:
    def wrong() -> None:
        raise ValueError("no such hamlet")

    with pytest.raises(RuntimeError, match="could not be told"):
        Beside(wrong).answer()
    assert "no such hamlet" in capfd.readouterr().err


@pytest.mark.django_db
def test_inside_a_transaction_it_is_told_here() -> None:
    assert Beside(os.getpid).answer() == os.getpid()
