"""A message as XML, elements in the order of the schema."""

from __future__ import annotations

from typing import Any

from lxml import etree

from xaso.kernel.plain.cap.areas import write_circle, write_polygon
from xaso.kernel.plain.cap.message import NAMESPACE, Area, Info, Message, Resource, stamp


def write(message: Message) -> bytes:
    """The message as UTF-8 XML, unsigned. Raises ValueError for a time without offset."""
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})
    _add(root, "identifier", message.identifier)
    _add(root, "sender", message.sender)
    _add(root, "sent", stamp(message.sent))
    _add(root, "status", message.status)
    _add(root, "msgType", message.msg_type)
    _some(root, "source", message.source)
    _add(root, "scope", message.scope)
    _some(root, "restriction", message.restriction)
    _some(root, "addresses", _listed(message.addresses))
    for code in message.codes:
        _add(root, "code", code)
    _some(root, "note", message.note)
    _some(root, "references", " ".join(",".join(one) for one in message.references))
    _some(root, "incidents", _listed(message.incidents))
    for info in message.infos:
        _info(root, info)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _info(root: Any, info: Info) -> None:
    part = _add(root, "info", None)
    _add(part, "language", info.language)
    for category in info.categories:
        _add(part, "category", category)
    _add(part, "event", info.event)
    for response in info.responses:
        _add(part, "responseType", response)
    _add(part, "urgency", info.urgency)
    _add(part, "severity", info.severity)
    _add(part, "certainty", info.certainty)
    _some(part, "audience", info.audience)
    _pairs(part, "eventCode", info.event_codes)
    for name, moment in (("effective", info.effective), ("onset", info.onset), ("expires", info.expires)):
        if moment is not None:
            _add(part, name, stamp(moment))
    _some(part, "senderName", info.sender_name)
    _some(part, "headline", info.headline)
    _some(part, "description", info.description)
    _some(part, "instruction", info.instruction)
    _some(part, "web", info.web)
    _some(part, "contact", info.contact)
    _pairs(part, "parameter", info.parameters)
    for resource in info.resources:
        _resource(part, resource)
    for area in info.areas:
        _area(part, area)


def _resource(above: Any, resource: Resource) -> None:
    part = _add(above, "resource", None)
    _add(part, "resourceDesc", resource.description)
    _add(part, "mimeType", resource.mime_type)
    if resource.size is not None:
        _add(part, "size", str(resource.size))
    _some(part, "uri", resource.uri)
    _some(part, "derefUri", resource.deref_uri)
    _some(part, "digest", resource.digest)


def _area(above: Any, area: Area) -> None:
    part = _add(above, "area", None)
    _add(part, "areaDesc", area.description)
    for polygon in area.polygons:
        _add(part, "polygon", write_polygon(polygon))
    for circle in area.circles:
        _add(part, "circle", write_circle(*circle))
    _pairs(part, "geocode", area.geocodes)
    for name, metres in (("altitude", area.altitude), ("ceiling", area.ceiling)):
        if metres is not None:
            _add(part, name, f"{metres:g}")


def _pairs(above: Any, name: str, pairs: tuple[tuple[str, str], ...]) -> None:
    for key, value in pairs:
        part = _add(above, name, None)
        _add(part, "valueName", key)
        _add(part, "value", value)


def _add(above: Any, name: str, text: str | None) -> Any:
    part = etree.SubElement(above, f"{{{NAMESPACE}}}{name}")
    if text is not None:
        part.text = text
    return part


def _some(above: Any, name: str, text: str) -> None:
    if text:
        _add(above, name, text)


def _listed(words: tuple[str, ...]) -> str:
    """Words separated by spaces; those with a space in them stand in quotes, as the standard says."""
    return " ".join(f'"{word}"' if " " in word else word for word in words)
