"""The published schema and the rules that the standard states in words."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from xaso.kernel.plain.cap.areas import AreaError, read_circle, read_polygon, write_circle, write_polygon
from xaso.kernel.plain.cap.message import Info, Message
from xaso.kernel.plain.cap.problems import Problem, Refused
from xaso.kernel.plain.cap.reading import message_of, parse

SCHEMA = Path(__file__).parent / "schema" / "CAP-v1.2.xsd"
CLOCKS_DIFFER = timedelta(minutes=5)
_FORBIDDEN = re.compile(r"[\s,<&]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_CODE = {"sent": "time", "effective": "time", "onset": "time", "expires": "time"}


@functools.cache
def _schema() -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.XMLSchema(etree.parse(str(SCHEMA), parser))


def schema_problems(root: Any) -> list[Problem]:
    """What the published schema refuses, one problem an element."""
    schema = _schema()
    if schema.validate(root):
        return []
    found = []
    for error in list(schema.error_log)[:20]:
        name = re.search(r"Element '(?:\{[^}]*\})?(\w+)'", error.message)
        where = name[1] if name else ""
        code = _CODE.get(where, "schema")
        text = (
            "thời điểm phải ghi như 2026-11-22T14:00:00+07:00, có múi giờ và không dùng chữ Z."
            if code == "time"
            else f"không đúng lược đồ CAP 1.2 (dòng {error.line})."
        )
        problem = Problem(code, text, where)
        if problem not in found:
            found.append(problem)
    return found


def read(data: bytes) -> Message:
    """A checked message from XML whose signature does not matter. Raises Refused with all that is wrong."""
    return read_root(parse(data))


def read_root(root: Any) -> Message:
    """As ``read``, for an element. Raises Refused."""
    problems = schema_problems(root)
    if problems:
        raise Refused(*problems)
    message = message_of(root)
    problems = rule_problems(message)
    if problems:
        raise Refused(*problems)
    return message


def rule_problems(message: Message) -> list[Problem]:
    """What the rules beyond the schema refuse."""
    return [*_names(message), *_scope(message), *_references(message), *_infos(message)]


def _names(message: Message) -> Iterator[Problem]:
    for where, text in (("identifier", message.identifier), ("sender", message.sender)):
        if not text:
            yield Problem("identifier", "không được để trống.", where)
        elif _FORBIDDEN.search(text):
            yield Problem("identifier", "không được có khoảng trống, dấu phẩy, dấu < hay &.", where)
    if message.sent.tzinfo is None:
        yield Problem("time", "thiếu múi giờ.", "sent")


def _scope(message: Message) -> Iterator[Problem]:
    if message.scope == "Restricted" and not message.restriction:
        yield Problem("scope", "bản tin hạn chế phải nói rõ hạn chế thế nào.", "restriction")
    if message.scope == "Private" and not message.addresses:
        yield Problem("scope", "bản tin riêng phải nêu nơi nhận.", "addresses")
    if message.scope != "Restricted" and message.restriction:
        yield Problem("scope", "chỉ dùng khi scope là Restricted.", "restriction")


def _references(message: Message) -> Iterator[Problem]:
    if message.msg_type in {"Update", "Cancel", "Ack", "Error"} and not message.references:
        yield Problem(
            "reference", f"bản tin loại {message.msg_type} phải nêu bản tin mà nó nói tới.", "references"
        )
    if message.msg_type == "Error" and not message.note:
        yield Problem("reference", "bản tin lỗi phải ghi lý do.", "note")
    for _, identifier, sent in message.references:
        if identifier == message.identifier:
            yield Problem("reference", "bản tin không thể nói tới chính nó.", "references")
        try:
            before = datetime.fromisoformat(sent)
        except ValueError:
            yield Problem("reference", f"“{sent[:40]}” không phải thời điểm.", "references")
            continue
        if before.tzinfo is None or sent.upper().endswith("Z"):
            yield Problem("reference", f"“{sent[:40]}” thiếu múi giờ.", "references")
        elif message.sent.tzinfo is not None and before > message.sent:
            yield Problem("reference", "nói tới một bản tin gửi sau nó.", "references")


def _infos(message: Message) -> Iterator[Problem]:
    if message.msg_type in {"Alert", "Update"} and message.status != "Draft" and not message.infos:
        yield Problem("schema", "bản tin cảnh báo phải có phần nội dung.", "info")
    for number, info in enumerate(message.infos, 1):
        where = f"info {number}"
        if not _LANGUAGE.fullmatch(info.language):
            yield Problem("schema", f"“{info.language[:20]}” không phải mã ngôn ngữ.", where)
        if not info.event:
            yield Problem("schema", "thiếu tên hiện tượng.", where)
        yield from _times(message, info, where)
        yield from _areas(info, where)


def _times(message: Message, info: Info, where: str) -> Iterator[Problem]:
    begins = info.effective or message.sent
    moments = {"effective": info.effective, "onset": info.onset, "expires": info.expires}
    bare = [name for name, moment in moments.items() if moment is not None and moment.tzinfo is None]
    if bare or message.sent.tzinfo is None:
        for name in bare:
            yield Problem("time", f"{name} thiếu múi giờ.", where)
        return
    if info.expires is not None and info.expires <= begins:
        yield Problem("time", "lúc hết hạn phải sau lúc có hiệu lực.", where)
    if info.expires is not None and info.onset is not None and info.expires <= info.onset:
        yield Problem("time", "lúc hết hạn phải sau lúc bắt đầu.", where)


def _areas(info: Info, where: str) -> Iterator[Problem]:
    for area in info.areas:
        if not area.description:
            yield Problem("area", "vùng phải có tên.", where)
        try:
            for ring in area.polygons:
                if ring[:1] != ring[-1:]:
                    raise AreaError("Vùng chưa khép kín: điểm cuối phải trùng điểm đầu.")
                read_polygon(write_polygon(ring))
            for circle in area.circles:
                read_circle(write_circle(*circle))
        except AreaError as error:
            yield Problem("area", str(error), area.description or where)
        if any(not name or not value for name, value in area.geocodes):
            yield Problem("area", "mã vùng phải có tên loại mã và giá trị.", area.description)
        if area.ceiling is not None and area.altitude is None:
            yield Problem("area", "có độ cao trên thì phải có độ cao dưới.", area.description)


def time_problems(message: Message, at: datetime) -> list[Problem]:
    """What is wrong with a received message at a moment: its time is over, or it comes from the future."""
    found = []
    if message.expires is not None and message.expires <= at:
        found.append(
            Problem("expired", f"bản tin đã hết hạn từ {message.expires:%H:%M %d/%m/%Y}.", "expires")
        )
    if message.sent > at + CLOCKS_DIFFER:
        found.append(Problem("time", "bản tin ghi lúc gửi ở tương lai; đồng hồ nơi gửi có thể sai.", "sent"))
    return found
