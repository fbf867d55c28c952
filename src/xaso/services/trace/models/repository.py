"""The event repository of the standard: events as they were captured, and the things they speak of.

Numbers here (``seq``, ``Thing.id``) join rows and order pages; no address and no answer holds one.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from xaso.kernel.base.models import Record
from xaso.kernel.plain.moment import now


class CaptureJob(Record):
    """One capture: what was sent, how far it is, what was wrong. The pair (running, success) is the standard's."""

    class Behaviour(models.TextChoices):
        ROLLBACK = "rollback", "Sai một sự kiện thì bỏ cả lần gửi"
        PROCEED = "proceed", "Nhận các sự kiện đúng, báo các sự kiện sai"

    enterprise = models.ForeignKey(
        "trace.Enterprise", models.PROTECT, null=True, related_name="+", verbose_name="cơ sở"
    )
    unit_path = models.CharField("đơn vị", max_length=120, db_index=True)
    account_id = models.UUIDField("tài khoản hoặc máy gửi", null=True, db_index=True)
    behaviour = models.CharField(
        "khi có lỗi", max_length=8, choices=Behaviour.choices, default=Behaviour.ROLLBACK
    )
    sha256 = models.CharField("SHA-256 của tệp gửi", max_length=64)
    content_type = models.CharField("loại nội dung", max_length=80)
    total = models.PositiveIntegerField("số sự kiện", default=0)
    stored = models.PositiveIntegerField("đã ghi", default=0)
    running = models.BooleanField("đang chạy", default=True)
    success = models.BooleanField("chưa có lỗi", default=True)
    errors: Any = models.JSONField("lỗi", default=list)
    is_checked = models.BooleanField("đã kiểm tra nội dung", default=False)
    payload = models.BinaryField("nội dung chờ ghi", null=True)
    finished_at = models.DateTimeField("xong lúc", null=True)

    class Meta:
        verbose_name = "lần gửi sự kiện"
        indexes = [
            models.Index(fields=["unit_path", "-created_at"], name="capture_unit_at"),
            models.Index(fields=["account_id", "sha256"], name="capture_same"),
        ]


class Thing(models.Model):
    """A plant, a lot, a carton, a pallet, a class of goods: whatever an event names by a URI.

    ``uri`` is canonical (GS1 Digital Link on id.gs1.org, or an address of our own). A further name of a thing that
    already has one (a lot that gained a GTIN) is a row of its own whose ``same_as`` leads to the first; events
    and graph always use the first.
    """

    id = models.BigAutoField("số", primary_key=True)
    uri = models.CharField("định danh", max_length=500, unique=True)
    same_as = models.ForeignKey("self", models.PROTECT, null=True, related_name="names", verbose_name="là")
    is_class = models.BooleanField("là lô hoặc loại hàng", default=False)

    class Meta:
        verbose_name = "vật có định danh"
        constraints = [
            models.CheckConstraint(
                condition=Q(same_as__isnull=True) | ~Q(same_as=models.F("id")), name="thing_not_itself"
            )
        ]

    def __str__(self) -> str:
        return self.uri


class TraceEvent(models.Model):
    """One EPCIS event. The body is in the expanded form: CBV terms canonical, extension keys ``{namespace}name``.

    Nothing is changed or removed afterwards: an error is declared by a further event, which has the event's own id.
    ``event_hash`` (hex digits of the hash id of CBV 2.0) is the same for both. Identifiers stand in the body as they
    were sent, in the columns and in ``Thing`` canonical. ``eventID`` and ``recordTime`` are columns, not in the body.
    """

    class Kind(models.TextChoices):
        OBJECT = "ObjectEvent", "Sự kiện vật thể"
        AGGREGATION = "AggregationEvent", "Sự kiện đóng gói, gộp"
        TRANSACTION = "TransactionEvent", "Sự kiện giao dịch"
        TRANSFORMATION = "TransformationEvent", "Sự kiện chế biến"
        ASSOCIATION = "AssociationEvent", "Sự kiện gắn kết"
        OTHER = "extension", "Sự kiện mở rộng"

    seq = models.BigAutoField("số", primary_key=True)
    event_id = models.CharField("mã sự kiện", max_length=300)
    event_hash = models.CharField("mã băm CBV 2.0", max_length=64)
    kind = models.CharField("loại", max_length=20, choices=Kind.choices)
    type_name = models.CharField("tên loại", max_length=120)
    action = models.CharField("hành động", max_length=8, blank=True)
    event_time = models.DateTimeField("xảy ra lúc", db_index=True)
    offset = models.CharField("múi giờ", max_length=6)
    record_time = models.DateTimeField("ghi lúc", default=now, db_index=True)
    biz_step = models.CharField("bước", max_length=200, blank=True)
    disposition = models.CharField("tình trạng", max_length=200, blank=True)
    read_point = models.CharField("nơi ghi nhận", max_length=300, blank=True)
    biz_location = models.CharField("nơi lưu", max_length=300, blank=True)
    transformation_id = models.CharField("mã chế biến", max_length=300, blank=True)
    error_declared_at = models.DateTimeField("khai báo sai lúc", null=True)
    error_reason = models.CharField("lý do sai", max_length=200, blank=True)
    enterprise = models.ForeignKey(
        "trace.Enterprise",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="cơ sở",
        db_index=False,
    )
    unit_path = models.CharField("đơn vị", max_length=120)
    job = models.ForeignKey(
        CaptureJob, models.PROTECT, null=True, related_name="events", verbose_name="lần gửi"
    )
    body: Any = models.JSONField("nội dung")
    context: Any = models.JSONField("tiền tố đã khai báo", default=dict)

    class Meta:
        verbose_name = "sự kiện truy xuất"
        constraints = [
            models.UniqueConstraint(
                fields=["event_id", "error_declared_at"], nulls_distinct=False, name="traceevent_id_once"
            )
        ]
        indexes = [
            models.Index(fields=["unit_path", "-seq"], name="traceevent_unit_seq"),
            models.Index(fields=["enterprise", "-event_time"], name="traceevent_enterprise_time"),
            models.Index(fields=["biz_step", "-event_time"], name="traceevent_step_time"),
            models.Index(
                fields=["transformation_id"],
                condition=~Q(transformation_id=""),
                name="traceevent_transformation",
            ),
        ]

    def __str__(self) -> str:
        return self.event_id


class EventThing(models.Model):
    """A thing in an event. ``flow`` -1: what goes in (input, child that is packed), 1: what comes out (output,
    parent packed into), 0: only seen. The graph of origin walks in -> event -> out, by these rows alone."""

    class Role(models.TextChoices):
        EPC = "epc", "vật"
        PARENT = "parent", "bao ngoài"
        CHILD = "child", "vật bên trong"
        INPUT = "input", "đầu vào"
        OUTPUT = "output", "đầu ra"

    id = models.BigAutoField("số", primary_key=True)
    event = models.ForeignKey(TraceEvent, models.PROTECT, related_name="things", verbose_name="sự kiện")
    thing = models.ForeignKey(
        Thing, models.PROTECT, related_name="events", verbose_name="vật", db_index=False
    )
    role = models.CharField("vai trò", max_length=6, choices=Role.choices)
    flow = models.SmallIntegerField("chiều", default=0)
    quantity = models.DecimalField("lượng", max_digits=18, decimal_places=6, null=True)
    uom = models.CharField("đơn vị tính (UN/ECE)", max_length=3, blank=True)

    class Meta:
        verbose_name = "vật trong sự kiện"
        indexes = [models.Index(fields=["thing", "flow", "event"], name="eventthing_walk")]
