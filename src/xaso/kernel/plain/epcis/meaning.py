"""What a schema cannot see: terms of the vocabulary, real dates, prefixes, and events that say nonsense."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from xaso.kernel.plain.epcis import vocabulary as v
from xaso.kernel.plain.epcis.context import Names
from xaso.kernel.plain.epcis.document import Event
from xaso.kernel.plain.epcis.fields import EVERY, QUANTITY_LISTS
from xaso.kernel.plain.epcis.problems import pointer


class Finding(NamedTuple):
    """Where in the event, and what, in two languages."""

    pointer: str
    vi: str
    en: str
    layer: str = "meaning"


# What a key of an extension may begin with; a prefix is a plain word.
_NAME = re.compile(r"[\w.-]+:.|[^:{][^:]*$")
_FAR = timedelta(hours=14)
# Fields that the schema has already searched to the bottom.
_CLOSED = frozenset(EVERY) - {"readPoint", "bizLocation", "ilmd", "sensorElementList", "errorDeclaration"} | {
    "type"
}
_TYPED = {"bizTransactionList": v.TRANSACTION, "sourceList": v.PARTY, "destinationList": v.PARTY}


def vocabulary(event: Event) -> Iterator[Finding]:
    """Terms that claim to be GS1's without being in its lists."""
    step = event.get("bizStep")
    if step is not None and step not in v.BIZ_STEP.names:
        yield from _term(v.BIZ_STEP, step, "bizStep")
    state = event.get("disposition")
    if state is not None and state not in v.DISPOSITION.names:
        yield from _term(v.DISPOSITION, state, "disposition")
    for name, terms in _TYPED.items():
        for place, row in enumerate(event.get(name, ())):
            if "type" in row and row["type"] not in terms.names:
                yield from _term(terms, row["type"], name, place, "type")
    for verb, values in event.get("persistentDisposition", {}).items():
        for place, one in enumerate(values):
            yield from _term(v.DISPOSITION, one, "persistentDisposition", verb, place)
    reason = event.get("errorDeclaration", {}).get("reason")
    if reason is not None:
        yield from _term(v.REASON, reason, "errorDeclaration", "reason")
    for i, element in enumerate(event.get("sensorElementList", ())):
        for j, report in enumerate(element["sensorReport"]):
            for name, terms in (("type", v.MEASUREMENT), ("exception", v.ALERT), ("component", v.COMPONENT)):
                if name in report:
                    yield from _term(terms, report[name], "sensorElementList", i, "sensorReport", j, name)


def _term(terms: v.Terms, value: str, *parts: str | int) -> Iterator[Finding]:
    if value not in terms.names and terms.is_foreign(value):
        yield Finding(
            pointer(*parts),
            f"“{value}” không có trong danh mục CBV 2.0 ({terms.kind}). "
            "Hãy dùng một từ của danh mục, hoặc một địa chỉ (URI) của riêng bạn.",
            f'"{value}" is not in the CBV 2.0 list ({terms.kind}). Use a term of the list or a URI of your own.',
            "vocabulary",
        )


def meaning(event: Event, names: Names, *, check_prefixes: bool) -> Iterator[Finding]:
    """Everything that no schema says, for an event that fits the schema."""
    yield from _times(event)
    yield from _what(event)
    yield from _quantities(event)
    if "parentID" in event and event["parentID"] in event.get("childEPCs", ()):
        place = event["childEPCs"].index(event["parentID"])
        yield Finding(
            pointer("childEPCs", place),
            "Vật chứa (parentID) không thể nằm trong danh sách vật con của chính nó.",
            "The parent (parentID) cannot be one of its own children.",
        )
    states = event.get("persistentDisposition")
    if states and set(states.get("set", ())) & set(states.get("unset", ())):
        yield Finding(
            pointer("persistentDisposition"),
            "Một trạng thái không thể vừa được đặt (set) vừa được bỏ (unset).",
            "One disposition cannot be both set and unset.",
        )
    if "sensorElementList" in event:
        yield from _sensors(event["sensorElementList"])
    if "errorDeclaration" in event:
        yield from _declaration(event)
    for key, value in event.items():
        if key not in _CLOSED:
            yield from bad_keys({key: value}, names, check_prefixes)


