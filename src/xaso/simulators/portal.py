"""The national portal's synchronisation: token, next code, files, dossier, progress, status, inbound dossiers.

All calls are JSON by POST. Field names are those seen in public code (MaHoSo, TrangThaiHoSo …), times are
yyyyMMddHHmmss. The portal's own specification is not public, so the paths are ours.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
import time
from datetime import datetime
from typing import Any

from xaso.simulators.web import Answer, Request, Routes, as_json
from xaso.simulators.world import TRIAL, World

routes = Routes()
TOKEN_LIVES = 1800
STATUSES = range(1, 11)
REQUIRED = ("MaHoSo", "MaTTHC", "TenTTHC", "ChuHoSo", "NgayTiepNhan", "TrangThaiHoSo", "DonViXuLy")
PROGRESS_REQUIRED = ("MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "NoiDungXuLy", "TrangThai")
TIMES = (
    "NgayNopHoSo",
    "NgayTiepNhan",
    "NgayHenTra",
    "NgayTra",
    "NgayKetThucXuLy",
    "NgayTuChoi",
    "ThoiDiemXuLy",
)
CODE = re.compile(r"[A-Z]\d{2}(\.[A-Z0-9]+)*-\d{6}-\d{4,}")


def _say(code: str, text: str, **more: Any) -> Answer:
    return as_json({"MaKetQua": code, "MoTa": text, **more})


def _allowed(world: World, request: Request) -> Answer | None:
    kept = world.table("portal_tokens").get(request.bearer())
    if kept is None or time.time() > kept or world.fault("portal", "expired"):
        return as_json({"MaKetQua": "401", "MoTa": "Token hết hạn hoặc không hợp lệ"}, 401)
    return None


def _again(world: World, request: Request) -> dict[str, Any] | None:
    """The answer already given to this message, if any: repeats change nothing."""
    found = world.table("portal_messages").get(request.headers.get("x-message-id", ""))
    return found if isinstance(found, dict) else None


def _remember(world: World, request: Request, content: dict[str, Any]) -> Answer:
    identifier = request.headers.get("x-message-id", "")
    if identifier:
        world.table("portal_messages")[identifier] = content
    return as_json(content)


@routes.on("POST", "/portal/token")
def token(world: World, request: Request) -> Answer:
    """Client credentials for a token."""
    form = request.json()
    if (form.get("client_id"), form.get("client_secret")) != (TRIAL, TRIAL):
        return as_json({"MaKetQua": "401", "MoTa": "Sai client_id hoặc client_secret"}, 401)
    access = secrets.token_urlsafe(24)
    world.table("portal_tokens")[access] = time.time() + TOKEN_LIVES
    return as_json({"access_token": access, "token_type": "Bearer", "expires_in": TOKEN_LIVES})


@routes.on("POST", "/portal/dossier-code")
def next_code(world: World, request: Request) -> Answer:
    """The next dossier code of a unit for today."""
    refused = _allowed(world, request)
    if refused:
        return refused
    again = _again(world, request)
    if again:
        return as_json(again)
    unit = str(request.json().get("MaDonVi", ""))
    if not re.fullmatch(r"[A-Z]\d{2}(\.[A-Z0-9]+)*", unit):
        return _say("01", "Mã đơn vị không hợp lệ")
    head = f"{unit}-{world.clock():%y%m%d}"
    return _remember(world, request, {"MaKetQua": "00", "MaHoSo": f"{head}-{world.next_number(head):04d}"})


@routes.on("POST", "/portal/files")
def upload(world: World, request: Request) -> Answer:
    """A file, answered with its id and hash."""
    refused = _allowed(world, request)
    if refused:
        return refused
    body = request.json()
    try:
        content = base64.b64decode(str(body.get("NoiDung", "")), validate=True)
    except (binascii.Error, ValueError):
        return _say("01", "Nội dung tệp không phải base64")
    digest = hashlib.sha256(content).hexdigest()
    world.table("portal_files")[digest[:24]] = {"name": str(body.get("TenTep", "")), "size": len(content)}
    return as_json({"MaKetQua": "00", "Id": digest[:24], "Hash": digest})


def _wrong_time(body: dict[str, Any]) -> str | None:
    for name in TIMES:
        value = body.get(name)
        if not value:
            continue
        try:
            datetime.strptime(str(value), "%Y%m%d%H%M%S")
        except ValueError:
            return name
    return None


@routes.on("POST", "/portal/dossiers")
def push(world: World, request: Request) -> Answer:
    """A dossier, new or changed, matched by its code."""
    refused = _allowed(world, request)
    if refused:
        return refused
    again = _again(world, request)
    if again:
        return as_json(again)
    body = request.json()
    missing = [name for name in REQUIRED if not body.get(name)]
    if missing:
        return _say("02", f"Thiếu trường {', '.join(missing)}")
    if not CODE.fullmatch(str(body["MaHoSo"])):
        return _say("03", "Mã hồ sơ không đúng định dạng")
    wrong = _wrong_time(body)
    if wrong:
        return _say("04", f"{wrong} không đúng định dạng yyyyMMddHHmmss")
    if str(body["TrangThaiHoSo"]) not in {str(status) for status in STATUSES}:
        return _say("05", "Trạng thái không thuộc danh mục 1-10")
    if str(body["MaTTHC"]).startswith("9.999"):
        return _say("06", "Mã thủ tục không có trên Cơ sở dữ liệu quốc gia")
    with world.lock:
        kept = world.table("portal_dossiers").setdefault(body["MaHoSo"], {"progress": [], "history": []})
        kept["dossier"] = body
        kept["history"].append({"status": str(body["TrangThaiHoSo"]), "at": world.clock().isoformat()})
    return _remember(world, request, {"MaKetQua": "00", "MoTa": "Thành công", "MaHoSo": body["MaHoSo"]})


@routes.on("POST", "/portal/progress")
def progress(world: World, request: Request) -> Answer:
    """One step of handling."""
    return _append(world, request, PROGRESS_REQUIRED, "TrangThai", "progress")


@routes.on("POST", "/portal/status")
def status(world: World, request: Request) -> Answer:
    """A new status."""
    return _append(world, request, ("MaHoSo", "TrangThaiHoSo", "ThoiDiemXuLy"), "TrangThaiHoSo", "history")


def _append(
    world: World, request: Request, required: tuple[str, ...], status_name: str, place: str
) -> Answer:
    refused = _allowed(world, request)
    if refused:
        return refused
    again = _again(world, request)
    if again:
        return as_json(again)
    body = request.json()
    missing = [name for name in required if not body.get(name)]
    if missing:
        return _say("02", f"Thiếu trường {', '.join(missing)}")
    if _wrong_time(body):
        return _say("04", "Thời điểm không đúng định dạng yyyyMMddHHmmss")
    if str(body[status_name]) not in {str(one) for one in STATUSES}:
        return _say("05", "Trạng thái không thuộc danh mục 1-10")
    with world.lock:
        kept = world.table("portal_dossiers").get(body["MaHoSo"])
        if kept is None:
            return _say("07", "Chưa có hồ sơ này")
        kept[place].append({"status": str(body[status_name]), "at": world.clock().isoformat(), **body})
    return _remember(world, request, {"MaKetQua": "00", "MoTa": "Thành công"})


@routes.on("POST", "/portal/inbound")
def inbound(world: World, request: Request) -> Answer:
    """Dossiers that citizens filed on the national portal for a unit, after a cursor."""
    refused = _allowed(world, request)
    if refused:
        return refused
    body = request.json()
    unit, after = str(body.get("MaDonVi", "")), str(body.get("ConTro") or "0")
    limit = max(1, min(int(body.get("SoLuong") or 50), 200))
    rows = [
        row
        for row in world.rows("portal_inbound")
        if int(row["number"]) > int(after or 0) and row["dossier"]["DonViXuLy"].startswith(unit)
    ][:limit]
    dossiers = [row["dossier"] for row in rows]
    if world.fault("portal", "out_of_order"):
        dossiers.reverse()
    if world.fault("portal", "duplicate"):
        dossiers = [dossier for dossier in dossiers for _ in range(2)]
    cursor = str(rows[-1]["number"]) if rows else after
    return as_json({"MaKetQua": "00", "DanhSachHoSo": dossiers, "ConTro": cursor})


def file_on_portal(world: World, unit: str, fields: dict[str, Any]) -> dict[str, Any]:
    """A citizen files on the portal (testers' page, tests): the dossier waits to be pulled."""
    head = f"{unit}-{world.clock():%y%m%d}"
    moment = f"{world.clock():%Y%m%d%H%M%S}"
    dossier = {
        "MaHoSo": f"{head}-{world.next_number(head):04d}",
        "KenhThucHien": "2",
        "LoaiDoiTuong": "0",
        "NgayNopHoSo": moment,
        "TrangThaiHoSo": "1",
        "DonViXuLy": unit,
        "TaiKhoanDuocXacThucVoiVNeID": "1",
        "TaiLieuNop": [],
        **fields,
    }
    world.note("portal_inbound", {"number": world.next_number("portal_inbound"), "dossier": dossier})
    return dossier


@routes.on("POST", "/portal/inbound/new")
def file_now(world: World, request: Request) -> Answer:
    """File a dossier as JSON (tests): ``MaDonVi`` and the fields."""
    body = request.json()
    return as_json(file_on_portal(world, str(body.pop("MaDonVi")), body), 201)
