"""The post: orders for returning results, item codes by UPU S10, tracking events, cancelling.

Postcodes and addresses make trouble: an address with "không giao được" comes back to the sender; a province
"Không phục vụ" is refused.
"""

from __future__ import annotations

from typing import Any

from xaso.simulators.web import Answer, Request, Routes, as_json
from xaso.simulators.world import TRIAL, World

routes = Routes()
STEPS = (
    ("10", "Đã tiếp nhận yêu cầu", "Bưu điện xã"),
    ("20", "Đã lấy hàng", "Bưu điện xã"),
    ("30", "Đang vận chuyển", "Trung tâm khai thác tỉnh"),
    ("40", "Đang phát", "Bưu cục phát"),
    ("50", "Phát thành công", "Bưu cục phát"),
)
RETURN = (("60", "Phát không thành công", "Bưu cục phát"), ("70", "Đã chuyển hoàn người gửi", "Bưu điện xã"))
CANCELLED = ("90", "Đã hủy yêu cầu", "Bưu điện xã")
REQUIRED = ("MaDonHang", "NguoiGui", "NguoiNhan", "NoiDungHang")
WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def s10(serial: int, service: str = "RN") -> str:
    """An item code by UPU S10: two letters, eight digits, check digit, country."""
    digits = f"{serial:08d}"
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % 11
    check = {10: 0, 11: 5}.get(check, check)
    return f"{service}{digits}{check}VN"


def _allowed(request: Request) -> Answer | None:
    return None if request.basic() == (TRIAL, TRIAL) else as_json({"MaLoi": "401"}, 401)


@routes.on("POST", "/post/orders")
def order(world: World, request: Request) -> Answer:
    """Ask for a parcel to be fetched; the same MaDonHang again answers the same item."""
    refused = _allowed(request)
    if refused:
        return refused
    body = request.json()
    missing = [name for name in REQUIRED if not body.get(name)]
    receiver = body.get("NguoiNhan") or {}
    if missing or not receiver.get("HoTen") or not receiver.get("DiaChi") or not receiver.get("DienThoai"):
        return as_json({"MaLoi": "01", "MoTa": "Thiếu thông tin người nhận hoặc đơn hàng"})
    if receiver.get("Tinh") == "Không phục vụ":
        return as_json({"MaLoi": "02", "MoTa": "Không phục vụ địa chỉ này"})
    with world.lock:
        items = world.table("post_orders")
        item = items.get(body["MaDonHang"])
        if item is None:
            item = s10(world.next_number("post") + 10_000_000)
            items[body["MaDonHang"]] = item
            world.table("post")[item] = {"order": body, "events": []}
            _step(world, item, STEPS[0])
    return as_json({"MaLoi": "00", "SoHieuBuuGui": item, "CuocPhi": 30000})


def _step(world: World, item: str, step: tuple[str, str, str]) -> None:
    event = {"MaTrangThai": step[0], "MoTa": step[1], "BuuCuc": step[2]}
    event["ThoiDiem"] = f"{world.clock():%Y%m%d%H%M%S}"
    world.table("post")[item]["events"].append(event)


@routes.on("GET", "/post/items/<item>")
def track(world: World, request: Request, item: str) -> Answer:
    """The tracking events of an item."""
    refused = _allowed(request)
    if refused:
        return refused
    kept = world.table("post").get(item)
    if kept is None:
        return as_json({"MaLoi": "03", "MoTa": "Không có bưu gửi này"})
    events = list(kept["events"])
    if world.fault("post", "duplicate"):
        events = events + events[-1:]
    if world.fault("post", "out_of_order"):
        events.reverse()
    return as_json({"MaLoi": "00", "SoHieuBuuGui": item, "HanhTrinh": events})


@routes.on("POST", "/post/items/<item>/cancel")
def cancel(world: World, request: Request, item: str) -> Answer:
    """Cancel before it is fetched."""
    refused = _allowed(request)
    if refused:
        return refused
    kept = world.table("post").get(item)
    if kept is None:
        return as_json({"MaLoi": "03", "MoTa": "Không có bưu gửi này"})
    if len(kept["events"]) > 1:
        return as_json({"MaLoi": "04", "MoTa": "Bưu gửi đã được lấy, không hủy được"})
    _step(world, item, CANCELLED)
    return as_json({"MaLoi": "00"})


def move(world: World, item: str) -> dict[str, Any] | None:
    """Move a parcel one step along; None when it has arrived or does not exist."""
    with world.lock:
        kept = world.table("post").get(item)
        if kept is None:
            return None
        done = [event["MaTrangThai"] for event in kept["events"]]
        comes_back = "không giao được" in str(kept["order"]["NguoiNhan"].get("DiaChi", "")).lower()
        plan = (*STEPS[:4], *RETURN) if comes_back else STEPS
        ahead = [step for step in plan if step[0] not in done]
        if not ahead or CANCELLED[0] in done:
            return None
        _step(world, item, ahead[0])
        return dict(kept["events"][-1])


@routes.on("POST", "/post/items/<item>/move")
def move_now(world: World, request: Request, item: str) -> Answer:
    """Move a parcel along (testers, journeys)."""
    event = move(world, item)
    return as_json(event or {"MaLoi": "03"}, 200 if event else 404)
