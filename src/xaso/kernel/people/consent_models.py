"""For what data about people is used, on which ground, and what people agreed to."""

from __future__ import annotations

from django.db import models

from xaso.kernel.base.models import Record
from xaso.kernel.plain.moment import now


class ProcessingPurpose(Record):
    """One purpose of processing with its ground in law, dated: a line of the register of processing.

    ``text`` is what a person agrees to; a changed text is a new row, and a consent names its row.
    """

    class Ground(models.TextChoices):
        LAW = "law", "Pháp luật quy định"
        REQUEST = "request", "Theo yêu cầu của người đó"
        CONSENT = "consent", "Sự đồng ý của người đó"

    code = models.CharField("mã", max_length=40)
    title = models.CharField("mục đích", max_length=200)
    service = models.CharField("dịch vụ", max_length=40)
    ground = models.CharField("căn cứ", max_length=8, choices=Ground.choices)
    legal_basis = models.CharField("điều luật", max_length=400)
    data_kinds = models.CharField("loại dữ liệu", max_length=400)
    subjects = models.CharField("dữ liệu của ai", max_length=200)
    receivers = models.CharField("bên nhận", max_length=300, blank=True)
    keeping = models.CharField("thời gian giữ", max_length=200)
    protection = models.CharField("biện pháp bảo vệ", max_length=400, blank=True)
    channel = models.CharField("kênh tin", max_length=8, blank=True)
    text = models.TextField("lời hỏi sự đồng ý", blank=True)
    version = models.PositiveSmallIntegerField("bản lời hỏi", default=1)
    unasked = models.BooleanField("được dùng khi chưa hỏi", default=False)
    confirmed = models.BooleanField("đã đối chiếu văn bản", default=False)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)

    class Meta:
        verbose_name = "mục đích xử lý dữ liệu"
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="purpose_version_once")]

    def __str__(self) -> str:
        return self.title


class Consent(Record):
    """What a person said about one purpose: agreed, took it back, or refused. The newest row counts."""

    class State(models.TextChoices):
        GIVEN = "given", "Đồng ý"
        WITHDRAWN = "withdrawn", "Đã rút"
        REFUSED = "refused", "Không đồng ý"

    class Channel(models.TextChoices):
        PORTAL = "portal", "Trên trang này, đã đăng nhập"
        COUNTER = "counter", "Nói tại quầy, cán bộ ghi"
        REQUEST = "request", "Theo yêu cầu về dữ liệu cá nhân"

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="consents")
    purpose = models.ForeignKey(ProcessingPurpose, models.PROTECT, related_name="consents")
    code = models.CharField("mã mục đích", max_length=40)
    state = models.CharField("trạng thái", max_length=10, choices=State.choices)
    channel = models.CharField("cách nói", max_length=8, choices=Channel.choices)
    text_sha256 = models.CharField("băm lời đã hỏi", max_length=64)
    given_at = models.DateTimeField("lúc", default=now)
    taken_by = models.UUIDField("người ghi", null=True)
    proof = models.CharField("dấu chứng minh", max_length=64)
    ended_at = models.DateTimeField("thay lúc", null=True)

    class Meta:
        verbose_name = "sự đồng ý"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "code"],
                condition=models.Q(ended_at__isnull=True),
                name="consent_one_counts",
            )
        ]
