"""What is to be paid: lines with their reckoning, their exemption and the law they rest on.

A fee the province sets is never called free: without a rate row its amount is unknown and the note says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from xaso.services.onestop.eforms.conditions import Answers, Given, holds
from xaso.services.onestop.eforms.fee_schema import Channel, Exemption, Fee, Rate
from xaso.services.onestop.eforms.schema import Setup
from xaso.services.onestop.eforms.words import money_text

State = Literal["due", "nothing", "exempt", "not_set"]
MOST_UNITS = 100_000


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One line of the reckoning. ``amount`` is None only when the province has not set it here yet."""

    key: str
    name: str
    kind: Literal["fee", "charge"]
    state: State
    amount: int | None
    reckoning: str
    note: str
    legal_basis: str
    unconfirmed: str = ""
    exemption: str = ""


@dataclass(frozen=True, slots=True)
class FeeQuote:
    """All lines; ``total`` sums what is known, ``complete`` says that nothing is unknown."""

    lines: tuple[FeeLine, ...]

    @property
    def total(self) -> int:
        """Đồng to pay, of the lines whose amount is known."""
        return sum(line.amount or 0 for line in self.lines)

    @property
    def complete(self) -> bool:
        """No line waits for a rate of the province."""
        return all(line.state != "not_set" for line in self.lines)


def fee_lines(
    setup: Setup, answers: Answers, channel: Channel, on_date: date, rates: Iterable[Rate], given: Given
) -> FeeQuote:
    """The reckoning for a dossier filed on a day through a channel, with the province's dated rate rows."""
    rows = [rate for rate in rates if rate.covers(on_date) and rate.procedure in {"", setup.procedure}]
    here = given.with_facts(channel=channel)
    lines = [_line(fee, answers, channel, rows, here) for fee in setup.fees if holds(fee.when, answers, here)]
    return FeeQuote(tuple(lines))


def _line(fee: Fee, answers: Answers, channel: Channel, rows: list[Rate], given: Given) -> FeeLine:
    exemption = next((rule for rule in fee.exempt if holds(rule.when, answers, given)), None)
    if exemption is not None:
        return _exempt(fee, exemption)
    basis = fee.legal_basis
    if fee.method == "none":
        return _made(fee, "nothing", 0, "Không thu", basis)
    if fee.method == "set_by_province":
        rate = _best_rate(fee, channel, rows)
        if rate is None:
            return _made(fee, "not_set", None, "Mức do Hội đồng nhân dân tỉnh quyết định", basis)
        each, basis = rate.amount, f"{rate.legal_basis}; {basis}"
    elif fee.method == "tiered":
        amount, reckoning = _tiered(fee, answers)
        return _made(fee, "due" if amount else "nothing", amount, reckoning, basis)
    else:
        each = fee.by_channel.get(channel, fee.amount or 0)
    count = _count(answers.get(fee.quantity)) if fee.quantity else 1
    reckoning = f"{money_text(each)} × {count} {fee.unit_words}".strip() if fee.quantity else money_text(each)
    return _made(fee, "due" if each * count else "nothing", each * count, reckoning, basis)


def _made(fee: Fee, state: State, amount: int | None, reckoning: str, basis: str) -> FeeLine:
    return FeeLine(fee.key, fee.name, fee.kind, state, amount, reckoning, fee.note, basis, fee.unconfirmed)


def _exempt(fee: Fee, rule: Exemption) -> FeeLine:
    return FeeLine(
        fee.key,
        fee.name,
        fee.kind,
        "exempt",
        0,
        f"Miễn: {rule.words}",
        fee.note,
        rule.legal_basis or fee.legal_basis,
        fee.unconfirmed,
        rule.key,
    )


def _best_rate(fee: Fee, channel: Channel, rows: list[Rate]) -> Rate | None:
    """The row that fits best: of this procedure before general, of this channel before any, newest first."""
    fitting = [rate for rate in rows if rate.fee == fee.key and rate.channel in {None, channel}]
    return max(fitting, key=lambda rate: (rate.procedure, rate.channel or "", rate.valid_from), default=None)


def _tiered(fee: Fee, answers: Answers) -> tuple[int, str]:
    items = answers.get(fee.group) if fee.group else [answers]
    total, pieces = 0, []
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, Mapping):
            continue
        pages, copies = _count(item.get(fee.pages)), _count(item.get(fee.quantity)) if fee.quantity else 1
        each = _copy_price(fee, pages)
        total += each * copies
        pieces.append(f"{copies} bản × {pages} trang = {money_text(each * copies)}")
    return total, "; ".join(pieces)


def _copy_price(fee: Fee, pages: int) -> int:
    """The price of one copy: each tier's pages at its amount, never more than the cap."""
    total = 0
    for place, tier in enumerate(fee.tiers):
        end = fee.tiers[place + 1].start - 1 if place + 1 < len(fee.tiers) else pages
        total += max(0, min(pages, end) - tier.start + 1) * tier.amount
    return total if fee.cap is None else min(total, fee.cap)


def _count(value: Any) -> int:
    """A number of copies or pages; nothing odd ever makes a fee negative or endless."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0
    return max(0, min(int(value), MOST_UNITS))
