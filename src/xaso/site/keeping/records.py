"""The rows of backups and drills: written without Django, read by the operator's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.json import Jsonb

from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import now

if TYPE_CHECKING:
    from xaso.site.keeping.models import KeepingRun


def write(url: str, kind: str, ok: bool, words: str, facts: dict[str, Any]) -> bool:
    """Keep the result in the product's database; False when that cannot be (it may be what is broken)."""
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as link:
            link.execute(
                "insert into keeping_keepingrun (id, created_at, kind, at, ok, words, facts)"
                " values (%s, %s, %s, %s, %s, %s, %s)",
                [uuid7(), now(), kind, now(), ok, words, Jsonb(facts)],
            )
    except psycopg.Error:
        return False
    return True


def last_backup() -> KeepingRun | None:
    """The newest backup, well ended or not."""
    return _last("backup")


def last_drill() -> KeepingRun | None:
    """The newest drill, passed or not."""
    return _last("drill")


def _last(kind: str) -> KeepingRun | None:
    from xaso.site.keeping.models import KeepingRun

    return KeepingRun.objects.filter(kind=kind).order_by("-at").first()
