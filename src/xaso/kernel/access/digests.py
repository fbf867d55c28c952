"""Accounts of telephones follow a new digest key: the number is at hand, sealed, with the person it belongs to."""

from __future__ import annotations

from django.db import transaction

from xaso.kernel.access.phone import NAME, account_name
from xaso.kernel.people.models import Account, Identifier


def rename_accounts(after: str | None, limit: int) -> tuple[str | None, int]:
    """Name the next accounts anew; answers (the last one's id, or None at the end; how many changed)."""
    with transaction.atomic():
        rows = (
            Account.objects.select_for_update(skip_locked=True)
            .filter(username__startswith=NAME)
            .order_by("pk")
        )
        found = list((rows.filter(pk__gt=after) if after else rows)[:limit])
        numbers = {
            one.person_id: str(one.value)
            for one in Identifier.objects.filter(
                person_id__in=[row.person_id for row in found], kind=Identifier.Kind.PHONE, valid_to=None
            )
        }
        stale = []
        for row in found:
            wanted = account_name(numbers[row.person_id]) if row.person_id in numbers else row.username
            if row.username != wanted:
                row.username = wanted
                stale.append(row)
        Account.objects.bulk_update(stale, ["username"])
    return (str(found[-1].pk) if len(found) == limit else None), len(stale)