def moment(text: str) -> datetime | None:
    """A time that exists, with an offset of at most 14 hours; None for any other text."""
    try:
        found = datetime.fromisoformat(text)
        offset = found.utcoffset()
    except ValueError:
        return None
    if offset is None or abs(offset) > _FAR or not 1 < found.year < 9999:
        return None
    return found


def _times(event: Event) -> Iterator[Finding]:
    for name in ("eventTime", "recordTime"):
        text = event.get(name)
        if text is not None and moment(text) is None:
            yield _no_time(text, name)


def _no_time(text: str, *parts: str | int) -> Finding:
    return Finding(
        pointer(*parts),
        f"“{text}” không phải một thời điểm có thật (ngày, giờ và múi giờ từ -14:00 đến +14:00).",
        f'"{text}" is no time that exists (date, time, and an offset from -14:00 to +14:00).',
    )


def _what(event: Event) -> Iterator[Finding]:
    """An event must be about something, and its action must fit."""
    kind, get = event["type"], event.get
    deletes = get("action") == "DELETE"
    if kind == "ObjectEvent":
        if not get("epcList") and not get("quantityList") and not get("sensorElementList"):
            yield _empty("epcList", "epcList, quantityList", "epcList or quantityList")
        elif not get("epcList") and not get("quantityList") and "readPoint" not in event:
            yield Finding(
                pointer("readPoint"),
                "Sự kiện chỉ có số đo cảm biến thì phải có nơi đo (readPoint).",
                "An event of sensor readings alone needs the place of reading (readPoint).",
            )
    elif kind in {"AggregationEvent", "AssociationEvent"}:
        if not deletes and not get("childEPCs") and not get("childQuantityList"):
            yield _empty("childEPCs", "childEPCs, childQuantityList", "childEPCs or childQuantityList")
        if "parentID" not in event and get("action") != "OBSERVE":
            yield Finding(
                pointer("parentID"),
                "Gộp hoặc tách (ADD, DELETE) phải có vật chứa parentID.",
                "Adding and deleting need the parent (parentID).",
            )
    elif kind == "TransactionEvent":
        if not deletes and not get("epcList") and not get("quantityList") and "parentID" not in event:
            yield _empty("epcList", "epcList, quantityList, parentID", "epcList, quantityList or parentID")
        if not event["bizTransactionList"]:
            yield _empty("bizTransactionList", "bizTransactionList", "bizTransactionList")
    elif kind == "TransformationEvent":
        inputs, outputs = (
            get(f"{side}EPCList") or get(f"{side}QuantityList") for side in ("input", "output")
        )
        if not inputs and not outputs:
            yield _empty("inputEPCList", "đầu vào hoặc đầu ra", "inputs or outputs")
        elif not (inputs and outputs) and "transformationID" not in event:
            yield Finding(
                pointer("transformationID"),
                "Chế biến phải có cả đầu vào và đầu ra; nếu ghi riêng từng phần thì cần transformationID.",
                "A transformation needs inputs and outputs; told in parts, it needs a transformationID.",
            )


def _empty(name: str, vi: str, en: str) -> Finding:
    return Finding(
        pointer(name), f"Sự kiện không nói về vật gì: thiếu {vi}.", f"The event is about nothing: give {en}."
    )


