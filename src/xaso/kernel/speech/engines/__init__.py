"""Engines that turn words into sound on this machine: each a program of its own, never a part of ours."""

from __future__ import annotations

from xaso.kernel.speech.engines import espeak, piper
from xaso.kernel.speech.engines.base import NoVoice

__all__ = ["NoVoice", "synthesize"]
SLOWEST, FASTEST = 0.5, 2.0


def synthesize(spoken: str, voice: str = "espeak:vi", speed: float = 1.0) -> bytes:
    """The words as WAV by a voice of this machine, not yet levelled.

    Raises NoVoice when the voice is none of this machine's or cannot speak now, ValueError for nothing to say and
    for a speed out of 0.5 to 2.
    """
    if not spoken.strip():
        raise ValueError("nothing to say")
    if not SLOWEST <= speed <= FASTEST:
        raise ValueError("speed must be 0.5 to 2")
    engine, _, name = voice.partition(":")
    if engine == "espeak":
        return espeak.speak(spoken, name, speed)
    if engine == "piper":
        return piper.speak(spoken, name, speed)
    raise NoVoice("Giọng này không có trên máy chủ.")
