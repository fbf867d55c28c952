"""One wording to many: a mailing, its receivers, one row for each person and channel, and the rules as dated rows."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.fields import SealedJSON, SealedText
from xaso.kernel.base.models import Record
from xaso.kernel.people.models import Account, Person
from xaso.kernel.plain.moment import now, today

CHANNELS = (
    ("push", "Thông báo đẩy"),
    ("zalo", "Zalo"),
    ("sms", "SMS"),
    ("email", "Thư điện tử"),
    ("inbox", "Hộp thư"),
)


class MailingTemplate(Record):
    """A wording that may be used again, in versions. A version is used only after somebody else approved it."""

    class State(models.TextChoices):
        DRAFT = "draft", "Đang soạn"
        SUBMITTED = "submitted", "Chờ duyệt"
        APPROVED = "approved", "Đã duyệt"
        REFUSED = "refused", "Không duyệt"
        ENDED = "ended", "Thôi dùng"

    key = models.CharField("khóa", max_length=80)
    version = models.PositiveIntegerField("phiên bản")
    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    title = models.CharField("tên mẫu", max_length=150)
    wording: Any = models.JSONField("lời", default=dict)
    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.DRAFT)
    written_by = models.UUIDField("người soạn", null=True)
    decided_by = models.UUIDField("người duyệt", null=True)
    decided_at = models.DateTimeField("duyệt lúc", null=True)
    note = models.CharField("ý kiến", max_length=300, blank=True)

    class Meta:
        verbose_name = "mẫu thông báo"
        constraints = [
            models.UniqueConstraint(fields=["unit_path", "key", "version"], name="mailing_template_once")
        ]

    def __str__(self) -> str:
        return f"{self.title} (v{self.version})"


class Mailing(Record):
    """One wording sent to many, down a ladder of channels."""

    class State(models.TextChoices):
        APPROVAL = "approval", "Chờ người thứ hai duyệt"
        REFUSED = "refused", "Không được duyệt"
        SCHEDULED = "scheduled", "Chờ đến giờ"
        RUNNING = "running", "Đang gửi"
        FINISHED = "finished", "Đã xong"
        STOPPED = "stopped", "Đã dừng"

    class Goal(models.TextChoices):
        DELIVERED = "delivered", "Máy người nhận đã nhận"
        ACKNOWLEDGED = "acknowledged", "Người nhận bấm “đã nhận”"

    key = models.CharField("khóa chống lặp", max_length=200, unique=True)
    fingerprint = models.CharField("dấu nội dung", max_length=64)
    title = models.CharField("tên đợt gửi", max_length=200)
    wording: Any = models.JSONField("lời", default=dict)
    ladder: Any = models.JSONField("bậc kênh", default=list)
    goal = models.CharField("đích", max_length=12, choices=Goal.choices, default=Goal.DELIVERED)
    urgent = models.BooleanField("khẩn", default=False)
    drill = models.BooleanField("diễn tập", default=False)
    template = models.ForeignKey(MailingTemplate, models.PROTECT, null=True, verbose_name="mẫu thông báo")
    unit_path = models.CharField("đơn vị gửi", max_length=120)
    record_type = models.CharField("loại bản ghi", max_length=60, blank=True)
    record_id = models.UUIDField("bản ghi", null=True)
    sender_id = models.UUIDField("tài khoản gửi", null=True)
    approved_by = models.UUIDField("người duyệt", null=True)
    approved_at = models.DateTimeField("duyệt lúc", null=True)
    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.SCHEDULED)
    at = models.DateTimeField("gửi từ lúc", default=now)
    receivers_count = models.PositiveIntegerField("số người nhận", default=0)
    estimate: Any = models.JSONField("ước tính", default=list)
    waits: Any = models.JSONField("kênh đang chờ vì sao", default=dict)
    started_at = models.DateTimeField("bắt đầu lúc", null=True)
    finished_at = models.DateTimeField("xong lúc", null=True)
    stopped_by = models.UUIDField("người dừng", null=True)
    reason = models.CharField("lý do", max_length=300, blank=True)
    erased_at = models.DateTimeField("xóa địa chỉ lúc", null=True)

    class Meta:
        verbose_name = "đợt gửi tin"
        indexes = [
            models.Index(fields=["unit_path", "-created_at"], name="mailing_unit"),
            models.Index(
                fields=["at"], condition=models.Q(state__in=["scheduled", "running"]), name="mailing_live"
            ),
            models.Index(fields=["record_id"], name="mailing_record"),
        ]

    def __str__(self) -> str:
        return self.title


class Receiver(Record):
    """Somebody a mailing is for: how to reach them, which channel is their turn, whether they have it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Chờ gửi"
        SENT = "sent", "Đã gửi"
        DELIVERED = "delivered", "Đã tới máy"
        READ = "read", "Đã đọc"
        ACKNOWLEDGED = "acknowledged", "Đã xác nhận"
        FAILED = "failed", "Không tới được"
        STOPPED = "stopped", "Đã dừng"

    mailing = models.ForeignKey(
        Mailing, models.PROTECT, related_name="receivers", verbose_name="đợt gửi", db_index=False
    )
    identity = models.CharField("dấu người nhận", max_length=64)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name="người")
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="+", verbose_name="tài khoản"
    )
    facts: Any = SealedJSON("tên, địa chỉ, dữ liệu riêng")
    unit_path = models.CharField("thôn bản", max_length=120, blank=True)
    rungs: Any = models.JSONField("kênh theo bậc", default=list)
    rung = models.SmallIntegerField("đang ở bậc", default=0)
    state = models.CharField("trạng thái", max_length=12, choices=State.choices, default=State.WAITING)
    next_at = models.DateTimeField("sang bậc sau lúc", null=True)
    reason = models.CharField("lý do", max_length=200, blank=True)
    to_call = models.BooleanField("cần gọi điện", default=False)
    called_at = models.DateTimeField("gọi lúc", null=True)
    called_by = models.UUIDField("người gọi", null=True)
    call_note = models.CharField("ghi chú cuộc gọi", max_length=200, blank=True)

    class Meta:
        verbose_name = "người nhận của đợt"
        constraints = [models.UniqueConstraint(fields=["mailing", "identity"], name="receiver_once")]
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="receiver_next"),
            models.Index(fields=["mailing"], condition=models.Q(to_call=True), name="receiver_call"),
        ]


