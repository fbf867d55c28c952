"""Who produces, where and what: enterprises, their people, plots, plants and products."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from xaso.kernel.base.fields import SealedJSON
from xaso.kernel.base.models import Record
from xaso.kernel.people.models import Person
from xaso.kernel.places.models import Place
from xaso.kernel.units.models import Unit


class Enterprise(Record):
    """A co-operative, a household business or a company that writes a diary and sells under its name.

    ``token`` stands in public addresses. ``gs1_prefix`` only where GS1 issued one (number of the licence kept);
    without it the platform's own addresses name things, never a made-up GTIN.
    """

    class Kind(models.TextChoices):
        COOPERATIVE = "cooperative", "Hợp tác xã"
        GROUP = "group", "Tổ hợp tác"
        HOUSEHOLD = "household", "Hộ kinh doanh"
        COMPANY = "company", "Doanh nghiệp"

    kind = models.CharField("loại hình", max_length=11, choices=Kind.choices, default=Kind.COOPERATIVE)
    name = models.CharField("tên", max_length=200)
    short_name = models.CharField("tên ngắn", max_length=60, blank=True)
    search_text = models.CharField("chữ để tìm", max_length=300)
    token = models.CharField("mã công khai", max_length=16, unique=True)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name="tổ chức trong sổ người"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    address = models.CharField("địa chỉ", max_length=300)
    phone = models.CharField("điện thoại cho người mua", max_length=20, blank=True)
    email = models.EmailField("thư điện tử cho người mua", blank=True)
    website = models.URLField("trang web", blank=True)
    tax_code = models.CharField("mã số thuế", max_length=14, blank=True)
    representative = models.CharField("người đại diện", max_length=150, blank=True)
    founded_on = models.DateField("thành lập ngày", null=True)
    story = models.TextField("câu chuyện", blank=True)
    story_en = models.TextField("câu chuyện bằng tiếng Anh", blank=True)
    photo = models.UUIDField("ảnh (văn bản)", null=True)
    gs1_prefix = models.CharField("mã doanh nghiệp GS1", max_length=12, blank=True)
    gs1_licence = models.CharField("số giấy cấp mã GS1", max_length=60, blank=True)
    gln = models.CharField("GLN", max_length=13, blank=True)
    ended_at = models.DateTimeField("thôi hoạt động lúc", null=True)

    class Meta:
        verbose_name = "cơ sở sản xuất"

    def __str__(self) -> str:
        return self.name


class Seat(Record):
    """Who signs in and acts for an enterprise: managers all of it, recorders the diary, members their own plots."""

    class Role(models.TextChoices):
        MANAGER = "manager", "Quản lý"
        RECORDER = "recorder", "Người ghi sổ"
        MEMBER = "member", "Thành viên"

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="seats", verbose_name="cơ sở của người dùng"
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="người")
    role = models.CharField("vai trò", max_length=8, choices=Role.choices)
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    ended_at = models.DateTimeField("thôi lúc", null=True)

    class Meta:
        verbose_name = "người của cơ sở"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "person"], condition=Q(ended_at__isnull=True), name="seat_once"
            )
        ]


class Group(Record):
    """Households that work together: one entry may be written for all of them."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="groups", verbose_name="cơ sở")
    name = models.CharField("tên tổ", max_length=120)
    ended_at = models.DateTimeField("thôi lúc", null=True)

    class Meta:
        verbose_name = "tổ sản xuất"

    def __str__(self) -> str:
        return self.name


