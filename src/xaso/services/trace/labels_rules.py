"""Rules of labels, without the database: sheets, how strong a QR code can be at its size, serials and scratch codes."""

from __future__ import annotations

import functools
import hashlib
import hmac
import secrets
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import segno

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
BODY, SIGNATURE, SCRATCH = 10, 6, 8
QUIET = 4  # modules of white on each side (ISO/IEC 18004)
# A module printed smaller is not read by cheap phones, or runs together on office and thermal printers.
USUAL_MODULE, LEAST_MODULE = 0.38, 0.25
MOST_LABELS = 2000


@dataclass(frozen=True)
class Sheet:
    """A sheet of labels, in millimetres."""

    key: str
    label: str
    page: tuple[float, float]
    columns: int
    rows: int
    size: tuple[float, float]
    first: tuple[float, float]
    gap: tuple[float, float]
    qr: float
    kinds: tuple[str, ...]
    outdoors: bool = False

    @property
    def each(self) -> int:
        """Labels on one sheet."""
        return self.columns * self.rows


@functools.cache
def sheets() -> dict[str, Sheet]:
    """The sheets by key, in the order of the file."""
    told = tomllib.loads((Path(__file__).parent / "data" / "label_sheets.toml").read_text(encoding="utf-8"))
    return {
        key: Sheet(
            key=key,
            label=row["label"],
            page=tuple(row["page"]),
            columns=row["columns"],
            rows=row["rows"],
            size=tuple(row["size"]),
            first=tuple(row["first"]),
            gap=tuple(row["gap"]),
            qr=row["qr"],
            kinds=tuple(row["for"]),
            outdoors=row.get("outdoors", False),
        )
        for key, row in told.items()
    }


def sheets_for(kind: str) -> list[Sheet]:
    """Sheets that labels of a kind may stand on."""
    return [one for one in sheets().values() if kind in one.kinds]


@dataclass(frozen=True)
class Drawn:
    """A QR code as it will be printed: error level (l, m, q, h), side of a module in millimetres, the drawing."""

    level: str
    module: float
    svg: str


@functools.lru_cache(maxsize=256)
def _level(length: int, side: float, outdoors: bool) -> str:
    """The error level for an address of so many bytes; "" when none can be read at that size."""
    for level in ("h", "q", "m", "l") if outdoors else ("q", "m", "l"):
        module = side / _code("a" * length, level).symbol_size(border=QUIET)[0]
        if module >= USUAL_MODULE or (level == "l" and module >= LEAST_MODULE):
            return level
    return ""


def _code(text: str, level: str) -> segno.QRCode:
    # By bytes, so that addresses of one length make codes of one size.
    return segno.make(text, error=level, mode="byte", micro=False, boost_error=False)


def draw(text: str, side: float, *, outdoors: bool = False) -> Drawn:
    """The code of a text on so many millimetres: the strongest error level whose modules stay large enough.

    Indoors Q is enough; outdoors H is tried first. Raises ValueError when even the weakest is too fine to be read.
    """
    level = _level(len(text.encode()), side, outdoors)
    if not level:
        raise ValueError("Mã QR quá nhỏ trên khổ này, điện thoại không đọc được. Chọn khổ tem lớn hơn.")
    code = _code(text, level)
    drawing = code.svg_inline(
        border=QUIET, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return Drawn(level, round(side / code.symbol_size(border=QUIET)[0], 3), drawing)


# ---- serials -----------------------------------------------------------------------------------------------------


def new_seed() -> str:
    """The secret of one printing."""
    return secrets.token_hex(32)


def _letters(seed: str, purpose: str, text: str, count: int) -> str:
    digest = hmac.new(bytes.fromhex(seed), f"{purpose}:{text}".encode(), hashlib.sha256).digest()
    number, found = int.from_bytes(digest, "big"), ""
    for _ in range(count):
        number, place = divmod(number, len(ALPHABET))
        found += ALPHABET[place]
    return found


def new_serial(seed: str) -> str:
    """A serial of 16 letters: ten by chance, six that sign them. Fits AI 21 and reads over the telephone."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(BODY))
    return body + _letters(seed, "serial", body, SIGNATURE)


def is_signed(seed: str, serial: str) -> bool:
    """Whether the serial was made with this seed."""
    body, signature = serial[:BODY], serial[BODY:]
    return hmac.compare_digest(_letters(seed, "serial", body, SIGNATURE).encode(), signature.encode())


def scratch_code(seed: str, serial: str) -> str:
    """The code under the scratch-off layer of one label: it stands nowhere, it is made anew to compare."""
    return _letters(seed, "scratch", serial, SCRATCH)


def scratch_fits(seed: str, serial: str, typed: str) -> bool:
    """Whether somebody has typed the label's scratch code; case, spaces and dashes do not matter."""
    plain = "".join(one for one in typed.lower() if one.isalnum())
    return hmac.compare_digest(scratch_code(seed, serial).encode(), plain.encode())


def grouped(code: str, by: int = 4) -> str:
    """`abcd efgh`: letters in fours, as people read them."""
    return " ".join(code[place : place + by] for place in range(0, len(code), by))


def pages_of(count: int, skipped: int, sheet: Sheet) -> int:
    """How many sheets of paper so many labels need."""
    return -(-(count + skipped) // sheet.each)


def numbers(first: int, last: int, count: int) -> Sequence[int]:
    """The labels from ``first`` to ``last`` of a printing of ``count``. Raises ValueError."""
    if not 1 <= first <= last <= count:
        raise ValueError(f"Nhập thứ tự tem từ 1 đến {count}")
    return range(first, last + 1)
