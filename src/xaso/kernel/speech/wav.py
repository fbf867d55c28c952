"""WAV in memory: samples as numbers between -1 and 1, one channel, 16 bits outside."""

from __future__ import annotations

import io
import wave
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]
FULL = 32768.0


class BadSound(ValueError):
    """These bytes are no sound that can be worked with; the sentence is Vietnamese, fit for an officer."""


def read(wav: bytes) -> tuple[Samples, int]:
    """Samples and rate of a WAV of 16 bits; several channels are mixed to one. Raises BadSound."""
    try:
        with wave.open(io.BytesIO(wav)) as file:
            if file.getsampwidth() != 2:
                raise BadSound("Tệp WAV phải là 16 bit.")
            rate, channels = file.getframerate(), file.getnchannels()
            raw = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise BadSound("Đây không phải là tệp WAV đọc được.") from error
    samples = np.frombuffer(raw[: len(raw) // (2 * channels) * 2 * channels], dtype="<i2").astype(np.float32)
    if channels > 1:
        samples = samples.reshape(-1, channels).mean(axis=1, dtype=np.float32)
    return samples / np.float32(FULL), rate


def write(samples: Samples, rate: int) -> bytes:
    """A WAV of 16 bits; what is louder than full scale is cut, so level it first."""
    whole = np.clip(np.rint(samples * np.float32(FULL)), -FULL, FULL - 1).astype("<i2")
    return from_pcm(whole.tobytes(), rate)


def from_pcm(raw: bytes, rate: int) -> bytes:
    """A WAV around bare samples of 16 bits, one channel."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(raw)
    return out.getvalue()


def seconds_of(wav: bytes) -> float:
    """How long a WAV sounds."""
    samples, rate = read(wav)
    return len(samples) / rate


def resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    """The same sound at another rate, by its spectrum; pieces of whole seconds keep the lengths whole."""
    if rate == wanted or not len(samples):
        return samples
    whole = -(-len(samples) // rate)  # seconds, rounded up: both lengths are then exact
    padded = np.concatenate([samples, np.zeros(whole * rate - len(samples), np.float32)])
    spectrum = np.fft.rfft(padded)
    count = whole * wanted
    made = np.fft.irfft(spectrum[: count // 2 + 1], count) * (wanted / rate)
    return made[: round(len(samples) * wanted / rate)].astype(np.float32)
