"""What proves an account (passkeys, codes, recovery codes), where it is signed in, and what looked unusual."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.fields import SealedText
from xaso.kernel.base.models import Record
from xaso.kernel.people.models import Account
from xaso.kernel.plain.moment import now


class Passkey(Record):
    """A key pair in somebody's phone, computer or security key; we hold the public half."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="passkeys")
    name = models.CharField("tên", max_length=60)
    credential_id = models.CharField("mã khóa", max_length=1400, unique=True)
    public_key = models.BinaryField("khóa công khai")
    sign_count = models.BigIntegerField("số lần ký", default=0)
    transports: Any = models.JSONField("đường nối", default=list)
    maker = models.CharField("loại thiết bị (AAGUID)", max_length=36, blank=True)
    may_sync = models.BooleanField("có thể đồng bộ", default=False)
    is_synced = models.BooleanField("đang đồng bộ", default=False)
    last_used_at = models.DateTimeField("dùng lần cuối", null=True)
    ended_at = models.DateTimeField("gỡ lúc", null=True)

    class Meta:
        verbose_name = "khóa đăng nhập"
        indexes = [
            models.Index(fields=["account"], condition=models.Q(ended_at__isnull=True), name="passkey_open")
        ]

    def __str__(self) -> str:
        return self.name


class CodeApp(Record):
    """An app that shows six figures anew every thirty seconds (TOTP, RFC 6238)."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="code_apps")
    secret = SealedText("bí mật")
    confirmed_at = models.DateTimeField("bật lúc", null=True)
    last_step = models.BigIntegerField("bước đã dùng", default=0, help_text="một mã chỉ dùng được một lần")
    last_used_at = models.DateTimeField("dùng lần cuối", null=True)
    ended_at = models.DateTimeField("gỡ lúc", null=True)

    class Meta:
        verbose_name = "ứng dụng tạo mã"
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(ended_at__isnull=True, confirmed_at__isnull=False),
                name="code_app_one",
            )
        ]


class RecoveryCode(Record):
    """A code on paper for the day when the phone is lost; each serves once."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="recovery_codes")
    code_hash = models.CharField("băm mã", max_length=64)
    used_at = models.DateTimeField("dùng lúc", null=True)
    ended_at = models.DateTimeField("thay lúc", null=True)

    class Meta:
        verbose_name = "mã dự phòng"
        indexes = [models.Index(fields=["account"], name="recovery_account")]


class FactorPolicy(Record):
    """From a day on, whoever holds this role signs in with two proofs, or need not."""

    role = models.CharField("vai trò", max_length=40)
    is_required = models.BooleanField("buộc hai lớp")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến ngày", null=True, blank=True)
    legal_basis = models.CharField("căn cứ", max_length=300)
    set_by = models.UUIDField("người đặt", null=True)

    class Meta:
        verbose_name = "quy định đăng nhập hai lớp"
        indexes = [models.Index(fields=["role", "-valid_from"], name="factor_policy_role")]


class OpenSession(Record):
    """One place where an account is signed in."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="open_sessions")
    session_key = models.CharField("mã phiên", max_length=40, unique=True)
    device = models.CharField("thiết bị", max_length=80, blank=True)
    network = models.CharField("mạng", max_length=60, blank=True)
    method = models.CharField("cách", max_length=20, blank=True)
    seen_at = models.DateTimeField("dùng lần cuối", default=now)
    ended_at = models.DateTimeField("kết thúc lúc", null=True)

    class Meta:
        verbose_name = "phiên đăng nhập"
        indexes = [
            models.Index(fields=["account"], condition=models.Q(ended_at__isnull=True), name="session_open")
        ]


class PhoneCode(Record):
    """Six figures sent to a telephone: they prove that the caller holds it, nothing more."""

    phone_hash = models.CharField("băm số điện thoại", max_length=64)
    address_hash = models.CharField("băm địa chỉ mạng", max_length=64)
    code_hash = models.CharField("băm mã", max_length=64)
    expires_at = models.DateTimeField("hết hạn lúc")
    tries = models.PositiveSmallIntegerField("số lần nhập", default=0)
    used_at = models.DateTimeField("dùng lúc", null=True)

    class Meta:
        verbose_name = "mã gửi điện thoại"
        indexes = [
            models.Index(fields=["phone_hash", "-created_at"], name="phone_code_phone"),
            models.Index(fields=["address_hash", "-created_at"], name="phone_code_address"),
        ]


class WatchRule(Record):
    """What counts as unusual, in figures that an administrator may change; dated, so that the past stays clear."""

    class Kind(models.TextChoices):
        NEW_DEVICE = "new_device", "Đăng nhập từ thiết bị mới"
        NEW_PLACE = "new_place", "Đăng nhập từ mạng mới"
        MASS_VIEW = "mass_view", "Xem hồ sơ của quá nhiều người"
        NIGHT_EXPORT = "night_export", "Xuất dữ liệu ngoài giờ"

    kind = models.CharField("loại", max_length=12, choices=Kind.choices)
    is_on = models.BooleanField("đang bật", default=True)
    figures: Any = models.JSONField("số", default=dict)
    valid_from = models.DateTimeField("từ lúc", default=now)
    valid_to = models.DateTimeField("đến lúc", null=True)
    legal_basis = models.CharField("căn cứ", max_length=300, blank=True)
    set_by = models.UUIDField("người đặt", null=True)

    class Meta:
        verbose_name = "quy tắc cảnh báo"
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(valid_to__isnull=True), name="watch_rule_one"
            )
        ]


class Alert(Record):
    """Something unusual on an account, and what its owner said."""

    class State(models.TextChoices):
        OPEN = "open", "Chờ trả lời"
        OWN = "own", "Đúng là tôi"
        NOT_OWN = "not_own", "Không phải tôi"
        CLOSED = "closed", "Quản trị đã xem"

    account = models.ForeignKey(Account, models.PROTECT, related_name="alerts")
    kind = models.CharField("loại", max_length=12, choices=WatchRule.Kind.choices)
    rule = models.ForeignKey(WatchRule, models.PROTECT)
    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    facts: Any = models.JSONField("số liệu", default=dict)
    key = models.CharField("khóa chống lặp", max_length=120, unique=True)
    state = models.CharField("trạng thái", max_length=8, choices=State.choices, default=State.OPEN)
    answered_at = models.DateTimeField("trả lời lúc", null=True)
    answered_by = models.UUIDField("người trả lời", null=True)

    class Meta:
        verbose_name = "cảnh báo đăng nhập"
        indexes = [
            models.Index(fields=["account", "-created_at"], name="alert_account"),
            models.Index(fields=["unit_path", "-created_at"], name="alert_unit"),
        ]
