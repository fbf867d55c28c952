"""What the wire keeps: keys and certificates, enrolment codes, commands on their way, what devices answered."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.fields import SealedText
from xaso.kernel.base.models import Record
from xaso.services.broadcast.models.station import Cluster, Station


class WireAuthority(Record):
    """Who vouches for devices and for the broker. One row counts: the newest."""

    certificate = models.TextField("chứng thư gốc (PEM)")
    key = SealedText("khóa của chứng thư gốc")

    class Meta:
        verbose_name = "nơi cấp chứng thư loa"


class WireKey(Record):
    """A key that signs a station's commands. Devices learn the public half when they are enrolled."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="wire_keys", verbose_name="đài")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    public = models.CharField("khóa công khai (hex)", max_length=64)
    private = SealedText("khóa riêng (hex)")
    ended_at = models.DateTimeField("thôi dùng lúc", null=True)

    class Meta:
        verbose_name = "khóa ký lệnh của đài"
        constraints = [
            models.UniqueConstraint(
                fields=["station"], condition=models.Q(ended_at__isnull=True), name="bc_wirekey_one"
            )
        ]


class WireEnrolment(Record):
    """A code that lets one device in once. Only its keyed digest is kept."""

    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="enrolments", verbose_name="cụm loa")
    unit_path = models.CharField("nơi đặt", max_length=120, db_index=True)
    digest = models.CharField("dấu của mã", max_length=64, unique=True)
    expires_at = models.DateTimeField("hết hạn")
    used_at = models.DateTimeField("đã dùng lúc", null=True)

    class Meta:
        verbose_name = "mã ghép nối cụm loa"


class WireCertificate(Record):
    """A certificate that was given to a device; ended ones stand on the list that brokers read."""

    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="certificates", verbose_name="cụm loa")
    unit_path = models.CharField("nơi đặt", max_length=120, db_index=True)
    serial = models.CharField("số chứng thư", max_length=64, unique=True)
    until = models.DateTimeField("có giá trị đến")
    ended_at = models.DateTimeField("thu hồi lúc", null=True)
    reason = models.CharField("lý do", max_length=200, blank=True)

    class Meta:
        verbose_name = "chứng thư của cụm loa"


class WireCommand(Record):
    """A signed command on its way. It is sent again whenever the line comes back, until it ends or is answered."""

    class State(models.TextChoices):
        WAITING = "waiting", "Chờ gửi"
        SENT = "sent", "Đã gửi tới máy chủ tin"
        ANSWERED = "answered", "Mọi cụm loa đã trả lời"
        ENDED = "ended", "Hết hạn"

    station = models.ForeignKey(Station, models.PROTECT, related_name="wire_commands", verbose_name="đài")
    cluster = models.ForeignKey(
        Cluster, models.PROTECT, null=True, related_name="wire_commands", verbose_name="cụm loa"
    )
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    command = models.CharField("mã lệnh", max_length=64, unique=True)
    sequence = models.PositiveBigIntegerField("số lệnh")
    kind = models.CharField("loại", max_length=10)
    item = models.CharField("nội dung", max_length=64, blank=True)
    topic = models.CharField("kênh", max_length=200)
    sealed: Any = models.BinaryField("lệnh đã ký")
    urgent = models.BooleanField("khẩn cấp", default=False)
    expires_at = models.DateTimeField("hết hạn")
    state = models.CharField("trạng thái", max_length=8, choices=State.choices, default=State.WAITING)
    sent_at = models.DateTimeField("gửi lúc", null=True)

    class Meta:
        verbose_name = "lệnh gửi cụm loa"
        indexes = [
            models.Index(fields=["state", "sequence"], name="bc_wirecommand_state"),
            models.Index(fields=["station", "created_at"], name="bc_wirecommand_station"),
        ]


class WireReceipt(Record):
    """What one device last said of one command: received, started, finished, or failed with a reason."""

    command = models.ForeignKey(
        WireCommand, models.PROTECT, related_name="receipts", verbose_name="lệnh gửi cụm loa"
    )
    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="receipts", verbose_name="cụm loa")
    unit_path = models.CharField("nơi đặt", max_length=120, db_index=True)
    stage = models.CharField("bước", max_length=10)
    code = models.CharField("lý do", max_length=40, blank=True)
    at = models.DateTimeField("lúc")
    data: Any = models.JSONField("chi tiết", default=dict, blank=True)

    class Meta:
        verbose_name = "trả lời của cụm loa"
        constraints = [models.UniqueConstraint(fields=["command", "cluster"], name="bc_wirereceipt_once")]


class WireSchedule(Record):
    """The signed programme of one cluster, the newest only; the broker keeps it for a device that is away."""

    cluster = models.OneToOneField(
        Cluster, models.PROTECT, related_name="wire_schedule", verbose_name="cụm loa"
    )
    unit_path = models.CharField("nơi đặt", max_length=120, db_index=True)
    version = models.PositiveBigIntegerField("phiên bản")
    topic = models.CharField("kênh", max_length=200)
    sealed: Any = models.BinaryField("lịch đã ký")
    sent_at = models.DateTimeField("gửi lúc", null=True)

    class Meta:
        verbose_name = "lịch gửi cụm loa"
