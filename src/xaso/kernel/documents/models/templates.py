"""Templates of papers as dated versions: shipped ones come with the product, edited ones by an administrator."""

from __future__ import annotations

from django.db import models

from xaso.kernel.base.models import Record


class PaperTemplate(Record):
    """One version of a template. A paper remembers the version that made it."""

    class Origin(models.TextChoices):
        SHIPPED = "shipped", "Có sẵn"
        EDITED = "edited", "Đơn vị sửa"

    key = models.CharField("mã mẫu", max_length=80)
    version = models.PositiveIntegerField("phiên bản")
    title = models.CharField("tên mẫu", max_length=200)
    source = models.TextField("nội dung mẫu")
    sha256 = models.CharField("băm nội dung", max_length=64)
    origin = models.CharField("nguồn", max_length=8, choices=Origin.choices)
    unit_path = models.CharField("đơn vị áp dụng", max_length=120, blank=True)
    legal_basis = models.CharField("căn cứ", max_length=300, blank=True)
    unconfirmed = models.BooleanField("chưa đối chiếu văn bản gốc", default=False)
    valid_from = models.DateField("hiệu lực từ")
    valid_to = models.DateField("hiệu lực đến", null=True, blank=True)

    class Meta:
        verbose_name = "mẫu văn bản"
        constraints = [
            models.UniqueConstraint(fields=["key", "unit_path", "version"], name="paper_template_version"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.key}, bản {self.version})"
