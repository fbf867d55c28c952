"""Which commune the visitor means: chosen on the page, else known of the person, else the site's own."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from xaso.kernel.base.cookies import cookie_name
from xaso.kernel.people.models import Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.models import Unit

COOKIE = "xaso_unit"
YEAR = 365 * 24 * 3600


def _commune(path: str) -> Unit | None:
    if not path or len(path) > 40 or "\x00" in path:
        return None
    return Unit.objects.on().filter(path=path, level=Unit.Level.COMMUNE).first()


def unit_for(request: HttpRequest, viewer: Viewer | None = None) -> Unit | None:
    """The commune in the address line or the cookie, of the signed-in person, or of the site's setting."""
    for chosen in (request.GET.get("unit", ""), request.COOKIES.get(cookie_name(COOKIE), "")):
        unit = _commune(chosen)
        if unit is not None:
            return unit
    if viewer is not None and viewer.person_id:
        lives = Person.objects.filter(pk=viewer.person_id).values_list("unit_path", flat=True).first() or ""
        known = _commune("/".join(lives.split("/")[:2]) + "/") if lives.count("/") >= 2 else None
        if known is not None:
            return known
    return _commune(str(getattr(settings, "XASO_HOME_UNIT", "")))


def remember_unit(request: HttpRequest, response: HttpResponse, unit: Unit | None) -> HttpResponse:
    """Keep the commune that was chosen on this page in a cookie for a year."""
    if unit is not None and request.GET.get("unit") == unit.path:
        response.set_cookie(
            cookie_name(COOKIE),
            unit.path,
            max_age=YEAR,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
    return response
