"""A bank and a payment platform.

The bank takes a VietQR payload and pays: it tells the product by a signed webhook (HMAC-SHA256 over time and body,
the body shaped like the notices of Vietnamese bank-feed companies) and lists transactions for reconciliation.
The platform takes INIT messages (version 1.0.6) with a keyed hash over pipe-joined fields and answers a pay address.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import quote

from xaso.kernel.plain.vietqr import PayloadError, read
from xaso.simulators.html import esc, page, payment_form, problem
from xaso.simulators.web import Answer, Request, Routes, as_json, redirect
from xaso.simulators.world import TRIAL, World

routes = Routes()
INIT_FIELDS = (
    "LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "SoTien", "MaTienTe", "ThoiGianGD", "MaHoSo", "TKThuHuong",
)  # fmt: skip
NOTICE_FIELDS = ("MaDoiTac", "MaThamChieu", "MaGiaoDich", "SoTien", "ThoiGianGD", "MaKetQua")


def keyed_hash(body: dict[str, Any], names: tuple[str, ...], secret: str = TRIAL) -> str:
    """MaXacThuc: HMAC-SHA256 over the named fields joined by pipes."""
    joined = "|".join(str(body.get(name, "")) for name in names)
    return hmac.new(secret.encode(), joined.encode(), hashlib.sha256).hexdigest()


# Transfers by VietQR


def transfer(
    world: World, payload: str, *, amount: int | None = None, payer: str = "NGUYEN VAN MO PHONG"
) -> dict[str, Any]:
    """Pay what a VietQR asks (or another amount); tell the product; answer the transaction.

    Raises PayloadError for a payload that a bank's app would refuse, or when no amount is known.
    """
    asks = read(payload).asks
    paid = amount or asks.amount
    if not paid:
        raise PayloadError("missing", "Mã không ghi số tiền; hãy nhập số tiền.", "54")
    with world.lock:
        number = world.next_number("bank")
        content = " ".join(part for part in (asks.purpose, asks.bill_number, asks.reference) if part)
        row = world.note(
            "bank",
            {
                "number": number,
                "account": asks.account,
                "bin": asks.bank_bin,
                "amount": paid,
                "content": content,
                "payer": payer,
                "reference": f"FT{world.clock():%y%j}{number:06d}",
            },
        )
    row["told"] = tell(world, row)
    return row


def notice_of(row: dict[str, Any]) -> dict[str, Any]:
    """A transaction as the webhook and the list give it."""
    return {
        "id": row["number"],
        "gateway": row["bin"],
        "transactionDate": row["at"],
        "accountNumber": row["account"],
        "subAccount": None,
        "code": None,
        "content": row["content"],
        "transferType": "in",
        "transferAmount": row["amount"],
        "accumulated": 0,
        "referenceCode": row["reference"],
        "description": f"{row['payer']} chuyen tien {row['content']}",
    }


def sign(body: bytes, secret: str = TRIAL, at: int | None = None) -> str:
    """The signature header: ``t=<seconds>,v1=<hex of HMAC-SHA256 over "t.body">``."""
    stamp = int(time.time()) if at is None else at
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={mac}"


def tell(world: World, row: dict[str, Any]) -> int:
    """Tell the product of a transaction; answers the status of its last answer (0: no answer)."""
    body = json.dumps(notice_of(row), ensure_ascii=False).encode()
    secret = "sai" if world.fault("bank", "wrong_signature") else TRIAL
    status = 0
    for _ in range(2 if world.fault("bank", "duplicate") else 1):
        headers = {"Content-Type": "application/json", "X-Signature": sign(body, secret)}
        told = world.tell("POST", f"{world.product}/hooks/bank", body=body, headers=headers, pauses=(0.5, 1))
        status = told.result(timeout=30)
    return status


@routes.on("POST", "/bank/transfer")
def transfer_now(world: World, request: Request) -> Answer:
    """Pay a payload: JSON ``{"payload", "amount"?}`` for programs, a form for testers."""
    programs = request.headers.get("content-type", "").startswith("application/json")
    body = request.json() if programs else request.form()
    amount = str(body.get("amount") or "").replace(".", "")
    try:
        row = transfer(
            world, str(body.get("payload", "")).strip(), amount=int(amount) if amount.isdigit() else None
        )
    except PayloadError as error:
        if programs:
            return as_json({"error": error.code, "message": error.message}, 422)
        return problem("Không chuyển được", error.message)
    if programs:
        return as_json(
            {"transaction": row["number"], "reference": row["reference"], "told": row["told"]}, 201
        )
    told = (
        "Xã Số đã nhận báo có." if 200 <= row["told"] < 300 else f"Xã Số chưa nhận báo có (mã {row['told']})."
    )
    text = f"<p class='good'>Đã chuyển {row['amount']:,} đồng tới {esc(row['account'])}.</p><p>{told}</p>"
    return page("Đã chuyển khoản", text.replace(",", "."), system="Ngân hàng")


@routes.on("GET", "/bank/transfer")
def transfer_page(world: World, request: Request) -> Answer:
    """The tester's page: what the code asks, and the button."""
    payload = request.query.get("payload", "").strip()
    asks = None
    wrong = ""
    if payload:
        try:
            asks = read(payload).asks
        except PayloadError as error:
            wrong = error.message
    return page("Chuyển khoản bằng VietQR", payment_form(payload, asks, wrong), system="Ngân hàng")


