"""What was asked of outside systems and what came in from them."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.fields import SealedJSON, SealedText
from xaso.kernel.base.models import Record
from xaso.kernel.plain.moment import now

OPERATIONS = {
    "balance": "Hỏi số dư",
    "cancel": "Hủy bưu gửi",
    "discovery": "Đọc cấu hình",
    "jwks": "Lấy khóa kiểm chữ ký",
    "look_up": "Hỏi kết quả thanh toán",
    "next_code": "Xin mã hồ sơ",
    "order": "Đặt bưu gửi",
    "person": "Tra cứu công dân",
    "ping": "Thử kết nối",
    "pull": "Kéo hồ sơ nộp trên Cổng",
    "push_dossier": "Đồng bộ hồ sơ",
    "push_progress": "Đồng bộ tiến độ",
    "push_status": "Đồng bộ trạng thái",
    "receipt": "Lấy biên lai",
    "refresh_token": "Làm mới mã truy cập",
    "send": "Gửi tin",
    "start": "Mở thanh toán",
    "tell": "Báo hệ thống thông tin nguồn",
    "template": "Hỏi mẫu tin",
    "token": "Lấy mã truy cập",
    "track": "Hỏi hành trình",
    "transfers": "Lấy bảng giao dịch",
    "upload": "Gửi tệp",
    "verify": "Xác minh công dân",
}


class OutsideCall(Record):
    """One call to an outside system: who for, what, how long, how it ended. Personal data are masked."""

    class Outcome(models.TextChoices):
        OK = "ok", "Thành công"
        REFUSED = "refused", "Bị từ chối"
        DENIED = "denied", "Không được nhận quyền"
        UNAVAILABLE = "unavailable", "Không liên lạc được"
        GARBLED = "garbled", "Trả lời sai quy ước"

    connector = models.CharField("kết nối", max_length=20)
    operation = models.CharField("việc", max_length=60)
    message_id = models.CharField("mã thông điệp", max_length=80, blank=True)
    simulated = models.BooleanField("mô phỏng", default=False)
    actor_id = models.UUIDField("tài khoản yêu cầu", null=True)
    record_type = models.CharField("loại bản ghi", max_length=60, blank=True)
    record_id = models.UUIDField("bản ghi", null=True)
    purpose = models.CharField("mục đích", max_length=120, blank=True)
    subject_hash = models.CharField("băm người được hỏi", max_length=64, blank=True)
    outcome = models.CharField("kết quả", max_length=12, choices=Outcome.choices)
    status_code = models.PositiveSmallIntegerField("mã HTTP", null=True)
    error_code = models.CharField("mã lỗi", max_length=60, blank=True)
    error = models.CharField("lỗi", max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField("số lần thử", default=1)
    took_ms = models.PositiveIntegerField("mili giây")
    about: Any = models.JSONField("tóm tắt đã che", default=dict)

    class Meta:
        verbose_name = "lần gọi hệ thống ngoài"
        indexes = [
            models.Index(fields=["connector", "-created_at"], name="outsidecall_connector"),
            models.Index(
                fields=["connector", "-created_at"],
                condition=models.Q(outcome__in=["denied", "unavailable", "garbled"]),
                name="outsidecall_failed",
            ),
            models.Index(
                fields=["record_id"], condition=models.Q(record_id__isnull=False), name="outsidecall_record"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.connector} {self.operation} {self.outcome}"

    @property
    def operation_label(self) -> str:
        """What was asked, in words for an operator."""
        return OPERATIONS.get(self.operation, self.operation)


class OutsideToken(models.Model):
    """A token that must outlive a process: Zalo's refresh token serves once and is replaced at each use."""

    key = models.CharField("kết nối", max_length=80, primary_key=True)
    access = SealedText("mã truy cập", default="")
    refresh = SealedText("mã làm mới", default="")
    expires_at = models.DateTimeField("hết hạn lúc", null=True)
    updated_at = models.DateTimeField("đổi lúc", default=now)

    class Meta:
        verbose_name = "mã truy cập hệ thống ngoài"


class IncomingPayment(Record):
    """Money that a bank or the payment platform says has arrived. One row a provider's transaction, ever.

    A service recognises its own by ``codes`` and settles it; what nobody settles waits in the operators' list.
    """

    class Source(models.TextChoices):
        BANK = "bank", "Chuyển khoản"
        PLATFORM = "platform", "Nền tảng thanh toán"

    source = models.CharField("nguồn", max_length=10, choices=Source.choices)
    provider_id = models.CharField("mã giao dịch", max_length=80)
    account = models.CharField("tài khoản nhận", max_length=30, blank=True)
    amount = models.BigIntegerField("số tiền (đồng)")
    content = SealedText("nội dung", default="")
    codes: Any = models.JSONField("mã nhận ra trong nội dung", default=list)
    reference = models.CharField("số tham chiếu", max_length=80, blank=True)
    paid_at = models.DateTimeField("trả lúc")
    raw: Any = SealedJSON("thông báo gốc", null=True)
    seen_in_list_at = models.DateTimeField("thấy trong bảng đối soát lúc", null=True)
    settled_type = models.CharField("khớp với loại", max_length=60, blank=True)
    settled_id = models.UUIDField("khớp với bản ghi", null=True)
    settled_at = models.DateTimeField("khớp lúc", null=True)
    settled_note = models.CharField("ghi chú", max_length=200, blank=True)

    class Meta:
        verbose_name = "khoản tiền đến"
        constraints = [models.UniqueConstraint(fields=["source", "provider_id"], name="incoming_once")]
        indexes = [
            models.Index(
                fields=["-paid_at"], condition=models.Q(settled_at__isnull=True), name="incoming_open"
            ),
            models.Index(fields=["reference"], name="incoming_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} đ {self.provider_id}"
