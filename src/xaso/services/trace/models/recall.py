"""Recall: what was found from one lot, who holds it, what came back; and what the national portal was told."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from xaso.kernel.base.fields import SealedJSON
from xaso.kernel.base.models import Record
from xaso.services.trace.models.enterprise import Enterprise
from xaso.services.trace.models.lots import Lot
from xaso.services.trace.models.lots_moves import Shipment
from xaso.services.trace.models.repository import Thing


class Recall(Record):
    """One recall, begun from one lot. It is prepared, looked at with its counts, then confirmed: only then goods stop.

    ``scope`` are the counts that were confirmed; ``digest`` proves that what was confirmed is what was looked at.
    """

    class Kind(models.TextChoices):
        VOLUNTARY = "voluntary", "Tự nguyện"
        ORDERED = "ordered", "Bắt buộc"

    class Cause(models.TextChoices):
        UNSAFE = "unsafe", "Không bảo đảm an toàn"
        QUALITY = "quality", "Không đạt chất lượng đã công bố"
        LABEL = "label", "Ghi nhãn sai"
        SUSPECTED = "suspected", "Nghi vấn, chờ kết quả kiểm nghiệm"

    class State(models.TextChoices):
        PREPARED = "prepared", "Chờ xác nhận"
        RUNNING = "running", "Đang thu hồi"
        CLOSED = "closed", "Đã kết thúc"
        DROPPED = "dropped", "Đã bỏ"

    code = models.CharField("số thu hồi", max_length=20, unique=True)
    kind = models.CharField("hình thức", max_length=9, choices=Kind.choices)
    cause = models.CharField("nguyên nhân", max_length=9, choices=Cause.choices)
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.PREPARED)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="recalls", verbose_name="cơ sở")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="recalls", verbose_name="lô bắt đầu")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    reason = models.TextField("lý do")
    advice = models.TextField("khuyến cáo cho người mua")
    account_id = models.UUIDField("tài khoản quyết định", null=True)
    decided_by = models.CharField("người quyết định", max_length=200)
    paper = models.CharField("số văn bản", max_length=60, blank=True)
    scope: Any = models.JSONField("phạm vi", default=dict)
    digest = models.CharField("dấu của phạm vi", max_length=64, blank=True)
    started_at = models.DateTimeField("bắt đầu lúc", null=True)
    notify_by = models.DateTimeField("hạn báo các nơi giữ hàng", null=True)
    closed_at = models.DateTimeField("kết thúc lúc", null=True)
    closing = models.TextField("kết luận", blank=True)

    class Meta:
        verbose_name = "đợt thu hồi"
        indexes = [models.Index(fields=["unit_path", "-created_at"], name="recall_unit_at")]
        constraints = [
            models.UniqueConstraint(
                fields=["lot"], condition=Q(state__in=["prepared", "running"]), name="recall_open_once"
            )
        ]

    def __str__(self) -> str:
        return self.code


class RecallHolder(Record):
    """Somebody who got goods of the recall: asked to stop and give back, chased until they answer.

    ``token`` opens their own page without an account. ``contact`` (phone, email) comes from the shipment.
    """

    class State(models.TextChoices):
        UNKNOWN = "unknown", "Chưa có liên hệ"
        WAITING = "waiting", "Chờ báo"
        TOLD = "told", "Đã báo"
        SEEN = "seen", "Đã xem"
        ANSWERED = "answered", "Đã trả lời"

    recall = models.ForeignKey(Recall, models.PROTECT, related_name="holders", verbose_name="đợt thu hồi")
    receiver = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, related_name="recalled_goods", verbose_name="cơ sở giữ hàng"
    )
    token = models.CharField("mã trang trả lời", max_length=24, unique=True)
    name = models.CharField("bên giữ hàng", max_length=200)
    address = models.CharField("địa chỉ", max_length=300, blank=True)
    contact: Any = SealedJSON("liên hệ", null=True, help_text="phone, email")
    uri = models.CharField("định danh", max_length=300)
    papers: Any = models.JSONField("đơn hàng, vận đơn", default=list)
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.WAITING)
    told_at = models.DateTimeField("báo lúc", null=True)
    seen_at = models.DateTimeField("xem lúc", null=True)
    answered_at = models.DateTimeField("trả lời lúc", null=True)
    chased = models.PositiveSmallIntegerField("số lần nhắc", default=0)
    chased_at = models.DateTimeField("nhắc lần cuối lúc", null=True)

    class Meta:
        verbose_name = "nơi giữ hàng thu hồi"
        constraints = [models.UniqueConstraint(fields=["recall", "uri"], name="recall_holder_once")]

    def __str__(self) -> str:
        return self.name


class RecallThing(models.Model):
    """One thing of a recall as it was found when the recall was confirmed; its number is in no address."""

    class Side(models.TextChoices):
        ROOT = "root", "Lô bị nghi"
        BACK = "back", "Nguyên liệu của lô bị nghi"
        FORWARD = "forward", "Hàng có lô bị nghi bên trong"

    id = models.BigAutoField("số", primary_key=True)
    recall = models.ForeignKey(Recall, models.PROTECT, related_name="things", verbose_name="đợt thu hồi")
    thing = models.ForeignKey(Thing, models.PROTECT, related_name="+", verbose_name="vật")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="+", verbose_name="lô hàng")
    side = models.CharField("phía", max_length=7, choices=Side.choices)
    depth = models.PositiveSmallIntegerField("cách lô bị nghi")
    sort = models.CharField("loại vật", max_length=8, help_text="plant, lot, carton, pallet, thing")
    was = models.CharField("tình trạng trước đó", max_length=8, blank=True)

    class Meta:
        verbose_name = "vật trong đợt thu hồi"
        constraints = [models.UniqueConstraint(fields=["recall", "thing", "side"], name="recall_thing_once")]


class RecallDelivery(models.Model):
    """Which thing of a recall went to which holder, by which shipment and when."""

    id = models.BigAutoField("số", primary_key=True)
    recall = models.ForeignKey(Recall, models.PROTECT, related_name="deliveries", verbose_name="đợt thu hồi")
    holder = models.ForeignKey(
        RecallHolder, models.PROTECT, related_name="deliveries", verbose_name="nơi giữ hàng"
    )
    thing = models.ForeignKey(Thing, models.PROTECT, related_name="+", verbose_name="vật")
    shipment = models.ForeignKey(
        Shipment, models.PROTECT, null=True, related_name="+", verbose_name="chuyến hàng"
    )
    shipped_at = models.DateTimeField("gửi lúc")
    quantity = models.DecimalField("lượng", max_digits=18, decimal_places=6, null=True)
    uom = models.CharField("đơn vị tính (UN/ECE)", max_length=3, blank=True)

    class Meta:
        verbose_name = "hàng thu hồi đã giao"


class RecallFinding(Record):
    """What became of goods: found and set apart, given back, destroyed, already sold or eaten."""

    class Kind(models.TextChoices):
        FOUND = "found", "Tìm thấy, đã để riêng"
        RETURNED = "returned", "Đã trả về"
        DESTROYED = "destroyed", "Đã tiêu hủy"
        GONE = "gone", "Đã bán, đã dùng"

    recall = models.ForeignKey(Recall, models.PROTECT, related_name="findings", verbose_name="đợt thu hồi")
    holder = models.ForeignKey(
        RecallHolder, models.PROTECT, null=True, related_name="findings", verbose_name="nơi giữ hàng"
    )
    kind = models.CharField("kết quả", max_length=9, choices=Kind.choices)
    quantity = models.DecimalField("lượng", max_digits=14, decimal_places=3)
    uom = models.CharField("đơn vị tính (UN/ECE)", max_length=3)
    note = models.CharField("ghi chú", max_length=500, blank=True)
    by_name = models.CharField("người ghi", max_length=200)
    happened_on = models.DateField("ngày")
    withdrawn_at = models.DateTimeField("gạch bỏ lúc", null=True)

    class Meta:
        verbose_name = "kết quả thu hồi"
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="recall_finding_more_than_nothing")
        ]


class RecallStep(Record):
    """One line of a recall's own diary: what was done, by whom."""

    recall = models.ForeignKey(Recall, models.PROTECT, related_name="steps", verbose_name="đợt thu hồi")
    text = models.CharField("việc", max_length=500)
    by_name = models.CharField("người làm", max_length=200)

    class Meta:
        verbose_name = "diễn biến thu hồi"


