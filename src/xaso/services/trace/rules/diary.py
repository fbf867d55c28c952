"""Rules of the diary, without a database: which work is of which kind, waiting time, what a line must hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

# Works that use an input of these kinds.
USES = {"fertilising": "fertiliser", "spraying": "pesticide", "feeding": "feed"}
ON_LOTS = {
    "withering", "fixing", "rolling", "oxidising", "drying", "roasting", "grading", "washing", "grating",
    "noodle_making", "extracting", "filtering", "processing",
}  # fmt: skip
OLDEST = timedelta(days=730)


def kind_of(work: str) -> str:
    """The kind of entry a work makes: work, input, weather, harvest, purchase, process, storage."""
    if work in USES:
        return "input"
    if work in ON_LOTS:
        return "process"
    special = {
        "harvesting": "harvest",
        "purchasing": "purchase",
        "weather": "weather",
        "storing": "storage",
    }
    return special.get(work, "work")


def harvest_from(used_on: date, interval_days: int) -> date | None:
    """The first day of harvest after an input: ``interval_days`` whole days after its use. None for no wait."""
    return used_on + timedelta(days=interval_days) if interval_days else None


def too_early(harvested_on: date, first_day: date | None) -> bool:
    """Whether a harvest comes before the waiting time is over."""
    return first_day is not None and harvested_on < first_day


def blocked_words(place: str, name: str, used_on: date, first_day: date, source: str, confirmed: bool) -> str:
    """The sentence that says until when nobody harvests, because of what, by which source."""
    told = source or "chưa ghi nguồn"
    doubt = "" if confirmed else "; chưa ai đối chiếu nhãn"
    return (
        f"{place} chưa được thu hái: dùng {name} ngày {used_on:%d/%m/%Y}, hết thời gian cách ly thì thu hái được"
        f" từ ngày {first_day:%d/%m/%Y} (nguồn: {told}{doubt})."
    )


def fingerprint(content: Mapping[str, Any]) -> str:
    """A digest of what was sent, to tell a repeat from another line under the same key."""
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()
