"""Two people press at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from xaso.kernel.cases.actions import Next, close_case, extend_with_apology, finish_step, pause_case
from xaso.kernel.cases.models import Case, CaseStep, Extension, Pause
from xaso.kernel.cases.testing import a_case, declare_trial
from xaso.kernel.events.models import Event
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import at, frozen

SYSTEM = Viewer.system()


def together(act: Callable[[], Any], times: int = 4) -> list[Any]:
    """Run one act in several threads at once, each with a connection of its own."""
    barrier = Barrier(times)

    def run() -> Any:
        try:
            barrier.wait(10)
            return act()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(times)]]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_presses_at_the_same_moment_do_a_thing_once() -> None:
    declare_trial()
    with frozen("2026-03-02T09:00", everywhere=True):
        case = a_case()
        step = CaseStep.objects.get(case=case)
        answers = together(
            lambda: finish_step(SYSTEM, case=case.pk, step=step.pk, outcome="ok", following=Next("review"))
        )
        assert len({answer.pk for answer in answers}) == 1, answers
        assert CaseStep.objects.filter(case=case).count() == 2
        moved = together(
            lambda: extend_with_apology(
                SYSTEM, case=case.pk, new_due_at=at("2026-03-12T17:00"), reason="Mưa lũ"
            )
        )
        assert len({answer.pk for answer in moved}) == 1, moved
        paused = together(lambda: pause_case(SYSTEM, case=case.pk, reason="payment", stage="reception"))
        assert len({answer.pk for answer in paused}) == 1, paused
        together(lambda: close_case(SYSTEM, case=case.pk))
    assert Extension.objects.count() == Pause.objects.count() == 1
    assert Case.objects.get().status == "done"
    assert Event.objects.filter(record_id=case.pk, name="cases.done").count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_one_code_goes_to_one_of_several_cases() -> None:
    declare_trial()
    answers = together(lambda: a_case(code="H-7"))
    assert sum(isinstance(answer, Case) for answer in answers) == 1
    assert Case.objects.count() == CaseStep.objects.count() == 1
