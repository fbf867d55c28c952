"""Check a document in three layers: shape, vocabulary, meaning. Every problem names its field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import jsonschema_rs

from xaso.kernel.plain.epcis import schema
from xaso.kernel.plain.epcis.context import Names, is_standard, names_of
from xaso.kernel.plain.epcis.document import DOCUMENT, QUERY_DOCUMENT, SINGLE, Document, Event
from xaso.kernel.plain.epcis.fields import FIELDS
from xaso.kernel.plain.epcis.identifiers import canonical_id
from xaso.kernel.plain.epcis.meaning import meaning, vocabulary
from xaso.kernel.plain.epcis.problems import Problem, pointer

_PREFIX = re.compile(r"[\w.-]+")
MOST_OF_ONE = 20  # problems told of one event; a broken machine makes thousands


def check(document: Document) -> list[Problem]:
    """Every problem of a document; none means that it can be captured whole.

    Problems of the document itself come first (``event`` is None), then those of its events in order.
    """
    found = list(_head(document))
    names = names_of(document.context)
    known = _all_contexts_known(document)
    for index, event in enumerate(document.events):
        found.extend(_event(event, index, names, known))
    if not found:
        found.extend(_together(document.events))
    return found


def check_event(event: Event, index: int, names: Names) -> list[Problem]:
    """The problems of one event, for a capture that goes on past bad ones. ``names`` is of the document's context."""
    return list(_event(event, index, names, True))


def _event(event: Any, index: int, names: Names, check_prefixes: bool) -> Iterator[Problem]:
    if event.__class__ is not dict:
        yield Problem("", "Sự kiện phải là một đối tượng.", "An event must be an object.", event=index)
        return
    kind = event.get("type")
    if not isinstance(kind, str) or (kind not in FIELDS and ":" not in kind):
        yield Problem(
            "/type",
            "Loại sự kiện phải là một trong năm loại của EPCIS, hoặc địa chỉ của một loại riêng.",
            "The event type must be one of EPCIS's five, or the address of a type of your own.",
            event=index,
        )
        return
    validator = _validator(kind if kind in FIELDS else "")
    if not validator.is_valid(event):
        for number, error in enumerate(validator.iter_errors(event)):
            if number == MOST_OF_ONE:
                break
            yield from _worded(error, index)
        return
    for finding in vocabulary(event):
        yield Problem(finding.pointer, finding.vi, finding.en, event=index, layer=finding.layer)
    for finding in meaning(event, names, check_prefixes=check_prefixes):
        yield Problem(finding.pointer, finding.vi, finding.en, event=index, layer=finding.layer)


@lru_cache(maxsize=16)
def _validator(kind: str) -> Any:
    if kind == "uri":
        return jsonschema_rs.Draft7Validator(schema.URI, validate_formats=True)
    made = {
        "": schema.foreign_event_schema,
        DOCUMENT: schema.document_schema,
        QUERY_DOCUMENT: schema.query_document_schema,
    }
    shape = made[kind]() if kind in made else schema.event_schema(kind)
    return jsonschema_rs.Draft7Validator(shape, validate_formats=True)


def _head(document: Document) -> Iterator[Problem]:
    for prefix in _bad_prefixes(document):
        yield Problem(
            pointer("@context", prefix),
            f"Tiền tố “{prefix}” phải trỏ tới một địa chỉ (URI).",
            f'The prefix "{prefix}" must stand for a URI.',
        )
    if document.kind == SINGLE:
        if "@context" not in document.head and document.syntax == "json":
            yield Problem(
                "/@context",
                "Sự kiện JSON gửi riêng phải có @context.",
                "A single JSON event must have an @context.",
            )
        return
    validator = _validator(document.kind)
    if not validator.is_valid(document.head):
        for error in validator.iter_errors(document.head):
            yield from _worded(error, None)


def _bad_prefixes(document: Document) -> list[str]:
    whole = _validator("uri")
    return [
        prefix
        for prefix, space in document.context.items()
        if not _PREFIX.fullmatch(prefix) or not whole.is_valid(space)
    ]


def _all_contexts_known(document: Document) -> bool:
    """Whether every prefix can be known: no context of somebody else's that would have to be fetched."""
    raw = document.head.get("@context")
    addresses = [one for one in (raw if isinstance(raw, list) else [raw]) if isinstance(one, str)]
    return all(is_standard(one) for one in addresses)


_KINDS = {
    "string": ("chữ", "text"),
    "number": ("số", "a number"),
    "boolean": ("true hoặc false", "true or false"),
    "array": ("danh sách", "a list"),
    "object": ("đối tượng", "an object"),
}