def _quantities(event: Event) -> Iterator[Finding]:
    for name in QUANTITY_LISTS:
        for place, row in enumerate(event.get(name, ())):
            amount = row.get("quantity")
            if amount is None:
                if "uom" in row:
                    yield Finding(
                        pointer(name, place, "uom"),
                        "Có đơn vị (uom) thì phải có số lượng (quantity).",
                        "A unit (uom) needs a quantity.",
                    )
            elif amount < 0:
                yield Finding(
                    pointer(name, place, "quantity"),
                    f"Số lượng không thể âm ({amount}).",
                    f"A quantity cannot be negative ({amount}).",
                )


def _sensors(elements: list[dict[str, Any]]) -> Iterator[Finding]:
    for i, element in enumerate(elements):
        metadata = element.get("sensorMetadata", {})
        where: tuple[str | int, ...] = ("sensorElementList", i)
        for name in ("time", "startTime", "endTime"):
            if name in metadata and moment(metadata[name]) is None:
                yield _no_time(metadata[name], *where, "sensorMetadata", name)
        start, end = (moment(metadata.get(name, "")) for name in ("startTime", "endTime"))
        if start and end and start > end:
            yield Finding(
                pointer(*where, "sensorMetadata", "endTime"),
                "Lúc kết thúc đo sớm hơn lúc bắt đầu.",
                "The end of the measurement is before its start.",
            )
        for j, report in enumerate(element["sensorReport"]):
            yield from _report(report, *where, "sensorReport", j)


def _report(report: dict[str, Any], *where: str | int) -> Iterator[Finding]:
    if "time" in report and moment(report["time"]) is None:
        yield _no_time(report["time"], *where, "time")
    least, most = report.get("minValue"), report.get("maxValue")
    if least is not None and most is not None and least > most:
        yield Finding(
            pointer(*where, "minValue"),
            f"Trị nhỏ nhất ({least}) lớn hơn trị lớn nhất ({most}).",
            f"The least value ({least}) is above the greatest ({most}).",
        )
    if len(report.get("hexBinaryValue", "")) % 2:
        yield Finding(
            pointer(*where, "hexBinaryValue"),
            "Giá trị nhị phân phải có số chữ số chẵn.",
            "A binary value has an even number of digits.",
        )
    if not 0 <= report.get("percRank", 0) <= 100:
        yield Finding(
            pointer(*where, "percRank"),
            "Bách phân vị phải từ 0 đến 100.",
            "A percentile rank is from 0 to 100.",
        )


def _declaration(event: Event) -> Iterator[Finding]:
    declaration = event["errorDeclaration"]
    if moment(declaration["declarationTime"]) is None:
        yield _no_time(declaration["declarationTime"], "errorDeclaration", "declarationTime")
    if "eventID" in event and event["eventID"] in declaration.get("correctiveEventIDs", ()):
        yield Finding(
            pointer("errorDeclaration", "correctiveEventIDs"),
            "Sự kiện không thể tự sửa chính nó: correctiveEventIDs có mã của chính sự kiện này.",
            "An event cannot correct itself: correctiveEventIDs holds its own eventID.",
        )


def bad_keys(value: Any, names: Names, check_prefixes: bool, *where: str | int) -> Iterator[Finding]:
    """Keys, at any depth, whose prefix nobody declared, or that cannot be told from a name with its namespace."""
    if value.__class__ is dict:
        for key, one in value.items():
            if ":" in key and check_prefixes and not names.is_declared(key):
                prefix = key.partition(":")[0]
                yield Finding(
                    pointer(*where, key),
                    f"Tiền tố “{prefix}” chưa được khai báo trong @context.",
                    f'The prefix "{prefix}" is not declared in @context.',
                )
            elif not _NAME.match(key) or (key == "#text" and isinstance(one, (dict, list))):
                yield Finding(
                    pointer(*where, key), "Tên trường không dùng được.", "This is no name for a field."
                )
            if one.__class__ is dict or one.__class__ is list:
                yield from bad_keys(one, names, check_prefixes, *where, key)
    else:
        for place, one in enumerate(value):
            if one.__class__ is dict or one.__class__ is list:
                yield from bad_keys(one, names, check_prefixes, *where, place)
