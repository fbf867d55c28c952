"""Numbers of Vietnamese legal documents (số hiệu): one spelling, the kind and the issuer they tell.

The form since 1996 is ``<no>/<year>/<type>-<issuer>`` ("61/2018/NĐ-CP"), of laws ``45/2019/QH14``; older ones lack the
year ("18-L/CTN", "73-CP"). A number is unique only with its issuer: each province has its own 01/2024/QĐ-UBND.
"""

from __future__ import annotations

import re
from functools import lru_cache

from xaso.kernel.plain.law.issuers import ISSUERS
from xaso.kernel.plain.text import fold, nfc

_CODE = r"(?:TTg|[A-ZĐƯ][A-ZĐƯ0-9]*(?:&[A-ZĐƯ]+)*)"
# As printed, spaces and all ("61 /2018/ NĐ - CP"); what follows must not go on like a word.
NUMBER = re.compile(
    r"(?<![\d/\w])\d{1,4}[A-Za-zĐđ]?\s?/\s?(?:(?:19|20)\d{2}\s?/\s?)?"
    rf"{_CODE}(?:\s?[-/]\s?{_CODE})*"
    r"(?![A-ZĐƯ])"
    rf"|(?<![\d/\w])\d{{1,4}}-(?:L|LCT|CP|TTg|HĐBT|CT|QĐ|NĐ|TT|PL|SL|LCTN?|NQ)(?:\s?[-/]\s?{_CODE})*(?![\w/])"
)
_DASHES = re.compile("[\u2010-\u2015\u2212\u00ad]")
_SPACES = re.compile(r"\s*([/&-])\s*")
_SHAPE = re.compile(r"(\d{1,4}[A-ZĐ]?)(?:/((?:19|20)\d{2}))?[/-](.+)")
_TERM = re.compile(r"(QH|UBTVQH)\d*$")
# Codes typed without diacritics; only where the code with Đ is what exists.
_PLAIN_CODES = {
    "ND": "NĐ",
    "QD": "QĐ",
    "HD": "HĐ",
    "HDND": "HĐND",
    "HDBT": "HĐBT",
    "HDTP": "HĐTP",
    "HDTV": "HĐTV",
    "BGDDT": "BGDĐT",
    "BGD&DT": "BGD&ĐT",
    "BLDTBXH": "BLĐTBXH",
    "BKHDT": "BKHĐT",
    "TLD": "TLĐ",
    "TTG": "TTg",
}
KINDS = {
    "L": "Luật",
    "QH": "Luật",
    "PL": "Pháp lệnh",
    "UBTVQH": "Pháp lệnh",
    "NQ": "Nghị quyết",
    "NQLT": "Nghị quyết liên tịch",
    "NĐ": "Nghị định",
    "QĐ": "Quyết định",
    "CT": "Chỉ thị",
    "TT": "Thông tư",
    "TTLT": "Thông tư liên tịch",
    "TTLB": "Thông tư liên bộ",
    "VBHN": "Văn bản hợp nhất",
    "LCT": "Lệnh",
    "SL": "Sắc lệnh",
    "KH": "Kế hoạch",
    "CP": "Nghị định",
    "HĐBT": "Nghị định",
    "TTg": "Quyết định",
}


@lru_cache(maxsize=65536)
def number_of(text: str) -> str:
    """The number in one spelling: NFC, Đ for Ð, no spaces, capitals, "ND-CP" as "NĐ-CP". "" when there is none.

    ``&`` and slashes inside the issuer stay as printed; ``number_key`` is what tells whether two are the same.
    """
    line = _SPACES.sub(r"\1", _DASHES.sub("-", nfc(text)).strip().strip(".,;:"))
    line = re.sub(r"^(?:số|so)\s*:?\s*", "", line, flags=re.I)
    if not line or not line[0].isdigit() or " " in line or "\n" in line:
        return ""
    parts = re.split(r"([/-])", line.upper())
    return "".join(_PLAIN_CODES.get(part, part) for part in parts)


@lru_cache(maxsize=65536)
def number_key(number: str) -> str:
    """What two spellings of a number have in common: "4/2020/TT-BGD&ĐT" and "04/2020/TT/BGDĐT" are one."""
    line = fold(number_of(number) or number).replace("&", "").replace("/", "-").replace(" ", "")
    return line.lstrip("0")


def slug_of(number: str, issuer: str = "", *, local: bool = False) -> str:
    """A number as part of an address: "61-2018-nd-cp"; with the issuer where numbers repeat (local documents)."""
    base = re.sub(r"[^a-z0-9]+", "-", fold(number).replace("&", "")).strip("-")
    if not local:
        return base or "khong-so"
    place = re.sub(r"[^a-z0-9]+", "-", fold(issuer)).strip("-")
    return f"{base}-{place}"[:140].strip("-")


def codes_of(number: str) -> tuple[str, ...]:
    """The codes behind the year, with what parts them lost: ("NĐ", "CP"), ("TTLT", "BTC", "BCT"), ("QH14",)."""
    found = _SHAPE.fullmatch(number_of(number) or number)
    return tuple(re.split(r"[-/]", found[3])) if found else ()


def year_of(number: str) -> int | None:
    """The year in the number; None for old ones."""
    found = _SHAPE.fullmatch(number_of(number) or number)
    return int(found[2]) if found and found[2] else None


def kind_of(number: str) -> str:
    """The kind a number tells ("Nghị định"); "" when it does not. Some of QH are resolutions: their head tells."""
    codes = codes_of(number)
    for code in codes:
        known = KINDS.get(code) or KINDS.get(_TERM.sub(r"\1", code))
        if known:
            return known
    return ""


def issuer_of(number: str) -> str:
    """The issuer a number tells, as it was called then; several joined by "và"; "" when it is not known."""
    codes = [_TERM.sub(r"\1", code) for code in codes_of(number)]
    names = [ISSUERS[code.replace("&", "")] for code in codes if code.replace("&", "") in ISSUERS]
    if len(names) > 1 and names[0] == "Quốc hội" and "UBTVQH" in codes:
        names = names[1:]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} và {names[-1]}"


def is_whole(number: str) -> bool:
    """Whether a number has all its parts; sources sometimes break off ("01/2012/QĐ", "18")."""
    codes = codes_of(number)
    if year_of(number) is None and codes and (codes[0] in ISSUERS or codes[0] in KINDS):
        return True  # as they were before 1996: "73-CP", "326/TTg"
    return NUMBER.fullmatch(number) is not None and (len(codes) > 1 or bool(_TERM.search(number)))


def is_local(number: str) -> bool:
    """Whether a people's council or committee issues such numbers: they repeat in each province."""
    return bool({"UBND", "HĐND"} & set(codes_of(number)))