def _worded(error: Any, index: int | None) -> Iterator[Problem]:
    path = list(error.instance_path)
    kind, name = error.kind, error.kind.name
    field = str(path[-1]) if path else ""
    if name == "required":
        vi, en = f"Thiếu trường bắt buộc {kind.property}.", f"The required field {kind.property} is missing."
        yield Problem(pointer(*path, kind.property), vi, en, event=index)
        return
    if name == "additionalProperties":
        for one in kind.unexpected:
            yield Problem(
                pointer(*path, one),
                f"Không có trường {one} ở đây. Trường mở rộng phải có tiền tố đã khai báo (ví dụ ext:{one}).",
                f"There is no field {one} here. An extension needs a declared prefix (such as ext:{one}).",
                event=index,
            )
        return
    vi, en = _sentence(name, kind, field, error)
    yield Problem(pointer(*path), vi, en, event=index)


def _sentence(name: str, kind: Any, field: str, error: Any) -> tuple[str, str]:
    if name == "type":
        kinds = [_KINDS[one] for one in kind.types if one in _KINDS]
        return (
            f"{field} phải là {' hoặc '.join(one[0] for one in kinds)}.",
            f"{field} must be {' or '.join(one[1] for one in kinds)}.",
        )
    if name in {"format", "anyOf"}:
        return (
            f"{field} phải là một địa chỉ (URI) đầy đủ, ví dụ urn:… hoặc https://….",
            f"{field} must be a whole URI, such as urn:… or https://….",
        )
    if name == "pattern":
        return _of_pattern(field, kind.pattern)
    if name == "enum":
        words = ", ".join(map(str, kind.options))
        return f"{field} phải là một trong: {words}.", f"{field} must be one of: {words}."
    if name == "uniqueItems":
        return f"{field} có mục lặp lại.", f"{field} has an item twice."
    if name in {"minItems", "minLength", "minProperties"}:
        return f"{field} không được để trống.", f"{field} must not be empty."
    if name == "propertyNames":
        return (
            "Mỗi trường trong ilmd phải có tiền tố đã khai báo (ví dụ ext:giong).",
            "Every field of ilmd needs a declared prefix (such as ext:variety).",
        )
    return f"{field} không hợp lệ.", f"{field}: {error.message}"


def _of_pattern(field: str, pattern: str) -> tuple[str, str]:
    if pattern == schema.TIME["pattern"]:
        return (
            f"{field} phải là ngày giờ kèm múi giờ, ví dụ 2026-11-21T08:30:00+07:00.",
            f"{field} must be a date and time with its offset, such as 2026-11-21T08:30:00+07:00.",
        )
    if pattern == schema.OFFSET["pattern"]:
        return (
            f"{field} phải từ -14:00 đến +14:00, ví dụ +07:00.",
            f"{field} must be from -14:00 to +14:00, such as +07:00.",
        )
    if pattern == schema.UOM["pattern"]:
        return (
            f"{field} phải là mã đơn vị UN/CEFACT hai hoặc ba ký tự, ví dụ KGM.",
            f"{field} must be a UN/CEFACT unit code of two or three letters, such as KGM.",
        )
    return f"{field} viết không đúng dạng.", f"{field} is not written as it should be ({pattern})."


def _together(events: list[Event]) -> Iterator[Problem]:
    """What only several events show: one eventID twice, and things that hold each other."""
    seen: dict[str, int] = {}
    holder: dict[str, str] = {}
    for index, event in enumerate(events):
        name = event.get("eventID")
        if name is not None and "errorDeclaration" not in event:
            if name in seen:
                yield Problem(
                    "/eventID",
                    f"Mã sự kiện này đã có ở sự kiện thứ {seen[name] + 1} của tài liệu.",
                    f"This eventID already stands at event {seen[name] + 1} of the document.",
                    event=index,
                    layer="meaning",
                )
            seen.setdefault(name, index)
        if event["type"] == "AggregationEvent" and "parentID" in event and "errorDeclaration" not in event:
            yield from _circle(event, index, holder)


def _circle(event: Event, index: int, holder: dict[str, str]) -> Iterator[Problem]:
    parent = canonical_id(event["parentID"])
    children = [canonical_id(one) for one in event.get("childEPCs", ())]
    if event["action"] == "DELETE":
        for child in children or [one for one, top in holder.items() if top == parent]:
            holder.pop(child, None)
        return
    if event["action"] != "ADD":
        return
    above, top = {parent}, holder.get(parent)
    while top is not None and top not in above:
        above.add(top)
        top = holder.get(top)
    for place, child in enumerate(children):
        if child in above:
            yield Problem(
                pointer("childEPCs", place),
                "Gộp vòng tròn: vật con này đang chứa (trực tiếp hay gián tiếp) chính vật chứa nó.",
                "A circle: this child already holds, at some level, the parent it is put into.",
                event=index,
                layer="meaning",
            )
        else:
            holder[child] = parent
