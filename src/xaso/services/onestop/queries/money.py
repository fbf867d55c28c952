"""Where fees are paid."""

from __future__ import annotations

from django.db.models import Q

from xaso.kernel.plain.moment import today
from xaso.services.onestop import routing
from xaso.services.onestop.models import BankAccount


def account_for(unit_path: str) -> BankAccount | None:
    """The account in force of a unit, else of the province above it."""
    day = today()
    found = BankAccount.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        valid_from__lte=day,
        unit_path__in=[unit_path, routing.province_of(unit_path)],
    )
    return max(found, key=lambda row: (len(row.unit_path), row.valid_from), default=None)
