"""The archive of everything about one person: asked for by that person, made in the background, gone after two days."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from xaso.kernel import tasks
from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import Forbidden
from xaso.kernel.documents.actions import keep_made
from xaso.kernel.documents.actions.files import erase_content
from xaso.kernel.events import emit
from xaso.kernel.messages.actions import send
from xaso.kernel.people.models import Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.privacy.archive import archive_of
from xaso.services.privacy.models import DataExport
from xaso.services.privacy.queries import holdings, my_export

log = logging.getLogger("xaso.privacy")
MAKE = "privacy.make_export"
KEEP = timedelta(hours=48)
State = DataExport.State


@action
def ask_export(viewer: Viewer) -> DataExport:
    """A citizen asks for everything held about them. One at a time: asked again, it answers the one being made."""
    if viewer.person_id is None:
        raise Forbidden()
    person = Person.objects.select_for_update().get(pk=viewer.person_id)
    waiting = DataExport.objects.filter(person=person, state=State.WAITING).first()
    if waiting is not None:
        return waiting
    row = DataExport.objects.create(person=person)
    emit("privacy.export_asked", record=row, unit_path=person.unit_path, viewer=viewer)
    tasks.enqueue(MAKE, {"export_id": str(row.pk)}, key=str(row.pk))
    return row


def make_export(export_id: str) -> None:
    """The job. Repeatable: what is made is not made again; a fault is shown and may be asked for anew."""
    row = DataExport.objects.select_related("person").filter(pk=export_id, state=State.WAITING).first()
    if row is None:
        return
    try:
        found = holdings(row.person_id)
        content = archive_of(row.person, found, now())
    except Exception:
        log.exception("export %s failed", export_id)
        DataExport.objects.filter(pk=row.pk).update(state=State.FAILED)
        raise
    parts: dict[str, int] = {}
    for one in found:
        parts[one.category] = parts.get(one.category, 0) + 1
    _ready(Viewer.system(), row=row, content=content, parts=parts)


@action
def _ready(viewer: Viewer, *, row: DataExport, content: bytes, parts: dict[str, int]) -> None:
    """Keep the archive and tell its person."""
    file = keep_made(
        viewer,
        content=content,
        name="du-lieu-cua-toi.zip",
        owner_service="privacy.export",
        unit_path=row.person.unit_path,
        media_type="application/zip",
    )
    row.file, row.state, row.parts = file, State.READY, parts
    row.ready_at, row.expires_at = now(), now() + KEEP
    row.save(update_fields=["file", "state", "parts", "ready_at", "expires_at"])
    emit("privacy.export_ready", record=row, unit_path=row.person.unit_path, viewer=viewer)
    send(
        viewer,
        "privacy.export_ready",
        to=row.person,
        data={"until": f"{row.expires_at:%H:%M ngày %d/%m/%Y}"},
        record=row,
        link="/privacy/",
    )


@action
def take_export(viewer: Viewer, *, export_id: UUID) -> DataExport:
    """The person fetches the archive: written into the log each time."""
    row = my_export(viewer, export_id)
    if row.taken_at is None:
        row.taken_at = now()
        row.save(update_fields=["taken_at"])
    emit("privacy.export_taken", record=row, unit_path=row.person.unit_path, viewer=viewer)
    return row


def drop_exports() -> None:
    """The job: archives whose time is over are removed, contents and all."""
    over = DataExport.objects.filter(state=State.READY, expires_at__lte=now()).select_related("file")
    for row in over:
        _drop(Viewer.system(), row=row)


@action
def _drop(viewer: Viewer, *, row: DataExport) -> None:
    """The archive goes, the row says so."""
    if row.file is not None:
        erase_content(viewer, file=row.file)
    row.state = State.GONE
    row.save(update_fields=["state"])
    emit("privacy.export_gone", record=row, unit_path="", viewer=viewer)