def _allowed(request: Request) -> Answer | None:
    return None if request.basic() == (TRIAL, TRIAL) else as_json({"error": "unauthorized"}, 401)


@routes.on("GET", "/bank/transactions")
def transactions(world: World, request: Request) -> Answer:
    """Transactions of a day (``date=2026-11-21``) after a number, for reconciliation."""
    refused = _allowed(request)
    if refused:
        return refused
    day, after = request.query.get("date", ""), int(request.query.get("after") or 0)
    rows = [row for row in world.rows("bank") if row["at"].startswith(day) and row["number"] > after][:100]
    if world.fault("bank", "out_of_order"):
        rows.reverse()
    return as_json(
        {"status": 200, "transactions": [notice_of(row) for row in rows], "more": len(rows) == 100}
    )


# The payment platform


@routes.on("POST", "/bank/init")
def init(world: World, request: Request) -> Answer:
    """Open a payment; answers the address where the citizen pays."""
    body = request.json()
    bill = body.get("ThongTinBienLai") or {}
    flat = {**body, "MaHoSo": bill.get("MaHoSo", ""), "TKThuHuong": bill.get("TKThuHuong", "")}
    if body.get("LoaiBanTin") != "INIT" or body.get("PhienBan") != "1.0.6" or body.get("MaDoiTac") != TRIAL:
        return as_json({"MaLoi": "01", "MoTa": "Bản tin, phiên bản hoặc đối tác không đúng"})
    if not hmac.compare_digest(str(body.get("MaXacThuc", "")), keyed_hash(flat, INIT_FIELDS)):
        return as_json({"MaLoi": "02", "MoTa": "Sai mã xác thực"})
    amount = str(body.get("SoTien", ""))
    if not amount.isdigit() or int(amount) <= 0 or body.get("MaTienTe") != "VND":
        return as_json({"MaLoi": "03", "MoTa": "Số tiền hoặc tiền tệ không hợp lệ"})
    reference = str(body["MaThamChieu"])
    with world.lock:
        kept = world.table("platform")
        before = kept.get(reference)
        if before and before["amount"] != int(amount):
            return as_json({"MaLoi": "04", "MoTa": "Mã tham chiếu đã dùng cho số tiền khác"})
        if not before:
            kept[reference] = {
                "amount": int(amount),
                "bill": bill,
                "state": "open",
                "return": body.get("UrlTraVe", ""),
            }
    url = f"{request.base}/bank/pay/{quote(reference)}"
    return as_json({"MaLoi": "00", "MoTa": "Thành công", "MaThamChieu": reference, "UrlThanhToan": url})


@routes.on("GET", "/bank/pay/<reference>")
def pay_page(world: World, request: Request, reference: str) -> Answer:
    """Where the citizen pays."""
    kept = world.table("platform").get(reference)
    if kept is None:
        return problem("Không có giao dịch này", "Kiểm tra lại đường dẫn.")
    amount = f"{kept['amount']:,}".replace(",", ".")
    code = esc(str(kept["bill"].get("MaHoSo", "")))
    body = f"<p>Hồ sơ <strong>{code}</strong></p><p class='big'>{amount} đồng</p>"
    if kept["state"] == "open":
        body += (
            f"<form method='post' action='/bank/pay/{quote(reference)}'>"
            "<button name='do' value='pay'>Thanh toán</button>"
            "<button name='do' value='fail' class='second'>Thanh toán không thành</button></form>"
        )
    else:
        body += f"<p>Trạng thái: {esc(kept['state'])}</p>"
    return page("Nền tảng thanh toán", body, system="Thanh toán")


