"""Files by content, and uploads on their way to become files."""

from __future__ import annotations

from django.db import models

from xaso.kernel.base.models import Record
from xaso.kernel.plain.moment import now


class File(Record):
    """One use of a content: the store knows the bytes by their SHA-256, this row says whose and what."""

    sha256 = models.CharField("băm SHA-256", max_length=64, db_index=True)
    size = models.PositiveBigIntegerField("cỡ (byte)")
    media_type = models.CharField("loại nội dung", max_length=100)
    name = models.CharField("tên tệp", max_length=120)
    pages = models.PositiveIntegerField("số trang", default=0)
    signed = models.BooleanField("có chữ ký số", default=False)
    owner_service = models.CharField("dịch vụ giữ", max_length=40)
    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    keep_until = models.DateField("giữ đến ngày", null=True, blank=True)
    erased_at = models.DateTimeField("đã xóa nội dung lúc", null=True, blank=True)

    class Meta:
        verbose_name = "tệp"

    def __str__(self) -> str:
        return self.name


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
