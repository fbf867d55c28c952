"""Documents into the tables: in bulk, repeatable, one wording after another; the graph tied to what is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from django.db import connection

from xaso.kernel.plain.law import Place, citations, is_local, issuer_of, number_key, slug_of
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import search_text
from xaso.services.assistant.importers.base import NewArticle, NewDocument, NewRelation
from xaso.services.assistant.models import FIRST_OWN_SEQ, Article, Document, Import, Mention, Relation

# The same document and article have the same keys in every installation.
NAMESPACE = UUID("0d0fdb1c-64c6-5f0a-9b5e-2a4a4d1f7c11")
DOCUMENT_COLUMNS = (
    "id created_at slug number kind issuer title folded issued_on effective_on ended_on state province_path topic"
    " source source_date file problem batch_id"
).split()
ARTICLE_COLUMNS = (
    "id created_at document_id number version position title part chapter section text seq valid_from valid_to topic"
    " codified note batch_id"
).split()
RELATION_COLUMNS = (
    "id created_at kind on from_number from_place to_number to_place whole from_document_id from_article_id"
    " to_document_id to_article_id batch_id"
).split()


_LONGEST_ISSUER = 150


@dataclass
class Kept:
    """What one keeping did: numbers of articles to index anew, and counts."""

    seqs: list[int] = field(default_factory=list)
    documents: int = 0
    articles: int = 0
    same: int = 0


def document_key(document: NewDocument) -> UUID:
    """The id of a document: of its number, and of its issuer and place where numbers repeat."""
    return uuid5(NAMESPACE, slug_for(document))


def slug_for(document: NewDocument) -> str:
    """The document's name in addresses."""
    local = bool(document.province_path) or is_local(document.number)
    return slug_of(document.number, document.issuer or document.province_path, local=local)


def article_key(document: UUID, number: str, version: int) -> UUID:
    """The id of a wording."""
    return uuid5(document, f"{number}#{version}")


def copy_in(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], conflict: str) -> int:
    """COPY rows into a shadow of the table and merge them from there; answers how many went in."""
    names, shadow = ", ".join(f'"{name}"' for name in columns), f"load_{table}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {shadow} AS SELECT {names} FROM {table} LIMIT 0")  # noqa: S608 - our names
        with cursor.copy(f"COPY {shadow} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {shadow} {conflict}")  # noqa: S608 - our names
        count = int(cursor.rowcount)
        cursor.execute(f"DROP TABLE {shadow}")
    return count


def next_seqs(count: int) -> list[int]:
    """Rising numbers for the index, never given twice."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('assistant_article_seq') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


# ---- the pack: everything is new, numbers are given ----------------------------------------------------------------


def document_rows(documents: Iterable[NewDocument], batch: Import) -> Iterable[Sequence[Any]]:
    """Rows of the documents' table."""
    moment = now()
    for one in documents:
        yield (
            document_key(one), moment, slug_for(one), one.number[:80], one.kind[:60], _issuer(one), one.title,
            search_text(f"{one.number} {one.kind} {one.title}"), one.issued_on, one.effective_on, one.ended_on,
            _state(one), one.province_path, one.topic[:200], one.source[:300],
            one.source_date, one.file, one.problem[:500],
            batch.pk,
        )  # fmt: skip


def _issuer(document: NewDocument) -> str:
    """As printed; some sources run on into the title, then as the number tells it."""
    if len(document.issuer) <= _LONGEST_ISSUER:
        return document.issuer
    return issuer_of(document.number) or document.issuer[:300]


def _state(document: NewDocument) -> str:
    if document.ended_on is not None:
        return str(Document.State.ENDED)
    return str(Document.State.IN_FORCE if document.effective_on else Document.State.UNKNOWN)


def article_rows(document: NewDocument, batch: Import) -> Iterable[Sequence[Any]]:
    """Rows of the articles' table; each must have its number for the index."""
    moment, above = now(), document_key(document)
    for position, one in enumerate(document.articles):
        yield (
            article_key(above, one.number, one.version), moment, above, one.number, one.version, position, one.title,
            one.part, one.chapter, one.section, one.text, one.seq, one.valid_from, one.valid_to,
            one.topic or document.topic, one.codified, one.note, batch.pk,
        )  # fmt: skip


def keep_whole(documents: Sequence[NewDocument], batch: Import) -> Kept:
    """Documents whose articles have their numbers already (the pack): what is there stays as it is."""
    articles = [row for one in documents for row in article_rows(one, batch)]
    kept = Kept(documents=len(documents))
    fresh = copy_in(
        Document._meta.db_table, DOCUMENT_COLUMNS, document_rows(documents, batch), "ON CONFLICT DO NOTHING"
    )
    if fresh < len(documents):
        _tell_sources(documents, batch)
    kept.articles = copy_in(
        Article._meta.db_table,
        ARTICLE_COLUMNS,
        # A document that an officer brought in before keeps its own articles.
        _of_documents_there(articles),
        "ON CONFLICT DO NOTHING",
    )
    return kept


