"""The station of a commune and its clusters of loudspeakers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from xaso.kernel.base.models import Record


class Station(Record):
    """One commune, one station. Its own hours and rules are dated rows of the same ``unit_path``."""

    unit = models.OneToOneField("units.Unit", models.PROTECT, related_name="+", verbose_name="đơn vị")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, unique=True)
    title = models.CharField("tên đài", max_length=160)
    old_codes: Any = models.JSONField("mã các xã cũ", default=list, blank=True)
    language = models.CharField("tiếng chính", max_length=12, default="vi")
    voice = models.CharField("giọng mặc định", max_length=80, default="espeak:vi")
    speed = models.FloatField("tốc độ mặc định", default=1.0)
    call_sign = models.TextField("lời xướng đầu buổi", blank=True)
    sequence = models.PositiveBigIntegerField("số lệnh gần nhất", default=0)
    source_code = models.CharField("mã ở hệ thống thông tin nguồn", max_length=60, blank=True)
    ended_at = models.DateTimeField("thôi hoạt động lúc", null=True)

    class Meta:
        verbose_name = "đài truyền thanh xã"

    def __str__(self) -> str:
        return self.title


class Cluster(Record):
    """A device with its horns: an IP loudspeaker, a bridge to an older FM or wired network, or a screen.

    ``code`` names it on the wire (also the CN of its certificate); unique in the product.
    """

    class Kind(models.TextChoices):
        IP = "ip", "Cụm loa IP"
        BRIDGE = "bridge", "Bộ ghép nối đài cũ"
        SCREEN = "screen", "Bảng điện tử"
        FM = "fm", "Đài FM, hữu tuyến"

    class State(models.TextChoices):
        NEW = "new", "Chưa ghép nối"
        ONLINE = "online", "Đang nối"
        OFFLINE = "offline", "Mất nối"
        ENDED = "ended", "Thôi dùng"

    station = models.ForeignKey(Station, models.PROTECT, related_name="clusters", verbose_name="đài")
    code = models.CharField("mã cụm", max_length=32, unique=True)
    name = models.CharField("tên", max_length=120)
    kind = models.CharField("loại", max_length=6, choices=Kind.choices, default=Kind.IP)
    unit_path = models.CharField("nơi đặt", max_length=120, db_index=True)
    old_unit_code = models.CharField("mã xã cũ", max_length=20, blank=True)
    lat = models.FloatField("vĩ độ", null=True)
    lon = models.FloatField("kinh độ", null=True)
    horns = models.PositiveSmallIntegerField("số loa", default=2)
    volume = models.PositiveSmallIntegerField("âm lượng (%)", default=70)
    state = models.CharField("trạng thái", max_length=7, choices=State.choices, default=State.NEW)
    last_seen = models.DateTimeField("liên lạc cuối", null=True)
    state_since = models.DateTimeField("trạng thái từ", null=True)
    playing: Any = models.UUIDField("đang phát (lượt phát)", null=True)
    firmware = models.CharField("phần mềm", max_length=60, blank=True)
    maker = models.CharField("hãng, kiểu", max_length=120, blank=True)
    network = models.CharField("mạng, SIM", max_length=80, blank=True)
    clock_offset_ms = models.FloatField("đồng hồ lệch (ms)", null=True)
    telemetry: Any = models.JSONField("số đo cuối", default=dict, blank=True)
    certificate_serial = models.CharField("số chứng thư", max_length=64, blank=True)
    enrolled_at = models.DateTimeField("ghép nối lúc", null=True)
    installed_on = models.DateField("lắp ngày", null=True)
    schedule_version = models.PositiveBigIntegerField("lịch đã lập", default=0)
    schedule_sha256 = models.CharField("dấu của lịch", max_length=64, blank=True)
    schedule_until = models.DateTimeField("lịch đã gửi đến lúc", null=True)
    schedule_held = models.PositiveBigIntegerField("lịch thiết bị đang giữ", default=0)
    ended_at = models.DateTimeField("thôi dùng lúc", null=True)

    class Meta:
        verbose_name = "cụm loa"
        indexes = [models.Index(fields=["station", "state"], name="bc_cluster_state")]

    def __str__(self) -> str:
        return self.name


class Fault(Record):
    """Something is wrong with a cluster, from when to when. ``kind``: offline, sd_full, clock_off, no_sound …"""

    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="faults", verbose_name="cụm loa")
    unit_path = models.CharField("nơi đặt", max_length=120, db_index=True)
    kind = models.CharField("lỗi", max_length=40)
    detail = models.CharField("chi tiết", max_length=300, blank=True)
    started_at = models.DateTimeField("từ lúc")
    ended_at = models.DateTimeField("đến lúc", null=True)

    class Meta:
        verbose_name = "lỗi cụm loa"
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "kind"], condition=Q(ended_at__isnull=True), name="bc_fault_one_open"
            )
        ]
