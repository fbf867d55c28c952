"""Fees: the amount of the fee cell, what its note says, and whether the two agree.

The portal prints "Miễn phí" whenever the amount was left at zero, also where the note names a tariff, a price
or the decision of the People's Council. So "free" is believed only when nothing contradicts it. Amounts below
1,000 đồng are the trace of lost thousands ("20 VNĐ" for 20.000) and are never believed.
"""

from __future__ import annotations

import re

from xaso.services.onestop.catalogue.cells import FREE, NO_INFORMATION, Row
from xaso.services.onestop.catalogue.shape import ABSENT, AMBIGUOUS, PARSED, Fee

_CURRENCIES = {"VNĐ": "VND", "Việt Nam Đồng": "VND", "USD": "USD", "EUR": "EUR", "Euro": "EUR"}
_SMALLEST_BELIEVED = 1000  # đồng; the smallest real fee of the portal is 2,000 for a page
_AMOUNT = re.compile(
    r"(?<![\d/.,])(?P<number>\d{1,3}(?:[.,]\d{3})+|\d+(?:,\d+)?)\s?"
    r"(?P<unit>triệu đồng|nghìn đồng|ngàn đồng|tỷ đồng|triệu|đồng|vnđ|vnd|usd|đô la mỹ|đ(?!\w)|(?=/\s?[a-zđ]))",
    re.IGNORECASE,
)
_SCALE = {"triệu đồng": 10**6, "triệu": 10**6, "nghìn đồng": 1000, "ngàn đồng": 1000, "tỷ đồng": 10**9}
_NOTHING = re.compile(
    r"[\s*+-]*(?:không|không có|không quy định|chưa quy định|không có quy định|không thu|không thu phí"
    r"|không thu lệ phí|không mất phí|không thu phí, lệ phí|miễn phí|miễn lệ phí|miễn)[\s.]*",
    re.IGNORECASE,
)
_NOT_CHARGED = re.compile(
    r"^[\s*+-]*(?:không thu (?:phí|lệ phí)|miễn (?:phí|lệ phí)[\s(]+thông tư)", re.IGNORECASE
)
_COPY_FEE = re.compile(r"^[\s*+-]*phí cấp bản sao\b", re.IGNORECASE)
_COUNCIL = re.compile(r"hội đồng nhân dân|hđnd", re.IGNORECASE)
_COMMITTEE = re.compile(
    r"(?:ủy|uỷ) ban nhân dân (?:cấp )?tỉnh|ubnd (?:cấp )?tỉnh|chính quyền địa phương", re.I
)
_TARIFF = re.compile(
    r"thông tư|nghị định|luật phí|biểu (?:mức|phí|giá)|mức thu|theo quy định|theo phí|chi phí|giá dịch vụ"
    r"|phí thẩm định|quy định của bộ|luật giá|phí và lệ phí|phương thức thanh toán",
    re.IGNORECASE,
)
_EXEMPT = re.compile(
    r"miễn (?:phí|lệ phí|thu|giảm|)\s?(?:\S+ ){0,4}?(?:cho|đối với|trường hợp|với)|được miễn", re.I
)
_PERCENT = re.compile(r"\d+\s?%")
_DATED = re.compile(
    r"(?:từ|đến)\s+(?:hết\s+)?(?:ngày\s+)?\d{1,2}[/.]\d{1,2}[/.]\d{4}|64/2025/TT-BTC|40/2026/TT-BTC",
    re.IGNORECASE,
)
_REDUCED = re.compile(r"áp dụng|miễn|giảm|bằng|mức (?:phí|lệ phí|thu)", re.IGNORECASE)
_PER = re.compile(r"^[\s:.-]*(?:đồng|vnđ|đ)?\s?/\s?(?:0?1 )?(?P<per>[^\d.,;()/\n]{2,40})", re.IGNORECASE)
_PER_AFTER = re.compile(r"^\s?/\s?(?:0?1 )?(?P<per>[^\d.,;()/\n–-]{2,40})")
_FEE_SENTENCE = re.compile(r"(?:^|\n)\W*(?:phí|lệ phí)[^\n]{0,400}", re.IGNORECASE)
_FEE_IN_TEXT = re.compile(r"(?:lệ phí|phí)[^.;\n]{0,60}$", re.IGNORECASE)


def amounts_in(text: str) -> list[tuple[int, str, str]]:
    """Amounts a text states: (value, currency, per what)."""
    found = []
    for match in _AMOUNT.finditer(text):
        unit = match["unit"].lower()
        digits = match["number"]
        grouped = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", digits)
        value = int(re.sub(r"[.,]", "", digits)) if grouped else int(float(digits.replace(",", ".")))
        if unit in _SCALE and not grouped:
            value = int(float(digits.replace(",", ".")) * _SCALE[unit])
        if unit == "" and value < _SMALLEST_BELIEVED:
            continue  # "281/2016/TT-BTC", "1/giấy"
        per = _PER_AFTER.match(text[match.end() :])
        currency = "USD" if unit in ("usd", "đô la mỹ") else "VND"
        found.append((value, currency, _unit_words(per["per"]) if per else ""))
    return found


def read_fee(row: Row) -> Fee:
    """The fee of one row of the table."""
    if row.fee == NO_INFORMATION:
        fee = _silent_fee(row)
    elif row.fee == FREE:
        fee = _free_fee(row)
    else:
        fee = _priced_fee(row)
    fee.note = row.note
    if not row.note_closed and fee.status == PARSED:
        fee.status, fee.reason = AMBIGUOUS, "note_border_lost"
        fee.candidates = fee.candidates or [_label(fee.amount or 0, fee.currency)]
    return fee


def _label(amount: int, currency: str) -> str:
    return f"{amount} {currency}"


