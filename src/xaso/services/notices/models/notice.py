"""The notice: one text, its audience, its ladder, from the first draft to the last receipt."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.models import Record
from xaso.kernel.plain.moment import now


class Notice(Record):
    """One text with its audience and ladder. How it travels is the mailing's to know (kernel messages)."""

    class Kind(models.TextChoices):
        NOTICE = "notice", "Thông báo"
        DIRECTIVE = "directive", "Chỉ đạo, giao việc"

    class State(models.TextChoices):
        DRAFT = "draft", "Đang soạn"
        WAITING = "waiting", "Chờ người thứ hai"
        REFUSED = "refused", "Trả lại"
        SENT = "sent", "Đã gửi"
        STOPPED = "stopped", "Đã dừng"
        DROPPED = "dropped", "Đã bỏ"

    class Speaker(models.TextChoices):
        NONE = "", "Không đọc loa"
        ORDINARY = "ordinary", "Tin thường, theo lịch của đài"
        PRIORITY = "priority", "Tin ưu tiên, đọc trước tin thường"

    unit_path = models.CharField("đơn vị", max_length=120)
    code = models.CharField("mã", max_length=24, unique=True)
    kind = models.CharField("loại", max_length=10, choices=Kind.choices, default=Kind.NOTICE)
    subject = models.CharField("tiêu đề", max_length=150)
    body = models.TextField("nội dung")
    sms = models.TextField("nội dung SMS", blank=True)
    sms_accents = models.BooleanField("SMS có dấu", default=False)
    push = models.CharField("dòng thông báo đẩy", max_length=200, blank=True)
    template = models.ForeignKey("messages.MailingTemplate", models.PROTECT, null=True, related_name="+")
    zalo_template = models.CharField("mã mẫu Zalo", max_length=20, blank=True)
    zalo_data: Any = models.JSONField("dữ liệu mẫu Zalo", default=dict)
    audience: Any = models.JSONField("người nhận", default=dict)
    ladder: Any = models.JSONField("thứ tự kênh", default=list)
    urgent = models.BooleanField("khẩn", default=False)
    urgent_reason = models.CharField("lý do khẩn", max_length=300, blank=True)
    speaker = models.CharField("đọc loa", max_length=10, choices=Speaker.choices, blank=True)
    is_public = models.BooleanField("đăng trang thông báo", default=False)
    needs_receipt = models.BooleanField("cần bấm đã nhận", default=False)
    task_title = models.CharField("việc phải làm", max_length=200, blank=True)
    task_asks: Any = models.JSONField("báo cáo gồm", default=list)
    task_figure = models.CharField("số liệu cần báo", max_length=120, blank=True)
    task_term = models.CharField("thời hạn", max_length=20, blank=True)
    send_at = models.DateTimeField("hẹn gửi lúc", null=True)
    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.DRAFT)
    written_by = models.UUIDField("người soạn", null=True)
    submitted_by = models.UUIDField("người gửi", null=True)
    decided_by = models.UUIDField("người duyệt", null=True)
    decided_at = models.DateTimeField("duyệt lúc", null=True)
    reason = models.CharField("lý do trả lại", max_length=300, blank=True)
    count = models.PositiveIntegerField("số người nhận", default=0)
    unreachable = models.PositiveIntegerField("số người không có cách liên lạc", default=0)
    mailing_id = models.UUIDField("đợt gửi", null=True)
    announcement_id = models.UUIDField("lượt đọc loa", null=True)
    sent_at = models.DateTimeField("gửi lúc", null=True)
    stopped_at = models.DateTimeField("dừng lúc", null=True)

    class Meta:
        verbose_name = "thông báo"
        indexes = [
            models.Index(fields=["unit_path", "-created_at"], name="notice_unit"),
            models.Index(fields=["-sent_at"], condition=models.Q(is_public=True), name="notice_public"),
            models.Index(fields=["mailing_id"], name="notice_mailing"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def later(self) -> bool:
        """Whether it waits for its hour."""
        return self.state == self.State.SENT and self.sent_at is not None and self.sent_at > now()
