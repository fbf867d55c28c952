"""Requests about one's own data, the rules that bound them, exports, erasures, breaches."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.fields import SealedText
from xaso.kernel.base.models import Record
from xaso.kernel.plain.moment import now


class RequestKind(models.TextChoices):
    """What a person may ask for (Law 91/2025/QH15, art. 4)."""

    VIEW = "view", "Xem dữ liệu của tôi"
    CORRECT = "correct", "Sửa dữ liệu chưa đúng"
    PROVIDE = "provide", "Nhận một bản dữ liệu của tôi"
    DELETE = "delete", "Xóa dữ liệu"
    RESTRICT = "restrict", "Hạn chế việc dùng dữ liệu"
    OBJECT = "object", "Phản đối việc dùng dữ liệu"
    WITHDRAW = "withdraw", "Rút lại sự đồng ý"


class RequestTerm(Record):
    """How long a kind of request may take; a row of law."""

    kind = models.CharField("loại yêu cầu", max_length=10, choices=RequestKind.choices)
    answer_term = models.CharField("thời hạn trả lời", max_length=20)
    perform_term = models.CharField("thời hạn thực hiện", max_length=20)
    extensions = models.PositiveSmallIntegerField("số lần gia hạn", default=1)
    legal_basis = models.CharField("căn cứ", max_length=300)
    confirmed = models.BooleanField("đã đối chiếu văn bản", default=False)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)

    class Meta:
        verbose_name = "thời hạn của yêu cầu về dữ liệu"
        constraints = [models.UniqueConstraint(fields=["kind", "valid_from"], name="request_term_once")]


class RetentionRule(Record):
    """How long a category of data must be kept. Without years it is kept until somebody enters a term."""

    category = models.CharField("loại dữ liệu", max_length=60)
    title = models.CharField("tên", max_length=200)
    years = models.PositiveSmallIntegerField("số năm giữ", null=True, blank=True)
    legal_basis = models.CharField("căn cứ", max_length=300)
    confirmed = models.BooleanField("đã đối chiếu văn bản", default=False)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)

    class Meta:
        verbose_name = "thời hạn giữ dữ liệu"
        constraints = [models.UniqueConstraint(fields=["category", "valid_from"], name="retention_rule_once")]


class RightsRequest(Record):
    """A request of a person about their own data: one case of the kernel with what is asked and answered."""

    case = models.OneToOneField("cases.Case", models.PROTECT, related_name="rights_request")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="rights_requests")
    kind = models.CharField("loại yêu cầu", max_length=10, choices=RequestKind.choices)
    term = models.ForeignKey(RequestTerm, models.PROTECT)
    detail = SealedText("nội dung yêu cầu", default="")
    purposes: Any = models.JSONField("các mục đích", default=list)
    answer = SealedText("trả lời", null=True)
    answered_at = models.DateTimeField("trả lời lúc", null=True)
    outcome = SealedText("kết quả", null=True)
    finished_at = models.DateTimeField("xong lúc", null=True)

    class Meta:
        verbose_name = "yêu cầu về dữ liệu cá nhân"
        indexes = [models.Index(fields=["person", "-created_at"], name="rights_request_person")]


class DataExport(Record):
    """Everything about one person as an archive: asked for, made in the background, fetched, gone."""

    class State(models.TextChoices):
        WAITING = "waiting", "Đang lập"
        READY = "ready", "Đã có"
        FAILED = "failed", "Lỗi"
        GONE = "gone", "Đã hết hạn"

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="data_exports")
    state = models.CharField("trạng thái", max_length=8, choices=State.choices, default=State.WAITING)
    file = models.ForeignKey("documents.File", models.PROTECT, null=True, related_name="+")
    ready_at = models.DateTimeField("có lúc", null=True)
    expires_at = models.DateTimeField("lấy trước", null=True)
    taken_at = models.DateTimeField("lấy lần đầu lúc", null=True)
    parts: Any = models.JSONField("gồm", default=dict)

    class Meta:
        verbose_name = "bản xuất dữ liệu của một người"
        indexes = [models.Index(fields=["person", "-created_at"], name="data_export_person")]


class Erasure(Record):
    """What was erased about a person and what the law keeps, with counts by category; the values are gone."""

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="erasures")
    request = models.ForeignKey(RightsRequest, models.PROTECT, null=True, related_name="erasures")
    done_by = models.UUIDField("người làm", null=True)
    erased: Any = models.JSONField("đã xóa", default=list)
    kept: Any = models.JSONField("giữ theo luật", default=list)

    class Meta:
        verbose_name = "lần xóa dữ liệu"


class Breach(Record):
    """A violation of the protection of personal data. The 72 hours run from when it was noticed."""

    unit_path = models.CharField("đơn vị", max_length=120)
    title = models.CharField("việc gì", max_length=200)
    happened_at = models.DateTimeField("xảy ra lúc", null=True, blank=True)
    noticed_at = models.DateTimeField("phát hiện lúc", default=now)
    due_at = models.DateTimeField("hạn thông báo")
    story = SealedText("diễn biến")
    data_kinds = models.CharField("loại dữ liệu", max_length=400)
    people_count = models.PositiveIntegerField("số người bị ảnh hưởng", null=True, blank=True)
    harm = SealedText("hậu quả có thể", default="")
    measures = SealedText("việc đã làm", default="")
    must_notify = models.BooleanField("phải thông báo", default=True)
    notified_at = models.DateTimeField("đã thông báo cơ quan chuyên trách lúc", null=True, blank=True)
    notice_number = models.CharField("số văn bản", max_length=60, blank=True)
    late_reason = models.CharField("lý do chậm", max_length=400, blank=True)
    people_told_at = models.DateTimeField("đã báo người bị ảnh hưởng lúc", null=True, blank=True)
    closed_at = models.DateTimeField("khép lại lúc", null=True, blank=True)
    legal_basis = models.CharField("căn cứ", max_length=300)
    reminded: Any = models.JSONField("đã nhắc", default=list)

    class Meta:
        verbose_name = "vi phạm bảo vệ dữ liệu"
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(notified_at__isnull=True), name="breach_due")
        ]

    def __str__(self) -> str:
        return self.title
