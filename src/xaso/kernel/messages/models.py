"""One text to one person on whichever channel reaches them: templates in versions, messages, tries, wishes."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.fields import SealedJSON, SealedText
from xaso.kernel.base.models import Record
from xaso.kernel.people.models import Account, Person
from xaso.kernel.plain.moment import now


class Channel(models.TextChoices):
    PUSH = "push", "Thông báo đẩy"
    ZALO = "zalo", "Zalo"
    SMS = "sms", "SMS"
    EMAIL = "email", "Thư điện tử"
    INBOX = "inbox", "Hộp thư"


class MessageTemplate(Record):
    """One version of a template. The version in force when a message is written is kept by the message."""

    class Origin(models.TextChoices):
        FILE = "file", "Theo phần mềm"
        OPERATOR = "operator", "Đơn vị soạn"

    key = models.CharField("khóa", max_length=80)
    version = models.PositiveIntegerField("phiên bản")
    service = models.CharField("dịch vụ", max_length=40)
    title = models.CharField("tên mẫu", max_length=150)
    origin = models.CharField("nguồn", max_length=8, choices=Origin.choices, default=Origin.FILE)
    channels: Any = models.JSONField("kênh theo thứ tự", default=list)
    variables: Any = models.JSONField("biến", default=list)
    subject = models.CharField("tiêu đề", max_length=150)
    body = models.TextField("nội dung")
    sms = models.TextField("nội dung SMS")
    sms_accents = models.BooleanField("SMS có dấu", default=False)
    zalo_template = models.CharField("mã mẫu Zalo", max_length=20, blank=True)
    zalo_data: Any = models.JSONField("dữ liệu mẫu Zalo", default=dict)
    mandatory = models.BooleanField("không từ chối được", default=False)
    insist_minutes = models.PositiveIntegerField("sau bao nhiêu phút thì thử kênh sau", null=True, blank=True)
    valid_from = models.DateTimeField("từ lúc", default=now)
    valid_to = models.DateTimeField("đến lúc", null=True, blank=True)
    fingerprint = models.CharField("dấu nội dung", max_length=64)

    class Meta:
        verbose_name = "mẫu tin"
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="template_version_once")]

    def __str__(self) -> str:
        return f"{self.title} (v{self.version})"


class Message(Record):
    """One message to one person or account, or to an address given for once."""

    class State(models.TextChoices):
        WAITING = "waiting", "Chờ gửi"
        SENT = "sent", "Đã gửi"
        DELIVERED = "delivered", "Đã nhận"
        READ = "read", "Đã đọc"
        INBOX = "inbox", "Chỉ trong hộp thư"
        FAILED = "failed", "Không gửi được"

    key = models.CharField("khóa chống lặp", max_length=200, unique=True)
    template = models.ForeignKey(MessageTemplate, models.PROTECT, verbose_name="mẫu tin")
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="messages", verbose_name="người nhận"
    )
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="messages", verbose_name="tài khoản nhận"
    )
    contact: Any = SealedJSON("địa chỉ nhận")
    data: Any = SealedJSON("dữ liệu")
    subject = SealedText("tiêu đề")
    body = SealedText("nội dung")
    link = models.CharField("đường dẫn", max_length=300, blank=True)
    record_type = models.CharField("loại bản ghi", max_length=60, blank=True)
    record_id = models.UUIDField("bản ghi", null=True)
    unit_path = models.CharField("đơn vị gửi", max_length=120, blank=True)
    sender_id = models.UUIDField("tài khoản gửi", null=True)
    urgent = models.BooleanField("khẩn", default=False)
    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.WAITING)
    in_inbox = models.BooleanField("có trong hộp thư", default=False)
    read_at = models.DateTimeField("đọc lúc", null=True)
    next_at = models.DateTimeField("việc kế tiếp lúc", null=True)
    error = models.CharField("lý do", max_length=300, blank=True)

    class Meta:
        verbose_name = "tin nhắn"
        indexes = [
            models.Index(
                fields=["person", "-created_at"], condition=models.Q(in_inbox=True), name="message_person"
            ),
            models.Index(
                fields=["account", "-created_at"], condition=models.Q(in_inbox=True), name="message_account"
            ),
            models.Index(fields=["next_at"], condition=models.Q(state="waiting"), name="message_waiting"),
            models.Index(fields=["-created_at"], condition=models.Q(state="failed"), name="message_failed"),
            models.Index(fields=["record_id"], name="message_record"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} {self.state}"


class Dispatch(Record):
    """The sending of a message by one channel, with its tries and what became of it."""

    class State(models.TextChoices):
        SENDING = "sending", "Đang gửi"
        RETRY = "retry", "Sẽ thử lại"
        UNSURE = "unsure", "Chưa rõ đã gửi"
        SENT = "sent", "Đã gửi"
        DELIVERED = "delivered", "Đã nhận"
        READ = "read", "Đã đọc"
        FAILED = "failed", "Không gửi được"
        SKIPPED = "skipped", "Bỏ qua"

    message = models.ForeignKey(Message, models.PROTECT, related_name="dispatches")
    channel = models.CharField("kênh", max_length=8, choices=Channel.choices)
    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.SENDING)
    provider_id = models.CharField("mã của nhà cung cấp", max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField("số lần thử", default=0)
    parts = models.PositiveSmallIntegerField("số tin SMS", default=0)
    error_code = models.CharField("mã lỗi", max_length=60, blank=True)
    error = models.CharField("lỗi", max_length=300, blank=True)
    history: Any = models.JSONField("diễn biến", default=list)

    class Meta:
        verbose_name = "lượt gửi"
        constraints = [models.UniqueConstraint(fields=["message", "channel"], name="dispatch_once")]
        indexes = [models.Index(fields=["provider_id"], name="dispatch_provider")]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class Wishes(Record):
    """How a person wants to be reached: channels in order, channels refused. Without a row the template decides."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="message_wishes", verbose_name="người")
    order: Any = models.JSONField("thứ tự kênh", default=list)
    refused: Any = models.JSONField("kênh từ chối", default=list)
    changed_at = models.DateTimeField("đổi lúc", default=now)

    class Meta:
        verbose_name = "ý muốn nhận tin"


