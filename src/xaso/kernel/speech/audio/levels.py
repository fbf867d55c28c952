"""How loud a sound is (EBU R128, ITU-R BS.1770-4) and bringing it to one level without clipping.

Loudness: K-weighting, blocks of 400 ms that overlap by three quarters, gates at -70 LUFS and 10 LU below the mean.
True peak: the sound at four times its rate. Limiting looks ahead, so nothing is ever cut off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from xaso.kernel.speech.wav import BadSound, Samples, read, write

TARGET = -16.0  # LUFS
CEILING = -1.5  # dBTP
QUIETEST = -55.0  # below this there is nothing to hear
MOST_GAIN = 30.0  # dB
NEAR = 0.1  # LU
_TRIES = 5
_BLOCK = 1 << 15
_LEAD = 1 << 13  # longer than the weighting filters remember
_TAPS = 12  # on each side, for the samples in between
_MARGIN = 0.15  # dB kept below the ceiling while limiting


class SilentSound(BadSound):
    """There is nothing to hear in it."""


@dataclass(frozen=True)
class Measured:
    """Length in seconds, loudness in LUFS (-inf: silence), true peak in dBTP."""

    seconds: float
    lufs: float
    peak: float


@lru_cache(maxsize=16)
def _weighting(rate: int) -> NDArray[np.complex64]:
    """K-weighting of BS.1770 as a spectrum over one block: a high shelf, then a high pass, made for any rate."""
    shelf = _shelf(rate)
    high = _high_pass(rate)
    z = np.exp(-2j * np.pi * np.arange(_BLOCK // 2 + 1) / _BLOCK)
    made = np.ones(len(z), complex)
    for upper, lower in (shelf, high):
        made *= np.polyval(upper[::-1], z) / np.polyval(lower[::-1], z)
    return made.astype(np.complex64)


def _shelf(rate: int) -> tuple[list[float], list[float]]:
    k = math.tan(math.pi * 1681.974450955533 / rate)
    q, gain = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    middle = gain**0.4996667741545416
    a0 = 1 + k / q + k * k
    upper = [gain + middle * k / q + k * k, 2 * (k * k - gain), gain - middle * k / q + k * k]
    return [one / a0 for one in upper], [1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]


def _high_pass(rate: int) -> tuple[list[float], list[float]]:
    k = math.tan(math.pi * 38.13547087602444 / rate)
    q = 0.5003270373238773
    a0 = 1 + k / q + k * k
    return [1.0, -2.0, 1.0], [1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]


def _weighted(samples: Samples, rate: int) -> Samples:
    """The sound after K-weighting, by overlapping blocks."""
    step = _BLOCK - _LEAD
    count = -(-len(samples) // step)
    padded = np.zeros(_LEAD + count * step, np.float32)
    padded[_LEAD : _LEAD + len(samples)] = samples
    blocks = np.lib.stride_tricks.sliding_window_view(padded, _BLOCK)[::step]
    made = np.fft.irfft(np.fft.rfft(blocks, axis=1) * _weighting(rate), _BLOCK, axis=1)[:, _LEAD:]
    return made.reshape(-1)[: len(samples)].astype(np.float32, copy=False)


def _powers(samples: Samples, rate: int) -> NDArray[np.float64]:
    """Mean power of each block of 400 ms, begun every 100 ms; a shorter sound is one block."""
    weighted = _weighted(samples, rate)
    hop = rate // 10
    if len(weighted) < 4 * hop:
        return np.array([float(np.mean(np.square(weighted, dtype=np.float64)))])
    ends = len(weighted) // hop
    parts = np.square(weighted[: ends * hop]).reshape(ends, hop).sum(axis=1, dtype=np.float64)
    return np.convolve(parts, np.ones(4), "valid") / (4 * hop)


def _gated(powers: NDArray[np.float64]) -> float:
    """Integrated loudness of blocks."""

    def lufs(power: float) -> float:
        return -0.691 + 10 * math.log10(power) if power > 0 else -math.inf

    heard = powers[powers > 10 ** ((-70 + 0.691) / 10)]
    if not len(heard):
        return -math.inf
    loud = heard[heard > float(heard.mean()) / 10]
    return lufs(float(loud.mean()))


@lru_cache(maxsize=1)
def _between() -> NDArray[np.float32]:
    """Three filters that give the sound at a quarter, a half and three quarters between two samples."""
    places = np.arange(-_TAPS + 1, _TAPS + 1)
    made = []
    for quarter in (1, 2, 3):
        away = places - quarter / 4
        window = np.cos(np.pi * away / (2 * _TAPS + 1)) ** 2
        one = np.sinc(away) * window
        made.append(one / one.sum())
    return np.array(made, np.float32)


def _peaks(samples: Samples) -> Samples:
    """For each sample the largest size the sound has from it to the next one."""
    found = np.abs(samples)
    if not len(samples):
        return found
    found[:-1] = np.maximum(found[:-1], found[1:])
    padded = np.concatenate([np.zeros(_TAPS - 1, np.float32), samples, np.zeros(_TAPS, np.float32)])
    for one in _between():
        between = np.convolve(padded, one[::-1], "valid")
        np.maximum(found, np.abs(between), out=found)
    return found


def _decibel(size: float) -> float:
    return 20 * math.log10(size) if size > 0 else -math.inf


def measure_samples(samples: Samples, rate: int) -> Measured:
    """Length, loudness and true peak."""
    peak = float(_peaks(samples).max(initial=0.0))
    lufs = _gated(_powers(samples, rate)) if len(samples) else -math.inf
    return Measured(len(samples) / rate, lufs, _decibel(peak))


def measure(wav: bytes) -> Measured:
    """Length, loudness and true peak of a WAV."""
    return measure_samples(*read(wav))


def _amplified(samples: Samples, peaks: Samples, rate: int, factor: float, ceiling: float) -> Samples:
    """The sound times a factor, its peaks brought below the ceiling by a gain that moves smoothly around each."""
    top = np.float32(10 ** ((ceiling - _MARGIN) / 20) / factor)
    if float(peaks.max(initial=0.0)) <= top:
        return samples * np.float32(factor)
    wanted: Samples = (top / np.maximum(peaks, top)).astype(np.float32, copy=False)
    reach = max(1, rate // 200)  # 5 ms before and after
    lowest = _lowest_around(wanted, 2 * reach)
    for _ in range(2):
        lowest = _mean_around(lowest, reach + 1)
    return samples * (lowest * np.float32(factor))


def _lowest_around(values: Samples, reach: int) -> Samples:
    """The smallest value within ``reach`` places on both sides, by doubling the looked-at stretch."""
    width, done = 2 * reach + 1, 1
    padded = np.concatenate([np.ones(reach, np.float32), values, np.ones(reach, np.float32)])
    while done * 2 <= width:
        padded = np.minimum(padded[:-done], padded[done:])
        done *= 2
    rest = width - done
    return np.minimum(padded[: len(padded) - rest], padded[rest:]) if rest else padded


def _mean_around(values: Samples, width: int) -> Samples:
    """The mean of ``width`` places around each, the ends repeated."""
    before = width // 2
    padded = np.pad(values, (before + 1, width - before - 1), mode="edge")
    total = np.cumsum(padded, dtype=np.float64)
    return ((total[width:] - total[:-width]) / width).astype(np.float32)


def level_samples(
    samples: Samples, rate: int, target: float = TARGET, ceiling: float = CEILING
) -> tuple[Samples, Measured]:
    """The sound at the wanted loudness below the ceiling, and what it then measures. Raises SilentSound."""
    powers = _powers(samples, rate) if len(samples) else np.zeros(1)
    loud = _gated(powers)
    if loud < QUIETEST:
        raise SilentSound("Không nghe thấy gì trong đoạn này. Thu lại gần micrô hơn.")
    gain = min(target - loud, MOST_GAIN)
    made, found, peaks = samples, loud, _peaks(samples)
    for _ in range(_TRIES):
        made = _amplified(samples, peaks, rate, 10 ** (gain / 20), ceiling)
        found = _gated(_powers(made, rate))
        if abs(found - target) <= NEAR or gain >= MOST_GAIN:
            break
        # Limiting takes back a part of what is added: ask for half as much again.
        gain = min(gain + 1.5 * (target - found), MOST_GAIN)
    peak = float(_peaks(made).max(initial=0.0))
    top = 10 ** (ceiling / 20)
    if peak > top:  # what the margin did not hold
        made = made * np.float32(top / peak)
        peak, found = top, found + _decibel(top / peak)
    return made, Measured(len(made) / rate, found, _decibel(peak))


def normalise(wav: bytes, target: float = TARGET, ceiling: float = CEILING) -> bytes:
    """A WAV at -16 LUFS whose true peak stays at or below -1.5 dBTP. Raises BadSound, SilentSound."""
    samples, rate = read(wav)
    made, _ = level_samples(samples, rate, target, ceiling)
    return write(made, rate)
