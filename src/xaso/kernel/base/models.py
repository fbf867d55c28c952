"""The base of every table, and the table of once-keys."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import now


class Record(models.Model):
    """A row with an unguessable key; rows are never deleted by code paths, they end."""

    id = models.UUIDField("mã", primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField("lập lúc", default=now, editable=False)

    class Meta:
        abstract = True


class OnceKey(models.Model):
    """The stored answer of a write that a phone or another system may repeat."""

    scope = models.CharField("phạm vi", max_length=120)
    key = models.CharField("khóa", max_length=200)
    fingerprint = models.CharField("dấu nội dung", max_length=64, blank=True)
    result: Any = models.JSONField("kết quả", null=True)
    created_at = models.DateTimeField("lập lúc", default=now)

    class Meta:
        verbose_name = "khóa chống lặp"
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="once_scope_key")]
        indexes = [models.Index(fields=["created_at"], name="once_created")]


class KeyChange(Record):
    """A key of the ring is being replaced: from which to which, how far the rows are, when the old one retired."""

    class Kind(models.TextChoices):
        DATA = "data", "Khóa mã hóa dữ liệu"
        HASH = "hash", "Khóa băm để tìm"

    kind = models.CharField("loại khóa", max_length=8, choices=Kind.choices)
    old = models.PositiveIntegerField("khóa cũ")
    new = models.PositiveIntegerField("khóa mới")
    places: Any = models.JSONField("đã đến đâu", default=dict)
    done = models.PositiveBigIntegerField("số giá trị đã đổi", default=0)
    total = models.PositiveBigIntegerField("số giá trị lúc bắt đầu", default=0)
    pass_began_at = models.DateTimeField("lượt này bắt đầu lúc", default=now)
    pass_changed = models.PositiveBigIntegerField("lượt này đã đổi", default=0)
    retired_at = models.DateTimeField("bỏ khóa cũ lúc", null=True)
    waits_for = models.CharField("còn chờ", max_length=300, blank=True)

    class Meta:
        verbose_name = "lần đổi khóa"
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(retired_at__isnull=True), name="key_change_one_running"
            )
        ]
