"""The production diary: what somebody wrote down, where, about which plants; its changes; its photos and voices."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from xaso.kernel.base.models import Record
from xaso.kernel.documents.models import File
from xaso.services.trace.models.enterprise import Enterprise, Group, Member, Plant, Product, Site
from xaso.services.trace.models.farm import InputProduct, Season
from xaso.services.trace.models.lots import Lot
from xaso.services.trace.models.repository import TraceEvent


class Entry(Record):
    """One line of the diary. ``client_key`` is made by the phone: the same line sent twice is one line.

    ``state`` review: kept as written, but no event yet (or an event in doubt): two people wrote the same work, or
    the plot was closed meanwhile. Nothing is deleted: a withdrawn entry stays, its event is declared wrong.
    """

    class Kind(models.TextChoices):
        WORK = "work", "Việc trên thửa"
        INPUT = "input", "Dùng vật tư"
        WEATHER = "weather", "Thời tiết"
        HARVEST = "harvest", "Thu hoạch"
        PURCHASE = "purchase", "Mua của thành viên"
        PROCESS = "process", "Chế biến"
        STORAGE = "storage", "Cất kho"

    class State(models.TextChoices):
        KEPT = "kept", "Đã ghi"
        REVIEW = "review", "Cần xem lại"
        WITHDRAWN = "withdrawn", "Đã rút"

    class Way(models.TextChoices):
        PAGE = "page", "Điện thoại, máy tính"
        SHEET = "sheet", "Tệp Excel"
        SYSTEM = "system", "Hệ thống"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="entries", verbose_name="cơ sở")
    client_key = models.CharField("khóa chống lặp", max_length=80)
    content_hash = models.CharField("băm nội dung gửi", max_length=64)
    kind = models.CharField("loại", max_length=8, choices=Kind.choices)
    work = models.CharField("việc", max_length=40, help_text="từ của vocabulary.py")
    happened_at = models.DateTimeField("làm lúc")
    season = models.ForeignKey(
        Season, models.PROTECT, null=True, related_name="entries", verbose_name="vụ sản xuất"
    )
    group = models.ForeignKey(
        Group, models.PROTECT, null=True, related_name="entries", verbose_name="tổ sản xuất"
    )
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="entries", verbose_name="hộ thành viên"
    )
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+", verbose_name="sản phẩm")
    input = models.ForeignKey(
        InputProduct, models.PROTECT, null=True, related_name="entries", verbose_name="vật tư đầu vào"
    )
    input_batch = models.CharField("số lô vật tư", max_length=60, blank=True)
    amount = models.DecimalField("lượng", max_digits=12, decimal_places=3, null=True)
    uom = models.CharField("đơn vị tính (UN/ECE)", max_length=3, blank=True)
    harvest_from = models.DateField("được thu hái từ ngày", null=True, help_text="hết thời gian cách ly")
    note = models.TextField("ghi chú", blank=True)
    facts: Any = models.JSONField("thông tin thêm", default=dict)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="entries", verbose_name="lô hàng")
    event = models.ForeignKey(
        TraceEvent, models.PROTECT, null=True, related_name="+", verbose_name="sự kiện truy xuất"
    )
    state = models.CharField("tình trạng", max_length=9, choices=State.choices, default=State.KEPT)
    review_why = models.CharField("vì sao xem lại", max_length=300, blank=True)
    review_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="doubles", verbose_name="trùng với dòng"
    )
    revision = models.PositiveSmallIntegerField("lần sửa", default=0)
    way = models.CharField("cách ghi", max_length=6, choices=Way.choices, default=Way.PAGE)
    recorded_by = models.UUIDField("người ghi", null=True)
    recorded_name = models.CharField("tên người ghi", max_length=150, blank=True)

    class Meta:
        verbose_name = "dòng nhật ký"
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "client_key"], name="entry_client_key_once"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gte=0), name="entry_amount"),
        ]
        indexes = [
            models.Index(fields=["enterprise", "-happened_at"], name="entry_enterprise_at"),
            models.Index(fields=["member", "-happened_at"], name="entry_member_at"),
            models.Index(fields=["enterprise"], condition=Q(state="review"), name="entry_waits_for_review"),
        ]

    def __str__(self) -> str:
        return f"{self.work} {self.happened_at:%d/%m/%Y}"


class EntryTarget(models.Model):
    """Where an entry happened: a plot, or one plant of a plot. An entry of a group has one for each plot."""

    id = models.BigAutoField("số", primary_key=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="targets", verbose_name="dòng nhật ký")
    site = models.ForeignKey(Site, models.PROTECT, related_name="targets", verbose_name="thửa")
    plant = models.ForeignKey(Plant, models.PROTECT, null=True, related_name="targets", verbose_name="cây")

    class Meta:
        verbose_name = "nơi của dòng nhật ký"
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "site", "plant"], nulls_distinct=False, name="entry_target_once"
            )
        ]
        indexes = [models.Index(fields=["site", "entry"], name="target_site_entry")]


class EntryRevision(Record):
    """What an entry said before it was corrected or withdrawn, who did it and why."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="revisions", verbose_name="dòng nhật ký")
    number = models.PositiveSmallIntegerField("lần sửa")
    before: Any = models.JSONField("trước khi sửa")
    reason = models.CharField("lý do", max_length=300)
    event = models.ForeignKey(
        TraceEvent, models.PROTECT, null=True, related_name="+", verbose_name="sự kiện đã khai báo sai"
    )
    changed_by = models.UUIDField("người sửa", null=True)
    changed_name = models.CharField("tên người sửa", max_length=150, blank=True)

    class Meta:
        verbose_name = "lần sửa nhật ký"
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="entry_revision_once")]


class EntryFile(Record):
    """A photo or a voice note of an entry."""

    class Kind(models.TextChoices):
        PHOTO = "photo", "Ảnh"
        VOICE = "voice", "Lời nói"

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="files", verbose_name="dòng nhật ký")
    file = models.ForeignKey(File, models.PROTECT, related_name="+", verbose_name="tệp")
    kind = models.CharField("loại", max_length=5, choices=Kind.choices)

    class Meta:
        verbose_name = "ảnh, lời nói của dòng nhật ký"
