"""The shipped corpus into the tables, in the background: part by part, to be taken up again after any stop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction

from xaso.kernel.base.actions import action
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.tasks import enqueue
from xaso.services.assistant import pack
from xaso.services.assistant.importers.base import NewDocument
from xaso.services.assistant.keeping import keep_links, keep_relations, keep_whole
from xaso.services.assistant.models import Import, SetAside

LOAD, LOADED = "assistant.load_pack", "assistant.articles_kept"
_LOCK = 0x61_73_73_74  # one loader at a time


@action
def begin_loading(viewer: Viewer, *, wait_seconds: int = 0) -> Import | None:
    """Ask the worker to load the shipped corpus; answers its row, None where no corpus is shipped.

    Repeatable: what is loaded is not loaded again.
    """
    row = pack_row()
    if row is None or row.state == Import.State.DONE:
        return row
    at = now() + timedelta(seconds=wait_seconds) if wait_seconds else None
    enqueue(LOAD, {}, key=LOAD, at=at)
    return row


def pack_row() -> Import | None:
    """The row that tells how far the shipped corpus is; made when it is missing."""
    told = pack.facts()
    if told is None:
        return None
    row, _ = Import.objects.get_or_create(
        kind=Import.Kind.PACK,
        digest=told.digest,
        unit_path="",
        defaults={
            "name": f"Kho đi kèm, {told.documents} văn bản",
            "source": told.source,
            "source_date": told.source_date,
            "total": told.articles,
        },
    )
    return row


def load_pack() -> None:
    """The background work: each part in a transaction of its own, then the graph, then the links. Repeatable."""
    told = pack.facts()
    row = pack_row()
    if told is None or row is None or row.state == Import.State.DONE or not _mine(True):
        return
    try:
        for number in range(len(pack.parts())):
            if number not in row.counts.get("parts", []):
                _load_part(Viewer.system(), row, told, number)
        _finish(Viewer.system(), row)
    finally:
        _mine(False)


def _mine(take: bool) -> bool:
    """Take or give back the lock of the loader; a process that dies gives it back."""
    verb = "pg_try_advisory_lock" if take else "pg_advisory_unlock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {verb}(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


@action
def _load_part(viewer: Viewer, row: Import, told: pack.Facts, number: int) -> None:
    """One part of the pack, wholly or not at all."""
    documents = list(pack.read_part(pack.parts()[number], told))
    broken = [one for one in documents if one.problem == pack.BROKEN_NUMBER]
    documents = [one for one in documents if one.problem != pack.BROKEN_NUMBER]
    kept = keep_whole(documents, row)
    _set_aside(row, broken)
    row.state = Import.State.RUNNING
    row.started_at = row.started_at or now()
    row.done += sum(len(one.articles) for one in documents)
    counts = row.counts
    row.counts = {
        "parts": [*counts.get("parts", []), number],
        "documents": counts.get("documents", 0) + kept.documents,
        "articles": counts.get("articles", 0) + kept.articles,
        "set_aside": counts.get("set_aside", 0) + len(broken),
    }
    row.save(update_fields=["state", "started_at", "done", "counts"])


def _set_aside(row: Import, broken: Sequence[NewDocument]) -> None:
    """A number cut short ("10") is that of several documents: their articles would pass for wordings of one.

    What an earlier pack set aside is not set aside a second time.
    """
    earlier = SetAside.objects.filter(batch__kind=Import.Kind.PACK).exclude(batch=row)
    there = set(earlier.values_list("name", flat=True))
    SetAside.objects.bulk_create(
        SetAside(
            batch=row,
            name=f"{one.number}: {one.title}"[:200],
            reason=f"Số hiệu ghi trong nguồn không đủ: “{one.number}”. Nhập lại văn bản từ bản gốc.",
            excerpt=one.articles[0].text[:400],
        )
        for one in broken
        if f"{one.number}: {one.title}"[:200] not in there
    )


@action
def _finish(viewer: Viewer, row: Import) -> None:
    """The graph and the links, when all parts are there."""
    relations = list(pack.read_graph())
    for at in range(0, len(relations), 5000):
        keep_relations(relations[at : at + 5000], row)
    links = keep_links(pack.read_links())
    row.counts = {**row.counts, "relations": len(relations), "links": links}
    row.state, row.finished_at = Import.State.DONE, now()
    row.save(update_fields=["counts", "state", "finished_at"])
    emit(LOADED, record=row, unit_path="", viewer=viewer, data={"count": row.done})


def resume() -> None:
    """Scheduled: take up a loading that a stop has broken off, and what was not put into the index."""
    waiting = Import.objects.filter(state__in=[Import.State.WAITING, Import.State.RUNNING])
    if waiting.filter(kind=Import.Kind.PACK).exists():
        with transaction.atomic():
            enqueue(LOAD, {}, key=LOAD)
    if Import.objects.filter(state=Import.State.DONE, indexed_at=None).exists():
        with transaction.atomic():
            enqueue("assistant.index", {}, key="assistant.index")
