"""What was asked for: drafts, dossiers, papers, supplements, payments, results, ratings."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.fields import SealedJSON
from xaso.kernel.base.models import Record
from xaso.kernel.plain.moment import now
from xaso.services.onestop.models.catalogue import Procedure, ProcedureVersion, Setup


class Draft(Record):
    """A form begun and not yet sent; belongs to an account, or to a browser that holds its token."""

    setup = models.ForeignKey(Setup, models.PROTECT)
    unit_path = models.CharField("nơi nộp", max_length=120)
    account_id = models.UUIDField("tài khoản", null=True, db_index=True)
    answers: Any = SealedJSON("câu trả lời", default=dict)
    page = models.CharField("trang đang điền", max_length=60, blank=True)
    papers: Any = models.JSONField("giấy tờ đã gửi", default=dict)
    delivery: Any = SealedJSON("cách nhận kết quả", null=True)
    channel = models.CharField("kênh", max_length=10, default="online")
    updated_at = models.DateTimeField("sửa lúc", default=now)
    dossier = models.ForeignKey("Dossier", models.PROTECT, null=True, blank=True, related_name="drafts")

    class Meta:
        verbose_name = "bản đang điền"


class DayNumber(models.Model):
    """The last dossier number of a unit on a day: its row lock is what makes numbers without gaps."""

    unit_code = models.CharField("mã đơn vị", max_length=40)
    day = models.DateField("ngày")
    last = models.PositiveIntegerField("số cuối")

    class Meta:
        verbose_name = "số hồ sơ trong ngày"
        constraints = [models.UniqueConstraint(fields=["unit_code", "day"], name="day_number_once")]


class Dossier(Record):
    """A dossier: one case of the kernel with what the one-stop shop knows of it."""

    class Status(models.IntegerChoices):
        """The ten statuses of the National Portal."""

        NEW = 1, "Mới đăng ký"
        RECEIVED = 2, "Được tiếp nhận"
        NOT_RECEIVED = 3, "Không được tiếp nhận"
        IN_PROCESS = 4, "Đang xử lý"
        SUPPLEMENT = 5, "Yêu cầu bổ sung giấy tờ"
        PAYMENT = 6, "Yêu cầu thực hiện nghĩa vụ tài chính"
        WITHDRAWN = 7, "Công dân yêu cầu rút hồ sơ"
        STOPPED = 8, "Dừng xử lý"
        DONE = 9, "Đã xử lý xong"
        RETURNED = 10, "Đã trả kết quả"

    class Channel(models.TextChoices):
        COUNTER = "counter", "Trực tiếp"
        ONLINE = "online", "Trực tuyến"
        POST = "post", "Bưu chính công ích"
        PORTAL = "portal", "Cổng Dịch vụ công quốc gia"

    case = models.OneToOneField("cases.Case", models.PROTECT, related_name="dossier")
    # Each submission writes into every index below: no key has one of its own that nobody asks by.
    code = models.CharField("mã hồ sơ", max_length=60)
    procedure = models.ForeignKey(Procedure, models.PROTECT, db_index=False)
    version = models.ForeignKey(ProcedureVersion, models.PROTECT, null=True, db_index=False)
    setup = models.ForeignKey(Setup, models.PROTECT, db_index=False)
    applicant = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    submitter = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, related_name="+", db_index=False
    )
    channel = models.CharField("kênh nộp", max_length=8, choices=Channel.choices)
    status = models.PositiveSmallIntegerField("trạng thái", choices=Status.choices, default=Status.NEW)
    unit_path = models.CharField("cơ quan giải quyết", max_length=120)
    received_path = models.CharField("nơi tiếp nhận", max_length=120)
    # Null, not empty, where no key was given: empty texts would collide in the unique index.
    client_key = models.CharField("khóa chống lặp", max_length=160, null=True)  # noqa: DJ001
    client_digest = models.CharField("dấu nội dung", max_length=64, blank=True)
    missing: Any = models.JSONField("còn thiếu khi nộp", default=list)
    case_key = models.CharField("trường hợp", max_length=60, blank=True)
    subject = models.CharField("trích yếu", max_length=300, blank=True)
    answers: Any = SealedJSON("câu trả lời")
    delivery: Any = SealedJSON("cách nhận kết quả", null=True)
    fee_total = models.PositiveBigIntegerField("phí, lệ phí (đồng)", default=0)
    fee_state = models.CharField("thu phí", max_length=8, default="none")
    outside_code = models.CharField("mã ở hệ thống ngoài", max_length=80, blank=True)
    truth = models.CharField("nguồn gốc dữ liệu", max_length=10, default="here")
    submitted_at = models.DateTimeField("nộp lúc", default=now)
    received_at = models.DateTimeField("tiếp nhận lúc", null=True)
    finished_at = models.DateTimeField("xong lúc", null=True)
    returned_at = models.DateTimeField("trả lúc", null=True)
    on_time = models.BooleanField("đúng hạn", null=True)
    handled_by = models.UUIDField("người thụ lý", null=True)

    class Meta:
        verbose_name = "hồ sơ"
        constraints = [
            models.UniqueConstraint(fields=["code"], name="dossier_code"),
            models.UniqueConstraint(fields=["client_key"], name="dossier_client_key"),
        ]
        indexes = [
            models.Index(
                fields=["unit_path", "submitted_at"],
                name="dossier_unit_day",
                opclasses=["text_pattern_ops", "timestamptz_ops"],
            ),
            # Figures are counted from this index alone: it carries what they and the table's policy ask.
            models.Index(
                fields=["unit_path", "finished_at"],
                opclasses=["text_pattern_ops", "timestamptz_ops"],
                include=[
                    "on_time",
                    "procedure",
                    "handled_by",
                    "received_path",
                    "applicant",
                    "submitter",
                    "case",
                ],
                name="dossier_finished",
            ),
            models.Index(fields=["applicant", "-submitted_at"], name="dossier_applicant"),
            models.Index(fields=["procedure", "submitted_at"], name="dossier_procedure_day"),
            models.Index(
                fields=["submitter"],
                condition=models.Q(submitter__isnull=False),
                name="dossier_submitter",
            ),
            models.Index(
                fields=["outside_code"], condition=~models.Q(outside_code=""), name="dossier_outside"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class DossierPaper(Record):
    """One component handed in: which file, originals and copies, where it came from, whether it was accepted."""

    class Source(models.TextChoices):
        UPLOADED = "uploaded", "Công dân gửi"
        SCANNED = "scanned", "Quét tại quầy"
        REUSED = "reused", "Dùng lại giấy đã số hóa"
        DATABASE = "database", "Lấy từ cơ sở dữ liệu"
        SHOWN = "shown", "Xuất trình để đối chiếu"

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="papers")
    component = models.CharField("thành phần", max_length=80)
    name = models.CharField("tên giấy tờ", max_length=300)
    file = models.ForeignKey("documents.File", models.PROTECT, null=True, related_name="+")
    document = models.ForeignKey("documents.Document", models.PROTECT, null=True, related_name="+")
    source = models.CharField("nguồn", max_length=8, choices=Source.choices)
    originals = models.PositiveSmallIntegerField("bản chính", default=0)
    certified = models.PositiveSmallIntegerField("bản sao chứng thực", default=0)
    copies = models.PositiveSmallIntegerField("bản chụp", default=0)
    accepted = models.BooleanField("đạt", null=True)
    note = models.CharField("ghi chú", max_length=300, blank=True)
    ended_at = models.DateTimeField("thay lúc", null=True)

    class Meta:
        verbose_name = "giấy tờ của hồ sơ"


class Supplement(Record):
    """A request to supplement, once and completely: what is missing, why, by when; and the answer."""

    class Stage(models.TextChoices):
        RECEPTION = "reception", "Khi tiếp nhận"
        APPRAISAL = "appraisal", "Khi thẩm định"

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="supplements")
    stage = models.CharField("giai đoạn", max_length=10, choices=Stage.choices)
    items: Any = models.JSONField("giấy tờ cần bổ sung", default=list)
    reason = models.TextField("lý do")
    legal_basis = models.CharField("căn cứ", max_length=300, blank=True)
    asked_by = models.UUIDField("người yêu cầu", null=True)
    approver = models.UUIDField("người duyệt vượt số lần", null=True)
    answer_by = models.DateTimeField("trả lời trước", null=True)
    answered_at = models.DateTimeField("đã bổ sung lúc", null=True)

    class Meta:
        verbose_name = "yêu cầu bổ sung"


class Payment(Record):
    """Money owed for a dossier and how it came in."""

    class State(models.TextChoices):
        DUE = "due", "Chưa nộp"
        PAID = "paid", "Đã nộp"
        WAIVED = "waived", "Được miễn"
        CANCELLED = "cancelled", "Đã hủy"

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="payments")
    reference = models.CharField("mã tham chiếu", max_length=25)
    amount = models.PositiveBigIntegerField("số tiền (đồng)")
    lines: Any = models.JSONField("các khoản", default=list)
    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.DUE)
    method = models.CharField("cách nộp", max_length=12, blank=True)
    bank_id = models.CharField("mã giao dịch ngân hàng", max_length=80, blank=True)
    paid_at = models.DateTimeField("nộp lúc", null=True)
    taken_by = models.UUIDField("người thu", null=True)

    class Meta:
        verbose_name = "khoản thu"
        constraints = [
            models.UniqueConstraint(
                fields=["bank_id"], condition=~models.Q(bank_id=""), name="payment_bank_once"
            ),
            # Not ``unique=True``: that keeps a second index for searching by the beginning, which nobody does.
            models.UniqueConstraint(fields=["reference"], name="payment_reference_once"),
        ]


class Result(Record):
    """The result of a dossier: drafted, signed by the leader, numbered and sealed, returned."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="results")
    key = models.CharField("loại kết quả", max_length=60)
    document = models.ForeignKey("documents.Document", models.PROTECT)
    result_code = models.CharField("mã kết quả", max_length=40, blank=True)
    data: Any = SealedJSON("nội dung", default=dict)
    is_refusal = models.BooleanField("văn bản từ chối", default=False)
    drafted_by = models.UUIDField("người soạn", null=True)
    submitted_at = models.DateTimeField("trình ký lúc", null=True)
    signed_at = models.DateTimeField("ký lúc", null=True)
    issued_at = models.DateTimeField("phát hành lúc", null=True)
    sent_back_reason = models.CharField("lý do trả lại", max_length=500, blank=True)
    ended_at = models.DateTimeField("thay lúc", null=True)

    class Meta:
        verbose_name = "kết quả"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "key"], condition=models.Q(ended_at__isnull=True), name="result_once"
            )
        ]


class Return(Record):
    """How and to whom the result was given."""

    dossier = models.OneToOneField(Dossier, models.PROTECT, related_name="handover")
    way = models.CharField("cách trả", max_length=10)
    receiver: Any = SealedJSON("người nhận", null=True)
    parcel = models.CharField("mã bưu gửi", max_length=40, blank=True)
    given_by = models.UUIDField("người trả", null=True)

    class Meta:
        verbose_name = "lần trả kết quả"


class Rating(Record):
    """The citizen's judgement, confidential: shown as figures only."""

    dossier = models.OneToOneField(Dossier, models.PROTECT, related_name="rating")
    overall = models.PositiveSmallIntegerField(
        "mức hài lòng", help_text="2 rất hài lòng, 1 hài lòng, 0 không hài lòng"
    )
    points: Any = models.JSONField("điểm theo chỉ số", default=dict)
    comment = SealedJSON("góp ý", null=True)

    class Meta:
        verbose_name = "đánh giá"
