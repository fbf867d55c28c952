"""Several new rows in one statement: for paths where each journey to the database counts."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from xaso.kernel.base.journeys import PreparedCursor
from xaso.kernel.base.json_text import plain_json

M = TypeVar("M", bound=models.Model)

# Values that the driver takes just as the field would give them.
_PLAIN: dict[Any, type] = {
    models.UUIDField: uuid.UUID,
    models.CharField: str,
    models.TextField: str,
    models.DateTimeField: datetime,
    models.DateField: date,
    models.BooleanField: bool,
}


def prepared(connection: BaseDatabaseWrapper | None = None, *, last: bool = False) -> CursorWrapper:
    """A Django cursor for the few hot statements whose text never changes: the server keeps their plans.

    Values are bound by the server, so each parameter stands where its type can be told. ``last``: its one statement
    commits the transaction; only for the end of an outermost ``atomic`` (see ``gathered``).
    """
    here: Any = connection or connections[DEFAULT_DB_ALIAS]
    here.ensure_connection()
    made = PreparedCursor(here.connection)
    made.last = last
    cursor: CursorWrapper = here._prepare_cursor(made)
    return cursor


def array_of(values: Iterable[object]) -> str:
    """Keys, numbers, moments or digests as PostgreSQL reads an array: dumped one by one hundreds would cost more than
    the answer. Not for free text: nothing is quoted. None is NULL."""
    return "{" + ",".join(map(str, values)).replace("None", "NULL") + "}"


@dataclass(frozen=True)
class _Shape:
    """The columns of a model with what turns a row into parameters, and the head of its insert."""

    columns: list[tuple[str, type | None, Callable[..., Any]]]
    every: list[str]
    fixed: dict[str, Any]
    makers: list[tuple[str, Callable[[], Any]]]
    head: str
    marks: str

    def filled(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values of all columns: those given, the rest by default. Raises TypeError for what is no column."""
        whole = {**self.fixed, **values}
        for name, make in self.makers:
            if name not in values:
                whole[name] = make()
        if len(whole) != len(self.every):
            raise TypeError(f"no columns: {sorted(values.keys() - set(self.every))}")
        return whole


def _preparing(one: Any) -> Callable[..., Any]:
    """What turns a value of this column into a parameter."""
    usual: Callable[..., Any] = one.get_db_prep_save
    if type(one) is not models.JSONField or one.encoder is not None:
        return usual

    def as_text(value: Any, connection: Any) -> Any:
        # The server reads text in the place of a document as the document.
        try:
            return plain_json(value)
        except TypeError:
            return usual(value, connection=connection)

    return as_text


@functools.cache
def _shape(model: type[models.Model]) -> _Shape:
    fields = [one for one in model._meta.concrete_fields if not isinstance(one, models.AutoField)]
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    names = ", ".join(quote(str(one.column)) for one in fields)
    # Names of our own models only, quoted; values always go as parameters.
    head = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES "  # noqa: S608
    marks = f"({', '.join(['%s'] * len(fields))})"
    columns = [
        (str(one.attname), _PLAIN.get(type(getattr(one, "target_field", one))), _preparing(one))
        for one in fields
    ]
    every = model._meta.concrete_fields
    made = {str(one.attname): one.default for one in every if callable(one.default) and one.has_default()}
    fixed = {str(one.attname): one.get_default() for one in every if one.attname not in made}
    return _Shape(columns, [str(one.attname) for one in every], fixed, list(made.items()), head, marks)


def built(model: type[M], values: dict[str, Any], **above: models.Model | None) -> M:
    """A new row as ``model(...)`` makes it, in less time; values by column, the rest by default.

    ``above``: rows it points to, by field; their keys come from them. Raises TypeError for what is no column.
    """
    for name, one in above.items():
        values[f"{name}_id"] = None if one is None else one.pk
    shape = _shape(model)
    whole = shape.filled(values)
    # In the order of the columns Django asks no default and takes no name apart: so it makes rows it has read.
    row = model(*[whole[name] for name in shape.every])
    for name, one in above.items():
        key: Any = model._meta.get_field(name)
        key.set_cached_value(row, one)
        if one is not None and not key.remote_field.multiple:
            key.remote_field.set_cached_value(one, row)
    return row


