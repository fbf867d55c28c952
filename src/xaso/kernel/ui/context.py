"""What every page's shell shows: the unit's name, help line, viewer, menu, chosen theme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from xaso.kernel.base.cookies import cookie_name
from xaso.kernel.messages.announcements import shown_for
from xaso.kernel.plain.moment import now
from xaso.kernel.ui import nav
from xaso.kernel.units.models import Unit

CHOICES = {"theme": ("light", "dark"), "density": ("dense",), "keys": ("off",)}
REREAD = timedelta(minutes=5)


@dataclass(frozen=True)
class Office:
    """Whose page it is."""

    name: str = ""
    above: str = ""


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
    sign_in_url: str
    signed_in: bool
    theme: str
    density: str
    keys: str
    saver: bool


_offices: dict[str, tuple[datetime, Office]] = {}


def office_of(path: str) -> Office:
    """ "UBND xã Mường Lát" of "Tỉnh Thanh Hóa"; read again every five minutes, for names change by law, not by hour."""
    if not path:
        return Office()
    known = _offices.get(path)
    if known and known[0] > now():
        return known[1]
    unit = Unit.objects.filter(path=path).select_related("parent").first()
    if unit is None:
        return Office()
    governs = unit.level in (Unit.Level.PROVINCE, Unit.Level.COMMUNE)
    above = unit.parent.full_name if unit.parent and unit.level != Unit.Level.PROVINCE else ""
    office = Office(f"UBND {unit.words}" if governs else unit.full_name, above)
    _offices[path] = (now() + REREAD, office)
    return office


def _url(name: str, default: str = "") -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return default


def _setting(name: str, default: str = "") -> str:
    return str(getattr(settings, f"XASO_{name}", "") or default)


def _chosen(request: HttpRequest, key: str) -> str:
    value = request.COOKIES.get(cookie_name(f"xaso_{key}"), "")
    return value if value in CHOICES[key] else ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell`, `viewer`, and for officers `nav`.

    Whose page it is: `request.unit` when a middleware set one, else the signed-in officer's unit, else the commune
    a citizen chose (cookie xaso_unit), else XASO_HOME_UNIT. XASO_UNIT_NAME, XASO_UNIT_ABOVE, XASO_UNIT_ADDRESS,
    XASO_HELP_PHONE, XASO_HELP_HOURS say more.
    """
    viewer = getattr(request, "viewer", None)
    # Asking who the viewer is reads the session, which makes the page private to caches: ask only the signed-in.
    known = settings.SESSION_COOKIE_NAME in request.COOKIES and bool(getattr(viewer, "is_known", False))
    officer = known and getattr(viewer, "kind", "") == "officer"
    path = getattr(viewer, "unit_path", "") if officer else ""
    chosen = request.COOKIES.get(cookie_name("xaso_unit"), "")[:60]
    home = office_of(path) if path else office_of(chosen) if chosen else Office()
    unit = getattr(request, "unit", None) or (home if home.name else office_of(_setting("HOME_UNIT")))
    frame = Shell(
        unit_name=getattr(unit, "name", "") or _setting("UNIT_NAME", "Xã Số"),
        unit_above=getattr(unit, "above", "") or _setting("UNIT_ABOVE"),
        unit_address=getattr(unit, "address", "") or _setting("UNIT_ADDRESS"),
        help_phone=getattr(unit, "phone", "") or _setting("HELP_PHONE"),
        help_hours=_setting("HELP_HOURS", "giờ làm việc"),
        home_url=_url("home", "/"),
        search_url=nav.search_url(),
        english_url="",
        sign_in_url=_url("sign_in"),
        signed_in=known,
        theme=_chosen(request, "theme"),
        density=_chosen(request, "density"),
        keys=_chosen(request, "keys"),
        saver=bool(request.COOKIES.get("xaso_saver")) or request.headers.get("Save-Data", "").lower() == "on",
    )
    where = path or (chosen if chosen and home.name else "") or _setting("HOME_UNIT")
    facts: dict[str, Any] = {
        "shell": frame,
        "viewer": viewer,
        # Read only where a page shows them.
        "announcements": SimpleLazyObject(lambda: shown_for(where) if where else []),
    }
    if officer:
        facts["nav"] = nav.menu(request)
    return facts
