"""A warning from its proposal to the all-clear: what is told, who confirmed, what went out, what happened."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from xaso.kernel.base.models import Record
from xaso.services.alerts.models.cap import CapArrival
from xaso.services.alerts.models.gauges import GaugeReading, GaugeThreshold, RainForecast


class WarningRule(Record):
    """How many people confirm an emergency in a unit, and whether a gauge may speak by itself; a dated row."""

    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    people = models.PositiveSmallIntegerField("số người xác nhận", default=2)
    auto_siren = models.BooleanField("cho trạm tự phát báo động", default=False)
    paper = models.CharField("văn bản của xã", max_length=200)
    decided_by = models.CharField("người ghi", max_length=150)
    valid_from = models.DateTimeField("từ lúc")
    valid_to = models.DateTimeField("đến lúc", null=True)

    class Meta:
        verbose_name = "quy tắc xác nhận cảnh báo"
        constraints = [
            models.CheckConstraint(condition=Q(people__gte=1, people__lte=2), name="warning_rule_people"),
            models.UniqueConstraint(
                fields=["unit_path"], condition=Q(valid_to__isnull=True), name="warning_rule_one_open"
            ),
        ]


class WarningProposal(Record):
    """The engine, a forecast or somebody else's message says: look here. A person decides."""

    class Origin(models.TextChoices):
        GAUGE = "gauge", "Trạm đo"
        FORECAST = "forecast", "Dự báo"
        CAP = "cap", "Bản tin nơi khác"

    class State(models.TextChoices):
        OPEN = "open", "Chờ xem"
        TAKEN = "taken", "Đã lập cảnh báo"
        DISMISSED = "dismissed", "Không cảnh báo"

    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    origin = models.CharField("từ đâu", max_length=8, choices=Origin.choices)
    state = models.CharField("trạng thái", max_length=9, choices=State.choices, default=State.OPEN)
    hazard = models.CharField("loại thiên tai", max_length=20)
    level = models.PositiveSmallIntegerField("cấp độ rủi ro")
    reason = models.CharField("vì sao", max_length=400)
    facts: Any = models.JSONField("số liệu", default=dict)
    area: Any = models.JSONField("vùng", default=dict)
    threshold = models.ForeignKey(GaugeThreshold, models.PROTECT, null=True, related_name="proposals")
    reading = models.ForeignKey(GaugeReading, models.PROTECT, null=True, related_name="proposals")
    forecast = models.ForeignKey(RainForecast, models.PROTECT, null=True, related_name="proposals")
    arrival = models.ForeignKey(CapArrival, models.PROTECT, null=True, related_name="proposals")
    decided_at = models.DateTimeField("xem xong lúc", null=True)
    decided_by = models.CharField("người xem", max_length=150, blank=True)
    why_not = models.CharField("vì sao không cảnh báo", max_length=300, blank=True)

    class Meta:
        verbose_name = "đề xuất cảnh báo"
        indexes = [models.Index(fields=["unit_path", "state", "-created_at"], name="warning_proposal_open")]


class HazardWarning(Record):
    """One warning over its whole life. ``told`` is what people were told last; ``pending`` waits for confirmation.

    ``drill`` is fixed when the row is made. Contents: see ``rules.wording``.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Chờ xác nhận"
        LIVE = "live", "Đang phát"
        ENDED = "ended", "Đã báo yên"
        CANCELLED = "cancelled", "Đã hủy"
        DROPPED = "dropped", "Đã bỏ"

    code = models.CharField("số cảnh báo", max_length=24, unique=True)
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    drill = models.BooleanField("diễn tập", default=False)
    state = models.CharField("trạng thái", max_length=9, choices=State.choices, default=State.DRAFT)
    hazard = models.CharField("loại thiên tai", max_length=20)
    level = models.PositiveSmallIntegerField("cấp độ rủi ro")
    loud = models.BooleanField("khẩn cấp: ngắt loa, còi", default=False)
    told: Any = models.JSONField("nội dung đã phát", default=dict)
    pending: Any = models.JSONField("nội dung chờ xác nhận", default=dict)
    confirmed: Any = models.JSONField("ai đã xác nhận", default=list)
    proposal = models.ForeignKey(WarningProposal, models.PROTECT, null=True, related_name="warnings")
    drafted_by = models.CharField("người soạn", max_length=150)
    account_id = models.UUIDField("tài khoản soạn", null=True)
    issued_at = models.DateTimeField("phát lúc", null=True)
    expires_at = models.DateTimeField("hết hạn lúc", null=True)
    ended_at = models.DateTimeField("kết thúc lúc", null=True)
    announcement_id = models.UUIDField("thông báo đang phát", null=True)
    mailing_id = models.UUIDField("đợt tin nhắn", null=True)
    people_count = models.PositiveIntegerField("số người trong vùng", null=True)

    class Meta:
        verbose_name = "cảnh báo thiên tai"
        indexes = [models.Index(fields=["state", "-issued_at"], name="hazard_warning_state")]
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="hazard_warning_level")
        ]

    def __str__(self) -> str:
        return self.code


class CapMessage(Record):
    """One signed CAP message of ours, exactly as it was given out."""

    warning = models.ForeignKey(HazardWarning, models.PROTECT, related_name="messages")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    identifier = models.CharField("mã bản tin", max_length=80, unique=True)
    msg_type = models.CharField("loại", max_length=6)
    status = models.CharField("tình trạng", max_length=8)
    sent = models.DateTimeField("gửi lúc")
    expires_at = models.DateTimeField("hết hạn lúc", null=True)
    reference = models.CharField("cách gọi", max_length=300)
    headline = models.CharField("tít", max_length=300)
    xml = models.TextField("bản ký")

    class Meta:
        verbose_name = "bản tin CAP"
        indexes = [models.Index(fields=["-sent"], name="cap_message_latest")]


class WarningStep(Record):
    """One thing that happened to a warning, with the record that proves it."""

    warning = models.ForeignKey(HazardWarning, models.PROTECT, related_name="steps")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120)
    at = models.DateTimeField("lúc")
    kind = models.CharField("việc", max_length=20)
    text = models.CharField("lời", max_length=400)
    by_name = models.CharField("ai", max_length=150, blank=True)
    record_type = models.CharField("loại bản ghi", max_length=60, blank=True)
    record_id = models.UUIDField("bản ghi", null=True)
    facts: Any = models.JSONField("số liệu", default=dict)

    class Meta:
        verbose_name = "diễn biến cảnh báo"
        indexes = [models.Index(fields=["warning", "at"], name="warning_step_order")]
