"""Articles and questions that the measurement works on, and copies of articles for the large size."""

from __future__ import annotations

import dataclasses
import json
import lzma
import random
from collections.abc import Iterator
from pathlib import Path

from xaso.services.assistant.engine import Doc
from xaso.services.assistant.engine.judging import Asking, article_name, read_askings
from xaso.services.assistant.engine.lines import doc_of, read_docs

SHIPPED = Path(__file__).resolve().parents[2] / "src/xaso/services/assistant/data"


def articles(corpus: Path | None) -> list[Doc]:
    """The articles of a file, or those that come with the product."""
    if corpus is not None:
        return list(read_docs(corpus))
    found: list[Doc] = []
    for part in sorted(SHIPPED.glob("corpus.*.jsonl.xz")):
        with lzma.open(part, "rt", encoding="utf-8") as file:
            found += [doc_of(json.loads(line)) for line in file]
    if not found:
        raise SystemExit("no articles: give --corpus FILE (.jsonl or .jsonl.gz)")
    return found


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
