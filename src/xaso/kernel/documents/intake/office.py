"""Word and Excel files: what they are by their parts, no macros, no calls outside, no bombs. Kept as they came."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from xaso.kernel.documents.intake.base import DOCX, XLSX, BadFile, IntakeRule

MAX_RATIO = 200
_SMALL = 1 << 20  # below this a part may be as even as it likes: a table of empty cells is
_MAX_XML = 64 << 20
_MAIN = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_PROGRAMS = (".exe", ".dll", ".js", ".vbs", ".bat", ".cmd", ".ps1", ".scr", ".hta", ".jar", ".lnk", ".swf")
_PACKED = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ\x00",
)
_SAFE_LINK = re.compile(r"(?:https?://|mailto:|tel:|#)", re.I)
_DDE = re.compile(r"\bDDE(?:AUTO)?\b")
_ENCODING = re.compile(rb"^<\?xml[^>]*\bencoding\s*=\s*[\"']([^\"']+)")

_BOMB = "Tệp bung ra quá lớn nên không nhận được. Lưu lại tệp mới, hoặc gửi bản PDF."
_MACRO = "Tệp có macro hoặc tệp nhúng nên không nhận được. Lưu thành .docx/.xlsx thường hoặc PDF."
_CALLS = (
    "Tệp tự gọi dữ liệu từ nơi khác khi mở nên không nhận được. Ngắt các liên kết ngoài, hoặc gửi bản PDF."
)
_LOCKED = "Tệp có mật khẩu nên cán bộ không mở được. Bỏ mật khẩu rồi gửi lại."
_DAMAGED = "Không mở được tệp này: tệp bị hỏng hoặc cấu trúc lạ. Lưu lại tệp mới, hoặc gửi bản PDF."


def office_kind(content: bytes) -> str | None:
    """The media type of a Word or Excel file by its parts; None for any other archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for part, kind in _MAIN.items() if part in names), None)


def check_office(content: bytes, rule: IntakeRule | None = None) -> None:
    """Raise BadFile for macros, embedded programs, calls outside, locked parts and bombs.

    Every part is really unpacked, within limits: what an archive says of its own sizes is not believed.
    """
    rule = rule or IntakeRule()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > rule.max_parts or sum(part.file_size for part in parts) > rule.max_unpacked:
                raise BadFile(_BOMB)
            _check_names(parts)
            _check_places(content, parts, archive.start_dir)
            left = rule.max_unpacked
            for part in parts:
                left -= _check_part(archive, part, left)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise BadFile(_DAMAGED) from error


def _check_names(parts: list[zipfile.ZipInfo]) -> None:
    seen = set()
    for part in parts:
        name = part.filename.lower()
        if (
            name in seen
            or name.startswith(("/", "\\"))
            or "\\" in name
            or ".." in name.split("/")
            or ":" in name
        ):
            raise BadFile(_DAMAGED)
        seen.add(name)
        if stat.S_ISLNK(part.external_attr >> 16):
            raise BadFile(_DAMAGED)
        if part.flag_bits & 0x1:
            raise BadFile(_LOCKED)
        if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise BadFile(_DAMAGED)
        if "vbaproject" in name or name.endswith(_PROGRAMS) or "/embeddings/" in name or "/activex/" in name:
            raise BadFile(_MACRO)


def _check_places(content: bytes, parts: list[zipfile.ZipInfo], end: int) -> None:
    """Parts lie one after the other from the first byte: none shared, nothing before, nothing hidden behind."""
    places = sorted((part.header_offset, part.compress_size) for part in parts)
    if not content.startswith(b"PK\x03\x04") or places[0][0] != 0:
        raise BadFile(_DAMAGED)
    for (start, size), following in zip(places, [*(place[0] for place in places[1:]), end], strict=True):
        if start + 30 + size > following:
            raise BadFile(_BOMB)


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Unpack one part within the limit and look into it; answer its size."""
    size, head, held = 0, b"", bytearray()
    is_text = part.filename.lower().endswith((".xml", ".rels", ".vml"))
    with archive.open(part) as stream:
        while piece := stream.read(1 << 18):
            head = head or piece[:16]
            size += len(piece)
            if size > left or (size > _SMALL and size > MAX_RATIO * max(part.compress_size, 1)):
                raise BadFile(_BOMB)
            if is_text:
                if size > _MAX_XML:
                    raise BadFile(_BOMB)
                held += piece
    if head.startswith(_PACKED):
        raise BadFile(_MACRO)
    if is_text:
        _check_text(part.filename.lower(), bytes(held))
    return size


def _check_text(name: str, text: bytes) -> None:
    """Refuse what calls outside when opened. Only encodings every reader agrees on; no document types."""
    if text[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = text.decode("utf-16").encode().replace(b"utf-16", b"utf-8", 1).replace(b"UTF-16", b"UTF-8", 1)
    text = text.removeprefix(b"\xef\xbb\xbf").lstrip()
    said = _ENCODING.match(text)
    if b"\x00" in text or (said and said[1].lower() not in {b"utf-8", b"us-ascii", b"ascii"}):
        raise BadFile(_DAMAGED)
    if name == "[content_types].xml" and b"macroenabled" in text.lower():
        raise BadFile(_MACRO)
    telling = name.endswith(".rels") or any(word in text for word in (b"instrText", b"fldSimple", b"ddeLink"))
    if not telling:
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise BadFile(_CALLS)
        return
    fields = []
    try:
        for _, node in iterparse(io.BytesIO(text), forbid_dtd=True):
            kind = node.tag.rpartition("}")[2]
            if kind == "Relationship":
                _check_relationship(node.attrib)
            elif kind == "ddeLink":
                raise BadFile(_CALLS)
            elif kind == "instrText":
                fields.append(node.text or "")
            elif kind == "fldSimple":
                fields += [" ", *(value for key, value in node.attrib.items() if key.endswith("instr"))]
            node.clear()
    except DefusedXmlException as error:
        raise BadFile(_CALLS) from error
    except ParseError as error:
        raise BadFile(_DAMAGED) from error
    if _DDE.search("".join(fields).upper()):
        raise BadFile(_CALLS)


def _check_relationship(facts: Mapping[str, str]) -> None:
    """Links that a person clicks may lead outside; whatever is fetched by itself may not."""
    if facts.get("TargetMode", "").strip().lower() != "external":
        return
    is_link = facts.get("Type", "").endswith("/hyperlink")
    if not is_link or not _SAFE_LINK.match(facts.get("Target", "").strip()):
        raise BadFile(_CALLS)
