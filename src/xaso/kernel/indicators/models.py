"""What a figure said on a day: kept so that a published figure can be explained later."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.models import Record


class Reading(Record):
    """A figure as it was read and published: numerator and denominator at that moment."""

    code = models.CharField("chỉ tiêu", max_length=60)
    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    period = models.CharField("kỳ", max_length=10)
    numerator = models.FloatField("tử số")
    denominator = models.FloatField("mẫu số")
    filters: Any = models.JSONField("lọc", default=dict)
    taken_by = models.UUIDField("người chốt", null=True)
    note = models.CharField("ghi chú", max_length=300, blank=True)

    class Meta:
        verbose_name = "số liệu đã chốt"
        indexes = [models.Index(fields=["code", "unit_path", "period"], name="reading_what")]
