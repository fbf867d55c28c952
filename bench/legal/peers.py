"""Other engines on the same articles and questions, each as its own documents say, in a process of its own."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable
from typing import Any

from xaso.services.assistant.engine import Doc
from xaso.services.assistant.engine.judging import Asking, found_names, quality

from .ours import memory, times

DEPTH = 100
Search = Callable[[str], list[str]]


def measured(search: Search, askings: list[Asking]) -> dict[str, Any]:
    """Times and recall of a search that answers names."""
    for asking in askings[:20]:
        search(asking.text)
    spent, rankings = [], []
    for asking in askings:
        begun = time.perf_counter()
        names = search(asking.text)
        spent.append((time.perf_counter() - begun) * 1000)
        rankings.append(found_names(names))
    return {**times(spent), "memory_mb": memory(), **quality(rankings, [one.answers for one in askings])}


def bm25s(docs: list[Doc], askings: list[Asking]) -> dict[str, Any]:
    """bm25s over title, document title and text as one field, all syllables."""
    import bm25s as library

    def tokens(texts: list[str]) -> Any:
        every_syllable: dict[str, Any] = {"token_pattern": r"\w+"}
        return library.tokenize(texts, **every_syllable, stopwords=None, show_progress=False)

    begun = time.perf_counter()
    index = library.BM25(k1=1.2, b=0.75)
    index.index(tokens([_one_field(doc) for doc in docs]), show_progress=False)
    built = time.perf_counter() - begun
    names = [doc.name for doc in docs]

    def search(text: str) -> list[str]:
        found, _ = index.retrieve(tokens([text]), k=DEPTH, show_progress=False)
        return [names[at] for at in found[0].tolist()]

    return {"index_s": round(built, 1), **measured(search, askings)}


def tantivy(docs: list[Doc], askings: list[Asking]) -> dict[str, Any]:
    """tantivy with title, document title and text as fields, the first two boosted."""
    import tantivy as library

    schema = library.SchemaBuilder()
    schema.add_integer_field("at", stored=True)
    for name in ("title", "document", "text"):
        schema.add_text_field(name, stored=False)
    with tempfile.TemporaryDirectory(dir="var") as folder:
        begun = time.perf_counter()
        index = library.Index(schema.build(), path=folder)
        writer = index.writer(200_000_000, 1)
        for at, doc in enumerate(docs):
            writer.add_document(
                library.Document(at=at, title=doc.title, document=doc.document_title, text=doc.text)
            )
        writer.commit()
        writer.wait_merging_threads()
        built = time.perf_counter() - begun
        index.reload()
        searcher = index.searcher()
        names = [doc.name for doc in docs]

        def search(text: str) -> list[str]:
            plain = " ".join(re.findall(r"\w+", text.lower()))
            query = index.parse_query(plain, ["title", "document", "text"], {"title": 4.0, "document": 2.0})
            hits = searcher.search(query, DEPTH).hits
            return [names[searcher.doc(address)["at"][0]] for _, address in hits]

        return {"index_s": round(built, 1), **measured(search, askings)}


def postgresql(docs: list[Doc], askings: list[Asking], address: str) -> dict[str, Any]:
    """PostgreSQL full text: weighted tsvector, GIN index, any word of the question, ts_rank."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as link:
        # A measurement that was broken off has left its table. In a schema of its own, whatever database was given:
        # nothing that is not this measurement's is dropped.
        link.execute("DROP SCHEMA IF EXISTS xaso_bench_legal CASCADE")
        link.execute("CREATE SCHEMA xaso_bench_legal")
        link.execute("SET search_path TO xaso_bench_legal")
        link.execute("CREATE TABLE article (at int, body tsvector)")
        begun = time.perf_counter()
        link.execute("CREATE TEMP TABLE raw (at int, title text, document text, body text)")
        with link.cursor().copy("COPY raw FROM STDIN") as copy:
            for at, doc in enumerate(docs):
                copy.write_row((at, doc.title, doc.document_title, doc.text[:200_000]))
        link.execute(
            "INSERT INTO article SELECT at, setweight(to_tsvector('simple', title), 'A') ||"
            " setweight(to_tsvector('simple', document), 'B') || setweight(to_tsvector('simple', body), 'D') FROM raw"
        )
        link.execute("CREATE INDEX ON article USING gin (body)")
        link.execute("ANALYZE article")
        built = time.perf_counter() - begun
        names = [doc.name for doc in docs]

        def search(text: str) -> list[str]:
            words = " | ".join(dict.fromkeys(re.findall(r"\w+", text.lower())))
            rows = link.execute(
                "SELECT at FROM article, to_tsquery('simple', %s) q WHERE body @@ q"
                " ORDER BY ts_rank(body, q, 1) DESC LIMIT 100",
                (words,),
            ).fetchall()
            return [names[row[0]] for row in rows]

        facts = {"index_s": round(built, 1), **measured(search, askings)}
        size = link.execute("SELECT pg_total_relation_size('article')").fetchone()
        return {**facts, "disk_mb": round(size[0] / 1e6) if size else 0, "memory_mb": 0}


def _one_field(doc: Doc) -> str:
    return f"{doc.title} {doc.title} {doc.title} {doc.document_title} {doc.text}"
