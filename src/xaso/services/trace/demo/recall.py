"""A suspicion that was looked into and lifted: a lot of tea held, its shops asked, the test good, all free again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.viewer import ANONYMOUS, Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import VIETNAM, today
from xaso.services.trace.actions.recall import RIGHT, close_recall, prepare_recall, start_recall
from xaso.services.trace.actions.recall_holders import answer_notice, tell_holders
from xaso.services.trace.demo.coops import TEA
from xaso.services.trace.models import Enterprise, Lot, Recall, Shipment

BEGAN, ENDED = 6, 3  # days ago


def fill(
    viewer: Viewer, *, accounts: Mapping[str, Account], say: Callable[[str], None] = print, **_: Any
) -> None:
    """One recall from suspicion to the end; nothing the second time, or when no lot of tea was sent out."""
    tea = Enterprise.objects.filter(name=TEA["name"]).first()
    account = accounts.get("lanhdao")
    if tea is None or account is None or Recall.objects.filter(enterprise=tea).exists():
        return
    leader = viewer_of(account)
    lot = _shipped(tea)
    if lot is None or not leader.can(RIGHT, tea.unit_path):
        return
    with transaction.atomic():
        _story(leader, lot)
    say("1 đợt thu hồi đã kết thúc")


def _shipped(tea: Enterprise) -> Lot | None:
    """A lot that lies in cartons which left some days before the story."""
    before = datetime.combine(today() - timedelta(days=BEGAN), time(7), VIETNAM)
    gone = Shipment.objects.filter(enterprise=tea, cancelled_at__isnull=True, shipped_at__lt=before)
    lots = Lot.objects.filter(enterprise=tea, state__in=[Lot.State.OPEN, Lot.State.USED])
    inside = lots.filter(packed__package__shipped__shipment__in=gone)
    return inside.select_related("enterprise", "product").order_by("-made_on", "code").first()


def _story(leader: Viewer, lot: Lot) -> None:
    with moment.frozen(datetime.combine(today() - timedelta(days=BEGAN), time(9), VIETNAM)):
        recall = prepare_recall(
            leader,
            lot=lot,
            cause=Recall.Cause.SUSPECTED,
            reason="Một người mua báo trà có mùi lạ. Đã lấy mẫu gửi kiểm nghiệm.",
            advice="Tạm ngừng bán, để riêng các gói thuộc lô này, chờ kết quả kiểm nghiệm trong ba ngày.",
        )
        recall = start_recall(leader, recall=recall, digest=recall.digest)
        tell_holders(Viewer.system(), recall_id=recall.pk)
    with moment.frozen(datetime.combine(today() - timedelta(days=BEGAN - 1), time(10), VIETNAM)):
        for holder in recall.holders.order_by("name"):
            answer_notice(
                ANONYMOUS,
                token=holder.token,
                kind="found",
                quantity=Decimal("1.2"),
                uom=lot.uom,
                note="Đã để riêng trong kho.",
            )
    with moment.frozen(datetime.combine(today() - timedelta(days=ENDED), time(15), VIETNAM)):
        close_recall(
            leader,
            recall=recall,
            closing="Mẫu kiểm nghiệm đạt mọi chỉ tiêu. Mùi lạ do gói bị rách khi vận chuyển. Hàng được bán tiếp.",
            cleared=True,
        )
