"""The file for the air: jingle or siren, the words and their repeats, joined and levelled; made once for a content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.reach import widened
from xaso.kernel.documents.actions import keep_made
from xaso.kernel.documents.models import File
from xaso.kernel.documents.queries import content_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.speech import audio
from xaso.kernel.speech.audio.coding import MEDIA, MP3
from xaso.kernel.speech.models import Rendering
from xaso.services.broadcast.models import Sound

OWNER = "broadcast.sound"
CHIME, SIREN = "chime", "siren"
JINGLES = {"": "Không có", CHIME: "Chuông bốn nốt"}
PAUSE = 1.0  # seconds between two readings
FAST_VOICE = "espeak:vi"


def sound_key(*facts: object) -> str:
    """What a sound is found again by."""
    return hashlib.sha256(json.dumps(["1", *facts], ensure_ascii=False).encode()).hexdigest()


@action
def compose(viewer: Viewer, *, rendering_id: UUID, jingle: str, repeats: int, unit_path: str) -> Sound:
    """The air file of a rendering that is ready. Raises ActionError when its sound is not there."""
    rendering = Rendering.objects.select_related("mp3").filter(pk=rendering_id).first()
    if rendering is None or not rendering.ready or rendering.mp3 is None:
        raise ActionError("Bản đọc chưa có âm thanh.")
    key = sound_key(rendering.sha256, jingle, repeats)
    found = _kept(key)
    if found is not None:
        return found
    plain = jingle not in {CHIME} and repeats <= 1
    if plain:
        return _keep(viewer, key, unit_path, rendering.spoken, rendering.mp3, rendering.seconds or 0.0)
    words = audio.decode(content_of(rendering.mp3), MEDIA[MP3])
    parts = [audio.chime()] if jingle == CHIME else []
    return _write(viewer, key, unit_path, rendering.spoken, [*parts, *[words] * max(1, repeats)], PAUSE)


@action
def speak_now(
    viewer: Viewer, *, spoken: str, voice: str, speed: float, siren: str, repeats: int, unit_path: str
) -> Sound:
    """An emergency's file, made here and now with a voice of this machine: siren, words, siren, words …"""
    key = sound_key(spoken, voice, speed, siren, repeats)
    found = _kept(key)
    if found is not None:
        return found
    fast = voice if voice.startswith("espeak:") else FAST_VOICE
    words = audio.synthesize(spoken, fast, speed)
    once = [audio.siren()] if siren == SIREN else [audio.chime()] if siren == CHIME else []
    return _write(viewer, key, unit_path, spoken, [*once, words] * max(1, repeats), PAUSE)


def _kept(key: str) -> Sound | None:
    with widened("the same words sound the same everywhere"):
        return Sound.objects.filter(key=key).first()


def _write(
    viewer: Viewer, key: str, unit_path: str, words: str, parts: Sequence[bytes], pause: float
) -> Sound:
    wav = audio.normalise(audio.join(parts, pause))
    made = keep_made(
        viewer,
        content=audio.encode(wav, MP3),
        name="phat.mp3",
        owner_service=OWNER,
        unit_path=unit_path,
        media_type=MEDIA[MP3],
    )
    return _keep(viewer, key, unit_path, words, made, audio.seconds_of(wav))


def _keep(viewer: Viewer, key: str, unit_path: str, words: str, file: File, seconds: float) -> Sound:
    with widened("the same words sound the same everywhere"):
        row, _ = Sound.objects.get_or_create(
            key=key,
            defaults={
                "unit_path": unit_path,
                "file": file,
                "sha256": file.sha256,
                "seconds": round(seconds, 3),
                "words": words,
            },
        )
    return row


__all__ = ["CHIME", "JINGLES", "SIREN", "compose", "speak_now"]
