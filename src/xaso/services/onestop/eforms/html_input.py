"""Between HTML form fields and raw answers: ``birth.day``, ``home.unit``, ``heirs.0.full_name``.

The pages use these names for their inputs, so that one small reader serves every form, with or without JavaScript.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xaso.kernel.plain.formats import phone
from xaso.services.onestop.eforms.conditions import is_empty
from xaso.services.onestop.eforms.dates import parts_of
from xaso.services.onestop.eforms.schema import Kind, Question
from xaso.services.onestop.eforms.words import number_text

DATE_BOXES = ("day", "month", "year")
ADDRESS_BOXES = ("province", "unit", "unit_text", "detail")
_BOXES = {Kind.DATE: DATE_BOXES, Kind.ADDRESS: ADDRESS_BOXES}
MOST_ROWS = 200


def from_form(questions: Iterable[Question], data: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Raw answers from posted fields (each name with its list of values, as Django's ``QueryDict.lists`` has them)."""
    raw: dict[str, Any] = {}
    for question in questions:
        value = _rows(question, data) if question.kind is Kind.GROUP else _value(question, question.key, data)
        if value is not None:
            raw[question.key] = value
    return raw


def _value(question: Question, name: str, data: Mapping[str, Sequence[str]]) -> Any:
    boxes = {
        box: data[f"{name}.{box}"][-1] for box in _BOXES.get(question.kind, ()) if data.get(f"{name}.{box}")
    }
    if boxes:
        return boxes
    values = data.get(name)
    if not values:
        return None
    return list(values) if question.kind is Kind.CHECKBOX else values[-1]


def _says(value: Any) -> bool:
    """Boxes that came empty, and a province chosen beforehand, say nothing."""
    if isinstance(value, dict):
        return any(part for box, part in value.items() if box != "province")
    return not is_empty(value)


def _rows(question: Question, data: Mapping[str, Sequence[str]]) -> list[dict[str, Any]] | None:
    places = set()
    for name in data:
        head, _, tail = name.partition(".")
        place = tail.partition(".")[0]
        if head == question.key and place.isascii() and place.isdigit() and len(place) < 4:
            places.add(int(place))
    rows = []
    for number in sorted(places)[:MOST_ROWS]:
        values = {
            part.key: _value(part, f"{question.key}.{number}.{part.key}", data) for part in question.fields
        }
        given = {key: value for key, value in values.items() if value is not None}
        # A province chosen beforehand in an item nobody filled in says nothing.
        rows.append(given if any(_says(value) for value in given.values()) else {})
    return rows or None


def form_values(question: Question, value: Any, name: str = "") -> dict[str, str | list[str]]:
    """What stands in the inputs of a question for a kept answer (or for raw input that must not be lost)."""
    name = name or question.key
    if question.kind is Kind.GROUP:
        return _row_values(question, value, name)
    if is_empty(value):
        return {}
    if question.kind in _BOXES:
        return _box_values(question, value, name)
    if question.kind is Kind.CHECKBOX:
        return {name: [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]}
    if question.kind is Kind.YES_NO and isinstance(value, bool):
        return {name: "yes" if value else "no"}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {name: number_text(value)}
    return {name: phone(str(value)) if question.kind is Kind.PHONE else str(value)}


def _row_values(question: Question, value: Any, name: str) -> dict[str, str | list[str]]:
    found: dict[str, str | list[str]] = {}
    for place, item in enumerate(value if isinstance(value, list) else []):
        for part in question.fields:
            if isinstance(item, Mapping):
                found.update(form_values(part, item.get(part.key), f"{name}.{place}.{part.key}"))
    return found


def _box_values(question: Question, value: Any, name: str) -> dict[str, str | list[str]]:
    if isinstance(value, Mapping):
        return {f"{name}.{box}": str(value.get(box) or "") for box in _BOXES[question.kind] if value.get(box)}
    if question.kind is Kind.ADDRESS:
        return {f"{name}.unit_text": str(value)}
    parts = parts_of(str(value))
    if parts is None:
        return {f"{name}.day": str(value)}
    year, month, day = parts
    boxes = zip(DATE_BOXES, (day, month, year), strict=True)
    return {f"{name}.{box}": str(number) for box, number in boxes if number is not None}
