"""What is and was on air: occurrences of the programme, emergencies, and what each device really played."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.models import Record
from xaso.services.broadcast.models.bulletin import Bulletin
from xaso.services.broadcast.models.law import Kind, Origin
from xaso.services.broadcast.models.programme import LiveSession, Slot
from xaso.services.broadcast.models.sound import Sound
from xaso.services.broadcast.models.station import Cluster, Station


class Emergency(Record):
    """A warning that interrupts: asked by one, confirmed by another, repeated until somebody ends it."""

    class State(models.TextChoices):
        ASKED = "asked", "Chờ người thứ hai"
        RUNNING = "running", "Đang phát"
        ENDED = "ended", "Đã báo yên"
        REFUSED = "refused", "Không phát"

    station = models.ForeignKey(Station, models.PROTECT, related_name="emergencies", verbose_name="đài")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    announcement = models.UUIDField("thông báo (tin)", null=True)
    source = models.CharField("nơi ra lệnh", max_length=160, blank=True)
    origin = models.CharField("cấp", max_length=8, choices=Origin.choices, default=Origin.COMMUNE)
    drill = models.BooleanField("diễn tập", default=False)
    title = models.CharField("tiêu đề", max_length=200)
    text = models.TextField("văn bản")
    spoken = models.TextField("lời đọc")
    siren = models.CharField("tiếng báo", max_length=40, default="siren", blank=True)
    repeats = models.PositiveSmallIntegerField("số lần đọc", default=3)
    pause_seconds = models.PositiveSmallIntegerField("nghỉ giữa hai lần (giây)", default=2)
    rendering = models.UUIDField("âm thanh", null=True)
    sound = models.ForeignKey(Sound, models.PROTECT, null=True, related_name="+", verbose_name="tệp để phát")
    seconds = models.FloatField("dài (giây)", null=True)
    all_clear = models.TextField("lời báo yên", blank=True)
    all_clear_rendering = models.UUIDField("âm thanh báo yên", null=True)
    all_clear_sound = models.ForeignKey(
        Sound, models.PROTECT, null=True, related_name="+", verbose_name="tệp báo yên"
    )
    area: Any = models.JSONField("nơi nghe", default=dict, blank=True)
    state = models.CharField("trạng thái", max_length=7, choices=State.choices, default=State.ASKED)
    asked_by = models.UUIDField("người ra lệnh", null=True)
    asked_by_name = models.CharField("tên người ra lệnh", max_length=160, blank=True)
    confirmed_by = models.UUIDField("người xác nhận", null=True)
    confirmed_by_name = models.CharField("tên người xác nhận", max_length=160, blank=True)
    started_at = models.DateTimeField("bắt đầu lúc", null=True)
    expires_at = models.DateTimeField("hết hiệu lực lúc")
    ended_at = models.DateTimeField("dừng lúc", null=True)
    ended_by = models.UUIDField("người dừng", null=True)
    ended_by_name = models.CharField("tên người dừng", max_length=160, blank=True)
    reason = models.CharField("lý do", max_length=300, blank=True)

    class Meta:
        verbose_name = "tin khẩn cấp"
        constraints = [
            models.UniqueConstraint(
                fields=["station", "announcement"],
                condition=models.Q(announcement__isnull=False),
                name="bc_emergency_announcement",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Airing(Record):
    """One time that something sounds in an area. ``key`` names it (slot and instant), so it is made once.

    ``at`` is when it was due, ``starts_at``/``until`` what the planner gave it; ``skips`` seconds into the audio.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "Sắp phát"
        SENT = "sent", "Đã gửi tới cụm loa"
        PLAYING = "playing", "Đang phát"
        PLAYED = "played", "Đã phát"
        CUT = "cut", "Bị cắt"
        MISSED = "missed", "Lỡ"
        REFUSED = "refused", "Không phát"

    class Item(models.TextChoices):
        BULLETIN = "bulletin", "Bản tin"
        RELAY = "relay", "Tiếp âm"
        LIVE = "live", "Phát trực tiếp"
        FILLER = "filler", "Nhạc, chuyên mục nền"
        EMERGENCY = "emergency", "Tin khẩn cấp"
        ALL_CLEAR = "all_clear", "Báo yên"

    station = models.ForeignKey(Station, models.PROTECT, related_name="airings", verbose_name="đài")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    key = models.CharField("dấu nhận", max_length=120, unique=True)
    item = models.CharField("nội dung", max_length=9, choices=Item.choices)
    kind = models.CharField("loại", max_length=10, choices=Kind.choices, default=Kind.ORDINARY)
    origin = models.CharField("cấp ban hành", max_length=8, choices=Origin.choices, default=Origin.COMMUNE)
    topic = models.CharField("chủ đề", max_length=60, blank=True)
    title = models.CharField("tiêu đề", max_length=200)
    slot = models.ForeignKey(
        Slot, models.PROTECT, null=True, related_name="airings", verbose_name="mục chương trình"
    )
    bulletin = models.ForeignKey(
        Bulletin, models.PROTECT, null=True, related_name="airings", verbose_name="bản tin"
    )
    version = models.PositiveIntegerField("bản của bản tin", null=True)
    emergency = models.ForeignKey(
        Emergency, models.PROTECT, null=True, related_name="airings", verbose_name="tin khẩn cấp"
    )
    live = models.ForeignKey(
        LiveSession, models.PROTECT, null=True, related_name="airings", verbose_name="buổi trực tiếp"
    )
    replay_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="replays", verbose_name="phát lại của"
    )
    area: Any = models.JSONField("nơi nghe", default=dict, blank=True)
    rendering = models.UUIDField("âm thanh", null=True)
    sound = models.ForeignKey(Sound, models.PROTECT, null=True, related_name="+", verbose_name="tệp để phát")
    seconds = models.FloatField("dài (giây)", default=0)
    at = models.DateTimeField("giờ phát", db_index=True)
    starts_at = models.DateTimeField("bắt đầu (dự kiến)")
    until = models.DateTimeField("dứt (dự kiến)")
    skips = models.FloatField("bỏ qua đầu (giây)", default=0)
    state = models.CharField("trạng thái", max_length=7, choices=State.choices, default=State.PLANNED)
    reason = models.CharField("lý do", max_length=300, blank=True)
    cut_at = models.DateTimeField("bị cắt lúc", null=True)
    cut_by = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="cuts", verbose_name="bị cắt bởi"
    )
    settled_at = models.DateTimeField("chốt lúc", null=True)

    class Meta:
        verbose_name = "lượt phát"
        indexes = [models.Index(fields=["station", "at"], name="bc_airing_when")]

    def __str__(self) -> str:
        return self.title


