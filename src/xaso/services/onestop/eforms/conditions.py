"""Conditions as data: small, safe, readable by an officer's editor, free of any expression language.

A condition is a tree of ``all``, ``any``, ``not`` whose leaves compare one answer (``field``) or one thing the
office already knows (``fact``, for example the channel or a proven identity) with a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from xaso.services.onestop.eforms.dates import age_on, day_of

Answers = Mapping[str, Any]
Scalar = str | int | bool

_TESTS = (
    "is_",
    "is_not",
    "in_",
    "contains",
    "filled",
    "at_least",
    "at_most",
    "count_at_least",
    "age_at_least",
    "age_under",
    "days_ago_over",
)


class Part(BaseModel):
    """Base of every piece of a setup document: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, str_strip_whitespace=True)


class Condition(Part):
    """One node: either ``all``/``any``/``not``, or a leaf with exactly one test on a field or a fact."""

    all_: tuple[Condition, ...] | None = Field(default=None, alias="all")
    any_: tuple[Condition, ...] | None = Field(default=None, alias="any")
    not_: Condition | None = Field(default=None, alias="not")
    field: str | None = None
    fact: str | None = None
    is_: Scalar | None = Field(default=None, alias="is")
    is_not: Scalar | None = None
    in_: tuple[Scalar, ...] | None = Field(default=None, alias="in")
    contains: str | None = None
    filled: bool | None = None
    at_least: int | float | None = None
    at_most: int | float | None = None
    count_at_least: int | None = None
    age_at_least: int | None = None
    age_under: int | None = None
    days_ago_over: int | None = None
    on: str | None = None
    """For ages and days: the date field to count to; the day of filing when empty."""

    @cached_property
    def untested(self) -> bool:
        """No test: a fact that is true or not."""
        return all(getattr(self, name) is None for name in _TESTS)

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        branches = sum(value is not None for value in (self.all_, self.any_, self.not_))
        subjects = sum(value is not None for value in (self.field, self.fact))
        tests = sum(getattr(self, name) is not None for name in _TESTS)
        if branches + subjects != 1:
            raise ValueError("a condition is one of all, any, not, field, fact")
        if branches and (tests or self.on):
            raise ValueError("all, any and not take no test of their own")
        if self.field is not None and tests != 1:
            raise ValueError(f"field {self.field}: exactly one test is needed")
        if self.fact is not None and tests > 1:
            raise ValueError(f"fact {self.fact}: at most one test")
        return self


@dataclass(frozen=True, slots=True)
class Given:
    """What is known besides the answers: the day of filing and facts such as ``channel`` or ``identity_proven``.

    ``unit_names`` maps unit codes to names when the caller can check them; None means "do not check".
    """

    today: date
    facts: Mapping[str, Scalar] = field(default_factory=dict)
    unit_names: Mapping[str, str] | None = None

    def with_facts(self, **facts: Scalar) -> Given:
        """The same circumstances with more facts."""
        return Given(self.today, {**self.facts, **facts}, self.unit_names)


def is_empty(value: object) -> bool:
    """Nothing was answered: None, empty text, empty list, empty address. False and 0 are answers."""
    if type(value) is str:
        return not value
    if isinstance(value, dict):
        return not any(not is_empty(part) for part in value.values())
    return value is None or value == "" or value == []


def holds(condition: Condition | None, answers: Answers, given: Given, item: Answers | None = None) -> bool:
    """Does the condition hold? Inside a repeated group, ``item`` is asked before the outer answers.

    A missing answer makes every test false, save ``is_not`` and ``filled: false``.
    """
    if condition is None:
        return True
    if condition.field is not None:  # most of them, so it is looked at first
        return _test(condition, _look(condition.field, answers, item), answers, given, item)
    if condition.all_ is not None:
        return all(holds(part, answers, given, item) for part in condition.all_)
    if condition.any_ is not None:
        return any(holds(part, answers, given, item) for part in condition.any_)
    if condition.not_ is not None:
        return not holds(condition.not_, answers, given, item)
    value: Any = given.facts.get(str(condition.fact))
    if condition.untested:
        return bool(value)
    return _test(condition, value, answers, given, item)


def _look(key: str, answers: Answers, item: Answers | None) -> Any:
    if item is not None and key in item:
        return item[key]
    return answers.get(key)


def _test(condition: Condition, value: Any, answers: Answers, given: Given, item: Answers | None) -> bool:
    if condition.is_ is not None:  # one test there is, and mostly this one
        return bool(value == condition.is_) and not is_empty(value) and _same(value, condition.is_)
    if condition.filled is not None:
        return is_empty(value) is not condition.filled
    if condition.is_not is not None:
        return not _same(value, condition.is_not)
    if is_empty(value):
        return False
    if condition.in_ is not None:
        return any(_same(value, wanted) for wanted in condition.in_)
    if condition.contains is not None:
        return isinstance(value, list) and condition.contains in value
    if condition.count_at_least is not None:
        return isinstance(value, list) and len(value) >= condition.count_at_least
    if condition.at_least is not None or condition.at_most is not None:
        return _in_range(condition, value)
    return _time_test(condition, value, answers, given, item)


def _same(value: Any, wanted: Scalar) -> bool:
    """Equal and of one kind: True is not 1."""
    return isinstance(value, bool) is isinstance(wanted, bool) and bool(value == wanted)


def _in_range(condition: Condition, value: Any) -> bool:
    if isinstance(value, bool | list | dict):
        return False
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return False
    if not number.is_finite():
        return False
    if condition.at_least is not None:
        return number >= Decimal(str(condition.at_least))
    return number <= Decimal(str(condition.at_most))


def _time_test(
    condition: Condition, value: Any, answers: Answers, given: Given, item: Answers | None
) -> bool:
    until = given.today
    if condition.on is not None:
        other = _look(condition.on, answers, item)
        counted = day_of(other) if isinstance(other, str) else None
        if counted is None:
            return False
        until = counted
    if not isinstance(value, str):
        return False
    if condition.days_ago_over is not None:
        start = day_of(value)
        return start is not None and (until - start).days > condition.days_ago_over
    years = age_on(value, until)
    if years is None:
        return False
    if condition.age_at_least is not None:
        return years >= condition.age_at_least
    return condition.age_under is not None and years < condition.age_under


def leaves(condition: Condition | None) -> Iterator[Condition]:
    """Every leaf of the tree, for checking and for showing a condition in words."""
    if condition is None:
        return
    for part in (*(condition.all_ or ()), *(condition.any_ or ()), *filter(None, [condition.not_])):
        yield from leaves(part)
    if condition.field is not None or condition.fact is not None:
        yield condition


def fields_in(condition: Condition | None) -> set[str]:
    """The answers a condition looks at."""
    found = {leaf.field for leaf in leaves(condition) if leaf.field}
    return found | {leaf.on for leaf in leaves(condition) if leaf.on}


def both(first: Condition | None, second: Condition | None) -> Condition | None:
    """A condition that holds when both do."""
    parts = tuple(part for part in (first, second) if part is not None)
    if len(parts) < 2:
        return parts[0] if parts else None
    return Condition(all=parts)
