"""Identifiers follow a new digest key: their values are at hand, sealed."""

from __future__ import annotations

from django.db import transaction

from xaso.kernel.people.actions import identifier_hash
from xaso.kernel.people.models import Identifier


def rehash_identifiers(after: str | None, limit: int) -> tuple[str | None, int]:
    """Digest the next identifiers anew; answers (the last one's id, or None at the end; how many changed)."""
    with transaction.atomic():
        rows = Identifier.objects.select_for_update(skip_locked=True).order_by("pk")
        found = list((rows.filter(pk__gt=after) if after else rows)[:limit])
        stale = []
        for row in found:
            wanted = identifier_hash(row.kind, str(row.value))
            if row.value_hash != wanted:
                row.value_hash = wanted
                stale.append(row)
        Identifier.objects.bulk_update(stale, ["value_hash"])
    return (str(found[-1].pk) if len(found) == limit else None), len(stale)
