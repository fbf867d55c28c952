"""The electronic codification (Bộ pháp điển): a zip with one HTML page a subject. Its classes say what is what."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, Any

from lxml import etree, html

from xaso.kernel.plain.law import day_in, number_of
from xaso.kernel.plain.text import nfc
from xaso.services.assistant.importers.base import Aside, Unreadable

MOST_UNPACKED = 1 << 30
_HEAD = re.compile(r"Điều\s+([\d.]+)\.(\w+)\.([\w.]*?)(\d+[a-zđ]{0,2})\.\s+(.*)", re.S)
_SOURCE = re.compile(r"\(?Điều\s+(\S+?)[.,]?\s+(.+?)\s+số:?\s+(\S+?)[,\s]+(.*)", re.S)
_ISSUED = re.compile(r"^(.*?)\s*ngày\s+(\d{1,2}/\d{1,2}/\d{4})\s+của\s+(.*?),\s*có hiệu lực", re.S)


def rows_of(file: IO[bytes]) -> Iterator[dict[str, Any] | Aside]:
    """Articles of all pages as rows of the lines' shape; pages that cannot be read come as set aside.

    Raises Unreadable for what is no such zip.
    """
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise Unreadable("Tệp không phải là tệp nén ZIP của Bộ pháp điển.") from error
    pages = [
        one
        for one in archive.infolist()
        if PurePosixPath(one.filename).suffix.lower() in {".html", ".htm"}
        and "demuc" in one.filename.lower().replace("\\", "/").split("/")
    ]
    if not pages:
        raise Unreadable("Tệp ZIP không có thư mục demuc của Bộ pháp điển điện tử.")
    if sum(one.file_size for one in pages) > MOST_UNPACKED:
        raise Unreadable("Tệp ZIP bung ra quá lớn (trên 1 GB).")
    titles: dict[str, dict[str, str]] = {}
    for page in pages:
        try:
            content = archive.read(page)
            yield from page_rows(content, titles)
        except (zipfile.BadZipFile, etree.ParserError, UnicodeDecodeError, OSError) as error:
            yield Aside(page.filename[:200], f"Không đọc được trang này: {error}"[:500])


def page_rows(content: bytes, titles: dict[str, dict[str, str]]) -> Iterator[dict[str, Any] | Aside]:
    """The articles of one page. ``titles`` remembers what the first note of a document tells of it."""
    tree = html.fromstring(content.decode("utf-8", "replace"))
    topic = _topic(tree)
    chapter = ""
    article: dict[str, Any] | None = None
    for element in tree.iter("p", "div", "h3", "h4", "table"):
        name = element.get("class") or ""
        if name == "pChuong":
            words = _words(element)
            chapter = (
                f"{chapter} {words}" if chapter and not re.match(r"(?:Chương|Mục|Phần)\b", words) else words
            )
        elif name == "pDieu":
            if article is not None:
                yield _done(article, titles)
            article = _begun(element, topic, chapter)
        elif article is None:
            continue
        elif name == "pGhiChu":
            article["source"] = _words(element)
        elif name == "pNoiDung":
            article["lines"] += _lines(element)
        elif name == "pChiDan":
            article["related"] = _words(element)
    if article is not None:
        yield _done(article, titles)


def _words(element: html.HtmlElement) -> str:
    return nfc(" ".join(str(element.text_content()).split()))


def _lines(element: html.HtmlElement) -> list[str]:
    """Paragraphs of a body; cells of a row are joined by tabs."""
    rows = list(element.iter("p", "tr", "li")) or [element]
    found = []
    for row in rows:
        if row.tag == "tr":
            found.append("\t".join(_words(cell) for cell in row.iter("td", "th")))
        elif not any(parent.tag == "tr" for parent in row.iterancestors("tr")):
            found += [nfc(" ".join(line.split())) for line in str(row.text_content()).split("\n")]
    return [line for line in found if line]


def _topic(tree: html.HtmlElement) -> str:
    title = tree.find(".//h3")
    if title is None:
        title = tree.find(".//title")
    words = _words(title) if title is not None else ""
    return re.sub(r"^Đề mục\s+(?:số\s+)?[\d.]*\s*", "", words)


def _begun(element: html.HtmlElement, topic: str, chapter: str) -> dict[str, Any]:
    words = _words(element)
    found = _HEAD.match(words)
    return {
        "codified": words.split(" ")[1].rstrip(".") if words.startswith("Điều ") else "",
        "title": found[5] if found else words,
        "topic": topic,
        "chapter": chapter,
        "lines": [],
        "source": "",
        "related": "",
    }


def _done(article: dict[str, Any], titles: dict[str, dict[str, str]]) -> dict[str, Any] | Aside:
    """The row of an article with what its source note tells; without a note it is set aside."""
    note = _SOURCE.match(article["source"])
    text = "\n".join(article.pop("lines"))
    if note is None:
        return Aside(
            f"Điều {article['codified']}"[:200],
            "Ghi chú nguồn không cho biết điều này của văn bản nào.",
            text[:400],
        )
    number = number_of(note[3].rstrip(","))
    told = _ISSUED.match(note[4])
    facts = titles.setdefault(number, {})
    if told is not None:
        facts.update(doc_title=told[1], issued=told[2], issuer=told[3])
    since = article["source"].find("có hiệu lực")
    effective = day_in(article["source"], since) if since >= 0 else None
    return {
        **article,
        **facts,
        "doc": number,
        "art": note[1].rstrip("."),
        "type": note[2],
        "text": text,
        "effective": effective.isoformat() if effective else "",
    }
