"""Every write of the speech area, one function a verb."""

from __future__ import annotations

from xaso.kernel.speech.actions.recordings import keep_recording
from xaso.kernel.speech.actions.rendering import fail_rendering, finish_rendering, render
from xaso.kernel.speech.actions.words import drop_word, keep_word, set_manner

__all__ = [
    "drop_word",
    "fail_rendering",
    "finish_rendering",
    "keep_recording",
    "keep_word",
    "render",
    "set_manner",
]
