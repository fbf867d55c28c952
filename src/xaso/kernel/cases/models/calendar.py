"""The official calendar as dated rows: what is known from when, so that an old count can be repeated."""

from __future__ import annotations

from datetime import datetime, time

from django.db import models
from django.db.models import Q

from xaso.kernel.base.models import Record
from xaso.kernel.plain import clock
from xaso.kernel.plain.moment import VIETNAM, now

# Rows that came with the product were known before any case.
ALWAYS = datetime(2000, 1, 1, tzinfo=VIETNAM)


class CalendarRow(Record):
    """A row that is known from a moment until it is replaced; never edited, never deleted."""

    province = models.CharField("tỉnh", max_length=2, blank=True, help_text="bỏ trống: cả nước")
    legal_basis = models.CharField("căn cứ", max_length=300)
    confirmed = models.BooleanField("đã xác nhận", default=True)
    known_from = models.DateTimeField("biết từ", default=now)
    ended_at = models.DateTimeField("thay lúc", null=True)
    shipped = models.BooleanField("có sẵn", default=False)

    class Meta:
        abstract = True


class OfficialDay(CalendarRow):
    """One day off or one swapped day; a province's row replaces the country's for that day."""

    class Kind(models.TextChoices):
        HOLIDAY = clock.HOLIDAY, "Nghỉ lễ, tết"
        SUBSTITUTE_OFF = clock.SUBSTITUTE_OFF, "Nghỉ bù, nghỉ hoán đổi"
        COMPENSATORY_WORK = clock.COMPENSATORY_WORK, "Làm bù"

    date = models.DateField("ngày")
    kind = models.CharField("loại", max_length=20, choices=Kind.choices)
    name = models.CharField("tên", max_length=160)

    class Meta:
        verbose_name = "ngày trong lịch làm việc"
        constraints = [
            models.UniqueConstraint(
                fields=["date", "province"], condition=Q(ended_at__isnull=True), name="officialday_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=clock.DAY_KINDS) & ~Q(legal_basis=""), name="officialday_sound"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.name}"

    def value(self) -> clock.DayRow:
        """The row as the clock takes it."""
        return clock.DayRow(
            self.date, self.kind, self.name, self.legal_basis, self.confirmed, self.province or None
        )


class WorkingHours(CalendarRow):
    """Hours of some weekdays between two dates, for deadlines (work) or for the counter (reception)."""

    class Purpose(models.TextChoices):
        WORK = clock.WORK, "Giờ làm việc, tính thời hạn"
        RECEPTION = clock.RECEPTION, "Giờ tiếp nhận hồ sơ"

    purpose = models.CharField("dùng để", max_length=10, choices=Purpose.choices, default=Purpose.WORK)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True)
    weekdays = models.CharField("các thứ", max_length=20, help_text="1 là thứ Hai, 7 là Chủ nhật")
    sessions = models.CharField("các buổi", max_length=120, help_text="07:30-11:30 13:00-17:00")
    cut_off = models.TimeField("giờ chốt trong ngày", default=time(15, 0))

    class Meta:
        verbose_name = "giờ làm việc"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="workinghours_order",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.sessions}"

    def value(self) -> clock.HoursRow:
        """The row as the clock takes it; raises ValueError in Vietnamese when it cannot be."""
        try:
            weekdays = frozenset(int(number) - 1 for number in self.weekdays.split())
        except ValueError as error:
            raise ValueError("Ghi các thứ bằng số cách nhau, 1 là thứ Hai, 7 là Chủ nhật.") from error
        return clock.HoursRow(
            self.valid_from,
            self.valid_to,
            weekdays,
            clock.parse_sessions(self.sessions),
            self.legal_basis,
            self.confirmed,
            self.province or None,
            self.purpose,
            self.cut_off,
        )
