"""The port between outbox and listeners.

``local``: outbox rows become deliveries at once, in the same database. ``nats``: they are published to a JetStream
stream, and come back as deliveries in the stream's order; other systems of the province read the same stream. Either
way the listeners, the retries and the dead letters are the same.
"""

from __future__ import annotations

import functools
from typing import Protocol

from django.conf import settings


class Bus(Protocol):
    """Both steps are repeatable, and of several workers one at a time does each."""

    def carry(self, limit: int) -> int:
        """Take waiting outbox rows further; answer how many moved."""
        ...

    def take(self, limit: int) -> int:
        """Turn what arrived into deliveries; answer how many events arrived."""
        ...


@functools.lru_cache(maxsize=4)
def _bus(address: str) -> Bus:
    if address in {"", "local"}:
        from xaso.kernel.events.bus.local import LocalBus

        return LocalBus()
    from xaso.kernel.events.bus.stream import StreamBus

    return StreamBus.from_address(address)


def bus() -> Bus:
    """The bus that ``XASO_BUS`` names."""
    return _bus(getattr(settings, "XASO_BUS", ""))
