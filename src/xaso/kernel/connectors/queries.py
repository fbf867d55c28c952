"""Reads for the operators' page and for services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from xaso.kernel.connectors.base import by_key, keys
from xaso.kernel.connectors.models import IncomingPayment, OutsideCall
from xaso.kernel.plain.moment import now

FAILED = Q(
    outcome__in=[OutsideCall.Outcome.DENIED, OutsideCall.Outcome.UNAVAILABLE, OutsideCall.Outcome.GARBLED]
)


@dataclass(frozen=True)
class ConnectorStatus:
    """One line of the operators' page."""

    key: str
    title: str
    url: str
    simulated: bool
    resting: bool
    last_success: datetime | None
    last_failure: OutsideCall | None
    calls_today: int
    failures_today: int


def connector_statuses() -> list[ConnectorStatus]:
    """Every connector, its address, and how it has done. Holds nothing personal."""
    since = now() - timedelta(hours=24)
    found = []
    for key in keys():
        one = by_key(key)
        mine = OutsideCall.objects.filter(connector=key).order_by("-created_at")
        answered = mine.filter(outcome__in=[OutsideCall.Outcome.OK, OutsideCall.Outcome.REFUSED])
        counts = mine.filter(created_at__gte=since).aggregate(
            calls=Count("id"), failures=Count("id", filter=FAILED)
        )
        found.append(
            ConnectorStatus(
                key=key,
                title=one.title,
                url=one.address.url,
                simulated=one.simulated,
                resting=one.transport.breaker.is_open,
                last_success=answered.values_list("created_at", flat=True).first(),
                last_failure=mine.filter(FAILED).first(),
                calls_today=counts["calls"],
                failures_today=counts["failures"],
            )
        )
    return found


def recent_calls(key: str, limit: int = 50) -> list[OutsideCall]:
    """The newest calls of a connector."""
    return list(OutsideCall.objects.filter(connector=key).order_by("-created_at")[:limit])


def unsettled_payments() -> QuerySet[IncomingPayment]:
    """Money that no service has recognised, newest first."""
    return IncomingPayment.objects.filter(settled_at__isnull=True).order_by("-paid_at")
