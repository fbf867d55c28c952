"""Where a request comes from, told coarsely: which kind of device, which network, and whether the device is known here.

A device is known to an account when somebody signed in to that account on it: a signed cookie says so. It proves
nothing by itself; it only keeps a stranger's wrong guesses from closing the door to its owner.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from xaso.kernel.base.cookies import cookie_name
from xaso.kernel.base.fields import keyed_hash, keyed_hashes

COOKIE = cookie_name("xs_quen")
_SALT = "xaso.known-device"
_DAYS = 400  # browsers keep no cookie longer
_NAMES_KEPT = 8

_BROWSERS = (
    ("Edg/", "Edge"),
    ("CocCoc", "Cốc Cốc"),
    ("coc_coc", "Cốc Cốc"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "máy Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Origin:
    """One request's origin; ``names``: the digests of sign-in names this device is known to."""

    address: str = "?"
    device: str = ""
    network: str = ""
    device_id: str = ""
    names: tuple[str, ...] = field(default=())

    @property
    def address_hash(self) -> str:
        return keyed_hash(self.address, "signin-address")

    @property
    def device_hash(self) -> str:
        return keyed_hash(self.device_id, "signin-device") if self.device_id else ""

    @property
    def address_hashes(self) -> list[str]:
        """What the address may have been kept under, with older keys too."""
        return keyed_hashes(self.address, "signin-address")

    @property
    def device_hashes(self) -> list[str]:
        """What the device may have been kept under, with older keys too."""
        return keyed_hashes(self.device_id, "signin-device") if self.device_id else []

    def is_known_to(self, name_hashes: Collection[str]) -> bool:
        """Whether the owner of this name (its digests, with older keys too) signed in on this device before."""
        return bool(self.device_id) and not set(name_hashes).isdisjoint(self.names)


def address_of(request: HttpRequest) -> str:
    """The caller's network address; behind our proxy the last forwarded one."""
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or "?"
    return str(request.META.get("REMOTE_ADDR", "?"))


def network_of(address: str) -> str:
    """The neighbourhood of an address: enough to tell a new place, too little to tell a machine."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return "không rõ"
    if one.is_loopback:
        return "chính máy chủ"
    width = 24 if one.version == 4 else 48
    net = ipaddress.ip_network(f"{address}/{width}", strict=False)
    words = f"{net.network_address.exploded.rpartition('.')[0]}.x" if one.version == 4 else f"{net}"
    return f"mạng nội bộ {words}" if one.is_private else f"mạng {words}"


def device_of(agent: str) -> str:
    """A browser and a system in words; never a version, which would change every month."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if not browser and not system:
        short = re.sub(r"[^\w ./-]", "", agent)[:40]
        return short or "thiết bị không rõ"
    return f"{browser or 'trình duyệt lạ'} trên {system or 'máy không rõ'}"


def origin_of(request: HttpRequest) -> Origin:
    """The origin of a request; a cookie that we did not sign counts as none."""
    address = address_of(request)
    device_id, names = "", tuple[str, ...]()
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_DAYS * 86400)
        device_id, names = str(kept["d"]), tuple(str(one) for one in kept["n"])
    except (signing.BadSignature, KeyError, TypeError):
        pass
    agent = request.headers.get("User-Agent", "")[:300]
    return Origin(address, device_of(agent), network_of(address), device_id, names)


def remember(response: HttpResponseBase, origin: Origin, name_hash: str) -> Origin:
    """Mark the device as known to this name, by a signed cookie; answers the origin as it now is."""
    device_id = origin.device_id or secrets.token_urlsafe(16)
    names = tuple(dict.fromkeys((name_hash, *origin.names)))[:_NAMES_KEPT]
    response.set_cookie(
        COOKIE,
        signing.dumps({"d": device_id, "n": names}, salt=_SALT, compress=True),
        max_age=_DAYS * 86400,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return Origin(origin.address, origin.device, origin.network, device_id, names)
