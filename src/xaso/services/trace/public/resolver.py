"""The resolver of codes: /id/… for our own addresses and GS1 Digital Link, and the small pages behind some of them.

Open to all and cacheable: no session is asked. A code that is well formed but was never issued answers 404 with a
page that says so, and is counted: it may stand on a fake.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, unquote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path, re_path
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from xaso.kernel.base.errors import NotFound, TooMany
from xaso.kernel.base.fields import keyed_hash
from xaso.kernel.documents.limits import WRONG_CODE, must_not_be_too_many, note_attempt
from xaso.kernel.people.doors import public, viewer_in
from xaso.kernel.people.origins import address_of
from xaso.kernel.plain import gs1
from xaso.kernel.plain.gs1.own import KINDS
from xaso.kernel.plain.moment import today
from xaso.services.trace import linking
from xaso.services.trace.actions.resolver import note_unknown
from xaso.services.trace.lots_rules import said
from xaso.services.trace.models import Lot
from xaso.services.trace.naming import stem
from xaso.services.trace.queries import resolver as queries
from xaso.services.trace.queries.resolver import Found

SAFE = "/-._~!$&'()*+,;=:@"
CACHE = "public, max-age=60, s-maxage=10"
PRIMARY_KEYS = ("01", "00", "414", "417")
LOST = "Mã này không do hệ thống cấp, hoặc chưa được công bố."


def _raw_path(request: HttpRequest) -> str:
    """The path as it was sent, where the server tells it; an escaped slash inside a lot code then stays one."""
    raw = str(request.META.get("RAW_URI") or request.META.get("REQUEST_URI") or "")
    if raw.startswith("/"):
        return raw.partition("?")[0]
    return quote(request.path, safe=SAFE)


def _parsed(rest: str) -> tuple[gs1.Link, str]:
    """The code of a path, and the path as it should be written. Raises Gs1Error."""
    try:
        return gs1.parse(f"{stem()}/{rest}", public=True), rest
    except gs1.Gs1Error as problem:
        again = linking.regrouped(rest)
        try:
            return gs1.parse(f"{stem()}/{again}", public=True), again
        except gs1.Gs1Error:
            raise problem from None


def _with_headers(response: HttpResponseBase, anchor: str = "") -> HttpResponseBase:
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "Link, Location"
    links = [f'<{linking.CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="{linking.JSON_LD}"']
    if anchor:
        links.insert(0, f'<{anchor}?linkType=linkset>; rel="linkset"; type="{linking.LINKSET}"')
    response["Link"] = ", ".join(links)
    response["Cache-Control"] = CACHE
    patch_vary_headers(response, ["Accept", "Accept-Language"])
    return response


def _options() -> HttpResponseBase:
    response = HttpResponse(status=204)
    response["Allow"] = "GET, HEAD, OPTIONS"
    response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    response["Access-Control-Allow-Headers"] = "Accept, Accept-Language, Link"
    response["Access-Control-Max-Age"] = "86400"
    return _with_headers(response)


def _wrong(request: HttpRequest, reason: str) -> HttpResponseBase:
    """400: no code at all. Applications get a problem, people a page."""
    if linking.HTML in request.headers.get("Accept", ""):
        context = {"title": "Địa chỉ không đúng dạng mã", "reason": reason}
        return render(request, "trace/resolver_wrong.html", context, status=400)
    body = {"type": "about:blank", "title": "Not a valid code", "status": 400, "detail": reason}
    return HttpResponse(json.dumps(body), status=400, content_type="application/problem+json")


def _note(request: HttpRequest, code: str) -> None:
    """Count the scan of a code nobody issued; who walks through codes is no longer counted after a while."""
    address = address_of(request)
    if request.method != "GET":
        return
    try:
        must_not_be_too_many(address, WRONG_CODE)
    except TooMany:
        return
    note_attempt(address, WRONG_CODE)
    device = f"{address}|{request.headers.get('User-Agent', '')[:300]}|{today()}"
    note_unknown(viewer_in(request), path=code, device=keyed_hash(device, "trace-unknown")[:32])


def _lost(request: HttpRequest, code: str) -> HttpResponseBase:
    _note(request, code)
    context = {"code": unquote(code), "help": settings.XASO_HELP_PHONE}
    return render(request, "trace/resolver_unknown.html", context, status=404)


@public
@csrf_exempt
def resolve(request: HttpRequest) -> HttpResponseBase:
    """GET and HEAD redirect (307), or answer a linkset, a choice (300), 400 for no code, 404 for one never issued."""
    if request.method == "OPTIONS":
        return _options()
    if request.method not in {"GET", "HEAD"}:
        response = HttpResponse(status=405)
        response["Allow"] = "GET, HEAD, OPTIONS"
        return _with_headers(response)
    raw = _raw_path(request).rstrip("/")
    rest = raw[raw.index("/id/") + 4 :] if "/id/" in raw else ""
    kind, _, identifier = rest.partition("/")
    if kind in KINDS:
        identifier = unquote(identifier)
        if not identifier or "/" in identifier or "\x00" in identifier or len(identifier) > 60:
            return _with_headers(_wrong(request, "Địa chỉ thiếu mã, hoặc có phần thừa."))
        found = queries.find_own(viewer_in(request), kind, identifier)
    else:
        try:
            link, rest = _parsed(rest)
        except gs1.Gs1Error as problem:
            return _with_headers(_wrong(request, str(problem)))
        found = queries.find_gs1(viewer_in(request), link)
    if found is None:
        return _with_headers(_lost(request, f"/id/{rest}"))
    if found.unknown:
        _note(request, f"/id/{rest}")
    return _with_headers(_answer(request, found, f"{stem()}/{rest}"), f"{stem()}/{rest}")


def _answer(request: HttpRequest, found: Found, asked: str) -> HttpResponseBase:
    accept, languages = request.headers.get("Accept", ""), request.headers.get("Accept-Language", "")
    wanted = linking.type_of(request.GET.get("linkType", ""))
    media = linking.wants_linkset(wanted, accept)
    if media:
        return _listed(request, found, found.links, media)
    chosen = linking.choose(found.links, wanted, accept, languages)
    if not chosen:
        context = {"found": found, "links": _rows(found.links), "missing": wanted}
        return render(request, "trace/resolver_links.html", context, status=404)
    if len(chosen) > 1:
        kind = linking.HTML if linking.HTML in accept else linking.LINKSET
        return _listed(request, found, chosen, kind, status=300)
    response = HttpResponse(status=307)
    query = request.META.get("QUERY_STRING", "")
    response["Location"] = linking.joined(_told(chosen[0].href, found, asked), query)
    return response


def _told(href: str, found: Found, asked: str) -> str:
    """Where a finer part was never issued, the page is told which, so that it can warn."""
    if found.unknown != "lot":
        return href
    code = asked.partition("/10/")[2].partition("/")[0]
    return linking.joined(href, f"lo={code}")


def _listed(
    request: HttpRequest, found: Found, links: list[linking.Link], media: str, *, status: int = 200
) -> HttpResponseBase:
    body = linking.linkset(found.anchor, links, with_context=media in {linking.JSON_LD, linking.HTML})
    if media == linking.HTML:
        context = {"found": found, "links": _rows(links), "choice": status == 300, "data": body}
        return render(request, "trace/resolver_links.html", context, status=status)
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return HttpResponse(text, status=status, content_type=media)


def _rows(links: list[linking.Link]) -> list[dict[str, Any]]:
    """Links as people read them, each address once."""
    seen, rows = set(), []
    for one in links:
        if one.rel in {linking.DEFAULT, linking.DEFAULT_MULTI} or (one.rel, one.href) in seen:
            continue
        seen.add((one.rel, one.href))
        name = linking.TYPES.get(one.rel, "Dữ liệu cho máy" if one.media == linking.JSON else one.rel)
        rows.append({"type": name, "title": one.title, "href": one.href, "lang": one.lang})
    return rows


@public
@require_safe
def describe(request: HttpRequest) -> HttpResponseBase:
    """What this resolver can do, as the standard wants it at its well-known address."""
    body = {
        "name": "Xã Số",
        "resolverRoot": stem(),
        "supportedPrimaryKeys": list(PRIMARY_KEYS),
        "supportedLinkType": [{"namespace": linking.VOCABULARY, "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": False,
        "jsonLdContextLocation": linking.CONTEXT,
        "contact": {"fn": settings.XASO_UNIT_ADDRESS or "Xã Số"},
    }
    response = HttpResponse(json.dumps(body, ensure_ascii=False), content_type="application/json")
    return _with_headers(response)


# ---- small pages ------------------------------------------------------------------------------------------------


@public
@require_safe
def place(request: HttpRequest, token: str) -> HttpResponse:
    """A plot, workshop, shop or enterprise whose sign was scanned."""
    found = queries.place_of(viewer_in(request), token)
    if found is None:
        raise NotFound(LOST)
    enterprise, site = found
    context = {
        "enterprise": enterprise,
        "site": site,
        "products": queries.sold_by(viewer_in(request), enterprise),
    }
    return render(request, "trace/resolver_place.html", context)


@public
@require_safe
def plant(request: HttpRequest, token: str) -> HttpResponse:
    """A plant whose sign was scanned."""
    found = queries.plant_of(viewer_in(request), token)
    if found is None:
        raise NotFound(LOST)
    enterprise = found.site.enterprise
    context = {
        "plant": found,
        "site": found.site,
        "enterprise": enterprise,
        "products": queries.sold_by(viewer_in(request), enterprise),
    }
    return render(request, "trace/resolver_place.html", context)


@public
@require_safe
def package(request: HttpRequest, token: str) -> HttpResponse:
    """A carton or pallet whose label was scanned: what lies in it, and whether any of it is held or called back."""
    found = queries.package_of(viewer_in(request), token)
    if found is None:
        raise NotFound(LOST)
    box, contents, cartons = found
    bad = [lot for lot, _ in contents if lot.state in {Lot.State.HELD, Lot.State.RECALLED}]
    rows = [{"lot": lot, "amount": said(quantity, lot.uom)} for lot, quantity in contents]  # type: ignore[arg-type]
    context = {"box": box, "rows": rows, "cartons": cartons, "bad": bad, "enterprise": box.enterprise}
    return render(request, "trace/resolver_package.html", context)


resolver_urls = [
    path("noi/<slug:token>/", place, name="place"),
    path("cay/<slug:token>/", plant, name="plant"),
    path("kien/<slug:token>/", package, name="package"),
]
resolver_roots = [
    re_path(r"^id/.*$", resolve, name="trace_resolve"),
    path(".well-known/gs1resolver", describe, name="trace_resolver"),
]
