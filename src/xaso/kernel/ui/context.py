"""What every page's shell shows: the unit's name, help line, viewer, menu, chosen theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from xaso.kernel.ui import nav

THEMES = ("light", "dark")
DENSITIES = ("dense",)
KEYS = ("off",)


@dataclass(frozen=True)
class Shell:
    """The facts of the page frame. Empty text means that the frame leaves the part out."""

    unit_name: str
    unit_above: str
    unit_address: str
    help_phone: str
    help_hours: str
    home_url: str
    search_url: str
    english_url: str
    theme: str
    density: str
    keys: str
    saver: bool


def _url(name: str, default: str = "") -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return default


def _setting(name: str, default: str = "") -> str:
    return str(getattr(settings, f"XASO_{name}", "") or default)


def _cookie(request: HttpRequest, key: str, among: tuple[str, ...]) -> str:
    value = request.COOKIES.get(f"xaso_{key}", "")
    return value if value in among else ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell`, `viewer`, and for officers `nav`.

    A middleware may set `request.unit` (an object with `name`, and perhaps `above`, `address`, `phone`);
    without it the names come from settings XASO_UNIT_NAME, XASO_UNIT_ABOVE, XASO_HELP_PHONE, XASO_HELP_HOURS.
    """
    unit = getattr(request, "unit", None)
    viewer = getattr(request, "viewer", None)
    frame = Shell(
        unit_name=getattr(unit, "office_name", "")
        or getattr(unit, "name", "")
        or _setting("UNIT_NAME", "Xã Số"),
        unit_above=getattr(unit, "above", "") or _setting("UNIT_ABOVE"),
        unit_address=getattr(unit, "address", "") or _setting("UNIT_ADDRESS"),
        help_phone=getattr(unit, "phone", "") or _setting("HELP_PHONE"),
        help_hours=_setting("HELP_HOURS", "giờ làm việc"),
        home_url=_url("home", "/"),
        search_url=_url("search"),
        english_url="",
        theme=_cookie(request, "theme", THEMES),
        density=_cookie(request, "density", DENSITIES),
        keys=_cookie(request, "keys", KEYS),
        saver=bool(request.COOKIES.get("xaso_saver")) or request.headers.get("Save-Data", "").lower() == "on",
    )
    facts: dict[str, Any] = {"shell": frame, "viewer": viewer}
    # Asking who the viewer is reads the session, which makes the page private to caches: ask only the signed-in.
    if settings.SESSION_COOKIE_NAME in request.COOKIES and getattr(viewer, "kind", "") == "officer":
        facts["nav"] = nav.menu(request)
    return facts
