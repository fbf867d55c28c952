"""The words of a file: Word, PDF with text, scanned PDF and pictures, web page, plain text. Lines as paragraphs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import pypdfium2
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from lxml import etree, html

from xaso.kernel.plain.text import nfc
from xaso.services.assistant.importers.base import Unreadable
from xaso.services.assistant.importers.ocr import recognise

MOST_PAGES = 600
MOST_LETTERS = 8_000_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STARTS = re.compile(
    r"\s*(?:(?:Điều|ĐIỀU|Khoản|Chương|CHƯƠNG|Mục|MỤC|Phần|PHẦN|PHỤ LỤC|Phụ lục)\s"
    r"|\d{1,3}[a-zđ]?[.)]\s|[a-zđ]\d?\)\s|[-+•“]\s?"
    r"|Căn cứ|Nơi nhận|Số\s*:|(?:TM|KT|TL|Q)\.|QUYẾT ĐỊNH|NGHỊ|THÔNG TƯ|LUẬT|CHỈ THỊ)"
)
_PAGE_NUMBER = re.compile(r"^\s*[-–]?\s*\d{1,4}\s*[-–]?\s*$")
_BLOCKS = {
    "p",
    "div",
    "li",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "br",
    "table",
    "section",
    "article",
    "blockquote",
}
_DROPPED = {"script", "style", "noscript", "nav", "header", "footer", "form", "iframe", "svg", "button"}


@dataclass
class Words:
    """What a file says, one paragraph a line, and what an officer should know of how it was read."""

    text: str
    doubts: list[str] = field(default_factory=list)


def words_of(name: str, content: bytes) -> Words:
    """The words of a file by what it is, not by its name. Raises Unreadable with a sentence for the officer."""
    if not content:
        raise Unreadable("Tệp trống.")
    read = _reader(name, content)
    words = read(content)
    words.text = nfc(words.text)[:MOST_LETTERS]
    if not words.text.strip():
        raise Unreadable("Tệp không có chữ nào.")
    return words


def _reader(name: str, content: bytes) -> Callable[[bytes], Words]:
    if content.startswith(b"%PDF"):
        return read_pdf
    if content.startswith(b"PK\x03\x04"):
        return read_docx
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG", b"II*\x00", b"MM\x00*")):
        return read_picture
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            "Tệp Word kiểu cũ (.doc). Mở bằng Word hoặc LibreOffice, lưu thành .docx rồi gửi lại."
        )
    head = content[:2000].lstrip().lower()
    suffix = PurePosixPath(name).suffix.lower()
    if head.startswith((b"<!doctype html", b"<html")) or suffix in {".html", ".htm"}:
        return read_html
    return read_text


def read_docx(content: bytes) -> Words:
    """Paragraphs and tables of a Word file, in order."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            body = archive.read("word/document.xml")
        root = fromstring(body)
    except (
        zipfile.BadZipFile,
        KeyError,
        etree.ParseError,
        DefusedXmlException,
        SyntaxError,
        OSError,
    ) as error:
        raise Unreadable("Không mở được tệp Word này: tệp hỏng hoặc không phải .docx.") from error
    lines: list[str] = []
    automatic = 0
    for element in root.iter(f"{_W}p"):
        line = _docx_line(element)
        automatic += bool(line.strip()) and element.find(f"{_W}pPr/{_W}numPr") is not None
        lines += line.split("\n")
    doubts = []
    if automatic > 5:
        doubts.append(
            "Tệp Word đánh số tự động: số khoản, điểm có thể không có trong chữ. Xem lại từng điều."
        )
    return Words("\n".join(lines), doubts)


def _docx_line(paragraph: etree._Element) -> str:
    pieces = []
    for one in paragraph.iter():
        if one.tag == f"{_W}t":
            pieces.append(one.text or "")
        elif one.tag == f"{_W}tab":
            pieces.append(" ")
        elif one.tag in {f"{_W}br", f"{_W}cr"}:
            pieces.append("\n")
    return "".join(pieces)


