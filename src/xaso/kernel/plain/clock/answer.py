"""The answer of the clock: when it is due, and in sentences why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from xaso.kernel.plain.clock.calendar import COMPENSATORY_WORK, Calendar, DayRow
from xaso.kernel.plain.clock.counting import Pause, Stage, count, local, merge
from xaso.kernel.plain.clock.terms import CALENDAR_DAYS, MONTHS, SAME_DAY, Term, parse_term

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
UNCONFIRMED = "chưa xác nhận"

# Badge kinds; the words beside them are the accessible name.
LEFT, TODAY, LATE = "left", "today", "late"


def day_words(day: date) -> str:
    """“thứ Sáu 27/02/2026”."""
    return f"{WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}"


def moment_words(moment: datetime) -> str:
    """“17:00 thứ Sáu 27/02/2026”."""
    moment = local(moment)
    return f"{moment:%H:%M} {day_words(moment.date())}"


@dataclass(frozen=True)
class Due:
    """When something is due. ``at`` is aware, in Vietnam's time; the sentences are made only when read."""

    at: datetime
    received: datetime
    term: Term
    stages: tuple[Stage, ...]
    pauses: tuple[Pause, ...]
    calendar: Calendar

    @cached_property
    def days_off(self) -> tuple[DayRow, ...]:
        """The dated rows of the calendar that lie between reception and the due day."""
        return tuple(self.calendar.exceptions(self.received.date(), self.at.date()))

    @cached_property
    def unconfirmed(self) -> tuple[str, ...]:
        """What the answer rests on that nobody has confirmed: marked rows, hours, years not entered yet."""
        found = [f"{day_words(row.date)}: {row.name}" for row in self.days_off if not row.confirmed]
        hours = self.calendar.hours_row(self.at.date())
        if hours and not hours.confirmed:
            found.append(f"giờ làm việc ({hours.legal_basis})")
        for year in range(self.received.year, self.at.year + 1):
            if not self.calendar.knows(year):
                found.append(f"lịch nghỉ lễ năm {year} chưa được nhập, chỉ trừ ngày nghỉ hằng tuần")
        return tuple(found)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The reasons in Vietnamese, one sentence a line, each day off with its legal basis."""
        return tuple(_explain(self))

    def as_dict(self) -> dict[str, object]:
        """The answer for a machine."""
        return {
            "due_at": f"{self.at:%Y-%m-%dT%H:%M}",
            "received": f"{self.received:%Y-%m-%dT%H:%M}",
            "term": str(self.term),
            "stages": [
                {
                    "term": str(s.part),
                    "from": f"{s.start:%Y-%m-%dT%H:%M}",
                    "due_at": f"{s.end:%Y-%m-%dT%H:%M}",
                }
                for s in self.stages
            ],
            "pauses": [f"{p.start:%Y-%m-%dT%H:%M}/{p.end:%Y-%m-%dT%H:%M}" for p in self.pauses],
            "calendar_version": self.calendar.version,
            "province": self.calendar.province,
            "unconfirmed": list(self.unconfirmed),
            "explanation": list(self.lines),
        }


def due(received: datetime, term: Term | str, calendar: Calendar, pauses: Iterable[Pause] = ()) -> Due:
    """When a matter received at ``received`` with this term is due, on this calendar, with these pauses.

    Days are counted from the day after (Civil Code 2015, art. 147), a last day off moves to the next
    working day (art. 148), and a term in days is due at the close of work of its last day. Overlapping
    pauses count once; a pause that ended before reception counts for nothing. Raises ValueError, in
    Vietnamese, for a term or a pause that cannot be read.
    """
    parsed = parse_term(term) if isinstance(term, str) else term
    pauses = tuple(pauses)
    stages = tuple(count(received, parsed, calendar, pauses))
    start = stages[0].start
    return Due(stages[-1].end, start, parsed, stages, tuple(merge(pauses, start)), calendar)


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left: ``kind`` is left, today or late; ``days`` is working days left, or calendar days late."""

    kind: str
    days: int
    text: str


