"""A query's parameters as conditions of the database, and what is left to look at in the events found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from xaso.kernel.plain.epcis import Names
from xaso.kernel.plain.epcis.identifiers import Glob
from xaso.kernel.plain.epcis.parameters import Parameter, loose
from xaso.services.trace.models import EventMarks, EventThing, Thing
from xaso.services.trace.store import marks
from xaso.services.trace.store.comparing import Test, comparison
from xaso.services.trace.store.hierarchy import descendants, having_attribute
from xaso.services.trace.store.marks import mark

_COLUMNS = {
    "type": "type_name",
    "action": "action",
    "bizStep": "biz_step",
    "disposition": "disposition",
    "transformationID": "transformation_id",
    "eventID": "event_id",
}
_TIMES = {"eventTime": "event_time", "recordTime": "record_time"}
_LISTS = {"bizTransactionList": "btx", "sourceList": "src", "destinationList": "dst"}
_PLACES = {"extension": marks.TOP, "ilmd": marks.ILMD, "error": marks.ERROR, "readPoint": marks.READ_POINT,
           "bizLocation": marks.BIZ_LOCATION, "sensor_element": marks.ELEMENT, "sensor_metadata": marks.METADATA,
           "sensor_report": marks.REPORT}  # fmt: skip
_ROLES: dict[str, tuple[tuple[str, ...], bool]] = {
    "epc": (("epc", "child"), False),
    "parentID": (("parent",), False),
    "inputEPC": (("input",), False),
    "outputEPC": (("output",), False),
    "anyEPC": (("epc", "child", "parent", "input", "output"), False),
    "epcClass": (("epc", "child"), True),
    "inputEPCClass": (("input",), True),
    "outputEPCClass": (("output",), True),
    "anyEPCClass": (("epc", "child", "input", "output"), True),
}
_LOOKUP = {"GE": "gte", "GT": "gt", "LE": "lte", "LT": "lt", "EQ": "in"}


@dataclass
class Asked:
    """What a query asks: conditions of the database, tests of the body, order and limits."""

    where: Q = field(default_factory=Q)
    tests: list[Test] = field(default_factory=list)
    order_by: str = ""  # "", event_time, record_time, or an extension's {namespace}name
    descending: bool = True
    count_limit: int | None = None
    max_count: int | None = None


class Unanswerable(ValueError):
    """A parameter that the repository cannot answer, in two languages."""

    def __init__(self, name: str, vi: str, en: str) -> None:
        super().__init__(en)
        self.name, self.vi, self.en = name, vi, en


def asked(parameters: Sequence[Parameter], context: Mapping[str, str]) -> Asked:
    """Put parameters together: all of them must hold. Raises Unanswerable."""
    found = Asked()
    for one in parameters:
        _HANDLERS[one.scope](one, found)
    if found.order_by:
        found.order_by = _order(found.order_by, Names(context))
    return found


def marked(*numbers: int) -> Q:
    """Events that have one of the marks."""
    return Q(seq__in=EventMarks.objects.filter(marks__overlap=list(numbers)).values("event_id"))


def _control(one: Parameter, found: Asked) -> None:
    if one.field == "orderBy":
        found.order_by = str(one.value)
    elif one.field == "orderDirection":
        found.descending = one.value == "DESC"
    elif one.field == "eventCountLimit":
        found.count_limit = int(one.value)
    else:
        found.max_count = int(one.value)


def _order(name: str, names: Names) -> str:
    if name in _TIMES:
        return _TIMES[name]
    if ":" in name and names.is_declared(name):
        return names.full(name)
    raise Unanswerable(
        "orderBy",
        "orderBy nhận eventTime, recordTime hoặc một trường mở rộng có tiền tố đã khai báo.",
        "orderBy takes eventTime, recordTime or an extension field with a declared prefix.",
    )


def _event(one: Parameter, found: Asked) -> None:
    name = one.field
    if name in _TIMES:
        found.where &= Q(**{f"{_TIMES[name]}__{_LOOKUP[one.operation]}": one.value})
    elif name in _COLUMNS:
        found.where &= Q(**{f"{_COLUMNS[name]}__in": list(one.values)})
    elif name in {"readPoint.id", "bizLocation.id"}:
        places = list(map(str, one.values))
        wanted = descendants(places) if one.operation == "WD" else places
        found.where &= _at_place(name.partition(".")[0], wanted)
    elif name == "errorDeclaration":
        found.where &= Q(error_declared_at__isnull=False)
    elif name == "sensorElementList":
        found.where &= marked(mark("sensors"))
    elif name in _LISTS:
        found.where &= marked(*(mark(_LISTS[name], one.detail, str(value)) for value in one.values))
    else:  # persistentDisposition.set, .unset
        verb = name.partition(".")[2]
        found.where &= marked(*(mark("pd", verb, str(value)) for value in one.values))


def _at_place(name: str, places: Sequence[str]) -> Q:
    return marked(*(mark(name, place) for place in places)) if places else Q(pk__in=[])


def _error(one: Parameter, found: Asked) -> None:
    if one.field == "declarationTime":
        found.where &= Q(**{f"error_declared_at__{_LOOKUP[one.operation]}": one.value})
    elif one.field == "reason":
        found.where &= Q(error_reason__in=list(one.values))
    elif one.field == "correctiveEventIDs":
        found.where &= marked(*(mark("corrective", str(value)) for value in one.values))
    else:
        _extension(one, found)


def _things(one: Parameter, found: Asked) -> None:
    roles, classes = _ROLES[one.field]
    wanted = Q(uri__in=[value for value in one.values if not isinstance(value, Glob)])
    for value in one.values:
        if isinstance(value, Glob):
            wanted |= Q(uri__regex=_regex(value)) & Q(uri__startswith=_fixed(value))
    found.where &= with_things(Q(wanted, is_class=classes), roles)


def with_things(wanted: Q, roles: Sequence[str] = ()) -> Q:
    """Events in which a thing has a part; a further name of a thing means the thing itself."""
    first = Thing.objects.filter(wanted).annotate(first=Coalesce("same_as_id", "id")).values("first")
    parts = EventThing.objects.filter(thing_id__in=first)
    if roles:
        parts = parts.filter(role__in=roles)
    return Q(seq__in=parts.values("event_id"))


def _fixed(glob: str) -> str:
    """What stands before the first wildcard: an index narrows by it."""
    return glob[: min(place for place in (glob.find("*"), glob.find("?")) if place >= 0)]


def _regex(glob: str) -> str:
    special = {"*": ".*", "?": "."}
    return "^" + "".join(special.get(letter) or _literal(letter) for letter in glob) + "$"


def _literal(letter: str) -> str:
    return letter if letter.isalnum() or letter in "/:-_" else f"\\{letter}"


def _quantity(one: Parameter, found: Asked) -> None:
    value: Any = list(one.values) if one.operation == "EQ" else one.value
    there = EventThing.objects.filter(event=OuterRef("pk"), **{f"quantity__{_LOOKUP[one.operation]}": value})
    found.where &= Q(Exists(there.filter(uom=one.detail) if one.detail else there))


def _sensor(one: Parameter, found: Asked) -> None:
    if one.field.startswith("{"):
        _extension(one, found)
    elif one.operation == "EXISTS":
        found.where &= marked(mark("sensor", one.field))
    elif one.operation == "EQ" and one.kind not in {"numbers", "loose"}:
        found.where &= marked(*(mark("sensor", one.field, _text(value)) for value in one.values))
    else:
        found.where &= marked(mark("sensor", one.field))
        found.tests.append(comparison(one))


def _text(value: Any) -> str:
    return loose(value) if isinstance(value, bool) else str(value)


def _extension(one: Parameter, found: Asked) -> None:
    place = _PLACES[one.scope] + (marks.INNER if one.inner else "")
    if one.operation == "EQ":
        found.where &= marked(*(mark(place, one.field, str(value)) for value in one.values))
        return
    found.where &= marked(mark(place, one.field))
    if one.operation != "EXISTS":
        found.tests.append(comparison(one))


def _master(one: Parameter, found: Asked) -> None:
    names = [str(value) for value in one.values]
    uris = having_attribute(one.detail, names) if one.operation == "EQATTR" else having_attribute(names)
    if one.field in {"readPoint", "bizLocation"}:
        found.where &= _at_place(one.field, uris)
    elif one.field in {"epcClass", "epc"}:
        found.where &= with_things(Q(uri__in=uris))
    elif one.field in {"source", "destination", "bizTransaction"}:
        found.where &= Q(pk__in=_with_any(one.field, uris))
    else:
        raise Unanswerable(
            one.name,
            f"Không có dữ liệu gốc cho trường {one.field}.",
            f"There is no master data for the field {one.field}.",
        )


def _with_any(name: str, uris: Sequence[str]) -> Any:
    short = _LISTS[f"{name}List"]
    types = (
        "",
        *(f"https://ref.gs1.org/cbv/SDT-{one}" for one in ("owning_party", "possessing_party", "location")),
    )
    numbers = [mark(short, kind, uri) for uri in uris for kind in types]
    return EventMarks.objects.filter(marks__overlap=numbers or [0]).values("event_id")


_HANDLERS: dict[str, Callable[[Parameter, Asked], None]] = {
    "event": _event,
    "things": _things,
    "quantity": _quantity,
    "error": _error,
    "sensor": _sensor,
    "sensor_element": _sensor,
    "sensor_metadata": _sensor,
    "sensor_report": _sensor,
    "extension": _extension,
    "ilmd": _extension,
    "readPoint": _extension,
    "bizLocation": _extension,
    "master": _master,
    "control": _control,
}
