"""XML into a message: no DTD, no entities, no network, bounded size. The schema is asked before values are read."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from lxml import etree

from xaso.kernel.plain.cap.areas import AreaError, read_circle, read_polygon
from xaso.kernel.plain.cap.message import NAMESPACE, Area, Info, Message, Pair, Resource
from xaso.kernel.plain.cap.problems import Problem, Refused

MOST_BYTES = 1_000_000
_LISTED = re.compile(r'"([^"]*)"|(\S+)')
_NS = f"{{{NAMESPACE}}}"
_DEEPEST = 12


def parse(data: bytes) -> Any:
    """The root element of untrusted XML. Raises Refused with code malformed."""
    if len(data) > MOST_BYTES:
        raise _malformed("Tệp lớn hơn 1 MB, không phải một bản tin cảnh báo.")
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", data, re.I) or b"\x00" in data:
        raise _malformed("Không nhận XML có khai báo DTD, thực thể (entity) hay mã hóa UTF-16.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=False,
        remove_pis=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _malformed(f"XML sai cú pháp: {str(error)[:160]}.") from error
    if root.tag != f"{_NS}alert":
        raise _malformed(f"Phần tử gốc là “{etree.QName(root).localname}”, không phải alert của CAP 1.2.")
    if _depth(root) > _DEEPEST:
        raise _malformed("XML lồng quá sâu.")
    return root


def _depth(root: Any) -> int:
    deepest, waiting = 0, [(root, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        if level > _DEEPEST:
            return level
        waiting.extend((child, level + 1) for child in node)
    return deepest


def _malformed(text: str) -> Refused:
    return Refused(Problem("malformed", text))


def message_of(root: Any) -> Message:
    """The values of an element that the schema accepted. Raises Refused for areas and times that cannot be read."""
    return Message(
        identifier=_text(root, "identifier"),
        sender=_text(root, "sender"),
        sent=_time(root, "sent") or _must_be_there("sent"),
        status=_text(root, "status"),
        msg_type=_text(root, "msgType"),
        scope=_text(root, "scope"),
        source=_text(root, "source"),
        restriction=_text(root, "restriction"),
        addresses=_words(_text(root, "addresses")),
        codes=tuple(_texts(root, "code")),
        note=_text(root, "note"),
        references=_references(_text(root, "references")),
        incidents=_words(_text(root, "incidents")),
        infos=tuple(_info(part) for part in root.findall(f"{_NS}info")),
    )


def _must_be_there(name: str) -> datetime:
    raise Refused(Problem("time", "Thiếu thời điểm.", name))


def _info(part: Any) -> Info:
    return Info(
        language=_text(part, "language") or "en-US",
        categories=tuple(_texts(part, "category")),
        event=_text(part, "event"),
        responses=tuple(_texts(part, "responseType")),
        urgency=_text(part, "urgency"),
        severity=_text(part, "severity"),
        certainty=_text(part, "certainty"),
        audience=_text(part, "audience"),
        event_codes=_pairs(part, "eventCode"),
        effective=_time(part, "effective"),
        onset=_time(part, "onset"),
        expires=_time(part, "expires"),
        sender_name=_text(part, "senderName"),
        headline=_text(part, "headline"),
        description=_text(part, "description"),
        instruction=_text(part, "instruction"),
        web=_text(part, "web"),
        contact=_text(part, "contact"),
        parameters=_pairs(part, "parameter"),
        resources=tuple(_resource(one) for one in part.findall(f"{_NS}resource")),
        areas=tuple(_area(one) for one in part.findall(f"{_NS}area")),
    )


def _resource(part: Any) -> Resource:
    size = _text(part, "size")
    return Resource(
        description=_text(part, "resourceDesc"),
        mime_type=_text(part, "mimeType"),
        size=int(size) if size else None,
        uri=_text(part, "uri"),
        deref_uri=_text(part, "derefUri"),
        digest=_text(part, "digest"),
    )


def _area(part: Any) -> Area:
    name = _text(part, "areaDesc")
    try:
        return Area(
            description=name,
            polygons=tuple(read_polygon(text) for text in _texts(part, "polygon")),
            circles=tuple(read_circle(text) for text in _texts(part, "circle")),
            geocodes=_pairs(part, "geocode"),
            altitude=_number(part, "altitude"),
            ceiling=_number(part, "ceiling"),
        )
    except AreaError as error:
        raise Refused(Problem("area", str(error), name)) from error


def _text(part: Any, name: str) -> str:
    found = part.find(f"{_NS}{name}")
    return "" if found is None else "".join(found.itertext()).strip()


def _texts(part: Any, name: str) -> list[str]:
    return ["".join(one.itertext()).strip() for one in part.findall(f"{_NS}{name}")]


def _number(part: Any, name: str) -> float | None:
    text = _text(part, name)
    return float(text) if text else None


def _time(part: Any, name: str) -> datetime | None:
    text = _text(part, name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(Problem("time", f"“{text[:40]}” không phải thời điểm có thật.", name)) from error
    if moment.tzinfo is None or text.upper().endswith("Z"):
        raise Refused(
            Problem("time", f"“{text[:40]}” phải ghi rõ múi giờ như +07:00, không dùng chữ Z.", name)
        )
    return moment


def _pairs(part: Any, name: str) -> tuple[Pair, ...]:
    return tuple((_text(one, "valueName"), _text(one, "value")) for one in part.findall(f"{_NS}{name}"))


def _words(text: str) -> tuple[str, ...]:
    return tuple(quoted or bare for quoted, bare in _LISTED.findall(text))


def _references(text: str) -> tuple[tuple[str, str, str], ...]:
    found = []
    for triple in text.split():
        parts = triple.split(",")
        if len(parts) != 3 or not all(parts):
            raise Refused(
                Problem(
                    "reference",
                    f"“{triple[:80]}” phải gồm ba phần: nơi gửi, mã bản tin, lúc gửi, cách nhau dấu phẩy.",
                    "references",
                )
            )
        found.append((parts[0], parts[1], parts[2]))
    return tuple(found)
