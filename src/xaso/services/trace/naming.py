"""How things are named: addresses of our own under /id/, and GS1's where the enterprise holds a prefix.

The address in a QR code is the platform's (``XASO_BASE_URL``/id/…) so that a phone opens it; the identity in events
is canonical: own addresses as they are, GS1 keys on https://id.gs1.org.
"""

from __future__ import annotations

import secrets

from django.conf import settings

from xaso.kernel.plain import gs1
from xaso.kernel.plain.gs1.own import own_uri
from xaso.services.trace.models import Enterprise, Site

ALPHABET = (
    "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is mistaken for another when read aloud or off paper
)
TOKEN_LENGTH = 12  # 31 ** 12, about 2 ** 59: cannot be walked
STEM = "/id"
NAMESPACE = "https://xaso.vn/ns/trace/"
PREFIX = "xaso"


def new_token() -> str:
    """A public code that cannot be guessed and can be read over the telephone."""
    return "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH))


def stem() -> str:
    """Where our resolver stands."""
    return f"{settings.XASO_BASE_URL}{STEM}"


def own(kind: str, token: str) -> str:
    """An address of our own: kind obj (a plant, a carton), class (a lot, a product), loc (a place), bt (a paper)."""
    return own_uri(stem(), kind, token)


def place_uri(enterprise: Enterprise, site: Site | None = None) -> str:
    """What events call a place: GLN where there is one, else the address of our own."""
    gln = site.gln if site is not None else enterprise.gln
    if gln:
        return f"https://id.gs1.org/414/{gln}"
    return site.uri if site is not None else own("loc", enterprise.token)


def lot_uri(token: str) -> str:
    """The identity of a lot without GTIN."""
    return own("class", token)


def gtin_lot_uri(gtin: str, lot: str) -> str:
    """The identity of a lot of a trade item with GTIN, canonical."""
    return gs1.build({"01": gtin, "10": lot})
