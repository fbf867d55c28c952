"""The testers' own pages: overview, outbox of messages, parcels, the national portal, faults."""

from __future__ import annotations

from datetime import datetime
from html import escape as esc
from typing import Any

from xaso.simulators import portal, post, zalo
from xaso.simulators.html import STYLE, page, table
from xaso.simulators.web import Answer, Request, Routes, as_json, redirect
from xaso.simulators.world import FAULTS, SYSTEMS, World

routes = Routes()
HUMAN_PATHS = ("/bank/transfer", "/bank/pay/", "/vneid/auth", "/mail/outbox", "/portal/inbound/new")
NAMES = {
    "vneid": "Đăng nhập VNeID",
    "portal": "Cổng dịch vụ công quốc gia",
    "origin": "Cổng truy xuất nguồn gốc quốc gia",
    "source": "Hệ thống thông tin nguồn của tỉnh",
    "bank": "Ngân hàng và nền tảng thanh toán",
    "post": "Bưu chính",
    "population": "Cơ sở dữ liệu dân cư",
    "sms": "Cổng tin nhắn SMS",
    "zalo": "Zalo OA",
    "push": "Máy chủ thông báo đẩy",
    "fpt_voice": "Giọng đọc FPT",
    "vbee_voice": "Giọng đọc Vbee",
    "viettel_voice": "Giọng đọc Viettel",
    "model": "Mô hình ngôn ngữ",
    "hearing": "Nghe thành chữ",
    "mail": "Máy chủ thư",
}
NEWEST = 60
STATES = {"accepted": "Đã nhận gửi", "sent": "Đã gửi", "delivered": "Đã tới máy", "seen": "Đã xem"}


@routes.on("GET", "/style.css")
def style(world: World, request: Request) -> Answer:
    """The style sheet."""
    return Answer(200, STYLE.encode(), "text/css; charset=utf-8", {"Cache-Control": "max-age=3600"})


@routes.on("GET", "/health")
def health(world: World, request: Request) -> Answer:
    """For the launcher: the process is up."""
    return as_json({"ok": True, "product": world.product})


@routes.on("GET", "/")
def overview(world: World, request: Request) -> Answer:
    """What is simulated, and what happened last."""
    rows = [
        (esc(NAMES[key]), f"<code>{esc(request.base)}/{key}</code>", str(_count(world, key)))
        for key in SYSTEMS
    ]
    text = (
        "<p>Trang này thay cho các hệ thống bên ngoài khi chạy thử: đăng nhập VNeID, Cổng quốc gia, thanh toán, "
        "bưu chính, dân cư, SMS, Zalo và thư điện tử. Không có tiền, tin nhắn hay dữ liệu nào đi ra ngoài.</p>"
        f"<p>Báo cho Xã Số tại <code>{esc(world.product)}</code>.</p>"
    )
    hooks = [
        (_when(row["at"]), esc(row["url"]), _status(row["status"])) for row in world.rows("hooks")[::-1][:10]
    ]
    body = text + table("Hệ thống", ("Hệ thống", "Địa chỉ", "Số lượt"), rows)
    return page("Mô phỏng hệ thống ngoài", body + table("Lần báo gần đây", ("Lúc", "Tới", "Kết quả"), hooks))


def _count(world: World, key: str) -> int:
    tables = {
        "portal": "portal_dossiers",
        "origin": "origin_products",
        "source": "source_told",
        "post": "post",
    }
    return len(world.table(tables[key])) if key in tables else len(world.rows(key))


def _status(status: int) -> str:
    good = 200 <= status < 300
    return f"<span class='{'good' if good else 'bad'}'>{status or 'không nối được'}</span>"


