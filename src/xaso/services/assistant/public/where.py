"""Which commune the visitor means: in the address line, in the cookie of the house, else the site's own."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from xaso.kernel.base.cookies import cookie_name
from xaso.kernel.units.models import Unit

COOKIE = "xaso_unit"


def unit_of(request: HttpRequest) -> Unit | None:
    """The commune, or None where nothing says one."""
    for chosen in (
        request.GET.get("unit", ""),
        request.POST.get("unit", ""),
        request.COOKIES.get(cookie_name(COOKIE), ""),
        str(getattr(settings, "XASO_HOME_UNIT", "")),
    ):
        if chosen and len(chosen) <= 40 and "\x00" not in chosen:
            found = Unit.objects.on().filter(path=chosen, level=Unit.Level.COMMUNE).first()
            if found is not None:
                return found
    return None
