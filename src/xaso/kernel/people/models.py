"""People, their identifiers, accounts, roles by unit subtree, machine clients, and who looked at whom."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now

from xaso.kernel.base.fields import SealedJSON, SealedText
from xaso.kernel.base.models import Record
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import now


class Person(Record):
    """A citizen, household or organisation: one record for all services."""

    class Kind(models.TextChoices):
        CITIZEN = "citizen", "Công dân"
        HOUSEHOLD = "household", "Hộ gia đình"
        ORGANISATION = "organisation", "Tổ chức"

    class Sex(models.TextChoices):
        MALE = "male", "Nam"
        FEMALE = "female", "Nữ"
        UNKNOWN = "", "Chưa rõ"

    kind = models.CharField("loại", max_length=12, choices=Kind.choices, default=Kind.CITIZEN)
    full_name = models.CharField("họ, chữ đệm và tên", max_length=150)
    sort_key = models.CharField("khóa sắp xếp", max_length=200, blank=True)
    birth_date = models.CharField(
        "ngày sinh", max_length=10, blank=True, help_text="1985, 1985-03 hoặc 1985-03-12"
    )
    sex = models.CharField("giới tính", max_length=6, choices=Sex.choices, blank=True)
    ethnicity = models.CharField("dân tộc", max_length=30, blank=True)
    nationality = models.CharField("quốc tịch", max_length=2, default="VN")
    unit_path = models.CharField("nơi cư trú", max_length=120, blank=True)
    contact: Any = SealedJSON("liên hệ", null=True, help_text="phone, email, address")
    ended_at = models.DateTimeField("kết thúc lúc", null=True, blank=True)

    class Meta:
        verbose_name = "người"
        # One index each, for how it is asked: in order of names; at or below a unit. Every submission writes them.
        indexes = [
            models.Index(fields=["sort_key"], name="person_sort"),
            models.Index(fields=["unit_path"], name="person_unit", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.full_name


class Identifier(Record):
    """One identifier of a person, with its time and how it was proven. The value is sealed."""

    class Kind(models.TextChoices):
        PERSONAL_NUMBER = "personal_number", "Số định danh cá nhân"
        OLD_ID_CARD = "old_id_card", "Số CMND cũ"
        PASSPORT = "passport", "Hộ chiếu"
        TAX_CODE = "tax_code", "Mã số thuế"
        PHONE = "phone", "Số điện thoại"
        VNEID = "vneid", "Tài khoản VNeID"
        INSURANCE = "insurance", "Số bảo hiểm"

    class Proof(models.TextChoices):
        STATED = "stated", "Tự khai"
        SEEN = "seen", "Cán bộ đã xem giấy tờ"
        VNEID = "vneid", "Xác thực VNeID"
        REGISTER = "register", "Khớp cơ sở dữ liệu dân cư"

    person = models.ForeignKey(Person, models.PROTECT, related_name="identifiers")
    kind = models.CharField("loại", max_length=20, choices=Kind.choices)
    value = SealedText("giá trị")
    value_hash = models.CharField("băm để tìm", max_length=64)
    proof = models.CharField("cách chứng minh", max_length=10, choices=Proof.choices, default=Proof.STATED)
    valid_from = models.DateField("từ ngày", null=True)
    valid_to = models.DateField("đến ngày", null=True)

    class Meta:
        verbose_name = "định danh"
        indexes = [models.Index(fields=["value_hash"], name="identifier_hash")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value_hash"],
                condition=models.Q(valid_to__isnull=True, kind__in=["personal_number", "passport", "vneid"]),
                name="identifier_one_owner",
            )
        ]


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by their sign-in name."""

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(username=(username or "").strip().lower())


class Account(AbstractBaseUser):
    """What signs in: an officer by password, a citizen through the identity provider."""

    class Kind(models.TextChoices):
        OFFICER = "officer", "Cán bộ"
        CITIZEN = "citizen", "Công dân"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField("tên đăng nhập", max_length=80, unique=True)
    kind = models.CharField("loại", max_length=8, choices=Kind.choices, default=Kind.OFFICER)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="accounts")
    display_name = models.CharField("tên hiển thị", max_length=150)
    title = models.CharField("chức vụ", max_length=120, blank=True)
    unit_path = models.CharField("đơn vị làm việc", max_length=120, blank=True)
    email = models.EmailField("thư điện tử", blank=True)
    is_active = models.BooleanField("đang dùng", default=True)
    password_is_temporary = models.BooleanField("mật khẩu cấp một lần", default=False)
    assurance = models.CharField(
        "mức chứng minh", max_length=10, choices=Identifier.Proof.choices, default=Identifier.Proof.VNEID
    )
    created_at = models.DateTimeField("lập lúc", default=now)

    USERNAME_FIELD = "username"
    objects = AccountManager()

    class Meta:
        verbose_name = "tài khoản"
        indexes = [models.Index(fields=["unit_path"], name="account_unit", opclasses=["text_pattern_ops"])]

    def __str__(self) -> str:
        return self.display_name


class Role(models.Model):
    """A readable bundle of rights; which rights it holds are rows, seeded from the manifests."""

    code = models.CharField("mã", max_length=40, primary_key=True)
    label = models.CharField("tên", max_length=120)

    class Meta:
        verbose_name = "vai trò"

    def __str__(self) -> str:
        return self.label


