"""The programme: slots that come again, changes of single days, sources that are relayed."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.models import Record
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.models.bulletin import Bulletin
from xaso.services.broadcast.models.law import Origin
from xaso.services.broadcast.models.station import Station


class RelaySource(Record):
    """A stream of the province or the centre that is passed on, and what is played when it falls silent."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="relays", verbose_name="đài")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    title = models.CharField("tên nguồn", max_length=160)
    url = models.CharField("địa chỉ luồng", max_length=500)
    origin = models.CharField("cấp", max_length=8, choices=Origin.choices, default=Origin.PROVINCE)
    silence_seconds = models.PositiveSmallIntegerField("im lặng quá (giây)", default=8)
    connect_seconds = models.PositiveSmallIntegerField("chờ nối (giây)", default=10)
    fallback = models.ForeignKey(
        Bulletin, models.PROTECT, null=True, related_name="+", verbose_name="tin phát thay"
    )
    state: Any = models.JSONField("tình trạng", default=dict, blank=True)
    ended_at = models.DateTimeField("thôi dùng lúc", null=True)

    class Meta:
        verbose_name = "nguồn tiếp âm"

    def __str__(self) -> str:
        return self.title


class Slot(Record):
    """A place in the programme. Times are those of Vietnam; ``rule`` is an RFC 5545 RRULE, "" is once.

    ``lunar``: {"days": [1, 15], "months": []} instead of a rule; no months is every month, leap months too.
    ``area``: {"units": [paths], "clusters": [codes]}; empty is the whole station.
    """

    class Item(models.TextChoices):
        BULLETIN = "bulletin", "Bản tin"
        RELAY = "relay", "Tiếp âm"
        LIVE = "live", "Phát trực tiếp"
        FILLER = "filler", "Nhạc, chuyên mục nền"

    class Loses(models.TextChoices):
        DROP = "drop", "Bỏ"
        RESUME = "resume", "Phát tiếp chỗ bị cắt"
        RESTART = "restart", "Phát lại từ đầu"
        POSTPONE = "postpone", "Lùi đến khi rảnh"
        SHORTEN = "shorten", "Rút ngắn"
        REJOIN = "rejoin", "Nối lại luồng đang chạy"

    station = models.ForeignKey(Station, models.PROTECT, related_name="slots", verbose_name="đài")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    title = models.CharField("tên mục", max_length=200)
    item = models.CharField("nội dung", max_length=8, choices=Item.choices)
    bulletin = models.ForeignKey(
        Bulletin, models.PROTECT, null=True, related_name="slots", verbose_name="bản tin"
    )
    relay = models.ForeignKey(
        RelaySource, models.PROTECT, null=True, related_name="slots", verbose_name="nguồn tiếp âm"
    )
    first_day = models.DateField("từ ngày")
    last_day = models.DateField("đến hết ngày", null=True)
    starts = models.TimeField("giờ phát")
    seconds = models.PositiveIntegerField("dài tối đa (giây)")
    rule = models.CharField("quy tắc lặp", max_length=300, blank=True)
    excluded: Any = models.JSONField("trừ các ngày", default=list, blank=True)
    lunar: Any = models.JSONField("ngày âm lịch", default=dict, blank=True)
    area: Any = models.JSONField("nơi nghe", default=dict, blank=True)
    loses = models.CharField("khi bị chen", max_length=8, choices=Loses.choices, default=Loses.POSTPONE)
    postpone_until = models.TimeField("lùi muộn nhất đến", null=True)
    least_seconds = models.PositiveIntegerField("ngắn nhất (giây)", default=0)
    order = models.PositiveSmallIntegerField("thứ tự xã chọn", default=100)
    volume = models.PositiveSmallIntegerField("âm lượng (%)", null=True)
    written_by = models.UUIDField("người lập", null=True)
    kept_at = models.DateTimeField("lập, sửa lúc", default=now)
    ended_at = models.DateTimeField("thôi phát lúc", null=True)

    class Meta:
        verbose_name = "mục chương trình"
        indexes = [models.Index(fields=["station", "ended_at"], name="bc_slot_open")]

    def __str__(self) -> str:
        return self.title


class SlotChange(Record):
    """One day of a slot is otherwise: left out, at another time, or with another bulletin."""

    slot = models.ForeignKey(Slot, models.PROTECT, related_name="changes", verbose_name="mục chương trình")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    day = models.DateField("ngày")
    cancelled = models.BooleanField("không phát", default=False)
    starts = models.TimeField("giờ phát", null=True)
    bulletin = models.ForeignKey(
        Bulletin, models.PROTECT, null=True, related_name="+", verbose_name="bản tin thay"
    )
    reason = models.CharField("lý do", max_length=300, blank=True)
    account_id = models.UUIDField("người đổi", null=True)

    class Meta:
        verbose_name = "thay đổi một buổi"
        constraints = [models.UniqueConstraint(fields=["slot", "day"], name="bc_change_once")]


class LiveSession(Record):
    """Somebody speaks from the browser: asked for, granted, running, ended. ``ends_by`` is a hard stop."""

    class State(models.TextChoices):
        ASKED = "asked", "Xin phát"
        GRANTED = "granted", "Được phát"
        RUNNING = "running", "Đang phát"
        ENDED = "ended", "Đã kết thúc"
        REFUSED = "refused", "Không được phát"

    station = models.ForeignKey(Station, models.PROTECT, related_name="live", verbose_name="đài")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    title = models.CharField("tên buổi", max_length=200)
    area: Any = models.JSONField("nơi nghe", default=dict, blank=True)
    state = models.CharField("trạng thái", max_length=7, choices=State.choices, default=State.ASKED)
    starts_at = models.DateTimeField("từ lúc")
    ends_by = models.DateTimeField("phải dứt trước")
    started_at = models.DateTimeField("bắt đầu lúc", null=True)
    ended_at = models.DateTimeField("kết thúc lúc", null=True)
    asked_by = models.UUIDField("người nói", null=True)
    asked_by_name = models.CharField("tên người nói", max_length=160, blank=True)
    granted_by = models.UUIDField("người cho phép", null=True)
    reason = models.CharField("lý do", max_length=300, blank=True)

    class Meta:
        verbose_name = "buổi phát trực tiếp"
