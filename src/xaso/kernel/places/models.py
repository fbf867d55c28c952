"""Places on layers of the map: points, lines, areas, with their address and unit."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from xaso.kernel.base.fields import SealedJSON
from xaso.kernel.base.models import Record
from xaso.kernel.people.models import Person
from xaso.kernel.plain.moment import today
from xaso.kernel.units.models import Unit


class Layer(Record):
    """A kind of place shown together: schools, border markers, markets. ``unit_path`` "" is for the whole country."""

    class Shape(models.TextChoices):
        POINT = "point", "Điểm"
        LINE = "line", "Đường"
        AREA = "area", "Vùng"

    key = models.SlugField("khóa", max_length=60, unique=True)
    title = models.CharField("tên lớp", max_length=120)
    shape = models.CharField("loại hình", max_length=5, choices=Shape.choices)
    unit_path = models.CharField("đơn vị", max_length=120, blank=True, db_index=True)
    is_public = models.BooleanField("ai cũng xem được", default=False)
    color = models.CharField("màu", max_length=7, default="#0B4F8A")
    valid_to = models.DateField("đến hết ngày", null=True)

    class Meta:
        verbose_name = "lớp bản đồ"

    def __str__(self) -> str:
        return self.title


class Place(Record):
    """One place. The geometry is checked GeoJSON; the box and the centre are kept for searching."""

    layer = models.ForeignKey(Layer, models.PROTECT, related_name="places", verbose_name="lớp")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    name = models.CharField("tên", max_length=200)
    search_text = models.CharField("chữ để tìm", max_length=200)
    address = models.CharField("địa chỉ", max_length=300, blank=True)
    geometry: Any = models.JSONField("hình")
    west = models.FloatField("tây")
    south = models.FloatField("nam")
    east = models.FloatField("đông")
    north = models.FloatField("bắc")
    lat = models.FloatField("vĩ độ")
    lon = models.FloatField("kinh độ")
    facts: Any = models.JSONField("thông tin thêm", default=dict)
    valid_from = models.DateField("từ ngày", null=True)
    valid_to = models.DateField("đến hết ngày", null=True)

    class Meta:
        verbose_name = "địa điểm"
        constraints = [
            models.CheckConstraint(
                condition=Q(west__lte=models.F("east"), south__lte=models.F("north")), name="place_box_order"
            )
        ]
        indexes = [models.Index(fields=["layer", "lon", "lat"], name="place_layer_centre")]

    def __str__(self) -> str:
        return self.name


class Home(Record):
    """Where a person lives on the map, from a day to a day. The spot is sealed: only the unit can be searched."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="homes", verbose_name="người")
    spot: Any = SealedJSON("vĩ độ và kinh độ")
    unit_path = models.CharField("đơn vị", max_length=120)
    valid_from = models.DateField("từ ngày", default=today)
    valid_to = models.DateField("đến hết ngày", null=True)

    class Meta:
        verbose_name = "nơi ở trên bản đồ"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(valid_to__isnull=True), name="home_one_present"
            )
        ]
        indexes = [
            models.Index(
                fields=["unit_path"],
                condition=Q(valid_to__isnull=True),
                name="home_unit",
                opclasses=["text_pattern_ops"],
            )
        ]

    @property
    def lat(self) -> float:
        """Latitude in degrees."""
        return float(self.spot[0])

    @property
    def lon(self) -> float:
        """Longitude in degrees."""
        return float(self.spot[1])
