"""Tags and filters of the pages. `{% load ui %}`; the living style guide at /ui/ shows each with its arguments."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from xaso.kernel.plain import formats, moment
from xaso.kernel.plain import money as money_words_of
from xaso.kernel.ui import icons, parts
from xaso.kernel.ui.asked import Asked, draw
from xaso.kernel.ui.maps import MapBox

register = template.Library()

# ---- filters: how things are written --------------------------------------------------------------------------


def _or_empty(write: Any) -> Any:
    def show(value: Any) -> str:
        return "" if value is None or value == "" else str(write(value))

    return show


register.filter("day", _or_empty(formats.day))
register.filter("weekday", _or_empty(formats.weekday))
register.filter("clock", _or_empty(formats.clock))
register.filter("stamp", _or_empty(formats.stamp))
register.filter("day_in_words", _or_empty(formats.day_in_words))
register.filter("partial_day", _or_empty(formats.partial_day))
register.filter("phone", _or_empty(formats.phone))
register.filter("masked", _or_empty(formats.masked))
register.filter("filesize_vn", _or_empty(formats.size))
register.filter("money", _or_empty(money_words_of.show))
register.filter("money_words", _or_empty(money_words_of.money_in_words))


@register.filter
def figure(value: int | float | Decimal | None, decimals: int | None = None) -> str:
    """`1.234,5`."""
    return "" if value is None or value == "" else formats.figure(value, decimals)


@register.filter
def percent(value: float | None, decimals: int = 1) -> str:
    """`97,5%` from 0.975; "chưa có số liệu" for nothing."""
    return "chưa có số liệu" if value is None else formats.percent(value, decimals)


@register.filter
def ago(value: datetime | None) -> str:
    """`12 phút trước`."""
    return formats.ago(value, moment.now()) if value else ""


@register.filter
def iso(value: date | datetime | None) -> str:
    """For `<time datetime>`."""
    return value.isoformat() if value else ""


@register.simple_tag
def now_day() -> str:
    """Today as `12/03/2026`."""
    return formats.day(moment.now())


@register.simple_tag
def now_stamp() -> str:
    """Now as `08:30, 12/03/2026`."""
    return formats.stamp(moment.now())


# ---- small pieces ---------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; silent for screen readers unless `label` is given. Unknown names raise KeyError."""
    return icons.icon(name, label)


@register.simple_tag
def scripts(*names: str) -> SafeString:
    """Module scripts by short name: draft, outbox, upload, scan, desk, form, htmx."""
    return parts.scripts(names)


@register.simple_tag
def once_key() -> SafeString:
    """Hidden once-key of a form: the server answers a repeated press with the first answer."""
    return format_html('<input type="hidden" name="once_key" value="{}">', uuid.uuid4())


@register.simple_tag
def button(
    text: str, kind: str = "", icon: str = "", name: str = "", value: str = "", **attrs: Any
) -> SafeString:
    """A submit button. kind: "" (the one primary), second, danger, start; other arguments become attributes."""
    return parts.button(text, kind, icon, name=name, value=value, **attrs)


@register.simple_tag
def link_button(text: str, url: str, kind: str = "", icon: str = "", **attrs: Any) -> SafeString:
    """A link that looks like a button; same kinds."""
    return parts.button(text, kind, icon, href=url, **attrs)


@register.simple_tag
def badge(text: str, kind: str = "", icon: str = "") -> SafeString:
    """Icon + words + colour. kind: "", good, warn, danger, info, out."""
    return parts.badge(text, kind, icon)


@register.simple_tag
def deadline_badge(state: str, days: int = 0, detail: str = "") -> SafeString:
    """state: left, today, late, paused, early, done_late; `days` in working days; `detail`: exact time, rule."""
    return parts.deadline_badge(state, days, detail)


@register.simple_tag
def signature_badge(state: str, who: str = "") -> SafeString:
    """state: valid, unknown, broken, expired_after, expired, none."""
    return parts.signature_badge(state, who)


@register.simple_tag
def sync_badge(state: str, detail: str = "") -> SafeString:
    """state: sent, sending, kept, failed; detail: "14:02" or "2/5"."""
    return parts.sync_badge(state, detail)


@register.simple_tag
def step(number: int, total: int) -> SafeString:
    """`Bước 2 trên 5`."""
    return format_html('<p class="steps">Bước {} trên {}</p>', number, total)


@register.simple_tag(takes_context=True)
def prefs_form(context: template.Context, *which: str) -> SafeString:
    """Switches kept in a cookie: saver, theme, density, keys; nothing when the page `ui_prefs` is not installed."""
    return parts.prefs_form(which, context.get("shell"))


@register.simple_tag
def sign_out_url() -> str:
    """Where the sign-out form posts."""
    return parts.url_or("sign_out", "/dang-xuat")


# ---- forms ----------------------------------------------------------------------------------------------------


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """One field: label, hint, error, input; hidden fields come bare."""
    return SafeString(bound) if bound.is_hidden else bound.as_field_group()


@register.simple_tag
def ask(question: Asked) -> SafeString:
    """A question that is data (asked.Asked), with the markup of a field."""
    return draw(question)


@register.simple_tag
def errors_of(bound: BoundField) -> list[str]:
    """A field's errors in our words."""
    return parts.errors_of(bound)


@register.simple_tag
def error_summary(form: Any = None) -> SafeString:
    """The list of errors at the top of main: of a form, of several, of questions, or of (message, id) pairs."""
    return parts.error_summary(form)


