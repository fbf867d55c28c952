"""Whether sound is there: levels of decoded samples, and a detector that knows when a source has fallen silent.

Pure. Samples are 16 bit signed, mono, in the machine's own order, as the decoder gives them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

FULL = 32768.0
NOTHING = -120.0
_STEP = 8  # every eighth sample tells the level of a block well enough and costs an eighth


def level(block: bytes) -> float:
    """The level of a block in decibels below full scale (dBFS, root mean square); -120 for nothing at all."""
    samples = memoryview(block[: len(block) // 2 * 2]).cast("h")[::_STEP].tolist()
    if not samples:
        return NOTHING
    # The mean is taken off: a constant voltage is silence, however high it is.
    mean = sum(samples) / len(samples)
    power = sum((one - mean) ** 2 for one in samples) / len(samples)
    return max(NOTHING, 10 * math.log10(power / FULL**2)) if power > 0 else NOTHING


@dataclass(frozen=True)
class Limits:
    """What counts as silence: below ``floor`` dBFS for ``after`` seconds; heard again after ``back`` seconds."""

    floor: float = -50.0
    after: float = 15.0
    back: float = 2.0


class Detector:
    """Follows a source. ``silent`` turns true after too long a silence and false after enough sound again."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.silent = False
        self._quiet = self._loud = 0.0

    def hear(self, block: bytes, seconds: float) -> bool:
        """Take a block; answers whether the source counts as silent now."""
        if level(block) < self.limits.floor:
            self._quiet += seconds
            self._loud = 0.0
        else:
            self._loud += seconds
            if self.silent:
                # Pauses between words are no new silence while sound comes back.
                self._quiet = 0.0
            elif self._loud >= 0.2:
                self._quiet = 0.0
        if not self.silent and self._quiet >= self.limits.after:
            self.silent, self._loud = True, 0.0
        elif self.silent and self._loud >= self.limits.back:
            self.silent, self._quiet = False, 0.0
        return self.silent
