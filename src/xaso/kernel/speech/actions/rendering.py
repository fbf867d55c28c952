"""Text to sound that is kept: asked, spoken in the background, levelled, encoded, and found again by its digest."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

from django.db import models

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.reach import widened
from xaso.kernel.documents.actions import keep_made
from xaso.kernel.documents.models import File
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.speech import audio, catalogue
from xaso.kernel.speech.audio.coding import MEDIA, MP3, OPUS
from xaso.kernel.speech.engines import FASTEST, SLOWEST
from xaso.kernel.speech.models import Rendering
from xaso.kernel.tasks import enqueue

VERSION = "1"  # of what is made of a text: a change makes everything anew
LONGEST = 60_000  # letters: about an hour and a half
OWNER = "speech.rendering"
TASK = "speech.render"


def digest(spoken: str, voice: str, speed: float) -> str:
    """What a rendering is found again by."""
    facts = json.dumps([VERSION, voice, f"{speed:.2f}", spoken], ensure_ascii=False)
    return hashlib.sha256(facts.encode()).hexdigest()


def _whose(record: models.Model | None) -> dict[str, Any]:
    return {} if record is None else {"record_type": record._meta.label_lower, "record_id": record.pk}


def _checked(spoken: str, voice: str, speed: float) -> str:
    spoken = spoken.replace("\0", " ").strip()
    if not spoken:
        raise ActionError("Chưa có lời để đọc.", "spoken")
    if len(spoken) > LONGEST:
        raise ActionError(f"Lời đọc dài quá {LONGEST:,} chữ cái. Chia thành nhiều bản tin.", "spoken")
    if not SLOWEST <= speed <= FASTEST:
        raise ActionError("Tốc độ đọc từ 0,5 đến 2.", "speed")
    known = catalogue.voice(voice)
    if known is None:
        raise ActionError("Chọn một giọng trong danh sách.", "voice")
    if not known.available:
        raise ActionError(f"Giọng này chưa dùng được. {known.why_not}", "voice")
    return spoken


@action
def render(
    viewer: Viewer,
    *,
    spoken: str,
    voice: str = "espeak:vi",
    speed: float = 1.0,
    unit_path: str = "",
    record: models.Model | None = None,
    at_once: bool = False,
) -> Rendering:
    """Ask for a spoken text as sound. Ready at once where the same text, voice and speed were made before.

    Otherwise it waits for the task "speech.render", which ends in the event speech.rendered or speech.render_failed;
    ``at_once``: a voice of this machine speaks here and now (emergencies, short texts). The same question for the same
    record makes no second rendering. The caller has checked the right. Raises ActionError.
    """
    spoken = _checked(spoken, voice, speed)
    facts: dict[str, Any] = {
        "unit_path": unit_path, "spoken": spoken, "voice": voice, "speed": speed,
        "key": digest(spoken, voice, speed), **_whose(record),
    }  # fmt: skip
    same = Rendering.objects.filter(unit_path=unit_path, key=facts["key"], **_whose(record))
    mine = same.exclude(state=Rendering.State.FAILED).filter(fell_back="").order_by("-created_at").first()
    if mine is not None and (mine.ready or not at_once):
        return mine
    with widened("the same words sound the same everywhere; the caller brought the words"):
        kept = (
            Rendering.objects.filter(key=facts["key"], state=Rendering.State.READY, fell_back="")
            .filter(mp3__erased_at=None, opus__erased_at=None)
            .order_by("-created_at")
            .first()
        )
    made = mine or Rendering.objects.create(**facts, asked_by=viewer.account_id)
    if kept is not None:
        return _taken_over(viewer, made, kept)
    if at_once and voice.partition(":")[0] in {"espeak", "piper"}:
        return _now(viewer, made)
    enqueue(TASK, {"rendering_id": str(made.pk)}, key=str(made.pk))
    return made


def _taken_over(viewer: Viewer, made: Rendering, kept: Rendering) -> Rendering:
    for name in ("used_voice", "seconds", "lufs", "peak", "mp3_id", "opus_id", "sha256"):
        setattr(made, name, getattr(kept, name))
    made.state, made.finished_at = Rendering.State.READY, now()
    made.save()
    _tell(viewer, made)
    return made


def _now(viewer: Viewer, made: Rendering) -> Rendering:
    used, fell_back = made.voice, ""
    try:
        wav = audio.synthesize(made.spoken, made.voice, made.speed)
    except audio.NoVoice as error:
        used, fell_back = catalogue.fallback_for(made.voice), error.message
        try:
            wav = audio.synthesize(made.spoken, used, made.speed)
        except audio.NoVoice as worse:
            return fail_rendering(viewer, rendering_id=made.pk, error=worse.message)
    return finish_rendering(viewer, rendering_id=made.pk, wav=wav, used_voice=used, fell_back=fell_back)


def finish_rendering(
    viewer: Viewer, *, rendering_id: UUID, wav: bytes, used_voice: str, fell_back: str = ""
) -> Rendering:
    """Level and encode what was spoken, keep it, tell. Done before: nothing changes. For the area's own tasks."""
    try:
        levelled = audio.normalise(wav)
    except audio.BadSound as error:
        return fail_rendering(viewer, rendering_id=rendering_id, error=str(error))
    found = audio.measure(levelled)
    facts = {
        "seconds": round(found.seconds, 3),
        "lufs": round(found.lufs, 2),
        "peak": round(found.peak, 2),
        "used_voice": used_voice,
        "fell_back": fell_back[:300],
    }
    contents = {kind: audio.encode(levelled, kind) for kind in (MP3, OPUS)}
    return _settle(viewer, rendering_id=rendering_id, facts=facts, contents=contents)


@action
def _settle(
    viewer: Viewer, *, rendering_id: UUID, facts: dict[str, Any], contents: dict[str, bytes]
) -> Rendering:
    made = Rendering.objects.select_for_update().get(pk=rendering_id)
    if made.ready:
        return made
    for name, value in facts.items():
        setattr(made, name, value)
    made.mp3, made.opus = (_kept(viewer, made, kind, contents[kind]) for kind in (MP3, OPUS))
    made.sha256, made.state, made.error = made.mp3.sha256, Rendering.State.READY, ""
    made.finished_at = now()
    made.save()
    _tell(viewer, made)
    return made


def _kept(viewer: Viewer, made: Rendering, kind: str, content: bytes) -> File:
    return keep_made(
        viewer,
        content=content,
        name=f"ban-doc-{made.pk.hex[-8:]}.{'mp3' if kind == MP3 else 'ogg'}",
        owner_service=OWNER,
        unit_path=made.unit_path,
        media_type=MEDIA[kind],
    )


@action
def fail_rendering(viewer: Viewer, *, rendering_id: UUID, error: str) -> Rendering:
    """It will not come; the sentence says why. For the area's own tasks."""
    made = Rendering.objects.select_for_update().get(pk=rendering_id)
    if made.state == Rendering.State.WAITING:
        made.state, made.error, made.finished_at = Rendering.State.FAILED, error[:300], now()
        made.save(update_fields=["state", "error", "finished_at"])
        data = {"rendering_id": str(made.pk)}
        emit("speech.render_failed", record=made, unit_path=made.unit_path, viewer=viewer, data=data)
    return made


def _tell(viewer: Viewer, made: Rendering) -> None:
    data = {"rendering_id": str(made.pk)}
    emit("speech.rendered", record=made, unit_path=made.unit_path, viewer=viewer, data=data)
