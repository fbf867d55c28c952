"""One small function for each check that a component of the table may name: a reason when wrong, "" when right."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from xaso.kernel.plain.gs1.keys import check_pair, has_good_check_digit

SETS = {
    "N": re.compile(r"[0-9]*"),
    "X": re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]*"),
    "Y": re.compile(r"[#\-/0-9A-Z]*"),
    "Z": re.compile(r"[A-Za-z0-9\-_]*=?=?"),
}
_MEDIA = frozenset(
    [*(f"{number:02}" for number in range(1, 11)), *(str(number) for number in range(80, 100))]
)


@lru_cache(maxsize=1)
def _iso() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    lines = (Path(__file__).resolve().parent / "iso.txt").read_text().splitlines()[1:]
    countries, letters, currencies = (frozenset(line.split()) for line in lines)
    return countries, letters, currencies


def _when(good: bool, reason: str) -> str:
    return "" if good else reason


def _year(two: int) -> int:
    # The General Specifications' window needs today's date; leap years repeat every four years either way.
    return 2000 + two


def _date(text: str, *, day_zero: bool, long_year: bool = False) -> str:
    year = int(text[:4]) if long_year else _year(int(text[:2]))
    month, day = int(text[-4:-2]), int(text[-2:])
    if not 1 <= month <= 12:
        return "no such month"
    if day_zero and day == 0:
        return ""
    return _when(1 <= day <= calendar.monthrange(max(year, 1), month)[1], "no such day")


def _iban(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}", text) or text[:2] not in _iso()[1]:
        return "no bank account number"
    turned = "".join(str(int(letter, 36)) for letter in text[4:] + text[:4])
    return _when(int(turned) % 97 == 1, "wrong check digits")


def _piece(text: str) -> str:
    piece, total = int(text[:2]), int(text[2:])
    return _when(0 < piece <= total, "piece of how many")


def _sequence(text: str) -> str:
    match = re.fullmatch(r"([1-9])/([1-9])", text)
    return _when(bool(match and match[1] <= match[2]), "place in a sequence, such as 1/2")


def _pair(text: str) -> str:
    if len(text) < 3:
        return "too short for check characters"
    try:
        return _when(check_pair(text[:-2]) == text[-2:], "wrong check characters")
    except ValueError:
        return "letters that have no check characters"


CHECKS: dict[str, Callable[[str], str]] = {
    "csum": lambda text: _when(has_good_check_digit(text), "wrong check digit"),
    "csumalpha": _pair,
    "key": lambda text: _when(bool(re.match(r"[0-9]{4}", text)), "begins with no company prefix"),
    "keyoff1": lambda text: _when(bool(re.match(r".[0-9]{4}", text)), "holds no company prefix"),
    "hasnondigit": lambda text: _when(not text.isdigit(), "needs a letter"),
    "yymmdd": lambda text: _date(text, day_zero=False),
    "yymmd0": lambda text: _date(text, day_zero=True),
    "yyyymmdd": lambda text: _date(text, day_zero=False, long_year=True),
    "hh": lambda text: _when(int(text) < 24, "no such hour"),
    "mi": lambda text: _when(int(text) < 60, "no such minute"),
    "ss": lambda text: _when(int(text) < 60, "no such second"),
    "hhmi": lambda text: _when(int(text[:2]) < 24 and int(text[2:]) < 60, "no such time"),
    "iso3166": lambda text: _when(text in _iso()[0], "no such country"),
    "iso3166999": lambda text: _when(text == "999" or text in _iso()[0], "no such country"),
    "iso3166alpha2": lambda text: _when(text in _iso()[1], "no such country"),
    "iso4217": lambda text: _when(text in _iso()[2], "no such currency"),
    "iso5218": lambda text: _when(text in {"0", "1", "2", "9"}, "0, 1, 2 or 9"),
    "iban": _iban,
    "pcenc": lambda text: _when(
        not re.search(r"%(?![0-9A-Fa-f]{2})", text), "a percent sign without two digits"
    ),
    "latitude": lambda text: _when(int(text) <= 1_800_000_000, "no such latitude"),
    "longitude": lambda text: _when(int(text) <= 3_600_000_000, "no such longitude"),
    "nonzero": lambda text: _when(int(text) > 0, "zero"),
    "zero": lambda text: _when(text == "0", "not zero"),
    "nozeroprefix": lambda text: _when(text == "0" or not text.startswith("0"), "begins with zero"),
    "winding": lambda text: _when(text in {"0", "1", "9"}, "0, 1 or 9"),
    "yesno": lambda text: _when(text in {"0", "1"}, "0 or 1"),
    "hyphen": lambda text: _when(set(text) == {"-"}, "only a minus sign"),
    "pieceoftotal": _piece,
    "posinseqslash": _sequence,
    "importeridx": lambda text: _when(
        bool(re.fullmatch(r"[0-9A-Za-z_-]", text)), "one letter, digit, - or _"
    ),
    "mediatype": lambda text: _when(text in _MEDIA, "no such kind of carrier"),
    "packagetype": lambda text: _when(bool(re.fullmatch(r"[0-9A-Z]{1,3}", text)), "no such kind of package"),
}