@dataclass
class _Gathered:
    """Rows waiting for their one statement, by table, in the order they came; ``made`` are those with an object."""

    rows: dict[tuple[type[models.Model], str], list[dict[str, Any]]] = field(default_factory=dict)
    made: list[models.Model] = field(default_factory=list)

    def add(self, model: type[models.Model], values: dict[str, Any], follow: str) -> None:
        self.rows.setdefault((model, follow), []).append(values)


_gathering: ContextVar[_Gathered | None] = ContextVar("gathering", default=None)


@contextmanager
def gathered(*, last: bool = False) -> Iterator[None]:
    """Inside, ``insert_all`` (and with it ``emit``) waits: all rows go in one statement at the end.

    For the writes of one transaction that do not read each other's rows. When something is raised inside,
    nothing is written. A gathering inside another joins it. ``last``: nothing is written after it in this
    transaction, so the commit travels with the statement when this is the outermost one.
    """
    if _gathering.get() is not None:
        yield
        return
    mine = _Gathered()
    token = _gathering.set(mine)
    try:
        yield
    finally:
        _gathering.reset(token)
    _write(mine, last=last)


def insert_all(*rows: models.Model, follow: str = "") -> None:
    """Insert rows of any tables, in one statement and one transaction; their keys must be set already.

    Does what ``save(force_insert=True)`` does for each, without signals and without asking anything back, so it
    is for rows whose columns have no database default, save a counted key that nobody here needs to know. Foreign
    keys among them may point forward: they are checked at the end. ``follow``: a further insert that reads the
    rows of one table just written, under the name ``{written}``. Raises what the database raises (IntegrityError).
    """
    waiting = _gathering.get()
    into = _Gathered() if waiting is None else waiting
    for row in rows:
        into.add(type(row), row.__dict__, follow)
        into.made.append(row)
    if waiting is None:
        _write(into)


def insert_values(model: type[models.Model], values: dict[str, Any], *, follow: str = "") -> None:
    """As ``insert_all``, for one row that nobody here needs as an object: its columns' values, the rest by default."""
    waiting = _gathering.get()
    into = _Gathered() if waiting is None else waiting
    into.add(model, _shape(model).filled(values), follow)
    if waiting is None:
        _write(into)


def _write(gathered: _Gathered, *, last: bool = False) -> None:
    if not gathered.rows:
        return
    connection: Any = connections[DEFAULT_DB_ALIAS]  # itself: the usual stand-in looks it up at every use
    values: list[Any] = []
    for (model, _), rows in gathered.rows.items():
        columns = _shape(model).columns
        for known in rows:
            for name, plain, prepare in columns:
                value = known[name]
                if value is not None and type(value) is not plain:
                    # A choice by its value: the driver would look for a way to write each kind of choice.
                    value = value.value if isinstance(value, Enum) else value
                    value = value if type(value) is plain else prepare(value, connection=connection)
                values.append(value)
    text = _text(tuple((*key, len(rows)) for key, rows in gathered.rows.items()))
    outermost = connection.in_atomic_block and not connection.savepoint_ids and not connection.needs_rollback
    with prepared(connection, last=last and outermost) as cursor:
        cursor.execute(text, values)
    for row in gathered.made:
        row._state.adding = False
        row._state.db = connection.alias


@functools.lru_cache(maxsize=500)
def _text(tables: tuple[tuple[type[models.Model], str, int], ...]) -> str:
    """The one statement for so many rows of these tables, each with what follows it."""
    parts: list[str] = []
    for model, follow, count in tables:
        shape = _shape(model)
        text = shape.head + ", ".join([shape.marks] * count)
        if follow:
            name = f"w{len(parts)}"
            parts += [f"{text} RETURNING *", follow.format(written=name)]
        else:
            parts.append(text)
    *first, last = parts
    together = ", ".join(f"w{number} AS ({text})" for number, text in enumerate(first))
    return f"WITH {together} {last}" if first else last
