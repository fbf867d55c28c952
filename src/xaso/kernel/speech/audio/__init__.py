"""Sound without Django: speak, join, level, encode. WAV (16 bits, one channel) between the steps.

``synthesize`` → ``normalise`` → ``encode``; everything for half a minute of speech takes well under a second.
"""

from __future__ import annotations

from xaso.kernel.speech.audio.coding import decode, encode
from xaso.kernel.speech.audio.levels import CEILING, TARGET, Measured, SilentSound, measure, normalise
from xaso.kernel.speech.audio.sounds import chime, join, silence, siren
from xaso.kernel.speech.engines import NoVoice, synthesize
from xaso.kernel.speech.wav import BadSound, seconds_of

__all__ = [
    "CEILING",
    "TARGET",
    "BadSound",
    "Measured",
    "NoVoice",
    "SilentSound",
    "chime",
    "decode",
    "encode",
    "join",
    "measure",
    "normalise",
    "seconds_of",
    "silence",
    "siren",
    "synthesize",
]
