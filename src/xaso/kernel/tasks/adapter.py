"""Procrastinate behind the port. Nothing outside this file knows its name."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading
from datetime import datetime
from typing import Any, cast

from croniter import croniter
from django.db import IntegrityError, connection, connections, transaction
from procrastinate import App, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from xaso.kernel import tasks
from xaso.kernel.base.session_keys import refresh
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.kernel.tasks.models import Schedule

log = logging.getLogger("xaso.tasks")

RUNNER = "xaso.run"


@app.task(name=RUNNER, retry=RetryStrategy(max_attempts=6, exponential_wait=4))
def _run(name: str, arguments: dict[str, Any]) -> None:
    refresh()
    try:
        tasks.declared()[name].run(**arguments)
    finally:
        connections.close_all()


def defer(
    task: tasks.Task, arguments: dict[str, Any], *, key: str | None, at: datetime | None, priority: int
) -> None:
    """Write the job row in the present transaction."""
    json.dumps(arguments)
    job = app.configure_task(
        RUNNER,
        queue=task.queue,
        queueing_lock=f"{task.name}:{key}" if key else None,
        schedule_at=at,
        priority=priority,
    )
    try:
        with transaction.atomic():
            job.defer(name=task.name, arguments=arguments)
    except AlreadyEnqueued:
        log.debug("%s:%s is already queued", task.name, key)


def tick() -> int:
    """Queue every scheduled job whose time has come; one worker wins each. Answers how many were queued.

    One tick of our own instead of the library's periodic tasks: with many of those some are never deferred.
    """
    queued = 0
    for name, (_, cron) in tasks.schedules().items():
        moment = now()
        due = croniter(cron, moment.astimezone(VIETNAM)).get_prev(datetime)
        with transaction.atomic():
            row, fresh = Schedule.objects.select_for_update().get_or_create(
                name=name, defaults={"last_run": moment}
            )
            if fresh or row.last_run >= due:
                continue
            Schedule.objects.filter(pk=name).update(last_run=moment)
            tasks.enqueue(name, {}, key="schedule")
            queued += 1
    return queued


_STALLED = """
SELECT j.id FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => %s))
"""


def revive_stalled(silent_seconds: float = 60.0) -> int:
    """Queue again what a worker began and never finished because it was killed; answers how many.

    A worker that lives beats every few seconds. Jobs are repeatable, so one begun twice does no harm.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STALLED, [silent_seconds])
        stalled = [row[0] for row in cursor.fetchall()]
    for job in stalled:
        try:
            with transaction.atomic():
                app.job_manager.retry_job_by_id(job, retry_at=now())
        except (IntegrityError, ConnectorException):
            # The same job was asked for again meanwhile and waits already: this one is not needed.
            with connection.cursor() as cursor:
                cursor.execute("UPDATE procrastinate_jobs SET status = 'cancelled' WHERE id = %s", [job])
    if stalled:
        log.warning("%s jobs of a worker that went away are queued again", len(stalled))
    return len(stalled)


def tick_forever(stop: threading.Event, seconds: float = 20.0) -> None:
    """The clock of scheduled jobs."""
    while not stop.wait(seconds):
        try:
            tick()
            revive_stalled()
        except Exception:
            log.warning("tick failed; trying again", exc_info=True)
            connections.close_all()


def _worker_app() -> App:
    """The app on a connection of its own: the Django one serves requests."""
    return app.with_connector(cast(DjangoConnector, app.connector).get_worker_connector())


def run_ready_jobs() -> None:
    """Run everything that is queued and return (tests, demo)."""
    asyncio.run(_drain())


async def _drain() -> None:
    async with _worker_app().open_async() as worker:
        await worker.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)


def run_worker_forever(stop: threading.Event, concurrency: int = 2) -> None:
    """Work until told to stop; a database that goes away and comes back is lived through.

    Told to stop, the jobs that run are finished first; a database that is away then keeps nobody waiting.
    """
    while not stop.is_set():
        try:
            asyncio.run(_work(stop, concurrency))
        except KeyboardInterrupt:
            return
        except Exception:
            log.warning("worker lost its connection", exc_info=True)
            connections.close_all()
            stop.wait(2.0)


async def _work(stop: threading.Event, concurrency: int) -> None:
    """The library's own handlers of signals are left out: they forget the signal when saying goodbye fails."""
    async with _worker_app().open_async() as worker:
        work = asyncio.create_task(
            worker.run_worker_async(
                concurrency=concurrency, delete_jobs="successful", install_signal_handlers=False
            )
        )
        while not work.done() and not stop.is_set():
            await asyncio.wait({work}, timeout=0.5)
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
