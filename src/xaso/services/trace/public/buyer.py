"""The page behind the code, its parts for machines, scans, the label's own checks. Open to all, no account."""

from __future__ import annotations

import gzip
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from xaso.kernel.base.errors import NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.documents.queries import content_of
from xaso.kernel.people.doors import public, viewer_in
from xaso.kernel.people.origins import address_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.ui.addresses import provinces
from xaso.services.trace.actions.buyer_pages import freeze_page
from xaso.services.trace.actions.buyer_scans import check_scratch, note_scan
from xaso.services.trace.buyer import drawing, serials
from xaso.services.trace.buyer.light import respond
from xaso.services.trace.buyer.page import with_serial
from xaso.services.trace.buyer.proving import prove
from xaso.services.trace.buyer.words import figure, say, stamp, words
from xaso.services.trace.models import PagePicture, PublicPage, Recording
from xaso.services.trace.public import buyer_writes
from xaso.services.trace.queries import buyer as queries
from xaso.services.trace.queries.resolver import is_lot_of
from xaso.services.trace.rules.buyer import language, scan_doubts

UNKNOWN = (
    "Mã này chưa được công bố hoặc không do hệ thống cấp. Xem lại đường dẫn trên tem; nếu tem còn nguyên mà vẫn không"
    " mở được, gói hàng có thể là hàng giả. Giữ lại gói hàng và báo UBND xã nơi mua."
)
# A transparent picture of one point.
PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
A_YEAR = 365 * 24 * 3600


def lang_of(request: HttpRequest) -> str:
    """The language of the answer."""
    return language(request.GET.get("lang", ""), request.headers.get("Accept-Language", ""))


def origin_of(request: HttpRequest) -> str:
    """What makes a device on one day; hashed before it is kept."""
    return f"{address_of(request)}|{request.headers.get('User-Agent', '')[:300]}"


def _page(token: str, lang: str) -> PublicPage:
    row = queries.kept_page(token, lang) or freeze_page(Viewer.system(), token=token, lang=lang)
    if row is None:
        raise NotFound(UNKNOWN)
    return row