def _tell_sources(documents: Sequence[NewDocument], batch: Import) -> None:
    """What an earlier pack said of the source of its documents gives way to what this one says."""
    told = {document_key(one): one for one in documents}
    rows = Document.objects.filter(pk__in=told, batch__kind=Import.Kind.PACK).exclude(batch=batch)
    changed: list[Document] = []
    for row in rows:
        one = told[row.pk]
        facts = (one.source[:300], one.source_date, one.problem[:500])
        if facts != (row.source, row.source_date, row.problem):
            row.source, row.source_date, row.problem = facts
            changed.append(row)
    Document.objects.bulk_update(changed, ["source", "source_date", "problem"], batch_size=500)


def keep_links(links: Iterable[tuple[int, int]]) -> int:
    """Links of the pack between articles by their numbers; those of articles that are not here are left out."""
    there = set(Article.objects.filter(seq__lt=FIRST_OWN_SEQ).values_list("seq", flat=True))
    rows = [pair for pair in links if pair[0] in there and pair[1] in there]
    return copy_in(Mention._meta.db_table, ("source_id", "target_id"), rows, "ON CONFLICT DO NOTHING")


def _of_documents_there(rows: Sequence[Sequence[Any]]) -> Iterable[Sequence[Any]]:
    wanted = {row[2] for row in rows}
    there = set(Document.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    return [row for row in rows if row[2] in there]


# ---- single documents: new wordings beside the old -------------------------------------------------------------------


def keep_document(document: NewDocument, batch: Import) -> Kept:
    """One document as an officer brings it: unchanged articles stay, others become the next wording.

    A newer wording ends the one before it on the day it begins.
    """
    kept = Kept(documents=1)
    row = Document.objects.filter(pk=document_key(document)).first()
    if row is None:
        row = Document.objects.filter(number=document.number, province_path=document.province_path).first()
    if row is None:
        row = _new_document(document, batch)
    else:
        _complete(row, document)
    there: dict[str, list[Article]] = {}
    for article in Article.objects.filter(document=row):
        there.setdefault(article.number, []).append(article)
    fresh = [
        one for one in document.articles if not any(old.text == one.text for old in there.get(one.number, []))
    ]
    kept.same = len(document.articles) - len(fresh)
    positions = {id(one): at for at, one in enumerate(document.articles)}
    for one, seq in zip(fresh, next_seqs(len(fresh)), strict=True):
        kept.seqs += _new_wording(row, one, there.get(one.number, []), seq, positions[id(one)], batch)
    kept.articles = len(fresh)
    kept.seqs += keep_relations(document.relations, batch)
    kept.seqs += _tie(row)
    keep_mentions(row, list(Article.objects.filter(document=row, batch=batch)))
    return kept


def _new_document(document: NewDocument, batch: Import) -> Document:
    values = next(iter(document_rows([document], batch)))
    return Document.objects.create(**dict(zip(DOCUMENT_COLUMNS, values, strict=True)))


def _complete(row: Document, document: NewDocument) -> None:
    """What was not known of a document before is filled in; what was known stays."""
    changed = []
    for name in ("title", "issued_on", "effective_on", "ended_on", "issuer", "topic"):
        if not getattr(row, name) and getattr(document, name):
            setattr(row, name, getattr(document, name))
            changed.append(name)
    if changed:
        row.folded = search_text(f"{row.number} {row.kind} {row.title}")
        row.save(update_fields=[*changed, "folded"])


def _new_wording(
    row: Document, one: NewArticle, old: Sequence[Article], seq: int, position: int, batch: Import
) -> list[int]:
    """Write the wording and close its neighbours in time; answers the numbers to index anew."""
    version = max((article.version for article in old), default=0) + 1
    begins = one.valid_from or row.effective_on
    starts = [article.valid_from for article in old if article.valid_from is not None]
    ends = one.valid_to or min((day for day in starts if begins is not None and day > begins), default=None)
    Article.objects.create(
        id=article_key(row.pk, one.number, version),
        document=row,
        number=one.number,
        version=version,
        position=old[0].position if old else position,
        title=one.title,
        part=one.part,
        chapter=one.chapter,
        section=one.section,
        text=one.text,
        seq=seq,
        valid_from=begins,
        valid_to=ends,
        topic=one.topic or row.topic,
        codified=one.codified,
        note=one.note,
        batch=batch,
    )
    touched = [seq]
    for article in old:
        if begins is None or (article.valid_from is not None and article.valid_from >= begins):
            continue
        if article.valid_to is None or article.valid_to > begins:
            article.valid_to = begins
            article.save(update_fields=["valid_to"])
            touched.append(article.seq)
    return touched


# ---- the graph -------------------------------------------------------------------------------------------------------


def keep_relations(rows: Sequence[NewRelation], batch: Import) -> list[int]:
    """Lines of the graph, tied to the documents and articles that are kept; answers articles whose validity changed."""
    if not rows:
        return []
    slugs = {slug_of(number) for row in rows for number in (row.from_number, row.to_number)}
    documents = {one.slug: one for one in Document.objects.filter(slug__in=slugs, province_path="")}
    articles = _articles_named(rows, documents)
    moment = now()
    values = []
    for row in rows:
        ends = []
        for number, place in ((row.from_number, row.from_place), (row.to_number, row.to_place)):
            document = documents.get(slug_of(number))
            key = document.pk if document is not None else None
            ends.append((key, articles.get((key, _article_in(place))) if key is not None else None))
        key_of = uuid5(
            NAMESPACE, "|".join((row.kind, row.from_number, row.from_place, row.to_number, row.to_place))
        )
        values.append(
            (
                key_of, moment, row.kind, row.on, row.from_number[:80], row.from_place[:120], row.to_number[:80],
                row.to_place[:120], row.whole, ends[0][0], ends[0][1], ends[1][0], ends[1][1], batch.pk,
            )
        )  # fmt: skip
    copy_in(Relation._meta.db_table, RELATION_COLUMNS, values, "ON CONFLICT DO NOTHING")
    return _end_documents(rows, documents)


def _tie(document: Document) -> list[int]:
    """Lines of the graph that waited for this document; answers articles whose validity changed by them."""
    if document.province_path:
        return []
    number = document.number
    spellings = {number, f"0{number}", number.lstrip("0")}
    articles = dict(Article.objects.filter(document=document).order_by("version").values_list("number", "pk"))
    for row in Relation.objects.filter(from_document=None, from_number__in=spellings):
        row.from_document, row.from_article_id = document, articles.get(_article_in(row.from_place))
        row.save(update_fields=["from_document", "from_article"])
    waiting = list(Relation.objects.filter(to_document=None, to_number__in=spellings))
    for row in waiting:
        row.to_document, row.to_article_id = document, articles.get(_article_in(row.to_place))
        row.save(update_fields=["to_document", "to_article"])
    told = [
        NewRelation(one.kind, one.from_number, one.from_place, one.to_number, one.to_place, one.whole, one.on)
        for one in waiting
    ]
    return _end_documents(told, {slug_of(one.to_number): document for one in told})


def _article_in(place: str) -> str:
    words = place.split("Điều ", 1)
    return words[1].split()[0].lower() if len(words) == 2 and words[1] else ""


def _articles_named(
    rows: Sequence[NewRelation], documents: dict[str, Document]
) -> dict[tuple[UUID, str], UUID]:
    numbers = {_article_in(place) for row in rows for place in (row.from_place, row.to_place)} - {""}
    found = Article.objects.filter(document__in=documents.values(), number__in=numbers)
    pairs = found.order_by("version").values_list("document_id", "number", "pk")
    return {(document, number): key for document, number, key in pairs}


def _end_documents(rows: Sequence[NewRelation], documents: dict[str, Document]) -> list[int]:
    """A document replaced as a whole ends; one that its source still lists later does not."""
    touched: list[int] = []
    for row in rows:
        document = documents.get(slug_of(row.to_number))
        if document is None or not row.whole or row.to_place or row.on is None:
            continue
        if row.kind not in {"replaces", "repeals"} or document.ended_on is not None:
            continue
        if document.source_date is not None and document.source_date > row.on:
            continue
        document.ended_on, document.state = row.on, Document.State.ENDED
        document.save(update_fields=["ended_on", "state"])
        touched += Article.objects.filter(document=document).values_list("seq", flat=True)
    return touched


def mentions_of(article: Article, number: str) -> set[tuple[str, str]]:
    """(key of the number, article) of every article that a text cites, itself left out."""
    here = Place(number, article.number)
    found = {
        (number_key(one.number), one.article)
        for one in citations(article.text, here=here)
        if one.number and one.article
    }
    return found - {(number_key(number), article.number)}


def keep_mentions(document: Document, articles: Sequence[Article]) -> None:
    """Links of these articles to those they cite, as far as those are kept."""
    wanted: dict[int, set[tuple[str, str]]] = {
        article.seq: mentions_of(article, document.number) for article in articles
    }
    keys = {key for pairs in wanted.values() for key, _ in pairs}
    slugs = keys | {f"0{key}" for key in keys}
    documents = {number_key(one.number): one.pk for one in Document.objects.filter(slug__in=slugs)}
    documents[number_key(document.number)] = document.pk
    numbers = {number for pairs in wanted.values() for _, number in pairs}
    rows = Article.objects.filter(document_id__in=documents.values(), number__in=numbers).order_by("version")
    targets = {(key, number): seq for key, number, seq in rows.values_list("document_id", "number", "seq")}
    made = []
    for source, pairs in wanted.items():
        for key, number in pairs:
            above = documents.get(key)
            target = targets.get((above, number)) if above is not None else None
            if target is not None and target != source:
                made.append(Mention(source_id=source, target_id=target))
    Mention.objects.bulk_create(made, ignore_conflicts=True)
