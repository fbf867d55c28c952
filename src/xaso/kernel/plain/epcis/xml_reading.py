"""Read XML into the normal form: no DTD, no entities, no network, bounded depth."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lxml import etree

from xaso.kernel.plain.epcis.context import BUILT_IN, STANDARD_CONTEXT, Shortener
from xaso.kernel.plain.epcis.document import (
    DOCUMENT,
    QUERY_DOCUMENT,
    SINGLE,
    Document,
    Event,
    Limits,
    normal_events,
    refuse_depth,
)
from xaso.kernel.plain.epcis.fields import (
    EPC_LISTS,
    FIELDS,
    PLACES,
    QUANTITY_LISTS,
    REPORT_NUMBERS,
    TYPED_LISTS,
)
from xaso.kernel.plain.epcis.problems import ReadError

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_ESCAPE = re.compile(r"_x([0-9A-F]{4,6})_")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_NUMBER_TYPES = frozenset(
    "integer int long short byte decimal double float nonNegativeInteger positiveInteger unsignedInt".split()
)
_DOCTYPE = re.compile(r"<!DOCTYPE\s+[\w:.-]+\s*>")
# Namespaces of the document's own grammar, which no extension has.
_OWN = (
    "urn:epcglobal:epcis",
    "http://www.w3.org/2001/XMLSchema",
    "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader",
)
_WRAPPERS = frozenset({"extension", "baseExtension"})
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def read_xml(data: bytes, limits: Limits) -> Document:
    """Read an XML document. Raises ReadError."""
    root = _parse(data)
    name = etree.QName(root).localname
    reader = _Reader(root)
    if name in FIELDS:
        document = Document(SINGLE, [reader.event(root)], reader.context, {"@context": [STANDARD_CONTEXT]})
    elif name in {DOCUMENT, QUERY_DOCUMENT}:
        document = _whole(root, name, reader)
    else:
        raise ReadError(
            f"Phần tử gốc {name} không phải EPCISDocument hay EPCISQueryDocument.",
            f"The root element {name} is no EPCISDocument and no EPCISQueryDocument.",
        )
    document.syntax = "xml"
    refuse_depth(document.events, limits.depth)
    normal_events(document.events, document.context)
    return document


def _parse(data: bytes) -> etree._Element:
    """The root element. What declares entities or an outside grammar is refused before it is parsed."""
    text = _decode(data)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1)
    forbidden = text.find("<!DOCTYPE")
    if forbidden >= 0 and not _DOCTYPE.match(text, forbidden) or "<!ENTITY" in text:
        raise ReadError(
            "Không nhận XML có khai báo DTD hay thực thể (entity). Hãy bỏ phần <!DOCTYPE …>.",
            "XML that declares a DTD or entities is not taken. Remove <!DOCTYPE …>.",
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=False,
        encoding="utf-8",
    )
    try:
        return etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError, UnicodeEncodeError) as error:
        line = getattr(error, "lineno", None)
        raise ReadError(
            f"Đây không phải XML đúng{f': dòng {line}' if line else ''}.", f"This is not XML: {error}"
        ) from error


def _decode(data: bytes) -> str:
    encoding = "utf-8-sig"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif match := _ENCODING.match(data[:200]):
        encoding = match[1].decode("ascii").lower()
        encoding = "utf-8-sig" if encoding in {"utf-8", "utf8", "us-ascii"} else encoding
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise ReadError(
            "Không đọc được bảng mã của tài liệu; hãy lưu bằng UTF-8.",
            f"The document's encoding cannot be read ({error}); save it as UTF-8.",
        ) from error


def _local(element: Any) -> str:
    tag: str = element.tag
    return tag.rpartition("}")[2]


def _child(element: Any, *names: str) -> Any:
    """The element reached by local names, wrappers skipped; None where one is missing."""
    for name in names:
        if element is None:
            return None
        element = next((one for one in _open(element) if _local(one) == name), None)
    return element


def _open(element: Any) -> Iterable[Any]:
    """Child elements; what stands in an EPCIS 1.2 ``extension`` wrapper counts as standing outside."""
    for child in element:
        if child.tag in _WRAPPERS:
            yield from _open(child)
        else:
            yield child


def _text(element: Any) -> str:
    return (element.text or "").strip()


def _whole(root: Any, name: str, reader: _Reader) -> Document:
    head: dict[str, Any] = {"@context": [STANDARD_CONTEXT], "type": name}
    for attribute in ("schemaVersion", "creationDate"):
        if attribute in root.attrib:
            head[attribute] = root.attrib[attribute]
    header = _child(root, "EPCISHeader")
    if header is not None:
        _read_header(header, head, reader)
    body = _child(root, "EPCISBody")
    results = _child(body, "QueryResults") if name == QUERY_DOCUMENT else None
    if name == QUERY_DOCUMENT:
        holder = _child(root if results is None else results, "resultsBody")
    else:
        holder = body
    event_list = _child(holder, "EventList")
    document = Document(name, [], reader.context, head)
    if event_list is not None:
        document.events = [reader.event(one) for one in _open(event_list)]
        head["epcisBody"] = {"eventList": []}
    if results is not None:
        answer: dict[str, Any] = {}
        for field in ("queryName", "subscriptionID"):
            found = _child(results, field)
            if found is not None:
                answer[field] = _text(found)
        if event_list is not None:
            answer["resultsBody"] = {"eventList": []}
        head["epcisBody"] = {"queryResults": answer}
    document.masters = head.get("epcisHeader", {}).get("epcisMasterData", {}).get("vocabularyList", [])
    return document


def _read_header(header: Any, head: dict[str, Any], reader: _Reader) -> None:
    """Sender, receiver and number of the business header; vocabulary lists."""
    business = _child(header, "StandardBusinessDocumentHeader")
    paths = {
        "sender": ("Sender", "Identifier"),
        "receiver": ("Receiver", "Identifier"),
        "instanceIdentifier": ("DocumentIdentification", "InstanceIdentifier"),
    }
    for name, path in paths.items():
        found = _child(business, *path) if business is not None else None
        if found is not None:
            head[name] = _text(found)
    master = _child(header, "EPCISMasterData", "VocabularyList")
    if master is not None:
        lists = [reader.vocabulary(one) for one in _open(master)]
        head["epcisHeader"] = {"epcisMasterData": {"vocabularyList": lists}}


class _Reader:
    """Elements to values, with the prefixes they use."""

    def __init__(self, root: Any) -> None:
        self.context: dict[str, str] = {}
        self._short = Shortener(self.context)
        self._names: dict[str, str] = {}
        for prefix, namespace in root.nsmap.items():
            if prefix and not namespace.startswith(_OWN):
                self._short.fresh(namespace, prefix)
                if namespace == BUILT_IN["cbvmda"]:  # the hash tells it from the one without the last colon
                    self.context.setdefault("cbvmda", namespace)

    def key(self, tag: str, prefix: str | None) -> str:
        """``prefix:name`` of a qualified tag."""
        found = self._names.get(tag)
        if found is None:
            namespace, _, local = _decoded(tag)[1:].partition("}")
            found = self._names[tag] = f"{self._short.fresh(namespace, prefix or '')}:{local}"
        return found

    def event(self, element: Any) -> Event:
        """One event."""
        tag: str = element.tag
        name = _local(element)
        known = tag[0] != "{" or name in FIELDS
        event: Event = {"type": _decoded(name) if known else self.key(tag, element.prefix)}
        for child in _open(element):
            self._field(event, child)
        return event

    def _field(self, event: Event, child: Any) -> None:
        name: str = child.tag
        if name[0] == "{":
            _add(event, self.key(name, child.prefix), self.value(child))
        elif name in EPC_LISTS:
            if len(child):  # an empty list is there for the grammar and says nothing
                event[name] = [_text(one) for one in child]
        elif name in QUANTITY_LISTS:
            event[name] = [_quantity(one) for one in child]
        elif name in TYPED_LISTS:
            event[name] = [{**one.attrib, TYPED_LISTS[name]: _text(one)} for one in child]
        elif name in PLACES or name == "errorDeclaration":
            event[name] = self._holder(child)
        elif name == "persistentDisposition":
            states: dict[str, list[str]] = {}
            for one in child:
                states.setdefault(_local(one), []).append(_text(one))
            event[name] = states
        elif name == "sensorElementList":
            event[name] = [self._sensor(one) for one in child]
        elif name == "ilmd":
            event[name] = self._holder(child)
        elif name == "certificationInfo":
            event.setdefault(name, []).append(_text(child))
        else:
            _add(event, name, self.value(child) if len(child) else _text(child))

    def _holder(self, element: Any) -> dict[str, Any]:
        """A place, an error declaration, master data of instances: plain fields and extensions side by side."""
        found: dict[str, Any] = {}
        for child in _open(element):
            tag: str = child.tag
            if tag[0] == "{":
                _add(found, self.key(tag, child.prefix), self.value(child))
            elif tag == "correctiveEventIDs":
                found[tag] = [_text(one) for one in child]
            else:
                _add(found, tag, self.value(child) if len(child) else _text(child))
        return found

    def _sensor(self, element: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        reports: list[dict[str, Any]] = []
        for child in _open(element):
            tag: str = child.tag
            if tag == "sensorReport":
                reports.append(self._attributes(child))
            elif tag == "sensorMetadata":
                found[tag] = self._attributes(child)
            elif tag[0] == "{":
                _add(found, self.key(tag, child.prefix), self.value(child))
            else:
                _add(found, tag, self.value(child))
        if reports:
            found["sensorReport"] = reports
        return found

    def _attributes(self, element: Any) -> dict[str, Any]:
        """Attributes and extensions of a sensor's part, numbers and truth values as such."""
        found: dict[str, Any] = {}
        for name, text in element.attrib.items():
            if name[0] == "{":
                if not name.startswith(_XSI):
                    found[self.key(name, _prefix_of(element, name))] = text
            elif name in REPORT_NUMBERS:
                found[name] = _number(text)
            elif name == "booleanValue":
                found[name] = _truth(text)
            else:
                found[name] = text.strip()
                if name in {"type", "exception", "component"}:
                    self._declare(element, found[name])
        for child in _open(element):
            tag: str = child.tag
            _add(found, self.key(tag, child.prefix) if tag[0] == "{" else _decoded(tag), self.value(child))
        return found

    def _declare(self, element: Any, value: str) -> None:
        prefix, colon, _ = value.partition(":")
        namespace = element.nsmap.get(prefix) if colon else None
        if namespace:
            self._short.fresh(namespace, prefix)

    def value(self, element: Any) -> Any:
        """An extension: text, number, truth, or an object of what it holds."""
        text = _text(element)
        attributes = {name: one for name, one in element.attrib.items() if not name.startswith(_XSI)}
        if not len(element) and not attributes:
            kind = element.get(_XSI + "type", "").rpartition(":")[2]
            if kind in _NUMBER_TYPES:
                return _number(text)
            if kind == "boolean":
                return _truth(text)
            return None if element.get(_XSI + "nil") in {"true", "1"} else text
        found: dict[str, Any] = {}
        for name, one in attributes.items():
            found[self.key(name, _prefix_of(element, name)) if name[0] == "{" else _decoded(name)] = one
        for child in element:
            tag: str = child.tag
            _add(found, self.key(tag, child.prefix) if tag[0] == "{" else _decoded(tag), self.value(child))
        if text:
            found["#text"] = text
        return found

    def vocabulary(self, element: Any) -> dict[str, Any]:
        """One list of master data."""
        rows = _child(element, "VocabularyElementList")
        found: dict[str, Any] = {"type": element.get("type", "")}
        if rows is not None:
            found["vocabularyElementList"] = [self._row(one) for one in _open(rows)]
        return found

    def _row(self, element: Any) -> dict[str, Any]:
        row: dict[str, Any] = {"id": element.get("id", "")}
        attributes = [
            {"id": one.get("id", ""), "attribute": self._attribute(one)}
            for one in _open(element)
            if _local(one) == "attribute"
        ]
        children = _child(element, "children")
        if attributes:
            row["attributes"] = attributes
        if children is not None:
            row["children"] = [_text(one) for one in children]
        return row

    def _attribute(self, element: Any) -> Any:
        if not len(element):
            return _text(element)
        found: dict[str, Any] = {}
        for child in element:
            tag: str = child.tag
            _add(found, self.key(tag, child.prefix) if tag[0] == "{" else _decoded(tag), self.value(child))
        return found


def _prefix_of(element: Any, name: str) -> str:
    namespace = name[1:].partition("}")[0]
    return next((prefix for prefix, space in element.nsmap.items() if prefix and space == namespace), "")


def _decoded(name: str) -> str:
    """A name with its _xHHHH_ read back."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), name) if "_x" in name else name


def _add(holder: dict[str, Any], key: str, value: Any) -> None:
    """Put a value in; a key that comes again makes a list."""
    if key not in holder:
        holder[key] = value
    elif isinstance(holder[key], list):
        holder[key].append(value)
    else:
        holder[key] = [holder[key], value]


def _quantity(element: Any) -> dict[str, Any]:
    """A class with its quantity; ``xsi:nil`` says that the quantity is not known."""
    return {_local(part): _measure(part) for part in element if part.get(_XSI + "nil") not in {"true", "1"}}


def _measure(element: Any) -> Any:
    return _number(_text(element)) if _local(element) == "quantity" else _text(element)


def _number(text: str) -> int | float | str:
    """A number; text that is none stays as it is, for the check to refuse."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return text
    if "." not in text and "e" not in text.lower():
        return int(text)
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def _truth(text: str) -> bool | str:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.strip(), text)
