"""How far the present work reaches into the tables: what row-level security in the database goes by.

A request reaches as far as its viewer; a worker, a command or a test without a viewer is the product itself and
reaches everywhere. The connection tells PostgreSQL before its next statement, once per change (base/postgres).
Who sees which row is said in docs/build/rls.md.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Reach:
    """Rows within it may be seen: units at or below ``paths`` ("" is all), one person's, one account's own."""

    kind: str
    paths: tuple[str, ...] = ()
    person_id: UUID | None = None
    account_id: UUID | None = None

    @property
    def values(self) -> tuple[str, str, str, str]:
        """The four settings as PostgreSQL reads them."""
        quoted = (
            '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"' for path in sorted(set(self.paths))
        )
        return self.kind, "{" + ",".join(quoted) + "}", str(self.person_id or ""), str(self.account_id or "")


SYSTEM = Reach("system", ("",))
ANONYMOUS = Reach("anonymous")


class _Seat:
    """Who sits at one request; the viewer may turn out only later."""

    __slots__ = ("reach",)

    def __init__(self, reach: Reach) -> None:
        self.reach = reach


_seat: ContextVar[_Seat | None] = ContextVar("xaso_reach", default=None)
_wide: ContextVar[bool] = ContextVar("xaso_reach_wide", default=False)
_unasked: ContextVar[bool] = ContextVar("xaso_reach_unasked", default=False)
_outside = [SYSTEM]
widenings: Counter[str] = Counter()


def present() -> Reach | None:
    """The reach of the next statement; None when it touches no guarded table, so that none need be told."""
    if _unasked.get():
        return None
    if _wide.get():
        return SYSTEM
    seat = _seat.get()
    return seat.reach if seat is not None else _outside[0]


def close_outside_requests() -> None:
    """In a web process: work outside any request sees nothing (called once, when the process starts)."""
    _outside[0] = ANONYMOUS


@contextlib.contextmanager
def watched(reach: Reach = ANONYMOUS) -> Iterator[None]:
    """One request: begins with this reach, and ``enter`` says who it turned out to be."""
    seat, wide, unasked = _seat.set(_Seat(reach)), _wide.set(False), _unasked.set(False)
    try:
        yield
    finally:
        _unasked.reset(unasked)
        _wide.reset(wide)
        _seat.reset(seat)


def enter(reach: Reach) -> None:
    """The viewer of this request is known now; without a request around it nothing changes."""
    seat = _seat.get()
    if seat is not None:
        seat.reach = reach


@contextlib.contextmanager
def widened(reason: str) -> Iterator[None]:
    """Reach everywhere for a few statements whose caller has checked the right, or that answer a bare fact.

    Every place stands with its reason in tests/house/widened.py; a new one is refused there until it is listed.
    """
    widenings[reason] += 1
    wide = _wide.set(True)
    try:
        yield
    finally:
        _wide.reset(wide)


@contextlib.contextmanager
def unguarded(reason: str) -> Iterator[None]:
    """Statements on tables without policies only (sessions, accounts): the connection need not be told anything.

    Finding out who asks must not cost a journey of its own. Listed like the widenings.
    """
    unasked = _unasked.set(True)
    try:
        yield
    finally:
        _unasked.reset(unasked)


def app_role() -> str:
    """The database role under which server and worker run."""
    return os.environ.get("XASO_APP_ROLE", "xaso_app")
