"""The provincial source-information system: seven flows, accounts of three levels, receipts, errors.

Version 2.0 speaks by Vietnamese field names, version 1.0 by English ones and without old unit codes; both stand under
``/source``. Accounts: ``mo-phong`` is the commune's (the trial secret), ``mo-phong-tinh`` the province's,
``mo-phong-tw`` the centre's. Only the upper two issue bulletins; only the commune's tells what became of them.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from typing import Any

import httpx

from xaso.simulators.web import Answer, Request, Routes, as_json
from xaso.simulators.world import TRIAL, World

routes = Routes()
TOKEN_LIVES = 1800
LEVELS = {TRIAL: "commune", f"{TRIAL}-tinh": "province", f"{TRIAL}-tw": "centre"}
# What each flow must carry, by version; the first field of each names the record it is about.
REQUIRED: dict[str, dict[str, tuple[str, ...]]] = {
    "v2/ban-tin/trang-thai": {"2": ("MaBanTin", "MaDai", "TrangThai", "ThoiGian")},
    "v2/dai/danh-muc": {"2": ("MaDai", "TenDai", "MaXa", "DanhSachCum")},
    "v2/dai/trang-thai": {"2": ("MaDai", "ThoiGian", "DanhSachCum")},
    "v2/bao-cao": {"2": ("MaDai", "KyBaoCao", "SoGioPhat", "TheoNguon")},
    "v2/ban-tin/chia-se": {"2": ("MaBanTin", "MaDai", "TieuDe", "NoiDung")},
    "v2/phan-anh": {"2": ("MaPhanAnh", "MaDai", "NoiDung")},
    "v1/bulletins/status": {"1": ("id", "station", "status", "time")},
    "v1/stations": {"1": ("station", "name", "commune", "devices")},
    "v1/devices": {"1": ("station", "time", "devices")},
    "v1/reports": {"1": ("station", "period", "hours", "by_origin")},
    "v1/bulletins/shared": {"1": ("id", "station", "title", "content")},
}
CLUSTER = {"2": ("MaCum", "Loai"), "1": ("code", "type")}
EMERGENCY_REFUSED = {"2": ("TU_CHOI", "3"), "1": ("refused", "emergency")}


@routes.on("POST", "/source/token")
def token(world: World, request: Request) -> Answer:
    """Client credentials for a token of the account's level."""
    form = request.json()
    client = str(form.get("client_id"))
    if client not in LEVELS or form.get("client_secret") != TRIAL:
        return as_json({"MaKetQua": "401", "MoTa": "Sai client_id hoặc client_secret"}, 401)
    access = secrets.token_urlsafe(24)
    world.table("source_tokens")[access] = {"until": time.time() + TOKEN_LIVES, "level": LEVELS[client]}
    return as_json({"access_token": access, "token_type": "Bearer", "expires_in": TOKEN_LIVES})


def _level(world: World, request: Request) -> str:
    """The level of the account behind a token; "" for none that is good."""
    kept = world.table("source_tokens").get(request.bearer())
    if kept is None or time.time() > kept["until"] or world.fault("source", "expired"):
        return ""
    return str(kept["level"])


def _say(code: str, why: str = "", status: int = 200, **more: Any) -> Answer:
    return as_json({"MaKetQua": code, "MoTa": why, **more}, status)


def _told(path: str) -> None:
    """Register the handler of one flow from a commune."""

    def handle(world: World, request: Request) -> Answer:
        level = _level(world, request)
        if not level:
            return _say("401", "Mã truy cập hết hạn hoặc không hợp lệ", 401)
        if level != "commune":
            return _say("09", "Chỉ tài khoản cấp xã báo theo đường này")
        message = request.headers.get("x-message-id", "")
        again = world.table("source_messages").get(message)
        if isinstance(again, dict):
            return as_json(again)
        body = request.json()
        code, why = _fault(world, path, body)
        if code:
            return _say(code, why)
        return _receipt(world, path, body, message)

    routes.on("POST", f"/source/{path}")(handle)


def _receipt(world: World, path: str, body: dict[str, Any], message: str) -> Answer:
    with world.lock:
        receipt = f"BN{world.next_number('source'):07d}"
        name = next(iter(REQUIRED[path].values()))[0]
        row = {"flow": path, "receipt": receipt, "body": body, "at": world.clock().isoformat()}
        world.table("source_told")[f"{path}:{body[name]}:{receipt}"] = row
        answer = {"MaKetQua": "00", "MoTa": "", "MaBienNhan": receipt}
        if message:
            world.table("source_messages")[message] = answer
        world.dirty = True
    return as_json(answer)


for _path in REQUIRED:
    _told(_path)


