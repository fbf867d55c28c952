"""Rules of lots and of GS1 numbers, without the database: quantities, yields, codes of lots, keys under a prefix."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path

from xaso.kernel.plain.formats import figure
from xaso.kernel.plain.gs1 import check_digit, has_good_check_digit

STEP = Decimal("0.001")
MOST = Decimal("99999999.999")
# UN/ECE Recommendation 20: the codes in use here, their words, and kilograms or litres in one.
UNITS: dict[str, tuple[str, Decimal | None]] = {
    "KGM": ("kg", Decimal(1)),
    "GRM": ("g", Decimal("0.001")),
    "TNE": ("tấn", Decimal(1000)),
    "LTR": ("lít", None),
    "MLT": ("ml", None),
    "H87": ("cái", None),
    "EA": ("cái", None),
}
# Letters that AI 10 takes and that stand in an address, on a label and in a table without being escaped.
LOT_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,19}")
FOR_ONE_SHOP = re.compile(r"0?(?:2|02|04)")


def word_of(uom: str) -> str:
    """The unit as people write it; an unknown code as it is."""
    return UNITS.get(uom, (uom, None))[0]


def said(quantity: Decimal, uom: str) -> str:
    """`12,5 kg`."""
    return f"{figure(quantity)} {word_of(uom)}"


def amount(value: Decimal | int | float | str) -> Decimal:
    """A quantity to the gram. Raises ValueError for what is no number, not above zero, or beyond all measure."""
    try:
        number = Decimal(str(value)).quantize(STEP, rounding=ROUND_HALF_UP)
    except InvalidOperation as error:
        raise ValueError("Nhập số, như 120,5") from error
    if not number.is_finite() or number <= 0:
        raise ValueError("Nhập số lớn hơn 0")
    if number > MOST:
        raise ValueError("Số quá lớn. Kiểm tra lại đơn vị.")
    return number


def converted(quantity: Decimal, source: str, target: str) -> Decimal | None:
    """The same amount in another unit, None where the two do not compare (litres and kilograms)."""
    if source == target:
        return quantity
    one, other = UNITS.get(source, ("", None))[1], UNITS.get(target, ("", None))[1]
    if one is None or other is None:
        return {("MLT", "LTR"): quantity / 1000, ("LTR", "MLT"): quantity * 1000}.get((source, target))
    return (quantity * one / other).quantize(STEP, rounding=ROUND_HALF_UP)


def packs_in(quantity: Decimal, uom: str, net: Decimal, net_uom: str) -> int | None:
    """How many whole packs a quantity makes, None where the units do not compare."""
    there = converted(quantity, uom, net_uom)
    return None if there is None or net <= 0 else int((there / net).to_integral_value(ROUND_DOWN))


def read_code(text: str) -> str:
    """A lot code in capitals. Raises ValueError for letters that neither a label nor an address can carry."""
    code = text.strip().upper().replace(" ", "-")
    if not LOT_CODE.fullmatch(code):
        raise ValueError("Số lô dài nhất 20 ký tự, gồm chữ không dấu, số, dấu chấm, gạch ngang, gạch dưới")
    return code


def day_code(made_on: date, number: int) -> str:
    """The code of the day's lot: `261122-01`."""
    return f"{made_on:%y%m%d}-{number:02d}"


def part_code(code: str, number: int, taken: Sequence[str] = ()) -> str:
    """The code of a part of a lot: `261122-01.2`; the first free number from ``number`` on."""
    while True:
        found = f"{code[: 19 - len(str(number))]}.{number}"
        if found not in taken:
            return found
        number += 1


# ---- yields ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Yield:
    """What is usual for a crop, as a share of the raw material."""

    low: Decimal
    high: Decimal
    most: Decimal
    source: str


@functools.cache
def _yields() -> dict[str, Yield]:
    told = tomllib.loads((Path(__file__).parent / "data" / "yields.toml").read_text(encoding="utf-8"))
    found = {}
    for key, row in told.items():
        low, high, most = (Decimal(str(row[name])) for name in ("low", "high", "most"))
        one = Yield(low, high, most, row["source"])
        for name in {key, *row["names"]}:
            found[name] = one
    return found


