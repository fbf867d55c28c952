"""The case a dossier falls in, its legal term, and the plan of steps that must fit inside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from xaso.services.onestop.eforms.conditions import Answers, Given, holds
from xaso.services.onestop.eforms.schema import Case, Setup, Step
from xaso.services.onestop.eforms.terms import HOURS_PER_DAY, Term, read_term, term_words


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
    """What in a plan goes beyond the legal term, stage by stage; empty when the plan fits."""
    stages = read_term(term)
    found = [
        f"step {step.key}: stage {step.stage} of {len(stages)}" for step in steps if step.stage > len(stages)
    ]
    for number, stage in enumerate(stages, start=1):
        spent = _spent([step for step in steps if step.stage == number], stage)
        held = stage.amount if stage.unit in {"h", "d"} else stage.amount * HOURS_PER_DAY
        if spent > held:
            found.append(f"stage {number}: steps take {spent:g}, the term holds {held:g}")
    return found


def _spent(steps: Sequence[Step], stage: Term) -> float:
    """Time of the steps one after another, side-by-side ones counted once.

    In calendar days when the stage counts calendar days, else in working hours.
    """
    working, calendar = 0.0, 0.0
    done: set[str] = set()
    for step in steps:
        group = [other for other in steps if other.parallel == step.parallel] if step.parallel else [step]
        if step.parallel in done:
            continue
        if step.parallel:
            done.add(step.parallel)
        worst = max(group, key=lambda other: _worst_hours(read_term(other.term)[0]))
        term = read_term(worst.term)[0]
        if term.unit == "d":
            calendar += term.amount
        else:
            working += _worst_hours(term)
    if stage.unit == "d":
        days = math.ceil(working / HOURS_PER_DAY)
        return calendar + days + 2 * math.ceil(days / 5)
    return working + calendar * HOURS_PER_DAY


def _worst_hours(term: Term) -> float:
    return float(term.amount if term.unit == "h" else term.amount * HOURS_PER_DAY)
