"""What can be asked for: procedures and their versions, electronic procedures, fees, where they are paid."""

from __future__ import annotations

from django.db import models

from xaso.kernel.base.models import Record


class Procedure(Record):
    """An administrative procedure over time; what it says lies in its versions."""

    code = models.CharField("mã thủ tục", max_length=20, unique=True)
    name = models.TextField("tên thủ tục")
    field = models.CharField("lĩnh vực", max_length=200, blank=True)
    search_text = models.TextField("chữ để tìm", blank=True)
    ended_at = models.DateTimeField("hết hiệu lực lúc", null=True, blank=True)

    class Meta:
        verbose_name = "thủ tục hành chính"

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ProcedureVersion(Record):
    """What the catalogue says of a procedure from one day to another. Never edited once made."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("lần")
    name = models.TextField("tên thủ tục")
    field = models.CharField("lĩnh vực", max_length=200, blank=True)
    agency = models.CharField("cơ quan công bố", max_length=300, blank=True)
    decision = models.CharField("quyết định công bố", max_length=200, blank=True)
    levels = models.JSONField("cấp thực hiện", default=list)
    online_level = models.CharField("mức độ trực tuyến", max_length=10, blank=True)
    data = models.JSONField("nội dung đã đọc", default=dict)
    source = models.CharField("nguồn", max_length=200)
    source_hash = models.CharField("băm nguồn", max_length=64)
    unsettled = models.PositiveIntegerField("số điểm cần chốt", default=0)
    confirmed = models.BooleanField("đã xác nhận", default=False)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến ngày", null=True, blank=True)
    legal_basis = models.TextField("căn cứ", blank=True)

    class Meta:
        verbose_name = "phiên bản thủ tục"
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["procedure"], condition=models.Q(valid_to__isnull=True), name="version_one_open"
            ),
        ]


class Setup(Record):
    """An electronic procedure: form, papers by case, step plan, terms, fee rule, result. Dated and pinned."""

    class State(models.TextChoices):
        DRAFT = "draft", "Bản nháp"
        PUBLISHED = "published", "Đang áp dụng"
        ENDED = "ended", "Đã thay"

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="setups")
    number = models.PositiveIntegerField("lần")
    title = models.CharField("tên gọi dễ hiểu", max_length=200)
    variant = models.CharField("biến thể", max_length=40, blank=True)
    unit_path = models.CharField("áp dụng tại", max_length=120, blank=True)
    body = models.JSONField("nội dung")
    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.DRAFT)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến ngày", null=True, blank=True)
    legal_basis = models.TextField("căn cứ", blank=True)
    made_by = models.UUIDField("người soạn", null=True)
    published_by = models.UUIDField("người công bố", null=True)

    class Meta:
        verbose_name = "thủ tục điện tử"
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "variant", "unit_path", "number"], name="setup_number_once"
            )
        ]

    def __str__(self) -> str:
        return self.title


class FeeRate(Record):
    """A fee set by a provincial council's resolution, for the units below; dated, with its basis."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="rates")
    unit_path = models.CharField("địa bàn", max_length=120)
    body = models.JSONField("mức thu")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến ngày", null=True, blank=True)
    legal_basis = models.TextField("căn cứ")
    confirmed = models.BooleanField("đã xác nhận", default=False)

    class Meta:
        verbose_name = "mức phí theo nghị quyết"


class BankAccount(Record):
    """Where a unit takes fees by transfer; dated, with the paper that opened it."""

    unit_path = models.CharField("đơn vị", max_length=120)
    bank_bin = models.CharField("mã ngân hàng", max_length=6)
    bank_name = models.CharField("ngân hàng", max_length=120)
    account = models.CharField("số tài khoản", max_length=19)
    holder = models.CharField("chủ tài khoản", max_length=120)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến ngày", null=True, blank=True)
    legal_basis = models.CharField("căn cứ", max_length=300, blank=True)

    class Meta:
        verbose_name = "tài khoản nhận phí"
        indexes = [models.Index(fields=["unit_path"], name="bank_unit")]
