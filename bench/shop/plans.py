"""What PostgreSQL does for each hot read: its statements, how long they take, whole tables walked through."""

from __future__ import annotations

import contextlib
import time
from typing import Any


def plans_of(scene: dict[str, Any]) -> dict[str, Any]:
    """For each hot read: its statements, how long they take, and any whole table they walk through."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from bench.shop.loading import sample_codes

    codes = [code for _, code in sample_codes(1)]
    year = time.strftime("%Y")
    pages = {
        "tracking page": (None, f"/onestop/tra-cuu/{codes[0]}/"),
        "work queue, unit": ("receptionist", "/desk/onestop/?xem=unit"),
        "work queue, all": ("receptionist", "/desk/onestop/?xem=all"),
        "work queue, done": ("receptionist", "/desk/onestop/tra-ket-qua/"),
        "on-time, commune": ("leader", f"/desk/figures/onestop.on_time/?unit={scene['commune']}&period={year}"),
        "on-time, province": ("province", f"/desk/figures/onestop.on_time/?unit={scene['province']}&period={year}"),
        "on-time, records": (
            "leader", f"/desk/figures/onestop.on_time/records/?unit={scene['commune']}&period={year}&which=rest"
        ),
    }  # fmt: skip
    found: dict[str, Any] = {}
    for name, (who, url) in pages.items():
        client = Client(headers={"host": "127.0.0.1"})
        if who:
            client.force_login(scene["accounts"][who])
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            status = client.get(url).status_code
        reads = [one["sql"] for one in asked.captured_queries if one["sql"].startswith("SELECT")]
        whole: set[str] = set()
        slowest = 0.0
        for sql in reads:
            with connection.cursor() as cursor, contextlib.suppress(Exception):
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql)
                plan = cursor.fetchone()[0][0]
                slowest = max(slowest, plan["Execution Time"])
                whole |= set(_whole_tables(plan["Plan"]))
        found[name] = {"status": status, "statements": len(asked), "slowest_ms": round(slowest, 1),
                       "whole_tables": sorted(whole)}  # fmt: skip
    return found


def _whole_tables(plan: dict[str, Any]) -> list[str]:
    big = (
        plan.get("Node Type") == "Seq Scan"
        and plan.get("Actual Rows", 0) + plan.get("Rows Removed by Filter", 0) > 20_000
    )
    found = [plan["Relation Name"]] if big else []
    for part in plan.get("Plans", []):
        found += _whole_tables(part)
    return found
