"""The testers' pages: one shell with the banner, small forms. No scripts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape as esc
from pathlib import Path
from typing import Any

from xaso.kernel.plain.vietqr import VietQr, bank_of
from xaso.simulators.web import Answer

BANNER = "Mô phỏng – không phải hệ thống thật"
STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
LINKS = (
    ("/", "Tổng quan"),
    ("/hop-tin", "SMS, Zalo, thư"),
    ("/bank/transfer", "Chuyển khoản"),
    ("/buu-gui", "Bưu gửi"),
    ("/cong", "Cổng quốc gia"),
    ("/su-co", "Gây sự cố"),
)


def page(title: str, body: str, *, system: str = "", status: int = 200) -> Answer:
    """A page in the common shell; ``body`` is HTML, ``title`` is text."""
    links = "".join(f"<a href='{url}'>{esc(label)}</a>" for url, label in LINKS)
    over = f"<p class='over'>{esc(system)}</p>" if system else ""
    html = (
        "<!doctype html><html lang='vi'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{esc(title)} – mô phỏng</title><link rel='stylesheet' href='/style.css'></head><body>"
        f"<p class='banner' role='note'>{BANNER}</p><nav aria-label='Trang mô phỏng'>{links}</nav>"
        f"<main>{over}<h1>{esc(title)}</h1>{body}</main></body></html>"
    )
    return Answer(status, html.encode(), "text/html; charset=utf-8")


def problem(title: str, text: str) -> Answer:
    """A page that says what is wrong."""
    return page(title, f"<p class='bad'>{esc(text)}</p><p><a href='/'>Về trang tổng quan</a></p>", status=400)


def hidden(fields: dict[str, str]) -> str:
    """Hidden inputs."""
    return "".join(
        f"<input type='hidden' name='{esc(name)}' value='{esc(value)}'>" for name, value in fields.items()
    )


def citizen_cards(citizens: Iterable[dict[str, Any]], action: str, kept: dict[str, str]) -> str:
    """A button for each citizen, one to refuse, and a form for somebody else."""
    cards = "".join(
        f"<button class='card' name='number' value='{esc(one['number'])}'><strong>{esc(one['name'])}</strong>"
        f"<span>{esc(one['number'])} · sinh {esc(one['birth'][:4])} · mức {one['level']}</span>"
        f"<span>{esc(one['address'])}</span></button>"
        for one in citizens
    )
    return (
        "<p>Chọn công dân để đăng nhập thử. Không cần mật khẩu.</p>"
        f"<form method='post' action='{action}' class='cards'>{hidden(kept)}{cards}</form>"
        f"<form method='post' action='{action}'>{hidden(kept)}"
        "<button class='second' name='deny' value='1'>Từ chối chia sẻ thông tin</button></form>"
        f"<details><summary>Công dân khác</summary><form method='post' action='{action}'>{hidden(kept)}"
        "<label>Họ, chữ đệm và tên <input name='name' required></label>"
        "<label>Số định danh (12 chữ số) <input name='number' inputmode='numeric' pattern='[0-9]{12}' required></label>"
        "<label>Ngày sinh <input name='birth' type='date' required></label>"
        "<label>Giới tính <select name='sex'><option>Nam<option>Nữ</select></label>"
        "<label>Nơi thường trú <input name='address'></label>"
        "<button>Đăng nhập bằng người này</button></form></details>"
    )


def payment_form(payload: str, asks: VietQr | None, wrong: str) -> str:
    """The payer's form: the payload, what it asks, the button."""
    told = f"<p class='bad'>{esc(wrong)}</p>" if wrong else ""
    if asks:
        bank = bank_of(asks.bank_bin)
        amount = f"{asks.amount:,}".replace(",", ".") + " đồng" if asks.amount else "không ghi"
        facts = [
            ("Ngân hàng", bank.name if bank else asks.bank_bin),
            ("Tài khoản", asks.account),
            ("Số tiền", amount),
            ("Nội dung", asks.purpose or asks.bill_number or "không ghi"),
        ]
        told = "<dl>" + "".join(f"<dt>{label}</dt><dd>{esc(value)}</dd>" for label, value in facts) + "</dl>"
    return (
        f"{told}<form method='post' action='/bank/transfer'>"
        f"<label>Chuỗi VietQR <textarea name='payload' rows='4' required>{esc(payload)}</textarea></label>"
        "<label>Số tiền khác (bỏ trống nếu theo mã) <input name='amount' inputmode='numeric'></label>"
        "<button>Chuyển khoản</button></form>"
    )


def table(caption: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table whose cells are HTML already; a sentence when there are no rows."""
    if not rows:
        return f"<h2>{esc(caption)}</h2><p class='quiet'>Chưa có gì.</p>"
    head = "".join(f"<th scope='col'>{esc(one)}</th>" for one in heads)
    body = "".join(
        "<tr>"
        + "".join(f"<td data-head='{esc(h)}'>{cell}</td>" for h, cell in zip(heads, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<h2>{esc(caption)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
