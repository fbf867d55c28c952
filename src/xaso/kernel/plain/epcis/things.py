"""What an event is about: every thing with the part it plays, for indexes and graphs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xaso.kernel.plain.epcis.document import Event
from xaso.kernel.plain.epcis.identifiers import canonical_id

EPC = "epc"
PARENT = "parent"
CHILD = "child"
INPUT = "input"
OUTPUT = "output"
QUANTITY = "quantity"
CHILD_QUANTITY = "child_quantity"
INPUT_QUANTITY = "input_quantity"
OUTPUT_QUANTITY = "output_quantity"
ROLES = (EPC, PARENT, CHILD, INPUT, OUTPUT, QUANTITY, CHILD_QUANTITY, INPUT_QUANTITY, OUTPUT_QUANTITY)

_SINGLE = (("epcList", EPC), ("childEPCs", CHILD), ("inputEPCList", INPUT), ("outputEPCList", OUTPUT))
_COUNTED = (
    ("quantityList", QUANTITY),
    ("childQuantityList", CHILD_QUANTITY),
    ("inputQuantityList", INPUT_QUANTITY),
    ("outputQuantityList", OUTPUT_QUANTITY),
)


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of an event: its part, its canonical address, how much of it; ``written`` is what the event says."""

    role: str
    uri: str
    quantity: float | int | None
    uom: str | None
    written: str

    def __iter__(self) -> Iterator[Any]:
        """``role, uri, quantity, uom`` for unpacking."""
        return iter((self.role, self.uri, self.quantity, self.uom))


def things(event: Event) -> Iterator[Thing]:
    """Every EPC and class of an event with its part, the parent first. The event must have passed the check."""
    parent = event.get("parentID")
    if parent:
        yield Thing(PARENT, canonical_id(parent), None, None, parent)
    for name, role in _SINGLE:
        for value in event.get(name, ()):
            yield Thing(role, canonical_id(value), None, None, value)
    for name, role in _COUNTED:
        for row in event.get(name, ()):
            value = row["epcClass"]
            yield Thing(role, canonical_id(value), row.get("quantity"), row.get("uom"), value)