class RefusedAddress(Record):
    """An address whose holder said: no more. Kept as a keyed hash, so that nobody need be signed in to say it."""

    channel = models.CharField("kênh", max_length=8, choices=Channel.choices)
    address_hash = models.CharField("băm địa chỉ", max_length=64)
    key_number = models.PositiveIntegerField("khóa băm số", default=1)

    class Meta:
        verbose_name = "địa chỉ từ chối nhận tin"
        constraints = [
            models.UniqueConstraint(fields=["channel", "address_hash"], name="refused_address_once")
        ]


class QuietHours(Record):
    """Hours of the day in which a channel stays silent. The row of the nearest unit upwards decides."""

    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    channels: Any = models.JSONField("kênh", default=list)
    start = models.TimeField("từ giờ")
    end = models.TimeField("đến giờ")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    legal_basis = models.CharField("căn cứ", max_length=300, blank=True)
    confirmed = models.BooleanField("đã xác minh", default=False)

    class Meta:
        verbose_name = "giờ yên tĩnh"

    @property
    def channel_labels(self) -> str:
        """The channels in words."""
        return ", ".join(str(Channel(key).label) for key in self.channels)


# Tables of this area that have files of their own.
from xaso.kernel.messages.announcement_models import Announcement as Announcement  # noqa: E402
from xaso.kernel.messages.mass_models import Acknowledgement as Acknowledgement  # noqa: E402
from xaso.kernel.messages.mass_models import AudienceList as AudienceList  # noqa: E402
from xaso.kernel.messages.mass_models import AudienceMember as AudienceMember  # noqa: E402
from xaso.kernel.messages.mass_models import GatewayHold as GatewayHold  # noqa: E402
from xaso.kernel.messages.mass_models import Mailing as Mailing  # noqa: E402
from xaso.kernel.messages.mass_models import MailingTemplate as MailingTemplate  # noqa: E402
from xaso.kernel.messages.mass_models import MassRule as MassRule  # noqa: E402
from xaso.kernel.messages.mass_models import Price as Price  # noqa: E402
from xaso.kernel.messages.mass_models import Quota as Quota  # noqa: E402
from xaso.kernel.messages.mass_models import QuotaUse as QuotaUse  # noqa: E402
from xaso.kernel.messages.mass_models import ReachedAddress as ReachedAddress  # noqa: E402
from xaso.kernel.messages.mass_models import Receiver as Receiver  # noqa: E402
from xaso.kernel.messages.mass_models import Reply as Reply  # noqa: E402
from xaso.kernel.messages.mass_models import Sending as Sending  # noqa: E402
from xaso.kernel.messages.mass_models import ZaloTemplate as ZaloTemplate  # noqa: E402
from xaso.kernel.messages.push_models import PushSubscription as PushSubscription  # noqa: E402
