"""VietQR: what a payload asks for, read from and written to the NAPAS format (1.0 of 09/2021, 1.5.2)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields
from enum import StrEnum

from xaso.kernel.plain.text import clean
from xaso.kernel.plain.vietqr.errors import PayloadError
from xaso.kernel.plain.vietqr.fields import (
    ADDITIONAL,
    AMOUNT,
    BENEFICIARY,
    NAPAS,
    NAPAS_ACCOUNT,
    PERCENT,
    ROOT,
    check_level,
    check_value,
    open_root,
)
from xaso.kernel.plain.vietqr.tlv import CRC_HEAD, MAX_PAYLOAD_BYTES, Node, check_crc, checksum, join, split

VND = "704"  # ISO 4217
PURPOSE_MAX = 25


class Service(StrEnum):
    """What the payment is, by NAPAS's service code."""

    TO_ACCOUNT = "QRIBFTTA"
    TO_CARD = "QRIBFTTC"
    MERCHANT = "QRPUSH"
    CASH = "QRCASH"


SERVICE_NAMES = {
    Service.TO_ACCOUNT: "Chuyển nhanh 247 đến tài khoản",
    Service.TO_CARD: "Chuyển nhanh 247 đến thẻ",
    Service.MERCHANT: "Thanh toán cho đơn vị chấp nhận",
    Service.CASH: "Rút tiền tại máy ATM",
}


@dataclass(frozen=True)
class VietQr:
    """What a VietQR asks the payer to do. Amounts are whole đồng; an empty text means no such object."""

    bank_bin: str
    account: str
    service: Service = Service.TO_ACCOUNT
    dynamic: bool = False
    amount: int | None = None
    purpose: str = ""
    bill_number: str = ""
    reference: str = ""
    mobile: str = ""
    store_label: str = ""
    loyalty_number: str = ""
    customer_label: str = ""
    terminal_label: str = ""
    consumer_data: str = ""
    tax_id: str = ""
    merchant_channel: str = ""
    merchant_category: str = ""
    merchant_name: str = ""
    city: str = ""
    postal_code: str = ""
    tip_indicator: str = ""
    fee_fixed: int | None = None
    fee_percent: str = ""
    language_code: str = ""
    alternate_name: str = ""
    alternate_city: str = ""


@dataclass(frozen=True)
class Reading:
    """A payload that holds: what it asks, its data objects, and what a careful reader should know."""

    asks: VietQr
    tree: tuple[Node, ...]
    crc: str
    warnings: tuple[str, ...] = ()


def plain_purpose(text: str) -> str:
    """Turn free text into what field 62.08 may carry: no diacritics, single spaces, at most 25 characters.

    Characters that have no plain form are dropped. The letter case is kept.
    """
    bare = unicodedata.normalize("NFKD", clean(text)).replace("đ", "d").replace("Đ", "D")
    kept = "".join(char for char in bare if " " <= char <= "~")
    return " ".join(kept.split())[:PURPOSE_MAX].strip()


def read(payload: str) -> Reading:
    """Read a payload strictly: checksum, structure, format of every object, NAPAS's rules.

    Raises PayloadError for anything that is wrong, and nothing else.
    """
    if not payload:
        raise PayloadError("empty", "Chuỗi rỗng.")
    try:
        size = len(payload.encode())
    except UnicodeEncodeError:
        raise PayloadError("not_text", "Chuỗi có ký tự không thuộc bảng mã Unicode.") from None
    if size > MAX_PAYLOAD_BYTES:
        raise PayloadError(
            "too_long", f"Chuỗi dài {size} byte, quá {MAX_PAYLOAD_BYTES} byte mà mã QR chở được."
        )
    crc = check_crc(payload)
    nodes = split(payload)
    _check_order(nodes)
    tree = tuple(open_root(node) for node in nodes)
    root = Node("", payload, tree)
    account = _account_template(root)
    check_level(tree, ROOT, "")
    warnings = [] if crc == crc.upper() else ["Mã kiểm tra viết thường; chuẩn yêu cầu viết hoa."]
    asks = _interpret(root, account, warnings)
    return Reading(asks, tree, crc, tuple(warnings))


