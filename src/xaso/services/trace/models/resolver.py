"""Links that an enterprise adds to the resolver, beside those that every lot and product has by itself."""

from __future__ import annotations

from django.db import models

from xaso.kernel.base.models import Record
from xaso.services.trace.models.enterprise import Enterprise


class ResolverLink(Record):
    """Where a code leads besides its own page. ``anchor`` is the canonical address of the product, lot or place."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="links", verbose_name="cơ sở")
    anchor = models.CharField("của mã", max_length=500, db_index=True)
    link_type = models.CharField("loại đường dẫn", max_length=80)
    title = models.CharField("tên", max_length=200)
    lang = models.CharField("ngôn ngữ", max_length=5, blank=True)
    media_type = models.CharField("kiểu nội dung", max_length=80, default="text/html")
    href = models.URLField("địa chỉ", max_length=500)
    valid_from = models.DateField("từ ngày", null=True)
    valid_to = models.DateField("đến hết ngày", null=True)
    ended_at = models.DateTimeField("bỏ lúc", null=True)

    class Meta:
        verbose_name = "đường dẫn của mã"

    def __str__(self) -> str:
        return self.title