class RoleRight(models.Model):
    """A role holds a right."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="rights")
    right = models.CharField("quyền", max_length=60)

    class Meta:
        verbose_name = "quyền của vai trò"
        constraints = [models.UniqueConstraint(fields=["role", "right"], name="role_right_once")]


class RoleGrant(Record):
    """An account holds a role on a unit and everything below it, for a time."""

    class Manner(models.TextChoices):
        """How somebody signs in another's stead (NĐ 30/2020, art. 13)."""

        FOR_HEAD = "KT.", "Ký thay (KT.)"
        BY_ORDER = "TL.", "Thừa lệnh (TL.)"
        BY_MANDATE = "TUQ.", "Thừa ủy quyền (TUQ.)"

    account = models.ForeignKey(Account, models.PROTECT, related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT)
    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    valid_from = models.DateTimeField("từ lúc", default=now)
    valid_to = models.DateTimeField("đến lúc", null=True, blank=True)
    granted_by = models.UUIDField("người giao", null=True)
    # Given by its holder for a time: whose right it is, by which paper, and how the holder's paper is signed.
    on_behalf_of = models.ForeignKey(Account, models.PROTECT, null=True, related_name="delegated")
    manner = models.CharField("cách ký", max_length=4, choices=Manner.choices, blank=True)
    document_number = models.CharField("số văn bản ủy quyền", max_length=60, blank=True)
    reason = models.CharField("lý do", max_length=300, blank=True)

    class Meta:
        verbose_name = "giao vai trò"
        indexes = [
            models.Index(fields=["account"], condition=models.Q(valid_to__isnull=True), name="grant_open")
        ]


class MachineClient(Record):
    """Another system that calls our API with client credentials."""

    name = models.CharField("tên", max_length=120)
    client_id = models.CharField("mã khách", max_length=60, unique=True)
    secret_hash = models.CharField("băm bí mật", max_length=64)
    old_secret_hash = models.CharField("băm bí mật trước", max_length=64, blank=True)
    old_secret_until = models.DateTimeField("bí mật trước dùng đến", null=True, blank=True)
    expires_at = models.DateTimeField("hết hạn lúc", null=True, blank=True)
    last_used_at = models.DateTimeField("dùng lần cuối", null=True, blank=True)
    scopes = models.JSONField("phạm vi", default=list)
    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    is_active = models.BooleanField("đang dùng", default=True)

    class Meta:
        verbose_name = "hệ thống bên ngoài"

    def __str__(self) -> str:
        return self.name


class PersonView(Record):
    """Somebody looked at a person's record: who, why, through which record. Shown to that person."""

    class Act(models.TextChoices):
        VIEW = "view", "Mở xem"
        LIST = "list", "Xem trong danh sách"
        PRINT = "print", "In"
        EXPORT = "export", "Xuất ra tệp"
        SEND = "send", "Gửi cho hệ thống khác"

    person = models.ForeignKey(Person, models.PROTECT, related_name="views")
    viewer_kind = models.CharField("loại người xem", max_length=12)
    viewer_id = models.UUIDField("người xem", null=True)
    purpose = models.CharField("mục đích", max_length=120)
    record_type = models.CharField("qua bản ghi", max_length=60, blank=True)
    record_id = models.UUIDField("mã bản ghi", null=True)
    act = models.CharField("việc", max_length=8, choices=Act.choices, default=Act.VIEW)
    unit_path = models.CharField("đơn vị của người xem", max_length=120, blank=True)
    through = models.CharField("qua hồ sơ", max_length=60, blank=True)

    class Meta:
        verbose_name = "lượt xem hồ sơ người"
        indexes = [models.Index(fields=["person", "-created_at"], name="personview_person")]


class SignIn(Record):
    """A try to sign in, for the journal and for slowing down guesses."""

    username_hash = models.CharField("băm tên đăng nhập", max_length=64)
    address_hash = models.CharField("băm địa chỉ mạng", max_length=64)
    account = models.ForeignKey(Account, models.PROTECT, null=True)
    succeeded = models.BooleanField("được vào")
    method = models.CharField("cách", max_length=20)
    at = models.DateTimeField("lúc", db_default=Now())
    device = models.CharField("thiết bị", max_length=80, blank=True)
    network = models.CharField(
        "mạng", max_length=60, blank=True, help_text="cắt bớt: đủ để nhận ra nơi, không đủ chỉ máy"
    )
    device_hash = models.CharField("băm thiết bị quen", max_length=64, blank=True)

    class Meta:
        verbose_name = "lượt đăng nhập"
        indexes = [
            models.Index(fields=["username_hash", "-created_at"], name="signin_name"),
            models.Index(fields=["address_hash", "-created_at"], name="signin_address"),
            models.Index(fields=["account", "-created_at"], name="signin_account"),
        ]


class ServiceSwitch(Record):
    """A service is on or off for a unit and all below; the nearest row upwards decides."""

    service = models.CharField("dịch vụ", max_length=40)
    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    is_on = models.BooleanField("đang bật")

    class Meta:
        verbose_name = "công tắc dịch vụ"
        constraints = [models.UniqueConstraint(fields=["service", "unit_path"], name="switch_once")]


from xaso.kernel.people.consent_models import Consent as Consent  # noqa: E402 - a table of this area
from xaso.kernel.people.consent_models import ProcessingPurpose as ProcessingPurpose  # noqa: E402
