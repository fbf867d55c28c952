"""What happens in the background: speaking, asking vendors again, levelling recordings. Each may run twice."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from xaso.kernel.documents.store import store
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.speech import audio, catalogue, vendors
from xaso.kernel.speech.actions.rendering import fail_rendering, finish_rendering
from xaso.kernel.speech.models import Rendering
from xaso.kernel.tasks import enqueue

COLLECT = "speech.collect"
LOST_AFTER = timedelta(minutes=10)


def _waiting(rendering_id: str) -> Rendering | None:
    found = Rendering.objects.filter(pk=UUID(rendering_id), state=Rendering.State.WAITING)
    return found.select_related("original").first()


def speak(*, rendering_id: str) -> None:
    """Speak a waiting text with its voice; when that voice fails, with the built-in one of the same region."""
    made = _waiting(rendering_id)
    if made is None:
        return
    if made.voice.partition(":")[0] in catalogue.VENDORS:
        _at_vendor(made)
        return
    try:
        wav = audio.synthesize(made.spoken, made.voice, made.speed)
    except audio.NoVoice as error:
        _fall_back(made, error.message)
        return
    finish_rendering(Viewer.system(), rendering_id=made.pk, wav=wav, used_voice=made.voice)


def collect(*, rendering_id: str) -> None:
    """Ask the vendor again for what was not there yet."""
    made = _waiting(rendering_id)
    if made is not None:
        _at_vendor(made)


def _at_vendor(made: Rendering) -> None:
    try:
        wav = vendors.speak(made)
    except vendors.VendorFailed as error:
        _fall_back(made, error.message)
        return
    if wav is None:
        pause = vendors.pause_after(made)
        enqueue(COLLECT, {"rendering_id": str(made.pk)}, key=str(made.pk), at=now() + pause)
        return
    finish_rendering(Viewer.system(), rendering_id=made.pk, wav=wav, used_voice=made.voice)
    vendors.forget_sound(made)


def _fall_back(made: Rendering, reason: str) -> None:
    other = catalogue.fallback_for(made.voice)
    try:
        if other == made.voice:
            raise audio.NoVoice(reason)
        wav = audio.synthesize(made.spoken, other, made.speed)
    except audio.NoVoice as error:
        fail_rendering(Viewer.system(), rendering_id=made.pk, error=error.message)
    else:
        finish_rendering(Viewer.system(), rendering_id=made.pk, wav=wav, used_voice=other, fell_back=reason)
    vendors.forget_sound(made)


def polish(*, rendering_id: str) -> None:
    """Open a recording, level it and encode it."""
    made = _waiting(rendering_id)
    if made is None or made.original is None:
        return
    try:
        wav = audio.decode(store().read(made.original.sha256), made.original.media_type)
    except audio.BadSound as error:
        fail_rendering(Viewer.system(), rendering_id=made.pk, error=str(error))
        return
    finish_rendering(Viewer.system(), rendering_id=made.pk, wav=wav, used_voice="")


def sweep() -> None:
    """Begin again what has waited too long (a worker that was killed between its steps)."""
    late = Rendering.objects.filter(state=Rendering.State.WAITING, created_at__lte=now() - LOST_AFTER)
    for made in late.order_by("created_at")[:100]:
        job = "speech.polish" if made.source == Rendering.Source.RECORDING else "speech.render"
        enqueue(job, {"rendering_id": str(made.pk)}, key=str(made.pk))
