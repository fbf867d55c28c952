"""Money coming in: the payment platform (INIT messages) and a bank's notices of transfers made by VietQR.

The platform's fields and keyed hash are as seen in public code (version 1.0.6); the order of the hashed fields is
settled with the platform. Bank notices follow the shape of Vietnamese bank-feed companies, signed by HMAC-SHA256
over time and body. Money counts only when such a notice, or the list for reconciliation, says so.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, TypeVar

from pydantic import Field, ValidationError

from xaso.kernel.connectors.base import Connector, connector, register
from xaso.kernel.connectors.errors import OutsideGarbled, OutsideRefused
from xaso.kernel.connectors.times import from_stamp, to_stamp
from xaso.kernel.connectors.transport import Asked, Reply, Request, basic_header
from xaso.kernel.connectors.wire import Wire
from xaso.kernel.plain.moment import VIETNAM, now

VERSION = "1.0.6"
INIT_FIELDS = (
    "LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "SoTien", "MaTienTe", "ThoiGianGD", "MaHoSo", "TKThuHuong",
)  # fmt: skip
NOTICE_FIELDS = ("MaDoiTac", "MaThamChieu", "MaGiaoDich", "SoTien", "ThoiGianGD", "MaKetQua")
QUERY_FIELDS = ("MaDoiTac", "MaThamChieu")
_STAMP = re.compile(r"[0-9]{1,12}")
NOTICE_LIVES = 300  # seconds that a bank's signature is good for


class _Started(Wire):
    MaLoi: str
    MoTa: str = ""
    UrlThanhToan: str = ""


class _Notice(Wire):
    MaDoiTac: str
    MaThamChieu: str
    MaGiaoDich: str
    SoTien: str
    ThoiGianGD: str
    MaKetQua: str
    MaXacThuc: str


class _State(Wire):
    MaLoi: str
    MoTa: str = ""
    TrangThai: str = ""
    GiaoDich: _Notice | None = None


class _Transfer(Wire):
    id: str = Field(max_length=80)
    transactionDate: str
    accountNumber: str = Field(max_length=30)
    content: str = ""
    transferType: str
    transferAmount: int = Field(ge=0, le=10**15)
    referenceCode: str = Field(default="", max_length=80)


class _Transfers(Wire):
    transactions: list[_Transfer]
    more: bool = False


W = TypeVar("W", _Started, _State)


@dataclass(frozen=True)
class FeeLine:
    """One fee of a bill, in đồng."""

    name: str
    amount: int


@dataclass(frozen=True)
class Bill:
    """What the citizen is asked to pay, and for which dossier."""

    reference: str
    dossier_code: str
    procedure_code: str
    unit_code: str
    account: str
    lines: tuple[FeeLine, ...]
    return_url: str = ""

    @property
    def amount(self) -> int:
        """The sum, in đồng."""
        return sum(line.amount for line in self.lines)


@dataclass(frozen=True)
class PlatformPayment:
    """The platform's word on a payment; ``paid`` false means that it failed."""

    reference: str
    transaction: str
    amount: int
    at: datetime
    paid: bool


@dataclass(frozen=True)
class BankTransfer:
    """One transfer into an account, as the bank tells it."""

    transaction: str
    account: str
    amount: int
    content: str
    reference: str
    at: datetime