class Sending(Record):
    """One person on one channel: its state, tries and history. Its id is the identity that gateways are told."""

    class State(models.TextChoices):
        QUEUED = "queued", "Chờ gửi"
        SENDING = "sending", "Đang gửi"
        RETRY = "retry", "Sẽ thử lại"
        UNSURE = "unsure", "Chưa rõ đã gửi"
        SENT = "sent", "Đã gửi"
        DELIVERED = "delivered", "Đã tới máy"
        READ = "read", "Đã đọc"
        FAILED = "failed", "Không gửi được"
        SKIPPED = "skipped", "Bỏ qua"
        STOPPED = "stopped", "Đã dừng"

    mailing = models.ForeignKey(
        Mailing, models.PROTECT, related_name="sendings", verbose_name="đợt gửi", db_index=False
    )
    receiver = models.ForeignKey(
        Receiver, models.PROTECT, related_name="sendings", verbose_name="người nhận", db_index=False
    )
    channel = models.CharField("kênh", max_length=8, choices=CHANNELS)
    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.QUEUED)
    next_at = models.DateTimeField("việc kế tiếp lúc", null=True, default=now)
    attempts = models.PositiveSmallIntegerField("số lần thử", default=0)
    provider_id = models.CharField("mã của nhà cung cấp", max_length=80, blank=True)
    parts = models.PositiveSmallIntegerField("số tin SMS", default=0)
    price = models.PositiveIntegerField("giá (đồng)", default=0)
    error_code = models.CharField("mã lỗi", max_length=60, blank=True)
    error = models.CharField("lý do", max_length=200, blank=True)
    history: Any = models.JSONField("diễn biến", default=list)

    class Meta:
        verbose_name = "lượt gửi của đợt"
        constraints = [models.UniqueConstraint(fields=["receiver", "channel"], name="sending_once")]
        indexes = [
            models.Index(
                fields=["mailing", "channel", "next_at"],
                condition=models.Q(state__in=["queued", "retry", "sending", "unsure"]),
                name="sending_due",
            ),
            models.Index(fields=["mailing", "channel", "state"], name="sending_figures"),
            models.Index(
                fields=["provider_id"], condition=~models.Q(provider_id=""), name="sending_provider"
            ),
        ]