def remaining(now: datetime, due_at: datetime, calendar: Calendar) -> Remaining:
    """The words of the deadline badge: “Còn 3 ngày làm việc”, “Đến hạn hôm nay”, “Quá hạn 2 ngày”."""
    now, due_at = local(now), local(due_at)
    if now > due_at:
        late = (now.date() - due_at.date()).days
        return Remaining(LATE, late, f"Quá hạn {late} ngày" if late else "Quá hạn hôm nay")
    if now.date() == due_at.date():
        return Remaining(TODAY, 0, "Đến hạn hôm nay")
    left = max(1, calendar.working_days_between(now.date(), due_at.date()))
    return Remaining(LEFT, left, f"Còn {left} ngày làm việc")


def _explain(answer: Due) -> Iterable[str]:
    yield f"Tiếp nhận lúc {moment_words(answer.received)}; thời hạn {answer.term.words}."
    many = len(answer.stages) > 1
    for number, stage in enumerate(answer.stages, 1):
        words = _start_words(stage, answer.calendar)
        yield f"Giai đoạn {number} ({stage.part.words}): {words}" if many else words[0].upper() + words[1:]
        if many:
            yield f"Giai đoạn {number} hết hạn lúc {moment_words(stage.end)}."
    yield from _skipped(answer)
    for pause in answer.pauses:
        if pause.start < answer.at:
            since, until = moment_words(pause.start), moment_words(pause.end)
            yield f"Tạm dừng từ {since} đến {until}: không tính vào thời hạn."
    closing = "" if answer.stages[-1].part.hours is not None else ", hết giờ làm việc"
    yield f"Đến hạn lúc {moment_words(answer.at)}{closing}."
    for item in answer.unconfirmed:
        yield f"Lưu ý, {UNCONFIRMED}: {item}."


def _start_words(stage: Stage, calendar: Calendar) -> str:
    day = stage.start.date()
    if stage.part.hours is not None:
        return (
            f"tính theo giờ làm việc từ {moment_words(stage.start)} (Bộ luật Dân sự 2015, Điều 147 khoản 1), "
            "ngoài giờ làm việc thì từ đầu buổi làm việc kế tiếp."
        )
    if stage.part.kind == SAME_DAY:
        cut_off = calendar.cut_off(day)
        if not calendar.is_working(day):
            return f"{day_words(day)} là ngày nghỉ nên tính vào ngày làm việc kế tiếp."
        if stage.start.time() > cut_off:
            return (
                f"nhận sau {cut_off:%H:%M} nên trả kết quả trong ngày làm việc tiếp theo "
                "(quy định về hồ sơ nhận sau 15 giờ)."
            )
        return f"nhận không muộn hơn {cut_off:%H:%M} nên trả kết quả trong ngày."
    first = day + timedelta(days=1)
    if stage.part.kind in (CALENDAR_DAYS, MONTHS):
        return (
            f"tính cả ngày nghỉ, từ {day_words(first)}; ngày {day:%d/%m/%Y} không tính "
            "(Bộ luật Dân sự 2015, Điều 147); ngày cuối là ngày nghỉ thì hết hạn vào ngày làm việc tiếp theo "
            "(Điều 148 khoản 5)."
        )
    return (
        f"ngày làm việc thứ nhất là {day_words(calendar.next_working(day))}; ngày {day:%d/%m/%Y} không tính "
        "(Bộ luật Dân sự 2015, Điều 147)."
    )


def _skipped(answer: Due) -> Iterable[str]:
    calendar = answer.calendar
    weekend = 0
    for offset in range((answer.at.date() - answer.received.date()).days + 1):
        day = answer.received.date() + timedelta(days=offset)
        row = calendar.exception(day)
        if row is None:
            weekend += not calendar.is_working(day)
            continue
        mark = "" if row.confirmed else f" [{UNCONFIRMED}]"
        verb = "Ngày làm bù, có tính" if row.kind == COMPENSATORY_WORK else "Ngày nghỉ"
        yield f"{verb}: {day_words(day)}, {row.name}; căn cứ: {row.legal_basis}{mark}."
    if weekend:
        yield f"Có {weekend} ngày nghỉ hằng tuần trong khoảng này."
