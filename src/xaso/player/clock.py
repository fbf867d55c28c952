"""The time a loudspeaker goes by: its wall clock is a guess until it was measured against the station."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass

DRIFT = 100e-6  # seconds a second: a cheap crystal in the sun
GOOD = 0.05  # measured as well as this it need not be asked again soon
WORST = 2.0  # an answer that took longer says nothing
GOOD_FOR = 7 * 86_400


def kernel_synchronised() -> bool:
    """Whether chrony or its like holds the system clock right, as the Linux kernel was told."""
    try:
        buffer = ctypes.create_string_buffer(512)
        return ctypes.CDLL(None).adjtimex(buffer) in range(5)
    except (OSError, AttributeError):
        return False


@dataclass
class Clock:
    """True time from the monotonic clock and a measured distance; jumps of the wall clock do not move it.

    ``wall`` and ``mono`` may be replaced (tests). ``synchronised`` says whether the wall clock is held by NTP.
    """

    wall: Callable[[], float] = time.time
    mono: Callable[[], float] = time.monotonic
    synchronised: Callable[[], bool] = kernel_synchronised
    _base: float | None = None  # true time minus monotonic
    _error: float = WORST
    _measured: float = 0.0  # monotonic
    _refused: bool = False

    def now(self) -> float | None:
        """Seconds since 1970, or None while nobody knows."""
        if self._base is not None:
            return self._base + self.mono()
        if not self._refused and self.synchronised():
            return self.wall()
        return None

    def guess(self) -> float:
        """The true time where it is known, else what the wall clock says."""
        known = self.now()
        return self.wall() if known is None else known

    def error(self) -> float:
        """How far off the known time may be (seconds)."""
        if self._base is None:
            return WORST
        return self._error + (self.mono() - self._measured) * DRIFT

    def measure(self, asked_at: float, station: float) -> bool:
        """The station said ``station`` to a question sent at monotonic ``asked_at``; whether it was of use."""
        here = self.mono()
        error = max(0.0, here - asked_at) / 2
        if error > WORST / 2 or error >= self.error():
            return False
        base = station + error - here
        if self.synchronised() and abs(base + here - self.wall()) <= error + 0.5:
            base = self.wall() - here  # NTP knows better than one question over a radio link
        elif self.synchronised():
            self._refused = True
        self._base, self._error, self._measured = base, error, here
        return True

    def trust(self, offset: float, measured_at: float) -> None:
        """After a restart: the distance measured before, when the wall clock ran on (same start of the system, or a
        clock with a battery) and the measurement is not old."""
        if 0 <= self.wall() + offset - measured_at <= GOOD_FOR:
            self._base = self.wall() + offset - self.mono()
            self._error, self._measured = 1.0, self.mono()

    def offset(self) -> float | None:
        """True time minus wall clock (seconds), None while unknown."""
        known = self.now()
        return None if known is None else known - self.wall()
