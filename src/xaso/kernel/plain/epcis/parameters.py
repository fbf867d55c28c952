"""The simple event query's parameters (EPCIS 2.0, section 8.2.7): every name with its type, read and checked.

Names are fixed (``EQ_bizStep``) or of a family (``EQ_ILMD_ext:lot``, ``GE_value_CEL``). Values come typed from a
query in JSON, or as text from an address, where ``|`` parts the items of a list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xaso.kernel.plain.epcis import vocabulary as v
from xaso.kernel.plain.epcis.context import Names
from xaso.kernel.plain.epcis.fields import METADATA, REPORT, REPORT_NUMBERS
from xaso.kernel.plain.epcis.hashing import number
from xaso.kernel.plain.epcis.identifiers import canonical_id, pattern
from xaso.kernel.plain.epcis.meaning import moment
from xaso.kernel.plain.epcis.problems import QUERY_PARAMETER, Problem

# What the values of a parameter are.
WORDS = "words"  # one of a fixed list
TERMS = "terms"  # CBV terms; given back as canonical addresses
IDS = "ids"  # identifiers of things, places, papers; given back canonical
PATTERNS = "patterns"  # identifiers or EPC patterns with *
URIS = "uris"
TEXTS = "texts"
TIME = "time"
NUMBER = "number"
NUMBERS = "numbers"
INTEGER = "integer"
BOOLEAN = "boolean"
PRESENT = "present"  # the value does not matter
LOOSE = "loose"  # texts, a number or a time
LOOSE_ORDER = "loose order"  # a number or a time, to compare with
LISTS = frozenset({WORDS, TERMS, IDS, PATTERNS, URIS, TEXTS, NUMBERS, LOOSE})


@dataclass(frozen=True, slots=True)
class Spec:
    """What a parameter asks: operation, where in the event, which field, what its values are."""

    operation: str
    scope: str
    field: str
    kind: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query, read.

    ``operation`` is EQ, GT, GE, LT, LE, MATCH, WD, EXISTS, HASATTR, EQATTR or CONTROL. ``scope`` says where to look:
    event, things, quantity, error, sensor_element, sensor_metadata, sensor_report, sensor (metadata or report),
    extension, ilmd, readPoint, bizLocation, master, control. ``field`` is the field's name, for extensions
    ``{namespace}name``; ``detail`` a type (bizTransaction, source, destination), a unit (quantities, readings) or an
    attribute. ``inner`` looks at any depth below the top. ``values`` are canonical: terms and identifiers as addresses
    (a Glob where a pattern is asked for), times as datetime.
    """

    name: str
    operation: str
    scope: str
    field: str
    kind: str
    values: tuple[Any, ...]
    detail: str = ""
    inner: bool = False

    @property
    def value(self) -> Any:
        """The one value of a parameter that has one."""
        return self.values[0] if self.values else None


def _of_event() -> dict[str, Spec]:
    found = {
        "eventType": Spec("EQ", "event", "type", WORDS),
        "EQ_action": Spec("EQ", "event", "action", WORDS, ("ADD", "OBSERVE", "DELETE")),
        "EQ_bizStep": Spec("EQ", "event", "bizStep", TERMS),
        "EQ_disposition": Spec("EQ", "event", "disposition", TERMS),
        "EQ_persistentDisposition_set": Spec("EQ", "event", "persistentDisposition.set", TERMS),
        "EQ_persistentDisposition_unset": Spec("EQ", "event", "persistentDisposition.unset", TERMS),
        "EQ_transformationID": Spec("EQ", "event", "transformationID", IDS),
        "EQ_eventID": Spec("EQ", "event", "eventID", URIS),
        "EXISTS_errorDeclaration": Spec("EXISTS", "event", "errorDeclaration", PRESENT),
        "EQ_errorReason": Spec("EQ", "error", "reason", TERMS),
        "EQ_correctiveEventID": Spec("EQ", "error", "correctiveEventIDs", URIS),
        "EXISTS_sensorElementList": Spec("EXISTS", "event", "sensorElementList", PRESENT),
        "orderBy": Spec("CONTROL", "control", "orderBy", TEXTS),
        "orderDirection": Spec("CONTROL", "control", "orderDirection", WORDS, ("ASC", "DESC")),
        "eventCountLimit": Spec("CONTROL", "control", "eventCountLimit", INTEGER),
        "maxEventCount": Spec("CONTROL", "control", "maxEventCount", INTEGER),
    }
    for name in ("eventTime", "recordTime"):
        found |= {f"{op}_{name}": Spec(op, "event", name, TIME) for op in ("GE", "LT")}
    for name in ("errorDeclaration_Time", "errorDeclarationTime"):
        found |= {f"{op}_{name}": Spec(op, "error", "declarationTime", TIME) for op in ("GE", "LT")}
    for name in ("readPoint", "bizLocation"):
        found |= {f"{op}_{name}": Spec(op, "event", f"{name}.id", IDS) for op in ("EQ", "WD")}
    return found


