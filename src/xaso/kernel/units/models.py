"""Administrative units as a tree with validity in time, and what became of the old ones."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q, QuerySet

from xaso.kernel.base.models import Record
from xaso.kernel.plain.moment import today
from xaso.kernel.units.words import in_sentence


class Level(models.TextChoices):
    PROVINCE = "province", "Cấp tỉnh"
    DISTRICT = "district", "Cấp huyện (đến 30/06/2025)"
    COMMUNE = "commune", "Cấp xã"
    HAMLET = "hamlet", "Thôn, bản, tổ dân phố"
    OFFICE = "office", "Cơ quan, phòng, trung tâm"


class UnitQuerySet(QuerySet["Unit"]):
    """Filters that every reader of units needs."""

    def on(self, day: date | None = None) -> UnitQuerySet:
        """Units in force on a day (today by default); both ends of the validity count."""
        day = day or today()
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        )

    def under(self, path: str) -> UnitQuerySet:
        """The subtree of a path, its root included; "" is the whole country."""
        return self.filter(path__startswith=path)

    def sorted(self) -> UnitQuerySet:
        """Vietnamese dictionary order."""
        return self.order_by("sort_key", "path")


class Unit(Record):
    """A province, an old district, a commune, a hamlet or an office.

    ``path`` never changes: it is what other records keep. A prefix of it is the subtree. Units of the lists
    that ended on 30/06/2025 live under "~2025/", as their codes are used again for other areas.
    ``valid_from`` and ``valid_to`` are the first and the last day in force; None is open.
    """

    Level = Level

    level = models.CharField("cấp", max_length=10, choices=Level.choices)
    kind = models.CharField("loại", max_length=40)
    code = models.CharField("mã", max_length=48)
    name = models.CharField("tên", max_length=160)
    full_name = models.CharField("tên đầy đủ", max_length=200)
    sort_key = models.CharField("khóa sắp xếp", max_length=400)
    search_text = models.CharField("chữ để tìm", max_length=200)
    aliases = models.TextField("tên khác, không dấu, viết liền", blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children", verbose_name="thuộc"
    )
    path = models.CharField("đường dẫn", max_length=120, unique=True)
    listed = models.CharField("danh mục", max_length=8, blank=True)
    valid_from = models.DateField("từ ngày", null=True)
    valid_to = models.DateField("đến hết ngày", null=True)
    legal_basis = models.CharField("căn cứ", max_length=300, blank=True)
    confirmed = models.BooleanField("đã xác minh", default=True)
    lat = models.FloatField("vĩ độ", null=True)
    lon = models.FloatField("kinh độ", null=True)
    area_km2 = models.FloatField("diện tích (km²)", null=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = "đơn vị"
        constraints = [
            models.UniqueConstraint(
                fields=["listed", "level", "code"], condition=~Q(listed=""), name="unit_code_in_list"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="unit_valid_order",
            ),
        ]
        indexes = [
            models.Index(fields=["parent", "level", "sort_key"], name="unit_children"),
            models.Index(fields=["level", "code"], name="unit_code"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_old(self) -> bool:
        """Whether the unit belongs to a list that is no longer in force."""
        return self.path.startswith("~")

    @property
    def words(self) -> str:
        """The full name as written inside a sentence: "xã Cao Thượng"."""
        return in_sentence(self.full_name)

    def in_force(self, day: date | None = None) -> bool:
        """Whether the unit is in force on a day (today by default)."""
        day = day or today()
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    @property
    def province_code(self) -> str:
        """The code of the province in the path, for units of today."""
        return self.path.split("/", 1)[0]


class UnitName(Record):
    """A kind and name that a unit bears from a day to a day; only units that changed have such rows."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="names", verbose_name="đơn vị")
    kind = models.CharField("loại", max_length=40)
    name = models.CharField("tên", max_length=160)
    full_name = models.CharField("tên đầy đủ", max_length=200)
    valid_from = models.DateField("từ ngày", null=True)
    valid_to = models.DateField("đến hết ngày", null=True)
    legal_basis = models.CharField("căn cứ", max_length=300, blank=True)
    confirmed = models.BooleanField("đã xác minh", default=True)

    class Meta:
        verbose_name = "tên của đơn vị theo thời gian"
        constraints = [
            models.UniqueConstraint(fields=["unit", "valid_from"], name="unitname_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.full_name


class Succession(Record):
    """An ended unit became (a part of) a newer one; ``partly``: only a part of the old area did."""

    old = models.ForeignKey(Unit, models.PROTECT, related_name="successors", verbose_name="đơn vị cũ")
    new = models.ForeignKey(Unit, models.PROTECT, related_name="predecessors", verbose_name="đơn vị mới")
    partly = models.BooleanField("một phần", default=False)
    basis = models.CharField("căn cứ", max_length=300, blank=True)
    confirmed = models.BooleanField("đã xác minh", default=True)

    class Meta:
        verbose_name = "đơn vị cũ và đơn vị kế thừa"
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="succession_once")]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class UnitIdentifier(Record):
    """A code by which other systems know a unit, from a day to a day; scheme "org" is H38.12 and the like."""

    ORG = "org"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="identifiers", verbose_name="đơn vị")
    scheme = models.CharField("loại mã", max_length=20)
    value = models.CharField("mã", max_length=40)
    valid_from = models.DateField("từ ngày", null=True)
    valid_to = models.DateField("đến hết ngày", null=True)
    confirmed = models.BooleanField("đã xác minh", default=False)
    source = models.CharField("nguồn", max_length=300, blank=True)

    class Meta:
        verbose_name = "mã định danh của đơn vị"
        indexes = [models.Index(fields=["scheme", "value"], name="unitident_value")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "scheme"], condition=Q(valid_to__isnull=True), name="unitident_one_open"
            )
        ]

    def __str__(self) -> str:
        return self.value


class UnitStamp(models.Model):
    """One row: which data file is loaded, and a number drawn anew whenever a listed unit changes."""

    number = models.PositiveIntegerField("lần đổi", default=0)
    data_version = models.CharField("phiên bản dữ liệu", max_length=64, blank=True)

    class Meta:
        verbose_name = "dấu phiên bản đơn vị"

    def __str__(self) -> str:
        return f"{self.number} {self.data_version}"
