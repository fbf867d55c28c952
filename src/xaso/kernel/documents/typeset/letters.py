"""Which characters the shipped fonts can draw, read from the font file itself."""

from __future__ import annotations

import functools
import struct
import unicodedata
from pathlib import Path
from typing import Any

from xaso.kernel.plain.text import nfc

FONTS = Path(__file__).resolve().parent.parent / "fonts"
UNKNOWN = "□"
_KEPT_CONTROLS = {"\n", "\t"}


def _tables(font: bytes) -> dict[bytes, tuple[int, int]]:
    count = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4sIII", font, 12 + 16 * number) for number in range(count))
    return {tag: (offset, length) for tag, _, offset, length in records}


def _format_4(font: bytes, start: int) -> set[int]:
    double = struct.unpack_from(">H", font, start + 6)[0]
    count = double // 2
    ends = struct.unpack_from(f">{count}H", font, start + 14)
    starts = struct.unpack_from(f">{count}H", font, start + 16 + double)
    return {
        code
        for low, high in zip(starts, ends, strict=True)
        for code in range(low, high + 1)
        if code != 0xFFFF
    }


@functools.cache
def drawable(name: str = "Tinos-Regular.ttf") -> frozenset[int]:
    """Code points in the font's Unicode map (OpenType cmap format 4: the basic plane, enough for our languages)."""
    font = (FONTS / name).read_bytes()
    cmap = _tables(font)[b"cmap"][0]
    for number in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        platform, _, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * number)
        if platform in {0, 3} and struct.unpack_from(">H", font, cmap + offset)[0] == 4:
            return frozenset(_format_4(font, cmap + offset))
    raise ValueError(f"{name} has no format 4 map")


def fit(text: str) -> str:
    """Text that the fonts can draw: one spelling, no invisible control characters, □ for letters they lack.

    A name in a foreign script must not stop a receipt from being printed.
    """
    known = drawable()
    out = []
    for char in nfc(text):
        if char in _KEPT_CONTROLS:
            out.append(char)
        elif unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Cn"}:
            continue
        elif ord(char) in known:
            out.append(char)
        elif unicodedata.category(char) not in {"Mn", "Me"}:
            out.append(UNKNOWN)
    return "".join(out)


def fit_all(value: Any) -> Any:
    """``fit`` for each text inside JSON-able data."""
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, dict):
        return {str(key): fit_all(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [fit_all(inner) for inner in value]
    return value
