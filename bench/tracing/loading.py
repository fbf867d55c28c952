"""The province goes into the database by COPY, every table by a connection of its own, indexes made afterwards."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any

from django.db import connection

from bench.shop.loading import connect, restore, strip
from bench.tracing.making import EVENTS, LOTS, Ground, Maker, Row

# Columns by table, in the order in which rows are made.
COLUMNS = {
    "trace_thing": "id, uri, same_as_id, is_class",
    "trace_lot": "id, created_at, enterprise_id, product_id, item_id, site_id, thing_id, code, token, unit_path,"
    ' quantity, "left", uom, made_on, best_before, expires_on, state, published_at, facts',
    "trace_package": "id, created_at, enterprise_id, unit_path, kind, token, thing_id, sscc, inside_id, state,"
    " packed_at, opened_at",
    "trace_shipment": "id, created_at, enterprise_id, unit_path, receiver_id, token, to_name, to_address, to_contact,"
    " to_uri, bill, order_ref, shipped_at, received_at, cancelled_at",
    "trace_shipmentline": "id, created_at, shipment_id, package_id, lot_id, quantity",
    "trace_traceevent": 'seq, event_id, event_hash, kind, type_name, action, event_time, "offset", record_time,'
    " biz_step, disposition, read_point, biz_location, transformation_id, error_declared_at, error_reason,"
    " enterprise_id, unit_path, job_id, body, context",
    "trace_eventthing": "event_id, thing_id, role, flow, quantity, uom",
    "trace_eventmarks": "event_id, marks",
}
BUFFER = 2000


def load(ground: Ground) -> dict[str, float]:
    """Fill the tables; answers seconds a part."""
    took: dict[str, float] = {}
    begun = time.monotonic()
    statements = strip(list(COLUMNS))
    address = dict(connection.get_connection_params())
    with ExitStack() as stack:
        lines: dict[str, list[str]] = {table: [] for table in COLUMNS}
        copies: dict[str, Any] = {}
        for table, columns in COLUMNS.items():
            link = stack.enter_context(connect(address))
            cursor = stack.enter_context(link.cursor())
            copies[table] = stack.enter_context(cursor.copy(f"COPY {table} ({columns}) FROM STDIN"))

        def write(table: str, row: Row) -> None:
            held = lines[table]
            held.append("\t".join(map(str, row)))
            if len(held) >= BUFFER:
                copies[table].write("\n".join(held) + "\n")
                held.clear()

        Maker(ground, write).run()
        for table, held in lines.items():
            if held:
                copies[table].write("\n".join(held) + "\n")
    took["copy"] = time.monotonic() - begun
    begun = time.monotonic()
    restore(statements, address)
    with connection.cursor() as cursor:
        for table, key in (("trace_thing", "id"), ("trace_traceevent", "seq"), ("trace_eventthing", "id")):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{key}'), (SELECT max({key}) FROM {table}))"
            )
    took["indexes"] = time.monotonic() - begun
    begun = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(COLUMNS)}")
    took["vacuum"] = time.monotonic() - begun
    return {name: round(seconds, 1) for name, seconds in took.items()}


def families_for(events: int) -> int:
    """How many families make so many events."""
    return max(1, round(events / EVENTS))


__all__ = ["LOTS", "families_for", "load"]
