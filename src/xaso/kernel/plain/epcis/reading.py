"""Read a document: JSON here, XML next door."""

from __future__ import annotations

import re
from typing import Any

import orjson

from xaso.kernel.plain.epcis.context import read_context
from xaso.kernel.plain.epcis.document import (
    DOCUMENT,
    QUERY_DOCUMENT,
    SINGLE,
    Document,
    Limits,
    normal_events,
    refuse_depth,
)
from xaso.kernel.plain.epcis.problems import MEDIA_TYPE, TOO_LARGE, ReadError
from xaso.kernel.plain.epcis.xml_reading import read_xml

LIMITS = Limits()


def read(data: bytes, content_type: str | None = None, limits: Limits = LIMITS) -> Document:
    """Read an EPCISDocument, an EPCISQueryDocument or one bare event, JSON or XML.

    ``content_type`` is the request's header; without it the first letter decides. Only what stops reading is an
    error here (ReadError, which carries the standard's problem): what the content may not be is for ``check``.
    """
    syntax = _syntax(data, content_type)
    if len(data) > limits.bytes:
        raise ReadError(
            f"Tài liệu lớn {len(data):,} byte; mỗi lần chỉ nhận {limits.bytes:,} byte. Hãy chia thành nhiều phần.",
            f"The document has {len(data):,} bytes; at most {limits.bytes:,} are taken at once. Split it.",
            TOO_LARGE,
        )
    document = read_json(data, limits) if syntax == "json" else read_xml(data, limits)
    if len(document.events) > limits.events:
        raise ReadError(
            f"Tài liệu có {len(document.events):,} sự kiện; mỗi lần chỉ nhận {limits.events:,}. Hãy chia nhỏ.",
            f"The document has {len(document.events):,} events; at most {limits.events:,} are taken. Split it.",
            TOO_LARGE,
        )
    return document


def _syntax(data: bytes, content_type: str | None) -> str:
    media = (content_type or "").partition(";")[0].strip().lower()
    if media:
        if media in {"application/json", "application/ld+json"} or media.endswith("+json"):
            return "json"
        if media in {"application/xml", "text/xml"} or media.endswith("+xml"):
            return "xml"
        raise ReadError(
            f"Không nhận kiểu nội dung {media}; hãy gửi application/json hoặc application/xml.",
            f"The content type {media} is not taken; send application/json or application/xml.",
            MEDIA_TYPE,
        )
    head = data[:64].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")
    return "xml" if head.startswith(b"<") else "json"


# Control characters, which neither XML nor the database can hold.
_CONTROL = re.compile(rb"(?<!\\)(?:\\\\)*\\u00(?:0[0-8bBcCeEfF]|1[0-9a-fA-F])")


def read_json(data: bytes, limits: Limits = LIMITS) -> Document:
    """Read JSON. Raises ReadError."""
    if b"\\u00" in data and _CONTROL.search(data):
        raise ReadError(
            "Tài liệu có ký tự điều khiển (như \\u0000) trong chữ; hãy bỏ đi.",
            "The document has a control character (such as \\u0000) in a text; remove it.",
        )
    found = _parsed(data)
    return from_object(found, limits, flat=_is_flat(data, limits.depth))


def _parsed(data: bytes) -> Any:
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise ReadError(
            f"Đây không phải JSON đúng: dòng {error.lineno}, cột {error.colno}.",
            f"This is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
        ) from error


def read_each(data: bytes, limits: Limits = LIMITS) -> list[Document]:
    """Read what a command is given: as ``read`` does, also a JSON list of events or of documents, and a JSON document
    that does not say its type. Raises ReadError.
    """
    if _syntax(data, None) == "xml":
        return [read_xml(data, limits)]
    found = _parsed(data)
    return [from_object(_typed(one), limits) for one in (found if isinstance(found, list) else [found])]


def _typed(found: Any) -> Any:
    """An object with its type: a document is told by its body, where it has none or a made-up one."""
    if not isinstance(found, dict):
        return found
    if "eventList" in found and "epcisBody" not in found:
        found["epcisBody"] = {"eventList": found.pop("eventList")}
    body = found.get("epcisBody")
    if isinstance(body, dict):
        found["type"] = QUERY_DOCUMENT if "queryResults" in body else DOCUMENT
    return found


_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def _is_flat(data: bytes, depth: int) -> bool:
    """Whether JSON surely is nested no deeper: its brackets vanish in pairs in as many rounds."""
    brackets = data.translate(None, _BUT_BRACKETS)
    for _ in range(depth):
        if not brackets:
            return True
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
    return not brackets


def from_object(found: Any, limits: Limits = LIMITS, *, flat: bool = False) -> Document:
    """A document from parsed JSON, which it takes over. Raises ReadError.

    ``flat`` says that its depth is known to be within the limits.
    """
    if not isinstance(found, dict):
        raise ReadError(
            "Tài liệu phải là một đối tượng JSON: EPCISDocument, EPCISQueryDocument hoặc một sự kiện.",
            "The document must be one JSON object: EPCISDocument, EPCISQueryDocument or one event.",
        )
    if not flat:
        refuse_depth(found, limits.depth)
    kind = found.get("type")
    if not isinstance(kind, str):
        raise ReadError("Thiếu trường type của tài liệu.", "The document has no type.", pointer="/type")
    context = read_context(found.get("@context"))
    if kind not in {DOCUMENT, QUERY_DOCUMENT}:
        head = {"@context": found.pop("@context")} if "@context" in found else {}
        events: list[Any] = [found]
        kind = SINGLE
    else:
        head, events = _body(found, kind)
    normal_events(events, context)
    document = Document(kind, events, context, head)
    document.masters = _masters(head)
    return document


def _body(found: dict[str, Any], kind: str) -> tuple[dict[str, Any], list[Any]]:
    """The head with its event list emptied, and the events; a body of the wrong shape stays for the check."""
    holder = found.get("epcisBody")
    for name in ("queryResults", "resultsBody") if kind == QUERY_DOCUMENT else ():
        holder = holder.get(name) if isinstance(holder, dict) else None
    events = holder.get("eventList") if isinstance(holder, dict) else None
    if not isinstance(holder, dict) or not isinstance(events, list):
        return found, []
    holder["eventList"] = []
    return found, events


def _masters(head: dict[str, Any]) -> list[dict[str, Any]]:
    header = head.get("epcisHeader")
    master = header.get("epcisMasterData") if isinstance(header, dict) else None
    found = master.get("vocabularyList") if isinstance(master, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
