"""Searching names as people type them: without diacritics, in either case, computed in the database."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Concat
from django.db.models.lookups import Contains

from xaso.kernel.plain.text import fold


class Folded(Func):
    """A text column as `plain.text.fold` folds it: "Nguyễn Thị Đào" is "nguyen thi dao".

    Needs no extension: the letters are taken apart, the marks dropped, what is left is ASCII but for đ.
    """

    output_field = TextField()
    template = (
        "replace(replace(lower(regexp_replace(normalize(%(expressions)s, NFD), "
        "'[\\u0300-\\u036f]', '', 'g')), 'đ', 'd'), 'Đ', 'd')"
    )


def name_contains(column: str, typed: str) -> Q | Any:
    """Rows whose column holds every typed word, diacritics and case aside; words begin where words begin."""
    found: Any = Q()
    for word in fold(typed).split():
        found &= Q(Contains(Concat(Value(" ", output_field=TextField()), Folded(F(column))), f" {word}"))
    return found