@routes.on("GET", "/hop-tin")
def outbox(world: World, request: Request) -> Answer:
    """The messages that were sent: SMS, Zalo, e-mail."""
    sms_rows = [
        (_when(row["at"]), esc(row["phone"]), f"<pre>{esc(row['text'])}</pre>", esc(STATES[row["state"]]))
        for row in world.rows("sms")[::-1][:NEWEST]
    ]
    zalo_rows = [
        (
            _when(row["at"]),
            esc(row["phone"]),
            f"Mẫu {esc(str(row['template']))}<pre>{_facts(row['data'])}</pre>",
            esc(STATES[row["state"]]) + _seen_button(row),
        )
        for row in world.rows("zalo")[::-1][:NEWEST]
    ]
    mails = [
        (
            _when(row["at"]),
            esc(", ".join(row["to"])),
            f"<strong>{esc(row['subject'])}</strong><pre>{esc(row['text'])}</pre>",
        )
        for row in world.rows("mail")[::-1][:NEWEST]
    ]
    return page(
        "Hộp tin đã gửi",
        table("SMS", ("Lúc", "Số máy", "Nội dung", "Trạng thái"), sms_rows)
        + table("Zalo", ("Lúc", "Số máy", "Nội dung", "Trạng thái"), zalo_rows)
        + table("Thư điện tử", ("Lúc", "Tới", "Nội dung"), mails),
    )


def _when(stamp: str) -> str:
    """A kept moment as 01:41, 22/11/2026."""
    moment = datetime.fromisoformat(stamp)
    return f"<span class='fixed'>{moment:%H:%M, %d/%m/%Y}</span>"


def _facts(data: dict[str, Any]) -> str:
    return esc("\n".join(f"{name}: {value}" for name, value in data.items()))


def _seen_button(row: dict[str, Any]) -> str:
    if row["state"] != "delivered":
        return ""
    return (
        f"<form method='post' action='/hop-tin/da-xem'><input type='hidden' name='id' value='{esc(row['id'])}'>"
        "<button class='second'>Người nhận đã xem</button></form>"
    )


@routes.on("POST", "/hop-tin/da-xem")
def seen(world: World, request: Request) -> Answer:
    """The receiver has seen a Zalo message."""
    wanted = request.form().get("id")
    for row in world.rows("zalo"):
        if row["id"] == wanted and row["state"] == "delivered":
            row["state"] = "seen"
            zalo.tell(world, "user_seen_message", row)
    return redirect("/hop-tin")


@routes.on("GET", "/messages.json")
def messages(world: World, request: Request) -> Answer:
    """The outbox for programs, newest first."""
    return as_json({name: world.rows(name)[::-1] for name in ("sms", "zalo", "mail")})


@routes.on("GET", "/buu-gui")
def parcels(world: World, request: Request) -> Answer:
    """Parcels, each with a button that moves it along."""
    rows = []
    for item, kept in list(world.table("post").items())[::-1][:NEWEST]:
        last = kept["events"][-1]
        button = (
            f"<form method='post' action='/buu-gui'><input type='hidden' name='item' value='{esc(item)}'>"
            "<button class='second'>Chuyển bước tiếp</button></form>"
        )
        receiver = kept["order"]["NguoiNhan"]
        rows.append((esc(item), esc(str(receiver.get("HoTen", ""))), esc(last["MoTa"]), button))
    return page(
        "Bưu gửi", table("Đang đi", ("Số hiệu", "Người nhận", "Trạng thái", "Việc"), rows), system="Bưu chính"
    )


@routes.on("POST", "/buu-gui")
def move_parcel(world: World, request: Request) -> Answer:
    """Move one along."""
    post.move(world, request.form().get("item", ""))
    return redirect("/buu-gui")


