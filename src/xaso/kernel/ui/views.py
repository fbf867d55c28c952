"""Views of the shell itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from xaso.kernel.people.doors import public
from xaso.kernel.ui.parts import PREFS

A_YEAR = 365 * 24 * 3600


@csrf_exempt  # it only keeps how the screen looks; a token here would make every page private to caches
@require_POST
@public
def prefs(request: HttpRequest) -> HttpResponse:
    """Keep one choice (theme, density, saver) in a cookie and go back to the page it came from."""
    back = request.headers.get("Referer", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    answer = HttpResponseRedirect(back if safe else "/")
    for key, (_, options) in PREFS.items():
        value = request.POST.get(key)
        if value is None:
            continue
        if value and value in dict(options):
            answer.set_cookie(f"xaso_{key}", value, max_age=A_YEAR, samesite="Lax", secure=request.is_secure())
        else:
            answer.delete_cookie(f"xaso_{key}")
    return answer
