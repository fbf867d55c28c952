"""Numbers of legal papers, article by article: "61/2018/NĐ-CP", "điểm a khoản 2 Điều 5", "Luật số 59/2020/QH14"."""

from __future__ import annotations

import re

from xaso.kernel.plain.spoken.numbers import Conventions, cardinal
from xaso.kernel.plain.spoken.words import either, spelt, tables

# Letters of one part of a sign: NĐ, CP, TTg, BTTTT, HĐND, QyĐ …
_PART = r"[A-ZĐƯ][A-ZĐƯa-zđ&]{0,11}\d{0,2}"
_SIGN = rf"{_PART}(?:[-–]{_PART}){{0,4}}"
# Kinds written out before the number: then the sign does not say the kind again.
_SPOKEN_KIND = (
    r"(?:[Nn]ghị định|[Qq]uyết định|[Tt]hông tư liên tịch|[Tt]hông tư|[Nn]ghị quyết|[Cc]hỉ thị|[Kk]ế hoạch"
    r"|[Tt]hông báo|[Bb]áo cáo|[Tt]ờ trình|[Cc]ông văn|[Cc]ông điện|[Hh]ướng dẫn|[Kk]ết luận|[Gg]iấy mời"
    r"|[Bb]iên bản|[Cc]hương trình|[Đđ]ề án|[Pp]hương án|[Qq]uy định|[Qq]uy chế|[Ll]uật|[Pp]háp lệnh|[Vv]ăn bản"
    r"|(?:QĐ|NĐ|NQ|KH|TB|CT|TT|BC|CV|CĐ|HD|KL|TTr)(?=\s+(?:số|\d{1,5}\s?/)))"
)

WITH_YEAR = re.compile(
    rf"(?:(?P<kind>{_SPOKEN_KIND})\s+)?(?P<so>[Ss]ố:?\s+)?(?<![\d/])(?P<n>\d{{1,5}})\s?/\s?(?P<y>(?:19|20)\d\d)"
    rf"\s?/\s?(?P<sign>{_SIGN})(?![\w/])"
)
WITHOUT_YEAR = re.compile(
    rf"(?:(?P<kind>{_SPOKEN_KIND})\s+)?(?P<so>[Ss]ố:?\s+)?(?<![\d/])(?P<n>\d{{1,5}})\s?[/-]\s?"
    rf"(?P<sign>{_PART}(?:[-–]{_PART}){{0,4}}(?:/{_PART})?)(?![\w/])"
)
ONLY_YEAR = re.compile(
    rf"(?P<kind>{_SPOKEN_KIND})\s+(?P<so>[Ss]ố:?\s+)?(?P<n>\d{{1,5}})/(?P<y>(?:19|20)\d\d)(?![\w/])"
)
SIGN = re.compile(rf"(?<![\w/-])(?P<sign>{_PART}(?:[-–]{_PART}){{1,4}})(?![\w/])")
_PLACES = either("điều, khoản, mục, chương, phần, phụ lục, mẫu số, biểu số")
ARTICLE = re.compile(rf"\b(?P<word>{_PLACES})\s+(?P<n>\d{{1,3}})(?P<letter>[a-zđ]?)\b")
POINT = re.compile(r"\b(?P<word>[Đđ]iểm|[Tt]iết)\s+(?P<letter>[a-zđ])(?P<n>\d{0,2})(?=[\s,;.)]|$)")
_OWN_LETTERS = {"a": "a", "b": "bê", "c": "xê", "d": "dê", "đ": "đê"}


def with_year(match: re.Match[str], how: Conventions) -> str:
    """Number, year and issuer: "Nghị định số sáu mươi mốt năm hai nghìn không trăm mười tám của Chính phủ"."""
    number, year = cardinal(str(int(match["n"])), how), cardinal(match["y"], how)
    kind, who = _of_sign(match["sign"])
    named = _named(match["kind"])
    said_kind = named or kind
    if how.slash != "năm":
        sign = " ".join(part for part in (kind, who) if part)
        bars = f"{number} {how.slash} {year} {how.slash} {sign}"
        return f"{named} số {bars}" if named else f"số {bars}" if match["so"] else bars
    words = [said_kind, "số" if said_kind or match["so"] else "", number, "năm", year]
    return _join(words, "" if _told_after(match, who) else who)


def without_year(match: re.Match[str], how: Conventions) -> str | None:
    """ "Kế hoạch số 15/KH-UBND". None when the sign is no sign of a paper (a ratio, a code)."""
    sign = match["sign"]
    first = re.split(r"[-–/]", sign)[0]
    if first not in tables()["kinds"] and not match["kind"]:
        return None
    kind, who = _of_sign(sign)
    named = _named(match["kind"])
    number = cardinal(str(int(match["n"])), how)
    if how.slash != "năm":
        tail = f"{number} {how.slash} {' '.join(part for part in (kind, who) if part)}"
        return f"{named} số {tail}" if named else f"số {tail}" if match["so"] else tail
    return _join([named or kind, "số", number], "" if _told_after(match, who) else who)


def sign_alone(match: re.Match[str], how: Conventions) -> str | None:
    """ "TT-BTTTT", "NĐ-CP": kind and issuer without a number."""
    if match["sign"] in tables()["short"]:  # "TT-TH" is a station, no paper
        return None
    kind, who = _of_sign(match["sign"])
    return _join([kind], who) if kind and who else None


def _named(kind: str | None) -> str:
    """The kind before a number, written out."""
    return tables()["kinds"].get(kind or "", kind or "")


def _told_after(match: re.Match[str], who: str) -> bool:
    """Whether the writer names the issuer right after ("… ngày 23/4/2018 của Chính phủ")."""
    return bool(who) and f"của {who}".lower() in match.string[match.end() : match.end() + 70].lower()


def only_year(match: re.Match[str], how: Conventions) -> str:
    """ "Nghị định 49/2024"."""
    year = cardinal(match["y"], how)
    return f"{_named(match['kind'])} số {cardinal(str(int(match['n'])), how)} {how.slash} {year}"


def article(match: re.Match[str], how: Conventions) -> str:
    """ "Điều 5", "khoản 2a"."""
    letter = f" {_letter(match['letter'])}" if match["letter"] else ""
    return f"{match['word']} {cardinal(str(int(match['n'])), how)}{letter}"


def point(match: re.Match[str], how: Conventions) -> str:
    """ "điểm b", "tiết a1"."""
    number = f" {cardinal(match['n'], how)}" if match["n"] else ""
    return f"{match['word']} {_letter(match['letter'])}{number}"


def _letter(letter: str) -> str:
    return _OWN_LETTERS.get(letter) or spelt(letter)


def _of_sign(sign: str) -> tuple[str, str]:
    """Kind and issuer of "NĐ-CP", "TTLT-BTC-BNV", "QH14", "KH/TW", "UBND-VP"."""
    parts = re.split(r"[-–/]", sign)
    kinds, issuers = tables()["kinds"], tables()["issuers"]
    kind = kinds.get(parts[0], "")
    who = [_issuer(part, issuers) for part in (parts[1:] if kind else parts)]
    return kind, ", ".join(one for one in who if one)


def _issuer(part: str, issuers: dict[str, str]) -> str:
    match = re.fullmatch(r"(QH|UBTVQH)(\d{1,2})", part)
    if match:
        return f"{issuers[match[1]]} khóa {cardinal(match[2])}"
    return issuers.get(part) or tables()["short"].get(part) or spelt(part)


def _join(words: list[str], who: str) -> str:
    body = " ".join(word for word in words if word)
    return f"{body} của {who}" if who else body
