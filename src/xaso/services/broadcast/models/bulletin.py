"""What is read out: bulletins, their versions, who agreed."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.models import Record
from xaso.services.broadcast.models.law import Kind, Origin
from xaso.services.broadcast.models.sound import Sound
from xaso.services.broadcast.models.station import Station


class Bulletin(Record):
    """A text for the ear, or a recording. Its content stands in versions; the fields here are those of the newest."""

    Kind = Kind
    Origin = Origin

    class State(models.TextChoices):
        DRAFT = "draft", "Đang soạn"
        SUBMITTED = "submitted", "Chờ duyệt"
        APPROVED = "approved", "Đã duyệt"
        REFUSED = "refused", "Không duyệt"
        ENDED = "ended", "Đã dừng"

    station = models.ForeignKey(Station, models.PROTECT, related_name="bulletins", verbose_name="đài")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    kind = models.CharField("loại", max_length=10, choices=Kind.choices, default=Kind.ORDINARY)
    origin = models.CharField("cấp ban hành", max_length=8, choices=Origin.choices, default=Origin.COMMUNE)
    source = models.CharField("nơi gửi", max_length=160, blank=True)
    source_id = models.CharField("mã của nơi gửi", max_length=120, blank=True)
    topic = models.CharField("chủ đề", max_length=60, blank=True)
    title = models.CharField("tiêu đề", max_length=200)
    text = models.TextField("văn bản", blank=True)
    spoken = models.TextField("lời đọc", blank=True)
    language = models.CharField("tiếng", max_length=12, default="vi")
    languages: Any = models.JSONField("bản ghi tiếng khác", default=dict, blank=True)  # {"tay": rendering id}
    voice = models.CharField("giọng", max_length=80, blank=True)
    speed = models.FloatField("tốc độ", default=1.0)
    jingle = models.CharField("nhạc hiệu", max_length=40, blank=True)
    repeats = models.PositiveSmallIntegerField("số lần đọc", default=1)
    recorded = models.BooleanField("là bản ghi âm", default=False)
    rendering = models.UUIDField("âm thanh", null=True)
    sound = models.ForeignKey(Sound, models.PROTECT, null=True, related_name="+", verbose_name="tệp để phát")
    seconds = models.FloatField("dài (giây)", null=True)
    trouble = models.CharField("vì sao chưa có tiếng", max_length=300, blank=True)
    state = models.CharField("trạng thái", max_length=9, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField("bản", default=1)
    valid_from = models.DateTimeField("có hiệu lực từ", null=True)
    valid_to = models.DateTimeField("không phát sau", null=True)
    written_by = models.UUIDField("người soạn", null=True)
    submitted_at = models.DateTimeField("trình lúc", null=True)
    approved_at = models.DateTimeField("duyệt lúc", null=True)
    reason = models.CharField("lý do", max_length=300, blank=True)

    class Meta:
        verbose_name = "bản tin truyền thanh"
        indexes = [models.Index(fields=["station", "state", "-created_at"], name="bc_bulletin_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "source", "source_id"],
                condition=~models.Q(source_id=""),
                name="bc_bulletin_source_once",
            )
        ]

    def __str__(self) -> str:
        return self.title


class BulletinVersion(Record):
    """The bulletin as it stood when somebody kept it; what was on air names its version."""

    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="versions", verbose_name="bản tin")
    number = models.PositiveIntegerField("bản")
    title = models.CharField("tiêu đề", max_length=200)
    text = models.TextField("văn bản", blank=True)
    spoken = models.TextField("lời đọc", blank=True)
    voice = models.CharField("giọng", max_length=80, blank=True)
    speed = models.FloatField("tốc độ", default=1.0)
    rendering = models.UUIDField("âm thanh", null=True)
    written_by = models.UUIDField("người soạn", null=True)
    written_by_name = models.CharField("tên người soạn", max_length=160, blank=True)

    class Meta:
        verbose_name = "bản của bản tin"
        constraints = [models.UniqueConstraint(fields=["bulletin", "number"], name="bc_version_once")]


class Approval(Record):
    """One person's yes or no to one version."""

    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="approvals", verbose_name="bản tin")
    number = models.PositiveIntegerField("bản")
    agreed = models.BooleanField("đồng ý")
    account_id = models.UUIDField("người duyệt", null=True)
    name = models.CharField("tên người duyệt", max_length=160, blank=True)
    reason = models.CharField("lý do", max_length=300, blank=True)

    class Meta:
        verbose_name = "lần duyệt bản tin"
        constraints = [
            models.UniqueConstraint(
                fields=["bulletin", "number", "account_id"],
                condition=models.Q(account_id__isnull=False),
                name="bc_approval_once",
            )
        ]
