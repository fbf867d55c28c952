"""What a diary stands on: seasons, inputs with their waiting time, certificates, tests, weather."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from xaso.kernel.base.models import Record
from xaso.services.trace.models.enterprise import Enterprise, Product, Site
from xaso.services.trace.models.lots import Lot


class Season(Record):
    """A season of one crop; entries between its days belong to it."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="seasons", verbose_name="cơ sở")
    crop = models.CharField("cây trồng", max_length=40, help_text="khóa của mẫu cây trồng")
    name = models.CharField("tên vụ", max_length=80)
    starts_on = models.DateField("từ ngày")
    ends_on = models.DateField("đến hết ngày")

    class Meta:
        verbose_name = "vụ sản xuất"
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "crop", "name"], name="season_name_once"),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="season_days_in_order"),
        ]

    def __str__(self) -> str:
        return self.name


class InputProduct(Record):
    """A fertiliser, pesticide or feed that the enterprise uses.

    ``interval_days``: after the last use nobody harvests for so many days (thời gian cách ly), as the label says.
    ``confirmed``: somebody of the enterprise has read the label; ``source`` says where the figure is from.
    """

    class Kind(models.TextChoices):
        FERTILISER = "fertiliser", "Phân bón"
        PESTICIDE = "pesticide", "Thuốc bảo vệ thực vật"
        FEED = "feed", "Thức ăn"
        OTHER = "other", "Vật tư khác"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="inputs", verbose_name="cơ sở")
    kind = models.CharField("loại", max_length=10, choices=Kind.choices)
    name = models.CharField("tên thương phẩm", max_length=120)
    substance = models.CharField("hoạt chất, thành phần", max_length=120, blank=True)
    crop = models.CharField("cây trồng", max_length=40, blank=True, help_text="trống là dùng cho mọi cây")
    uom = models.CharField("đơn vị tính (UN/ECE)", max_length=3, default="KGM")
    usual = models.DecimalField("lượng thường dùng", max_digits=12, decimal_places=3, null=True)
    interval_days = models.PositiveSmallIntegerField("thời gian cách ly (ngày)", default=0)
    source = models.CharField("nguồn của thời gian cách ly", max_length=300, blank=True)
    confirmed = models.BooleanField("đã đối chiếu nhãn", default=False)
    ended_at = models.DateTimeField("thôi dùng lúc", null=True)

    class Meta:
        verbose_name = "vật tư đầu vào"
        constraints = [models.UniqueConstraint(fields=["enterprise", "kind", "name"], name="input_name_once")]

    def __str__(self) -> str:
        return self.name


class Certificate(Record):
    """A certificate of the enterprise, of a product or of plots (VietGAP, organic, geographical indication)."""

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="certificates", verbose_name="cơ sở"
    )
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, related_name="certificates", verbose_name="sản phẩm"
    )
    standard = models.CharField("tiêu chuẩn", max_length=120)
    number = models.CharField("số giấy", max_length=80)
    issuer = models.CharField("nơi cấp", max_length=200)
    scope = models.CharField("phạm vi", max_length=300, blank=True)
    issued_on = models.DateField("cấp ngày")
    expires_on = models.DateField("hết hạn ngày", null=True)
    file = models.UUIDField("bản quét (tệp)", null=True)
    is_public = models.BooleanField("hiện cho người mua", default=True)
    ended_at = models.DateTimeField("bị thu hồi lúc", null=True)

    class Meta:
        verbose_name = "giấy chứng nhận"
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "number"], name="certificate_number_once")
        ]

    def __str__(self) -> str:
        return self.standard


class LabTest(Record):
    """What a laboratory found in a sample of a lot or a product."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="lab_tests", verbose_name="cơ sở")
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, related_name="lab_tests", verbose_name="sản phẩm"
    )
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="lab_tests", verbose_name="lô hàng")
    name = models.CharField("chỉ tiêu", max_length=200)
    number = models.CharField("số phiếu", max_length=80)
    laboratory = models.CharField("phòng thử nghiệm", max_length=200)
    sampled_on = models.DateField("lấy mẫu ngày")
    result = models.CharField("kết quả", max_length=300)
    passed = models.BooleanField("đạt")
    rule = models.CharField("theo quy chuẩn", max_length=200, blank=True)
    file = models.UUIDField("bản quét (tệp)", null=True)
    is_public = models.BooleanField("hiện cho người mua", default=True)

    class Meta:
        verbose_name = "phiếu kiểm nghiệm"

    def __str__(self) -> str:
        return self.name


class Weather(Record):
    """A day's weather at a plot, or at all plots of the enterprise."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="weather", verbose_name="cơ sở")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+", verbose_name="nơi")
    day = models.DateField("ngày")
    rain_mm = models.DecimalField("mưa (mm)", max_digits=6, decimal_places=1, null=True)
    low_c = models.DecimalField("nhiệt độ thấp nhất (°C)", max_digits=4, decimal_places=1, null=True)
    high_c = models.DecimalField("nhiệt độ cao nhất (°C)", max_digits=4, decimal_places=1, null=True)
    humidity = models.PositiveSmallIntegerField("độ ẩm (%)", null=True)
    sky = models.CharField("trời", max_length=80, blank=True)

    class Meta:
        verbose_name = "thời tiết"
        indexes = [models.Index(fields=["enterprise", "-day"], name="weather_enterprise_day")]
