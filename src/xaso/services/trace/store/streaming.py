"""Telling streams that events came in: one wake-up after the commit, however many events."""

from __future__ import annotations

import time

from django.db import transaction

from xaso.kernel.base.reach import widened
from xaso.kernel.tasks import enqueue
from xaso.services.trace.models import Subscription

TASK = "trace.send_streams"
_LOOK_EVERY = 5.0
_looked: list[float | bool] = [0.0, False]


def wake_streams() -> None:
    """Queue one round of sending, where anybody wants events as they come in."""
    if _somebody_listens():
        transaction.on_commit(lambda: enqueue(TASK, {}, key="streams"))


def forget_listeners() -> None:
    """Ask anew whether anybody listens: a subscription was just made."""
    _looked[0] = 0.0


def _somebody_listens() -> bool:
    """Asked once in a few seconds: in another process a new stream may miss its first wake-up, not its events."""
    if time.monotonic() - float(_looked[0]) > _LOOK_EVERY:
        with widened("whether any stream is open"):
            _looked[1] = Subscription.objects.filter(stream=True, ended_at__isnull=True).exists()
        _looked[0] = time.monotonic()
    return bool(_looked[1])
