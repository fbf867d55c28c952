"""Banks by the BIN that NAPAS routes to. The table is data (banks.toml); an unknown BIN is not an error."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path

from xaso.kernel.plain.text import fold


@dataclass(frozen=True)
class Bank:
    """A receiver of transfers. ``confirmed`` is true when two independent lists agree on the BIN."""

    bin: str
    code: str
    short_name: str
    name: str
    confirmed: bool


@functools.cache
def banks() -> dict[str, Bank]:
    """All banks we know, by BIN."""
    rows = tomllib.loads((Path(__file__).parent / "banks.toml").read_text(encoding="utf-8"))["bank"]
    return {
        row["bin"]: Bank(
            row["bin"], row["code"], row["short_name"], row["name"], not row.get("unconfirmed", False)
        )
        for row in rows
    }


def bank_of(bank_bin: str) -> Bank | None:
    """The bank with that BIN, if we know it."""
    return banks().get(bank_bin)


def find_bank(text: str) -> Bank | None:
    """A bank by BIN, code or short name, in any letter case and without diacritics."""
    wanted = fold(text).replace(" ", "")
    for bank in banks().values():
        if wanted in {bank.bin, bank.code.lower(), fold(bank.short_name).replace(" ", "")}:
            return bank
    return None
