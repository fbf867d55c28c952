"""Pages of the shell itself: choices kept in a cookie, offline page, worker, manifest, the style guide."""

from __future__ import annotations

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xaso.kernel.base.cookies import cookie_name
from xaso.kernel.people.doors import public
from xaso.kernel.plain.idcard import NotACard, parse_card
from xaso.kernel.ui import guide
from xaso.kernel.ui.parts import PREFS

A_YEAR = 365 * 24 * 3600
SHELL_FILES = (
    "ui/xaso.css",
    "ui/icons.svg",
    "ui/mark.svg",
    "ui/form.js",
    "ui/store.js",
    "ui/draft.js",
    "ui/outbox.js",
    "ui/upload.js",
)


@csrf_exempt  # it only keeps how the screen looks; a token here would make every page private to caches
@require_POST
@public
def prefs(request: HttpRequest) -> HttpResponse:
    """Keep one choice (theme, density, saver) in a cookie and go back to the page it came from."""
    back = request.headers.get("Referer", "/")
    safe = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    answer = HttpResponseRedirect(back if safe else "/")
    for key, (_, options) in PREFS.items():
        value = request.POST.get(key)
        if value is None:
            continue
        if value and value in dict(options):
            answer.set_cookie(
                cookie_name(f"xaso_{key}"),
                value,
                max_age=A_YEAR,
                samesite="Lax",
                secure=request.is_secure(),
                httponly=True,
            )
        else:
            answer.delete_cookie(cookie_name(f"xaso_{key}"))
    return answer


@require_http_methods(["GET", "HEAD"])
@public
def ping(request: HttpRequest) -> HttpResponse:
    """Whether the line reaches us: no database, no body, never kept."""
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


@require_POST
@public
def id_card(request: HttpRequest) -> HttpResponse:
    """Take the text of an identity card's QR apart to fill a form. Nothing is kept, nothing is proven."""
    try:
        card = parse_card(request.POST.get("text", "")[:2000])
    except NotACard as problem:
        return JsonResponse({"message": str(problem)}, status=422)
    year, _, rest = card.birth_date.partition("-")
    month, _, day = rest.partition("-")
    facts = {
        "number": card.number,
        "old_number": card.old_number,
        "full_name": card.full_name,
        "birth_date": {"year": year, "month": month, "day": day},
        "sex": card.sex or "",
        "address": card.address,
        "issued_on": card.issued_on.isoformat() if card.issued_on else "",
    }
    return JsonResponse(
        facts, headers={"Cache-Control": "no-store"}, json_dumps_params={"ensure_ascii": False}
    )


@require_GET
@public
def offline(request: HttpRequest) -> HttpResponse:
    """What the worker shows when there is no line and no kept copy."""
    return render(request, "ui/errors/offline.html")


@require_GET
@public
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, from the root so that it may serve every page, with our hashed names in it."""
    found = finders.find("ui/sw.js")
    if not found:
        raise Http404
    with open(str(found), encoding="utf-8") as source:
        text = source.read()
    files = ", ".join(f'"{static(name)}"' for name in (*SHELL_FILES,))
    answer = HttpResponse(text.replace("/* SHELL */", files), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_GET
@public
def manifest(request: HttpRequest) -> HttpResponse:
    """So that the pages can be put on the phone's home screen."""
    name = getattr(settings, "XASO_UNIT_NAME", "") or "Xã Số"
    return JsonResponse(
        {
            "name": name,
            "short_name": "Xã Số",
            "lang": "vi",
            "start_url": "/",
            "display": "minimal-ui",
            "background_color": "#ffffff",
            "theme_color": "#8f1a14",
            "icons": [{"src": static("ui/mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )


public_urls = [
    path("ui/ping", ping, name="ui_ping"),
    path("ui/id-card", id_card, name="ui_id_card"),
    path("ui/prefs", prefs, name="ui_prefs"),
    path("sw.js", worker, name="ui_worker"),
    path("manifest.webmanifest", manifest, name="ui_manifest"),
    path("offline", offline, name="ui_offline"),
]
if guide.shown():
    public_urls.append(path("ui/", guide.citizen_guide, name="ui_guide"))
