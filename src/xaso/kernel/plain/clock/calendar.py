"""The official calendar as a value: which days count, at which hours, and by which legal text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from xaso.kernel.plain.moment import VIETNAM

HOLIDAY = "holiday"
SUBSTITUTE_OFF = "substitute_off"
COMPENSATORY_WORK = "compensatory_work"
DAY_KINDS = (HOLIDAY, SUBSTITUTE_OFF, COMPENSATORY_WORK)

WORK = "work"
RECEPTION = "reception"

Session = tuple[time, time]
Span = tuple[datetime, datetime]

_ONE_DAY = timedelta(days=1)
_FAR = 800  # more days off in a row than any calendar can hold


@dataclass(frozen=True, slots=True)
class DayRow:
    """One dated exception to the working week. ``province`` None means the whole country."""

    date: date
    kind: str
    name: str
    legal_basis: str
    confirmed: bool = True
    province: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in DAY_KINDS:
            raise ValueError(f"Loại ngày “{self.kind}” không có. Chọn một trong: {', '.join(DAY_KINDS)}.")


@dataclass(frozen=True, slots=True)
class HoursRow:
    """Working (or reception) hours of some weekdays (Monday = 0) between two dates, both inclusive."""

    valid_from: date
    valid_to: date | None
    weekdays: frozenset[int]
    sessions: tuple[Session, ...]
    legal_basis: str
    confirmed: bool = True
    province: str | None = None
    purpose: str = WORK
    cut_off: time = time(15, 0)

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= set(range(7)):
            raise ValueError("Ngày trong tuần phải là số từ 0 (thứ Hai) đến 6 (Chủ nhật).")
        previous = time.min
        for start, end in self.sessions:
            if start >= end or start < previous:
                raise ValueError("Các buổi làm việc phải nối tiếp nhau, giờ đầu trước giờ cuối.")
            previous = end
        if not self.sessions:
            raise ValueError("Giờ làm việc phải có ít nhất một buổi.")

    def holds_on(self, day: date) -> bool:
        """Whether the row is in force on this day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Calendar:
    """Working days and hours for one province (or the country), made of dated rows.

    A province's row for a day replaces the country's; a province that has hours of its own in force
    uses only those. Nothing here is computed from "today": the same rows give the same answer for ever.
    """

    def __init__(
        self, days: Iterable[DayRow], hours: Iterable[HoursRow], *, province: str | None = None
    ) -> None:
        self.province = province
        mine = (None, province)
        chosen: dict[date, DayRow] = {}
        for row in days:
            if row.province in mine and (row.province or row.date not in chosen):
                chosen[row.date] = row
        self._days = chosen
        self._hours = sorted(
            (row for row in hours if row.province in mine), key=lambda row: row.valid_from, reverse=True
        )
        if not any(row.purpose == WORK for row in self._hours):
            raise ValueError("Lịch chưa có giờ làm việc. Thêm ít nhất một dòng giờ làm việc.")
        self._years = {day.year for day in chosen}
        self._spans: dict[date, tuple[Span, ...]] = {}
        self._version = ""

    @property
    def version(self) -> str:
        """Twelve characters that change when any row changes; a case pins them."""
        if not self._version:
            text = repr(
                (
                    sorted(self._days.values(), key=lambda row: row.date),
                    [
                        (
                            row.valid_from,
                            row.valid_to,
                            sorted(row.weekdays),
                            row.sessions,
                            row.cut_off,
                            row.purpose,
                        )
                        for row in self._hours
                    ],
                )
            )
            self._version = hashlib.sha256(text.encode()).hexdigest()[:12]
        return self._version

    def exception(self, day: date) -> DayRow | None:
        """The dated row of this day, if the calendar has one."""
        return self._days.get(day)

    def exceptions(self, first: date, last: date) -> list[DayRow]:
        """The dated rows between two days, both included, in order."""
        return sorted((r for d, r in self._days.items() if first <= d <= last), key=lambda row: row.date)

    def knows(self, year: int) -> bool:
        """Whether the holidays of this year have been entered at all."""
        return year in self._years

    def hours_row(self, day: date, purpose: str = WORK) -> HoursRow | None:
        """The row of hours in force on this day, or None when the weekday is not a working one."""
        rows = [row for row in self._hours if row.purpose == purpose and row.holds_on(day)]
        own = [row for row in rows if row.province]
        rows = own or rows
        exception = self._days.get(day)
        if exception and exception.kind == COMPENSATORY_WORK:
            return next((row for row in rows if day.weekday() in row.weekdays), rows[0] if rows else None)
        return next((row for row in rows if day.weekday() in row.weekdays), None)

    def sessions(self, day: date) -> tuple[Span, ...]:
        """The working sessions of this day as moments; empty on a day off."""
        spans = self._spans.get(day)
        if spans is None:
            spans = self._spans[day] = self._sessions(day, WORK)
        return spans

    def reception(self, day: date) -> tuple[Span, ...]:
        """When the counter takes dossiers; the working hours unless reception has hours of its own.

        Reception hours never move a deadline: a counter open on Saturday morning makes no working day.
        """
        own = self._sessions(day, RECEPTION)
        return own or self.sessions(day)

    def _sessions(self, day: date, purpose: str) -> tuple[Span, ...]:
        exception = self._days.get(day)
        if exception and exception.kind != COMPENSATORY_WORK:
            return ()
        row = self.hours_row(day, purpose)
        if row is None:
            return ()
        return tuple(
            (datetime.combine(day, start, VIETNAM), datetime.combine(day, end, VIETNAM))
            for start, end in row.sessions
        )

    def is_working(self, day: date) -> bool:
        """Whether this is a working day, swapped Saturdays included."""
        return bool(self.sessions(day))

    def closing(self, day: date) -> datetime:
        """The end of the last session of a working day."""
        return self.sessions(day)[-1][1]

    def cut_off(self, day: date) -> time:
        """From this time on, a same-day matter belongs to the next working day."""
        row = self.hours_row(day)
        return row.cut_off if row else time(15, 0)

    def next_working(self, day: date) -> date:
        """The first working day after this one."""
        return self._step(day, _ONE_DAY)

    def previous_working(self, day: date) -> date:
        """The last working day before this one."""
        return self._step(day, -_ONE_DAY)

    def _step(self, day: date, step: timedelta) -> date:
        for _ in range(_FAR):
            day += step
            if self.is_working(day):
                return day
        raise ValueError(
            "Lịch không có ngày làm việc nào trong hơn hai năm liền. Kiểm tra lại các dòng của lịch."
        )

    def add_working_days(self, day: date, count: int) -> date:
        """The day ``count`` working days after (before, when negative) this one, which is not counted."""
        step = self.next_working if count > 0 else self.previous_working
        for _ in range(abs(count)):
            day = step(day)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie after ``first`` up to ``last``, included; negative when it is earlier."""
        if last < first:
            return -self.working_days_between(last, first)
        return sum(
            1 for offset in range(1, (last - first).days + 1) if self.is_working(first + offset * _ONE_DAY)
        )
