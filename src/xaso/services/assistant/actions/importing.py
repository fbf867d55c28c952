"""Documents that officers bring in: kept, read in the background, indexed or set aside with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.documents.actions import keep_file
from xaso.kernel.documents.intake import DOCX, JPEG, PDF, PNG, IntakeRule, kind_of
from xaso.kernel.documents.scanning import State as Scanned
from xaso.kernel.documents.scanning import scan
from xaso.kernel.documents.store import Missing, store
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.law import Draft, number_of, read_draft
from xaso.kernel.plain.moment import now, today
from xaso.kernel.plain.text import clean
from xaso.kernel.tasks import enqueue
from xaso.services.assistant.importers.base import Unreadable
from xaso.services.assistant.importers.drafting import document_of
from xaso.services.assistant.importers.files import words_of
from xaso.services.assistant.keeping import keep_document
from xaso.services.assistant.models import Document, Import, SetAside
from xaso.services.assistant.queries.corpus_rights import CORPUS

RUN, KEPT, OWNER = "assistant.run_import", "assistant.articles_kept", "assistant.corpus"
MOST_TEXT = 20 << 20
RULE = IntakeRule(kinds=(PDF, DOCX, JPEG, PNG), max_pages=600)


def bring_in(viewer: Viewer, *, unit_path: str, name: str, content: bytes, source: str = "") -> Import:
    """Keep a file and have it read in the background. ``unit_path`` is where the document holds ("" the country).

    Raises ActionError for a file that is not taken, Forbidden without the right there. Not inside a transaction.
    """
    viewer.must(CORPUS, unit_path)
    digest = _kept(viewer, content, name, unit_path)
    return _begin(viewer, unit_path=unit_path, name=name, digest=digest, source=source)


def _kept(viewer: Viewer, content: bytes, name: str, unit_path: str) -> str:
    if kind_of(content) is not None:
        file = keep_file(
            viewer, content=content, name=name, owner_service=OWNER, unit_path=unit_path, rule=RULE
        )
        return str(file.sha256)
    if not content or len(content) > MOST_TEXT:
        raise ActionError("Tệp trống hoặc lớn hơn 20 MB.", "files")
    if b"\0" in content[:4000] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ActionError(
            "Loại tệp này không nhận. Gửi Word (.docx), PDF, ảnh quét, HTML hoặc chữ (.txt).", "files"
        )
    if scan(content).state is Scanned.INFECTED:
        raise ActionError("Máy quét thấy tệp này có mã độc nên không nhận.", "files")
    digest, _ = store().put(content)
    return digest


@action
def _begin(viewer: Viewer, *, unit_path: str, name: str, digest: str, source: str) -> Import:
    """The row of a file and the request to read it."""
    row = Import.objects.create(
        kind=Import.Kind.FILE,
        unit_path=unit_path,
        name=clean(name)[:200],
        source=clean(source)[:300] or "Cán bộ tải lên",
        source_date=today(),
        digest=digest,
        imported_by=viewer.account_id,
    )
    emit("assistant.import_begun", record=row, unit_path=unit_path, viewer=viewer)
    enqueue(RUN, {"batch": str(row.pk)}, key=f"{RUN}:{row.pk}")
    return row


def run_import(batch: str) -> None:
    """The background work of one file: read it, keep the document or set it aside. Repeatable."""
    row = Import.objects.filter(pk=UUID(batch)).first()
    if row is None or row.state in {Import.State.DONE, Import.State.FAILED}:
        return
    try:
        words = words_of(row.name, store().read(row.digest))
    except Missing:
        _end(Viewer.system(), row, problem="Tệp gốc không còn trong kho tệp.")
        return
    except Unreadable as problem:
        _set_aside(Viewer.system(), row, str(problem), "")
        return
    draft = read_draft(words.text, today=today())
    draft.doubts = [*words.doubts, *draft.doubts]
    _told(draft, row.counts.get("facts", {}))
    if draft.problems:
        _set_aside(Viewer.system(), row, " ".join(draft.problems), words.text[:1500])
        return
    _keep(Viewer.system(), row, draft)


def _told(draft: Draft, facts: Mapping[str, str]) -> None:
    """What an officer said of a document that was set aside goes before what was read; the reason then falls away."""
    if number := number_of(facts.get("number", "")):
        draft.number = number
        draft.problems = [one for one in draft.problems if "số hiệu" not in one]
    if kind := facts.get("kind", ""):
        draft.kind = kind
        draft.problems = [one for one in draft.problems if "loại" not in one]
    for name in ("issuer", "title"):
        if facts.get(name):
            setattr(draft, name, facts[name])
    for name in ("issued_on", "effective_on"):
        if facts.get(name):
            setattr(draft, name, date.fromisoformat(facts[name]))
    if draft.effective_on is not None:
        draft.doubts = [one for one in draft.doubts if one != "Không thấy ngày có hiệu lực."]


@action
def _keep(viewer: Viewer, row: Import, draft: Draft) -> None:
    """Keep a document without problems; its articles go into the index."""
    document = document_of(draft, province_path=row.unit_path, source=row.source, file=row.digest)
    document.source_date = row.source_date
    kept = keep_document(document, row)
    facts: dict[str, Any] = {**row.counts, "documents": kept.documents, "articles": kept.articles}
    row.counts = {**facts, "same": kept.same, "touched": sorted(set(kept.seqs)), "number": document.number}
    row.state, row.finished_at = Import.State.DONE, now()
    row.done = row.total = kept.articles + kept.same
    row.save(update_fields=["counts", "state", "finished_at", "done", "total"])
    emit(KEPT, record=row, unit_path=row.unit_path, viewer=viewer, data={"count": kept.articles})


@action
def _set_aside(viewer: Viewer, row: Import, reason: str, excerpt: str) -> None:
    """Put the file on the list of what cannot be trusted."""
    SetAside.objects.create(
        batch=row,
        unit_path=row.unit_path,
        name=row.name,
        file=row.digest,
        reason=reason[:500],
        excerpt=excerpt,
    )
    row.state, row.finished_at = Import.State.DONE, now()
    row.counts = {**row.counts, "set_aside": 1}
    row.indexed_at = now()
    row.save(update_fields=["state", "finished_at", "counts", "indexed_at"])
    emit("assistant.document_set_aside", record=row, unit_path=row.unit_path, viewer=viewer)


@action
def _end(viewer: Viewer, row: Import, *, problem: str) -> None:
    """The import ends without a document."""
    row.state, row.finished_at, row.problem = Import.State.FAILED, now(), problem[:500]
    row.save(update_fields=["state", "finished_at", "problem"])


def _aside_for(viewer: Viewer, key: UUID) -> SetAside:
    row = SetAside.objects.select_for_update().filter(viewer.scope(CORPUS), pk=key, closed_at=None).first()
    if row is None:
        raise NotFound("Không có văn bản để riêng này, hoặc đã xử lý xong.")
    return row


@action
def try_again(viewer: Viewer, *, set_aside_id: UUID, facts: Mapping[str, str]) -> Import:
    """Read a document anew with what an officer tells of it (number, kind, issuer, title, dates as ISO)."""
    row = _aside_for(viewer, set_aside_id)
    number = facts.get("number", "").strip()
    if number and not number_of(number):
        raise ActionError("Số hiệu phải có dạng 61/2018/NĐ-CP.", "number")
    row.closed_at, row.closed_by = now(), viewer.account_id
    row.save(update_fields=["closed_at", "closed_by"])
    again = Import.objects.create(
        kind=Import.Kind.FILE,
        unit_path=row.unit_path,
        name=row.name,
        source=row.batch.source,
        source_date=row.batch.source_date,
        digest=row.file,
        counts={"facts": {key: clean(value) for key, value in facts.items() if value}},
        imported_by=viewer.account_id,
    )
    emit("assistant.import_begun", record=again, unit_path=again.unit_path, viewer=viewer)
    enqueue(RUN, {"batch": str(again.pk)}, key=f"{RUN}:{again.pk}")
    return again


@action
def drop_set_aside(viewer: Viewer, *, set_aside_id: UUID) -> SetAside:
    """The document will not be used: it leaves the list, the row stays."""
    row = _aside_for(viewer, set_aside_id)
    row.closed_at, row.closed_by = now(), viewer.account_id
    row.save(update_fields=["closed_at", "closed_by"])
    emit("assistant.set_aside_dropped", record=row, unit_path=row.unit_path, viewer=viewer)
    return row


@action
def end_document(viewer: Viewer, *, document_id: UUID, on: date) -> Document:
    """Note that a document ended on a day, for what no other document tells. Its articles are indexed anew."""
    row = Document.objects.select_for_update().filter(pk=document_id).first()
    if row is None:
        raise NotFound("Kho không có văn bản này.")
    viewer.must(CORPUS, row.province_path)
    if row.effective_on is not None and on < row.effective_on:
        raise ActionError("Ngày hết hiệu lực phải sau ngày có hiệu lực.", "on")
    row.ended_on, row.state = on, Document.State.ENDED
    row.save(update_fields=["ended_on", "state"])
    seqs = list(row.articles.values_list("seq", flat=True))
    batch = Import.objects.create(
        kind=Import.Kind.FILE,
        unit_path=row.province_path,
        name=f"Hết hiệu lực: {row.number}"[:200],
        state=Import.State.DONE,
        counts={"touched": seqs},
        imported_by=viewer.account_id,
        started_at=now(),
        finished_at=now(),
    )
    emit("assistant.document_ended", record=row, unit_path=row.province_path, viewer=viewer)
    emit(KEPT, record=batch, unit_path=row.province_path, viewer=viewer, data={"count": 0})
    return row


def sweep_imports() -> None:
    """Scheduled: files whose reading was broken off are read again."""
    for row in Import.objects.filter(kind=Import.Kind.FILE, state=Import.State.WAITING)[:200]:
        with transaction.atomic():
            enqueue(RUN, {"batch": str(row.pk)}, key=f"{RUN}:{row.pk}")
