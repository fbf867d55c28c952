"""Writes that do not ask first whether the database is still there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections

R = TypeVar("R")


def repeated_when_lost(verb: Callable[[], R]) -> R:
    """Run a write; when the connection turns out to be lost, run it once more over a new one.

    For hot writes that may be repeated without harm even where nobody knows whether the first try was committed:
    they carry a key that makes the second one answer what the first one did. In return the question that each
    request puts to an old connection is left out: the write finds out by itself. Inside somebody else's transaction
    nothing is repeated. Raises what ``verb`` raises.
    """
    here: Any = connections[DEFAULT_DB_ALIAS]
    if here.in_atomic_block:
        return verb()
    here.health_check_done = True
    line = here.connection
    try:
        return verb()
    except (OperationalError, InterfaceError):
        # Leaving a transaction whose line is lost opens a new one.
        if here.connection is line:
            if here.is_usable():
                raise
            here.close()
    return verb()
