"""Other systems that send through us: their messages, jobs, budgets and call-backs."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.fields import SealedJSON, SealedText
from xaso.kernel.base.models import Record


class KeyKind(models.TextChoices):
    LIVE = "live", "Thật"
    TEAM = "team", "Nhóm thử"
    TEST = "test", "Giả lập"


class ApiLimit(Record):
    """How much one outside system may send; the row of the nearest unit upwards decides."""

    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    per_day = models.PositiveIntegerField("số tin một ngày")
    per_minute = models.PositiveIntegerField("số yêu cầu một phút")
    burst = models.PositiveIntegerField("số yêu cầu dồn một lúc")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    basis = models.CharField("căn cứ", max_length=300)

    class Meta:
        verbose_name = "mức trần gửi qua API"
        constraints = [models.UniqueConstraint(fields=["unit_path", "valid_from"], name="api_limit_once")]


class ApiJob(Record):
    """Many messages of one template from a sheet, sent as one mailing."""

    client = models.ForeignKey("people.MachineClient", models.PROTECT, related_name="+")
    unit_path = models.CharField("đơn vị", max_length=120)
    template = models.ForeignKey("messages.MailingTemplate", models.PROTECT, related_name="+")
    key_kind = models.CharField("loại khóa", max_length=4, choices=KeyKind.choices)
    name = models.CharField("tên đợt", max_length=150)
    count = models.PositiveIntegerField("số tin")
    mailing_id = models.UUIDField("đợt gửi", null=True)

    class Meta:
        verbose_name = "đợt gửi qua API"


class ApiMessage(Record):
    """One message that another system asked for, with its state in the words of the interface."""

    class Status(models.TextChoices):
        CREATED = "created", "Đã nhận yêu cầu"
        SENDING = "sending", "Đang gửi"
        DELIVERED = "delivered", "Đã tới"
        TEMPORARY = "temporary-failure", "Tạm thời không tới"
        PERMANENT = "permanent-failure", "Không tới được"
        TECHNICAL = "technical-failure", "Lỗi kỹ thuật"

    client = models.ForeignKey("people.MachineClient", models.PROTECT, related_name="+")
    unit_path = models.CharField("đơn vị", max_length=120)
    template = models.ForeignKey("messages.MailingTemplate", models.PROTECT, related_name="+")
    job = models.ForeignKey(ApiJob, models.PROTECT, null=True, related_name="messages")
    number = models.PositiveIntegerField("dòng", default=0)
    key_kind = models.CharField("loại khóa", max_length=4, choices=KeyKind.choices)
    channel = models.CharField("kênh", max_length=10)
    contact: Any = SealedJSON("nơi nhận", default=dict)
    data: Any = SealedJSON("dữ liệu điền vào tin", default=dict)
    body = SealedText("nội dung đã điền", default="")
    identity = models.CharField("dấu người nhận", max_length=64, blank=True)
    reference = models.CharField("mã của hệ thống gọi", max_length=100, blank=True)
    status = models.CharField("trạng thái", max_length=20, choices=Status.choices, default=Status.CREATED)
    error = models.CharField("lý do", max_length=200, blank=True)
    mailing_id = models.UUIDField("đợt gửi", null=True)
    sent_at = models.DateTimeField("gửi lúc", null=True)
    done_at = models.DateTimeField("xong lúc", null=True)

    class Meta:
        verbose_name = "tin gửi qua API"
        indexes = [
            models.Index(fields=["client", "-created_at"], name="api_message_client"),
            models.Index(
                fields=["mailing_id"], condition=models.Q(done_at__isnull=True), name="api_message_open"
            ),
        ]


class ApiBudget(Record):
    """How much a client may still send: a bucket that refills by the minute, and a count of the day."""

    client = models.ForeignKey("people.MachineClient", models.PROTECT, related_name="+")
    unit_path = models.CharField("đơn vị", max_length=120)
    key_kind = models.CharField("loại khóa", max_length=4, choices=KeyKind.choices)
    tokens = models.FloatField("còn trong phút này")
    filled_at = models.DateTimeField("đổ đầy lúc")
    day = models.DateField("ngày")
    used = models.PositiveIntegerField("đã gửi trong ngày", default=0)

    class Meta:
        verbose_name = "hạn mức gửi qua API"
        constraints = [models.UniqueConstraint(fields=["client", "key_kind"], name="api_budget_once")]


class ApiCallback(Record):
    """Where a client wants to hear what became of its messages."""

    client = models.ForeignKey("people.MachineClient", models.PROTECT, related_name="+")
    unit_path = models.CharField("đơn vị", max_length=120)
    url = models.URLField("địa chỉ", max_length=300)
    secret = SealedText("khóa ký")
    ended_at = models.DateTimeField("bỏ lúc", null=True)

    class Meta:
        verbose_name = "địa chỉ nhận trạng thái tin"
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=models.Q(ended_at__isnull=True), name="api_callback_one"
            )
        ]
