"""What other systems were told, and what came from them."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.fields import SealedJSON
from xaso.kernel.base.models import Record
from xaso.kernel.plain.moment import now
from xaso.services.onestop.models.dossier import Dossier


class Webhook(Record):
    """Where another system wants to hear of status changes."""

    client = models.ForeignKey("people.MachineClient", models.PROTECT)
    url = models.URLField("địa chỉ", max_length=400)
    secret = SealedJSON("bí mật ký")
    events = models.JSONField("sự kiện", default=list)
    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    is_active = models.BooleanField("đang dùng", default=True)

    class Meta:
        verbose_name = "địa chỉ nhận tin"


class PortalSync(Record):
    """What the national portal was last told of a dossier; the row without a dossier keeps a unit's pull cursor."""

    dossier = models.OneToOneField(Dossier, models.PROTECT, null=True, related_name="portal")
    unit_code = models.CharField("mã đơn vị", max_length=40, blank=True, db_index=True)
    sent: Any = SealedJSON("đã gửi", null=True)
    times = models.PositiveIntegerField("số lần", default=0)
    sent_at = models.DateTimeField("gửi lúc", null=True)
    cursor = models.CharField("con trỏ", max_length=200, blank=True)

    class Meta:
        verbose_name = "đồng bộ Cổng quốc gia"

    @classmethod
    def cursor_of(cls, unit_code: str) -> str:
        """Where the last pull of a unit ended."""
        row = cls.objects.filter(dossier__isnull=True, unit_code=unit_code).first()
        return row.cursor if row else ""

    @classmethod
    def keep_cursor(cls, unit_code: str, cursor: str) -> None:
        """Remember where a pull ended."""
        cls.objects.update_or_create(
            dossier=None, unit_code=unit_code, defaults={"cursor": cursor, "sent_at": now()}
        )


class InboundTrouble(Record):
    """A dossier of the portal that could not be taken in, with the reason, for a person to settle."""

    outside_code = models.CharField("mã trên Cổng", max_length=80, unique=True)
    reason = models.CharField("lý do", max_length=500)
    body: Any = SealedJSON("nội dung")
    settled_at = models.DateTimeField("xong lúc", null=True)

    class Meta:
        verbose_name = "hồ sơ từ Cổng chưa nhận được"
