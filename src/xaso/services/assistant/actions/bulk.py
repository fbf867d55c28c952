"""Many documents from one file: lines of JSON, or the zip of the codification. For operators, by command."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from xaso.kernel.base.actions import action
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.services.assistant.importers import codification
from xaso.services.assistant.importers.base import Aside, NewDocument, Unreadable
from xaso.services.assistant.importers.lines import gathered, read_lines
from xaso.services.assistant.keeping import keep_document
from xaso.services.assistant.models import Import, SetAside

STEP = 25


def bring_in_file(path: Path, *, source: str, day: date | None, unit_path: str = "") -> Import:
    """Bring in a file of many documents; answers its row. A second run with the same file adds nothing.

    Raises Unreadable for a file that is neither lines nor the codification; OSError when it cannot be opened.
    """
    facts: dict[str, Any] = {
        "source": source or path.name,
        "source_date": day or today(),
        "province_path": unit_path,
    }
    rows, aside = _rows(path)
    documents, more = gathered(rows, **facts)
    if not documents:
        raise Unreadable("Tệp không có điều luật nào.")
    row = _begin(Viewer.system(), path, facts, documents)
    done = row.counts.get("documents", 0)
    for at in range(done, len(documents), STEP):
        _keep_some(Viewer.system(), row, documents[at : at + STEP])
    _finish(Viewer.system(), row, [*aside, *more])
    return row


def _rows(path: Path) -> tuple[list[dict[str, Any]], list[Aside]]:
    if path.suffix.lower() != ".zip":
        return list(read_lines(path)), []
    rows: list[dict[str, Any]] = []
    aside: list[Aside] = []
    with path.open("rb") as file:
        for one in codification.rows_of(file):
            if isinstance(one, Aside):
                aside.append(one)
            else:
                rows.append(one)
    return rows, aside


@action
def _begin(viewer: Viewer, path: Path, facts: dict[str, Any], documents: Iterable[NewDocument]) -> Import:
    """The row of this very file at this place: one that was broken off goes on."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    kind = Import.Kind.CODIFICATION if path.suffix.lower() == ".zip" else Import.Kind.LINES
    unfinished = Import.objects.filter(
        kind=kind, digest=digest, unit_path=facts["province_path"], finished_at=None
    ).first()
    if unfinished is not None:
        return unfinished
    return Import.objects.create(
        kind=kind,
        unit_path=facts["province_path"],
        name=path.name[:200],
        source=facts["source"][:300],
        source_date=facts["source_date"],
        digest=digest,
        state=Import.State.RUNNING,
        total=sum(len(one.articles) for one in documents),
        started_at=now(),
    )


@action
def _keep_some(viewer: Viewer, row: Import, documents: list[NewDocument]) -> None:
    """Keep some documents in one transaction."""
    counts = dict(row.counts)
    touched = set(counts.get("touched", []))
    for document in documents:
        kept = keep_document(document, row)
        touched |= set(kept.seqs)
        counts["articles"] = counts.get("articles", 0) + kept.articles
        counts["same"] = counts.get("same", 0) + kept.same
        row.done += kept.articles + kept.same
    counts["documents"] = counts.get("documents", 0) + len(documents)
    # Articles of this very import are indexed by their numbers; only others that changed must be told of.
    own = set(row.articles.filter(seq__in=touched).values_list("seq", flat=True))
    counts["touched"] = sorted(touched - own)
    row.counts = counts
    row.save(update_fields=["counts", "done"])


@action
def _finish(viewer: Viewer, row: Import, aside: list[Aside]) -> None:
    """The end of a file: what was set aside, the state, the event."""
    SetAside.objects.bulk_create(
        SetAside(
            batch=row,
            unit_path=row.unit_path,
            name=one.name[:200],
            reason=one.reason[:500],
            excerpt=one.excerpt,
        )
        for one in aside
    )
    row.state, row.finished_at = Import.State.DONE, now()
    row.counts = {**row.counts, "set_aside": len(aside)} if aside else row.counts
    row.save(update_fields=["state", "finished_at", "counts"])
    emit(
        "assistant.articles_kept",
        record=row,
        unit_path=row.unit_path,
        viewer=viewer,
        data={"count": row.counts.get("articles", 0)},
    )
