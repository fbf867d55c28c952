"""A text at a vendor's: cut, asked piece by piece, waited for by asking again or by a callback, joined."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from xaso.kernel.base.actions import action
from xaso.kernel.connectors.errors import OutsideError
from xaso.kernel.connectors.transport import Asked
from xaso.kernel.connectors.voices import MOST_LETTERS, Answered, VoiceVendor, is_sound, vendor
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.speech import audio
from xaso.kernel.speech.chunks import chunks
from xaso.kernel.speech.models import Rendering, VendorPart
from xaso.kernel.tasks import enqueue

PATIENCE = timedelta(minutes=5)  # FPT's own page says up to two minutes
FIRST_PAUSE, LONGEST_PAUSE = 3, 30  # seconds
MOST_TRIES = 4
SALT = "xaso.speech.callback"
_MEDIA = ((b"RIFF", "audio/wav"), (b"OggS", "audio/ogg"), (b"fLaC", "audio/flac"))


class VendorFailed(Exception):
    """The vendor will not speak it; the sentence says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def speak(made: Rendering) -> bytes | None:
    """The whole text as WAV; None while pieces are still to come. May be called again. Raises VendorFailed."""
    one = vendor(made.voice.partition(":")[0])
    asked = Asked(made.asked_by, "speech.rendering", made.pk, "Chuyển bản tin thành tiếng")
    parts = _parts(made)
    try:
        for part in parts:
            if part.state == VendorPart.State.ASKED:
                _go_on(one, asked, made, part)
    except OutsideError as error:
        raise VendorFailed(error.message) from error
    failed = next((part for part in parts if part.state == VendorPart.State.FAILED), None)
    if failed is not None:
        raise VendorFailed(failed.error)
    if any(part.sound is None for part in parts):
        if now() - parts[0].created_at > PATIENCE:
            raise VendorFailed(f"{one.title} không trả âm thanh trong {PATIENCE.seconds // 60} phút.")
        return None
    try:
        return audio.join([_opened(bytes(part.sound or b"")) for part in parts])
    except audio.BadSound as error:
        raise VendorFailed(f"{one.title} trả về âm thanh không mở được.") from error


def _parts(made: Rendering) -> list[VendorPart]:
    found = list(made.parts.order_by("place"))
    if found:
        return found
    pieces = chunks(made.spoken, MOST_LETTERS)
    rows = [VendorPart(rendering=made, place=place, text=text) for place, text in enumerate(pieces)]
    with transaction.atomic():
        VendorPart.objects.bulk_create(rows, ignore_conflicts=True)
    return list(made.parts.order_by("place"))


def _go_on(one: VoiceVendor, asked: Asked, made: Rendering, part: VendorPart) -> None:
    """Ask for a piece that was not asked for yet, else look for its sound. A passing fault is waited out."""
    VendorPart.objects.filter(pk=part.pk).update(looked=part.looked + 1)
    try:
        if part.request_id or part.link:
            got = one.fetch(asked, Answered(request_id=part.request_id, link=part.link))
        else:
            got = one.speak(
                asked, text=part.text, voice=made.voice.partition(":")[2], speed=made.speed,
                callback=callback_address(part) if one.later else "",
            )  # fmt: skip
    except OutsideError as error:
        if not error.retryable or part.looked >= MOST_TRIES:
            raise
        got = Answered()
    note_answer(Viewer.system(), part_id=part.pk, got=got)
    part.refresh_from_db()


@action
def note_answer(viewer: Viewer, *, part_id: UUID, got: Answered) -> VendorPart:
    """Keep what a vendor answered about a piece; what is known already stays."""
    part = VendorPart.objects.select_for_update().get(pk=part_id)
    if part.state == VendorPart.State.ASKED:
        part.request_id = got.request_id or part.request_id
        part.link = got.link or part.link
        if got.sound:
            part.sound, part.state = got.sound, VendorPart.State.HERE
        part.save()
    return part


@action
def note_callback(viewer: Viewer, *, token: str, content: dict[str, Any]) -> bool:
    """A vendor calls: keep where the sound is, or why it failed, and go on at once. False: it was over already.

    Raises OutsideError for nonsense, signing.BadSignature for a wrong or old token.
    """
    part_id = signing.loads(token, salt=SALT, max_age=PATIENCE * 4)
    part = VendorPart.objects.select_for_update().select_related("rendering").filter(pk=part_id).first()
    if (
        part is None
        or part.state != VendorPart.State.ASKED
        or part.rendering.state != Rendering.State.WAITING
    ):
        return False
    one = vendor(part.rendering.voice.partition(":")[0])
    try:
        got = one.read_callback(content)
        part.link = got.link or part.link
        part.request_id = got.request_id or part.request_id
    except OutsideError as error:
        if error.outcome != "refused":
            raise
        part.state, part.error = VendorPart.State.FAILED, error.message[:300]
    part.save()
    rendering_id = str(part.rendering_id)
    enqueue("speech.collect", {"rendering_id": rendering_id}, key=f"{rendering_id}:{part.place}")
    return True


def callback_address(part: VendorPart) -> str:
    """Where a vendor calls about this piece; the token in it is signed and grows old."""
    token = signing.dumps(str(part.pk), salt=SALT)
    return f"{settings.XASO_BASE_URL}{reverse('speech_callback', args=[token])}"


def pause_after(made: Rendering) -> timedelta:
    """How long to wait before asking again: longer each time."""
    looked = max((part.looked for part in made.parts.all()), default=0)
    return timedelta(seconds=min(FIRST_PAUSE * 2 ** min(looked, 5), LONGEST_PAUSE))


def forget_sound(made: Rendering) -> None:
    """Pieces are not kept beside the whole."""
    made.parts.update(sound=None)


def _opened(sound: bytes) -> bytes:
    if not is_sound(sound):
        raise audio.BadSound("không phải âm thanh")
    media = next((media for start, media in _MEDIA if sound.startswith(start)), "audio/mpeg")
    return audio.decode(sound, media)
