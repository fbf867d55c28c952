"""The case a dossier falls in, its legal term, and the plan of steps that must fit inside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xaso.services.onestop.eforms.conditions import Answers, Given, holds
from xaso.services.onestop.eforms.schema import Case, Setup, Step
from xaso.services.onestop.eforms.terms import hours_of, room, spent, stages_of, term_words


@dataclass(frozen=True, slots=True)
class LegalTerm:
    """The term of the chosen case: its code for the clock, its words, where it is written."""

    term: str
    words: str
    legal_basis: str
    unconfirmed: str
    case: str


def choose_case(setup: Setup, answers: Answers, given: Given) -> Case:
    """The first case whose condition holds; the last case stands for all the rest."""
    return next((case for case in setup.cases if holds(case.when, answers, given)), setup.cases[-1])


def term_for(setup: Setup, answers: Answers, given: Given) -> LegalTerm:
    """The legal term of the dossier these answers make."""
    case = choose_case(setup, answers, given)
    return LegalTerm(
        case.term, case.term_words or term_words(case.term), case.term_basis, case.term_unconfirmed, case.key
    )


def plan_for(setup: Setup, answers: Answers, given: Given) -> list[Step]:
    """The steps of the chosen case, without those skipped for these answers and facts."""
    steps = steps_of(setup, choose_case(setup, answers, given))
    return [step for step in steps if step.skip_when is None or not holds(step.skip_when, answers, given)]


def steps_of(setup: Setup, case: Case) -> tuple[Step, ...]:
    """The whole plan of a case, nothing skipped."""
    return case.steps or setup.steps


def over_term(steps: Sequence[Step], term: str) -> list[str]:
    """What in a plan goes beyond the legal term, stage by stage; empty when the plan fits.

    Steps that wait for the citizen do not count: the clock stops there.
    """
    stages = stages_of(term)
    found = [
        f"bước {step.key} thuộc giai đoạn {step.stage}, thời hạn chỉ có {len(stages)}"
        for step in steps
        if step.stage > len(stages)
    ]
    for number, stage in enumerate(stages, start=1):
        taken = spent(_in_a_row([step for step in steps if step.stage == number]), stage)
        if taken > room(stage):
            found.append(f"giai đoạn {number}: các bước cần {taken:g}, thời hạn có {room(stage):g}")
    return found


def _in_a_row(steps: Sequence[Step]) -> list[str]:
    """Terms of the steps one after another; of steps that run side by side only the longest."""
    terms: list[str] = []
    longest: dict[str, str] = {}
    for step in steps:
        if step.waits_for_citizen:
            continue
        if not step.parallel:
            terms.append(step.term)
            continue
        known = longest.get(step.parallel)
        if known is None or hours_of(stages_of(step.term)[0]) > hours_of(stages_of(known)[0]):
            longest[step.parallel] = step.term
    return [*terms, *longest.values()]
