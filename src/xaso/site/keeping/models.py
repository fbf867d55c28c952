"""What the operator's page shows: each backup and each drill, as it ended."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.models import Record


class KeepingRun(Record):
    """One backup or drill that ended, well or not."""

    class Kind(models.TextChoices):
        BACKUP = "backup", "Sao lưu"
        DRILL = "drill", "Diễn tập khôi phục"

    kind = models.CharField("việc", max_length=8, choices=Kind.choices)
    at = models.DateTimeField("xong lúc")
    ok = models.BooleanField("đạt")
    words = models.TextField("kết quả")
    facts: Any = models.JSONField("số liệu", default=dict)

    class Meta:
        verbose_name = "lần sao lưu, diễn tập"
        indexes = [models.Index(fields=["kind", "-at"], name="keeping_latest")]