@routes.on("POST", "/bank/pay/<reference>")
def pay(world: World, request: Request, reference: str) -> Answer:
    """The citizen has paid, or the payment failed; the product is told, the browser goes back."""
    with world.lock:
        kept = world.table("platform").get(reference)
        if kept is None:
            return as_json({"MaLoi": "05", "MoTa": "Không có giao dịch"}, 404)
        paid = request.form().get("do", "pay") == "pay"
        if kept["state"] == "open":
            kept["state"] = "paid" if paid else "failed"
            kept["transaction"] = f"TT{world.clock():%y%m%d}{world.next_number('platform'):06d}"
            kept["time"] = f"{world.clock():%Y%m%d%H%M%S}"
    world.table("platform")[reference]["told"] = tell_platform(world, reference, kept)
    target = str(kept.get("return", ""))
    if target.startswith(("http://", "https://")):
        return redirect(target)
    return page("Đã ghi nhận", f"<p>Trạng thái: {esc(kept['state'])}</p>", system="Thanh toán")


def _notice(reference: str, kept: dict[str, Any]) -> dict[str, Any]:
    body = {
        "MaDoiTac": TRIAL,
        "MaThamChieu": reference,
        "MaGiaoDich": kept["transaction"],
        "SoTien": str(kept["amount"]),
        "ThoiGianGD": kept["time"],
        "MaKetQua": "00" if kept["state"] == "paid" else "24",
    }
    return {**body, "MaXacThuc": keyed_hash(body, NOTICE_FIELDS)}


def tell_platform(world: World, reference: str, kept: dict[str, Any]) -> int:
    """Tell the product what became of a payment; answers the status of its last answer."""
    notice = _notice(reference, kept)
    if world.fault("bank", "wrong_signature"):
        notice["MaXacThuc"] = "0" * 64
    body = json.dumps(notice).encode()
    status = 0
    for _ in range(2 if world.fault("bank", "duplicate") else 1):
        told = world.tell(
            "POST", f"{world.product}/hooks/payment", body=body,
            headers={"Content-Type": "application/json"}, pauses=(0.5, 1),
        )  # fmt: skip
        status = told.result(timeout=30)
    return status


@routes.on("POST", "/bank/query")
def query(world: World, request: Request) -> Answer:
    """The state of a payment."""
    body = request.json()
    if body.get("MaXacThuc") != keyed_hash(body, ("MaDoiTac", "MaThamChieu")):
        return as_json({"MaLoi": "02", "MoTa": "Sai mã xác thực"})
    reference = str(body.get("MaThamChieu", ""))
    kept = world.table("platform").get(reference)
    if kept is None:
        return as_json({"MaLoi": "05", "MoTa": "Không có giao dịch"})
    if kept["state"] == "open":
        return as_json({"MaLoi": "00", "TrangThai": "CHUA_THANH_TOAN"})
    return as_json({"MaLoi": "00", "TrangThai": "DA_XU_LY", "GiaoDich": _notice(reference, kept)})


@routes.on("POST", "/bank/receipt")
def receipt(world: World, request: Request) -> Answer:
    """The receipt as PDF."""
    body = request.json()
    if body.get("MaXacThuc") != keyed_hash(body, ("MaDoiTac", "MaThamChieu")):
        return as_json({"MaLoi": "02", "MoTa": "Sai mã xác thực"})
    kept = world.table("platform").get(str(body.get("MaThamChieu", "")))
    if kept is None or kept["state"] != "paid":
        return as_json({"MaLoi": "05", "MoTa": "Chưa có biên lai"})
    lines = ["BIEN LAI MO PHONG", f"Ma giao dich {kept['transaction']}", f"So tien {kept['amount']} dong"]
    return Answer(200, _pdf(lines), "application/pdf")


def _pdf(lines: list[str]) -> bytes:
    """A one-page PDF of plain ASCII lines."""
    text = "".join(f"BT /F1 14 Tf 60 {760 - 24 * row} Td ({line}) Tj ET\n" for row, line in enumerate(lines))
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}endstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = "%PDF-1.4\n"
    places = []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{part}\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n"
    out += "".join(f"{place:010d} 00000 n \n" for place in places)
    return (out + f"trailer << /Size {len(parts) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").encode()
