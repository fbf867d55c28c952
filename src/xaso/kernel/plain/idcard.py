"""The QR on the citizen identity card: text that fills a form and proves nothing, for it carries no signature.

The card prints `number|old id|name|ddmmyyyy|sex|address|ddmmyyyy` (the last is the day of issue). Cards made from
July 2024 add fields (names of parents and others); what comes after the seventh is let be. A keyboard-wedge reader
may send Vietnamese letters decomposed or swallow the old number, and leaves line ends behind.
The layout is known from cards in use, not from a published rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from xaso.kernel.plain.idnumber import Sex, normalise
from xaso.kernel.plain.text import nfc


class NotACard(ValueError):
    """The text is not the QR of an identity card; the message says what to do."""


@dataclass(frozen=True)
class IdCard:
    """What the QR says. Empty text or None where the card says nothing readable."""

    number: str
    old_number: str
    full_name: str
    birth_date: str
    """ISO, cut short when only the year or month is printed: `1950`."""
    sex: Sex | None
    address: str
    issued_on: date | None


SEXES: dict[str, Sex] = {"nam": "male", "nữ": "female", "nu": "female", "male": "male", "female": "female"}
AGAIN = "Quét lại mã ở góc trên bên phải của thẻ căn cước, hoặc nhập số bằng tay"


def parse_card(text: str) -> IdCard:
    """Take the scanned text apart; NotACard when it is something else."""
    cleaned = re.sub(r"[\x00-\x1f\x7f]+", "", nfc(text)).strip()
    fields = [" ".join(field.split()) for field in cleaned.split("|")]
    number = normalise(fields[0])
    if len(number) != 12 or len(fields) < 6:
        raise NotACard(AGAIN)
    # Some readers drop empty fields: then the name stands where the old number should.
    if fields[1] and not re.fullmatch(r"[0-9]{9}|[0-9]{12}", fields[1]):
        fields.insert(1, "")
    fields += [""] * 7
    return IdCard(
        number=number,
        old_number=fields[1],
        full_name=fields[2][:100],
        birth_date=_birth(fields[3]),
        sex=SEXES.get(fields[4].lower()),
        address=fields[5][:300],
        issued_on=_day(fields[6]),
    )


def _day(text: str) -> date | None:
    if not re.fullmatch(r"[0-9]{8}", text):
        return None
    try:
        return date(int(text[4:]), int(text[2:4]), int(text[:2]))
    except ValueError:
        return None


def _birth(text: str) -> str:
    full = _day(text)
    if full:
        return full.isoformat()
    if re.fullmatch(r"(?:0000|00)?[0-9]{4}", text):
        return text[-4:]
    if re.fullmatch(r"00[0-9]{6}", text) and 1 <= int(text[2:4]) <= 12:
        return f"{text[4:]}-{text[2:4]}"
    return ""