def yield_for(crop: str) -> Yield:
    """What is usual for a crop; for an unknown one, that goods weigh no more than what went in."""
    return _yields().get(crop, _yields()["other"])


def odd_yield(crop: str, went_in: Decimal, came_out: Decimal) -> str:
    """Why this yield can hardly be, in words that say the figures; "" when it is as usual."""
    usual = yield_for(crop)
    share = came_out / went_in
    if share > usual.most:
        begin = "không thể có"
    elif share > usual.high:
        begin = "cao hơn thường lệ"
    elif share < usual.low:
        begin = "thấp hơn thường lệ"
    else:
        return ""
    if share > usual.most and usual.most == 1:
        tail = "thành phẩm không thể nặng hơn nguyên liệu"
    else:
        tail = f"thường từ {figure(went_in * usual.low, 1)} đến {figure(went_in * usual.high, 1)} kg"
    return (
        f"Từ {figure(went_in)} kg nguyên liệu mà được {figure(came_out)} kg thành phẩm là {begin}: {tail}."
        " Xem lại số cân; nếu đúng thì đánh dấu đã kiểm tra."
    )


def shared_out(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """A total divided by weights, to the gram, with nothing lost: the last takes what rounding left."""
    whole = sum(weights, Decimal(0))
    parts = [(total * one / whole).quantize(STEP, rounding=ROUND_DOWN) for one in weights]
    parts[-1] += total - sum(parts, Decimal(0))
    return parts


# ---- numbers of GS1 -------------------------------------------------------------------------------------------


def check_prefix(prefix: str) -> str:
    """The prefix as it was issued. Raises ValueError for what GS1 issues to nobody."""
    if not (prefix.isascii() and prefix.isdigit() and 6 <= len(prefix) <= 12):
        raise ValueError("Mã doanh nghiệp GS1 gồm 6 đến 12 chữ số, như 8938512345")
    if prefix.startswith(("02", "04", "2")):
        raise ValueError("Đầu số này chỉ dùng trong nội bộ cửa hàng, GS1 không cấp cho cơ sở")
    return prefix


def room_under(prefix: str) -> int:
    """How many GTINs or GLNs fit under a prefix."""
    return int(10 ** (12 - len(check_prefix(prefix))))


def key_13(prefix: str, reference: int) -> str:
    """A GTIN-13 or GLN: prefix, reference, check digit. Raises ValueError when the prefix is used up."""
    width = 12 - len(check_prefix(prefix))
    if not 0 <= reference < 10**width:
        raise ValueError("Mã doanh nghiệp này đã dùng hết số. Xin GS1 cấp thêm mã doanh nghiệp.")
    body = prefix + (f"{reference:0{width}d}" if width else "")
    return body + check_digit(body)


def sscc(prefix: str, reference: int) -> str:
    """The number of a carton or pallet (18 digits). Raises ValueError when the prefix is used up."""
    width = 17 - len(check_prefix(prefix))
    if not 0 <= reference < 10**width:
        raise ValueError("Mã doanh nghiệp này đã dùng hết số kiện. Xin GS1 cấp thêm mã doanh nghiệp.")
    # The extension digit is the first of the reference, so that the whole room is used.
    digits = f"{reference:0{width}d}"
    body = digits[0] + prefix + digits[1:]
    return body + check_digit(body)


def own_number(value: str, prefix: str) -> str:
    """A GTIN or GLN of 13 (or 14) digits as 13, checked to lie under the prefix. Raises ValueError."""
    digits = re.sub(r"\s", "", value)
    if len(digits) == 14 and digits.startswith("0"):
        digits = digits[1:]
    if len(digits) != 13 or not has_good_check_digit(digits):
        raise ValueError("Mã có 13 chữ số, số cuối là số kiểm tra. Xem lại trên giấy cấp mã.")
    if not digits.startswith(check_prefix(prefix)):
        raise ValueError(f"Mã không nằm trong mã doanh nghiệp {prefix} của cơ sở nên không dùng được.")
    return digits