def _fault(world: World, path: str, body: dict[str, Any]) -> tuple[str, str]:
    """(code, reason) of what is wrong; two empty texts when nothing is."""
    version, names = next(iter(REQUIRED[path].items()))
    missing = [name for name in names if body.get(name) in (None, "")]
    if missing:
        return "02", f"Thiếu trường {', '.join(missing)}"
    clusters = body.get("DanhSachCum" if version == "2" else "devices", [])
    if not isinstance(clusters, list):
        return "04", "Danh sách cụm loa phải là danh sách"
    for place, one in enumerate(clusters, 1):
        lacks = [name for name in CLUSTER[version] if not (isinstance(one, dict) and one.get(name))]
        if lacks:
            return "04", f"Cụm loa {place} thiếu {', '.join(lacks)}"
    refused, emergency = EMERGENCY_REFUSED[version]
    state = body.get("TrangThai" if version == "2" else "status")
    known = world.table("source_issued").get(str(body.get(names[0])))
    if state == refused and known and known["kind"] == emergency:
        return "08", "Không được từ chối tin khẩn cấp"
    if "status" in path or "ban-tin/trang-thai" in path:
        if known is None and not str(body[names[0]]).startswith("XA-"):
            return "07", f"Không có bản tin {body[names[0]]}"
    return "", ""


@routes.on("POST", "/source/issue")
def issue(world: World, request: Request) -> Answer:
    """The province or the centre issues a bulletin: kept here, and pushed to the commune's own system.

    Body: ``version`` ("2.0"), ``bulletin`` in the words of that version, ``client`` {id, secret} at the commune's.
    """
    level = _level(world, request)
    if level not in {"province", "centre"}:
        return _say("09", "Tài khoản cấp xã không ban hành tin xuống", 403)
    form = request.json()
    version, bulletin = str(form.get("version", "2.0")), form.get("bulletin")
    if not isinstance(bulletin, dict):
        return _say("02", "Thiếu bulletin")
    two = version.startswith("2")
    key = str(bulletin.get("MaBanTin" if two else "id", ""))
    kind = str(bulletin.get("LoaiTin" if two else "class", ""))
    row = {
        "version": version,
        "level": level,
        "kind": kind,
        "bulletin": bulletin,
        "at": world.clock().isoformat(),
    }
    with world.lock:
        world.table("source_issued")[key] = row
    client = form.get("client") or {}
    told = push(world, version, bulletin, str(client.get("id", "")), str(client.get("secret", "")))
    return _say("00", MaBanTin=key, DaDay=told)


def push(world: World, version: str, bulletin: dict[str, Any], client: str, secret: str) -> int:
    """Hand a bulletin to the product by its own API; answers the last status, 0 when there was none."""
    if world.fault("source", "lost"):
        return 0
    access = _product_token(world, client, secret)
    if not access:
        return 401
    body = json.dumps(bulletin, ensure_ascii=False).encode()
    url = f"{world.product}/api/v1/broadcast/source/{version}/bulletins"
    headers = {"Authorization": f"Bearer {access}", "Content-Type": "application/json"}
    told = [world.tell("POST", url, body=body, headers=headers, pauses=(1, 2))]
    if world.fault("source", "duplicate"):
        told.append(world.tell("POST", url, body=body, headers=headers, pauses=()))
    return max(one.result(30) for one in told)


def _product_token(world: World, client: str, secret: str) -> str:
    form = f"grant_type=client_credentials&client_id={client}&client_secret={secret}".encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for pause in (1.0, 2.0, 0.0):  # a province asks again before it gives up
        try:
            answer = world._http.post(f"{world.product}/api/v1/token", content=form, headers=headers)
            if answer.status_code == 200:
                return str(answer.json().get("access_token", ""))
        except (httpx.HTTPError, ValueError):
            pass
        time.sleep(pause * world.patience)
    return ""


def _listed(version: str) -> None:
    path = "v2/ban-tin" if version == "2" else "v1/bulletins"

    def handle(world: World, request: Request) -> Answer:
        if not _level(world, request):
            return _say("401", "Mã truy cập hết hạn hoặc không hợp lệ", 401)
        since = request.query.get("tu" if version == "2" else "since", "")
        rows = [
            row["bulletin"]
            for row in world.table("source_issued").values()
            if row["version"].startswith(version) and row["at"] >= since
        ]
        return _say("00", DanhSach=rows)

    routes.on("GET", f"/source/{path}")(handle)


_listed("2")
_listed("1")


@routes.on("GET", "/source/audio/<name>")
def audio(world: World, request: Request, name: str) -> Answer:
    """Recorded bulletins that testers put there."""
    kept = world.table("source_audio").get(name)
    if kept is None:
        return as_json({"error": "not found"}, 404)
    content = bytes.fromhex(kept)
    return Answer(200, content, "audio/mpeg", {"X-Sha256": hashlib.sha256(content).hexdigest()})


def told(world: World, path: str) -> list[dict[str, Any]]:
    """What communes told by one flow, oldest first (tests)."""
    return [row["body"] for row in world.table("source_told").values() if row["flow"] == path]