class Member(Record):
    """A member household that works plots or sells its harvest to the enterprise."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="members", verbose_name="cơ sở")
    group = models.ForeignKey(
        Group, models.PROTECT, null=True, related_name="members", verbose_name="tổ sản xuất"
    )
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name="người")
    code = models.CharField("số thành viên", max_length=20)
    name = models.CharField("tên hộ", max_length=150)
    hamlet = models.CharField("thôn, bản", max_length=120, blank=True)
    contact: Any = SealedJSON("liên hệ", null=True, help_text="phone, id_number, bank_account")
    shows_name = models.BooleanField("đồng ý hiện tên cho người mua", default=False)
    joined_on = models.DateField("vào ngày", null=True)
    ended_at = models.DateTimeField("thôi lúc", null=True)

    class Meta:
        verbose_name = "hộ thành viên"
        constraints = [models.UniqueConstraint(fields=["enterprise", "code"], name="member_code_once")]

    def __str__(self) -> str:
        return self.name


class Site(Record):
    """Where something happens: a plot, a workshop, a store, a shop. ``uri`` is what events name it by."""

    class Kind(models.TextChoices):
        PLOT = "plot", "Thửa, nương"
        WORKSHOP = "workshop", "Xưởng chế biến"
        STORE = "store", "Kho"
        SHOP = "shop", "Điểm bán"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="sites", verbose_name="cơ sở")
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="sites", verbose_name="hộ thành viên"
    )
    kind = models.CharField("loại nơi", max_length=8, choices=Kind.choices)
    name = models.CharField("tên", max_length=120)
    crop = models.CharField("cây trồng", max_length=40, blank=True, help_text="khóa của mẫu cây trồng")
    variety = models.CharField("giống", max_length=80, blank=True)
    area_m2 = models.DecimalField("diện tích (m²)", max_digits=12, decimal_places=1, null=True)
    planted_year = models.PositiveSmallIntegerField("năm trồng", null=True)
    area_code = models.CharField("mã số vùng trồng", max_length=40, blank=True)
    gln = models.CharField("GLN", max_length=13, blank=True)
    uri = models.CharField("định danh", max_length=300, unique=True)
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, related_name="+", verbose_name="chỗ trên bản đồ"
    )
    ended_at = models.DateTimeField("thôi dùng lúc", null=True)

    class Meta:
        verbose_name = "nơi sản xuất"

    def __str__(self) -> str:
        return self.name


class Plant(Record):
    """A single plant that is followed (a tea bush, an orange tree): an asset, not a trade item."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="plants", verbose_name="thửa")
    code = models.CharField("số cây", max_length=30)
    uri = models.CharField("định danh", max_length=300, unique=True)
    lat = models.FloatField("vĩ độ", null=True)
    lon = models.FloatField("kinh độ", null=True)
    planted_year = models.PositiveSmallIntegerField("năm trồng", null=True)
    ended_at = models.DateTimeField("không còn từ lúc", null=True)

    class Meta:
        verbose_name = "cây theo dõi"
        constraints = [models.UniqueConstraint(fields=["site", "code"], name="plant_code_once")]

    def __str__(self) -> str:
        return self.code


class Product(Record):
    """What is sold under one name. ``kind`` raw is what members deliver (fresh leaf), done what buyers get."""

    class Kind(models.TextChoices):
        RAW = "raw", "Nguyên liệu"
        DONE = "done", "Thành phẩm"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="products", verbose_name="cơ sở")
    kind = models.CharField("loại", max_length=4, choices=Kind.choices, default=Kind.DONE)
    name = models.CharField("tên", max_length=200)
    name_en = models.CharField("tên tiếng Anh", max_length=200, blank=True)
    search_text = models.CharField("chữ để tìm", max_length=300)
    token = models.CharField("mã công khai", max_length=16, unique=True)
    crop = models.CharField("cây trồng", max_length=40, blank=True)
    brand = models.CharField("nhãn hiệu", max_length=120, blank=True)
    description = models.TextField("mô tả", blank=True)
    description_en = models.TextField("mô tả bằng tiếng Anh", blank=True)
    standards = models.CharField("tiêu chuẩn áp dụng", max_length=300, blank=True)
    shelf_life_days = models.PositiveIntegerField("hạn dùng (ngày)", null=True)
    storage_note = models.CharField("cách giữ", max_length=300, blank=True)
    safety_note = models.CharField("cảnh báo an toàn", max_length=300, blank=True)
    uom = models.CharField("đơn vị tính (UN/ECE)", max_length=3, default="KGM")
    photo = models.UUIDField("ảnh (văn bản)", null=True)
    is_public = models.BooleanField("đã công bố", default=False)
    ended_at = models.DateTimeField("thôi sản xuất lúc", null=True)

    class Meta:
        verbose_name = "sản phẩm"

    def __str__(self) -> str:
        return self.name


class TradeItem(Record):
    """A pack size of a product as it is sold. ``gtin`` (14 digits) only under the enterprise's own prefix."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="items", verbose_name="sản phẩm")
    name = models.CharField("quy cách", max_length=120)
    net_quantity = models.DecimalField("lượng tịnh", max_digits=12, decimal_places=3)
    net_uom = models.CharField("đơn vị tính (UN/ECE)", max_length=3, default="KGM")
    gtin = models.CharField("GTIN", max_length=14, blank=True)
    gtin_from = models.DateField("có GTIN từ ngày", null=True)
    ended_at = models.DateTimeField("thôi bán lúc", null=True)

    class Meta:
        verbose_name = "quy cách sản phẩm"
        constraints = [
            models.UniqueConstraint(
                fields=["gtin"], condition=~Q(gtin="") & Q(ended_at__isnull=True), name="tradeitem_gtin_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
