"""Rain and water gauges, what they read, the thresholds that count, forecasts."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from xaso.kernel.base.models import Record


class Gauge(Record):
    """A place where rain or water is measured. Rain: millimetres since the reading before; water: metres of level."""

    class Kind(models.TextChoices):
        RAIN = "rain", "Đo mưa"
        WATER = "water", "Đo mực nước"

    class Way(models.TextChoices):
        HAND = "hand", "Người đọc ghi tay"
        MACHINE = "machine", "Máy tự gửi"
        OTHER = "other", "Lấy từ hệ thống khác"

    code = models.SlugField("mã trạm", max_length=40, unique=True)
    name = models.CharField("tên trạm", max_length=160)
    kind = models.CharField("loại trạm", max_length=5, choices=Kind.choices)
    way = models.CharField("cách lấy số", max_length=7, choices=Way.choices, default=Way.HAND)
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    old_unit_code = models.CharField("mã đơn vị cũ", max_length=48, blank=True)
    lat = models.FloatField("vĩ độ")
    lon = models.FloatField("kinh độ")
    owner = models.CharField("của ai", max_length=160, blank=True)
    every_minutes = models.PositiveIntegerField("mấy phút một số", default=60)
    lowest = models.FloatField("thấp nhất có thể", default=0)
    highest = models.FloatField("cao nhất có thể", default=200)
    most_jump = models.FloatField("nhảy nhiều nhất một lần", default=100)
    stuck_hours = models.PositiveIntegerField("đứng yên mấy giờ thì nghi", default=24)
    ended_at = models.DateTimeField("thôi dùng lúc", null=True)

    class Meta:
        verbose_name = "trạm đo mưa, mực nước"
        constraints = [models.CheckConstraint(condition=Q(lowest__lt=F("highest")), name="gauge_range")]

    def __str__(self) -> str:
        return self.name

    @property
    def uom(self) -> str:
        """The unit of its readings."""
        return "mm" if self.kind == self.Kind.RAIN else "m"


class GaugeReading(Record):
    """One reading with what the checks found. Nothing is mended: a person accepts or refuses what is doubtful."""

    class Quality(models.TextChoices):
        GOOD = "good", "Dùng được"
        DOUBTFUL = "doubtful", "Nghi ngờ, chờ người xem"
        REFUSED = "refused", "Không dùng"

    gauge = models.ForeignKey(Gauge, models.PROTECT, related_name="readings", verbose_name="trạm")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120)
    at = models.DateTimeField("đo lúc")
    value = models.FloatField("số đo")
    quality = models.CharField("chất lượng", max_length=8, choices=Quality.choices, default=Quality.GOOD)
    flags: Any = models.JSONField("điều kiểm tra thấy", default=list)
    source = models.CharField("đến bằng", max_length=10)
    account_id = models.UUIDField("người ghi", null=True)
    judged_by = models.CharField("người xem lại", max_length=150, blank=True)

    class Meta:
        verbose_name = "số đo của trạm"
        constraints = [models.UniqueConstraint(fields=["gauge", "at"], name="gauge_reading_once")]
        indexes = [models.Index(fields=["gauge", "-at"], name="gauge_reading_latest")]


class GaugeThreshold(Record):
    """From when on a gauge speaks: a measure, a value, the level of the national scale, and who published it.

    It speaks once when the value is reached, and is quiet until the measure has fallen to ``release`` (hysteresis).
    """

    class Measure(models.TextChoices):
        SUM = "sum", "Tổng mưa trong số giờ"
        LEVEL = "level", "Mực nước"
        RISE = "rise", "Nước lên trong số giờ"
        ANTECEDENT = "antecedent", "Mưa một ngày so với mưa các ngày trước"

    gauge = models.ForeignKey(Gauge, models.PROTECT, related_name="thresholds", verbose_name="trạm")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    hazard = models.CharField("loại thiên tai", max_length=20)
    measure = models.CharField("đo bằng", max_length=10, choices=Measure.choices)
    hours = models.PositiveIntegerField("số giờ", default=0)
    value = models.FloatField("ngưỡng")
    release = models.FloatField("xuống tới mức này thì thôi")
    slope = models.FloatField("hệ số mưa các ngày trước", default=0)
    level = models.PositiveSmallIntegerField("cấp độ rủi ro")
    radius_km = models.FloatField("vùng quanh trạm (km)", default=3)
    siren = models.BooleanField("được tự phát khi xã cho phép", default=False)
    source = models.CharField("nguồn công bố", max_length=300)
    unconfirmed = models.BooleanField("chưa đối chiếu nguồn", default=False)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True)
    over_since = models.DateTimeField("đang vượt từ", null=True)

    class Meta:
        verbose_name = "ngưỡng cảnh báo"
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="gauge_threshold_level"),
            models.CheckConstraint(condition=Q(release__lt=F("value")), name="gauge_threshold_release"),
            models.CheckConstraint(
                condition=Q(siren=False) | Q(unconfirmed=False), name="gauge_threshold_siren"
            ),
        ]

    @property
    def words(self) -> str:
        """What is measured, inside a sentence: "tổng mưa trong 3 giờ"."""
        said = str(self.get_measure_display())
        said = said[:1].lower() + said[1:]
        return said.replace("số giờ", f"{self.hours} giờ") if self.hours else said


class PlaceRisk(Record):
    """How easily a place floods or slides: the region and susceptibility that article 46 of QĐ 18/2021 asks for."""

    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    region = models.PositiveSmallIntegerField("khu vực (1-4)")
    susceptibility = models.CharField("mức dễ xảy ra", max_length=9)
    source = models.CharField("nguồn", max_length=300)
    unconfirmed = models.BooleanField("chưa đối chiếu nguồn", default=True)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True)

    class Meta:
        verbose_name = "mức dễ xảy ra lũ quét, sạt lở"
        constraints = [
            models.CheckConstraint(condition=Q(region__gte=1, region__lte=4), name="place_risk_region")
        ]


class RainForecast(Record):
    """What a forecaster expects for a unit in some hours."""

    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    source = models.CharField("nguồn", max_length=160)
    made_at = models.DateTimeField("lập lúc nào")
    valid_from = models.DateTimeField("từ lúc")
    valid_to = models.DateTimeField("đến lúc")
    rain_mm = models.FloatField("mưa dự báo (mm)")
    rain_days_before = models.PositiveSmallIntegerField("đã mưa mấy ngày", default=0)
    note = models.CharField("ghi chú", max_length=300, blank=True)

    class Meta:
        verbose_name = "dự báo mưa"
        constraints = [
            models.UniqueConstraint(
                fields=["unit_path", "source", "made_at", "valid_from"], name="rain_forecast_once"
            )
        ]
