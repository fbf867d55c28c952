"""Returning results by the public postal service: order a parcel, follow it, cancel it.

The company's interface is not public; the shape here is what was seen in code: an order number of ours, an item
code (UPU S10), a list of tracking events.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from urllib.parse import quote

from pydantic import Field

from xaso.kernel.connectors.base import Connector, connector, register
from xaso.kernel.connectors.errors import OutsideGarbled, OutsideRefused
from xaso.kernel.connectors.masks import mask_name, mask_phone
from xaso.kernel.connectors.times import from_stamp
from xaso.kernel.connectors.transport import Asked, Reply, Request, basic_header
from xaso.kernel.connectors.wire import Wire

_ITEM = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


class ParcelState(StrEnum):
    """Where a parcel is."""

    ORDERED = "10"
    FETCHED = "20"
    MOVING = "30"
    DELIVERING = "40"
    DELIVERED = "50"
    NOT_DELIVERED = "60"
    RETURNED = "70"
    CANCELLED = "90"


FINAL = {ParcelState.DELIVERED, ParcelState.RETURNED, ParcelState.CANCELLED}
STATE_LABELS = {
    ParcelState.ORDERED: "Bưu điện đã nhận yêu cầu",
    ParcelState.FETCHED: "Bưu điện đã lấy kết quả",
    ParcelState.MOVING: "Đang vận chuyển",
    ParcelState.DELIVERING: "Đang phát",
    ParcelState.DELIVERED: "Đã phát thành công",
    ParcelState.NOT_DELIVERED: "Phát chưa thành công",
    ParcelState.RETURNED: "Đã chuyển hoàn về nơi gửi",
    ParcelState.CANCELLED: "Đã hủy",
}


@dataclass(frozen=True)
class PostalParty:
    """A sender or receiver. ``province`` is today's province by name."""

    name: str
    phone: str
    address: str
    province: str

    def wire(self) -> dict[str, str]:
        """As the post names the fields."""
        values = asdict(self)
        return {
            "HoTen": values["name"],
            "DienThoai": values["phone"],
            "DiaChi": values["address"],
            "Tinh": values["province"],
        }


@dataclass(frozen=True)
class Parcel:
    """An accepted order; ``fee`` in đồng."""

    item_code: str
    fee: int


@dataclass(frozen=True)
class ParcelEvent:
    """One tracking event."""

    state: ParcelState
    text: str
    place: str
    at: datetime


class _Ordered(Wire):
    MaLoi: str
    MoTa: str = ""
    SoHieuBuuGui: str = ""
    CuocPhi: int = 0


class _Event(Wire):
    MaTrangThai: str
    MoTa: str = ""
    BuuCuc: str = ""
    ThoiDiem: str


class _Tracked(Wire):
    MaLoi: str
    MoTa: str = ""
    HanhTrinh: list[_Event] = Field(default_factory=list)


def is_item_code(code: str) -> bool:
    """Whether a code follows UPU S10, check digit included."""
    if not _ITEM.fullmatch(code):
        return False
    remainder = sum(int(digit) * weight for digit, weight in zip(code[2:10], _WEIGHTS, strict=True)) % 11
    return int(code[10]) == {0: 5, 1: 0}.get(remainder, 11 - remainder)


@register
class Post(Connector):
    """The postal company."""

    key: ClassVar[str] = "post"
    title: ClassVar[str] = "Bưu chính công ích"

    def order(
        self, asked: Asked, *, order_code: str, sender: PostalParty, receiver: PostalParty, content: str
    ) -> Parcel:
        """Ask for a parcel to be fetched. The same order code again answers the same parcel."""
        body = {
            "MaDonHang": order_code,
            "NguoiGui": sender.wire(),
            "NguoiNhan": receiver.wire(),
            "NoiDungHang": content,
            "KhoiLuong": 100,
        }

        def read(reply: Reply) -> Parcel:
            answer = _accepted(reply).into(_Ordered)
            _check(answer.MaLoi, answer.MoTa)
            if not is_item_code(answer.SoHieuBuuGui):
                raise OutsideGarbled("Bưu chính trả số hiệu bưu gửi không đúng.", code="item_code")
            return Parcel(answer.SoHieuBuuGui, answer.CuocPhi)

        about = {
            "đơn hàng": order_code,
            "người nhận": mask_name(receiver.name),
            "số máy": mask_phone(receiver.phone),
        }
        request = Request(
            "order",
            path="/orders",
            json=body,
            headers=basic_header(self.address),
            message_id=order_code,
            about=about,
        )
        return self.send(request, asked, read)

    def track(self, asked: Asked, item_code: str) -> tuple[ParcelEvent, ...]:
        """The events of a parcel, each once, oldest first."""

        def read(reply: Reply) -> tuple[ParcelEvent, ...]:
            answer = _accepted(reply).into(_Tracked)
            _check(answer.MaLoi, answer.MoTa)
            try:
                events = {
                    ParcelEvent(ParcelState(one.MaTrangThai), one.MoTa, one.BuuCuc, from_stamp(one.ThoiDiem))
                    for one in answer.HanhTrinh
                }
            except ValueError:
                raise OutsideGarbled("Bưu chính trả hành trình không đọc được.") from None
            return tuple(sorted(events, key=lambda event: (event.at, event.state)))

        path = f"/items/{quote(item_code)}"
        request = Request(
            "track",
            "GET",
            path,
            headers=basic_header(self.address),
            repeatable=True,
            about={"bưu gửi": item_code},
        )
        return self.send(request, asked, read)

    def cancel(self, asked: Asked, item_code: str) -> None:
        """Cancel before it is fetched; raises OutsideRefused when it is too late."""
        path = f"/items/{quote(item_code)}/cancel"
        request = Request(
            "cancel", path=path, json={}, headers=basic_header(self.address), about={"bưu gửi": item_code}
        )

        def read(reply: Reply) -> None:
            answer = _accepted(reply).into(_Ordered)
            _check(answer.MaLoi, answer.MoTa)

        self.send(request, asked, read)

    def ping(self, asked: Asked) -> str:
        """A question about an item that cannot exist: the refusal proves address and credentials."""
        try:
            self.track(asked, "RN000000005VN")
        except OutsideRefused:
            pass
        return "Bưu chính trả lời tốt."


def _accepted(reply: Reply) -> Reply:
    if reply.status >= 400:
        raise OutsideRefused(f"Bưu chính từ chối (mã {reply.status}).", code=str(reply.status))
    return reply


def _check(code: str, text: str) -> None:
    if code != "00":
        raise OutsideRefused(f"Bưu chính không nhận: {text or code}.", code=code)


def post() -> Post:
    """The postal company of the settings."""
    return connector(Post)