class Play(Record):
    """What one device did with one airing. ``pieces`` holds each entry of its log by the entry's id.

    Where no log came by the time an airing is settled, the row says why (``result`` missed, ``reason``).
    """

    class Result(models.TextChoices):
        PLAYED = "played", "Đã phát"
        CUT = "cut", "Bị cắt"
        FAILED = "failed", "Hỏng"
        MISSED = "missed", "Không phát"

    airing = models.ForeignKey(Airing, models.PROTECT, related_name="plays", verbose_name="lượt phát")
    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="plays", verbose_name="cụm loa")
    unit_path = models.CharField("nơi đặt", max_length=120, db_index=True)
    at = models.DateTimeField("giờ phát", db_index=True)
    started_at = models.DateTimeField("bắt đầu lúc", null=True)
    ended_at = models.DateTimeField("kết thúc lúc", null=True)
    seconds = models.FloatField("dài (giây)", default=0)
    result = models.CharField("kết quả", max_length=6, choices=Result.choices)
    reason = models.CharField("lý do", max_length=120, blank=True)
    offset_ms = models.FloatField("lệch giờ (ms)", null=True)
    volume = models.PositiveSmallIntegerField("âm lượng (%)", null=True)
    pieces: Any = models.JSONField("các đoạn", default=dict, blank=True)
    told_at = models.DateTimeField("thiết bị báo lúc", null=True)

    class Meta:
        verbose_name = "lượt phát của một cụm loa"
        constraints = [models.UniqueConstraint(fields=["airing", "cluster"], name="bc_play_once")]
