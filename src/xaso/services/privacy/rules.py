"""What the law computes: the end of a time of keeping, the 72 hours. Pure: no database, no clock of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

# NĐ 356/2025/NĐ-CP: the specialised authority is told within 72 hours of noticing. Hours run on, day and night.
NOTIFY_WITHIN = timedelta(hours=72)
NOTIFY_BASIS = "Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15, điều 23; NĐ 356/2025/NĐ-CP"
# Reminders this long before the end, and once when it is over.
REMIND_BEFORE = (timedelta(hours=48), timedelta(hours=24), timedelta(hours=6), timedelta(0))


@dataclass(frozen=True)
class Keep:
    """How long something is kept: ``years`` None means until a term is entered."""

    years: int | None
    basis: str


@dataclass(frozen=True)
class Verdict:
    """Whether something may be erased now, until when it is kept, and why."""

    may_erase: bool
    until: date | None
    why: str


def kept_until(start: date, years: int) -> date:
    """The last day of keeping: so many years after the start; 29 February ends on the 28th."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return start.replace(year=start.year + years, day=28)


def judge(keep: Keep | None, start: date, today: date, *, running: bool, erasable: bool) -> Verdict:
    """What becomes of one thing when its person asks to have it erased.

    Nothing that is still worked on, nothing the law keeps, nothing no rule speaks of is erased.
    """
    if running:
        return Verdict(False, None, "Đang giải quyết; xem lại khi xong.")
    if keep is None:
        return Verdict(False, None, "Chưa có quy định thời hạn giữ cho loại này nên chưa xóa.")
    if keep.years is None:
        return Verdict(False, None, keep.basis)
    until = kept_until(start, keep.years)
    if keep.years and today <= until:
        return Verdict(False, until, keep.basis)
    if not erasable:
        return Verdict(False, None, keep.basis)
    return Verdict(True, None, keep.basis)


def notify_by(noticed: datetime) -> datetime:
    """When the 72 hours are over."""
    return noticed + NOTIFY_WITHIN


def hours_left(due: datetime, moment: datetime) -> int:
    """Whole hours left, rounded down; negative when late."""
    return int((due - moment).total_seconds() // 3600)


def reminders_due(due: datetime, moment: datetime, sent: list[int]) -> list[int]:
    """The reminders (hours before the end) whose time has come and that were not sent; the newest alone is told."""
    passed = [int(one.total_seconds() // 3600) for one in REMIND_BEFORE if moment >= due - one]
    fresh = [hours for hours in passed if hours not in sent]
    return fresh if fresh and min(fresh) == min(passed) else []
