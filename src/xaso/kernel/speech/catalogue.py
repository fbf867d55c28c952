"""The voices: three that are built in, Piper voices by file, vendors' voices by contract."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xaso.kernel.speech.engines import espeak, piper

NORTH, CENTRAL, SOUTH = "north", "central", "south"
REGIONS = {NORTH: "miền Bắc", CENTRAL: "miền Trung", SOUTH: "miền Nam", "": "chưa rõ vùng"}
SEXES = {"female": "nữ", "male": "nam", "": ""}
FALLBACK = {NORTH: "espeak:vi", CENTRAL: "espeak:vi-vn-x-central", SOUTH: "espeak:vi-vn-x-south"}
VENDORS = ("fpt", "vbee", "viettel")
_FILE = Path(__file__).parent / "data" / "voices.toml"
_NOT_SET = "Chưa đặt địa chỉ và khóa của nhà cung cấp. Người vận hành xem trang Kết nối ngoài."


@dataclass(frozen=True)
class Voice:
    """One voice. ``key`` names engine and voice ("espeak:vi"); ``kind``: embedded, neural or vendor."""

    key: str
    title: str
    region: str
    sex: str
    kind: str
    available: bool = True
    why_not: str = ""

    @property
    def engine(self) -> str:
        """What stands before the colon."""
        return self.key.partition(":")[0]

    @property
    def name(self) -> str:
        """What stands after the colon: how the engine itself calls the voice."""
        return self.key.partition(":")[2]

    @property
    def label(self) -> str:
        """As a box to choose from shows it."""
        about = ", ".join(part for part in (SEXES[self.sex], REGIONS[self.region]) if part)
        return f"{self.title} ({about})"


@cache
def _listed() -> dict[str, list[dict[str, str]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _built_in() -> list[Voice]:
    why = espeak.why_not()
    return [
        Voice(f"espeak:{one['name']}", one["title"], one["region"], one["sex"], "embedded", not why, why)
        for one in _listed()["espeak"]
    ]


def _piper() -> list[Voice]:
    why = piper.why_not()
    return [
        Voice(f"piper:{one.name}", one.title, one.region, one.sex, "neural", not why, why)
        for one in piper.installed()
    ]


def _vendor(vendor: str) -> list[Voice]:
    from django.conf import settings

    address = settings.XASO_OUTSIDE.get(f"{vendor}_voice")
    trial = settings.DEMO or settings.TESTING
    works = address is not None and (trial or not address.simulated)
    return [
        Voice(
            f"{vendor}:{one['name']}",
            f"{one['title']} · {one['vendor']}",
            one["region"],
            one["sex"],
            "vendor",
            works,
            "" if works else _NOT_SET,
        )
        for one in _listed()[vendor]
    ]


def own_voices() -> list[Voice]:
    """The voices that speak on this machine, without the network."""
    return [*_built_in(), *_piper()]


def all_voices(unit_path: str = "") -> list[Voice]:
    """Every voice, those built in first. All units have the same ones today."""
    found = own_voices()
    for vendor in VENDORS:
        found += _vendor(vendor)
    return found


def voice(key: str) -> Voice | None:
    """The voice of a key; None for one that is not known."""
    return next((one for one in all_voices() if one.key == key), None)


def fallback_for(key: str) -> str:
    """The built-in voice of the same region."""
    known = voice(key)
    return FALLBACK.get(known.region if known else NORTH, FALLBACK[NORTH])
