"""Moments and pauses as people type them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from xaso.kernel.plain.clock.counting import Pause, local
from xaso.kernel.plain.moment import VIETNAM

_DATE_ONLY = re.compile(r"^\d{4}-\d{2}-\d{2}$", re.ASCII)


def parse_moment(text: str) -> datetime:
    """Read ``2026-02-13T14:00`` (Vietnam's time unless an offset is written). ValueError in Vietnamese."""
    text = text.strip()
    if _DATE_ONLY.match(text):
        raise ValueError(f"“{text}” thiếu giờ. Ghi cả ngày và giờ, ví dụ 2026-02-13T14:00.")
    try:
        return local(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"Không đọc được “{text}”. Ghi ngày và giờ như 2026-02-13T14:00.") from error


def parse_pause(text: str) -> Pause:
    """Read ``FROM/TO``. A side without an hour is a whole day: ``2026-03-04/2026-03-06`` is three days."""
    start, slash, end = text.strip().partition("/")
    if not slash or not start.strip() or not end.strip():
        raise ValueError(
            f"“{text}” chưa đủ. Ghi tạm dừng dạng TỪ/ĐẾN, ví dụ 2026-03-04T10:00/2026-03-06T09:00."
        )
    return Pause(_side(start.strip(), 0), _side(end.strip(), 1))


def _side(text: str, add: int) -> datetime:
    if not _DATE_ONLY.match(text):
        return parse_moment(text)
    try:
        return datetime.combine(date.fromisoformat(text) + timedelta(days=add), time.min, VIETNAM)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"Không có ngày “{text}”. Ghi như 2026-03-04.") from error
