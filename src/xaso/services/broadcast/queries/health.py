"""Whether every loudspeaker holds enough of its programme, for the operator's page."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, Q

from xaso.kernel.base.reach import widened
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.models import Cluster

ENOUGH = timedelta(hours=24)


def schedules() -> tuple[bool, str]:
    """Good while each enrolled cluster was sent at least 24 hours ahead; says how many were not, or do not hold it."""
    with widened("how many loudspeakers lack their programme: a bare count"):
        rows = Cluster.objects.filter(ended_at=None, enrolled_at__isnull=False)
        every = rows.count()
        short = rows.filter(Q(schedule_until=None) | Q(schedule_until__lt=now() + ENOUGH)).count()
        behind = rows.filter(state=Cluster.State.ONLINE, schedule_held__lt=F("schedule_version")).count()
    if short:
        return False, (
            f"{short} trên {every} cụm loa chưa được gửi lịch cho 24 giờ tới."
            " Xem tiến trình nền (worker) có chạy không."
        )
    if behind:
        return (
            True,
            f"{every} cụm loa có lịch cho 24 giờ tới; {behind} cụm đang nối chưa báo đã nhận bản mới nhất.",
        )
    return True, f"{every} cụm loa có lịch cho 24 giờ tới."
