"""The words of the buyer's page in Vietnamese and English, and how days and amounts are written in each."""

from __future__ import annotations

import functools
import tomllib
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from xaso.kernel.plain import formats
from xaso.kernel.plain.moment import VIETNAM

_FILE = Path(__file__).parent.parent / "data" / "buyer_words.toml"
_MONTHS = "January February March April May June July August September October November December".split()
# UN/ECE codes that co-operatives use; others are shown as they are.
_UNITS = {
    "KGM": ("kg", "kg"),
    "GRM": ("g", "g"),
    "TNE": ("tấn", "t"),
    "LTR": ("lít", "l"),
    "MLT": ("ml", "ml"),
    "H87": ("cái", "pcs"),
    "C62": ("cái", "pcs"),
    "EA": ("cái", "pcs"),
    "XBX": ("hộp", "boxes"),
    "BX": ("hộp", "boxes"),
    "CT": ("thùng", "cartons"),
    "XBG": ("túi", "bags"),
    "XPK": ("gói", "packs"),
}


@functools.cache
def words(lang: str) -> dict[str, str]:
    """Every word of the page in one language."""
    return {key: one[lang] for key, one in tomllib.loads(_FILE.read_text(encoding="utf-8")).items()}


def say(lang: str, key: str, **values: object) -> str:
    """One word or sentence, filled in."""
    return words(lang)[key].format(**values)


def day(moment: date | datetime, lang: str) -> str:
    """12/03/2026, or 12 March 2026."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(VIETNAM).date()
    return formats.day(moment) if lang == "vi" else f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def stamp(moment: datetime, lang: str) -> str:
    """Time and day."""
    return f"{formats.clock(moment)}, {day(moment, lang)}"


def days(first: date, last: date, lang: str) -> str:
    """One day, or from one to another."""
    return day(first, lang) if first == last else f"{day(first, lang)} – {day(last, lang)}"


def figure(value: float | Decimal, lang: str) -> str:
    """1.234,5 or 1,234.5."""
    text = formats.figure(value)
    return text if lang == "vi" else text.translate(str.maketrans(",.", ".,"))


def amount(value: Decimal | None, uom: str, lang: str) -> str:
    """12,5 kg; empty when nobody said how much."""
    if value is None:
        return ""
    unit = _UNITS.get(uom, (uom, uom))[lang == "en"]
    return f"{figure(value, lang)} {unit}".strip()
