"""A case and what happens to it: steps begun, pauses, opinions asked, apologies given."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from xaso.kernel.base.models import Record
from xaso.kernel.people.models import Account, Person
from xaso.kernel.plain.moment import now


class Status(models.TextChoices):
    """Where a case stands. Being late is never a status: it is computed."""

    OPEN = "open", "Đang xử lý"
    WAITING = "waiting", "Tạm dừng"
    DONE = "done", "Đã xử lý xong"
    RETURNED = "returned", "Đã trả kết quả"
    REFUSED = "refused", "Từ chối"
    WITHDRAWN = "withdrawn", "Đã rút"
    STOPPED = "stopped", "Dừng xử lý"


RUNNING = (Status.OPEN, Status.WAITING)
# What a case may be closed as; done and refused cases may then be handed over as returned.
ENDINGS = (Status.DONE, Status.REFUSED, Status.WITHDRAWN, Status.STOPPED)


class Plan(models.Model):
    """The declared steps of a kind of case, kept once for all cases that were opened under it."""

    digest = models.CharField("dấu nội dung", max_length=40, primary_key=True)
    steps: Any = models.JSONField("các bước")

    class Meta:
        verbose_name = "quy trình đã khai báo"


class Case(Record):
    """Anything somebody asked for that somebody must finish by a deadline."""

    code = models.CharField("mã", max_length=60)
    type = models.CharField("loại", max_length=60)
    title = models.CharField("tên việc", max_length=500)
    unit_path = models.CharField("cơ quan có thẩm quyền", max_length=120)
    received_path = models.CharField("nơi tiếp nhận", max_length=120)
    holder_path = models.CharField("nơi đang giữ", max_length=120)
    holder = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    subject = models.ForeignKey(Person, models.PROTECT, null=True, related_name="cases", db_index=False)
    status = models.CharField("trạng thái", max_length=10, choices=Status.choices, default=Status.OPEN)
    opened_at = models.DateTimeField("tiếp nhận lúc")
    clock_from = models.DateTimeField("tính thời hạn từ", help_text="đổi khi tính lại từ đầu")
    due_at = models.DateTimeField("hạn", null=True)
    closed_at = models.DateTimeField("xong lúc", null=True)
    returned_at = models.DateTimeField("trả lúc", null=True)
    paused_at = models.DateTimeField("tạm dừng lúc", null=True)
    paused_for = models.CharField("tạm dừng vì", max_length=20, blank=True)
    term = models.CharField("thời hạn", max_length=80, blank=True)
    rule_version: Any = models.JSONField("phiên bản quy định", default=dict)
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = "hồ sơ"
        constraints = [
            models.UniqueConstraint(fields=["code"], name="case_code"),
            models.CheckConstraint(
                condition=Q(status__in=["open", "waiting"], closed_at__isnull=True)
                | Q(
                    status__in=["done", "returned", "refused", "withdrawn", "stopped"],
                    closed_at__isnull=False,
                ),
                name="case_closed_with_status",
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", paused_at__isnull=False)
                | (~Q(status="waiting") & Q(paused_at__isnull=True)),
                name="case_paused_with_status",
            ),
            models.CheckConstraint(
                condition=Q(clock_from__gte=F("opened_at"))
                & (Q(due_at__isnull=True) | Q(due_at__gt=F("opened_at"))),
                name="case_times_in_order",
            ),
        ]
        indexes = [
            # The work queue: what a unit or an officer holds, oldest deadline first; closed cases are not in them.
            models.Index(
                fields=["holder_path", "due_at"],
                opclasses=["text_pattern_ops", "timestamptz_ops"],
                condition=Q(closed_at__isnull=True),
                name="case_unit_queue",
            ),
            models.Index(fields=["due_at", "id"], condition=Q(closed_at__isnull=True), name="case_due_queue"),
            models.Index(
                fields=["holder", "due_at"], condition=Q(closed_at__isnull=True), name="case_my_queue"
            ),
            models.Index(
                fields=["unit_path", "opened_at"],
                opclasses=["text_pattern_ops", "timestamptz_ops"],
                name="case_unit",
            ),
            models.Index(
                fields=["received_path", "opened_at"],
                opclasses=["text_pattern_ops", "timestamptz_ops"],
                condition=~Q(received_path=F("unit_path")),
                name="case_received_elsewhere",
            ),
            # Results that wait to be handed over: only these rows are in it.
            models.Index(
                fields=["received_path", "closed_at"],
                opclasses=["text_pattern_ops", "timestamptz_ops"],
                condition=Q(status__in=["done", "refused"]),
                name="case_to_return",
            ),
            models.Index(
                fields=["subject", "opened_at"], condition=Q(subject__isnull=False), name="case_subject"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_running(self) -> bool:
        """Whether somebody still has to do something before the clock ends."""
        return self.closed_at is None

    @property
    def province(self) -> str:
        """The two-digit code whose calendar counts: that of the competent authority."""
        return self.unit_path.split("/", 1)[0]


class CaseStep(Record):
    """One step actually begun: one row of the control slip (giao – nhận)."""

    class Kind(models.TextChoices):
        RECEIVE = "receive", "Tiếp nhận"
        REVIEW = "review", "Thẩm định"
        OPINION = "opinion", "Lấy ý kiến"
        DECIDE = "decide", "Quyết định"
        SIGN = "sign", "Ký"
        SEAL = "seal", "Cấp số, đóng dấu"
        RETURN = "return", "Trả kết quả"

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps", db_index=False)
    number = models.PositiveSmallIntegerField("thứ tự")
    key = models.CharField("khóa", max_length=40)
    title = models.CharField("tên bước", max_length=200)
    kind = models.CharField("loại", max_length=10, choices=Kind.choices, default=Kind.REVIEW)
    unit_path = models.CharField("nơi nhận", max_length=120)
    holder = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    given_path = models.CharField("nơi giao", max_length=120, blank=True)
    given_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    began_at = models.DateTimeField("nhận lúc")
    due_at = models.DateTimeField("hạn của bước", null=True)
    ended_at = models.DateTimeField("xong lúc", null=True)
    outcome = models.CharField("kết quả", max_length=40, blank=True)
    note = models.CharField("ghi chú", max_length=2000, blank=True)
    group = models.UUIDField("nhóm song song", null=True)
    is_lead = models.BooleanField("chủ trì", default=False)

    class Meta:
        verbose_name = "bước xử lý"
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="casestep_number"),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(ended_at__isnull=True, group__isnull=True),
                name="casestep_one_open",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")), name="casestep_order"
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit_path"],
                opclasses=["text_pattern_ops"],
                condition=Q(ended_at__isnull=True, group__isnull=False),
                name="casestep_parallel_unit",
            ),
            models.Index(
                fields=["holder"],
                condition=Q(ended_at__isnull=True, group__isnull=False),
                name="casestep_parallel_holder",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Pause(Record):
    """A time when the case waited and its clock stood still."""

    class Reason(models.TextChoices):
        SUPPLEMENT = "supplement", "Chờ bổ sung"
        PAYMENT = "payment", "Chờ nộp phí, nghĩa vụ tài chính"
        LAW = "law", "Tạm dừng theo quy định"

    case = models.ForeignKey(Case, models.PROTECT, related_name="pauses", db_index=False)
    started_at = models.DateTimeField("từ")
    ended_at = models.DateTimeField("đến", null=True)
    reason = models.CharField("vì", max_length=20, choices=Reason.choices)
    stage = models.CharField("giai đoạn", max_length=20, help_text="reception hoặc appraisal")
    legal_basis = models.CharField("căn cứ", max_length=300, blank=True)
    approver = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    note = models.CharField("ghi chú", max_length=2000, blank=True)

    class Meta:
        verbose_name = "lần tạm dừng"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="pause_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="pause_order"
            ),
        ]
        indexes = [models.Index(fields=["case", "started_at"], name="pause_case")]


class Opinion(Record):
    """A question put to another unit, with a term of its own. It does not stop the clock of the case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="opinions", db_index=False)
    asked_path = models.CharField("nơi được hỏi", max_length=120)
    asked_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    asking_path = models.CharField("nơi hỏi", max_length=120)
    question = models.CharField("nội dung hỏi", max_length=4000)
    asked_at = models.DateTimeField("hỏi lúc", default=now)
    due_at = models.DateTimeField("hạn trả lời", null=True)
    answered_at = models.DateTimeField("trả lời lúc", null=True)
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    agrees = models.BooleanField("đồng ý", null=True)
    answer = models.CharField("nội dung trả lời", max_length=4000, blank=True)
    late_reported_at = models.DateTimeField("báo chậm lúc", null=True)

    class Meta:
        verbose_name = "ý kiến"
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | ~Q(answer=""), name="opinion_answer_said"
            )
        ]
        indexes = [
            models.Index(fields=["case"], name="opinion_case"),
            models.Index(
                fields=["asked_path", "due_at"],
                opclasses=["text_pattern_ops", "timestamptz_ops"],
                condition=Q(answered_at__isnull=True),
                name="opinion_waiting",
            ),
        ]


class Extension(Record):
    """A written apology with the reason and a new date. Only one may move the deadline."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="extensions", db_index=False)
    old_due_at = models.DateTimeField("hạn cũ")
    new_due_at = models.DateTimeField("hẹn lại")
    reason = models.CharField("lý do", max_length=2000)
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    in_time = models.BooleanField("đúng hạn báo", help_text="chậm nhất 01 ngày trước ngày hết hạn")
    moves_due = models.BooleanField("đổi hạn")
    document_id = models.UUIDField("văn bản xin lỗi", null=True)

    class Meta:
        verbose_name = "lần xin lỗi, hẹn lại"
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(moves_due=True), name="extension_one"),
            models.CheckConstraint(condition=Q(new_due_at__gt=F("old_due_at")), name="extension_later"),
            models.CheckConstraint(condition=Q(in_time=True) | Q(moves_due=False), name="extension_in_time"),
        ]
        indexes = [models.Index(fields=["case"], name="extension_case")]
