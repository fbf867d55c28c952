"""Signing keys: which certificate speaks for whom, where the key is held, how the signature looks."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.fields import SealedJSON
from xaso.kernel.base.models import Record
from xaso.kernel.documents.models.files import File
from xaso.kernel.people.models import Account


class SigningKey(Record):
    """A key of a person or an agency. The private part is never here: ``reference`` says where it is."""

    class Kind(models.TextChoices):
        PERSON = "person", "Cá nhân"
        AGENCY = "agency", "Cơ quan"

    kind = models.CharField("loại", max_length=6, choices=Kind.choices)
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="signing_keys")
    unit_path = models.CharField("đơn vị", max_length=120)
    holder = models.CharField("chủ chứng thư", max_length=200)
    agency = models.CharField("tên cơ quan", max_length=200, blank=True)
    adapter = models.CharField("nơi giữ khóa", max_length=10)
    reference: Any = SealedJSON("tham chiếu khóa")
    certificate = models.TextField("chứng thư (PEM)")
    chain = models.TextField("chuỗi chứng thư (PEM)", blank=True)
    serial = models.CharField("số sê-ri", max_length=64, db_index=True)
    image = models.ForeignKey(File, models.PROTECT, null=True, blank=True, related_name="+")
    trial = models.BooleanField("chứng thư dùng thử", default=False)
    valid_from = models.DateTimeField("hiệu lực từ")
    valid_to = models.DateTimeField("hiệu lực đến")
    revoked_at = models.DateTimeField("thu hồi lúc", null=True, blank=True)
    revoked_reason = models.CharField("lý do thu hồi", max_length=200, blank=True)

    class Meta:
        verbose_name = "khóa ký số"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="agency", account__isnull=True)
                | models.Q(kind="person", account__isnull=False),
                name="signing_key_owner",
            )
        ]
        indexes = [
            models.Index(fields=["unit_path"], name="signing_key_unit", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.holder} ({self.get_kind_display()})"