# ---- blocks ---------------------------------------------------------------------------------------------------


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "", role: str = "") -> SafeString:
    """{% notice "warn" "Tựa" %}…{% endnotice %}; kind: info, good (success), warn (warning), danger (error)."""
    return parts.notice(content, kind, title, role)


@register.simple_block_tag
def details(content: str, title: str, open: bool = False) -> SafeString:
    """{% details "Căn cứ pháp lý" %}…{% enddetails %}."""
    return format_html(
        "<details{}><summary>{}</summary><div>{}</div></details>",
        SafeString(" open") if open else "",
        title,
        content,
    )


# ---- whole components from data -------------------------------------------------------------------------------


def _part(name: str, /, **facts: Any) -> SafeString:
    return SafeString(render_to_string(f"ui/parts/{name}.html", facts))


@register.simple_tag
def empty_state(
    title: str, text: str = "", url: str = "", label: str = "", icon: str = "inbox"
) -> SafeString:
    """What is (not) here, what to do, one link. (A tag called "empty" would end a {% for %}.)"""
    return _part("empty", title=title, text=text, url=url, label=label, icon=icon)


@register.simple_tag
def tile(
    name: str, value: Any, note: str = "", url: str = "", trend: str = "", trend_text: str = ""
) -> SafeString:
    """A figure: name, value as written, note (goal, time stamp), trend up | down | flat with its words."""
    return _part("tile", name=name, value=value, note=note, url=url, trend=trend, trend_text=trend_text)


@register.simple_tag
def summary_list(rows: Iterable[Mapping[str, Any]], plain: bool = False) -> SafeString:
    """rows: {label, value, change_url?, html?}. The Change link names its field for screen readers."""
    return _part("summary", rows=rows, plain=plain)


@register.simple_tag
def timeline(items: Iterable[Mapping[str, Any]]) -> SafeString:
    """items, newest first: {title, at?, by?, text?, kind? (done, warn, danger), current?}."""
    return _part("timeline", items=items)


@register.simple_tag
def task_list(items: Iterable[Mapping[str, Any]]) -> SafeString:
    """items: {label, url, state: todo | doing | done | locked, note?}."""
    return _part("tasks", items=items)


@register.simple_tag
def tabs(items: Iterable[Mapping[str, Any]], label: str = "Các phần") -> SafeString:
    """Tabs as links. items: {label, url, active?, count?}."""
    return _part("tabs", items=items, label=label)


@register.simple_tag
def chips(items: Iterable[Mapping[str, Any]], clear_url: str = "") -> SafeString:
    """Active filters; each link removes one. items: {label, url}."""
    return _part("chips", items=items, clear_url=clear_url)


@register.simple_tag(takes_context=True)
def pages(context: template.Context, page: Any, param: str = "trang") -> SafeString:
    """Numbered pages of a Django Page, keeping the rest of the address."""
    return _part("pager", **parts.pager(page, param, context.get("request")))


@register.simple_tag
def table(data: parts.Table) -> SafeString:
    """A real table: caption, scope, sort links with aria-sort, check boxes, cards at 360 px."""
    return _part("table", table=data)


@register.simple_tag
def confirmation(title: str, code: str = "", text: str = "") -> SafeString:
    """The panel after the server has said yes: title (the page's h1), large selectable code, one sentence."""
    return _part("confirmation", title=title, code=code, text=text)


@register.simple_tag
def verdict(kind: str, title: str, text: str = "") -> SafeString:
    """The one-screen answer of a public record. kind: good, warn, danger, unknown."""
    return _part("verdict", kind=kind, title=title, text=text)


@register.simple_tag
def qr(text: str, label: str = "") -> SafeString:
    """A QR code (SVG) on a white plate with 4 modules of margin."""
    return parts.qr(text, label)


@register.simple_tag
def chart(data: Any) -> SafeString:
    """A server-drawn chart: charts.Bars, charts.Columns or charts.Line, with its table folded below."""
    return _part("chart", chart=data, svg=data.svg())


@register.simple_tag
def map_box(data: MapBox) -> SafeString:
    """A still picture until tapped, then Leaflet (needs {% scripts "map" %}); the islands are always drawn."""
    return _part("map", map=data, outline=parts.url_or("map_outline", ""))


@register.simple_tag
def thumbs(items: Iterable[Mapping[str, Any]]) -> SafeString:
    """Papers as thumbnails: {url, picture?, name, note?}."""
    return _part("thumbs", items=items)


@register.simple_tag(takes_context=True)
def picture(
    context: template.Context, src: str, alt: str, width: int, height: int, webp: str = "", size: int = 0
) -> SafeString:
    """A sized, lazy picture; with "Tiết kiệm dữ liệu" on, a link that says how large it is."""
    saver = bool(getattr(context.get("shell"), "saver", False))
    return _part("picture", src=src, alt=alt, width=width, height=height, webp=webp, size=size, saver=saver)


@register.simple_tag
def listen(src: str, label: str = "Nghe", size: int = 0, lang: str = "") -> SafeString:
    """A recording beside its text, loaded only when played; `size` in bytes, `lang` an ISO 639-3 code."""
    return _part("listen", src=src, label=label, size=size, lang=lang)


@register.simple_tag
def attributes(pairs: Mapping[str, Any]) -> SafeString:
    """HTML attributes from a mapping; True writes the bare name, None and False leave it out."""
    return format_html_join("", ' {}="{}"', ((k, v) for k, v in pairs.items() if v not in (None, False)))


@register.simple_tag
def asset(path: str) -> str:
    """Hashed address of one of our static files: {% asset "draft.js" %}."""
    return static(f"ui/{path}")
