"""Whether the line to the loudspeakers is up, in a sentence; what is forgotten after a while."""

from __future__ import annotations

from datetime import timedelta

from xaso.kernel.plain.moment import now
from xaso.services.broadcast.models import Cluster, WireCommand, WireEnrolment, WireReceipt, WireSchedule

SOON = timedelta(minutes=1)
KEPT = timedelta(days=90)


def health() -> tuple[bool, str]:
    """What waits for the broker longer than a minute, and how many devices are there."""
    before = now() - SOON
    waiting = WireCommand.objects.filter(
        state=WireCommand.State.WAITING, created_at__lt=before, expires_at__gt=now()
    ).count()
    waiting += WireSchedule.objects.filter(sent_at=None, created_at__lt=before).count()
    enrolled = Cluster.objects.filter(ended_at=None).exclude(enrolled_at=None)
    online, total = enrolled.filter(state=Cluster.State.ONLINE).count(), enrolled.count()
    if waiting:
        return False, (
            f"{waiting} lệnh, lịch chờ quá một phút: máy chủ tin (MQTT) hoặc tiến trình wire không chạy. "
            "Không lệnh nào mất, khi chạy lại sẽ gửi tiếp. Xem nhật ký broker.log, wire.log."
        )
    if total and not online:
        return False, f"Không cụm nào trong {total} cụm loa đang nối: kiểm tra máy chủ tin và đường mạng."
    return True, f"{online}/{total} cụm loa đang nối, không lệnh nào chờ."


def forget_daily() -> None:
    """Commands, answers and used codes older than three months go; what was heard stays in the plays."""
    limit = now() - KEPT
    WireReceipt.objects.filter(command__expires_at__lt=limit).delete()
    WireCommand.objects.filter(expires_at__lt=limit).delete()
    WireEnrolment.objects.filter(expires_at__lt=limit).delete()
