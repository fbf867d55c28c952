"""Numbers of GS1 that were given out, labels that were printed, and the codes on them."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.fields import SealedText
from xaso.kernel.base.models import Record
from xaso.kernel.plain.moment import now
from xaso.services.trace.models.enterprise import Enterprise, Site, TradeItem
from xaso.services.trace.models.lots import Lot


class KeyCounter(Record):
    """The next free reference of an enterprise's prefix, for each kind of key; locked while one is taken."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="counters", verbose_name="cơ sở")
    kind = models.CharField("loại mã", max_length=4)
    prefix = models.CharField("mã doanh nghiệp GS1", max_length=12)
    following = models.BigIntegerField("số kế tiếp", default=0)

    class Meta:
        verbose_name = "bộ đếm mã GS1"
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "kind", "prefix"], name="keycounter_once")
        ]


class IssuedKey(Record):
    """The register of GTINs and GLNs of an enterprise: under its own prefix only, each once, for ever."""

    class Kind(models.TextChoices):
        GTIN = "gtin", "GTIN của sản phẩm"
        GLN = "gln", "GLN của nơi"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="keys", verbose_name="cơ sở")
    kind = models.CharField("loại mã", max_length=4, choices=Kind.choices)
    value = models.CharField("mã", max_length=14)
    item = models.ForeignKey(
        TradeItem, models.PROTECT, null=True, related_name="keys", verbose_name="quy cách"
    )
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="keys", verbose_name="nơi")
    by_hand = models.BooleanField("đã dùng từ trước", default=False)

    class Meta:
        verbose_name = "mã GS1 đã cấp"
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="issuedkey_once")]

    def __str__(self) -> str:
        return self.value


class LabelBatch(Record):
    """One printing of labels: what stood on them is frozen here, whatever becomes of the lot afterwards.

    ``seed`` is the batch's own secret: signatures of serials and scratch codes are made from it and stand nowhere.
    """

    class Kind(models.TextChoices):
        LOT = "lot", "Tem sản phẩm"
        PACKAGE = "package", "Tem kiện hàng"
        PLANT = "plant", "Biển cây"
        PLOT = "plot", "Biển thửa"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="labels", verbose_name="cơ sở")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    kind = models.CharField("loại tem", max_length=7, choices=Kind.choices, default=Kind.LOT)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="labels", verbose_name="lô")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="labels", verbose_name="nơi")
    sheet = models.CharField("khổ giấy", max_length=40)
    count = models.PositiveIntegerField("số tem")
    skipped = models.PositiveSmallIntegerField("ô bỏ trống đầu tờ", default=0)
    frozen: Any = models.JSONField("nội dung đã in")
    has_serials = models.BooleanField("mỗi tem một số", default=False)
    has_scratch = models.BooleanField("có mã cào", default=False)
    seed: Any = SealedText("bí mật của đợt", null=True)
    printed_by = models.UUIDField("tài khoản in", null=True)
    printer_name = models.CharField("người in", max_length=150, blank=True)
    printed_at = models.DateTimeField("in lúc", default=now)

    class Meta:
        verbose_name = "đợt in tem"
        indexes = [models.Index(fields=["enterprise", "-printed_at"], name="labelbatch_enterprise_at")]


class LabelCode(Record):
    """The number on one label: twelve letters by chance and six that sign them, from the batch's secret."""

    batch = models.ForeignKey(LabelBatch, models.PROTECT, related_name="codes", verbose_name="đợt in")
    number = models.PositiveIntegerField("thứ tự trong đợt")
    serial = models.CharField("số trên tem", max_length=20, unique=True)
    ended_at = models.DateTimeField("tem bỏ lúc", null=True)

    class Meta:
        verbose_name = "mã trên tem"
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="labelcode_number_once")]

    def __str__(self) -> str:
        return self.serial


class LabelReprint(Record):
    """Labels of a batch printed once more: which, why, by whom."""

    batch = models.ForeignKey(LabelBatch, models.PROTECT, related_name="reprints", verbose_name="đợt in")
    first = models.PositiveIntegerField("từ tem thứ")
    last = models.PositiveIntegerField("đến tem thứ")
    reason = models.CharField("lý do", max_length=300)
    printed_by = models.UUIDField("tài khoản in", null=True)
    printer_name = models.CharField("người in", max_length=150, blank=True)

    class Meta:
        verbose_name = "lần in lại tem"
