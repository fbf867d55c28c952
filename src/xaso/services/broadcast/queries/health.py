"""Whether every loudspeaker holds enough of its programme, for the operator's page."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, Max, Q

from xaso.kernel.base.reach import widened
from xaso.kernel.plain.formats import day
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.models import Cluster, WireCertificate

ENOUGH = timedelta(hours=24)
SOON = timedelta(days=30)
NAMED = 5


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


def certificates() -> tuple[bool, str]:
    """Good while the certificate of every enrolled cluster holds for 30 days; names those to be paired anew."""
    with widened("which loudspeakers lose their certificate soon: names of devices, nobody's data"):
        rows = (
            WireCertificate.objects.filter(
                ended_at=None, cluster__ended_at=None, cluster__enrolled_at__isnull=False
            )
            .values("cluster_id", "cluster__name")
            .annotate(last=Max("until"))
            .order_by("last")
        )
        every, ending = rows.count(), list(rows.filter(last__lt=now() + SOON))
    if not ending:
        return True, f"Chứng thư của {every} cụm loa còn hạn trên 30 ngày."
    names = ", ".join(f"{one['cluster__name']} ({day(one['last'])})" for one in ending[:NAMED])
    more = f" và {len(ending) - NAMED} cụm khác" if len(ending) > NAMED else ""
    return False, (
        f"Chứng thư sắp hết hạn hoặc đã hết hạn: {names}{more}. Mở từng cụm loa, bấm Cấp mã ghép nối rồi ghép lại; "
        "quá hạn thì loa không nối được."
    )
