"""Lots: what was made together. A lot keeps its identity whatever codes it carries."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.models import Record
from xaso.services.trace.models.enterprise import Enterprise, Product, Site, TradeItem
from xaso.services.trace.models.repository import Thing


class Lot(Record):
    """A lot of raw material or of goods. ``thing`` is its identity in events (address of our own from ``token``, or
    GTIN + lot); further names lead there by ``Thing.same_as``. What was printed is frozen with the label batch."""

    class State(models.TextChoices):
        OPEN = "open", "Đang dùng"
        HELD = "held", "Tạm giữ"
        RECALLED = "recalled", "Đã thu hồi"
        USED = "used", "Đã dùng hết"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="lots", verbose_name="cơ sở")
    product = models.ForeignKey(Product, models.PROTECT, related_name="lots", verbose_name="sản phẩm")
    item = models.ForeignKey(
        TradeItem, models.PROTECT, null=True, related_name="lots", verbose_name="quy cách"
    )
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="lots", verbose_name="nơi làm ra")
    thing = models.OneToOneField(Thing, models.PROTECT, related_name="lot", verbose_name="vật")
    code = models.CharField("số lô", max_length=20)
    token = models.CharField("mã công khai", max_length=16, unique=True)
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    quantity = models.DecimalField("lượng ban đầu", max_digits=14, decimal_places=3)
    left = models.DecimalField("lượng còn", max_digits=14, decimal_places=3)
    uom = models.CharField("đơn vị tính (UN/ECE)", max_length=3, default="KGM")
    made_on = models.DateField("ngày làm ra")
    best_before = models.DateField("dùng tốt trước ngày", null=True)
    expires_on = models.DateField("hạn dùng", null=True)
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.OPEN)
    published_at = models.DateTimeField("công bố lúc", null=True)
    facts: Any = models.JSONField("thông tin thêm", default=dict)

    class Meta:
        verbose_name = "lô hàng"
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "product", "code"], name="lot_code_once"),
            models.CheckConstraint(
                condition=models.Q(left__gte=0, left__lte=models.F("quantity")), name="lot_left_in_range"
            ),
        ]
        indexes = [models.Index(fields=["enterprise", "-made_on"], name="lot_enterprise_made")]

    def __str__(self) -> str:
        return self.code
