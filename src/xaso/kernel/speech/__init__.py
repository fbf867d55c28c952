"""From written text to sound: the commune's own dictionary, voices, renderings that are kept.

``spoken_text`` and ``voices`` are asked here; writes are in ``actions``, sound itself in ``audio`` (no Django there).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xaso.kernel.plain.spoken import Spoken
    from xaso.kernel.speech.catalogue import Voice


def spoken_text(text: str, unit_path: str) -> Spoken:
    """What is said for a written text in a unit: its own words first, then those of the units above it."""
    from xaso.kernel.speech.queries import spoken_text as say

    return say(text, unit_path)


def voices(unit_path: str = "") -> list[Voice]:
    """Every voice a unit may choose; what cannot speak now says why in ``why_not``."""
    from xaso.kernel.speech.catalogue import all_voices

    return all_voices(unit_path)
