"""From the tables to the index of the engine: what was imported last, in steps that may be broken off anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from xaso.kernel.events.models import Event
from xaso.kernel.plain.moment import now
from xaso.kernel.tasks import enqueue
from xaso.services.assistant.engine import Doc, Engine
from xaso.services.assistant.models import Article, Import

INDEX = "assistant.index"
STEP = 20_000
_LOCK = 0x61_73_69_78


def folder() -> Path:
    """Where the index lies."""
    return Path(settings.XASO_HOME) / "assistant"


def on_articles_kept(event: Event) -> None:
    """Listener: articles came in, so the index has work. Repeatable."""
    with transaction.atomic():
        enqueue(INDEX, {}, key=INDEX)


def doc_of(article: Article) -> Doc:
    """An article as the engine takes it. Of several wordings each is found in its own time."""
    document = article.document
    begins = article.valid_from if article.version > 1 else document.effective_on or article.valid_from
    ends = min((day for day in (article.valid_to, document.ended_on) if day is not None), default=None)
    province = f"{document.province_path.split('/', 1)[0]}/" if document.province_path else ""
    return Doc(
        seq=article.seq,
        document_number=document.number,
        document_title=document.title,
        topic=article.topic,
        chapter=article.chapter,
        title=article.title,
        text=article.text,
        effective=begins,
        ended=ends,
        issuer=document.issuer,
        province=province,
        article=article.number,
        name=str(article.pk),
    )


def index_imports() -> None:
    """The background work: put what was imported into the index. Repeatable; a stop loses at most one step."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return
    try:
        folder().mkdir(parents=True, exist_ok=True)
        engine = Engine.open(folder())
        for row in Import.objects.filter(state=Import.State.DONE, indexed_at=None).order_by("created_at"):
            _index(engine, row)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _index(engine: Engine, row: Import) -> None:
    for articles in _steps(row):
        engine.add(doc_of(one) for one in articles)
        row.indexed_seq = articles[-1].seq
        row.save(update_fields=["indexed_seq"])
    touched = row.counts.get("touched", [])
    if touched:
        engine.add(_docs(touched))
    row.indexed_at = now()
    row.save(update_fields=["indexed_at"])


def _steps(row: Import) -> Iterator[list[Article]]:
    while True:
        rows = Article.objects.filter(batch=row, seq__gt=row.indexed_seq).select_related("document")
        articles = list(rows.order_by("seq")[:STEP])
        if not articles:
            return
        yield articles


def _docs(seqs: Iterable[int]) -> Iterator[Doc]:
    for article in Article.objects.filter(seq__in=list(seqs)).select_related("document"):
        yield doc_of(article)


def index_anew() -> int:
    """Forget how far the index is, for a folder that was lost; answers how many articles are to be indexed."""
    Import.objects.filter(state=Import.State.DONE).update(indexed_at=None, indexed_seq=0)
    return Article.objects.count()
