"""Text to kept sound: asked once, found again, ready at once in an emergency, told in either case."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.reach import watched
from xaso.kernel.documents.intake import BadFile
from xaso.kernel.documents.store import store
from xaso.kernel.events.models import Event
from xaso.kernel.people.reaching import reach_of
from xaso.kernel.people.testing import officer
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.speech import audio, queries, tasks, voices
from xaso.kernel.speech.actions import fail_rendering, finish_rendering, keep_recording, render
from xaso.kernel.speech.engines import espeak
from xaso.kernel.speech.models import Rendering, Word

pytestmark = pytest.mark.django_db
COMMUNE, OTHER = "15/02683/", "15/02680/"
SYSTEM = Viewer.system()
WORDS = "Mời bà con về dự họp lúc bảy giờ ba mươi phút."
State = Rendering.State


def told(name: str) -> list[str]:
    return [str(one.record_id) for one in Event.objects.filter(name=name)]


def a_rendering(**more: Any) -> Rendering:
    return render(SYSTEM, **{"spoken": WORDS, "voice": "espeak:vi", "unit_path": COMMUNE, **more})


def test_a_text_waits_is_spoken_and_told() -> None:
    made = a_rendering()
    assert (made.state, made.mp3, made.finished_at) == (State.WAITING, None, None)
    tasks.speak(rendering_id=str(made.pk))
    made.refresh_from_db()
    assert made.ready
    assert made.seconds is not None
    assert 2 < made.seconds < 6
    assert made.lufs == pytest.approx(audio.TARGET, abs=0.2)
    assert made.peak is not None
    assert made.peak <= audio.CEILING
    assert (made.used_voice, made.fell_back, made.error) == ("espeak:vi", "", "")
    assert made.mp3 is not None and made.opus is not None
    assert made.sha256 == made.mp3.sha256
    assert (made.mp3.media_type, made.opus.media_type) == ("audio/mpeg", "audio/ogg")
    heard = audio.measure(audio.decode(store().read(made.opus.sha256), made.opus.media_type))
    assert heard.seconds == pytest.approx(made.seconds, abs=0.1)
    assert told("speech.rendered") == [str(made.pk)]
    tasks.speak(rendering_id=str(made.pk))
    assert told("speech.rendered") == [str(made.pk)], "a second run changes nothing"
    assert queries.rendering(SYSTEM, made.pk).pk == made.pk


def test_the_same_words_are_not_spoken_twice_wherever_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = a_rendering(at_once=True)
    monkeypatch.setattr(audio, "synthesize", lambda *_: pytest.fail("spoken again"))
    assert a_rendering().pk == first.pk
    clerk = officer("clerk", OTHER)
    with watched(reach_of(clerk)):
        other = render(clerk, spoken=f"  {WORDS}\n", voice="espeak:vi", unit_path=OTHER)
        assert Rendering.objects.count() == 1, "the other unit's row stays unseen"
    assert other.ready
    assert other.pk != first.pk
    assert (other.sha256, other.seconds, other.unit_path) == (first.sha256, first.seconds, OTHER)
    assert len(told("speech.rendered")) == 2


def test_another_voice_or_speed_or_record_is_another_rendering() -> None:
    made = {
        a_rendering().pk,
        a_rendering(voice="espeak:vi-vn-x-south").pk,
        a_rendering(speed=1.2).pk,
        a_rendering(record=Word(pk=uuid7())).pk,
    }
    assert len(made) == 4
    with_record = Rendering.objects.exclude(record_id=None).get()
    assert with_record.record_type == "speech.word"
    assert len(set(Rendering.objects.values_list("key", flat=True))) == 3


def test_at_once_speaks_here_and_now() -> None:
    made = a_rendering(at_once=True, speed=1.5)
    assert made.ready
    assert a_rendering(speed=1.5).pk == made.pk
    waiting = a_rendering(speed=1.7)
    assert a_rendering(speed=1.7, at_once=True).pk == waiting.pk
    waiting.refresh_from_db()
    assert waiting.ready, "what waits already is spoken now"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"spoken": " "}, "spoken"),
        ({"spoken": "a" * 60_001}, "spoken"),
        ({"speed": 0.4}, "speed"),
        ({"voice": "espeak:khong-co"}, "voice"),
        ({"voice": "piper:khong-co"}, "voice"),
    ],
)
def test_what_cannot_be_spoken_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ActionError) as caught:
        a_rendering(**changes)
    assert list(caught.value.errors) == [field]


def test_a_voice_that_is_not_set_up_is_offered_with_its_reason(settings: Any) -> None:
    settings.TESTING = settings.DEMO = False
    by_key = {one.key: one for one in voices(COMMUNE)}
    assert by_key["espeak:vi"].available
    assert not by_key["fpt:banmai"].available
    assert "địa chỉ" in by_key["fpt:banmai"].why_not
    with pytest.raises(ActionError, match="chưa dùng được"):
        a_rendering(voice="fpt:banmai")
    assert {one.region for one in by_key.values()} >= {"north", "central", "south"}
    assert by_key["espeak:vi-vn-x-central"].label == "Giọng máy miền Trung (nam, miền Trung)"


def test_when_no_voice_speaks_the_rendering_fails_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> bytes:
        raise audio.NoVoice("Bộ đọc không chạy.")

    waiting = a_rendering()
    monkeypatch.setattr(espeak, "speak", away)
    tasks.speak(rendering_id=str(waiting.pk))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.error) == (State.FAILED, "Bộ đọc không chạy.")
    assert told("speech.render_failed") == [str(waiting.pk)]
    assert a_rendering(at_once=True).error == "Bộ đọc không chạy."
    monkeypatch.undo()
    assert a_rendering(at_once=True).ready, "a failed one does not stand in the way"


def test_silence_is_no_rendering() -> None:
    made = a_rendering()
    finish_rendering(SYSTEM, rendering_id=made.pk, wav=audio.silence(1), used_voice="espeak:vi")
    made.refresh_from_db()
    assert made.state == State.FAILED
    assert "Không nghe thấy gì" in made.error
    fail_rendering(SYSTEM, rendering_id=made.pk, error="khác")
    made.refresh_from_db()
    assert "Không nghe thấy gì" in made.error, "the first reason stays"


def test_what_a_killed_worker_left_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    text, recording = a_rendering(), keep_recording(SYSTEM, upload=a_recording("wav"), unit_path=COMMUNE)
    a_rendering(speed=1.3)
    Rendering.objects.filter(pk__in=[text.pk, recording.pk]).update(
        created_at=text.created_at - tasks.LOST_AFTER
    )
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(tasks, "enqueue", lambda job, given, key: asked.append((job, key)))
    tasks.sweep()
    assert sorted(asked) == [("speech.polish", str(recording.pk)), ("speech.render", str(text.pk))]


def a_recording(kind: str) -> bytes:
    """A quiet recording, as a telephone makes it."""
    wav = audio.join([audio.silence(0.2), audio.synthesize(WORDS, "espeak:vi-vn-x-central")])
    return wav if kind == "wav" else audio.encode(wav, kind)


@pytest.mark.parametrize("kind", ["wav", "mp3", "opus"])
def test_a_recording_in_any_language_is_brought_to_the_level(kind: str) -> None:
    upload = SimpleUploadedFile("tin tiếng Mông.bin", a_recording(kind))
    made = keep_recording(SYSTEM, upload=upload, language="hmn", unit_path=COMMUNE)
    assert (made.state, made.source, made.language) == (State.WAITING, "recording", "hmn")
    assert keep_recording(SYSTEM, upload=made.original, language="hmn", unit_path=COMMUNE).pk == made.pk
    tasks.polish(rendering_id=str(made.pk))
    tasks.polish(rendering_id=str(made.pk))
    made.refresh_from_db()
    assert made.ready
    assert made.lufs == pytest.approx(audio.TARGET, abs=0.3)
    assert made.used_voice == ""
    assert told("speech.rendered") == [str(made.pk)]


def test_a_recording_is_known_by_its_content() -> None:
    for content in (b"MZ not sound", b"%PDF-1.7 no", b""):
        with pytest.raises(BadFile):
            keep_recording(SYSTEM, upload=SimpleUploadedFile("a.mp3", content), unit_path=COMMUNE)
    with pytest.raises(ActionError, match="Chọn tiếng"):
        keep_recording(SYSTEM, upload=b"", language="xx", unit_path=COMMUNE)
    broken = keep_recording(SYSTEM, upload=b"ID3" + b"\x00" * 500, unit_path=COMMUNE, at_once=True)
    assert broken.state == State.FAILED
    assert "âm thanh" in broken.error
    assert keep_recording(SYSTEM, upload=a_recording("wav"), unit_path=COMMUNE, at_once=True).ready
