"""Work of the demo in a process of its own, beside the others: a month of papers keeps one core busy for minutes."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import connection, connections

T = TypeVar("T")


class Beside(Generic[T]):
    """``work`` in a forked process; where that is not to be had, or not worth it, at once in this one.

    Not inside a transaction: the other process would not see what it wrote. ``answer`` waits for what came of it and
    raises RuntimeError when it failed; the reason stands in the output.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        self._process = None
        if not hasattr(os, "fork") or (os.cpu_count() or 1) < 2 or connection.in_atomic_block:
            self._answer = work()
            return
        connections.close_all()
        sys.stdout.flush()
        ways = multiprocessing.get_context("fork")
        self._ours, theirs = ways.Pipe(duplex=False)
        self._process = ways.Process(target=lambda: theirs.send(work()))
        self._process.start()
        theirs.close()

    def answer(self) -> T:
        """What the work gave back."""
        if self._process is not None:
            try:
                self._answer = self._ours.recv()
            except EOFError:
                raise RuntimeError("a part of the demo could not be told; the reason is above") from None
            finally:
                self._process.join()
                self._process = None
        return self._answer
