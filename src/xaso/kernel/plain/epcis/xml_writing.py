"""Write documents as XML, in the order of GS1's schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from lxml import etree

from xaso.kernel.plain.epcis import vocabulary as v
from xaso.kernel.plain.epcis.context import BUILT_IN, Names
from xaso.kernel.plain.epcis.document import Event
from xaso.kernel.plain.epcis.fields import (
    EPC_LISTS,
    EVERY,
    FIELDS,
    METADATA,
    PLACES,
    QUANTITY_LISTS,
    REPORT,
    REPORT_ALSO,
    TYPED_LISTS,
    WANTED,
)
from xaso.kernel.plain.epcis.hashing import number
from xaso.kernel.plain.epcis.writing import Query

EPCIS = "urn:epcglobal:epcis:xsd:2"
EPCIS_QUERY = "urn:epcglobal:epcis-query:xsd:2"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XSD = "http://www.w3.org/2001/XMLSchema"
_SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
_GOOD_NAME = re.compile(
    r"(?!.*_x[0-9A-F]{4,8}_)[A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u1e00-\u1fff][\w.-]*"
)
_STATES = {"bizStep": v.BIZ_STEP, "disposition": v.DISPOSITION}
_TYPES = {"bizTransactionList": v.TRANSACTION, "sourceList": v.PARTY, "destinationList": v.PARTY}
_REPORT_TERMS = {"type": v.MEASUREMENT, "exception": v.ALERT, "component": v.COMPONENT}


def write_xml(
    events: Iterable[Event],
    context: Mapping[str, str],
    *,
    created: datetime | str,
    query: Query | None = None,
    masters: list[dict[str, Any]] | None = None,
    head: Mapping[str, Any] | None = None,
) -> bytes:
    """A document as XML: an EPCISDocument, or an EPCISQueryDocument where ``query`` is given."""
    writer = _Writer(context)
    made = created if isinstance(created, str) else created.isoformat(timespec="milliseconds")
    namespace, name = (EPCIS, "EPCISDocument") if query is None else (EPCIS_QUERY, "EPCISQueryDocument")
    nsmap = {"epcis" if query is None else "epcisq": namespace, "xsi": _XSI, "xsd": _XSD, **writer.nsmap}
    root = etree.Element(f"{{{namespace}}}{name}", {"schemaVersion": "2.0", "creationDate": made}, nsmap)
    writer.header(root, masters or [], head or {})
    body = etree.SubElement(root, "EPCISBody")
    if query is not None:
        results = etree.SubElement(body, f"{{{EPCIS_QUERY}}}QueryResults")
        etree.SubElement(results, "queryName").text = query.name
        if query.subscription is not None:
            etree.SubElement(results, "subscriptionID").text = query.subscription
        body = etree.SubElement(results, "resultsBody")
    holder = etree.SubElement(body, "EventList")
    for event in events:
        writer.event(holder, event)
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return text


def write_event_xml(event: Event, context: Mapping[str, str]) -> bytes:
    """One bare event, as ``GET /events/{id}`` may give it."""
    writer = _Writer(context)
    holder = etree.Element("EventList", nsmap={"xsi": _XSI, "xsd": _XSD, **writer.nsmap})
    writer.event(holder, event)
    found = holder[0]
    etree.cleanup_namespaces(found, keep_ns_prefixes=["xsi", "xsd"])
    text: bytes = etree.tostring(found, xml_declaration=True, encoding="UTF-8")
    return text


class _Writer:
    """Values to elements; extension keys become names in their namespaces."""

    def __init__(self, context: Mapping[str, str]) -> None:
        spaces = {**BUILT_IN, **context}
        own = {
            prefix: space for prefix, space in spaces.items() if prefix.isidentifier() or _is_prefix(prefix)
        }
        self.nsmap = {
            prefix: "urn:epcglobal:cbv:mda" if prefix == "cbvmda" else space
            for prefix, space in own.items()
            if prefix not in {"epcis", "xsd", "xsi", "epcisq", "rdfs", "owl", "dcterms"} or prefix in context
        }
        self._names = Names(context)

    def header(self, root: Any, masters: list[dict[str, Any]], head: Mapping[str, Any]) -> None:
        """The business header where the document names sender and receiver, and the vocabulary lists."""
        business = {name: head[name] for name in ("sender", "receiver", "instanceIdentifier") if name in head}
        if not masters and not business:
            return
        header = etree.SubElement(root, "EPCISHeader")
        if business:
            self._business(header, business)
        if masters:
            extension = etree.SubElement(header, "extension")
            lists = etree.SubElement(etree.SubElement(extension, "EPCISMasterData"), "VocabularyList")
            for one in masters:
                self._vocabulary(lists, one)

    def _business(self, header: Any, business: Mapping[str, Any]) -> None:
        def tag(name: str) -> str:
            return f"{{{_SBDH}}}{name}"

        top = etree.SubElement(header, tag("StandardBusinessDocumentHeader"), nsmap={"sbdh": _SBDH})
        etree.SubElement(top, tag("HeaderVersion")).text = "1.0"
        for name, part in (("sender", "Sender"), ("receiver", "Receiver")):
            if name in business:
                etree.SubElement(etree.SubElement(top, tag(part)), tag("Identifier")).text = business[name]
        if "instanceIdentifier" in business:
            number_holder = etree.SubElement(top, tag("DocumentIdentification"))
            etree.SubElement(number_holder, tag("Standard")).text = "EPCglobal"
            etree.SubElement(number_holder, tag("InstanceIdentifier")).text = business["instanceIdentifier"]

    def _vocabulary(self, holder: Any, vocabulary: Mapping[str, Any]) -> None:
        top = etree.SubElement(holder, "Vocabulary", type=vocabulary.get("type", ""))
        rows = etree.SubElement(top, "VocabularyElementList")
        for row in vocabulary.get("vocabularyElementList", ()):
            element = etree.SubElement(rows, "VocabularyElement", id=row["id"])
            for attribute in row.get("attributes", ()):
                found = etree.SubElement(element, "attribute", id=attribute["id"])
                self._fill(found, attribute.get("attribute"), typed=False)
            if row.get("children"):
                children = etree.SubElement(element, "children")
                for child in row["children"]:
                    etree.SubElement(children, "id").text = child

    def event(self, holder: Any, event: Event) -> None:
        """One event."""
        kind = event["type"]
        known = FIELDS.get(kind)
        top = etree.SubElement(holder, kind if known else self._tag(kind))
        fields = known or EVERY
        wanted = WANTED.get(kind)
        for name in fields:
            if name == wanted:
                self._field(top, name, event.get(name, []))
            elif name in event and event[name] != []:
                self._field(top, name, event[name])
        for name, value in event.items():
            if name not in fields and name not in {"type", "@context"}:
                self._extension(top, name, value)

    def _field(self, top: Any, name: str, value: Any) -> None:
        if name == "certificationInfo":
            for one in value if isinstance(value, list) else [value]:
                etree.SubElement(top, name).text = one
            return
        element = etree.SubElement(top, name)
        if name in _STATES:
            element.text = _STATES[name].urn_of(value)
        elif name in EPC_LISTS:
            for one in value:
                etree.SubElement(element, "epc").text = one
        elif name in QUANTITY_LISTS:
            for row in value:
                self._quantity(element, row)
        elif name in TYPED_LISTS:
            self._typed(element, name, value)
        elif name in PLACES:
            etree.SubElement(element, "id").text = value["id"]
            self._extensions(element, value, {"id"})
        elif name == "persistentDisposition":
            for verb in ("unset", "set"):
                for one in value.get(verb, ()):
                    etree.SubElement(element, verb).text = v.DISPOSITION.urn_of(one)
        elif name == "errorDeclaration":
            self._declaration(element, value)
        elif name == "sensorElementList":
            for one in value:
                self._sensor(etree.SubElement(element, "sensorElement"), one)
        elif name == "ilmd":
            self._extensions(element, value, ())
        else:
            element.text = value

    def _quantity(self, element: Any, row: Mapping[str, Any]) -> None:
        top = etree.SubElement(element, "quantityElement")
        etree.SubElement(top, "epcClass").text = row["epcClass"]
        if "quantity" in row:
            etree.SubElement(top, "quantity").text = number(row["quantity"])
        if "uom" in row:
            etree.SubElement(top, "uom").text = row["uom"]

    def _typed(self, element: Any, name: str, rows: Iterable[Mapping[str, str]]) -> None:
        inner = TYPED_LISTS[name]
        for row in rows:
            found = etree.SubElement(element, inner)
            found.text = row[inner]
            if "type" in row:
                found.set("type", _TYPES[name].urn_of(row["type"]))

    def _declaration(self, element: Any, value: Mapping[str, Any]) -> None:
        etree.SubElement(element, "declarationTime").text = value["declarationTime"]
        if "reason" in value:
            etree.SubElement(element, "reason").text = v.REASON.urn_of(value["reason"])
        if value.get("correctiveEventIDs"):
            holder = etree.SubElement(element, "correctiveEventIDs")
            for one in value["correctiveEventIDs"]:
                etree.SubElement(holder, "correctiveEventID").text = one
        self._extensions(element, value, {"declarationTime", "reason", "correctiveEventIDs"})

    def _sensor(self, element: Any, value: Mapping[str, Any]) -> None:
        if "sensorMetadata" in value:
            self._attributes(etree.SubElement(element, "sensorMetadata"), value["sensorMetadata"], METADATA)
        for report in value.get("sensorReport", ()):
            self._attributes(etree.SubElement(element, "sensorReport"), report, REPORT)
        self._extensions(element, value, {"sensorMetadata", "sensorReport", "type", "id"})

    def _attributes(self, element: Any, value: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for name in known:
            if name in value:
                terms = _REPORT_TERMS.get(name) if known is REPORT else None
                element.set(name, terms.urn_of(value[name]) if terms else _text(value[name]))
        for name, one in value.items():
            if name in known:
                continue
            if isinstance(one, str) and (":" in name or name in REPORT_ALSO):
                element.set(self._tag(name), one)
            else:
                self._extension(element, name, one)

    def _tag(self, key: str) -> str:
        full = self._names.full(key)
        namespace, brace, local = full[1:].partition("}")
        if not full.startswith("{") or not brace:
            return _name(key)
        return f"{{{namespace}}}{_name(local)}"

    def _extensions(self, element: Any, value: Mapping[str, Any], known: Any) -> None:
        for name, one in value.items():
            if name not in known:
                self._extension(element, name, one)

    def _extension(self, element: Any, name: str, value: Any) -> None:
        """An extension; a list becomes the same name again and again."""
        for one in value if isinstance(value, list) else [value]:
            self._fill(etree.SubElement(element, self._tag(name)), one)

    def _fill(self, element: Any, value: Any, *, typed: bool = True) -> None:
        if isinstance(value, dict):
            for name, one in value.items():
                if name == "#text":
                    element.text = "" if one is None else _text(one)
                elif ":" not in name and isinstance(one, str):
                    element.set(_name(name), one)
                else:
                    self._extension(element, name, one)
        elif isinstance(value, list):
            for one in value:
                self._fill(etree.SubElement(element, element.tag), one)
        elif value is None:
            element.set(f"{{{_XSI}}}nil", "true")
        else:
            element.text = _text(value)
            kind = _kind(value) if typed else ""
            if kind:
                element.set(f"{{{_XSI}}}type", kind)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "xsd:boolean"
    if isinstance(value, int):
        return "xsd:integer"
    return "xsd:double" if isinstance(value, float) else ""


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else number(value)


def _name(text: str) -> str:
    """A name that XML takes: what a name may not hold is written _xHHHH_ (as SQL/XML does), and read back."""
    if _GOOD_NAME.fullmatch(text):
        return text
    return "".join(
        one
        if _GOOD_NAME.fullmatch(one if place == 0 else "a" + one) and not text.startswith("_x", place)
        else f"_x{ord(one):04X}_"
        for place, one in enumerate(text)
    )


def _is_prefix(prefix: str) -> bool:
    return prefix.replace("-", "_").replace(".", "_").isidentifier()