def _of_things() -> dict[str, Spec]:
    matches = (
        "epc parentID inputEPC outputEPC anyEPC epcClass inputEPCClass outputEPCClass anyEPCClass".split()
    )
    found = {f"MATCH_{name}": Spec("MATCH", "things", name, PATTERNS) for name in matches}
    found["EQ_quantity"] = Spec("EQ", "quantity", "quantity", NUMBERS)
    return found | {
        f"{op}_quantity": Spec(op, "quantity", "quantity", NUMBER) for op in ("GT", "GE", "LT", "LE")
    }


_SENSOR_KINDS: dict[str, str] = {
    **dict.fromkeys((*METADATA, *REPORT), URIS),
    **dict.fromkeys(REPORT_NUMBERS, NUMBER),
    **dict.fromkeys(("type", "exception", "component"), TERMS),
    **dict.fromkeys(("time", "startTime", "endTime"), TIME),
    "stringValue": TEXTS,
    "hexBinaryValue": TEXTS,
    "booleanValue": BOOLEAN,
    "uom": TEXTS,
}


def _scope_of_sensor(name: str) -> str:
    if name in METADATA and name in REPORT:
        return "sensor"
    return "sensor_metadata" if name in METADATA else "sensor_report"


def _of_sensors() -> dict[str, Spec]:
    found: dict[str, Spec] = {}
    for name, kind in _SENSOR_KINDS.items():
        scope = _scope_of_sensor(name)
        if kind == TIME:
            found |= {f"{op}_{name}": Spec(op, scope, name, TIME) for op in ("GE", "LT")}
        elif kind == NUMBER:
            found |= {f"{op}_{name}": Spec(op, scope, name, NUMBER) for op in ("GT", "GE", "LT", "LE")}
        elif name != "uom":
            found[f"EQ_{name}"] = Spec("EQ", scope, name, kind)
    return found


FIXED: dict[str, Spec] = {**_of_event(), **_of_things(), **_of_sensors()}
# Families of parameters: what stands behind the operation, and where they look.
FAMILIES: dict[str, str] = {
    "ILMD_": "ilmd",
    "ERROR_DECLARATION_": "error",
    "SENSORELEMENT_": "sensor_element",
    "SENSORMETADATA_": "sensor_metadata",
    "SENSORREPORT_": "sensor_report",
    "readPoint_": "readPoint",
    "bizLocation_": "bizLocation",
    "": "extension",
}
_COMPARE = frozenset({"EQ", "GT", "GE", "LT", "LE"})
_TYPED = {"bizTransaction": v.TRANSACTION, "source": v.PARTY, "destination": v.PARTY}
_WITH_UNIT = re.compile(
    r"(EQ|GT|GE|LT|LE)_(quantity|value|minValue|maxValue|meanValue|sDev|percValue)_([A-Z0-9]{2,3})"
)
_ATTRIBUTE = re.compile(r"(?:EQATTR|EQ_ATTR)_(.+)_([^_]+)")
_TERMS = {
    "bizStep": v.BIZ_STEP, "disposition": v.DISPOSITION, "persistentDisposition.set": v.DISPOSITION,
    "persistentDisposition.unset": v.DISPOSITION, "reason": v.REASON, "type": v.MEASUREMENT, "exception": v.ALERT,
    "component": v.COMPONENT,
}  # fmt: skip