@public
@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The page of a lot or a product; with ``?s=`` also what is known of that very label."""
    lang = lang_of(request)
    try:
        row = _page(token, lang)
    except NotFound:
        note_scan(viewer_in(request), code=f"q/{token}", origin=origin_of(request), is_known=False)
        raise
    serial = request.GET.get("s", "").strip()[:40]
    packed = bytes(row.packed)
    lot = request.GET.get("lo", "").strip()[:20]
    if lot and not is_lot_of(viewer_in(request), token, lot):
        return _with_lot_nobody_made(request, row, lot, lang)
    if not serial:
        return respond(request, packed, row.etag, lang)
    return _with_label(request, row, serial, lang, None)


def serial_context(
    token: str, serial: str, lang: str, request: HttpRequest, *, scratch: dict[str, str] | None = None
) -> dict[str, object]:
    """What the block about one label shows."""
    label = queries.label_of(token, serial)
    facts: dict[str, object] = {
        "w": words(lang),
        "lang": lang,
        "icons": drawing.icons(),
        "serial": serial,
        "token": token,
        "scratch": scratch,
    }
    if label is None:
        return {
            **facts,
            "kind": "danger",
            "title": say(lang, "serial_bad"),
            "lines": [say(lang, "serial_bad_text")],
        }
    seen = queries.seen(token, serial)
    doubts = scan_doubts(seen, today())
    names = dict(provinces())
    told = {
        "today": say(lang, "odd_today", n=seen.devices_today),
        "often": say(lang, "odd_often", n=seen.devices),
        "places": say(lang, "odd_places", places=", ".join(names.get(one, one) for one in seen.provinces)),
    }
    if doubts:
        lines = [*(told[one] for one in doubts), say(lang, "odd_advice")]
        facts |= {"kind": "warn", "title": say(lang, "serial_odd"), "lines": lines}
    else:
        key = "serial_text" if seen.devices else "serial_first"
        line = say(lang, key, serial=serial, n=seen.devices)
        facts |= {"kind": "good", "title": say(lang, "serial_good"), "lines": [line]}
    return {**facts, "has_scratch": label.has_scratch, "provinces": provinces()}


@public
@require_safe
def passport(request: HttpRequest, token: str) -> HttpResponse:
    """The digital passport as JSON."""
    response = JsonResponse(_page(token, lang_of(request)).facts, json_dumps_params={"ensure_ascii": False})
    response["Vary"] = "Accept-Language"
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=30, s_maxage=10)
    return response


@public
@require_safe
def proof(request: HttpRequest, token: str) -> HttpResponse:
    """Each stage, hashed anew and followed to a signed head of the log."""
    lang = lang_of(request)
    product, code, maker = queries.goods_name(token)
    with widened("the way of published goods"):
        rows, older = prove(token, lang)
    context = {
        "w": words(lang),
        "lang": lang,
        "rows": [
            {
                **vars(one),
                "line": say(lang, "proof_line", n=figure(one.index, lang)) if one.index is not None else "",
            }
            for one in rows
        ],
        "verdicts": _verdicts([one.state for one in rows], lang),
        "older": older,
        "older_words": say(lang, "proof_older", n=older),
        "product": product,
        "code": code,
        "maker": maker,
        "back_url": reverse("trace:buyer_page", args=[token]) + ("?lang=en" if lang == "en" else ""),
    }
    response = render(request, "trace/buyer_proof.html", context)
    patch_cache_control(response, public=True, max_age=10, s_maxage=10)
    return response


def _verdicts(states: list[str], lang: str) -> list[dict[str, str]]:
    """What is wrong before what waits before what is right."""
    found = []
    if bad := states.count("bad"):
        text = say(lang, "proof_bad_text")
        found.append(
            {"kind": "danger", "icon": "octagon-alert", "title": say(lang, "proof_bad", n=bad), "text": text}
        )
    if waiting := states.count("waiting"):
        found.append(
            {"kind": "warn", "icon": "clock", "title": say(lang, "proof_waiting", n=waiting), "text": ""}
        )
    if states and set(states) == {"good"}:
        found.append(
            {
                "kind": "good",
                "icon": "shield-check",
                "title": say(lang, "proof_good", n=len(states)),
                "text": "",
            }
        )
    return found


@public
@require_safe
def picture(request: HttpRequest, picture_id: UUID) -> HttpResponse:
    """A small picture of goods or of who made them; the same for ever."""
    with widened("pictures of published goods"):
        row = PagePicture.objects.select_related("file").filter(pk=picture_id).first()
    if row is None:
        raise NotFound("Không có ảnh này.")
    response = HttpResponse(content_of(row.file), content_type=row.file.media_type)
    patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    return response


@public
@require_safe
def voice(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """A recording as long as it is offered."""
    with widened("recordings of published goods"):
        row = Recording.objects.select_related("file").filter(pk=recording_id, ended_at__isnull=True).first()
    if row is None:
        raise NotFound("Lời kể này không còn.")
    response = HttpResponse(content_of(row.file), content_type=row.media_type)
    patch_cache_control(response, public=True, max_age=3600)
    return response


def _serial_in(text: str) -> str:
    return parse_qs(urlsplit(text).query).get("s", [""])[0].strip()[:40]


def _count(request: HttpRequest, token: str, serial: str, place: str = "") -> None:
    """Count a scan of what is published; a number that no label carries is counted as one unknown number."""
    if queries.is_public(token):
        good = not serial or queries.label_of(token, serial) is not None
        note_scan(
            viewer_in(request),
            code=token,
            serial=serial if good else "?",
            origin=origin_of(request),
            place=place,
            is_known=good,
        )


@csrf_exempt  # it only counts; a token here would make the page private to caches
@require_POST
@public
def scan(request: HttpRequest, token: str) -> HttpResponse:
    """The page's own script says that it was opened: the page itself may come from a cache."""
    _count(request, token, request.POST.get("s", "").strip()[:40])
    return HttpResponse(status=204)


@public
@require_safe
def pixel(request: HttpRequest, token: str) -> HttpResponse:
    """The same for browsers without scripts: a picture of one point; the serial comes with the page's address."""
    _count(request, token, _serial_in(request.headers.get("Referer", "")))
    response = HttpResponse(PIXEL, content_type="image/gif")
    patch_cache_control(response, private=True, no_store=True)
    return response