class Acknowledgement(Record):
    """A receiver said "đã nhận": by the signed link, at the desk, by telephone, or by an answer."""

    class How(models.TextChoices):
        LINK = "link", "Bấm đường dẫn"
        CALL = "call", "Qua điện thoại"
        DESK = "desk", "Báo trực tiếp"
        REPLY = "reply", "Nhắn tin trả lời"

    receiver = models.OneToOneField(
        Receiver, models.PROTECT, related_name="acknowledgement", verbose_name="người nhận"
    )
    how = models.CharField("cách", max_length=5, choices=How.choices)
    noted_by = models.UUIDField("người ghi", null=True)
    note = models.CharField("ghi chú", max_length=300, blank=True)

    class Meta:
        verbose_name = "xác nhận đã nhận"


class Reply(Record):
    """An answer that came in by SMS or Zalo. It belongs to the mailing that last wrote to its sender, if any did."""

    channel = models.CharField("kênh", max_length=8, choices=CHANNELS)
    provider_id = models.CharField("mã của nhà cung cấp", max_length=80)
    sender = SealedText("người nhắn")
    sender_hash = models.CharField("băm người nhắn", max_length=64)
    text = SealedText("nội dung")
    receiver = models.ForeignKey(Receiver, models.PROTECT, null=True, related_name="replies")
    mailing = models.ForeignKey(Mailing, models.PROTECT, null=True, related_name="replies")
    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    handled_by = models.UUIDField("người xử lý", null=True)
    handled_at = models.DateTimeField("xử lý lúc", null=True)
    note = models.CharField("kết quả", max_length=300, blank=True)

    class Meta:
        verbose_name = "tin trả lời"
        constraints = [models.UniqueConstraint(fields=["channel", "provider_id"], name="reply_once")]
        indexes = [models.Index(fields=["unit_path", "-created_at"], name="reply_unit")]


class ReachedAddress(models.Model):
    """Which receiver an address was last written to: by it an answer finds its mailing. Keyed hashes only."""

    address_hash = models.CharField("băm địa chỉ", max_length=64, primary_key=True)
    receiver_id = models.UUIDField("người nhận")
    at = models.DateTimeField("lúc", default=now)

    class Meta:
        verbose_name = "địa chỉ đã gửi tới"


class AudienceList(Record):
    """A list of receivers that a unit keeps: hamlet heads, households by the stream, parents of a school."""

    unit_path = models.CharField("đơn vị", max_length=120)
    title = models.CharField("tên danh sách", max_length=150)
    purpose = models.CharField("dùng để", max_length=200, blank=True)
    ended_at = models.DateTimeField("thôi dùng lúc", null=True)

    class Meta:
        verbose_name = "danh sách người nhận"

    def __str__(self) -> str:
        return self.title


