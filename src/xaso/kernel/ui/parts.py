"""What the tags of `templatetags/ui.py` draw: small pieces of markup and the data classes of larger ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import segno
from django.forms import BaseForm, BoundField, Field
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from xaso.kernel.ui.icons import icon

SCRIPTS = {"htmx": "ui/vendor/htmx.esm.min.js"}


def url_or(name: str, default: str) -> str:
    """The address of a named page, or the default when no such page is installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return default


def scripts(names: Iterable[str]) -> SafeString:
    """`<script type=module>` for each short name, in order, each once."""
    files = [SCRIPTS.get(name, f"ui/{name}.js") for name in dict.fromkeys(names)]
    return format_html_join(
        "\n", '<script type="module" src="{}"></script>', ((static(file),) for file in files)
    )


def button(text: str, kind: str, mark: str, **attrs: Any) -> SafeString:
    """A `<button>`, or a link with the same face when `href` is among the attributes."""
    classes = " ".join(["btn", *([kind] if kind not in ("", "primary") else [])])
    picture = icon(mark) if mark else ""
    after = icon("arrow-right") if kind == "start" and not mark else ""
    pairs = [(key.replace("_", "-"), value) for key, value in attrs.items() if value not in ("", None, False)]
    written = format_html_join("", ' {}="{}"', pairs)
    if "href" in attrs:
        return format_html('<a class="{}"{}>{}{}{}</a>', classes, written, picture, text, after)
    return format_html('<button class="{}"{}>{}{}{}</button>', classes, written, picture, text, after)


def badge(text: str, kind: str = "", mark: str = "", title: str = "") -> SafeString:
    """Icon, words and colour together; the words are the accessible name."""
    tip = format_html(' title="{}"', title) if title else ""
    return format_html(
        '<span class="{}"{}>{}<span>{}</span></span>',
        f"badge {kind}".strip(),
        tip,
        icon(mark) if mark else "",
        text,
    )


def deadline_badge(state: str, days: int = 0, detail: str = "") -> SafeString:
    """left, today, late, paused, early, done, done_late; `days` counts working days."""
    text, kind, mark = {
        "left": (f"Còn {days} ngày làm việc", "", "clock"),
        "today": ("Đến hạn hôm nay", "warn", "calendar-clock"),
        "late": (f"Quá hạn {days} ngày" if days else "Quá hạn hôm nay", "danger", "triangle-alert"),
        "paused": ("Tạm dừng: chờ bổ sung", "out", "pause"),
        "early": ("Xong trước hạn", "good", "check"),
        "done": ("Xong đúng hạn", "good", "check"),
        "done_late": (
            f"Xong, trễ {days} ngày" if days else "Xong, trễ trong ngày",
            "danger",
            "triangle-alert",
        ),
        "none": ("Không có thời hạn", "", "minus"),
    }[state]
    return badge(text, kind, mark, detail)


def signature_badge(state: str, who: str = "") -> SafeString:
    """valid, unknown, broken, expired_after, expired, none. Never a green tick for what was not checked."""
    text, kind, mark = {
        "valid": (f"Chữ ký hợp lệ – {who}" if who else "Chữ ký hợp lệ", "good", "shield-check"),
        "unknown": ("Chưa kiểm tra được (mất mạng)", "", "circle-help"),
        "broken": ("Không hợp lệ: tệp đã bị sửa", "danger", "octagon-alert"),
        "expired_after": ("Chứng thư hết hạn sau khi ký", "warn", "clock"),
        "expired": ("Không hợp lệ: chứng thư đã hết hạn khi ký", "danger", "octagon-alert"),
        "none": ("Không có chữ ký số", "warn", "triangle-alert"),
    }[state]
    return badge(text, kind, mark)


def sync_badge(state: str, detail: str = "") -> SafeString:
    """sent, sending, kept, failed."""
    text, kind, mark = {
        "sent": (f"Đã gửi {detail}".strip(), "good", "check"),
        "sending": (f"Đang gửi {detail}".strip(), "info", "upload"),
        "kept": ("Đã lưu trong máy, chưa gửi", "warn", "save"),
        "failed": ("Gửi lỗi – thử lại", "danger", "triangle-alert"),
    }[state]
    return badge(text, kind, mark)


NOTICE_KINDS = {"success": "good", "warning": "warn", "error": "danger", "debug": "info", "": "info"}
NOTICE_ICONS = {"info": "info", "good": "circle-check", "warn": "triangle-alert", "danger": "octagon-alert"}


def notice(content: str, kind: str, title: str, role: str = "") -> SafeString:
    """A banner. kind: info, good, warn, danger, or a level of Django's messages (then it is announced)."""
    face = NOTICE_KINDS.get(kind, kind)
    announced = role or ("status" if kind in NOTICE_KINDS else "")
    return format_html(
        '<div class="note {}"{}>{}<div>{}{}</div></div>',
        face,
        format_html(' role="{}"', announced) if announced else "",
        icon(NOTICE_ICONS[face]),
        format_html("<p><b>{}</b></p>", title) if title else "",
        content,
    )


def errors_of(bound: BoundField) -> list[str]:
    """The errors of a field in our words: Django's "required" becomes what to do ("Nhập …", "Chọn …")."""
    messages: list[str] = []
    for problem in bound.errors.as_data():
        default = Field.default_error_messages["required"]
        if problem.code == "required" and bound.field.error_messages.get("required") == default:
            messages.append(_what_to_do(bound))
        else:
            messages += [str(message) for message in problem.messages]
    return messages


