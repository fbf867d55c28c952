"""What the standard's interface keeps beside the events: words in use, master data, named queries, subscriptions."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from xaso.kernel.base.fields import SealedJSON
from xaso.kernel.base.models import Record
from xaso.services.trace.models.repository import TraceEvent


class EventMarks(models.Model):
    """Digests of what an event says beyond its columns (papers, parties, extensions, sensors, places), for finding it.

    Numbers only, and open to all: a condition on them may use its index, whereas below a policy PostgreSQL lets no
    array or JSON condition near one. What is found is looked at again in the event's body.
    """

    event = models.OneToOneField(
        TraceEvent, models.PROTECT, primary_key=True, related_name="marks", verbose_name="sự kiện"
    )
    marks = ArrayField(models.BigIntegerField(), verbose_name="dấu")

    class Meta:
        verbose_name = "dấu để tìm sự kiện"
        indexes = [GinIndex(fields=["marks"], name="eventmarks_marks")]


class TraceWord(models.Model):
    """A word that events of a unit use: an event type, step, disposition, read point or place of business."""

    class Kind(models.TextChoices):
        TYPE = "type", "loại sự kiện"
        STEP = "step", "bước"
        DISPOSITION = "disposition", "tình trạng"
        READ_POINT = "read_point", "nơi ghi nhận"
        BIZ_LOCATION = "biz_location", "nơi lưu"

    id = models.BigAutoField("số", primary_key=True)
    kind = models.CharField("loại từ", max_length=12, choices=Kind.choices)
    value = models.CharField("từ", max_length=300)
    unit_path = models.CharField("đơn vị", max_length=120)

    class Meta:
        verbose_name = "từ dùng trong sự kiện"
        constraints = [models.UniqueConstraint(fields=["kind", "value", "unit_path"], name="traceword_once")]

    def __str__(self) -> str:
        return self.value


class MasterData(Record):
    """What a sender told about a place, a class of goods or a party, in the header of a capture."""

    type = models.CharField("loại từ điển", max_length=200)
    uri = models.CharField("định danh", max_length=300)
    attributes: Any = models.JSONField("thuộc tính", default=dict)
    children: Any = models.JSONField("thành phần", default=list)
    unit_path = models.CharField("đơn vị", max_length=120)

    class Meta:
        verbose_name = "dữ liệu gốc EPCIS"
        constraints = [models.UniqueConstraint(fields=["type", "uri", "unit_path"], name="masterdata_once")]
        indexes = [models.Index(fields=["uri"], name="masterdata_uri")]

    def __str__(self) -> str:
        return self.uri


class NamedQuery(Record):
    """A query kept under a name of its owner's; it ends, with its subscriptions, and the name is free again."""

    name = models.CharField("tên", max_length=200)
    account_id = models.UUIDField("máy hoặc tài khoản")
    unit_path = models.CharField("đơn vị", max_length=120)
    query: Any = models.JSONField("câu hỏi")
    context: Any = models.JSONField("tiền tố đã khai báo", default=dict)
    ended_at = models.DateTimeField("bỏ lúc", null=True)

    class Meta:
        verbose_name = "câu hỏi có tên"
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "name"], condition=Q(ended_at__isnull=True), name="namedquery_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Subscription(Record):
    """Where the answers of a named query are sent by themselves: by a schedule, or as events come in.

    ``last_seq`` is the last event looked at: none is sent twice. ``floor`` is the record time below which nothing
    is sent.
    """

    query = models.ForeignKey(
        NamedQuery, models.PROTECT, related_name="subscriptions", verbose_name="câu hỏi"
    )
    account_id = models.UUIDField("máy nhận")
    unit_path = models.CharField("đơn vị", max_length=120)
    dest = models.URLField("nơi nhận", max_length=400)
    signature_token: Any = SealedJSON("bí mật ký", null=True)
    stream = models.BooleanField("gửi ngay khi có sự kiện", default=False)
    schedule: Any = models.JSONField("lịch", null=True)
    report_if_empty = models.BooleanField("gửi cả khi không có gì", default=False)
    wants_xml = models.BooleanField("gửi bằng XML", default=False)
    epc_format = models.CharField("dạng định danh", max_length=30, default="No_Preference")
    initial_record_time = models.DateTimeField("từ lúc ghi", null=True)
    floor = models.DateTimeField("không gửi trước", null=True)
    last_seq = models.BigIntegerField("đã xem đến", default=0)
    batch = models.PositiveIntegerField("mỗi lần gửi", default=200)
    next_at = models.DateTimeField("lần tới", null=True, db_index=True)
    failures = models.PositiveIntegerField("số lần hỏng liền nhau", default=0)
    last_error = models.CharField("lỗi gần nhất", max_length=300, blank=True)
    sent_at = models.DateTimeField("gửi được lúc", null=True)
    ended_at = models.DateTimeField("bỏ lúc", null=True)

    class Meta:
        verbose_name = "đăng ký nhận sự kiện"


class EndedToken(models.Model):
    """A token of a next page that its holder gave back before its time."""

    digest = models.CharField("dấu", max_length=64, primary_key=True)
    until = models.DateTimeField("hết hạn lúc", db_index=True)

    class Meta:
        verbose_name = "mã trang đã trả"
