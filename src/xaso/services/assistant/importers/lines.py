"""Documents from lines of JSON, one article a line: the shape of the codification as it is crawled."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xaso.kernel.plain.law import issuer_of, kind_of, label_order, number_of
from xaso.kernel.plain.text import nfc
from xaso.services.assistant.importers.base import (
    Aside,
    NewArticle,
    NewDocument,
    effect_relations,
    read_note,
    settle,
)

_KINDS = {
    "luật": "Luật",
    "bộ luật": "Bộ luật",
    "pháp lệnh": "Pháp lệnh",
    "nghị định": "Nghị định",
    "nghị quyết": "Nghị quyết",
    "nghị quyết liên tịch": "Nghị quyết liên tịch",
    "thông tư": "Thông tư",
    "thông tư liên tịch": "Thông tư liên tịch",
    "quyết định": "Quyết định",
    "chỉ thị": "Chỉ thị",
}


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file of lines, plain or gzip. Raises ValueError with the line's number."""
    opener = gzip.open if path.name.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ValueError(f"Dòng {number} không đọc được: {error}") from error
            if isinstance(row, dict):
                yield row


def gathered(rows: Iterable[dict[str, Any]], **facts: Any) -> tuple[list[NewDocument], list[Aside]]:
    """Documents of rows, articles in the order of their numbers; rows that lack number or text are set aside.

    ``facts`` (source, source_date, province_path) go into each document.
    """
    documents: dict[str, NewDocument] = {}
    aside: list[Aside] = []
    for row in rows:
        number, article = number_of(str(row.get("doc") or "")), str(row.get("art") or "").strip().lower()
        text = nfc(str(row.get("text") or "")).strip()
        if not number or not article:
            aside.append(Aside(str(row.get("id") or "?")[:200], "Thiếu số hiệu hoặc số điều.", text[:400]))
            continue
        if not text:
            aside.append(Aside(f"{number}, Điều {article}", "Điều không có nội dung."))
            continue
        document = documents.get(number) or _document(row, number, facts)
        documents[number] = document
        _add_article(document, row, article, text)
    made = list(documents.values())
    for document in made:
        document.articles.sort(key=lambda one: (*label_order(one.number), one.version))
        document.relations += effect_relations(document)
    settle(made)
    return made, aside


def _document(row: dict[str, Any], number: str, facts: dict[str, Any]) -> NewDocument:
    told = " ".join(nfc(str(row.get("type") or "")).replace("Số:", "").replace(" số", "").split()).lower()
    return NewDocument(
        number=number,
        kind=_KINDS.get(told, kind_of(number)),
        issuer=nfc(str(row.get("issuer") or "")) or issuer_of(number),
        title=nfc(str(row.get("doc_title") or "")),
        issued_on=day_from(row.get("issued")),
        effective_on=day_from(row.get("effective")),
        ended_on=day_from(row.get("ended")),
        topic=nfc(str(row.get("topic") or ""))[:200],
        **facts,
    )


def _add_article(document: NewDocument, row: dict[str, Any], number: str, text: str) -> None:
    same = [one for one in document.articles if one.number == number]
    if any(one.text == text for one in same):
        return
    article = NewArticle(
        number=number[:20],
        title=nfc(str(row.get("title") or "")),
        text=text,
        chapter=nfc(str(row.get("chapter") or ""))[:500],
        topic=nfc(str(row.get("topic") or ""))[:200],
        codified=str(row.get("codified") or "")[:60],
        version=len(same) + 1,
    )
    document.relations += read_note(article, document.number, nfc(str(row.get("source") or "")))
    if article.valid_from is None:
        article.valid_from = document.effective_on
    document.articles.append(article)


def day_from(value: object) -> date | None:
    """A day as 16/06/2020 or 2020-06-16; None for anything else."""
    text = str(value or "")
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None
