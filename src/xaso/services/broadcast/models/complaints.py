"""What people who live near a loudspeaker tell about it, and what was done."""

from __future__ import annotations

from django.db import models

from xaso.kernel.base.fields import SealedText
from xaso.kernel.base.models import Record
from xaso.services.broadcast.models.station import Cluster, Station


class Complaint(Record):
    """A loudspeaker is too loud, silent, at the wrong hour. ``contact`` is forgotten after a while.

    ``code`` is what the writer may name when asking after it; it opens nothing.
    """

    class Matter(models.TextChoices):
        LOUD = "loud", "Loa quá to"
        HOUR = "hour", "Loa kêu sai giờ"
        SILENT = "silent", "Loa không kêu"
        UNCLEAR = "unclear", "Loa rè, không nghe rõ"
        CONTENT = "content", "Nội dung phát chưa đúng"
        OTHER = "other", "Chuyện khác"

    class State(models.TextChoices):
        NEW = "new", "Chưa trả lời"
        ANSWERED = "answered", "Đã trả lời"

    station = models.ForeignKey(Station, models.PROTECT, related_name="complaints", verbose_name="đài")
    cluster = models.ForeignKey(
        Cluster, models.PROTECT, null=True, related_name="complaints", verbose_name="cụm loa"
    )
    unit_path = models.CharField("nơi nhận", max_length=120, db_index=True)
    code = models.CharField("mã phản ánh", max_length=12, unique=True)
    matter = models.CharField("chuyện gì", max_length=8, choices=Matter.choices)
    text = models.TextField("kể thêm", blank=True)
    contact = SealedText("liên hệ", null=True)
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.NEW)
    answer = models.TextField("câu trả lời", blank=True)
    answered_at = models.DateTimeField("trả lời lúc", null=True)
    answered_by = models.UUIDField("người trả lời", null=True)
    answered_by_name = models.CharField("tên người trả lời", max_length=160, blank=True)

    class Meta:
        verbose_name = "phản ánh về loa"
        indexes = [models.Index(fields=["unit_path", "state"], name="bc_complaint_state")]

    def __str__(self) -> str:
        return self.code
