"""Writes that the database broke off because two of them waited for each other."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import psycopg.errors
from django.db import OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")
TRIES = 4
_PAUSE = 0.02  # seconds, growing


def again_after_deadlock(verb: Callable[P, R]) -> Callable[P, R]:
    """Run a write again that lost a deadlock: the database has taken back all of it.

    For writes that are a transaction of their own and do nothing outside the database. Inside somebody else's
    transaction nothing can be repeated, so the error goes on to its owner, as it does after some tries.
    """

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for tried in range(1, TRIES):
            try:
                return verb(*args, **kwargs)
            except OperationalError as error:
                lost = isinstance(error.__cause__, psycopg.errors.DeadlockDetected)
                if not lost or connection.in_atomic_block:
                    raise
            time.sleep(_PAUSE * tried * (1 + random.random()))  # noqa: S311 - so that both do not come again together
        return verb(*args, **kwargs)

    return run
