"""Files by content, and uploads on their way to become files."""

from __future__ import annotations

from django.db import models

from xaso.kernel.base.fields import SealedText
from xaso.kernel.base.models import Record
from xaso.kernel.plain.moment import now


class File(Record):
    """One use of a content: the store knows the bytes by their SHA-256, this row says whose and what."""

    class Scan(models.TextChoices):
        NONE = "", "Không quét"
        CLEAN = "clean", "Sạch"
        WAITING = "waiting", "Chờ quét"
        HELD = "held", "Cách ly"

    sha256 = models.CharField("băm SHA-256", max_length=64, db_index=True)
    size = models.PositiveBigIntegerField("cỡ (byte)")
    media_type = models.CharField("loại nội dung", max_length=100)
    name = models.CharField("tên tệp", max_length=120)
    pages = models.PositiveIntegerField("số trang", default=0)
    signed = models.BooleanField("có chữ ký số", default=False)
    owner_service = models.CharField("dịch vụ giữ", max_length=40)
    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    scan = models.CharField("quét mã độc", max_length=8, choices=Scan.choices, default=Scan.NONE, blank=True)
    keep_until = models.DateField("giữ đến ngày", null=True, blank=True)
    erased_at = models.DateTimeField("đã xóa nội dung lúc", null=True, blank=True)

    class Meta:
        verbose_name = "tệp"
        indexes = [
            models.Index(
                fields=["created_at"], condition=models.Q(scan="waiting"), name="file_waits_for_scan"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def closed(self) -> str:
        """Why nobody may open it now, as a sentence; empty when it may be opened."""
        if self.scan == self.Scan.WAITING:
            return "Tệp này đang chờ quét mã độc. Mở lại sau ít phút."
        if self.scan == self.Scan.HELD:
            return "Tệp này bị cách ly vì nghi có mã độc. Hỏi người quản trị của đơn vị."
        return ""


class HeldFile(Record):
    """A received file with a virus: kept sealed until an officer releases or destroys it.

    The content lies encrypted in the store under ``sealed_sha256``; its key lies here, sealed like personal data.
    """

    class State(models.TextChoices):
        HELD = "held", "Đang cách ly"
        RELEASED = "released", "Đã cho nhận"
        DESTROYED = "destroyed", "Đã hủy"

    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.HELD)
    sha256 = models.CharField("băm SHA-256", max_length=64, db_index=True)
    sealed_sha256 = models.CharField("băm bản niêm phong", max_length=64, blank=True)
    content_key = SealedText("khóa niêm phong", null=True)
    size = models.PositiveBigIntegerField("cỡ (byte)")
    media_type = models.CharField("loại nội dung", max_length=100)
    name = SealedText("tên tệp")
    finding = models.CharField("mã độc", max_length=120)
    owner_service = models.CharField("dịch vụ nhận", max_length=40)
    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    account_id = models.UUIDField("tài khoản gửi", null=True)
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("quyết định lúc", null=True)
    decided_by = models.UUIDField("người quyết định", null=True)
    reason = models.CharField("lý do", max_length=300, blank=True)

    class Meta:
        verbose_name = "tệp cách ly"
        indexes = [models.Index(fields=["state", "unit_path"], name="held_by_unit")]


class Upload(Record):
    """A file arriving in pieces. Bound to the one who began it; its id opens nothing for others."""

    owner = models.CharField("người gửi (băm)", max_length=64)
    name = models.CharField("tên tệp", max_length=200)
    size = models.PositiveBigIntegerField("cỡ khai báo")
    received = models.PositiveBigIntegerField("đã nhận", default=0)
    sha256 = models.CharField("băm khai báo", max_length=64, blank=True)
    use = models.CharField("dùng cho", max_length=60)
    once = models.CharField("khóa chống lặp", max_length=80, blank=True)
    expires_at = models.DateTimeField("hết hạn lúc")
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    refused = models.TextField("lý do không nhận", blank=True)

    class Meta:
        verbose_name = "lượt tải lên"
        indexes = [models.Index(fields=["expires_at"], name="upload_expiry")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "once"], condition=~models.Q(once=""), name="upload_once"
            ),
        ]

    @property
    def done(self) -> bool:
        """Whether all of it arrived and was judged."""
        return self.file_id is not None or bool(self.refused)

    @property
    def late(self) -> bool:
        """Whether its time is over."""
        return self.expires_at <= now()


class UploadPiece(models.Model):
    """Bytes of an unfinished upload. In the database, so that any web node can take the next piece."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="pieces")
    offset = models.PositiveBigIntegerField("vị trí")
    content = models.BinaryField("nội dung")

    class Meta:
        verbose_name = "mảnh tải lên"
        constraints = [models.UniqueConstraint(fields=["upload", "offset"], name="upload_piece_once")]


class CheckAttempt(models.Model):
    """A try at the public verification, kept an hour to slow down guessing. The address is hashed."""

    address_hash = models.CharField("địa chỉ (băm)", max_length=64)
    kind = models.CharField("loại", max_length=10)
    at = models.DateTimeField("lúc", default=now)

    class Meta:
        verbose_name = "lượt kiểm tra văn bản"
        indexes = [models.Index(fields=["address_hash", "kind", "at"], name="check_attempt")]
