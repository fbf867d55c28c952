"""A circuit breaker: after some failures in a row nobody is made to wait for a system that is down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Breaker:
    """Closed until ``threshold`` failures in a row, then open for ``rest`` seconds, then one call may try.

    One breaker a connector and process; safe between threads.
    """

    def __init__(
        self, threshold: int = 5, rest: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.threshold = threshold
        self.rest = rest
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False

    def allows(self) -> bool:
        """Whether a call may go out now; the caller must then report ``worked`` or ``failed``."""
        with self._lock:
            if self._opened_at is None:
                return True
            if self._clock() - self._opened_at < self.rest or self._probing:
                return False
            self._probing = True
            return True

    def worked(self) -> None:
        """The other side answered, be it with a refusal."""
        with self._lock:
            self._failures = 0
            self._opened_at = None
            self._probing = False

    def failed(self) -> None:
        """No usable answer came."""
        with self._lock:
            self._failures += 1
            if self._probing or self._failures >= self.threshold:
                self._opened_at = self._clock()
            self._probing = False

    @property
    def is_open(self) -> bool:
        """Whether calls are held back at this moment."""
        with self._lock:
            return self._opened_at is not None and self._clock() - self._opened_at < self.rest
