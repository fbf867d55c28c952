"""A list of messages as an Atom feed, the usual CAP index: one entry a message with its link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

ATOM = "http://www.w3.org/2005/Atom"
CAP_TYPE = "application/cap+xml"


@dataclass(frozen=True)
class Entry:
    """One message in the feed; ``address`` is where its XML lies, ``page`` where people read it."""

    key: str
    title: str
    summary: str
    address: str
    page: str
    updated: datetime
    category: str = ""


def feed(
    title: str, address: str, author: str, updated: datetime, entries: Sequence[Entry], language: str = "vi"
) -> bytes:
    """The feed as UTF-8 XML (RFC 4287)."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", language)
    _add(root, "id", address)
    _add(root, "title", title)
    _add(root, "updated", updated.replace(microsecond=0).isoformat())
    _add(_add(root, "author"), "name", author)
    _add(root, "link", rel="self", href=address, type="application/atom+xml")
    for one in entries:
        part = _add(root, "entry")
        _add(part, "id", one.key)
        _add(part, "title", one.title)
        _add(part, "updated", one.updated.replace(microsecond=0).isoformat())
        _add(part, "summary", one.summary)
        if one.category:
            _add(part, "category", term=one.category)
        _add(part, "link", rel="enclosure", href=one.address, type=CAP_TYPE)
        _add(part, "link", rel="alternate", href=one.page, type="text/html")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _add(above: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    part = etree.SubElement(above, f"{{{ATOM}}}{name}", attrib=attributes)
    part.text = text
    return part
