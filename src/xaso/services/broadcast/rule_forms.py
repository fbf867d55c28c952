"""What the programme's form says, as the fields of a slot: recurrence, lunar days, places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from xaso.kernel.base.errors import ActionError
from xaso.services.broadcast.models import Slot

WEEKLY, MONTHLY, LUNAR, DAILY = "weekly", "monthly", "lunar", "daily"


def numbers(text: str, field: str, most: int = 31) -> list[int]:
    """`1, 15` as sorted numbers. Raises ActionError at the field."""
    found = re.findall(r"\d+", text)
    days = sorted({int(one) for one in found})
    if not days or days[0] < 1 or days[-1] > most or re.search(r"[^\d\s,;và]", text):
        raise ActionError(f"Nhập các ngày từ 1 đến {most}, ví dụ 1, 15", field=field)
    return days


def lunar_days(text: str) -> dict[str, list[int]]:
    """`1, 15` is every month; `10/3` is that month. Raises ActionError."""
    wrong = ActionError(
        "Nhập như 1, 15 (mỗi tháng) hoặc 10/3 (mùng mười tháng ba); mỗi mục một tháng thì lập mục riêng",
        field="lunar_days",
    )
    parts = [one.strip() for one in re.split(r"[,;]| và ", text) if one.strip()]
    days: set[int] = set()
    months: set[int] = set()
    bare = False
    for one in parts:
        found = re.fullmatch(r"(\d{1,2})(?:\s*[/-]\s*(\d{1,2}))?", one)
        if not found or not 1 <= int(found[1]) <= 30 or (found[2] and not 1 <= int(found[2]) <= 12):
            raise wrong
        days.add(int(found[1]))
        if found[2]:
            months.add(int(found[2]))
        else:
            bare = True
    if not days or (bare and months) or (len(months) > 1 and len(days) > 1):
        raise wrong
    return {"days": sorted(days), "months": sorted(months)}


def excluded_days(text: str) -> list[str]:
    """`02/09/2026, 20/11/2026` as ISO days. Raises ActionError."""
    days = []
    for one in re.split(r"[,;]", text):
        found = re.fullmatch(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*", one)
        if not found:
            if one.strip():
                raise ActionError("Nhập các ngày như 02/09/2026, cách nhau bằng dấu phẩy", field="skip")
            continue
        try:
            days.append(date(int(found[3]), int(found[2]), int(found[1])).isoformat())
        except ValueError as problem:
            raise ActionError(f"Không có ngày {one.strip()}", field="skip") from problem
    return sorted(set(days))


def slot_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a slot from the cleaned form. Raises ActionError at the field to mend."""
    repeat = facts["repeat"]
    rule, lunar = "", {}
    if repeat == DAILY:
        rule = "FREQ=DAILY"
    elif repeat == WEEKLY:
        rule = "FREQ=WEEKLY;BYDAY=" + ",".join(facts["weekdays"])
    elif repeat == MONTHLY:
        days = numbers(facts["month_days"], "month_days")
        rule = "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(str(one) for one in days)
    elif repeat == LUNAR:
        lunar = lunar_days(facts["lunar_days"])
    minutes = facts.get("minutes")
    return {
        "title": facts["title"],
        "item": facts["kind"],
        "first_day": facts["first_day"],
        "last_day": facts["first_day"] if repeat == "once" else facts["last_day"],
        "starts": facts["time"].replace(second=0, microsecond=0),
        "seconds": minutes * 60 if minutes and facts["kind"] != Slot.Item.BULLETIN else None,
        "rule": rule,
        "lunar": lunar,
        "excluded": excluded_days(facts["skip"]),
        "area": {"clusters": list(facts["clusters"])} if facts["clusters"] else {},
        "loses": facts["on_loss"],
    }


def form_facts(slot: Slot) -> dict[str, Any]:
    """The form's values from a slot, for changing it."""
    found = dict(re.findall(r"([A-Z]+)=([^;]+)", slot.rule))
    repeat = LUNAR if slot.lunar.get("days") else "once"
    repeat = {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY}.get(found.get("FREQ", ""), repeat)
    months = slot.lunar.get("months") or []
    return {
        "kind": slot.item,
        "bulletin": str(slot.bulletin_id or ""),
        "relay": str(slot.relay_id or ""),
        "title": slot.title,
        "minutes": max(slot.seconds // 60, 1),
        "repeat": repeat,
        "weekdays": found.get("BYDAY", "").split(",") if repeat == WEEKLY else [],
        "month_days": ", ".join(found.get("BYMONTHDAY", "").split(",")),
        "lunar_days": ", ".join(
            f"{one}/{month}" if month else str(one)
            for month in (months or [0])
            for one in slot.lunar.get("days", [])
        ),
        "first_day": slot.first_day,
        "last_day": None if repeat == "once" else slot.last_day,
        "time": slot.starts,
        "skip": ", ".join(f"{one[8:10]}/{one[5:7]}/{one[:4]}" for one in slot.excluded),
        "clusters": list(slot.area.get("clusters") or ()),
        "on_loss": slot.loses,
    }
