"""Data objects of EMVCo QRCPS-MPM: two digits of identifier, two of length, then the value.

The length counts characters, not bytes (EMVCo QRCPS-MPM v1.1, section 3.2); the checksum is taken over the
bytes of the UTF-8 text (section 4.7.3). Each identifier may stand once at its level.
"""

from __future__ import annotations

from dataclasses import dataclass

from xaso.kernel.plain.vietqr.errors import PayloadError

MAX_PAYLOAD_BYTES = 512  # EMVCo QRCPS-MPM v1.1, section 3.1: what a symbol in daily use can carry
MAX_VALUE = 99
CRC_HEAD = "6304"
_DIGITS = frozenset("0123456789")
_HEX = frozenset("0123456789ABCDEFabcdef")


@dataclass(frozen=True)
class Node:
    """One data object. ``children`` is None for a plain value and a tuple for a template."""

    id: str
    value: str
    children: tuple[Node, ...] | None = None

    def child(self, wanted: str) -> Node | None:
        """The object with that identifier inside this template, if any."""
        return next((node for node in self.children or () if node.id == wanted), None)

    def text(self, wanted: str) -> str | None:
        """The value of an inner object, if any."""
        found = self.child(wanted)
        return found.value if found else None


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, nothing reflected; of b"123456789": 0x29B1."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def checksum(body: str) -> str:
    """The four upper-case hexadecimal digits for everything before them, "6304" included."""
    return f"{crc16(body.encode()):04X}"


def split(text: str, path: str = "") -> tuple[Node, ...]:
    """Cut a level into its data objects; ``path`` names the template it stands in.

    Raises PayloadError: bad_id, bad_length, truncated, duplicate.
    """
    nodes: list[Node] = []
    seen: set[str] = set()
    place = 0
    while place < len(text):
        head = text[place : place + 4]
        here = f"{path}.{head[:2]}" if path else head[:2]
        if len(head) < 4:
            raise PayloadError(
                "truncated", f"Chuỗi bị cụt: còn thừa “{head}” ở cuối, không đủ mã và độ dài.", path
            )
        if not _DIGITS.issuperset(head[:2]):
            raise PayloadError("bad_id", f"Mã trường “{head[:2]}” không phải hai chữ số.", path)
        if not _DIGITS.issuperset(head[2:]):
            raise PayloadError(
                "bad_length", f"Độ dài “{head[2:]}” của trường {here} không phải hai chữ số.", here
            )
        length = int(head[2:])
        if length == 0:
            raise PayloadError(
                "bad_length", f"Trường {here} có độ dài 00; trường rỗng thì phải bỏ hẳn.", here
            )
        value = text[place + 4 : place + 4 + length]
        if len(value) < length:
            raise PayloadError(
                "truncated", f"Trường {here} ghi dài {length} ký tự nhưng chỉ còn {len(value)} ký tự.", here
            )
        if head[:2] in seen:
            raise PayloadError("duplicate", f"Trường {here} xuất hiện hai lần.", here)
        seen.add(head[:2])
        nodes.append(Node(head[:2], value))
        place += 4 + length
    return tuple(nodes)


def join(nodes: list[tuple[str, str | None]]) -> str:
    """Write data objects in the given order; those without a value are left out.

    Raises PayloadError too_long when a value passes 99 characters.
    """
    parts: list[str] = []
    for identifier, value in nodes:
        if not value:
            continue
        if len(value) > MAX_VALUE:
            raise PayloadError("too_long", f"Trường {identifier} dài quá {MAX_VALUE} ký tự.", identifier)
        parts.append(f"{identifier}{len(value):02d}{value}")
    return "".join(parts)


def check_crc(payload: str) -> str:
    """Check the last object and answer the checksum as written.

    Raises PayloadError crc_missing or crc_mismatch. A checksum in lower case is accepted.
    """
    head, given = payload[-8:-4], payload[-4:]
    if head != CRC_HEAD or not _HEX.issuperset(given):
        raise PayloadError(
            "crc_missing", "Chuỗi không kết thúc bằng mã kiểm tra 6304 và bốn chữ số thập lục phân.", "63"
        )
    wanted = checksum(payload[:-4])
    if given.upper() != wanted:
        raise PayloadError(
            "crc_mismatch",
            f"Sai mã kiểm tra: chuỗi ghi {given}, tính ra {wanted}. Chuỗi đã bị sửa hoặc chép thiếu.",
            "63",
        )
    return given