class AudienceMember(Record):
    """Somebody in a list: a person of ours, or a name with a number or an address."""

    audience = models.ForeignKey(AudienceList, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    facts: Any = SealedJSON("tên và địa chỉ", null=True)
    unit_path = models.CharField("thôn bản", max_length=120, blank=True)
    ended_at = models.DateTimeField("ra khỏi danh sách lúc", null=True)

    class Meta:
        verbose_name = "người trong danh sách"


class DatedRow(Record):
    """A rule that counts from a day to a day, with where it comes from."""

    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    valid_from = models.DateField("từ ngày", default=today)
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    source = models.CharField("nguồn", max_length=300, blank=True)
    confirmed = models.BooleanField("đã xác minh", default=False)

    class Meta:
        abstract = True


class Price(DatedRow):
    """What one part of a text message, or one message of a channel, costs; the nearest unit's row decides."""

    channel = models.CharField("kênh", max_length=8, choices=CHANNELS)
    operator = models.CharField("nhà mạng", max_length=20, blank=True)
    amount = models.PositiveIntegerField("giá (đồng)")

    class Meta:
        verbose_name = "giá tin"


class Quota(DatedRow):
    """How many messages of a channel may go out in a span of time; the nearest unit's row decides for each span."""

    class Span(models.TextChoices):
        SECOND = "second", "Giây"
        MINUTE = "minute", "Phút"
        HOUR = "hour", "Giờ"
        DAY = "day", "Ngày"

    channel = models.CharField("kênh", max_length=8, choices=CHANNELS)
    span = models.CharField("trong mỗi", max_length=6, choices=Span.choices)
    most = models.PositiveIntegerField("nhiều nhất")

    class Meta:
        verbose_name = "hạn mức gửi"


class QuotaUse(models.Model):
    """How much of a quota a span has used. Locked while a batch is claimed, so that workers share it."""

    quota = models.ForeignKey(Quota, models.PROTECT, related_name="uses")
    began_at = models.DateTimeField("bắt đầu lúc")
    used = models.PositiveIntegerField("đã dùng", default=0)

    class Meta:
        verbose_name = "phần hạn mức đã dùng"
        constraints = [models.UniqueConstraint(fields=["quota", "began_at"], name="quota_use_once")]


class MassRule(DatedRow):
    """When a second person must approve: more receivers than this. The nearest unit's row decides."""

    approve_above = models.PositiveIntegerField("phải duyệt khi quá số người")
    urgent_too = models.BooleanField("tin khẩn cũng phải duyệt", default=False)

    class Meta:
        verbose_name = "quy tắc gửi nhiều người"


class GatewayHold(models.Model):
    """A gateway that does not answer is left alone until an instant; what waits for it says so."""

    gateway = models.CharField("cổng", max_length=20, primary_key=True)
    until = models.DateTimeField("đến lúc")
    since = models.DateTimeField("từ lúc", default=now)
    code = models.CharField("mã lỗi", max_length=60, blank=True)
    reason = models.CharField("lý do", max_length=200, blank=True)

    class Meta:
        verbose_name = "cổng gửi tạm ngừng"


class ZaloTemplate(Record):
    """A template of the Zalo account with the state Zalo gives it. One that is not enabled is not sent."""

    class State(models.TextChoices):
        UNKNOWN = "unknown", "Chưa hỏi"
        PENDING = "pending", "Chờ Zalo duyệt"
        ENABLED = "enabled", "Được dùng"
        REJECTED = "rejected", "Bị từ chối"
        DISABLED = "disabled", "Bị ngừng"

    number = models.CharField("mã mẫu", max_length=20, unique=True)
    title = models.CharField("tên mẫu", max_length=150, blank=True)
    fields: Any = models.JSONField("trường dữ liệu", default=list)
    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.UNKNOWN)
    quality = models.CharField("chất lượng", max_length=20, blank=True)
    price = models.PositiveIntegerField("giá Zalo báo (đồng)", null=True)
    asked_at = models.DateTimeField("hỏi lúc", null=True)
    note = models.CharField("ghi chú", max_length=300, blank=True)

    class Meta:
        verbose_name = "mẫu tin Zalo"

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()