def read_pdf(content: bytes) -> Words:
    """The text of a PDF; of pages without text, what recognition reads, where it is installed."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise Unreadable("Không mở được tệp PDF này: tệp hỏng hoặc có mật khẩu.") from error
    try:
        if len(document) > MOST_PAGES:
            raise Unreadable(
                f"Tệp PDF có {len(document)} trang, nhiều hơn {MOST_PAGES}. Tách thành nhiều tệp."
            )
        pages = [document[at].get_textpage().get_text_range() for at in range(len(document))]
        blank = [at for at, text in enumerate(pages) if sum(map(str.isalpha, text)) < 40]
        doubts = []
        if len(blank) > len(pages) // 3:
            sure = 100.0
            for at in blank:
                picture = document[at].render(scale=200 / 72, grayscale=True).to_pil()
                pages[at], page_sure = recognise(picture)
                sure = min(sure, page_sure)
            doubts.append(
                f"Bản quét, chữ do máy nhận dạng (trang kém nhất chắc {sure:.0f}%). Đọc lại trước khi dùng."
            )
            if sure < 70:
                raise Unreadable(
                    f"Bản quét mờ: nhận dạng chữ chỉ chắc {sure:.0f}%. Quét lại từ 300 điểm ảnh, hoặc tìm bản có chữ."
                )
    finally:
        document.close()
    return Words(joined_lines("\n".join(pages)), doubts)


def read_picture(content: bytes) -> Words:
    """The text of a photographed or scanned page."""
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(content)).convert("L")
    except (UnidentifiedImageError, OSError) as error:
        raise Unreadable("Không mở được ảnh này.") from error
    text, sure = recognise(picture)
    if sure < 70:
        raise Unreadable(f"Ảnh mờ: nhận dạng chữ chỉ chắc {sure:.0f}%. Chụp, quét lại rõ hơn.")
    return Words(joined_lines(text), [f"Chữ do máy nhận dạng (chắc {sure:.0f}%). Đọc lại trước khi dùng."])


def joined_lines(text: str) -> str:
    """Printed lines as paragraphs: a line that begins nothing goes on the one before it."""
    found: list[str] = []
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = " ".join(raw.replace("\ufffe", "").split())
        if not line or _PAGE_NUMBER.match(line):
            continue
        before = found[-1] if found else ""
        begins = not before or _STARTS.match(line) or before.endswith((".", ";", ":", "./."))
        if begins or before.isupper() or line.isupper():
            found.append(line)
        else:
            found[-1] = f"{before} {line}"
    return "\n".join(found)


def read_html(content: bytes) -> Words:
    """The text of a web page, without its menus and scripts."""
    try:
        tree = html.fromstring(decoded(content).encode(), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError) as error:
        raise Unreadable("Không đọc được trang web này.") from error
    pieces: list[str] = []
    _gather(tree, pieces)
    lines = [" ".join(line.split()) for line in "".join(pieces).split("\n")]
    return Words("\n".join(line for line in lines if line))


def _gather(element: etree._Element, pieces: list[str]) -> None:
    stack: list[tuple[etree._Element, bool]] = [(element, False)]
    while stack:
        one, closing = stack.pop()
        name = one.tag if isinstance(one.tag, str) else ""
        block = name in _BLOCKS
        if closing:
            pieces.append("\n" if block else "\t" if name in {"td", "th"} else "")
            pieces.append((one.tail or "").replace("\n", " ") if one is not element else "")
            continue
        if not name or name in _DROPPED:
            pieces.append((one.tail or "").replace("\n", " "))
            continue
        pieces.append("\n" if block else "")
        pieces.append((one.text or "").replace("\n", " "))
        stack.append((one, True))
        stack += [(child, False) for child in reversed(list(one))]


def read_text(content: bytes) -> Words:
    """Plain text in any Unicode encoding."""
    return Words(decoded(content))


def decoded(content: bytes) -> str:
    """Bytes as text. Raises Unreadable for old code pages: guessing them writes wrong letters."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("Tệp chữ không theo Unicode (UTF-8). Lưu lại theo UTF-8 rồi gửi lại.") from error
