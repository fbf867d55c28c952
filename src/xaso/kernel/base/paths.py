"""Units by the beginning of their path, asked so that an index answers also below row-level security.

``LIKE 'x%'`` may not use an index on a guarded table, since PostgreSQL does not know it to keep secrets
(it is not marked leakproof); the comparison of its bounds may, and means the same.
"""

from __future__ import annotations

from typing import Any

from django.db.models import CharField
from django.db.models.lookups import StartsWith


@CharField.register_lookup
class PathStartsWith(StartsWith):
    """``…path__startswith``; other columns as ever."""

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        name = getattr(getattr(self.lhs, "target", None), "name", "")
        if not name.endswith("path") or not self.rhs_is_direct_value() or self.bilateral_transforms:
            return super().as_sql(compiler, connection)  # type: ignore[return-value]
        text = str(self.rhs)
        column, values = compiler.compile(self.lhs)
        if not text:
            return f"({column} IS NOT NULL)", [*values]
        after = text[:-1] + chr(ord(text[-1]) + 1)
        return f"({column} ~>=~ %s AND {column} ~<~ %s)", [*values, text, *values, after]
