"""How Vietnamese screens, letters and messages write dates, times, figures, telephone and identity numbers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from xaso.kernel.plain.moment import VIETNAM

NBSP = "\u00a0"
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")


def _local(moment: date | datetime) -> date | datetime:
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(VIETNAM)
    return moment


def day(moment: date | datetime) -> str:
    """`12/03/2026`, in Vietnam's time."""
    return _local(moment).strftime("%d/%m/%Y")


def weekday(moment: date | datetime) -> str:
    """`Thứ Hai, 23/11/2026`."""
    local = _local(moment)
    return f"{WEEKDAYS[local.weekday()]}, {day(local)}"


def clock(moment: datetime) -> str:
    """`08:30`, 24 hours."""
    return _local(moment).strftime("%H:%M")


def stamp(moment: datetime) -> str:
    """`08:30, 23/11/2026`."""
    return f"{clock(moment)}, {day(moment)}"


def day_in_words(moment: date | datetime) -> str:
    """`ngày 05 tháng 02 năm 2026`, as NĐ 30/2020 writes it: days under 10 and months 1, 2 take a zero."""
    local = _local(moment)
    month = f"{local.month:02d}" if local.month <= 2 else str(local.month)
    return f"ngày {local.day:02d} tháng {month} năm {local.year}"


def partial_day(text: str) -> str:
    """A stored date of which perhaps only the year is known: `1948`, `1948-03`, `1948-03-12` → as read aloud."""
    return "/".join(reversed(text.split("-")))


def figure(value: int | float | Decimal, decimals: int | None = None) -> str:
    """`1.234,5`: dots between thousands, comma before decimals. `decimals` None keeps what it has, at most 3."""
    if decimals is None:
        text = f"{value:,.3f}".rstrip("0").rstrip(".") if value != int(value) else f"{int(value):,}"
    else:
        text = f"{value:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,"))


def percent(value: int | float | Decimal, decimals: int = 1) -> str:
    """`97,5%` from 0.975."""
    return f"{figure(float(value) * 100, decimals).removesuffix(',0')}%"


def phone(number: str) -> str:
    """`0912 345 678`; `+84` of Vietnam becomes 0; what is not understood is shown as it came."""
    digits = "".join(ch for ch in number if ch.isdigit())
    if digits.startswith("84") and len(digits) in (11, 12):
        digits = "0" + digits[2:]
    if len(digits) == 10 and digits.startswith("0") and not digits.startswith("02"):
        return f"{digits[:4]} {digits[4:7]} {digits[7:]}"
    if len(digits) == 11 and digits.startswith("02"):
        return (
            f"{digits[:4]} {digits[4:7]} {digits[7:]}"
            if digits[:3] not in ("024", "028")
            else f"{digits[:3]} {digits[3:7]} {digits[7:]}"
        )
    if len(digits) == 8 and digits.startswith("1"):
        return f"{digits[:4]} {digits[4:]}"
    return number


def masked(number: str, shown: int = 4) -> str:
    """`********1234`: only the last figures of an identity or account number."""
    text = number.strip()
    return "*" * max(len(text) - shown, 0) + text[-shown:] if len(text) > shown else "*" * len(text)


def size(count: int) -> str:
    """A file's size in words: `340 KB`, `2,4 MB`."""
    if count < 1024:
        return f"{count}{NBSP}byte"
    if count < 1024 * 1024:
        return f"{round(count / 1024)}{NBSP}KB"
    return f"{figure(count / 1024 / 1024, 1)}{NBSP}MB"


def ago(moment: datetime, now: datetime) -> str:
    """`vừa xong`, `12 phút trước`, `3 giờ trước`, `hôm qua 14:02`, else the stamp."""
    gap = now - moment
    if gap < timedelta(minutes=1):
        return "vừa xong"
    if gap < timedelta(hours=1):
        return f"{int(gap.total_seconds() // 60)} phút trước"
    here, there = _local(now), _local(moment)
    if gap < timedelta(hours=12):
        return f"{int(gap.total_seconds() // 3600)} giờ trước"
    if isinstance(here, datetime) and isinstance(there, datetime) and (here.date() - there.date()).days == 1:
        return f"hôm qua {clock(moment)}"
    return stamp(moment)
