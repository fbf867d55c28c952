"""The sound of bulletins: asked for, recorded, put together, or said why there is none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.speech.actions import keep_recording, render
from xaso.kernel.tasks import enqueue
from xaso.services.broadcast.actions.bulletin_parts import keep_version, locked, tell
from xaso.services.broadcast.actions.common import APPROVE, WRITE, replan
from xaso.services.broadcast.actions.sounds import compose
from xaso.services.broadcast.models import Bulletin, BulletinVersion

COMPOSE = "broadcast.compose_bulletin"


@action
def listen_bulletin(viewer: Viewer, *, bulletin: Bulletin) -> Bulletin:
    """Ask for the sound of a bulletin before it is approved; it is the one that will be aired.

    Ready at once when these words were spoken before; else the sound comes with speech.rendered.
    Raises ActionError for a voice that cannot speak.
    """
    row = locked(viewer, bulletin, WRITE, APPROVE)
    return render_sound(viewer, row)


def attach_recording(viewer: Viewer, *, bulletin: Bulletin, upload: Any, language: str = "vi") -> Bulletin:
    """Take a recording in place of the machine's voice: a new version, with no words to be read. Raises BadFile,
    ActionError, Forbidden. Call it outside a transaction (a refused file stays in quarantine).
    """
    viewer.must(WRITE, bulletin.unit_path)
    rendering = keep_recording(
        viewer, upload=upload, language=language, unit_path=bulletin.unit_path, record=bulletin
    )
    return _with_recording(viewer, bulletin=bulletin, rendering_id=rendering.pk, language=language)


@action
def _with_recording(viewer: Viewer, *, bulletin: Bulletin, rendering_id: UUID, language: str) -> Bulletin:
    """The recording takes the place of the words: a new version, a draft."""
    row = locked(viewer, bulletin, WRITE)
    row.version += 1
    row.recorded, row.language, row.rendering = True, language[:12], rendering_id
    row.state, row.reason, row.sound, row.seconds, row.trouble = Bulletin.State.DRAFT, "", None, None, ""
    keep_version(viewer, row)
    row.save()
    enqueue(COMPOSE, {"bulletin_id": str(row.pk)}, key=str(row.pk))
    tell("broadcast.bulletin_recorded", row, viewer, number=row.version)
    return row


@action
def take_sound(viewer: Viewer, *, bulletin_id: UUID) -> Bulletin | None:
    """The words have been spoken: put the air file together. For the task and listeners; repeatable."""
    row = Bulletin.objects.select_for_update(of=("self",)).filter(pk=bulletin_id).first()
    if row is None or row.rendering is None or row.sound_id is not None:
        return row
    try:
        row.sound = compose(
            viewer,
            rendering_id=row.rendering,
            jingle=row.jingle,
            repeats=row.repeats,
            unit_path=row.unit_path,
        )
    except ActionError:
        return row  # its event will come
    row.seconds, row.trouble = row.sound.seconds, ""
    row.save(update_fields=["sound", "seconds", "trouble"])
    tell("broadcast.bulletin_ready", row, viewer, number=row.version)
    replan(row.station)
    return row


@action
def note_silence(viewer: Viewer, *, bulletin_id: UUID, why: str) -> None:
    """The words could not be spoken; the sentence says why. For the listener; repeatable."""
    row = Bulletin.objects.select_for_update(of=("self",)).filter(pk=bulletin_id, sound=None).first()
    if row is not None:
        row.trouble = why[:300] or "Không đọc thành tiếng được"
        row.save(update_fields=["trouble"])


def render_sound(viewer: Viewer, row: Bulletin, *, quietly: bool = False) -> Bulletin:
    """Ask for the sound; ``quietly``: a voice that cannot speak is noted and does not stop the caller."""
    if row.sound_id is not None:
        return row
    if not row.recorded:
        try:
            made = render(
                viewer,
                spoken=row.spoken,
                voice=row.voice,
                speed=row.speed,
                unit_path=row.unit_path,
                record=row,
            )
        except ActionError as error:
            if not quietly:
                raise
            row.trouble = error.message[:300]
            row.save(update_fields=["trouble"])
            return row
        row.rendering = made.pk
        row.save(update_fields=["rendering"])
        BulletinVersion.objects.filter(bulletin=row, number=row.version).update(rendering=made.pk)
    enqueue(COMPOSE, {"bulletin_id": str(row.pk)}, key=str(row.pk))
    return row
