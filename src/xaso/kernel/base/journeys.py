"""A cursor for the few hot statements: planned once for each connection, and as few journeys as can be.

What the driver does for any statement at all costs more than these statements do, so this one speaks to libpq through
the driver's own layer: values are dumped by the driver, errors and rows are the driver's. What begins a transaction
and what ends it travel with their statement (libpq's pipeline).
"""

from __future__ import annotations

import functools
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import generators
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, TransactionStatus

PLANS_AT_MOST = 200  # of one connection; the oldest gives way


@functools.lru_cache(maxsize=500)
def _numbered(text: str) -> bytes:
    """``%s`` as ``$1``, ``$2`` …: what the server reads."""
    first, *rest = text.split("%s")
    return (first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))).encode()


@functools.cache
def _formats(count: int) -> list[PyFormat]:
    return [PyFormat.AUTO] * count


def _dumper_of(link: Any) -> Any:
    """What writes values for this connection: how each type is written is found out once, not at each statement.

    Rows are loaded by the cursor's own, since several cursors may hold rows at once.
    """
    known = link.__dict__.get("_xaso_dumper")
    if known is None:
        known = link.__dict__["_xaso_dumper"] = Transformer(link)
    return known


@dataclass(slots=True)
class _Told:
    """What was asked, for Django's record of queries."""

    query: bytes
    params: Sequence[Any]


@dataclass(slots=True)
class _Sent:
    """A statement with its values as they go to the server."""

    text: bytes
    values: Sequence[Any]
    types: tuple[int, ...]
    formats: Any


class PreparedCursor(psycopg.RawCursor[Any]):
    """Its statements are parsed and planned once for each connection. ``%s`` stands for values only.

    ``last``: the statement ends its transaction, so the commit goes with it.
    """

    last = False

    def execute(self, query: Any, params: Any = None, **_: Any) -> Any:
        """Run one statement. Raises what the driver raises."""
        if self.closed:
            raise psycopg.InterfaceError("the cursor is closed")
        link, text, values = self.connection, _numbered(query), params or ()
        self._reset()
        self._tx = Transformer(self)
        dumper = _dumper_of(link)
        dumped = dumper.dump_sequence(values, _formats(len(values)))
        sent = _Sent(text, dumped, dumper.types or (), dumper.formats)
        self._query = _Told(text, values)  # type: ignore[assignment]
        with link.lock:
            results = link.wait(self._run(sent))
        self._set_results(results)
        return self

    def _run(self, sent: _Sent) -> Generator[Any, Any, list[Any]]:
        name = yield from self._name(sent.text, sent.types)
        pg, dumped, formats = self._pgconn, sent.values, sent.formats
        begins = not self.connection.autocommit and pg.transaction_status == TransactionStatus.IDLE
        if not begins and not self.last:
            pg.send_query_prepared(name, dumped, formats)
            results: list[Any] = yield from generators.execute(pg)
            self._check_results(results)
            return results
        pg.enter_pipeline_mode()
        try:
            if begins:
                pg.send_query_params(self.connection._get_tx_start_command(), None)
            pg.send_query_prepared(name, dumped, formats)
            if self.last:
                pg.send_query_params(b"COMMIT", None)
            pg.pipeline_sync()
            answers = yield from self._answers()
            pg.exit_pipeline_mode()
        except BaseException:
            # Answers of this journey may still be on their way: nobody may read them as those of the next.
            self.connection.close()
            raise
        for answer in answers:
            self._check_results(answer)
        return answers[1 if begins else 0]

    def _answers(self) -> Generator[Any, Any, list[list[Any]]]:
        pg = self._pgconn
        yield from generators.send(pg)
        found: list[list[Any]] = []
        while True:
            answer = yield from generators.fetch_many(pg)
            if answer and answer[0].status == ExecStatus.PIPELINE_SYNC:
                return found
            found.append(answer)

    def _name(self, text: bytes, types: tuple[int, ...]) -> Generator[Any, Any, bytes]:
        """The name of the statement on this connection; it is prepared when it is met for the first time."""
        pg = self._pgconn
        plans: dict[Any, bytes] = self.connection.__dict__.setdefault("_xaso_plans", {})
        name = plans.get((text, types))
        if name is not None:
            return name
        if len(plans) >= PLANS_AT_MOST:
            # Not while the transaction is broken: the server would refuse even this.
            oldest = next(iter(plans))
            pg.send_query_params(b"DEALLOCATE " + plans[oldest], None)
            self._check_results((yield from generators.execute(pg)))
            del plans[oldest]
        number = self.connection.__dict__["_xaso_plan"] = self.connection.__dict__.get("_xaso_plan", 0) + 1
        name = f"xaso_{number}".encode()
        pg.send_prepare(name, text, types)
        self._check_results((yield from generators.execute(pg)))
        plans[text, types] = name
        return name
