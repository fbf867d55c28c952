"""``xaso pay vietqr``: payloads from standard input, a line of JSON each; or one built from options."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, BinaryIO

from xaso.kernel.plain.vietqr import (
    SERVICE_NAMES,
    Node,
    PayloadError,
    Reading,
    Service,
    VietQr,
    bank_of,
    build,
    find_bank,
    plain_purpose,
    read,
)
from xaso.kernel.plain.vietqr.fields import name_of

_MAX_LINE = 65536
_TEXTS = (
    "bill_number",
    "reference",
    "mobile",
    "store_label",
    "customer_label",
    "terminal_label",
    "merchant_category",
)


def main(argv: list[str]) -> int:
    """Run ``pay``; answer the exit code: 0 done (wrong payloads too: their lines say so), 2 wrong use."""
    parser = argparse.ArgumentParser(prog="xaso pay", description="Công cụ thanh toán")
    commands = parser.add_subparsers(dest="command", required=True)
    vietqr = commands.add_parser("vietqr", help="đọc chuỗi VietQR (mỗi dòng một chuỗi) hoặc tạo chuỗi mới")
    vietqr.add_argument("source", nargs="?", help="“-” để đọc đầu vào chuẩn, hoặc một chuỗi VietQR")
    vietqr.add_argument("--build", action="store_true", help="tạo chuỗi thay vì đọc")
    vietqr.add_argument("--bank", help="mã BIN, mã viết tắt hoặc tên ngắn của ngân hàng")
    vietqr.add_argument("--account", help="số tài khoản, hoặc số thẻ nếu có --card")
    vietqr.add_argument("--card", action="store_true", help="người nhận bằng số thẻ")
    vietqr.add_argument("--amount", help="số tiền, đồng; có số tiền thì thành mã động")
    vietqr.add_argument(
        "--purpose", default="", help="nội dung chuyển tiền; dấu sẽ được bỏ, dài nhất 25 ký tự"
    )
    vietqr.add_argument("--merchant-name", default="", help="tên người nhận, không dấu")
    vietqr.add_argument("--city", default="", help="tỉnh, thành phố, không dấu")
    for key in _TEXTS:
        vietqr.add_argument(f"--{key.replace('_', '-')}", default="")
    vietqr.add_argument("--dynamic", action="store_true", help="mã động dù không có số tiền")
    vietqr.add_argument("--json", action="store_true", help="cùng --build: in cả các trường bằng JSON")
    try:
        options = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    if options.build:
        return _build(options)
    if options.source is None:
        vietqr.print_usage(sys.stderr)
        return 2
    if options.source == "-":
        for line in _lines(sys.stdin.buffer):
            _print(describe_bytes(line))
    else:
        _print(describe(options.source))
    return 0


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines without their end. A line beyond any sense is cut, so that memory stays bounded."""
    while line := stream.readline(_MAX_LINE):
        whole = line.endswith(b"\n")
        yield line.rstrip(b"\r\n")
        while not whole and (rest := stream.readline(_MAX_LINE)):
            whole = rest.endswith(b"\n")


def _print(answer: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()


def describe_bytes(line: bytes) -> dict[str, Any]:
    """As ``describe``, for bytes that should be UTF-8."""
    try:
        return describe(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _wrong(PayloadError("not_text", "Dòng này không phải chữ UTF-8."))


def describe(payload: str) -> dict[str, Any]:
    """The fields of a payload, or its error: ``{"ok": false, "error": code, "message": …, "path": …}``."""
    try:
        return {"ok": True, **_fields(read(payload))}
    except PayloadError as error:
        return _wrong(error)


def _wrong(error: PayloadError) -> dict[str, Any]:
    return {"ok": False, "error": error.code, "message": error.message, "path": error.path or None}


def _fields(reading: Reading) -> dict[str, Any]:
    asks = reading.asks
    bank = bank_of(asks.bank_bin)
    texts = {key: value or None for key, value in asdict(asks).items() if isinstance(value, str)}
    return {
        "initiation": "dynamic" if asks.dynamic else "static",
        "bank_bin": asks.bank_bin,
        "bank": bank.short_name if bank else None,
        "account": asks.account,
        "service": asks.service.value,
        "service_name": SERVICE_NAMES[asks.service],
        "amount": asks.amount,
        "currency": "704",
        "currency_code": "VND",
        "country": "VN",
        "purpose": texts.pop("purpose"),
        "bill_number": texts.pop("bill_number"),
        "reference": texts.pop("reference"),
        "merchant_name": texts.pop("merchant_name"),
        "city": texts.pop("city"),
        **{key: value for key, value in texts.items() if key not in ("bank_bin", "account", "service")},
        "fee_fixed": asks.fee_fixed,
        "crc": reading.crc,
        "crc_ok": True,
        "warnings": list(reading.warnings),
        "tlv": [_branch(node, node.id) for node in reading.tree],
    }


def _branch(node: Node, path: str) -> dict[str, Any]:
    branch: dict[str, Any] = {"id": node.id, "name": name_of(path) or None, "length": len(node.value)}
    if node.children is None:
        return {**branch, "value": node.value}
    return {**branch, "children": [_branch(child, f"{path}.{child.id}") for child in node.children]}


def _build(options: argparse.Namespace) -> int:
    try:
        payload = build(_asked(options))
    except PayloadError as error:
        sys.stderr.write(f"{error.message}\n")
        return 2
    if options.json:
        _print({"payload": payload, **describe(payload)})
    else:
        sys.stdout.write(payload + "\n")
    return 0


def _asked(options: argparse.Namespace) -> VietQr:
    if not options.bank or not options.account:
        raise PayloadError("missing", "Cần --bank và --account để tạo mã.")
    bank = find_bank(options.bank)
    bank_bin = bank.bin if bank else options.bank
    if not (bank_bin.isascii() and bank_bin.isdigit() and len(bank_bin) == 6):
        raise PayloadError("bad_bank", f"Không biết ngân hàng “{options.bank}”. Dùng mã BIN sáu chữ số.")
    amount = options.amount.replace(".", "").replace(",", "") if options.amount else ""
    if options.amount and not (amount.isascii() and amount.isdigit()):
        raise PayloadError("bad_amount", f"Số tiền “{options.amount}” không hợp lệ: chỉ gồm chữ số.")
    return VietQr(
        bank_bin=bank_bin,
        account=options.account,
        service=Service.TO_CARD if options.card else Service.TO_ACCOUNT,
        dynamic=bool(amount) or options.dynamic,
        amount=int(amount) if amount else None,
        purpose=plain_purpose(options.purpose),
        merchant_name=options.merchant_name,
        city=options.city,
        **{key: getattr(options, key) for key in _TEXTS},
    )
