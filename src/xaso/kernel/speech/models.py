"""Words a unit taught the reader, how it reads, and what was turned into sound."""

from __future__ import annotations

from django.db import models

from xaso.kernel.base.models import Record
from xaso.kernel.documents.models import File
from xaso.kernel.plain.moment import now


class Word(Record):
    """How a unit and all below it read a word. A changed word ends and a new row begins."""

    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    written = models.CharField("chữ viết", max_length=80)
    spoken = models.CharField("đọc là", max_length=200)
    valid_from = models.DateTimeField("từ lúc", default=now)
    valid_to = models.DateTimeField("đến lúc", null=True, blank=True)
    kept_by = models.UUIDField("người ghi", null=True)
    ended_by = models.UUIDField("người bỏ", null=True)

    class Meta:
        verbose_name = "từ trong từ điển đọc"
        constraints = [
            models.UniqueConstraint(
                fields=["unit_path", "written"],
                condition=models.Q(valid_to__isnull=True),
                name="word_one_in_force",
            )
        ]
        indexes = [models.Index(fields=["unit_path", "valid_to"], name="word_of_unit")]

    def __str__(self) -> str:
        return f"{self.written} → {self.spoken}"


class Manner(Record):
    """Which of two good readings a unit and all below it use: linh or lẻ, nghìn or ngàn …"""

    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    name = models.CharField("quy ước", max_length=20)
    value = models.CharField("cách đọc", max_length=20, blank=True)
    valid_from = models.DateTimeField("từ lúc", default=now)
    valid_to = models.DateTimeField("đến lúc", null=True, blank=True)
    kept_by = models.UUIDField("người ghi", null=True)

    class Meta:
        verbose_name = "quy ước đọc"
        constraints = [
            models.UniqueConstraint(
                fields=["unit_path", "name"],
                condition=models.Q(valid_to__isnull=True),
                name="manner_one_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class Rendering(Record):
    """One spoken text (or one recording) as sound for one unit. Sound of the same text, voice and speed is reused."""

    class State(models.TextChoices):
        WAITING = "waiting", "Đang chuyển thành tiếng"
        READY = "ready", "Đã có tiếng"
        FAILED = "failed", "Không chuyển được"

    class Source(models.TextChoices):
        TEXT = "text", "Từ chữ"
        RECORDING = "recording", "Ghi âm"

    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    record_type = models.CharField("loại bản ghi", max_length=60, blank=True)
    record_id = models.UUIDField("bản ghi", null=True)
    source = models.CharField("nguồn", max_length=10, choices=Source.choices, default=Source.TEXT)
    key = models.CharField("dấu nội dung", max_length=64)
    spoken = models.TextField("lời đọc", blank=True)
    language = models.CharField("tiếng", max_length=8, default="vi")
    voice = models.CharField("giọng chọn", max_length=80, blank=True)
    speed = models.FloatField("tốc độ", default=1.0)
    state = models.CharField("trạng thái", max_length=8, choices=State.choices, default=State.WAITING)
    used_voice = models.CharField("giọng đã đọc", max_length=80, blank=True)
    fell_back = models.CharField("vì sao dùng giọng dự phòng", max_length=300, blank=True)
    seconds = models.FloatField("dài (giây)", null=True)
    lufs = models.FloatField("độ to (LUFS)", null=True)
    peak = models.FloatField("đỉnh thật (dBTP)", null=True)
    mp3 = models.ForeignKey(File, models.PROTECT, null=True, related_name="+", verbose_name="tệp MP3")
    opus = models.ForeignKey(File, models.PROTECT, null=True, related_name="+", verbose_name="tệp Opus")
    original = models.ForeignKey(File, models.PROTECT, null=True, related_name="+", verbose_name="tệp gốc")
    sha256 = models.CharField("băm SHA-256 của MP3", max_length=64, blank=True)
    error = models.CharField("lỗi", max_length=300, blank=True)
    asked_by = models.UUIDField("người yêu cầu", null=True)
    finished_at = models.DateTimeField("xong lúc", null=True)

    class Meta:
        verbose_name = "bản đọc"
        indexes = [
            models.Index(
                fields=["key"], condition=models.Q(state="ready", fell_back=""), name="rendering_reuse"
            ),
            models.Index(fields=["record_type", "record_id"], name="rendering_record"),
        ]

    @property
    def ready(self) -> bool:
        """Whether there is something to hear."""
        return self.state == self.State.READY


class VendorPart(Record):
    """A stretch of a text at a vendor's: asked, its sound here, or given up. The sound goes when all are joined."""

    class State(models.TextChoices):
        ASKED = "asked", "Đã gửi"
        HERE = "here", "Đã có tiếng"
        FAILED = "failed", "Hỏng"

    rendering = models.ForeignKey(Rendering, models.PROTECT, related_name="parts", verbose_name="bản đọc")
    place = models.PositiveIntegerField("thứ tự")
    text = models.TextField("lời đọc")
    state = models.CharField("trạng thái", max_length=6, choices=State.choices, default=State.ASKED)
    request_id = models.CharField("mã của nhà cung cấp", max_length=120, blank=True)
    link = models.CharField("nơi lấy tiếng", max_length=600, blank=True)
    sound = models.BinaryField("tiếng", null=True)
    looked = models.PositiveIntegerField("số lần hỏi", default=0)
    error = models.CharField("lỗi", max_length=300, blank=True)

    class Meta:
        verbose_name = "đoạn gửi nhà cung cấp giọng"
        constraints = [models.UniqueConstraint(fields=["rendering", "place"], name="vendor_part_once")]