def _check_order(nodes: tuple[Node, ...]) -> None:
    if nodes[0].id != "00":
        raise PayloadError("order", "Trường đầu tiên phải là 00 (phiên bản).", "00")
    if nodes[-1].id != "63":
        raise PayloadError("order", "Trường cuối cùng phải là 63 (mã kiểm tra).", "63")


def _interpret(root: Node, template: Node, warnings: list[str]) -> VietQr:
    if root.text("00") != "01":
        raise PayloadError("bad_version", f"Phiên bản phải là 01, đang là {root.text('00')}.", "00")
    initiation = root.text("01")
    if initiation not in ("11", "12"):
        raise PayloadError(
            "bad_format", f"Kiểu mã phải là 11 (tĩnh) hoặc 12 (động), đang là {initiation}.", "01"
        )
    bank_bin, account, service = _account(template)
    if root.text("53") != VND:
        raise PayloadError("wrong_currency", f"Tiền tệ phải là 704 (đồng), đang là {root.text('53')}.", "53")
    if root.text("58") != "VN":
        raise PayloadError("wrong_country", f"Quốc gia phải là VN, đang là {root.text('58')}.", "58")
    amount = _amount(root.text("54"), "54")
    if amount is not None and initiation == "11":
        warnings.append("Mã tĩnh nhưng có số tiền; theo NAPAS, số tiền chỉ có ở mã động.")
    fixed, percent = _fee(root)
    extra = root.child("62") or Node("62", "", ())
    if not set(extra.text("09") or "") <= set("AME"):
        raise PayloadError(
            "bad_format", "Thông tin xin thêm (trường 62.09) chỉ gồm các chữ A, M, E.", "62.09"
        )
    language = root.child("64") or Node("64", "", ())
    named = {field.key: extra.text(place) or "" for place, field in ADDITIONAL.items()}
    return VietQr(
        bank_bin=bank_bin,
        account=account,
        service=service,
        dynamic=initiation == "12",
        amount=amount,
        merchant_category=root.text("52") or "",
        merchant_name=root.text("59") or "",
        city=root.text("60") or "",
        postal_code=root.text("61") or "",
        tip_indicator=root.text("55") or "",
        fee_fixed=fixed,
        fee_percent=percent,
        language_code=language.text("00") or "",
        alternate_name=language.text("01") or "",
        alternate_city=language.text("02") or "",
        **named,
    )


def _account_template(root: Node) -> Node:
    holders = [node for node in root.children or () if node.text("00") == NAPAS and "26" <= node.id <= "51"]
    if not holders:
        raise PayloadError(
            "not_vietqr", "Không phải mã VietQR: không có tài khoản NAPAS (A000000727) ở trường 38.", "38"
        )
    if holders[0].id != "38" or len(holders) > 1:
        raise PayloadError(
            "not_vietqr", "Tài khoản NAPAS phải nằm ở trường 38 và chỉ một lần.", holders[0].id
        )
    return holders[0]


def _account(template: Node) -> tuple[str, str, Service]:
    beneficiary = template.child("01") or Node("01", "", ())
    if beneficiary.child("02") is not None:
        raise PayloadError(
            "misplaced", "Mã dịch vụ nằm trong trường 38.01; đúng chuẩn là trường 38.02.", "38.01.02"
        )
    check_level(template.children or (), NAPAS_ACCOUNT, "38")
    check_level(beneficiary.children or (), BENEFICIARY, "38.01")
    unknown = [node.id for node in beneficiary.children or () if node.id not in BENEFICIARY]
    if unknown:
        raise PayloadError(
            "unknown_field", f"Trường 38.01.{unknown[0]} không có trong chuẩn.", f"38.01.{unknown[0]}"
        )
    code = template.text("02") or ""
    try:
        service = Service(code)
    except ValueError:
        raise PayloadError("bad_service", f"Mã dịch vụ “{code}” không thuộc NAPAS.", "38.02") from None
    account = beneficiary.text("01") or ""
    if " " in account:
        raise PayloadError("bad_format", "Số tài khoản có khoảng trắng.", "38.01.01")
    if service is Service.TO_CARD and not account.isdigit():
        raise PayloadError("bad_format", "Số thẻ chỉ được gồm chữ số.", "38.01.01")
    return beneficiary.text("00") or "", account, service


