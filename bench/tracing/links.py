"""Digital Links beside biip: who takes which address, who reads the same elements, how fast."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from typing import Any

ADDRESSES = (
    "https://id.gs1.org/01/09506000134352",
    "https://id.gs1.org/01/09506000134352/10/ABC123",
    "https://id.gs1.org/01/09506000134352/22/2A/10/ABC/21/12345",
    "https://che.example/shop/01/09506000134352/21/12345?17=271231",
    "https://id.gs1.org/00/395060001343521234",
    "https://id.gs1.org/414/9506000134352",
    "https://id.gs1.org/8004/95060001343528765",
    "https://id.gs1.org/01/09506000134352?3103=000195",
    "https://id.gs1.org/01/09506000134353",  # a wrong check digit
    "https://id.gs1.org/01/09506000134352/21/12345/10/ABC",  # qualifiers in the wrong order
    "https://id.gs1.org/01/9506000134352",  # thirteen digits
    "https://id.gs1.org/gtin/09506000134352",  # an old short name
    "https://id.gs1.org/01/09506000134352/10/%41%42C",
    "https://id.gs1.org/01/09506000134352/10/",
)


def beside_biip() -> dict[str, Any] | None:
    """Agreement and speed over the same addresses; None where biip is not installed (``pip install biip``)."""
    if importlib.util.find_spec("biip") is None:
        return None
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI

    from xaso.kernel.plain import gs1

    def ours(uri: str) -> dict[str, str] | None:
        try:
            return dict(gs1.parse(uri).elements)
        except ValueError:
            return None

    def theirs(uri: str) -> dict[str, str] | None:
        try:
            strings = GS1DigitalLinkURI.parse(uri).element_strings
        except Exception:  # noqa: BLE001 - whatever the peer raises is its "no"
            return None
        return {one.ai.ai: one.value for one in strings}

    told = [(uri, ours(uri), theirs(uri)) for uri in ADDRESSES]
    good = [uri for uri, mine, other in told if mine is not None and other is not None]
    return {
        "asked": len(told),
        "agree": sum(mine == other for _, mine, other in told),
        "differ": [{"uri": uri, "ours": mine, "biip": other} for uri, mine, other in told if mine != other],
        "ours_per_second": _rate(ours, good),
        "biip_per_second": _rate(theirs, good),
    }


def _rate(read: Callable[[str], object], uris: list[str], seconds: float = 1.0) -> int:
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        for uri in uris:
            read(uri)
        done += len(uris)
    return round(done / (time.perf_counter() - begun))
