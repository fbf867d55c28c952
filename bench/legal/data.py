"""Articles and questions that the measurement works on, and copies of articles for the large size."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from pathlib import Path

from xaso.services.assistant import pack
from xaso.services.assistant.engine import Doc
from xaso.services.assistant.engine.judging import Asking, article_name, read_askings
from xaso.services.assistant.engine.lines import read_docs
from xaso.services.assistant.importers.base import NewDocument


def articles(corpus: Path | None) -> list[Doc]:
    """The articles of a file, or those that come with the product."""
    if corpus is not None:
        return list(read_docs(corpus))
    told = pack.facts()
    if told is None:
        raise SystemExit("no articles came with the product: give --corpus FILE (.jsonl or .jsonl.gz)")
    documents = (one for part in pack.parts() for one in pack.read_part(part, told))
    return [doc for document in documents for doc in _docs(document)]


def _docs(document: NewDocument) -> list[Doc]:
    """The articles of a shipped document as the engine takes them; of one article's wordings the later are ``~2`` …"""
    return [
        Doc(
            seq=article.seq,
            document_number=document.number,
            document_title=document.title,
            topic=article.topic,
            chapter=article.chapter,
            title=article.title,
            text=article.text,
            effective=article.valid_from,
            ended=article.valid_to or document.ended_on,
            issuer=document.issuer,
            article=article.number,
            name=f"{document.number}#{article.number}"
            + (f"~{article.version}" if article.version > 1 else ""),
        )
        for article in document.articles
        if article.text
    ]


def questions(docs: list[Doc], asked: Path | None, judged: Path | None) -> list[Asking]:
    """The questions of a file; without one, titles of articles with some words of their document as known items."""
    if asked and judged:
        return read_askings(asked, judged)
    chance = random.Random(7)
    some = chance.sample([doc for doc in docs if len(doc.title) > 25], min(400, len(docs) // 2))
    return [
        Asking(
            doc.name,
            f"{doc.title} {doc.document_title}"[:160],
            frozenset({article_name(doc.name)}),
            "whole",
            "",
        )
        for doc in some
    ]


def copies(docs: list[Doc], count: int) -> Iterator[Doc]:
    """So many articles: the given ones, then copies with changed numbers, each under a name of its own (``~c3``)."""
    made = 0
    turn = 0
    while made < count:
        table = _digits(turn)
        for doc in docs:
            if made == count:
                return
            made += 1
            yield doc if not turn else _copy(doc, turn, made, table)
        turn += 1


def _digits(turn: int) -> dict[int, str]:
    digits = list("0123456789")
    random.Random(turn).shuffle(digits)
    return {ord(str(number)): digit for number, digit in enumerate(digits)}


def _copy(doc: Doc, turn: int, seq: int, table: dict[int, str]) -> Doc:
    return dataclasses.replace(
        doc,
        seq=seq,
        document_number=doc.document_number.translate(table) + f"-{turn}",
        document_title=doc.document_title.translate(table),
        title=doc.title.translate(table),
        text=doc.text.translate(table),
        name=f"{doc.name}~c{turn}",
    )


def changed(docs: list[Doc], turn: int, first: int) -> list[Doc]:
    """Copies of some articles with changed numbers, as new documents."""
    table = _digits(turn)
    return [_copy(doc, turn, first + at, table) for at, doc in enumerate(docs)]