def _labels(amounts: list[tuple[int, str, str]]) -> list[str]:
    return list(dict.fromkeys(_label(value, currency) for value, currency, _ in amounts))[:8]


def _said_as_fee(description: str) -> list[tuple[int, str, str]]:
    """Amounts that the description calls a fee."""
    return [
        amount
        for match in _AMOUNT.finditer(description)
        if _FEE_IN_TEXT.search(description[: match.start()])
        for amount in amounts_in(description[match.start() : match.end() + 40])
    ]


def _silent_fee(row: Row) -> Fee:
    """No information in the cell. A note or a sentence about the fee may still say it."""
    text = row.note
    if _COUNCIL.search(text):
        return Fee(PARSED, kind="set_by_council", source="note", raw=text[:300])
    sentence = _FEE_SENTENCE.search(row.description)
    if sentence and _COUNCIL.search(sentence[0]) and not amounts_in(sentence[0]):
        return Fee(PARSED, kind="set_by_council", source="description", raw=sentence[0][:300])
    stated = amounts_in(text) + _said_as_fee(row.description)
    if stated:
        return Fee(AMBIGUOUS, raw=row.raw[:300], reason="several_amounts", candidates=_labels(stated))
    return Fee(ABSENT, raw=row.fee)


def _free_fee(row: Row) -> Fee:
    """ "Miễn phí" and its note."""
    note = row.note.strip()
    raw = f"{row.fee}({note[:260]})" if note else row.fee
    if not note:
        stated = _said_as_fee(row.description)
        if stated:
            return Fee(AMBIGUOUS, raw=raw, reason="free_but_amount", candidates=["0 VND", *_labels(stated)])
        return Fee(PARSED, kind="none", amount=0, source="column", raw=raw)
    if _NOTHING.fullmatch(note) or _COPY_FEE.match(note):
        return Fee(PARSED, kind="none", amount=0, source="column", raw=raw)
    stated = amounts_in(note)
    if stated:
        return Fee(AMBIGUOUS, raw=raw, reason="free_but_amount", candidates=["0 VND", *_labels(stated)])
    if _COUNCIL.search(note):
        return Fee(PARSED, kind="set_by_council", source="note", raw=raw)
    if _NOT_CHARGED.match(note):
        return Fee(PARSED, kind="none", amount=0, source="column", raw=raw)
    if _COMMITTEE.search(note):
        return Fee(PARSED, kind="set_by_committee", source="note", raw=raw)
    reason = "free_with_note"
    if _EXEMPT.search(note):
        reason = "free_but_exemptions"
    elif _TARIFF.search(note):
        reason = "free_but_tariff"
    kind = "by_tariff" if reason == "free_but_tariff" else "unknown"
    return Fee(AMBIGUOUS, kind=kind, raw=raw, reason=reason, candidates=["0 VND"])


def _priced_fee(row: Row) -> Fee:
    """A number in the cell, compared with the amounts of its note."""
    digits, _, words = row.fee.partition(" ")
    currency = _CURRENCIES[words]
    if row.glued:
        return _glued_fee(row, currency)
    amount = int(digits.replace(",", ""))
    return _checked(row, amount, currency, raw=f"{row.fee}({row.note[:260]})" if row.note else row.fee)


def _checked(row: Row, amount: int, currency: str, raw: str) -> Fee:
    fee = Fee(PARSED, kind="fixed", amount=amount, currency=currency, source="column", raw=raw)
    stated = amounts_in(row.note)
    values = {(value, unit) for value, unit, _ in stated}
    fee.per = _per(row.note, amount, stated)
    candidates = list(dict.fromkeys([_label(amount, currency), *_labels(stated)]))
    if currency == "VND" and amount < _SMALLEST_BELIEVED:
        fee.reason = "thousands_lost" if (amount, "USD") not in values else "currency_conflict"
    elif values and (amount, currency) not in values:
        fee.reason = "amount_mismatch"
        if any(value == amount for value, _ in values):
            fee.reason = "currency_conflict"
    elif _DATED.search(row.note) and _REDUCED.search(row.note):
        fee.reason = "dated_reduction"
    elif _PERCENT.search(row.note):
        fee.reason = "dated_reduction"
    elif len(values) > 1:
        fee.kind = "by_case"
    elif more := [item for item in _said_as_fee(row.description) if item[:2] != (amount, currency)]:
        fee.reason = "several_amounts"  # "Phí: 800.000 đồng. Lệ phí: 100.000 đồng"
        candidates = list(dict.fromkeys([*candidates, *_labels(more)]))
    if fee.reason:
        fee.status, fee.kind, fee.candidates = AMBIGUOUS, "unknown", candidates
    return fee


def _unit_words(text: str) -> str:
    """ "lần đối với tàu nhóm I" to "lần": what an amount is for, without the case."""
    return re.split(r"\s(?:đối với|miễn|áp dụng|cho|đồng)\b", " ".join(text.split()), flags=re.IGNORECASE)[0]


def _per(note: str, amount: int, stated: list[tuple[int, str, str]]) -> str:
    head = _PER.match(note)
    if head:
        return _unit_words(head["per"])
    return next((per for value, _, per in stated if value == amount and per), "")


def _glued_fee(row: Row, currency: str) -> Fee:
    raw = f"{row.time}{row.fee}({row.note[:200]})" if row.note else f"{row.time}{row.fee}"
    amounts = [int(right.replace(",", "")) for _, right in row.glued]
    if len(amounts) == 1:
        return _checked(row, amounts[0], currency, raw)
    stated = amounts_in(row.note)
    candidates = list(dict.fromkeys([*(_label(amount, currency) for amount in amounts), *_labels(stated)]))
    return Fee(AMBIGUOUS, currency=currency, raw=raw, reason="digits_glued", candidates=candidates)
