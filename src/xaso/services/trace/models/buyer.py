"""What a buyer sees and says: frozen pages with pictures and recordings, scans of codes, what buyers write back."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.fields import SealedJSON
from xaso.kernel.base.models import Record
from xaso.kernel.documents.models import File
from xaso.kernel.plain.moment import now
from xaso.services.trace.models.enterprise import Enterprise, Product
from xaso.services.trace.models.lots import Lot


class PublicPage(Record):
    """The page behind a code in one language, as it is sent: one indexed read answers a phone.

    It is made anew when something about the lot changes (``fresh_until`` is set back) or when its time is over, and
    when the look of the pages changes (``build``). ``packed`` is gzip, ``facts`` the same for machines.
    """

    token = models.CharField("mã công khai", max_length=16)
    lang = models.CharField("ngôn ngữ", max_length=2)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="pages", verbose_name="lô hàng")
    product = models.ForeignKey(Product, models.PROTECT, related_name="pages", verbose_name="sản phẩm")
    build = models.CharField("bản giao diện", max_length=16)
    etag = models.CharField("dấu nội dung", max_length=32)
    packed = models.BinaryField("trang đã nén")
    facts: Any = models.JSONField("hộ chiếu số", default=dict)
    made_at = models.DateTimeField("lập trang lúc")
    fresh_until = models.DateTimeField("dùng đến lúc")

    class Meta:
        verbose_name = "trang cho người mua"
        constraints = [models.UniqueConstraint(fields=["token", "lang"], name="publicpage_once")]

    def __str__(self) -> str:
        return f"{self.token} ({self.lang})"


class PagePicture(Record):
    """A picture of a product or an enterprise, made small for phones; drawn anew from the pixels of its source."""

    source = models.UUIDField("văn bản gốc", unique=True)
    file = models.ForeignKey(File, models.PROTECT, related_name="+", verbose_name="tệp")
    width = models.PositiveIntegerField("rộng (điểm ảnh)")
    height = models.PositiveIntegerField("cao (điểm ảnh)")

    class Meta:
        verbose_name = "ảnh cho người mua"


class Recording(Record):
    """The story of a product in the voice of who made it. A newer recording in the same language takes its place."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="recordings", verbose_name="sản phẩm")
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="recordings", verbose_name="cơ sở"
    )
    lang = models.CharField("ngôn ngữ", max_length=2, default="vi")
    file = models.ForeignKey(File, models.PROTECT, related_name="+", verbose_name="tệp")
    media_type = models.CharField("loại nội dung", max_length=40)
    size = models.PositiveIntegerField("cỡ (byte)")
    ended_at = models.DateTimeField("thôi dùng lúc", null=True)

    class Meta:
        verbose_name = "lời kể"
        constraints = [
            models.UniqueConstraint(
                fields=["product", "lang"], condition=models.Q(ended_at__isnull=True), name="recording_once"
            )
        ]


class ScanSalt(models.Model):
    """The salt of one day; gone after two, and nobody can tell any more whose telephone a scan came from."""

    day = models.DateField("ngày", primary_key=True)
    salt = models.BinaryField("muối")

    class Meta:
        verbose_name = "muối của ngày"


class Scan(Record):
    """One device that opened one code on one day, and how often. Nothing of the person; a place only if they say it.

    ``code`` is the public token; for a code that nobody issued, the address that was asked.
    """

    code = models.CharField("mã được quét", max_length=200)
    serial = models.CharField("số sê-ri", max_length=40, blank=True)
    is_known = models.BooleanField("mã do hệ thống cấp", default=True)
    day = models.DateField("ngày")
    device = models.CharField("máy (băm theo ngày)", max_length=32)
    times = models.PositiveIntegerField("số lần", default=1)
    first_at = models.DateTimeField("lần đầu lúc", default=now)
    last_at = models.DateTimeField("lần cuối lúc", default=now)
    place = models.CharField("tỉnh người mua cho biết", max_length=12, blank=True)

    class Meta:
        verbose_name = "lượt quét"
        constraints = [
            models.UniqueConstraint(fields=["code", "serial", "day", "device"], name="scan_device_day_once")
        ]


