"""Several new rows in one statement: for paths where each journey to the database counts."""

from __future__ import annotations

import functools
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models


@functools.cache
def _shape(model: type[models.Model]) -> tuple[list[Any], str]:
    """The columns of a model and the text of its insert."""
    columns = list(model._meta.concrete_fields)
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    names = ", ".join(quote(str(one.column)) for one in columns)
    marks = ", ".join(["%s"] * len(columns))
    # Names of our own models only, quoted; values always go as parameters.
    return columns, f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608


def insert_all(*rows: models.Model) -> None:
    """Insert rows of any tables, in one statement and one transaction; their keys must be set already.

    Does what ``save(force_insert=True)`` does for each, without signals and without asking anything back, so it
    is for rows whose columns have no database default. Foreign keys among them may point forward: they are
    checked at the end. Raises what the database raises (IntegrityError).
    """
    if not rows:
        return
    connection = connections[DEFAULT_DB_ALIAS]  # itself: the usual stand-in looks it up at every use
    parts: list[str] = []
    values: list[Any] = []
    for row in rows:
        columns, text = _shape(type(row))
        parts.append(text)
        for column in columns:
            values.append(column.get_db_prep_save(getattr(row, column.attname), connection=connection))
    *first, last = parts
    together = ", ".join(f"w{number} AS ({text})" for number, text in enumerate(first))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {together} {last}" if first else last, values)
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias
