"""The dated rows that mailings go by: prices, quotas, when a second person approves. The nearest unit's row counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import Q

from xaso.kernel.messages.mass_models import DatedRow, MassRule, Price, Quota
from xaso.kernel.plain.moment import VIETNAM, today

R = TypeVar("R", bound=DatedRow)

# First digits after 0 by operator, as numbers were given out; a number may have moved to another operator since.
OPERATORS = {
    "viettel": ("86", "96", "97", "98", "32", "33", "34", "35", "36", "37", "38", "39"),
    "vinaphone": ("88", "91", "94", "81", "82", "83", "84", "85"),
    "mobifone": ("89", "90", "93", "70", "76", "77", "78", "79"),
    "vietnamobile": ("92", "52", "56", "58"),
    "gmobile": ("99", "59"),
    "itel": ("87",),
}
_BY_DIGITS = {digits: name for name, all_digits in OPERATORS.items() for digits in all_digits}
SPANS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def operator_of(phone: str) -> str:
    """The operator that gave a number out (84… or 0…); empty when unknown."""
    digits = phone[2:] if phone.startswith("84") else phone[1:]
    return _BY_DIGITS.get(digits[:2], "")


def in_force(rows: Iterable[R], unit_path: str, day: date | None = None) -> list[R]:
    """The rows that count for a unit on a day: those of the nearest unit first, the newest first among these."""
    on = day or today()
    live = [
        row
        for row in rows
        if unit_path.startswith(row.unit_path)
        and row.valid_from <= on
        and (row.valid_to is None or on <= row.valid_to)
    ]
    # Of two that begin on one day the one that was written last counts: keys rise with time.
    return sorted(live, key=lambda row: (len(row.unit_path), row.valid_from, row.pk), reverse=True)


class Prices:
    """Prices of a unit today; ``of`` answers đồng for one part or message, None when nobody has said."""

    def __init__(self, unit_path: str) -> None:
        self.rows = in_force(Price.objects.all(), unit_path)
        self.kept: dict[tuple[str, str], int | None] = {}

    def of(self, channel: str, phone: str = "") -> int | None:
        operator = operator_of(phone) if phone else ""
        key = (channel, operator)
        if key not in self.kept:
            fitting = [row for row in self.rows if row.channel == channel and row.operator in ("", operator)]
            fitting.sort(key=lambda row: row.operator != operator)
            self.kept[key] = fitting[0].amount if fitting else None
        return self.kept[key]

    def unconfirmed(self, channel: str) -> bool:
        """Whether the price of a channel still waits for a source."""
        return any(not row.confirmed for row in self.rows if row.channel == channel)


def rule_for(unit_path: str) -> MassRule | None:
    """When mailings of a unit need a second person."""
    return next(iter(in_force(MassRule.objects.all(), unit_path)), None)


def quotas_for(unit_path: str, channel: str) -> list[Quota]:
    """The quotas that bind a channel of a unit: for each span the nearest row."""
    found: dict[str, Quota] = {}
    for row in in_force(Quota.objects.filter(channel=channel), unit_path):
        found.setdefault(row.span, row)
    return list(found.values())


def span_start(span: str, moment: datetime) -> datetime:
    """When the span that holds an instant began (days begin at midnight in Vietnam)."""
    local = moment.astimezone(VIETNAM)
    if span == "day":
        return local.replace(hour=0, minute=0, second=0, microsecond=0)
    seconds = SPANS[span]
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = int((local - midnight).total_seconds())
    return midnight + timedelta(seconds=passed - passed % seconds)


def span_end(span: str, began: datetime) -> datetime:
    """When it ends."""
    return began + timedelta(seconds=SPANS[span])


def seed_mass_rows() -> None:
    """First rows where there are none at all; an operator's rows replace them."""
    first = today().replace(month=1, day=1)
    if not MassRule.objects.exists():
        MassRule.objects.create(approve_above=200, valid_from=first, source="Mặc định của phần mềm")
    if not Quota.objects.filter(Q(channel="zalo")).exists():
        Quota.objects.create(
            channel="zalo",
            span="day",
            most=20_000,
            valid_from=first,
            source="Hạn mức Zalo OA mới từ 16/01/2026 theo trang của Zalo; mỗi tài khoản một khác",
        )
    if not Price.objects.exists():
        said = "Giá ví dụ của phần mềm; thay bằng giá trong hợp đồng"
        for channel, amount in (("sms", 500), ("zalo", 200), ("push", 0), ("email", 0), ("inbox", 0)):
            Price.objects.create(
                channel=channel,
                amount=amount,
                valid_from=first,
                source=said if amount else "Không trả cho bên ngoài theo từng tin",
                confirmed=not amount,
            )