@routes.on("GET", "/cong")
def portal_page(world: World, request: Request) -> Answer:
    """What the national portal knows, and a form to file there."""
    options = "".join(f"<option value='{esc(n)}'>{esc(c['name'])}" for n, c in world.citizens().items())
    form = (
        "<details><summary>Nộp một hồ sơ trên Cổng quốc gia</summary><form method='post' action='/cong'>"
        f"<label>Người nộp <select name='number'>{options}</select></label>"
        "<label>Mã đơn vị nhận <input name='unit' required placeholder='H38.12'></label>"
        "<label>Mã thủ tục <input name='procedure' required placeholder='1.001193'></label>"
        "<label>Tên thủ tục <input name='title' required></label><button>Nộp</button></form></details>"
    )
    dossiers = [
        (esc(code), esc(str(kept["dossier"].get("TenTTHC", ""))), esc(kept["history"][-1]["status"]))
        for code, kept in list(world.table("portal_dossiers").items())[::-1][:NEWEST]
    ]
    waiting = [
        (esc(row["dossier"]["MaHoSo"]), _when(row["at"])) for row in world.rows("portal_inbound")[::-1][:20]
    ]
    return page(
        "Cổng dịch vụ công quốc gia",
        form
        + table("Hồ sơ Xã Số đã đồng bộ", ("Mã hồ sơ", "Thủ tục", "Trạng thái"), dossiers)
        + table("Nộp trên Cổng", ("Mã hồ sơ", "Lúc"), waiting),
        system="Cổng quốc gia",
    )


@routes.on("POST", "/cong")
def file_dossier(world: World, request: Request) -> Answer:
    """File a dossier for a citizen."""
    form = request.form()
    citizen = world.citizens().get(form.get("number", ""))
    if citizen and form.get("unit") and form.get("procedure"):
        portal.file_on_portal(
            world,
            form["unit"],
            {
                "MaTTHC": form["procedure"],
                "TenTTHC": form.get("title", ""),
                "ChuHoSo": citizen["name"],
                "SoGiayToChuHoSo": citizen["number"],
                "SoDienThoai": citizen["phone"],
                "NgaySinhChuHoSo": citizen["birth"].replace("-", ""),
            },
        )
    return redirect("/cong")


@routes.on("GET", "/su-co")
def faults_page(world: World, request: Request) -> Answer:
    """Switch faults on and off."""
    systems = "".join(f"<option value='{key}'>{esc(name)}" for key, name in NAMES.items())
    kinds = "".join(f"<option value='{key}'>{esc(label)}" for key, label in FAULTS.items())
    rows = [
        (esc(NAMES[system]), esc(FAULTS[one.kind]), str(one.times) if one.times >= 0 else "mãi")
        for system, waiting in world.faults.items()
        for one in waiting
    ]
    form = (
        "<form method='post' action='/faults'>"
        f"<label>Hệ thống <select name='system'>{systems}</select></label>"
        f"<label>Sự cố <select name='fault'>{kinds}</select></label>"
        "<label>Số lần (-1: đến khi tắt) <input name='times' value='1' inputmode='numeric'></label>"
        "<label>Chậm bao nhiêu mili giây <input name='ms' value='5000' inputmode='numeric'></label>"
        "<button>Bật</button></form>"
        "<form method='post' action='/faults/clear'><button class='second'>Tắt tất cả</button></form>"
    )
    return page("Gây sự cố", form + table("Đang chờ xảy ra", ("Hệ thống", "Sự cố", "Còn lại"), rows))


@routes.on("POST", "/faults")
def set_fault(world: World, request: Request) -> Answer:
    """``{"system", "fault", "times"?, "ms"?}`` as JSON or form."""
    programs = request.headers.get("content-type", "").startswith("application/json")
    body = request.json() if programs else request.form()
    try:
        world.break_it(
            str(body.get("system")),
            str(body.get("fault")),
            times=int(body.get("times") or 1),
            milliseconds=int(body.get("ms") or 0),
        )
    except ValueError as error:
        return as_json({"error": str(error)}, 422)
    return as_json({"ok": True}, 201) if programs else redirect("/su-co")


@routes.on("POST", "/faults/clear")
def clear_faults(world: World, request: Request) -> Answer:
    """Switch every fault off."""
    world.mend()
    return redirect("/su-co")


@routes.on("POST", "/reset")
def reset(world: World, request: Request) -> Answer:
    """Forget everything (tests, a fresh demo)."""
    world.reset()
    return as_json({"ok": True})
