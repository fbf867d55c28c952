"""The very sound that devices fetch and keep: jingle or siren, words and their repeats, as one file."""

from __future__ import annotations

from django.db import models

from xaso.kernel.base.models import Record
from xaso.kernel.documents.models import File


class Sound(Record):
    """One file for the air, made once for one content; reached by its digest, which commands name."""

    key = models.CharField("dấu nội dung", max_length=64, unique=True)
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    file = models.ForeignKey(File, models.PROTECT, related_name="+", verbose_name="tệp MP3")
    sha256 = models.CharField("băm SHA-256", max_length=64, db_index=True)
    seconds = models.FloatField("dài (giây)")
    words = models.TextField("lời đọc", blank=True)

    class Meta:
        verbose_name = "tệp âm thanh phát"
