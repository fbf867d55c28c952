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
