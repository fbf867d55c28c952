"""Whose CAP messages are believed, what arrived, and the key by which our own are signed."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.fields import SealedText
from xaso.kernel.base.models import Record


class CapKey(Record):
    """The key of a unit for its warnings: the private half sealed, the certificate published."""

    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    certificate = models.TextField("chứng thư")
    private = SealedText("khóa riêng")
    valid_to = models.DateTimeField("đến lúc")
    ended_at = models.DateTimeField("thôi dùng lúc", null=True)

    class Meta:
        verbose_name = "khóa ký cảnh báo"
        constraints = [
            models.UniqueConstraint(
                fields=["unit_path"], condition=models.Q(ended_at__isnull=True), name="cap_key_one"
            )
        ]


class CapSource(Record):
    """Somebody whose warnings are taken in: how they name themselves and the certificates they sign with."""

    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    name = models.CharField("tên nguồn", max_length=160)
    sender = models.CharField("mã nơi gửi", max_length=160)
    certificate = models.TextField("chứng thư")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True)

    class Meta:
        verbose_name = "nguồn bản tin CAP"
        constraints = [
            models.UniqueConstraint(
                fields=["unit_path", "sender"],
                condition=models.Q(valid_to__isnull=True),
                name="cap_source_one",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CapArrival(Record):
    """One message that came in, taken or refused with the reason; the same message twice is one row."""

    class State(models.TextChoices):
        TAKEN = "taken", "Đã nhận"
        REFUSED = "refused", "Từ chối"

    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    source = models.ForeignKey(CapSource, models.PROTECT, null=True, related_name="arrivals")
    state = models.CharField("trạng thái", max_length=7, choices=State.choices)
    digest = models.CharField("dấu nội dung", max_length=64)
    identifier = models.CharField("mã bản tin", max_length=200, blank=True)
    headline = models.CharField("tít", max_length=300, blank=True)
    code = models.CharField("mã lý do", max_length=12, blank=True)
    reason = models.CharField("lý do từ chối", max_length=600, blank=True)
    facts: Any = models.JSONField("nội dung đọc được", default=dict)
    xml = models.TextField("bản nhận", blank=True)

    class Meta:
        verbose_name = "bản tin CAP nhận được"
        constraints = [models.UniqueConstraint(fields=["unit_path", "digest"], name="cap_arrival_once")]
