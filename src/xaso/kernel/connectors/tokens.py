"""Access tokens: kept in memory when they are cheap to get, in the database when their renewal is precious."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from xaso.kernel.connectors.errors import OutsideError
from xaso.kernel.connectors.models import OutsideToken
from xaso.kernel.plain.moment import now

EARLY = 60  # a token is renewed this many seconds before its end


@dataclass(frozen=True)
class Pair:
    """Tokens as a provider gives them; ``lives`` in seconds."""

    access: str
    refresh: str
    lives: int


class MemoryToken:
    """A client-credentials token of this process."""

    def __init__(self, fetch: Callable[[], tuple[str, int]]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0

    def get(self) -> str:
        """A token that is good for at least a minute."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._token, lives = self._fetch()
                self._until = time.monotonic() + max(lives - EARLY, 1)
            return self._token

    def forget(self, token: str) -> None:
        """Drop a token that was refused, unless another thread has renewed it already."""
        with self._lock:
            if token == self._token:
                self._until = 0.0


def stored_token(key: str, first_refresh: str, renew: Callable[[str], Pair], *, refused: str = "") -> str:
    """The access token under ``key``; renewed when it ends, is ``refused``, or there is none.

    A refresh token serves once, so renewal holds a row lock: of many workers exactly one renews, and the new pair
    is committed before anybody uses it. Call outside a transaction that may yet be rolled back.
    """
    row = OutsideToken.objects.filter(pk=key).first()
    if row and row.access and row.access != refused and row.expires_at and row.expires_at > now():
        return str(row.access)
    OutsideToken.objects.get_or_create(key=key)
    with transaction.atomic():
        row = OutsideToken.objects.select_for_update().get(pk=key)
        if row.access and row.access != refused and row.expires_at and row.expires_at > now():
            return str(row.access)
        answer = _renewed(renew, str(row.refresh) or first_refresh)
        if isinstance(answer, Pair):
            row.access, row.refresh = answer.access, answer.refresh
            row.expires_at = now() + timedelta(seconds=max(answer.lives - EARLY, 1))
            row.updated_at = now()
            row.save()
    if isinstance(answer, OutsideError):
        raise answer
    return answer.access


def _renewed(renew: Callable[[str], Pair], refresh: str) -> Pair | OutsideError:
    """The error as a value: raised inside the transaction it would take the record of the call with it."""
    try:
        return renew(refresh)
    except OutsideError as error:
        return error
