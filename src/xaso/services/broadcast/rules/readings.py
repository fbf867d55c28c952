"""Texts out of what others wrote: RSS and Atom feeds, Word files, PDF, plain text. Pure; everything is bounded.

What comes in has been looked at for bombs and programs already (documents.intake); here only words are taken out.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import ParseError

import pypdfium2
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse

MOST_ENTRIES = 50
LONGEST_TEXT = 20_000
LARGEST_FEED = 2 << 20
MOST_PAGES = 60
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ATOM = "{http://www.w3.org/2005/Atom}"
_SILENT = {"script", "style", "head", "title", "template", "noscript"}
_BREAKS = {"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "td", "blockquote", "section"}


class Unreadable(ValueError):
    """Nothing could be taken out; the sentence is Vietnamese and says what to do."""


@dataclass(frozen=True)
class Entry:
    """One piece of news: its own lasting id, title, words, when it was published."""

    id: str
    title: str
    text: str
    link: str = ""
    at: datetime | None = None


def tidy(text: str) -> str:
    """Composed letters, no control characters, single blanks, at most one empty line in a row."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " "))
    text = "".join(
        one for one in text if one == "\n" or unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co"}
    )
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:LONGEST_TEXT]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._silent += tag in _SILENT
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def words_of_html(text: str) -> str:
    """What a reader would see."""
    reader = _Words()
    reader.feed(text)
    reader.close()
    return tidy("".join(reader.parts))


def read_feed(content: bytes) -> list[Entry]:
    """The entries of an RSS 2.0, RDF or Atom feed, newest first as they stand there. Raises Unreadable."""
    if len(content) > LARGEST_FEED:
        raise Unreadable("Nguồn tin quá dài. Chọn nguồn RSS ngắn hơn.")
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable("Địa chỉ này không phải nguồn RSS hoặc Atom. Kiểm tra lại địa chỉ.") from error
    nodes = [node for node in root.iter() if _name(node) in {"item", "entry"}][:MOST_ENTRIES]
    if _name(root) not in {"rss", "feed", "RDF"}:
        raise Unreadable("Địa chỉ này không phải nguồn RSS hoặc Atom. Kiểm tra lại địa chỉ.")
    found = [_entry(node) for node in nodes]
    return [one for one in found if one.id and one.title]


def _name(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]


def _entry(node: Any) -> Entry:
    told: dict[str, str] = {}
    link = ""
    for child in node:
        name = _name(child)
        if name == "link":
            if child.get("rel", "alternate") == "alternate":
                link = link or (child.get("href") or child.text or "").strip()
        elif name not in told:
            told[name] = "".join(child.itertext()) if child.get("type") == "xhtml" else (child.text or "")
    body = max((told.get(name, "") for name in ("encoded", "content", "description", "summary")), key=len)
    title = words_of_html(told.get("title", "")).replace("\n", " ")[:200]
    key = (told.get("guid") or told.get("id") or link or title).strip()[:120]
    when = next((told[name] for name in ("pubDate", "published", "updated", "date") if told.get(name)), "")
    return Entry(
        key, title, words_of_html(body), link if link.startswith(("http://", "https://")) else "", _when(when)
    )


def _when(text: str) -> datetime | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(text.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return found if found.tzinfo else None
    return None


def words_of_docx(content: bytes) -> str:
    """The paragraphs of a Word file in order, cells of tables one line each. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("word/document.xml") as part:
            return tidy("".join(_runs(part)))
    except (zipfile.BadZipFile, KeyError, ParseError, DefusedXmlException, OSError, ValueError) as error:
        raise Unreadable("Không đọc được tệp Word này. Lưu lại thành .docx rồi gửi.") from error


def _runs(part: Any) -> Iterator[str]:
    size, deleted = 0, 0
    for step, node in iterparse(part, events=("start", "end"), forbid_dtd=True):
        if node.tag == f"{_WORD}del":
            deleted += 1 if step == "start" else -1
        if step == "start":
            continue
        piece = ""
        if node.tag == f"{_WORD}t" and not deleted:
            piece = node.text or ""
        elif node.tag in {f"{_WORD}br", f"{_WORD}cr", f"{_WORD}p"}:
            piece = "\n"
        elif node.tag in {f"{_WORD}tab", f"{_WORD}tc"}:
            piece = " "
        if node.tag == f"{_WORD}p":
            node.clear()
        size += len(piece)
        if size > 2 * LONGEST_TEXT:
            return
        yield piece


def words_of_pdf(content: bytes) -> str:
    """The words of a PDF that has any; a scan has none. Lines that were only broken by the page are joined.

    Raises Unreadable.
    """
    found: list[str] = []
    try:
        document = pypdfium2.PdfDocument(content)
        try:
            for number in range(min(len(document), MOST_PAGES)):
                page = document[number]
                text = page.get_textpage()
                found.append(text.get_text_bounded())
                text.close()
                page.close()
                if sum(map(len, found)) > 2 * LONGEST_TEXT:
                    break
        finally:
            document.close()
    except (pypdfium2.PdfiumError, ValueError, UnicodeError) as error:
        raise Unreadable("Không đọc được tệp PDF này. Gửi bản Word, hoặc dán chữ vào ô nội dung.") from error
    text = tidy("\n".join(found))
    if not text:
        raise Unreadable("Tệp PDF này là bản chụp, không có chữ để lấy. Gửi bản Word, hoặc gõ lại nội dung.")
    return _joined(text)


def _joined(text: str) -> str:
    """A line that ends without a stop, followed by one that goes on in small letters, is one sentence."""
    return re.sub(r"(?<=[^\n.!?:;])\n(?=[a-zà-ỹ0-9(])", " ", text)


def words_of_text(content: bytes) -> str:
    """A plain text file: UTF-8, UTF-16 with a mark, or Windows-1258. Raises Unreadable."""
    for mark, code in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _decoded(content, code)
    try:
        return _decoded(content, "utf-8")
    except Unreadable:
        return _decoded(content, "cp1258")


def _decoded(content: bytes, code: str) -> str:
    try:
        text = content.decode(code)
    except (UnicodeError, ValueError) as error:
        raise Unreadable(
            "Không đọc được bảng mã của tệp này. Lưu tệp với bảng mã UTF-8 rồi gửi lại."
        ) from error
    if "\x00" in text or sum(unicodedata.category(one) == "Cc" for one in text if one not in "\r\n\t") > 3:
        raise Unreadable("Đây không phải tệp chữ. Gửi tệp .txt, .docx hoặc .pdf.")
    return tidy(text)


def title_in(text: str) -> str:
    """The first line that could be a heading: bare words, not the letterhead of every paper."""
    for line in text.split("\n"):
        bare = line.strip(" *-–_.")
        if len(bare) >= 8 and not re.match(r"(?i)(cộng h[oò]a|độc lập|ủy ban|số:|ubnd|hđnd|\d)", bare):
            return bare[:200]
    return (text.split("\n")[0] or "Bản tin")[:200]
