"""What happens to lots once they are made: batches, cartons and pallets, shipments and who holds them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from xaso.kernel.base.fields import SealedJSON
from xaso.kernel.base.models import Record
from xaso.kernel.plain.moment import now
from xaso.services.trace.models.enterprise import Enterprise, Product
from xaso.services.trace.models.lots import Lot
from xaso.services.trace.models.repository import Thing


class ProcessRun(Record):
    """A batch whose inputs and outputs are written down at different times; ``uri`` is its transformationID."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="runs", verbose_name="cơ sở")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name="sản phẩm sẽ làm ra")
    token = models.CharField("mã công khai", max_length=16, unique=True)
    uri = models.CharField("mã chế biến", max_length=300, unique=True)
    step = models.CharField("bước", max_length=60)
    inputs: Any = models.JSONField("đã bỏ vào", default=list, help_text="lot, quantity")
    finished_at = models.DateTimeField("xong lúc", null=True)

    class Meta:
        verbose_name = "mẻ chế biến"

    def __str__(self) -> str:
        return self.token


class Package(Record):
    """A carton or pallet: an instance of its own, by SSCC where the enterprise holds a prefix, else by our address."""

    class Kind(models.TextChoices):
        CARTON = "carton", "Thùng"
        PALLET = "pallet", "Pa-lét"

    class State(models.TextChoices):
        PACKED = "packed", "Đã đóng"
        SHIPPED = "shipped", "Đã gửi đi"
        RECEIVED = "received", "Bên nhận đã nhận"
        OPENED = "opened", "Đã mở"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="packages", verbose_name="cơ sở")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    kind = models.CharField("loại", max_length=6, choices=Kind.choices, default=Kind.CARTON)
    token = models.CharField("mã công khai", max_length=16, unique=True)
    thing = models.OneToOneField(Thing, models.PROTECT, related_name="package", verbose_name="vật")
    sscc = models.CharField("SSCC", max_length=18, blank=True)
    inside = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="holds", verbose_name="nằm trong kiện"
    )
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.PACKED)
    packed_at = models.DateTimeField("đóng lúc", default=now)
    opened_at = models.DateTimeField("mở lúc", null=True)

    class Meta:
        verbose_name = "kiện hàng"
        constraints = [
            models.UniqueConstraint(fields=["sscc"], condition=~Q(sscc=""), name="package_sscc_once")
        ]
        indexes = [models.Index(fields=["enterprise", "-packed_at"], name="package_enterprise_at")]

    def __str__(self) -> str:
        return self.sscc or self.token


class PackageContent(Record):
    """How much of a lot lies in a package."""

    package = models.ForeignKey(Package, models.PROTECT, related_name="contents", verbose_name="kiện")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="packed", verbose_name="lô")
    quantity = models.DecimalField("lượng", max_digits=14, decimal_places=3)

    class Meta:
        verbose_name = "hàng trong kiện"
        constraints = [models.UniqueConstraint(fields=["package", "lot"], name="package_lot_once")]


class Shipment(Record):
    """Goods on their way to somebody: who holds them afterwards, by which paper. ``to_contact`` serves a recall."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="shipments", verbose_name="cơ sở")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    receiver = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, related_name="deliveries", verbose_name="cơ sở nhận"
    )
    token = models.CharField("mã công khai", max_length=16, unique=True)
    to_name = models.CharField("bên nhận", max_length=200)
    to_address = models.CharField("địa chỉ bên nhận", max_length=300, blank=True)
    to_contact: Any = SealedJSON("liên hệ bên nhận", null=True, help_text="phone, email")
    to_uri = models.CharField("định danh bên nhận", max_length=300)
    bill = models.CharField("số vận đơn", max_length=60, blank=True)
    order_ref = models.CharField("số đơn hàng", max_length=60, blank=True)
    shipped_at = models.DateTimeField("gửi lúc", default=now)
    received_at = models.DateTimeField("nhận lúc", null=True)
    cancelled_at = models.DateTimeField("hủy lúc", null=True)

    class Meta:
        verbose_name = "chuyến hàng"
        indexes = [models.Index(fields=["enterprise", "-shipped_at"], name="shipment_enterprise_at")]

    def __str__(self) -> str:
        return self.to_name


class ShipmentLine(Record):
    """One thing of a shipment: a package, or a quantity of a lot that is not packed."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="lines", verbose_name="chuyến")
    package = models.ForeignKey(
        Package, models.PROTECT, null=True, related_name="shipped", verbose_name="kiện"
    )
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="shipped", verbose_name="lô")
    quantity = models.DecimalField("lượng", max_digits=14, decimal_places=3, null=True)

    class Meta:
        verbose_name = "hàng trong chuyến"
        constraints = [
            models.CheckConstraint(
                condition=Q(package__isnull=False, lot__isnull=True)
                | Q(package__isnull=True, lot__isnull=False, quantity__gt=0),
                name="shipmentline_one_thing",
            )
        ]
