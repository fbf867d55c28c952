"""The deadline of a case in words, by the legal calendar."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from xaso.kernel.cases.calendars import calendar_for
from xaso.kernel.cases.models import Case, Status
from xaso.kernel.plain import clock
from xaso.kernel.plain.moment import now as present

PAUSED_WORDS = {"supplement": "Tạm dừng: chờ bổ sung", "payment": "Tạm dừng: chờ nộp phí"}
_ENDED = {Status.WITHDRAWN: "Đã rút hồ sơ", Status.STOPPED: "Đã dừng xử lý"}


class Badge(NamedTuple):
    """What a deadline badge says: ``kind`` is left, today, late, paused, early, done, done_late or none."""

    kind: str
    text: str
    days: int = 0
    detail: str = ""


def deadline_badge(case: Case, now: datetime | None = None) -> Badge:
    """The badge of a case at a moment; ``detail`` says the exact time and the term."""
    now = clock.local(now or present())
    if case.status in _ENDED:
        return Badge("none", _ENDED[Status(case.status)])
    if case.due_at is None:
        return Badge("none", "Không có thời hạn")
    due_at = clock.local(case.due_at)
    detail = f"Hạn {clock.moment_words(due_at)}" + (
        f", thời hạn {clock.parse_term(case.term).words}" if case.term else ""
    )
    if case.closed_at is not None:
        return _ended(clock.local(case.closed_at), due_at, detail)
    if case.status == Status.WAITING:
        late = is_late(case, now)
        words = PAUSED_WORDS.get(case.paused_for, "Tạm dừng")
        return Badge("paused", f"{words} (đã quá hạn)" if late else words, 0, detail)
    left = clock.remaining(now, due_at, calendar_for(case.province))
    return Badge(left.kind, left.text, left.days, detail)


def is_late(case: Case, now: datetime | None = None) -> bool:
    """Whether the case is, or was when it ended, past its deadline. A pause counts as of when it began."""
    if case.due_at is None or case.status in _ENDED:
        return False
    reference = case.closed_at or case.paused_at or now or present()
    return reference > case.due_at


def _ended(closed: datetime, due_at: datetime, detail: str) -> Badge:
    if closed > due_at:
        days = (closed.date() - due_at.date()).days
        return Badge("done_late", f"Xong, trễ {days} ngày" if days else "Xong, trễ trong ngày", days, detail)
    early = closed.date() < due_at.date()
    return Badge("early" if early else "done", "Xong trước hạn" if early else "Xong đúng hạn", 0, detail)
