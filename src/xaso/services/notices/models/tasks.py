"""A directive as work for hamlets: whose, until when, what was reported, what the officer said to it."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.models import Record
from xaso.services.notices.models.notice import Notice


class HamletTask(Record):
    """One hamlet's part of a directive (or of a reply): the owner reports, the officer accepts or returns."""

    class State(models.TextChoices):
        OPEN = "open", "Chưa báo cáo"
        REPORTED = "reported", "Chờ xem báo cáo"
        RETURNED = "returned", "Phải làm lại"
        ACCEPTED = "accepted", "Đã xong"
        CANCELLED = "cancelled", "Đã bỏ"

    notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="tasks")
    reply = models.ForeignKey("messages.Reply", models.PROTECT, null=True, related_name="+")
    unit_path = models.CharField("đơn vị giao", max_length=120)
    hamlet_path = models.CharField("thôn, bản", max_length=120)
    title = models.CharField("việc", max_length=200)
    detail = models.TextField("nội dung", blank=True)
    asks: Any = models.JSONField("báo cáo gồm", default=list)
    figure_label = models.CharField("số liệu", max_length=120, blank=True)
    owner = models.ForeignKey("people.Account", models.PROTECT, null=True, related_name="+")
    given_by = models.UUIDField("người giao", null=True)
    due_at = models.DateTimeField("hạn")
    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.OPEN)
    chased = models.PositiveSmallIntegerField("số lần nhắc", default=0)
    chased_at = models.DateTimeField("nhắc lúc", null=True)
    reported_at = models.DateTimeField("báo cáo lúc", null=True)
    ended_at = models.DateTimeField("xong lúc", null=True)

    class Meta:
        verbose_name = "việc của thôn, bản"
        constraints = [models.UniqueConstraint(fields=["notice", "hamlet_path"], name="hamlet_task_once")]
        indexes = [
            models.Index(fields=["unit_path", "state", "due_at"], name="hamlet_task_unit"),
            models.Index(fields=["hamlet_path", "state", "due_at"], name="hamlet_task_hamlet"),
        ]

    def __str__(self) -> str:
        return self.title


class TaskReport(Record):
    """What a hamlet reported once, and what the officer said to it."""

    class Verdict(models.TextChoices):
        WAITING = "", "Chờ xem"
        ACCEPTED = "accepted", "Đạt"
        RETURNED = "returned", "Trả lại"

    task = models.ForeignKey(HamletTask, models.PROTECT, related_name="reports")
    unit_path = models.CharField("đơn vị giao", max_length=120)
    hamlet_path = models.CharField("thôn, bản", max_length=120)
    text = models.TextField("đã làm gì", blank=True)
    figure = models.DecimalField("số liệu", max_digits=16, decimal_places=2, null=True)
    photo = models.ForeignKey("documents.File", models.PROTECT, null=True, related_name="+")
    by = models.UUIDField("người báo cáo", null=True)
    by_name = models.CharField("tên người báo cáo", max_length=150)
    verdict = models.CharField("kết luận", max_length=10, choices=Verdict.choices, blank=True)
    verdict_note = models.CharField("ý kiến", max_length=500, blank=True)
    verdict_by = models.UUIDField("người xem", null=True)
    verdict_at = models.DateTimeField("xem lúc", null=True)

    class Meta:
        verbose_name = "báo cáo của thôn, bản"
        indexes = [models.Index(fields=["task", "-created_at"], name="task_report_task")]
