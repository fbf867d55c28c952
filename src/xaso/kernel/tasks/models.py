"""When each scheduled job last ran: one row a job, so that many workers run it once."""

from __future__ import annotations

from django.db import models


class Schedule(models.Model):
    """The last start of a scheduled job."""

    name = models.CharField("việc", max_length=120, primary_key=True)
    last_run = models.DateTimeField("chạy lần cuối")

    class Meta:
        verbose_name = "lịch việc nền"
