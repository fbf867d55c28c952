"""How long a text message is: parts by GSM 03.38 and UCS-2, and the form without diacritics.

160 characters fit one part of the GSM alphabet (153 each when joined), 70 of UCS-2 (67 when joined). Vietnamese
letters with marks are not in the GSM alphabet, so one such letter turns the whole message into UCS-2.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from xaso.kernel.plain.text import nfc

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True)
class SmsSize:
    """What a text costs: ``parts`` messages, ``units`` used, and whether it needs UCS-2."""

    parts: int
    units: int
    unicode: bool

    @property
    def left(self) -> int:
        """Units that still fit into the last part."""
        one, joined = (70, 67) if self.unicode else (160, 153)
        return (one if self.parts <= 1 else self.parts * joined) - self.units


def sms_size(text: str) -> SmsSize:
    """Parts and units of a text. A pair (€, emoji) is never cut between two parts."""
    costs = [_gsm_cost(char) for char in text]
    unicode = 0 in costs
    if unicode:
        costs = [2 if ord(char) > 0xFFFF else 1 for char in text]
    one, joined = (70, 67) if unicode else (160, 153)
    units = sum(costs)
    if units <= one:
        return SmsSize(1 if text else 0, units, unicode)
    parts, room = 1, joined
    for cost in costs:
        if cost > room:
            parts, room = parts + 1, joined
        room -= cost
    return SmsSize(parts, units, unicode)


def _gsm_cost(char: str) -> int:
    """Units of a character in the GSM alphabet; 0 when it is not in it."""
    return 1 if char in _GSM else 2 if char in _GSM_TWICE else 0


def without_marks(text: str) -> str:
    """The text as it is written without diacritics: letter case and punctuation stay, other symbols become plain."""
    plain = nfc(text).translate(
        {0x2013: "-", 0x2014: "-", 0x2026: "...", 0x20AB: "d", 0x201C: '"', 0x201D: '"'}
    )
    plain = plain.translate({0x2018: "'", 0x2019: "'", 0xA0: " ", 0x110: "D", 0x111: "d", 0xB7: "-"})
    bare = (char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
    # The backtick is ASCII but in no alphabet of SMS: one of them would halve the room of the whole message.
    kept = "".join(char for char in bare if char == "\n" or " " <= char <= "~")
    return kept.replace("`", "'")
