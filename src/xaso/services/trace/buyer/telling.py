"""Who is told when a buyer writes: the managers at once, and for a suspected fake the officers of the commune too."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from xaso.kernel.events.models import Event
from xaso.kernel.messages.actions import send
from xaso.kernel.people.models import Account, RoleGrant, RoleRight
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.trace.actions.buyer_feedback import FAKES
from xaso.services.trace.models import Feedback, Seat

# News that is older than this helps nobody (a worker that stood still, a history taken in from elsewhere).
STALE = timedelta(days=2)
OFFICERS = 20


def on_feedback(event: Event) -> None:
    """Listener: tell the enterprise, and the officers of a report of a fake. Repeating it tells nobody twice."""
    if event.at < now() - STALE:
        return
    row = Feedback.objects.select_related("product", "enterprise").filter(pk=event.record_id).first()
    if row is None:
        return
    facts = {"product": row.product.name, "maker": row.enterprise.name}
    path = f"/trace/co-so/{row.enterprise.token}/phan-hoi/{row.pk}/"
    for seat in Seat.objects.select_related("person").filter(
        enterprise=row.enterprise, role=Seat.Role.MANAGER, ended_at__isnull=True
    ):
        send(
            Viewer.system(),
            "trace.buyer_wrote",
            to=seat.person,
            data={**facts, "what": row.get_kind_display().lower()},
            record=row,
            unit_path=row.unit_path,
            link=path,
        )
    if row.kind == Feedback.Kind.FAKE:
        for account in officers_for(row.unit_path):
            send(
                Viewer.system(),
                "trace.fake_reported",
                to=account,
                data=facts,
                record=row,
                unit_path=row.unit_path,
                link=f"/desk/trace/hang-gia/{row.pk}/",
            )


def officers_for(unit_path: str) -> list[Account]:
    """Officers at work who may judge reports of fakes in this unit: those of the unit itself, not of the province."""
    moment = now()
    roles = RoleRight.objects.filter(right=FAKES).values("role_id")
    grants = RoleGrant.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=moment),
        role_id__in=roles,
        unit_path=unit_path,
        valid_from__lte=moment,
    )
    found = Account.objects.filter(
        kind=Account.Kind.OFFICER, is_active=True, pk__in=grants.values("account_id")
    )
    return list(found.order_by("display_name")[:OFFICERS])
