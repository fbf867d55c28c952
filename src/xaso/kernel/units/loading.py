"""Bring the carried lists into the database: one COPY, a second or so, and nothing when they are there already."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction

from xaso.kernel.plain.moment import now, today
from xaso.kernel.plain.text import sort_key
from xaso.kernel.units.dataset import Dataset, data_version, dataset
from xaso.kernel.units.models import Succession, Unit, UnitIdentifier, UnitName, UnitStamp
from xaso.kernel.units.words import full_name

# The same unit has the same id in every installation, so that provinces can exchange records.
NAMESPACE = UUID("5b1c8a52-6a0e-5c1f-9c0e-3f7d2a9b4e61")
STAMP_ID = 1

UNIT_COLUMNS = (
    "id created_at level kind code name full_name sort_key search_text aliases parent_id path listed valid_from"
    " valid_to legal_basis confirmed lat lon area_km2"
).split()
# What a newer data file may change in a unit that is there; its end is only ever set, never lifted.
UNIT_UPDATES = (
    "kind name full_name sort_key search_text aliases legal_basis confirmed lat lon area_km2"
).split()


def unit_id(path: str) -> UUID:
    """The id of a listed unit."""
    return uuid5(NAMESPACE, path)


def _copy_in(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], conflict: str) -> None:
    """COPY rows into a shadow of the table and merge them from there."""
    names, shadow = ", ".join(columns), f"load_{table}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {shadow} AS SELECT {names} FROM {table} LIMIT 0")  # noqa: S608 - our names
        with cursor.copy(f"COPY {shadow} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {shadow} {conflict}")  # noqa: S608 - our names
        cursor.execute(f"DROP TABLE {shadow}")


def _unit_rows(data: Dataset) -> Iterable[Sequence[Any]]:
    moment = now()
    for node in data.nodes.values():
        parent = unit_id(node.parent_path) if node.parent_path else None
        yield (
            unit_id(node.path), moment, node.level, node.kind, node.code, node.name, node.full_name,
            sort_key(node.name), node.search_text, node.aliases, parent, node.path, node.listed, node.valid_from,
            node.valid_to, node.basis, node.confirmed, node.lat, node.lon, node.area_km2,
        )  # fmt: skip


def load_units(day: date | None = None, *, again: bool = False) -> bool:
    """Load or refresh all lists; answer whether anything was done.

    Does nothing when this version of the data is in the database, unless ``again``. Repeatable; hamlets,
    offices and whatever officers entered stay as they are.
    """
    version = data_version()
    stamp = UnitStamp.objects.filter(pk=STAMP_ID).first()
    if stamp and stamp.data_version == version and not again:
        return False
    data = dataset(day or today())
    moment = now()
    with transaction.atomic():
        updates = ", ".join(f"{name} = EXCLUDED.{name}" for name in UNIT_UPDATES)
        table = Unit._meta.db_table
        _copy_in(
            table,
            UNIT_COLUMNS,
            _unit_rows(data),
            f"ON CONFLICT (path) DO UPDATE SET {updates},"
            f" valid_to = COALESCE({table}.valid_to, EXCLUDED.valid_to)",
        )
        _copy_in(
            Succession._meta.db_table,
            ("id", "created_at", "old_id", "new_id", "partly", "basis", "confirmed"),
            (
                (
                    uuid5(NAMESPACE, f"{link.old}>{link.new}"),
                    moment,
                    unit_id(link.old),
                    unit_id(link.new),
                    link.partly,
                    "",
                    link.confirmed,
                )
                for link in data.links
            ),  # fmt: skip
            "ON CONFLICT (old_id, new_id) DO UPDATE SET partly = EXCLUDED.partly, confirmed = EXCLUDED.confirmed",
        )
        _load_small(data)
        UnitStamp.objects.update_or_create(
            pk=STAMP_ID, defaults={"data_version": version, "number": secrets.randbits(31)}
        )
    return True


def _load_small(data: Dataset) -> None:
    UnitName.objects.bulk_create(
        [
            UnitName(
                id=uuid5(NAMESPACE, f"{period.path}@{period.valid_from}"),
                unit_id=unit_id(period.path),
                kind=period.kind,
                name=period.name,
                full_name=full_name(period.kind, period.name),
                valid_from=period.valid_from,
                valid_to=period.valid_to,
                legal_basis=period.basis,
                confirmed=period.confirmed,
            )
            for period in data.names
        ],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["kind", "name", "full_name", "valid_to", "legal_basis", "confirmed"],
    )
    UnitIdentifier.objects.bulk_create(
        [
            UnitIdentifier(
                id=uuid5(NAMESPACE, f"{item.path}#{item.value}"),
                unit_id=unit_id(item.path),
                scheme=UnitIdentifier.ORG,
                value=item.value,
                valid_from=item.valid_from,
                valid_to=item.valid_to,
                source=item.source,
            )
            for item in data.identifiers
        ],
        ignore_conflicts=True,
    )


def load_after_migrate(*, using: str = "default", plan: Any = None, **_: Any) -> None:
    """After ``migrate``, and after a test has emptied the database: the lists are there."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    if {Unit._meta.db_table, UnitStamp._meta.db_table, UnitIdentifier._meta.db_table} <= set(tables):
        load_units()
