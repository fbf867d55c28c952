"""Fee rules as data: what is collected, how much, for whom nothing is due, and who sets the amount."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from xaso.services.onestop.eforms.conditions import Condition, Part

Channel = Literal["online", "counter", "post"]


class Tier(Part):
    """From the ``start``-th unit (page) on, each unit costs ``amount`` đồng."""

    start: int = Field(ge=1)
    amount: int = Field(ge=0)


class Exemption(Part):
    """Who pays nothing (or less), with the paper that proves it."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    words: str
    when: Condition
    proof: str = ""
    """Key of the component that proves it; empty when nothing need be shown."""
    legal_basis: str = ""


class Fee(Part):
    """One thing collected.

    ``fixed``: an amount (per channel when ``by_channel`` is given) times ``quantity`` when that names a field.
    ``tiered``: per page by tiers, at most ``cap`` a copy, times copies.
    ``set_by_province``: the provincial People's Council sets it; the dated rate rows of the province are used.
    ``none``: nothing is collected and that is confirmed.
    """

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    kind: Literal["fee", "charge"] = "charge"
    """``fee`` = phí, ``charge`` = lệ phí: two different things in the books."""
    method: Literal["none", "fixed", "tiered", "set_by_province"]
    when: Condition | None = None
    amount: int | None = Field(default=None, ge=0)
    by_channel: dict[Channel, int] = {}
    quantity: str = ""
    """Field holding how many (copies, transactions)."""
    group: str = ""
    """A repeated group: the fee is worked out for each item and added up."""
    pages: str = ""
    tiers: tuple[Tier, ...] = ()
    cap: int | None = Field(default=None, ge=0)
    unit_words: str = ""
    exempt: tuple[Exemption, ...] = ()
    note: str = ""
    portal_amount: int | None = Field(default=None, ge=0)
    """What the national portal displays for a fee the province sets; shown as a hint, never collected."""
    legal_basis: str = Field(min_length=1)
    unconfirmed: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.method == "fixed" and self.amount is None and not self.by_channel:
            raise ValueError(f"{self.key}: a fixed fee needs amount or by_channel")
        if self.method == "tiered":
            starts = [tier.start for tier in self.tiers]
            if not starts or starts[0] != 1 or starts != sorted(set(starts)):
                raise ValueError(f"{self.key}: tiers start at 1 and rise")
            if not self.pages:
                raise ValueError(f"{self.key}: tiers need the field that holds the pages")
        if self.method == "set_by_province" and not self.note:
            raise ValueError(f"{self.key}: a fee set by the province always carries its note")
        return self


class Rate(Part):
    """A dated row of a province's resolution: what one fee costs there."""

    fee: str
    amount: int = Field(ge=0)
    valid_from: date
    valid_to: date | None = None
    channel: Channel | None = None
    procedure: str = ""
    legal_basis: str = Field(min_length=1)

    def covers(self, day: date) -> bool:
        """Is the row in force that day?"""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