def _amount(text: str | None, path: str) -> int | None:
    """Whole đồng. Decimals of zeros are read over, others are refused: the đồng has no smaller unit."""
    if text is None:
        return None
    if not AMOUNT.fullmatch(text):
        raise PayloadError(
            "bad_amount", f"Số tiền “{text}” không hợp lệ: chỉ gồm chữ số, không dấu phân cách.", path
        )
    whole, _, decimals = text.partition(".")
    if decimals.strip("0"):
        raise PayloadError("bad_amount", f"Số tiền “{text}” có phần lẻ; tiền đồng không có phần lẻ.", path)
    if int(whole) == 0:
        raise PayloadError("bad_amount", "Số tiền bằng 0; không ấn định số tiền thì bỏ trường 54.", path)
    return int(whole)


def _fee(root: Node) -> tuple[int | None, str]:
    """Tip or fee: 55 says which of 56 and 57 must be there (01 neither, 02 the first, 03 the second)."""
    kind, fixed, percent = root.text("55"), root.text("56"), root.text("57")
    if kind is not None and kind not in ("01", "02", "03"):
        raise PayloadError("bad_format", f"Cách thu phụ phí phải là 01, 02 hoặc 03, đang là {kind}.", "55")
    if (fixed is not None) != (kind == "02"):
        raise PayloadError(
            "bad_fee", "Phụ phí cố định (trường 56) phải đi cùng cách thu 02 ở trường 55.", "56"
        )
    if (percent is not None) != (kind == "03"):
        raise PayloadError(
            "bad_fee", "Phụ phí phần trăm (trường 57) phải đi cùng cách thu 03 ở trường 55.", "57"
        )
    if percent is not None and (not PERCENT.fullmatch(percent) or float(percent) == 0):
        raise PayloadError("bad_fee", f"Phụ phí “{percent}” phải từ 0.01 đến 99.99 phần trăm.", "57")
    return _amount(fixed, "56"), percent or ""


def build(asks: VietQr) -> str:
    """Write the payload. What it writes reads back as the same; raises PayloadError when that cannot be.

    Text of fields 59, 60 and 62 must be plain ASCII already: see ``plain_purpose``.
    """
    if asks.amount is not None and not asks.dynamic:
        raise PayloadError("bad_amount", "Mã tĩnh không mang số tiền; hãy tạo mã động.", "54")
    for place, field in ROOT.items():
        value = getattr(asks, field.key, None)
        if isinstance(value, str) and value and place not in ("62", "64"):
            check_value(field, value, place)
    beneficiary = join([("00", asks.bank_bin), ("01", asks.account)])
    account = join([("00", NAPAS), ("01", beneficiary), ("02", asks.service.value)])
    body = join(
        [
            ("00", "01"),
            ("01", "12" if asks.dynamic else "11"),
            ("38", account),
            ("52", asks.merchant_category),
            ("53", VND),
            ("54", _digits(asks.amount)),
            ("55", asks.tip_indicator),
            ("56", _digits(asks.fee_fixed)),
            ("57", asks.fee_percent),
            ("58", "VN"),
            ("59", asks.merchant_name),
            ("60", asks.city),
            ("61", asks.postal_code),
            ("62", join([(place, str(getattr(asks, field.key))) for place, field in ADDITIONAL.items()])),
            ("64", _language(asks)),
        ]
    )
    payload = body + CRC_HEAD
    payload += checksum(payload)
    back = read(payload).asks
    if back != asks:
        wrong = next(
            item.name for item in fields(asks) if getattr(asks, item.name) != getattr(back, item.name)
        )
        raise PayloadError("bad_value", f"Giá trị của “{wrong}” không ghi được vào mã.", wrong)
    return payload


def _digits(amount: int | None) -> str | None:
    return None if amount is None else str(amount)


def _language(asks: VietQr) -> str:
    return join([("00", asks.language_code), ("01", asks.alternate_name), ("02", asks.alternate_city)])
