"""Addresses of the platform's own, for plants, lots and places of those who have no GS1 prefix (CBV: private URIs).

They are never dressed up as a GTIN: nobody issued one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

KINDS = {"obj": "one thing", "class": "a lot or kind", "loc": "a place", "bt": "a business paper"}
_PATH = re.compile(r"(?P<stem>/.*?)?/(?P<kind>obj|class|loc|bt)/(?P<id>[^/]+)")


@dataclass(frozen=True, slots=True)
class Own:
    """A parsed address of our own."""

    stem: str
    kind: str
    identifier: str


def own_uri(stem: str, kind: str, identifier: str) -> str:
    """The address of one of our things. Raises ValueError for an unknown kind or an empty identifier."""
    if kind not in KINDS or not identifier:
        raise ValueError(f"kind is one of {', '.join(KINDS)}, with an identifier")
    return f"{stem.rstrip('/')}/{kind}/{quote(identifier, safe='')}"


def parse_own(uri: str) -> Own | None:
    """The parts of such an address, None where it is something else."""
    parts = urlsplit(uri)
    match = _PATH.fullmatch(parts.path)
    if parts.scheme not in {"http", "https"} or not parts.netloc or match is None:
        return None
    return Own(f"{parts.scheme}://{parts.netloc}{match['stem'] or ''}", match["kind"], unquote(match["id"]))
