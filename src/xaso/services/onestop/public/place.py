"""Which commune the visitor means: chosen on the page, else known of the person, else the site's own."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from xaso.kernel.people.models import Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.models import Unit

COOKIE = "xaso_unit"


def _commune(path: str) -> Unit | None:
    if not path or len(path) > 40 or "\x00" in path:
        return None
    return Unit.objects.on().filter(path=path, level=Unit.Level.COMMUNE).first()


def unit_for(request: HttpRequest, viewer: Viewer | None = None) -> Unit | None:
    """The commune in the address line or the cookie, of the signed-in person, or of the site's setting."""
    chosen = _commune(request.GET.get("unit", "") or request.COOKIES.get(COOKIE, ""))
    if chosen is not None:
        return chosen
    if viewer is not None and viewer.person_id:
        lives = Person.objects.filter(pk=viewer.person_id).values_list("unit_path", flat=True).first() or ""
        known = _commune("/".join(lives.split("/")[:2]) + "/") if lives.count("/") >= 2 else None
        if known is not None:
            return known
    return _commune(str(getattr(settings, "XASO_HOME_UNIT", "")))
