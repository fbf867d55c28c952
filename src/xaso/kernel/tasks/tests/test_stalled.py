"""What a killed worker had begun is done by another one."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator

import pytest
from django.db import connection
from procrastinate.exceptions import ConnectorException

from xaso.kernel import tasks
from xaso.kernel.tasks import adapter

pytestmark = pytest.mark.django_db


@tasks.task("tasks.test_stalled")
def nothing(**_: object) -> None:
    """A job of this test."""


# Tests that commit may have left jobs of their own: the job tables are the library's and are not flushed.
_OURS = "args ->> 'name' = 'tasks.test_stalled'"


def _rows() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT status::text, attempts FROM procrastinate_jobs WHERE {_OURS} ORDER BY id")
        return list(cursor.fetchall())


def _begun(key: str | None, beat: str) -> None:
    tasks.enqueue(nothing, {}, key=key)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '{beat}') RETURNING id"
        )
        worker = cursor.fetchone()[0]
        cursor.execute(
            f"UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE status = 'todo' AND {_OURS}",
            [worker],
        )


def test_jobs_of_a_killed_worker_are_queued_again() -> None:
    _begun(None, "5 minutes")
    assert adapter.revive_stalled() == 1
    assert _rows() == [("todo", 1)]


def test_jobs_of_a_living_worker_are_left_alone() -> None:
    _begun(None, "5 seconds")
    assert adapter.revive_stalled() == 0
    assert _rows() == [("doing", 0)]


def test_a_job_that_was_asked_for_again_is_not_done_twice() -> None:
    _begun("same", "5 minutes")
    tasks.enqueue(nothing, {}, key="same")
    assert adapter.revive_stalled() == 1
    assert _rows() == [("cancelled", 0), ("todo", 0)]


class Away:
    """A worker whose database goes away: its work fails when it is told to stop, as it cannot say goodbye."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.begins = 0

    @contextlib.asynccontextmanager
    async def open_async(self) -> AsyncIterator[Away]:
        yield self

    async def run_worker_async(self, **_: object) -> None:
        self.begins += 1
        self.begun.set()
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            raise ConnectorException("the database is away") from None


def test_a_worker_without_its_database_still_ends_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    away, stop = Away(), threading.Event()
    monkeypatch.setattr(adapter, "_worker_app", lambda: away)
    thread = threading.Thread(target=adapter.run_worker_forever, args=(stop,), daemon=True)
    thread.start()
    assert away.begun.wait(30)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    assert away.begins == 1
