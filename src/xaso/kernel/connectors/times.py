"""Moments as the national systems write them: yyyyMMddHHmmss, Vietnam's time."""

from __future__ import annotations

from datetime import datetime

from xaso.kernel.plain.moment import VIETNAM

FORMAT = "%Y%m%d%H%M%S"


def to_stamp(moment: datetime | None) -> str:
    """A moment as 20261121140000; empty for none."""
    return moment.astimezone(VIETNAM).strftime(FORMAT) if moment else ""


def from_stamp(text: str) -> datetime:
    """20261121140000 as an aware moment; raises ValueError for anything else."""
    if len(text) != 14:
        raise ValueError("a moment has fourteen digits")
    return datetime.strptime(text, FORMAT).replace(tzinfo=VIETNAM)
