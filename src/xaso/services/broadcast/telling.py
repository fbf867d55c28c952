"""Who is told of what people say about loudspeakers: the officers who run the station."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from xaso.kernel.events.models import Event
from xaso.kernel.messages.actions import send
from xaso.kernel.people.models import Account, RoleGrant, RoleRight
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.actions.complaints import OPERATE
from xaso.services.broadcast.models.complaints import Complaint

# News that is older than this helps nobody.
STALE = timedelta(days=2)
OFFICERS = 20


def on_complaint(event: Event) -> None:
    """Listener: tell the officers of the cluster. Repeating it tells nobody twice."""
    if event.at < now() - STALE:
        return
    row = Complaint.objects.select_related("cluster", "station").filter(pk=event.record_id).first()
    if row is None:
        return
    where = row.cluster.name if row.cluster else "không rõ loa nào"
    for account in officers_for(row.station.unit_path):
        send(
            Viewer.system(),
            "broadcast.complained",
            to=account,
            data={"matter": row.get_matter_display(), "where": where, "code": row.code},
            record=row,
            unit_path=row.unit_path,
            link=f"/desk/broadcast/cum-loa/phan-anh/{row.pk}/",
        )


def officers_for(unit_path: str) -> list[Account]:
    """Officers at work who run the loudspeakers of this unit: its own, not those of the province."""
    moment = now()
    roles = RoleRight.objects.filter(right=OPERATE).values("role_id")
    grants = RoleGrant.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=moment),
        role_id__in=roles,
        unit_path__startswith=unit_path,
        valid_from__lte=moment,
    )
    found = Account.objects.filter(
        kind=Account.Kind.OFFICER, is_active=True, pk__in=grants.values("account_id")
    )
    return list(found.order_by("display_name")[:OFFICERS])