class ScratchCheck(Record):
    """The first time somebody scratched a label free and asked whether its code is true; later ones are counted."""

    token = models.CharField("mã công khai", max_length=16)
    serial = models.CharField("số sê-ri", max_length=40)
    first_at = models.DateTimeField("kiểm tra lần đầu lúc", default=now)
    times = models.PositiveIntegerField("số lần kiểm tra", default=1)

    class Meta:
        verbose_name = "lần kiểm tra mã cào"
        constraints = [models.UniqueConstraint(fields=["token", "serial"], name="scratchcheck_once")]


class Feedback(Record):
    """What a buyer writes: a rating, a question, or that goods look false. Followed by a private address.

    ``contact`` (phone, email) is sealed and forgotten after a while. Stars count at once and cannot be taken away by
    the enterprise; words are shown to others only after its manager, and for spam an officer, has looked.
    """

    class Kind(models.TextChoices):
        RATING = "rating", "Đánh giá"
        QUESTION = "question", "Câu hỏi"
        FAKE = "fake", "Báo nghi hàng giả"

    class State(models.TextChoices):
        NEW = "new", "Chưa trả lời"
        ANSWERED = "answered", "Đã trả lời"
        SPAM = "spam", "Tin rác"

    class Finding(models.TextChoices):
        NONE = "", "Chưa kết luận"
        FAKE = "fake", "Là hàng giả"
        GENUINE = "genuine", "Hàng thật"
        UNCLEAR = "unclear", "Chưa đủ căn cứ"

    kind = models.CharField("loại", max_length=8, choices=Kind.choices)
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.NEW)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="feedback", verbose_name="lô hàng")
    product = models.ForeignKey(Product, models.PROTECT, related_name="feedback", verbose_name="sản phẩm")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="feedback", verbose_name="cơ sở")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    stars = models.PositiveSmallIntegerField("số sao", null=True)
    words = models.TextField("nội dung", blank=True)
    name = models.CharField("tên người viết tự ghi", max_length=80, blank=True)
    contact: Any = SealedJSON("liên hệ", null=True, help_text="phone, email")
    serial = models.CharField("số sê-ri", max_length=40, blank=True)
    bought_at = models.CharField("nơi mua", max_length=200, blank=True)
    photo = models.ForeignKey(File, models.PROTECT, null=True, related_name="+", verbose_name="ảnh")
    lang = models.CharField("ngôn ngữ", max_length=2, default="vi")
    follow = models.CharField("băm mã theo dõi", max_length=64, unique=True)
    device = models.CharField("máy (băm theo ngày)", max_length=32)
    day = models.DateField("ngày")
    answer = models.TextField("trả lời", blank=True)
    answered_at = models.DateTimeField("trả lời lúc", null=True)
    answered_by = models.UUIDField("người trả lời", null=True)
    published_at = models.DateTimeField("công bố lúc", null=True)
    finding = models.CharField(
        "kết luận của cán bộ", max_length=8, choices=Finding.choices, default=Finding.NONE, blank=True
    )
    finding_note = models.CharField("căn cứ kết luận", max_length=500, blank=True)
    found_at = models.DateTimeField("kết luận lúc", null=True)

    class Meta:
        verbose_name = "ý kiến của người mua"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="rating", stars__gte=1, stars__lte=5)
                | (~models.Q(kind="rating") & models.Q(stars__isnull=True)),
                name="feedback_stars_with_rating",
            )
        ]
        indexes = [
            models.Index(fields=["enterprise", "-created_at"], name="feedback_enterprise_at"),
            models.Index(fields=["device", "day"], name="feedback_device_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
