"""What the tables can hold: told as problems of the field, before the database would have to say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from xaso.kernel.plain.epcis import Event, Problem
from xaso.kernel.plain.epcis.fields import EPC_LISTS, PLACES, QUANTITY_LISTS

LONGEST = {"eventID": 300, "parentID": 500, "transformationID": 300, "bizStep": 200, "disposition": 200}
LONGEST_EPC, LONGEST_PLACE, LONGEST_TYPE = 500, 300, 120
MOST = 10**12  # of a quantity
THINGS = 20_000  # things in one event


def storable(events: Sequence[Event], first: int = 0) -> Iterator[Problem]:
    """Problems of events that are right by the standard and yet cannot be kept; ``first`` counts the first of them."""
    for place, event in enumerate(events, first):
        for pointer, vi, en in _of(event):
            yield Problem(pointer, vi, en, event=place, layer="meaning")


def _of(event: Event) -> Iterator[tuple[str, str, str]]:
    if _has_nul(event):
        yield (
            "",
            "Sự kiện có ký tự NUL, không lưu được.",
            "The event has a NUL character, which cannot be kept.",
        )
    for name, most in LONGEST.items():
        if len(event.get(name, "")) > most:
            yield _too_long(f"/{name}", most)
    if len(event["type"]) > LONGEST_TYPE:
        yield _too_long("/type", LONGEST_TYPE)
    for name in PLACES:
        if len(event.get(name, {}).get("id", "")) > LONGEST_PLACE:
            yield _too_long(f"/{name}/id", LONGEST_PLACE)
    yield from _things(event)


def _things(event: Event) -> Iterator[tuple[str, str, str]]:
    count = 0
    for name in EPC_LISTS:
        listed = event.get(name, ())
        count += len(listed)
        for place, value in enumerate(listed):
            if len(value) > LONGEST_EPC:
                yield _too_long(f"/{name}/{place}", LONGEST_EPC)
    for name in QUANTITY_LISTS:
        rows = event.get(name, ())
        count += len(rows)
        for place, row in enumerate(rows):
            if len(row["epcClass"]) > LONGEST_EPC:
                yield _too_long(f"/{name}/{place}/epcClass", LONGEST_EPC)
            if row.get("quantity", 0) >= MOST:
                at = f"/{name}/{place}/quantity"
                yield at, f"Số lượng phải nhỏ hơn {MOST:,}.", f"A quantity must be below {MOST:,}."
    if count > THINGS:
        yield (
            "",
            f"Một sự kiện có nhiều nhất {THINGS:,} vật; hãy tách thành nhiều sự kiện.",
            f"An event has at most {THINGS:,} things; split it.",
        )


def _too_long(pointer: str, most: int) -> tuple[str, str, str]:
    return pointer, f"Dài quá {most} ký tự.", f"Longer than {most} characters."


def _has_nul(value: Any) -> bool:
    """Whether NUL stands in any text or key."""
    if value.__class__ is str:
        return "\x00" in value
    if value.__class__ is dict:
        return any("\x00" in key or _has_nul(one) for key, one in value.items())
    if value.__class__ is list:
        return any(_has_nul(one) for one in value)
    return False
