"""The data objects by name and format, and the check of each value (EMVCo QRCPS-MPM v1.1, tables 3.1 to 3.9).

Where NAPAS's VietQR format differs (01 required; 52, 59 and 60 optional) its rule is taken.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from xaso.kernel.plain.vietqr.errors import PayloadError
from xaso.kernel.plain.vietqr.tlv import Node, split

NAPAS = "A000000727"


@dataclass(frozen=True)
class Field:
    """One data object: our key, Vietnamese label, format (N digits, ANS printable ASCII, S any), lengths."""

    key: str
    label: str
    format: str
    shortest: int
    longest: int
    required: bool = False


ROOT = {
    "00": Field("payload_format", "Phiên bản", "N", 2, 2, required=True),
    "01": Field("initiation", "Kiểu mã (tĩnh 11, động 12)", "N", 2, 2, required=True),
    "52": Field("merchant_category", "Mã ngành hàng", "N", 4, 4),
    "53": Field("currency", "Mã tiền tệ", "N", 3, 3, required=True),
    "54": Field("amount", "Số tiền", "ANS", 1, 13),
    "55": Field("tip_indicator", "Cách thu phụ phí", "N", 2, 2),
    "56": Field("fee_fixed", "Phụ phí cố định", "ANS", 1, 13),
    "57": Field("fee_percent", "Phụ phí phần trăm", "ANS", 1, 5),
    "58": Field("country", "Mã quốc gia", "ANS", 2, 2, required=True),
    "59": Field("merchant_name", "Tên người nhận", "ANS", 1, 25),
    "60": Field("city", "Tỉnh, thành phố", "ANS", 1, 15),
    "61": Field("postal_code", "Mã bưu chính", "ANS", 1, 10),
    "62": Field("additional", "Thông tin bổ sung", "S", 1, 99),
    "63": Field("crc", "Mã kiểm tra", "ANS", 4, 4, required=True),
    "64": Field("language", "Thông tin bằng ngôn ngữ khác", "S", 1, 99),
}
ADDITIONAL = {
    "01": Field("bill_number", "Số hóa đơn", "ANS", 1, 25),
    "02": Field("mobile", "Số điện thoại", "ANS", 1, 25),
    "03": Field("store_label", "Cửa hàng", "ANS", 1, 25),
    "04": Field("loyalty_number", "Số khách hàng thân thiết", "ANS", 1, 25),
    "05": Field("reference", "Số tham chiếu", "ANS", 1, 25),
    "06": Field("customer_label", "Khách hàng", "ANS", 1, 25),
    "07": Field("terminal_label", "Điểm thu", "ANS", 1, 25),
    "08": Field("purpose", "Nội dung chuyển tiền", "ANS", 1, 25),
    "09": Field("consumer_data", "Thông tin xin thêm", "ANS", 1, 3),
    "10": Field("tax_id", "Mã số thuế người nhận", "ANS", 1, 20),
    "11": Field("merchant_channel", "Kênh hiển thị", "ANS", 3, 3),
}
LANGUAGE = {
    "00": Field("language_code", "Mã ngôn ngữ", "ANS", 2, 2, required=True),
    "01": Field("alternate_name", "Tên người nhận (ngôn ngữ khác)", "S", 1, 25, required=True),
    "02": Field("alternate_city", "Tỉnh, thành phố (ngôn ngữ khác)", "S", 1, 15),
}
NAPAS_ACCOUNT = {
    "00": Field("guid", "Mã hệ thống NAPAS", "ANS", 1, 32, required=True),
    "01": Field("beneficiary", "Ngân hàng và tài khoản", "ANS", 1, 99, required=True),
    "02": Field("service", "Mã dịch vụ", "ANS", 1, 10, required=True),
}
BENEFICIARY = {
    "00": Field("bank_bin", "Mã ngân hàng (BIN)", "N", 6, 6, required=True),
    "01": Field("account", "Số tài khoản hoặc số thẻ", "ANS", 1, 19, required=True),
}
GUID = Field("guid", "Mã hệ thống", "ANS", 1, 32, required=True)
PRIMITIVE_ACCOUNT = Field("account_information", "Tài khoản theo tổ chức thẻ", "ANS", 1, 99)
ACCOUNT_TEMPLATE = Field("account_template", "Tài khoản theo hệ thống thanh toán", "S", 1, 99)
RESERVED = Field("reserved", "Trường dành cho EMVCo", "S", 1, 99)
UNRESERVED = Field("unreserved", "Trường của hệ thống khác", "S", 1, 99)

AMOUNT = re.compile(r"[0-9]+(\.[0-9]*)?")
PERCENT = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2})?")


def _is_ans(value: str) -> bool:
    return all(" " <= char <= "~" for char in value)


def check_value(field: Field, value: str, path: str) -> None:
    """Raise PayloadError bad_length or bad_format unless the value fits its field."""
    if not field.shortest <= len(value) <= field.longest:
        span = (
            str(field.longest) if field.shortest == field.longest else f"{field.shortest} đến {field.longest}"
        )
        raise PayloadError(
            "bad_length", f"{field.label} (trường {path}) phải dài {span} ký tự, đang là {len(value)}.", path
        )
    if field.format == "N" and not (value.isascii() and value.isdigit()):
        raise PayloadError("bad_format", f"{field.label} (trường {path}) chỉ được gồm chữ số.", path)
    if field.format == "ANS" and not _is_ans(value):
        raise PayloadError("bad_format", f"{field.label} (trường {path}) chỉ được gồm chữ không dấu.", path)
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in value):
        raise PayloadError("bad_format", f"{field.label} (trường {path}) có ký tự điều khiển.", path)


def check_level(nodes: tuple[Node, ...], table: dict[str, Field], path: str) -> None:
    """Check every known object of a level and that the required ones are there."""
    for node in nodes:
        if node.id in table:
            check_value(table[node.id], node.value, f"{path}.{node.id}" if path else node.id)
    for wanted, field in table.items():
        if field.required and not any(node.id == wanted for node in nodes):
            place = f"{path}.{wanted}" if path else wanted
            raise PayloadError("missing", f"Thiếu trường bắt buộc {place}: {field.label}.", place)


def _payment_system(node: Node, path: str) -> Node:
    """A template that opens with the identifier of its payment system (26-51, 80-99, 62.50-62.99)."""
    children = split(node.value, path)
    if children[0].id != "00":
        raise PayloadError(
            "missing", f"Trường {path} phải mở đầu bằng mã hệ thống (trường con 00).", f"{path}.00"
        )
    check_value(GUID, children[0].value, f"{path}.00")
    if children[0].value == NAPAS:
        children = tuple(
            Node(child.id, child.value, split(child.value, f"{path}.01")) if child.id == "01" else child
            for child in children
        )
    return Node(node.id, node.value, children)


def _open_additional(node: Node) -> Node:
    children = tuple(
        _payment_system(child, f"62.{child.id}") if child.id >= "50" else child
        for child in split(node.value, "62")
    )
    check_level(children, ADDITIONAL, "62")
    return Node(node.id, node.value, children)


def open_root(node: Node) -> Node:
    """Check a top-level object and open it when it is a template."""
    number = int(node.id)
    if 26 <= number <= 51:
        check_value(ACCOUNT_TEMPLATE, node.value, node.id)
        return _payment_system(node, node.id)
    if 80 <= number:
        check_value(UNRESERVED, node.value, node.id)
        return _payment_system(node, node.id)
    if node.id == "62":
        return _open_additional(node)
    if node.id == "64":
        children = split(node.value, "64")
        check_level(children, LANGUAGE, "64")
        return Node(node.id, node.value, children)
    if 2 <= number <= 25:
        check_value(PRIMITIVE_ACCOUNT, node.value, node.id)
    if 65 <= number <= 79:
        check_value(RESERVED, node.value, node.id)
    return node


def name_of(path: str) -> str:
    """Our key for the object at a path, for the tree that is shown; empty when the standard gives no name."""
    parts = path.split(".")
    if len(parts) == 1:
        if parts[0] in ROOT:
            return ROOT[parts[0]].key
        number = int(parts[0])
        if 2 <= number <= 25:
            return PRIMITIVE_ACCOUNT.key
        if 26 <= number <= 51:
            return ACCOUNT_TEMPLATE.key
        return RESERVED.key if number <= 79 else UNRESERVED.key
    tables = {"62": ADDITIONAL, "64": LANGUAGE, "38": NAPAS_ACCOUNT, "38.01": BENEFICIARY}
    field = tables.get(".".join(parts[:-1]), {}).get(parts[-1])
    return field.key if field else ("guid" if parts[-1] == "00" else "")
