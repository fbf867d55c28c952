"""Comparisons inside an event's body: more than, before, with a unit. What an index has narrowed is looked at here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from operator import ge, gt, le, lt
from typing import Any

from xaso.kernel.plain.epcis.parameters import Parameter

Body = dict[str, Any]
Test = Callable[[Body], bool]
_COMPARE = {"GE": ge, "GT": gt, "LE": le, "LT": lt}


def comparison(one: Parameter) -> Test:
    """Whether an expanded body has a value, at the parameter's place, that compares as asked."""
    return lambda body: any(_holds(one, value) for value in _values(one, body))


def _holds(one: Parameter, value: Any) -> bool:
    if one.operation == "EQ":
        return any(_same(wanted, value) for wanted in one.values)
    wanted = one.value
    compare = _COMPARE[one.operation]
    if isinstance(wanted, datetime):
        moment = _moment(value)
        return moment is not None and bool(compare(moment, wanted))
    amount = _number(value)
    return amount is not None and bool(compare(amount, wanted))


def _same(wanted: Any, value: Any) -> bool:
    amount = _number(value)
    return amount is not None and isinstance(wanted, int | float) and amount == float(wanted)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None


def _values(one: Parameter, body: Body) -> Iterator[Any]:
    for holder in _holders(one.scope, body):
        if not one.field.startswith("{"):
            if one.field in holder and (not one.detail or holder.get("uom") == one.detail):
                yield holder[one.field]
        elif one.inner:
            for key, value in holder.items():
                if key.startswith("{"):
                    yield from _deep(value, one.field)
        elif one.field in holder:
            value = holder[one.field]
            yield from value if isinstance(value, list) else (value,)


def _holders(scope: str, body: Body) -> Iterator[Body]:
    """The objects in which a scope looks."""
    if scope == "extension":
        yield body
    elif scope == "ilmd":
        yield body.get("ilmd", {})
    elif scope == "error":
        yield body.get("errorDeclaration", {})
    elif scope in {"readPoint", "bizLocation"}:
        yield body.get(scope, {})
    else:
        for element in body.get("sensorElementList", ()):
            if scope == "sensor_element":
                yield element
            if scope in {"sensor", "sensor_metadata"} and "sensorMetadata" in element:
                yield element["sensorMetadata"]
            if scope in {"sensor", "sensor_report"}:
                yield from element.get("sensorReport", ())


def _deep(value: Any, wanted: str) -> Iterator[Any]:
    """Every value of a field at any depth below."""
    if isinstance(value, list):
        for one in value:
            yield from _deep(one, wanted)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == wanted:
                yield from one if isinstance(one, list) else (one,)
            yield from _deep(one, wanted)
