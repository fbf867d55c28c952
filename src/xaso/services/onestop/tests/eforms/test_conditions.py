"""Conditions: every test, missing answers, groups, ages, facts, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from xaso.services.onestop.eforms.conditions import Condition, fields_in, holds, leaves
from xaso.services.onestop.tests.eforms.makers import GIVEN

ANSWERS: dict[str, Any] = {
    "a": "x",
    "n": 5,
    "yes": True,
    "none": None,
    "list": ["p", "q"],
    "born": "2006-10-15",
    "year": "2010",
    "child": "2020-01-01",
    "items": [{"a": 1}, {"a": 2}],
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"field": "a", "is": "x"}, True),
        ({"field": "a", "is": "y"}, False),
        ({"field": "yes", "is": True}, True),
        ({"field": "n", "is": True}, False),
        ({"field": "missing", "is": "x"}, False),
        ({"field": "missing", "is_not": "x"}, True),
        ({"field": "a", "in": ["x", "z"]}, True),
        ({"field": "list", "contains": "q"}, True),
        ({"field": "list", "contains": "r"}, False),
        ({"field": "none", "filled": False}, True),
        ({"field": "a", "filled": True}, True),
        ({"field": "n", "at_least": 5}, True),
        ({"field": "n", "at_most": 4}, False),
        ({"field": "a", "at_least": 1}, False),
        ({"field": "items", "count_at_least": 2}, True),
        ({"field": "born", "age_at_least": 20}, True),
        ({"field": "born", "age_under": 20}, False),
        ({"field": "year", "age_at_least": 16}, True),
        ({"field": "born", "age_at_least": 14, "on": "child"}, False),
        ({"field": "born", "age_at_least": 13, "on": "child"}, True),
        ({"field": "born", "days_ago_over": 30}, True),
        ({"field": "year", "days_ago_over": 30}, False),
        ({"all": [{"field": "a", "is": "x"}, {"field": "n", "is": 5}]}, True),
        ({"any": [{"field": "a", "is": "y"}, {"field": "n", "is": 5}]}, True),
        ({"not": {"field": "a", "is": "x"}}, False),
        ({"fact": "channel", "is": "online"}, True),
        ({"fact": "identity_proven"}, False),
    ],
)
def test_each_test(condition: dict[str, Any], expected: bool) -> None:
    assert holds(Condition.model_validate(condition), ANSWERS, GIVEN.with_facts(channel="online")) is expected


def test_no_condition_holds() -> None:
    assert holds(None, {}, GIVEN)


def test_group_item_comes_first() -> None:
    condition = Condition.model_validate({"field": "a", "is": "inner"})
    assert holds(condition, ANSWERS, GIVEN, {"a": "inner"})
    assert not holds(condition, ANSWERS, GIVEN, {"b": 1})


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"field": "a"},
        {"field": "a", "is": 1, "in": [1]},
        {"field": "a", "fact": "b", "is": 1},
        {"all": [], "any": []},
        {"all": [{"field": "a", "is": 1}], "is": 1},
        {"field": "a", "matches": "x"},
        {"fact": "a", "is": 1, "filled": True},
    ],
)
def test_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(broken)


def test_walking() -> None:
    condition = Condition.model_validate(
        {"all": [{"field": "a", "is": 1}, {"not": {"field": "b", "age_under": 9, "on": "c"}}, {"fact": "f"}]}
    )
    assert fields_in(condition) == {"a", "b", "c"}
    assert len(list(leaves(condition))) == 3
