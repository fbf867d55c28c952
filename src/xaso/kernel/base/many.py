"""``pk__any=keys``: as ``in``, for thousands of keys: they travel as one array and are neither quoted nor planned."""

from __future__ import annotations

from typing import Any

from django.db.models import Lookup, UUIDField

from xaso.kernel.base.writing import array_of


@UUIDField.register_lookup
class AnyOf(Lookup):
    """``column = ANY(array)``."""

    lookup_name = "any"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """The condition and its one value."""
        left, values = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::uuid[])", [*values, array_of(self.rhs)]