def _what_to_do(bound: BoundField) -> str:
    widget, label = bound.field.widget, str(bound.label).strip()
    kind = getattr(widget, "input_type", "")
    if label.endswith("?"):
        return "Chọn một câu trả lời" if kind in ("radio", "checkbox", "select") else "Trả lời câu hỏi này"
    if kind == "checkbox" and not hasattr(widget, "optgroups"):
        return "Đánh dấu vào ô để tiếp tục"
    verb = {"radio": "Chọn", "checkbox": "Chọn", "select": "Chọn", "file": "Chụp hoặc chọn tệp"}.get(
        kind, "Nhập"
    )
    return f"{verb} {lower_first(label)}"


def lower_first(label: str) -> str:
    """A label inside a sentence: the first letter small, unless the word is a shortening such as UBND."""
    return label[:1].lower() + label[1:] if label[1:2].islower() or label[1:2] in (",", " ") else label


def error_summary(forms: Any) -> SafeString:
    """Every error with a link to its field, in the same words as at the field.

    Takes a form, a list of forms, or of questions (asked.Asked), or of (message, id) pairs; None is no error.
    """
    if not forms:
        return SafeString("")
    each = forms if isinstance(forms, (list, tuple)) else [forms]
    lines: list[tuple[str, str]] = [one for one in each if isinstance(one, tuple)]
    for question in (one for one in each if hasattr(one, "target") and not isinstance(one, tuple)):
        lines += [(message, question.target) for message in question.errors]
    for form in (one for one in each if isinstance(one, BaseForm) and one.errors):
        own = [(str(message), "form-error") for message in form.non_field_errors()]
        lines += own
        for bound in form:
            lines += [(message, _target(bound)) for message in errors_of(bound)]
    return SafeString(render_to_string("ui/parts/errors.html", {"lines": lines})) if lines else SafeString("")


def _target(bound: Any) -> str:
    """The id of the first wrong input of a field: grouped fields link to the box that is wrong."""
    widget = bound.field.widget
    if hasattr(widget, "wrong_box"):
        return f"{bound.auto_id}_{widget.wrong_box(bound.data)}"
    if getattr(widget, "input_type", "") in ("radio", "checkbox") and hasattr(widget, "optgroups"):
        return f"{bound.auto_id}_0"
    return str(bound.id_for_label or bound.auto_id)


def pager(page: Any, param: str, request: HttpRequest | None) -> dict[str, Any]:
    """Numbers to show around the present page, each with its address."""
    query = request.GET.copy() if request else None

    def address(number: int) -> str:
        if query is None:
            return f"?{param}={number}"
        query[param] = str(number)
        return f"?{query.urlencode()}"

    numbers = [
        {"number": n, "url": address(n) if isinstance(n, int) else "", "now": n == page.number}
        for n in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    return {
        "page": page,
        "numbers": numbers,
        "previous": address(page.number - 1) if page.has_previous() else "",
        "next": address(page.number + 1) if page.has_next() else "",
    }


PREFS = {
    "saver": ("Tiết kiệm dữ liệu", (("", "Tắt"), ("1", "Bật"))),
    "theme": ("Nền màn hình", (("", "Theo máy"), ("light", "Sáng"), ("dark", "Tối"))),
    "density": ("Dòng trong bảng", (("", "Thoáng"), ("dense", "Sát"))),
    "keys": ("Phím tắt j, k, Enter", (("", "Bật"), ("off", "Tắt"))),
}


def prefs_form(which: Iterable[str], frame: Any = None) -> SafeString:
    """Links-as-buttons that keep a choice in a cookie; empty when the page of choices is not installed."""
    action = url_or("ui_prefs", "")
    if not action:
        return SafeString("")
    chosen = {key: str(getattr(frame, key, "") or "") for key in PREFS}
    chosen["saver"] = "1" if getattr(frame, "saver", False) else ""
    groups = [
        {"key": key, "label": PREFS[key][0], "options": PREFS[key][1], "now": chosen[key]} for key in which
    ]
    return SafeString(render_to_string("ui/parts/prefs.html", {"action": action, "groups": groups}))


def qr(text: str, label: str = "") -> SafeString:
    """QR of error level M as SVG paths, on white with a margin of 4 modules, also in the dark theme."""
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
    named = drawn.replace("<svg ", f'<svg role="img" aria-label="Mã QR: {_plain(label or text)}" ', 1)
    return format_html(
        '<div class="plate">{}{}</div>', SafeString(named), format_html("<p>{}</p>", label) if label else ""
    )


def _plain(text: str) -> str:
    return str(format_html("{}", text))


# ---- data of larger components --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """A column: label, whether figures (right, tabular), the address that sorts by it, the present order."""

    label: str
    num: bool = False
    sort_url: str = ""
    sorted: str = ""  # ascending | descending
    head: bool = False  # its cells are the rows' headings
    nowrap: bool = False


@dataclass(frozen=True)
class Row:
    """A row: cells in the order of the columns (text or safe HTML), the value of its check box, a kind for its edge."""

    cells: Sequence[Any]
    pick: str = ""
    pick_label: str = ""
    url: str = ""


@dataclass(frozen=True)
class Table:
    """A table; `cards` turns each row into a card on a phone."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    cards: bool = True
    pickable: bool = False
    total: Sequence[Any] = ()
    hide_caption: bool = False
    note: str = ""
    boxed: bool = True

    def paired(self) -> list[tuple[Row, list[tuple[Column, Any]]]]:
        """Each row with its cells beside their columns."""
        return [(row, list(zip(self.columns, row.cells, strict=True))) for row in self.rows]

    def paired_total(self) -> list[tuple[Column, Any]]:
        """The foot's cells beside their columns."""
        return list(zip(self.columns, self.total, strict=True)) if self.total else []
