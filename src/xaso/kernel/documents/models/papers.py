"""Papers: a document, its versions, who signed, and the books that number them."""

from __future__ import annotations

from django.db import models

from xaso.kernel.base.models import Record
from xaso.kernel.documents.models.files import File
from xaso.kernel.documents.models.keys import SigningKey
from xaso.kernel.documents.models.templates import PaperTemplate
from xaso.kernel.documents.rules import number_and_symbol, show_code
from xaso.kernel.people.models import Account, Person


class Document(Record):
    """A paper that somebody answers for. Its public code opens the verification page and nothing else."""

    class State(models.TextChoices):
        DRAFT = "draft", "Dự thảo"
        SIGNED = "signed", "Đã ký, chờ đóng dấu"
        ISSUED = "issued", "Đã phát hành"
        REVOKED = "revoked", "Đã thu hồi"

    title = models.CharField("tên văn bản", max_length=300)
    kind = models.CharField(
        "loại văn bản", max_length=200, help_text="công khai khi kiểm tra; không có tên người"
    )
    template = models.ForeignKey(PaperTemplate, models.PROTECT, null=True, blank=True, related_name="+")
    record_type = models.CharField("loại bản ghi", max_length=60, blank=True)
    record_id = models.UUIDField("bản ghi", null=True, blank=True)
    holder = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="documents")
    unit_path = models.CharField("đơn vị ban hành", max_length=120)
    agency = models.CharField("cơ quan ban hành", max_length=200)
    place = models.CharField("địa danh", max_length=100, blank=True)
    result_code = models.CharField(
        "mã loại kết quả", max_length=20, blank=True, help_text="ví dụ KQ.G15.000031"
    )
    series = models.CharField("sổ số", max_length=40, blank=True)
    number = models.CharField("số", max_length=20, blank=True)
    symbol = models.CharField("ký hiệu", max_length=60, blank=True)
    issued_at = models.DateTimeField("ban hành lúc", null=True, blank=True)
    state = models.CharField("trạng thái", max_length=8, choices=State.choices, default=State.DRAFT)
    code = models.CharField("mã kiểm tra", max_length=12, unique=True)
    retention = models.CharField("thời hạn lưu", max_length=40, blank=True)
    refused_at = models.DateTimeField("trả lại lúc", null=True, blank=True)
    refused_by = models.CharField("người trả lại", max_length=150, blank=True)
    refused_reason = models.TextField("lý do trả lại", blank=True)
    revoked_at = models.DateTimeField("thu hồi lúc", null=True, blank=True)
    revoked_reason = models.TextField("lý do thu hồi", blank=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaces")

    class Meta:
        verbose_name = "văn bản"
        indexes = [
            models.Index(fields=["record_id"], name="document_record"),
            models.Index(fields=["unit_path", "state"], name="document_unit_state"),
            models.Index(fields=["holder", "result_code"], name="document_reuse"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="issued") | models.Q(issued_at__isnull=False),
                name="document_issued_when",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def shown_code(self) -> str:
        """The verification code as printed."""
        return show_code(self.code)

    @property
    def shown_number(self) -> str:
        """``31/GCN-UBND``, or empty before numbering."""
        return number_and_symbol(self.number, self.symbol)

    @property
    def latest(self) -> DocumentVersion:
        """The newest version; a document has at least one."""
        found = self.versions.select_related("file").order_by("-number").first()
        if found is None:
            raise DocumentVersion.DoesNotExist(f"document {self.pk} has no version")
        return found


class DocumentVersion(Record):
    """One state of a paper's content; never changed, the next one follows."""

    class Step(models.TextChoices):
        DRAFTED = "drafted", "Dự thảo"
        SIGNED = "signed", "Ký số"
        SEALED = "sealed", "Cấp số, đóng dấu số"
        RECEIVED = "received", "Nhận từ ngoài"

    document = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("thứ tự")
    step = models.CharField("bước", max_length=8, choices=Step.choices)
    file = models.ForeignKey(File, models.PROTECT, related_name="+")
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="+")
    made_by_name = models.CharField("người làm", max_length=150)

    class Meta:
        verbose_name = "phiên bản văn bản"
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="document_version_number")]


class Signature(Record):
    """A signature that we made, remembered by the digest of its value."""

    class Role(models.TextChoices):
        PERSONAL = "personal", "Người có thẩm quyền"
        AGENCY = "agency", "Cơ quan"

    document = models.ForeignKey(Document, models.PROTECT, related_name="signatures")
    version = models.ForeignKey(DocumentVersion, models.PROTECT, related_name="signatures")
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="signatures")
    role = models.CharField("vai", max_length=8, choices=Role.choices)
    field = models.CharField("ô ký", max_length=40)
    signer_name = models.CharField("người ký", max_length=200)
    signer_title = models.CharField("chức vụ", max_length=150, blank=True)
    unit_name = models.CharField("cơ quan", max_length=200, blank=True)
    serial = models.CharField("số sê-ri chứng thư", max_length=64)
    subject = models.CharField("chủ chứng thư", max_length=400)
    issuer = models.CharField("nơi cấp chứng thư", max_length=400)
    signed_at = models.DateTimeField("ký lúc")
    profile = models.CharField("mức chữ ký", max_length=6)
    value_sha256 = models.CharField("dấu của chữ ký", max_length=64, unique=True)

    class Meta:
        verbose_name = "chữ ký số"
        constraints = [
            models.UniqueConstraint(fields=["document", "field", "version"], name="signature_field_once")
        ]


class NumberBook(models.Model):
    """The last number given out: one series a unit and year, from 01 on 1 January (NĐ 30/2020 art. 15)."""

    unit_path = models.CharField("đơn vị", max_length=120)
    year = models.PositiveSmallIntegerField("năm")
    series = models.CharField("sổ", max_length=40, blank=True)
    last = models.PositiveIntegerField("số cuối", default=0)

    class Meta:
        verbose_name = "sổ cấp số văn bản"
        constraints = [
            models.UniqueConstraint(fields=["unit_path", "year", "series"], name="number_book_once")
        ]
