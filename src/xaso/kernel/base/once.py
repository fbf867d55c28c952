"""Idempotency: a repeated write answers what the first one answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from xaso.kernel.base.errors import Conflict
from xaso.kernel.base.models import OnceKey


def fingerprint(content: Any) -> str:
    """A stable digest of JSON-able content."""
    return hashlib.sha256(
        json.dumps(content, sort_keys=True, ensure_ascii=False, default=str).encode()
    ).hexdigest()


def once(scope: str, key: str, make: Callable[[], Any], *, content: Any = None) -> tuple[Any, bool]:
    """Run ``make`` once for (scope, key); answer ``(result, is_new)``. The result must be JSON-able.

    Runs in one transaction with ``make``; a concurrent repeat waits for the first to commit. The same key
    with other content is refused with Conflict, as the first answer would be wrong for it.
    """
    digest = fingerprint(content) if content is not None else ""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO base_oncekey (scope, key, fingerprint, created_at) VALUES (%s, %s, %s, now())"
                " ON CONFLICT (scope, key) DO NOTHING RETURNING id",
                [scope, key, digest],
            )
            row = cursor.fetchone()
        if row is None:
            stored = OnceKey.objects.get(scope=scope, key=key)
            if stored.fingerprint != digest:
                raise Conflict("Khóa chống lặp này đã dùng cho một nội dung khác. Tạo khóa mới rồi gửi lại.")
            return stored.result, False
        result = make()
        OnceKey.objects.filter(pk=row[0]).update(result=result)
        return result, True