@register
class Payment(Connector):
    """The payment platform and the bank's feed behind one address."""

    key: ClassVar[str] = "bank"
    title: ClassVar[str] = "Thanh toán và ngân hàng"

    def start(self, asked: Asked, bill: Bill) -> str:
        """Open a payment; answer the address where the citizen pays. The same reference again opens no second one."""
        body = {
            "LoaiBanTin": "INIT",
            "PhienBan": VERSION,
            "MaDoiTac": self.address.client_id,
            "MaThamChieu": bill.reference,
            "SoTien": str(bill.amount),
            "MaTienTe": "VND",
            "ThoiGianGD": to_stamp(now()),
            "UrlTraVe": bill.return_url,
            "ThongTinBienLai": {
                "MaTTHC": bill.procedure_code,
                "MaDVC": bill.procedure_code,
                "MaDonVi": bill.unit_code,
                "MaHoSo": bill.dossier_code,
                "TKThuHuong": bill.account,
                "PhiLePhi": [{"TenPhiLePhi": line.name, "SoTien": str(line.amount)} for line in bill.lines],
                "DSKhoanNop": [],
            },
        }
        hashed = {**body, "MaHoSo": bill.dossier_code, "TKThuHuong": bill.account}
        body["MaXacThuc"] = self._keyed(hashed, INIT_FIELDS)

        def read(reply: Reply) -> str:
            answer = _checked(_accepted(reply).into(_Started))
            if not answer.UrlThanhToan.startswith(("https://", "http://")):
                raise OutsideGarbled("Nền tảng thanh toán không trả địa chỉ thanh toán.")
            return answer.UrlThanhToan

        about = {"MaThamChieu": bill.reference, "MaHoSo": bill.dossier_code, "SoTien": bill.amount}
        request = Request("start", path="/init", json=body, message_id=bill.reference, about=about)
        return self.send(request, asked, read)

    def look_up(self, asked: Asked, reference: str) -> PlatformPayment | None:
        """What became of a payment; None while nobody has paid."""

        def read(reply: Reply) -> PlatformPayment | None:
            answer = _checked(_accepted(reply).into(_State))
            return self._platform(answer.GiaoDich) if answer.GiaoDich else None

        request = Request("look_up", path="/query", json=self._query(reference), repeatable=True)
        return self.send(request, asked, read)

    def receipt(self, asked: Asked, reference: str) -> bytes:
        """The receipt of a paid bill, a PDF."""

        def read(reply: Reply) -> bytes:
            if not _accepted(reply).content.startswith(b"%PDF"):
                _checked(reply.into(_Started))
                raise OutsideGarbled("Nền tảng thanh toán không trả biên lai PDF.")
            return reply.content

        request = Request("receipt", path="/receipt", json=self._query(reference), repeatable=True)
        return self.send(request, asked, read)

    def transfers(self, asked: Asked, day: date) -> tuple[BankTransfer, ...]:
        """All transfers of a day, for reconciliation, each once, oldest first."""
        found: dict[str, BankTransfer] = {}
        after = ""
        while True:
            page = self._transfers_page(asked, day, after)
            fresh = {one.id: _bank_transfer(one) for one in page.transactions if one.transferType == "in"}
            last = max(
                (one.id for one in page.transactions), key=lambda text: (len(text), text), default=after
            )
            found |= fresh
            if not page.more or last == after:
                return tuple(sorted(found.values(), key=lambda one: (one.at, one.transaction)))
            after = last

    def _transfers_page(self, asked: Asked, day: date, after: str) -> _Transfers:
        params = {"date": day.isoformat(), "after": after or "0"}
        request = Request(
            "transfers",
            "GET",
            "/transactions",
            params=params,
            headers=basic_header(self.address),
            repeatable=True,
        )
        return self.send(request, asked, lambda reply: _accepted(reply).into(_Transfers))

    def read_bank_notice(self, body: bytes, signature: str) -> BankTransfer | None:
        """A bank's webhook → the transfer; None for money going out.

        Raises OutsideGarbled when the signature is wrong or older than five minutes, or the body unreadable.
        """
        parts = dict(part.partition("=")[::2] for part in signature.split(","))
        stamp = parts.get("t", "")
        if not _STAMP.fullmatch(stamp) or abs(now().timestamp() - int(stamp)) > NOTICE_LIVES:
            raise OutsideGarbled("Thông báo của ngân hàng quá hạn hoặc thiếu thời điểm ký.", code="stale")
        wanted = hmac.new(self.address.hook_secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
        if not hmac.compare_digest(parts.get("v1", "").encode(), wanted.hexdigest().encode()):
            raise OutsideGarbled("Thông báo của ngân hàng có chữ ký sai.", code="signature")
        try:
            transfer = _Transfer.model_validate_json(body)
        except ValidationError:
            raise OutsideGarbled("Thông báo của ngân hàng không đúng quy ước.") from None
        return _bank_transfer(transfer) if transfer.transferType == "in" else None

    def read_platform_notice(self, body: bytes) -> PlatformPayment:
        """The platform's webhook → its word on a payment. Raises OutsideGarbled when its keyed hash is wrong."""
        try:
            return self._platform(_Notice.model_validate(json.loads(body)))
        except (ValueError, RecursionError):
            raise OutsideGarbled("Thông báo thanh toán không đúng quy ước.") from None

    def ping(self, asked: Asked) -> str:
        """Today's list proves address and credentials."""
        self._transfers_page(asked, now().date(), "")
        return "Ngân hàng trả lời tốt."

    def _query(self, reference: str) -> dict[str, str]:
        body = {"MaDoiTac": self.address.client_id, "MaThamChieu": reference}
        return {**body, "MaXacThuc": self._keyed(body, QUERY_FIELDS)}

    def _keyed(self, body: Mapping[str, Any], names: Iterable[str]) -> str:
        joined = "|".join(str(body.get(name, "")) for name in names)
        return hmac.new(self.address.secret.encode(), joined.encode(), hashlib.sha256).hexdigest()

    def _platform(self, notice: _Notice) -> PlatformPayment:
        wanted = self._keyed(notice.model_dump(), NOTICE_FIELDS)
        if not hmac.compare_digest(notice.MaXacThuc.encode(), wanted.encode()):
            raise OutsideGarbled("Thông báo thanh toán có mã xác thực sai.", code="signature")
        return PlatformPayment(
            reference=notice.MaThamChieu,
            transaction=notice.MaGiaoDich,
            amount=int(notice.SoTien),
            at=from_stamp(notice.ThoiGianGD),
            paid=notice.MaKetQua == "00",
        )


def _bank_transfer(one: _Transfer) -> BankTransfer:
    try:
        at = datetime.fromisoformat(one.transactionDate)
    except ValueError:
        raise OutsideGarbled("Ngân hàng trả thời điểm giao dịch không đọc được.") from None
    return BankTransfer(
        transaction=one.id,
        account=one.accountNumber,
        amount=one.transferAmount,
        content=one.content,
        reference=one.referenceCode,
        at=at if at.tzinfo else at.replace(tzinfo=VIETNAM),
    )


def _accepted(reply: Reply) -> Reply:
    if reply.status >= 400:
        raise OutsideRefused(f"Hệ thống thanh toán từ chối (mã {reply.status}).", code=str(reply.status))
    return reply


def _checked(answer: W) -> W:
    if answer.MaLoi != "00":
        raise OutsideRefused(
            f"Hệ thống thanh toán không nhận: {answer.MoTa or answer.MaLoi}.", code=answer.MaLoi
        )
    return answer


def payment() -> Payment:
    """The platform of the settings."""
    return connector(Payment)
