"""Documents from lines of JSON, one article a line: the shape of the codification as it is crawled."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xaso.kernel.plain.law import issuer_of, kind_of, label_order, number_of
from xaso.kernel.plain.text import nfc
from xaso.services.assistant.importers.base import (
    Aside,
    NewArticle,
    NewDocument,
    Origin,
    effect_relations,
    read_note,
    settle,
)

_MOST_TOLD = 20
# The codification's reference goes on behind the title; where it was cut badly its beginning stayed in the title.
_NO_TITLE = re.compile(r"(\s+ngày \d{1,2}/\d{1,2}/\d{4} của [^,]*)?,?\s*có hiệu lực thi hành( kể từ)?\s*$")
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


def gathered(
    rows: Iterable[dict[str, Any]], *, origins: Mapping[str, Origin] | None = None, **facts: Any
) -> tuple[list[NewDocument], list[Aside]]:
    """Documents of rows, articles in the order of their numbers; rows that lack number or text are set aside.

    ``facts`` (source, source_date, province_path) go into each document; ``origins`` tells it better for rows that
    name theirs. A document of which articles were set aside says which.
    """
    documents: dict[str, NewDocument] = {}
    aside: list[Aside] = []
    lacking: dict[str, list[str]] = {}
    for row in rows:
        number, article = number_of(str(row.get("doc") or "")), str(row.get("art") or "").strip().lower()
        text = nfc(str(row.get("text") or "")).strip()
        if not number or not article:
            aside.append(Aside(str(row.get("id") or "?")[:200], "Thiếu số hiệu hoặc số điều.", text[:400]))
            continue
        if not text:
            aside.append(Aside(f"{number}, Điều {article}", "Điều không có nội dung."))
            lacking.setdefault(number, []).append(article)
            continue
        document = documents.get(number) or _document(row, number, _facts_of(row, origins or {}, facts))
        documents[number] = document
        _add_article(document, row, article, text)
    made = list(documents.values())
    for number, articles in lacking.items():
        if number in documents:
            _tell_lacking(documents[number], articles)
    for document in made:
        document.articles.sort(key=lambda one: (*label_order(one.number), one.version))
        document.relations += effect_relations(document)
    settle(made)
    return made, aside


def _facts_of(row: dict[str, Any], origins: Mapping[str, Origin], facts: dict[str, Any]) -> dict[str, Any]:
    origin = origins.get(str(row.get("origin") or ""))
    if origin is None:
        return facts
    return {**facts, "source": origin.source, "source_date": origin.day, "problem": origin.problem}


def _tell_lacking(document: NewDocument, articles: list[str]) -> None:
    """The reader of a document learns which of its articles the source leaves empty."""
    there = {one.number for one in document.articles}
    empty = sorted({one for one in articles if one not in there}, key=label_order)
    if not empty:
        return
    more = f" và {len(empty) - _MOST_TOLD} điều khác" if len(empty) > _MOST_TOLD else ""
    told = f"Nguồn không có nội dung của Điều {', '.join(empty[:_MOST_TOLD])}{more}."
    document.problem = f"{document.problem} {told}".strip()


def _document(row: dict[str, Any], number: str, facts: dict[str, Any]) -> NewDocument:
    told = " ".join(nfc(str(row.get("type") or "")).replace("Số:", "").replace(" số", "").split()).lower()
    return NewDocument(
        number=number,
        kind=_KINDS.get(told, kind_of(number)),
        issuer=nfc(str(row.get("issuer") or "")) or issuer_of(number),
        title=_NO_TITLE.sub("", nfc(str(row.get("doc_title") or ""))),
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
