"""Declared steps of a kind of case, pinned by each case when it is opened."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import orjson
from django.db import transaction

from xaso.kernel.cases.models import Case, CaseStep, Plan


@dataclass(frozen=True)
class PlannedStep:
    """A step as declared. ``where`` says at which place of the competent unit it is done, for the caller to
    resolve (an office code, "reception", "leader"); ``term`` is the internal time, which never replaces the
    legal deadline; ``extra`` is the service's own, JSON only.
    """

    key: str
    title: str
    kind: str = CaseStep.Kind.REVIEW
    term: str = ""
    where: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


_kept: set[str] = set()
_ORDER = tuple(one.name for one in fields(PlannedStep))
_NAMES = set(_ORDER)


def keep(steps: Sequence[PlannedStep]) -> str | None:
    """The digest of the kept plan; written once, no query after the first commit in this process."""
    if not steps:
        return None
    # Every submission comes along here: the steps as they are make the digest.
    digest = hashlib.sha256(orjson.dumps(list(steps), option=orjson.OPT_SORT_KEYS)).hexdigest()[:40]
    if digest not in _kept:
        body = [{name: getattr(step, name) for name in _ORDER} for step in steps]
        Plan.objects.bulk_create([Plan(digest=digest, steps=body)], ignore_conflicts=True)
        transaction.on_commit(lambda: _kept.add(digest))
    return digest


def forget() -> None:
    """Tables may have been emptied: look again."""
    _kept.clear()


def steps_of(case: Case) -> list[PlannedStep]:
    """The steps this case pinned."""
    if case.plan is None:
        return []
    return [
        PlannedStep(**{name: value for name, value in one.items() if name in _NAMES})
        for one in case.plan.steps
    ]


def step_of(case: Case, key: str) -> PlannedStep | None:
    """The pinned step with this key."""
    return next((step for step in steps_of(case) if step.key == key), None)


def step_after(case: Case, key: str) -> PlannedStep | None:
    """The pinned step that follows the one with this key."""
    steps = steps_of(case)
    for index, step in enumerate(steps[:-1]):
        if step.key == key:
            return steps[index + 1]
    return None
