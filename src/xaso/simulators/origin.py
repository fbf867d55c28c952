"""The national portal of traceability: token, and products with the ten data items of the circular.

Refuses what lacks a compulsory item, carries a wrong time or GTIN, and products named "bị từ chối".
"""

from __future__ import annotations

import re
import secrets
import time
from datetime import datetime
from typing import Any

from xaso.simulators.web import Answer, Request, Routes, as_json
from xaso.simulators.world import TRIAL, World

routes = Routes()
TOKEN_LIVES = 1800
REQUIRED = ("TenSanPham", "TenCoSo", "DiaChi", "CongDoan", "ThoiGianSanXuat", "MaTruyXuat", "TieuChuan")
STAGE = ("CongDoan", "MaSanPham", "MaDiaDiem", "ThoiGian")


@routes.on("POST", "/origin/token")
def token(world: World, request: Request) -> Answer:
    """Client credentials for a token."""
    form = request.json()
    if (form.get("client_id"), form.get("client_secret")) != (TRIAL, TRIAL):
        return as_json({"MaKetQua": "401", "MoTa": "Sai client_id hoặc client_secret"}, 401)
    access = secrets.token_urlsafe(24)
    world.table("origin_tokens")[access] = time.time() + TOKEN_LIVES
    return as_json({"access_token": access, "token_type": "Bearer", "expires_in": TOKEN_LIVES})


@routes.on("POST", "/origin/products")
def push(world: World, request: Request) -> Answer:
    """A product of a lot, new or changed, matched by its traceability code."""
    kept = world.table("origin_tokens").get(request.bearer())
    if kept is None or time.time() > kept or world.fault("origin", "expired"):
        return as_json({"MaKetQua": "401", "MoTa": "Token hết hạn hoặc không hợp lệ"}, 401)
    message = request.headers.get("x-message-id", "")
    again = world.table("origin_messages").get(message)
    if isinstance(again, dict):
        return as_json(again)
    body = request.json()
    code, why = _fault(body)
    if code:
        return as_json({"MaKetQua": code, "MoTa": why})
    with world.lock:
        known = world.table("origin_products").get(body["MaTruyXuat"])
        receipt = known["receipt"] if known else f"TX{world.next_number('origin'):07d}"
        times = known["times"] + 1 if known else 1
        row = {"receipt": receipt, "times": times, "product": body, "at": world.clock().isoformat()}
        world.table("origin_products")[body["MaTruyXuat"]] = row
        answer = {"MaKetQua": "00", "MaTiepNhan": receipt}
        if message:
            world.table("origin_messages")[message] = answer
        world.dirty = True
    return as_json(answer)


def _fault(body: dict[str, Any]) -> tuple[str, str]:
    """(code, reason) of what is wrong; two empty texts when nothing is."""
    missing = [name for name in REQUIRED if not body.get(name)]
    if missing:
        return "02", f"Thiếu trường {', '.join(missing)}"
    if "bị từ chối" in str(body["TenSanPham"]).lower():
        return "06", "Sản phẩm không thuộc phạm vi tiếp nhận"
    gtin = str(body.get("GTIN") or "")
    if gtin and not (re.fullmatch(r"\d{14}", gtin) and _check_digit(gtin)):
        return "03", "GTIN không đúng chữ số kiểm tra"
    stages = body["CongDoan"]
    if not isinstance(stages, list):
        return "04", "CongDoan phải là danh sách"
    for place, stage in enumerate(stages, 1):
        lacks = [name for name in STAGE if not (isinstance(stage, dict) and stage.get(name))]
        if lacks:
            return "04", f"Công đoạn {place} thiếu {', '.join(lacks)}"
    for value in (body["ThoiGianSanXuat"], *(stage["ThoiGian"] for stage in stages)):
        try:
            datetime.fromisoformat(str(value))
        except ValueError:
            return "05", f"Thời gian {value} không đúng định dạng ISO 8601"
    return "", ""


def _check_digit(gtin: str) -> bool:
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(gtin[:-1]))
    return (10 - total % 10) % 10 == int(gtin[-1])
