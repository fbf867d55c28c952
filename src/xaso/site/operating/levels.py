"""How sensitive what the product holds is: four levels, read from the tables themselves (docs/build/data-levels.md).

Nobody keeps a list by hand. A column is secret or sensitive because it is sealed; a table is internal because the
database shows its rows to some only; all else is open. So the list is right whenever the protection is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Field, Model

from xaso.kernel.base.fields import SealedText

# Sealed columns that open something else, by name; all other sealed columns tell something of somebody.
_OPENS = re.compile(r"secret|key|seed|token|access|refresh|reference|signature")
_OPENS_NOT = {"answer", "answers"}


class Level(IntEnum):
    """From what everybody may see to what opens other things."""

    OPEN = 1
    INTERNAL = 2
    SENSITIVE = 3
    SECRET = 4


LABELS = {
    Level.OPEN: "công khai hoặc chỉ có mã",
    Level.INTERNAL: "nội bộ, theo đơn vị và người",
    Level.SENSITIVE: "dữ liệu cá nhân được niêm phong",
    Level.SECRET: "bí mật mở được thứ khác",
}


@dataclass(frozen=True)
class Classed:
    """One table: its level is that of its most sensitive column."""

    table: str
    title: str
    level: Level
    columns: tuple[tuple[str, Level], ...]


def level_of(field: Field[Any, Any]) -> Level | None:
    """The level of a column by itself; None when its table decides."""
    if isinstance(field, SealedText):
        opens = _OPENS.search(field.name) and field.name not in _OPENS_NOT
        return Level.SECRET if opens else Level.SENSITIVE
    return Level.SECRET if field.name == "password" or field.name.endswith("secret_hash") else None


def classed() -> Iterator[Classed]:
    """Every table of the product with its level, the most sensitive first."""
    guarded = _guarded()
    yield from sorted(
        (_one(model, guarded) for model in apps.get_models() if model.__module__.startswith("xaso.")),
        key=lambda one: (-one.level, one.table),
    )


def _one(model: type[Model], guarded: set[str]) -> Classed:
    found = [(field.name, level_of(field)) for field in model._meta.concrete_fields]
    columns = tuple((name, level) for name, level in found if level is not None)
    table = model._meta.db_table
    own = Level.INTERNAL if table in guarded else Level.OPEN
    return Classed(
        table, str(model._meta.verbose_name), max((own, *(level for _, level in columns))), columns
    )


def _guarded() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        return {row[0] for row in cursor.fetchall()}
