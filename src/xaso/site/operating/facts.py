"""What an operator wants to know, gathered once for the page, for the metrics and for readiness."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from xaso.kernel.documents.models import SigningKey
from xaso.kernel.events import relay
from xaso.kernel.plain.moment import now

WORKER_IS_SILENT = timedelta(minutes=2)  # the library's worker beats every ten seconds
LEAST_FREE = 2_000_000_000  # bytes; below, uploads and backups are at risk
SOON = timedelta(days=30)  # renewing an agency's certificate takes weeks


@dataclass(frozen=True)
class Disk:
    """Room where the product keeps its files, in bytes."""

    total: int
    free: int

    @property
    def used_percent(self) -> int:
        return round(100 * (self.total - self.free) / self.total) if self.total else 0

    @property
    def is_low(self) -> bool:
        return self.free < LEAST_FREE


@dataclass(frozen=True)
class Certificate:
    """A certificate that is in use and when it ends."""

    holder: str
    unit_path: str
    ends: datetime
    trial: bool

    @property
    def days(self) -> int:
        """Whole days left; negative when it has ended."""
        return (self.ends - now()).days

    @property
    def is_near(self) -> bool:
        return self.ends - now() < SOON


def disk() -> Disk:
    """Room on the disk that holds the product's home."""
    usage = shutil.disk_usage(settings.XASO_HOME)
    return Disk(usage.total, usage.free)


def jobs() -> dict[str, int]:
    """Background jobs by state."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
        return dict(cursor.fetchall())


def oldest_job_seconds() -> float:
    """How long the longest-waiting job that could run has been waiting."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM now() - min(coalesce(j.scheduled_at, e.at))) FROM procrastinate_jobs j"
            " JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'"
            " WHERE j.status = 'todo' AND coalesce(j.scheduled_at, now()) <= now()"
        )
        return float(cursor.fetchone()[0] or 0)


def workers() -> list[datetime]:
    """When each living worker was last heard of, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT last_heartbeat FROM procrastinate_workers WHERE last_heartbeat > %s ORDER BY 1 DESC",
            [now() - WORKER_IS_SILENT],
        )
        return [row[0] for row in cursor.fetchall()]


def waiting_migrations() -> list[str]:
    """Steps of the tables that this version needs and the database has not had."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def certificates() -> list[Certificate]:
    """Signing certificates in use, the one that ends first in front."""
    rows = SigningKey.objects.filter(revoked_at__isnull=True).order_by("valid_to")[:50]
    return [Certificate(row.holder, row.unit_path, row.valid_to, row.trial) for row in rows]


def database_bytes() -> int:
    """Size of the database on disk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def gauges() -> Iterator[tuple[str, str, float]]:
    """Name, meaning and value of each figure that is a state rather than a count."""
    lag = relay.lag()
    yield "outbox_waiting", "Events not yet handed to the queue of deliveries", lag["outbox"]
    yield "deliveries_pending", "Deliveries waiting for a listener", lag["pending"]
    yield "deliveries_dead", "Deliveries given up, a person has to look", lag["dead"]
    yield "events", "Highest number in the log of events", lag["events"]
    by_state = jobs()
    for state in ("todo", "doing", "failed"):
        yield f"jobs_{state}", f"Background jobs in state {state}", by_state.get(state, 0)
    yield "job_oldest_seconds", "Wait of the oldest job that could run", oldest_job_seconds()
    yield "workers_alive", "Workers heard of in the last two minutes", len(workers())
    room = disk()
    yield "disk_free_bytes", "Free bytes where files are kept", room.free
    yield "disk_total_bytes", "All bytes where files are kept", room.total
    yield "database_bytes", "Size of the database", database_bytes()
    ends = [one.days for one in certificates() if not one.trial]
    yield "certificate_days", "Days until the next certificate ends", min(ends, default=9999)