class OutwardItem(Record):
    """The newest state of a lot on its way to the national traceability portal.

    ``digest`` is of what was last accepted there; nothing is sent again that the portal has already.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Chờ gửi"
        SENT = "sent", "Đã gửi"
        INCOMPLETE = "incomplete", "Thiếu mục bắt buộc"
        REFUSED = "refused", "Cổng từ chối"
        DEAD = "dead", "Gửi mãi không được"

    lot = models.OneToOneField(Lot, models.PROTECT, related_name="outward", verbose_name="lô hàng")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    state = models.CharField("tình trạng", max_length=10, choices=State.choices, default=State.WAITING)
    mapping = models.CharField("bản ánh xạ", max_length=20, blank=True)
    digest = models.CharField("dấu bản đã gửi", max_length=64, blank=True)
    receipt = models.CharField("mã của cổng", max_length=80, blank=True)
    tries = models.PositiveSmallIntegerField("số lần thử", default=0)
    times = models.PositiveIntegerField("số lần đã gửi", default=0)
    error = models.CharField("lý do", max_length=500, blank=True)
    next_at = models.DateTimeField("thử lại lúc", null=True)
    sent_at = models.DateTimeField("gửi được lúc", null=True)

    class Meta:
        verbose_name = "lô gửi cổng truy xuất quốc gia"
        indexes = [models.Index(fields=["unit_path", "state", "-created_at"], name="outward_unit_state")]