class _Wrong(ValueError):
    """A parameter that is wrong, in two languages."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


def read_parameters(
    raw: Mapping[str, Any], context: Mapping[str, str] | None = None, *, skip: frozenset[str] = frozenset()
) -> tuple[list[Parameter], list[Problem]]:
    """Read a query's parameters: those that are right, and a problem for each that is not.

    ``raw`` holds typed JSON values, or texts (or lists of texts) of an address. ``context`` declares the prefixes of
    extension names. Names in ``skip`` (paging) and ``@context`` are left to others.
    """
    names = Names(context or {})
    found: list[Parameter] = []
    problems: list[Problem] = []
    for name, value in raw.items():
        if name in skip or name == "@context":
            continue
        try:
            found.append(_read(name, value, names))
        except _Wrong as wrong:
            problems.append(Problem(f"/{name}", wrong.vi, wrong.en, QUERY_PARAMETER))
    problems.extend(_together({one.name for one in found}))
    return found, problems


def _together(names: set[str]) -> list[Problem]:
    if {"eventCountLimit", "maxEventCount"} <= names:
        vi = "Chỉ dùng một trong hai: eventCountLimit hoặc maxEventCount."
        return [
            Problem("/maxEventCount", vi, "Use eventCountLimit or maxEventCount, not both.", QUERY_PARAMETER)
        ]
    if "eventCountLimit" in names and "orderBy" not in names:
        vi = "eventCountLimit cần có orderBy để biết giữ những sự kiện nào."
        return [Problem("/eventCountLimit", vi, "eventCountLimit needs orderBy.", QUERY_PARAMETER)]
    return []


def _read(name: str, raw: Any, names: Names) -> Parameter:
    spec, detail, inner = _spec(name, names)
    values = _values(spec, raw, names)
    return Parameter(name, spec.operation, spec.scope, spec.field, spec.kind, values, detail, inner)


def _spec(name: str, names: Names) -> tuple[Spec, str, bool]:
    """What a name asks, with its detail, and whether it looks below the top."""
    if name in FIXED:
        return FIXED[name], "", False
    if match := _WITH_UNIT.fullmatch(name):
        operation, field, unit = match.groups()
        scope = "quantity" if field == "quantity" else "sensor_report"
        return Spec(operation, scope, field, NUMBERS if operation == "EQ" else NUMBER), unit, False
    operation, _, rest = name.partition("_")
    if operation == "HASATTR" and rest:
        return Spec("HASATTR", "master", _field(rest, names, plain=True), TEXTS), "", False
    if match := _ATTRIBUTE.fullmatch(name):
        return Spec("EQATTR", "master", _field(match[1], names, plain=True), LOOSE), match[2], False
    holder, _, kind = rest.partition("_")
    if operation == "EQ" and holder in _TYPED and kind and ":" not in holder:
        terms = _TYPED[holder]
        if terms.is_foreign(kind):
            raise _unknown(name)
        return Spec("EQ", "event", f"{holder}List", IDS), names.value(terms.term(kind)), False
    if operation in _COMPARE or operation == "EXISTS":
        return _family(name, operation, rest, names)
    raise _unknown(name)


def _family(name: str, operation: str, rest: str, names: Names) -> tuple[Spec, str, bool]:
    inner = rest.startswith("INNER_")
    rest = rest.removeprefix("INNER_")
    head = next(one for one in FAMILIES if rest.startswith(one))
    scope, field = FAMILIES[head], rest[len(head) :]
    if ":" not in field:
        known = METADATA if scope == "sensor_metadata" else REPORT if scope == "sensor_report" else ()
        if field not in known or inner:
            raise _unknown(name)
        kind = PRESENT if operation == "EXISTS" else _SENSOR_KINDS[field]
        return Spec(operation, scope, field, kind), "", False
    kind = LOOSE if operation == "EQ" else PRESENT if operation == "EXISTS" else LOOSE_ORDER
    return Spec(operation, scope, _field(field, names), kind), "", inner


def _field(text: str, names: Names, *, plain: bool = False) -> str:
    if plain and ":" not in text:
        return text
    if ":" not in text or not (text.startswith("{") or names.is_declared(text)):
        prefix = text.partition(":")[0]
        raise _Wrong(
            f"Tiền tố “{prefix}” chưa được khai báo (header GS1-Extensions hoặc @context).",
            f'The prefix "{prefix}" is not declared (header GS1-Extensions or @context).',
        )
    return names.full(text)


def _unknown(name: str) -> _Wrong:
    return _Wrong(f"Không có tham số truy vấn {name}.", f"There is no query parameter {name}.")


def _values(spec: Spec, raw: Any, names: Names) -> tuple[Any, ...]:
    if spec.kind == PRESENT:
        return ()
    items = raw if isinstance(raw, list) else [raw]
    if spec.kind in LISTS and spec.field != "orderBy":
        items = [part for one in items for part in (one.split("|") if isinstance(one, str) else [one])]
    elif len(items) != 1:
        raise _Wrong("Tham số này chỉ nhận một giá trị.", "This parameter takes one value.")
    if not items or any(one is None or one == "" for one in items):
        raise _Wrong("Tham số này phải có giá trị.", "This parameter needs a value.")
    return tuple(_value(spec, one, names) for one in items)


def _value(spec: Spec, raw: Any, names: Names) -> Any:
    """One value in its canonical form."""
    if spec.kind in {NUMBER, NUMBERS}:
        return _number(raw)
    if spec.kind == INTEGER:
        return _count(raw)
    if spec.kind == BOOLEAN:
        return _truth(raw)
    if spec.kind == LOOSE:
        return loose(raw)
    if spec.kind == LOOSE_ORDER and not isinstance(raw, str):
        return _number(raw)
    if not isinstance(raw, str):
        raise _Wrong("Giá trị phải là chữ.", "The value must be text.")
    if spec.kind == LOOSE_ORDER:
        return _number(raw) if _NUMBER.fullmatch(raw) else _time(raw)
    if spec.kind == TIME:
        return _time(raw)
    if spec.kind == TERMS:
        return _term(spec, raw, names)
    if spec.kind == PATTERNS:
        return pattern(names.value(_uri(raw)), classes=spec.field.endswith("Class"))
    if spec.kind == IDS:
        return canonical_id(names.value(_uri(raw)))
    if spec.kind == URIS:
        return canonical_id(_uri(raw)) if spec.scope != "event" and spec.scope != "error" else _uri(raw)
    if spec.kind == WORDS:
        return _word(spec, raw, names)
    return raw


_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")


def _number(raw: Any) -> int | float:
    if isinstance(raw, bool) or not (isinstance(raw, (int, float)) or _NUMBER.fullmatch(str(raw))):
        raise _Wrong(f"“{raw}” không phải số.", f'"{raw}" is no number.')
    return raw if isinstance(raw, (int, float)) else float(raw) if set(raw) & set(".eE") else int(raw)


def _count(raw: Any) -> int:
    text = str(raw)
    if isinstance(raw, bool) or not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 10**9:
        raise _Wrong(f"“{raw}” không phải số nguyên từ 1 trở lên.", f'"{raw}" is no whole number from 1 up.')
    return int(text)


def _truth(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if raw not in {"true", "false"}:
        raise _Wrong("Giá trị phải là true hoặc false.", "The value must be true or false.")
    return bool(raw == "true")


def _time(raw: str) -> Any:
    found = moment(raw.replace(" ", "+") if "T" in raw else raw)  # a plus sign that an address has lost
    if found is None or "T" not in raw:
        raise _Wrong(
            f"“{raw}” không phải thời điểm, ví dụ 2026-11-21T08:30:00+07:00.",
            f'"{raw}" is no time, such as 2026-11-21T08:30:00+07:00.',
        )
    return found


def _term(spec: Spec, raw: str, names: Names) -> str:
    terms = _TERMS[spec.field]
    if terms.is_foreign(raw):
        raise _Wrong(
            f"“{raw}” không có trong danh mục CBV 2.0 ({terms.kind}).",
            f'"{raw}" is not in the CBV 2.0 list ({terms.kind}).',
        )
    return names.value(terms.term(raw))


def _uri(raw: str) -> str:
    if ":" not in raw or " " in raw:
        raise _Wrong(f"“{raw}” không phải địa chỉ (URI).", f'"{raw}" is no URI.')
    return raw


def _word(spec: Spec, raw: str, names: Names) -> str:
    if spec.options:
        if raw not in spec.options:
            words = ", ".join(spec.options)
            raise _Wrong(f"“{raw}” phải là một trong: {words}.", f'"{raw}" must be one of: {words}.')
        return raw
    if raw not in v.EVENT_TYPES and ":" not in raw:
        raise _Wrong(f"Không có loại sự kiện {raw}.", f"There is no event type {raw}.")
    return names.full(raw) if ":" in raw else raw


def loose(value: Any) -> str:
    """The one text of an extension's value, for comparing what is stored with what is asked: ``10``, ``10.0`` alike."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return number(value)
    text = str(value).strip()
    return number(text) if _NUMBER.fullmatch(text) and "e" not in text.lower() else text
