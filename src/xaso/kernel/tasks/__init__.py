"""The one port for background work. JSON arguments only; every job must be repeatable (at-least-once).

``@task("messages.send")`` declares; ``enqueue(send, {"id": "…"})`` asks for a run after the present commit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Run = Callable[..., None]


@dataclass(frozen=True)
class Task:
    """A declared job. Calling it runs it here and now (tests, or a caller that wants to wait)."""

    name: str
    run: Run
    queue: str = "default"
    retries: int = 5

    def __call__(self, **arguments: Any) -> None:
        self.run(**arguments)


_tasks: dict[str, Task] = {}
_schedules: dict[str, tuple[Run, str]] = {}


def task(name: str, *, queue: str = "default", retries: int = 5) -> Callable[[Run], Task]:
    """Declare a job under a dotted name; ``retries`` tries follow a failure, each later than the last."""

    def declare(run: Run) -> Task:
        declared = Task(name, run, queue, retries)
        _tasks[name] = declared
        return declared

    return declare


def declared() -> dict[str, Task]:
    """All jobs by name."""
    return dict(_tasks)


def schedule(name: str, run: Run, cron: str) -> None:
    """Run ``run()`` by a cron line in Vietnam's time; called at start-up from the manifests."""
    _tasks.setdefault(name, Task(name, run))
    _schedules[name] = (run, cron)


def schedules() -> dict[str, tuple[Run, str]]:
    """Scheduled jobs: name to (function, cron line)."""
    return dict(_schedules)


def enqueue(
    wanted: Task | str,
    arguments: dict[str, Any] | None = None,
    *,
    key: str | None = None,
    at: datetime | None = None,
    priority: int = 0,
) -> None:
    """Queue a job in the present transaction: it exists if and only if the transaction commits.

    ``key``: a job with the same key that has not begun yet makes this one unneeded. ``at``: not before then.
    """
    from xaso.kernel.tasks import adapter

    name = wanted if isinstance(wanted, str) else wanted.name
    adapter.defer(_tasks[name], arguments or {}, key=key, at=at, priority=priority)
