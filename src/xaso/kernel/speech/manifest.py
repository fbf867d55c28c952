"""What the speech area registers: the page of words, its right, log sentences, jobs, a check."""

from __future__ import annotations

from xaso.kernel.base.manifest import Check, NavItem, Right, Service, TaskSpec
from xaso.kernel.speech.rights import WORDS


def _speak(*, rendering_id: str) -> None:
    from xaso.kernel.speech.tasks import speak  # the manifest is read before the models

    speak(rendering_id=rendering_id)


def _collect(*, rendering_id: str) -> None:
    from xaso.kernel.speech.tasks import collect

    collect(rendering_id=rendering_id)


def _polish(*, rendering_id: str) -> None:
    from xaso.kernel.speech.tasks import polish

    polish(rendering_id=rendering_id)


def _sweep() -> None:
    from xaso.kernel.speech.tasks import sweep

    sweep()


def _voice_works() -> tuple[bool, str]:
    from xaso.kernel.speech import audio

    try:
        seconds = audio.seconds_of(audio.synthesize("kiểm tra", "espeak:vi"))
    except audio.NoVoice as error:
        return False, error.message
    return seconds > 0.3, "Giọng máy đọc được." if seconds > 0.3 else "Giọng máy không ra tiếng."


SERVICE = Service(
    key="speech",
    title="Đọc thành tiếng",
    summary="Chữ thành lời, lời thành tiếng; từ điển đọc của từng đơn vị.",
    switchable=False,
    nav=(NavItem("Từ điển đọc", "speech_words", WORDS, icon="book-open"),),
    rights=(
        Right(
            WORDS, "Dạy máy đọc tên riêng, chữ viết tắt của đơn vị", ("clerk", "admin", "radio", "specialist")
        ),
    ),
    announces={
        "speech.word_kept": "Ghi một từ vào từ điển đọc",
        "speech.word_dropped": "Bỏ một từ khỏi từ điển đọc",
        "speech.manner_set": "Đổi quy ước đọc {name}",
        "speech.rendered": "Chuyển xong lời đọc thành tiếng",
        "speech.render_failed": "Không chuyển được lời đọc thành tiếng",
    },
    tasks=(
        TaskSpec("speech.render", _speak),
        TaskSpec("speech.collect", _collect),
        TaskSpec("speech.polish", _polish),
        TaskSpec("speech.sweep", _sweep, "*/10 * * * *"),
    ),
    checks=(Check("Giọng máy", _voice_works),),
)
