"""Joining pieces, silence, and the two sounds that are made and not spoken: chime and siren."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xaso.kernel.speech.audio.levels import SilentSound, level_samples
from xaso.kernel.speech.wav import BadSound, Samples, read, resampled, write

RATE = 22050
_EDGE = 0.01  # seconds over which a made sound comes and goes


def join(parts: Sequence[bytes], pause: float = 0.0, *, level: bool = True) -> bytes:
    """One WAV after the other, at the highest of their rates, with ``pause`` seconds between. Raises BadSound.

    Each part is brought to the one level first (``level``): after a siren the words would else be too quiet. A part
    that comes several times is levelled once.
    """
    if not parts:
        raise BadSound("Không có đoạn tiếng nào để nối.")
    known = {one: _levelled(one) if level else read(one) for one in dict.fromkeys(parts)}
    read_parts = [known[one] for one in parts]
    rate = max(one for _, one in read_parts)
    gap = np.zeros(round(pause * rate), np.float32)
    made: list[Samples] = []
    for place, (samples, own) in enumerate(read_parts):
        if place and len(gap):
            made.append(gap)
        made.append(resampled(samples, own, rate))
    return write(np.concatenate(made), rate)


def _levelled(part: bytes) -> tuple[Samples, int]:
    samples, rate = read(part)
    try:
        return level_samples(samples, rate)[0], rate
    except SilentSound:  # a pause stays a pause
        return samples, rate


def silence(seconds: float, rate: int = RATE) -> bytes:
    """A stretch without sound."""
    return write(np.zeros(round(seconds * rate), np.float32), rate)


def _edged(samples: Samples, rate: int) -> Samples:
    count = min(round(_EDGE * rate), len(samples) // 2)
    if count:
        rise = np.linspace(0, 1, count, dtype=np.float32)
        samples[:count] *= rise
        samples[-count:] *= rise[::-1]
    return samples


def chime(rate: int = RATE) -> bytes:
    """Four falling notes of a bell, under three seconds: before a bulletin."""
    notes = []
    for note in (659.26, 587.33, 523.25, 392.0):
        time = np.arange(round(0.6 * rate)) / rate
        bell = sum(np.sin(2 * np.pi * note * part * time) / part**2 for part in (1, 2, 3))
        notes.append((0.4 * bell * np.exp(-4 * time)).astype(np.float32))
    return write(_edged(np.concatenate(notes), rate), rate)


def siren(seconds: float = 6.0, rate: int = RATE) -> bytes:
    """A tone that rises and falls every two seconds between 500 and 1,000 Hz: before an emergency."""
    time = np.arange(round(seconds * rate)) / rate
    pitch = 750 + 250 * np.sin(2 * np.pi * time / 2 - np.pi / 2)
    tone = np.sin(2 * np.pi * np.cumsum(pitch) / rate)
    made = 0.5 * tone + 0.15 * np.sign(tone) * np.abs(tone) ** 0.5
    return write(_edged(made.astype(np.float32), rate), rate)
