"""One text to a place: what loudspeakers, web pages and phones of an area are told, and what each outlet reported."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse

from xaso.kernel.base.models import Record
from xaso.kernel.plain.moment import now

# Type of the record an announcement is about → name of the address of the page that tells more. Filled by apps.
_PAGES: dict[str, str] = {}


def told_on(record_type: str, url_name: str) -> None:
    """Announcements about records of this type are told in full on that public page."""
    _PAGES[record_type] = url_name


class Announcement(Record):
    """One text to an area, of a class, for a time. Each outlet (loudspeaker, web, messages) says what became of it."""

    class Kind(models.TextChoices):
        ORDINARY = "ordinary", "Thông thường"
        PRIORITY = "priority", "Ưu tiên"
        EMERGENCY = "emergency", "Khẩn cấp"

    class State(models.TextChoices):
        ACTIVE = "active", "Đang có hiệu lực"
        ENDED = "ended", "Đã kết thúc"
        CANCELLED = "cancelled", "Đã hủy"

    key = models.CharField("khóa chống lặp", max_length=200, unique=True)
    kind = models.CharField("loại", max_length=10, choices=Kind.choices)
    drill = models.BooleanField("diễn tập", default=False)
    title = models.CharField("tiêu đề", max_length=200)
    body = models.TextField("nội dung")
    texts: Any = models.JSONField("nội dung theo ngôn ngữ", default=dict)
    area: Any = models.JSONField("phạm vi", default=dict)
    unit_path = models.CharField("đơn vị thông báo", max_length=120)
    starts_at = models.DateTimeField("từ lúc", default=now)
    expires_at = models.DateTimeField("hết hiệu lực lúc")
    record_type = models.CharField("loại bản ghi", max_length=60, blank=True)
    record_id = models.UUIDField("bản ghi", null=True)
    announced_by = models.UUIDField("tài khoản thông báo", null=True)
    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.ACTIVE)
    all_clear = models.TextField("tin báo yên", blank=True)
    ended_at = models.DateTimeField("kết thúc lúc", null=True)
    outlets: Any = models.JSONField("nơi phát đã báo", default=dict)

    class Meta:
        verbose_name = "thông báo tới địa bàn"
        indexes = [
            models.Index(
                fields=["expires_at"], condition=models.Q(state="active"), name="announcement_active"
            ),
            models.Index(fields=["record_id"], name="announcement_record"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def page(self) -> str:
        """Where to read more of it; "" where the service that said it has no page for everybody."""
        name = _PAGES.get(self.record_type, "")
        return reverse(name) if name else ""

    @property
    def units(self) -> list[str]:
        """The unit paths it is for."""
        return list(self.area.get("units", ()))

    @property
    def polygons(self) -> list[list[list[float]]]:
        """The drawn areas it is for: rings of [latitude, longitude]."""
        return list(self.area.get("polygons", ()))