@require_POST
@public
def place(request: HttpRequest, token: str) -> HttpResponse:
    """A buyer says in which province they stand: that is how copied labels show."""
    lang, serial = lang_of(request), request.POST.get("s", "").strip()[:40]
    known = dict(provinces())
    chosen = request.POST.get("tinh", "")
    if chosen in known:
        _count(request, token, serial, chosen)
    return _again(request, token, serial, lang, None)


@require_POST
@public
def scratch(request: HttpRequest, token: str) -> HttpResponse:
    """The code below the scratch layer: true the first time, true but checked before, or wrong."""
    lang, serial = lang_of(request), request.POST.get("s", "").strip()[:40]
    label = queries.label_of(token, serial)
    if label is None or not label.has_scratch:
        raise NotFound(UNKNOWN)
    serials.must_not_guess(address_of(request))
    if not serials.is_right(label.code, request.POST.get("ma", "")):
        serials.note_wrong(address_of(request))
        found = {
            "kind": "danger",
            "title": say(lang, "scratch_wrong"),
            "text": say(lang, "scratch_wrong_text"),
        }
    else:
        row = check_scratch(viewer_in(request), token=token, serial=serial)
        key, kind = ("scratch_first", "good") if row.times == 1 else ("scratch_again", "warn")
        found = {
            "kind": kind,
            "title": say(lang, key),
            "text": say(lang, f"{key}_text", when=stamp(row.first_at, lang)),
        }
    return _again(request, token, serial, lang, found)


def _again(
    request: HttpRequest, token: str, serial: str, lang: str, found: dict[str, str] | None
) -> HttpResponse:
    """The page once more with what was found."""
    return _with_label(request, _page(token, lang), serial, lang, found)


def _with_lot_nobody_made(request: HttpRequest, row: PublicPage, lot: str, lang: str) -> HttpResponse:
    """The page of the product, told that nobody made the lot on the label: the resolver went up to the product."""
    context = {
        **serial_context(row.token, "", lang, request),
        "title": say(lang, "lot_bad", lot=lot),
        "lines": [say(lang, "lot_bad_text")],
    }
    block = render_to_string("trace/buyer_serial.html", context, request=request)
    html = gzip.decompress(bytes(row.packed)).decode()
    response = HttpResponse(with_serial(html, block, is_false=True))
    patch_cache_control(response, private=True, no_store=True)
    return response


def _with_label(
    request: HttpRequest, row: PublicPage, serial: str, lang: str, found: dict[str, str] | None
) -> HttpResponse:
    """The kept page with what is known of one label in it."""
    context = serial_context(row.token, serial, lang, request, scratch=found)
    block = render_to_string("trace/buyer_serial.html", context, request=request)
    html = gzip.decompress(bytes(row.packed)).decode()
    response = HttpResponse(with_serial(html, block, is_false=context["kind"] == "danger"))
    patch_cache_control(response, private=True, no_store=True)
    return response


@public
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """For who cannot scan: the code as it is printed below the QR, or the whole address."""
    typed = request.GET.get("ma", "").replace("\x00", "").strip()[:300]
    token = urlsplit(typed).path.rstrip("/").rpartition("/")[2].lower().replace(" ", "").replace("-", "")
    if token and queries.is_public(token):
        return redirect("trace:buyer_page", token=token)
    problem = "Không có mã này. Xem lại từng ký tự in dưới mã QR." if typed else ""
    context = {"typed": typed, "problem": problem, "form": [(problem, "f_ma")] if problem else None}
    return render(request, "trace/buyer_front.html", context, status=404 if problem else 200)


buyer_urls = [
    path("", front, name="front"),
    path("q/<slug:token>", page, name="buyer_page"),
    path("q/<slug:token>/ho-chieu.json", passport, name="buyer_passport"),
    path("q/<slug:token>/chung-minh/", proof, name="buyer_proof"),
    path("q/<slug:token>/quet", scan, name="buyer_scan"),
    path("q/<slug:token>/quet.gif", pixel, name="buyer_pixel"),
    path("q/<slug:token>/noi/", place, name="buyer_place"),
    path("q/<slug:token>/cao/", scratch, name="buyer_scratch"),
    path("anh/<uuid:picture_id>.webp", picture, name="buyer_picture"),
    path("loi-ke/<uuid:recording_id>", voice, name="buyer_voice"),
    *buyer_writes.urls,
]
