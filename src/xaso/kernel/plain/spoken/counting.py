"""Telephones, money, measures, ranges, shares, Roman numbers, ordinals and plain numbers."""

from __future__ import annotations

import re

from xaso.kernel.plain.spoken.numbers import Conventions, cardinal, decimal, digits, month, ordinal, roman
from xaso.kernel.plain.spoken.words import any_of, either, tables

# A number as it is written here: dots between thousands, a comma before the part (12.500,75); or no dots.
NUMBER = r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+\.\d{1,2}(?![\d.])|\d+(?:,\d+)?"
_N = rf"(?:{NUMBER})"
_END = r"(?![\w])"
_BIG = any_of("big")
_MONEY = any_of("money")
_UNIT = any_of("units")
_MINUS = r"(?:(?<![\w\d.,\ufffc])[-−–](?=\d))?"

PHONE = re.compile(
    r"(?<![\w.,/-])(?:(?P<plus>\+84|\(\+84\))[ .]?)?"
    r"(?P<n>\(?0\d{1,3}\)?(?:[ .\-]?\d{1,4}){2,4}"
    r"|(?<=\+84)\d{9}|(?<=\+84 )\d[\d .]{7,12}"
    r"|1[89]00(?:[ .]?\d{2,4}){1,3})(?![\w/]|[.,]\d)"
)
_CALLED = either(
    "gọi, gọi số, số máy, bấm số, quay số, đường dây nóng, tổng đài, điện thoại, số điện thoại, liên hệ, hotline"
)
HOTLINE = re.compile(
    rf"(?P<word>(?:{_CALLED})(?:\s+(?:số|nóng))?:?\s+)(?P<n>1\d\d|19\d{{3}}|1022)"
    r"(?![\d/.,:hg]\d|\d|\s?(?:nghìn|triệu|tỷ|đồng|người|hộ))"
)
# Numbers of help in a row: "gọi 113, 114 hoặc 115".
HOTLINE_MORE = re.compile(
    r"(?P<word>(?:\s?,|\s?/|\s(?:và|hoặc|hay))\s+)(?P<n>11[1-9]|1022)"
    r"(?=\s*(?:[,.;)]|$|\s(?:và|hoặc|hay|để|khi|nếu)\s))"
)
MONEY_RANGE = re.compile(
    rf"(?P<a>{_N})\s?[-–]\s?(?P<b>{_N})\s?(?P<big>(?:{_BIG})(?!\w))?\s?(?P<cur>{_MONEY})"
    rf"(?:\s?/\s?(?P<per>[\w²³]+(?:/[\w²³]+)*))?{_END}"
)
MONEY = re.compile(
    rf"(?P<n>{_N})\s?(?P<big>(?:{_BIG})(?!\w))?\s?(?P<cur>{_MONEY})(?:\s?/\s?(?P<per>[\w²³]+(?:/[\w²³]+)*))?{_END}"
)
MONEY_FIRST = re.compile(rf"(?P<cur>\$|€|USD|VND)\s?(?P<n>{_N})(?:\s?(?P<big>(?:{_BIG})(?!\w)))?{_END}")
SHORT_BIG = re.compile(rf"(?P<n>{_N})\s?(?P<big>k|K|tr|Tr)(?P<half>\d)?(?:/(?P<per>[\w²³]+))?{_END}")
MEASURE_RANGE = re.compile(
    rf"(?P<a>{_MINUS}{_N})\s?[-–]\s?(?P<b>{_N})\s?(?P<unit>{_UNIT})(?:/(?P<per>[\w²³]+))?{_END}"
)
MEASURE = re.compile(
    rf"(?P<sign>{_MINUS})(?P<n>{_N})\s?(?:(?P<big>nghìn|ngàn|triệu|tỷ)\s)?(?P<unit>{_UNIT})"
    rf"(?:\s?/\s?(?P<per>[\w²³]+))?(?!\w)"
)
HEIGHT = re.compile(r"(?<![\w.,])(?P<m>\d{1,2})m(?![23](?!\d))(?P<cm>\d{1,2})(?![\w.,]\w|\w)")
_PER_UNIT = any_of("units", "money")
UNIT_PER = re.compile(
    rf"(?<![\w/])(?P<a>{_PER_UNIT})/(?P<b>{_PER_UNIT}|năm|tháng|ngày|người|hộ|khẩu|lần)(?![\w/])"
)
PER = re.compile(
    rf"(?:(?P<a>{_N})\s?[-–]\s?)?(?P<n>{_N})\s+(?P<what>[a-zà-ỹđ]+(?:\s[a-zà-ỹđ]+)?)"
    rf"/(?P<per>[a-zà-ỹđ]+[²³23]?|\d+[ .\d]*\s?[a-zà-ỹđ]+)(?!\w)"
)
SIZE = re.compile(
    rf"(?P<a>{_N})\s?(?P<ua>{_UNIT})?\s?[x×X]\s?(?P<b>{_N})(?:\s?[x×X]\s?(?P<c>{_N}))?\s?(?P<unit>(?:{_UNIT})(?!\w))?"
)
_PARTS = either("tỷ lệ, tỉ lệ, chiếm, khoảng, hơn, gần, bằng, quá, được, còn, trên, giảm, tăng, mất")
SHARE = re.compile(
    rf"(?P<word>(?:{_PARTS})\s+(?:\w+\s+)?)?(?<![\d/])(?P<a>\d{{1,3}})/(?P<b>\d{{1,4}})(?![\d/]|\s?(?:đồng|kg))"
)
RATIO = re.compile(r"(?<![\d:])(?P<a>\d{1,4}):(?P<b>\d{1,6})(?![\d:])")
_SCALE = either("tỷ lệ, tỉ lệ")
RATIO_AFTER = re.compile(rf"(?P<word>(?:{_SCALE})\s+)(?P<a>\d{{1,4}}):(?P<b>{NUMBER})(?![\d:])")
_GOALS = r"\d{1,2}\s?[-–]\s?\d{1,2}"
SCORE = re.compile(
    rf"(?P<word>(?:[Tt]ỷ số|[Tt]ỉ số)\s+|(?:[Tt]hắng|[Tt]hua|[Hh]òa)\s+(?:[^\W\d]+\s+){{0,8}})"
    rf"(?P<pairs>{_GOALS}(?:,\s?{_GOALS})*)(?![\d/]|\s?(?:tuổi|hộ|người|điểm|bàn|con|ngày|trận|%|k?g|k?m)(?!\w))"
)
RANGE = re.compile(rf"(?<![\w./,-])(?P<a>{_N})\s?[-–]\s?(?P<b>{_N})(?![\w/]|[.,]\d|-\d)")
_ROMANS = either(
    "thứ, khóa, chương, báo động, thế kỷ, thế kỉ, lần, lần thứ, đại hội, phần, mục, phụ lục, hạng,"
    " cấp, loại, giai đoạn, vùng,"
    " kỳ, bậc, nhóm, khu vực, tiểu khu, học kỳ, khu, đợt, vụ, quyển, tập"
)
ROMAN = re.compile(
    rf"\b(?P<word>{_ROMANS}|ĐH)(?P<gap>\s+(?:Đảng(?: bộ)?(?:\s+\w+)?\s+)?(?:lần thứ\s+)?)(?P<n>[IVXLCDM]+)\b(?!\.\w)"
)
ORDINAL = re.compile(
    r"(?P<word>(?<!lần )[Tt]hứ\s+)(?P<days>[2-7](?:(?:,\s?|\s(?:và|hoặc)\s)[2-7])+)(?![\d/]|[.,]\d)"
    r"|(?P<word2>[Tt]hứ\s+|[Ll]ần thứ\s+|[Hh]ạng\s+)(?P<n>\d{1,3})(?![\d/]|[.,]\d)"
)
PLAIN = re.compile(rf"(?<![\w])(?P<sign>{_MINUS})(?P<n>{_N})(?![\w])")


def number(text: str, how: Conventions) -> str:
    """Any number as written: 1.250.000 · 12,5 · 3.14 · 007."""
    if "," in text:
        whole, part = text.replace(".", "").split(",", 1)
        return decimal(whole, part, how) if len(whole) <= 18 else digits(text)
    pieces = text.split(".")
    if len(pieces) == 2 and len(pieces[1]) != 3:
        return decimal(pieces[0], pieces[1], how).replace("phẩy", "chấm")
    whole = "".join(pieces)
    return cardinal(whole, how) if len(whole) <= 18 else digits(whole)


def _signed(match: re.Match[str], how: Conventions) -> str:
    return ("âm " if match["sign"] else "") + number(match["n"], how)


def phone(match: re.Match[str], how: Conventions) -> str | None:
    """Digit by digit, with a comma where the writer left a gap."""
    groups = [digits(piece) for piece in re.split(r"[ .\-()]+", match["n"]) if piece]
    count = sum(one.isdigit() for one in match["n"])
    if match["plus"]:
        return "cộng tám tư, " + ", ".join(groups)
    if match["n"].startswith("1"):
        return ", ".join(groups) if 6 <= count <= 10 else None
    return ", ".join(groups) if 9 <= count <= 11 else None


def hotline(match: re.Match[str], how: Conventions) -> str:
    """ "gọi 113"."""
    return f"{match['word']}{digits(match['n'])}"


def hotline_more(match: re.Match[str], how: Conventions) -> str | None:
    """ "… hoặc 114", where somebody is told to call."""
    before = match.string[max(0, match.start() - 90) : match.start()].lower()
    # What stands right before was told figure by figure too, or somebody is asked to call.
    called = "\ufffc" in before[-25:] or "gọi" in before or "liên hệ" in before
    return f"{match['word']}{digits(match['n'])}" if called else None


def _unit_word(text: str) -> str:
    return tables()["units"].get(text) or tables()["money"].get(text) or tables()["short"].get(text) or text


def _per(text: str | None) -> str:
    if not text:
        return ""
    words = [_unit_word(one) for one in text.split("/")]
    return " một " + " một ".join(words)


def money(match: re.Match[str], how: Conventions) -> str:
    """ "50.000đ", "1,5 tỷ đồng", "200k VNĐ", "15.000 đồng/kg"."""
    big = tables()["big"].get(match["big"] or "", "")
    big = f" {how.thousand if big == 'nghìn' else big}" if big else ""
    return f"{number(match['n'], how)}{big} {tables()['money'][match['cur']]}{_per(match['per'])}"


def money_range(match: re.Match[str], how: Conventions) -> str:
    """ "50.000-70.000đ"."""
    big = f" {tables()['big'][match['big']]}" if match["big"] else ""
    cur = tables()["money"][match["cur"]]
    return f"{number(match['a'], how)} đến {number(match['b'], how)}{big} {cur}{_per(match['per'])}"


def money_first(match: re.Match[str], how: Conventions) -> str:
    """ "$100", "USD 1,5 triệu"."""
    big = f" {tables()['big'][match['big']]}" if match["big"] else ""
    return f"{number(match['n'], how)}{big} {tables()['money'][match['cur']]}"


def short_big(match: re.Match[str], how: Conventions) -> str:
    """ "200k", "2tr5"."""
    half = f" {cardinal(match['half'], how)}" if match["half"] else ""
    big = tables()["big"][match["big"]]
    return f"{number(match['n'], how)} {big}{_half(half) if half else ''}{_per(match['per'])}"


def _half(words: str) -> str:
    return " rưỡi" if words.strip() == "năm" else words


def measure(match: re.Match[str], how: Conventions) -> str:
    """ "25kg", "-2°C", "80%", "60km/h"."""
    big = f" {how.thousand if match['big'] in {'nghìn', 'ngàn'} else match['big']}" if match["big"] else ""
    return f"{_signed(match, how)}{big} {tables()['units'][match['unit']]}{_per(match['per'])}"


def height(match: re.Match[str], how: Conventions) -> str:
    """ "1m45": a metre forty-five."""
    return f"{cardinal(int(match['m']), how)} mét {cardinal(int(match['cm']), how)}"


def unit_per(match: re.Match[str], how: Conventions) -> str:
    """ "đồng/kg" without a number before it."""
    return f"{_unit_word(match['a'])} một {_unit_word(match['b'])}"


def measure_range(match: re.Match[str], how: Conventions) -> str:
    """ "20-30mm", "15-20%"."""
    unit = tables()["units"][match["unit"]]
    return f"{number(match['a'], how)} đến {number(match['b'], how)} {unit}{_per(match['per'])}"


def per(match: re.Match[str], how: Conventions) -> str | None:
    """ "250 người/km²", "3 lần/ngày"."""
    what = match["what"].split()[-1]
    if what in {"tỷ", "lệ", "số", "ngày", "tháng", "năm", "khoản", "điều"}:
        return None
    rest = match["per"]
    first = f"{number(match['a'], how)} đến " if match["a"] else ""
    found = re.match(rf"({_N})\s?(\D+)$", rest)
    if found:
        rest = f"{number(found[1].strip(' .'), how)} {_unit_word(found[2].strip())}"
        return f"{first}{number(match['n'], how)} {match['what']} trên {rest}"
    return f"{first}{number(match['n'], how)} {match['what']} một {_unit_word(rest)}"


def size(match: re.Match[str], how: Conventions) -> str:
    """ "3x4", "2,5m x 4m", "30 × 40 cm"."""
    unit = tables()["units"].get(match["unit"] or "", "")
    sides = [number(match[name], how) for name in ("a", "b", "c") if match[name]]
    own = f" {tables()['units'][match['ua']]}" if match["ua"] else ""
    sides[0] += own
    return " nhân ".join(sides) + (f" {unit}" if unit else "")


def share(match: re.Match[str], how: Conventions) -> str | None:
    """ "tỷ lệ 1/3" is a third part, "chiếm 12/15" twelve of fifteen; two numbers without a word stay with "trên"."""
    top, bottom = int(match["a"]), int(match["b"])
    word = match["word"] or ""
    if top < bottom <= 10 and bottom > 1:
        return f"{word}{cardinal(top, how)} phần {month(bottom, how)}"
    return f"{word}{cardinal(match['a'], how)} trên {cardinal(match['b'], how)}"


def ratio(match: re.Match[str], how: Conventions) -> str:
    """ "1:10.000", "3:1"."""
    return f"{cardinal(int(match['a']), how)} trên {cardinal(int(match['b']), how)}"


def ratio_after(match: re.Match[str], how: Conventions) -> str:
    """ "tỷ lệ 1:10.000": never an hour."""
    return f"{match['word']}{cardinal(int(match['a']), how)} trên {number(match['b'], how)}"


def score(match: re.Match[str], how: Conventions) -> str:
    """ "tỷ số 2-1"."""
    pairs = [re.findall(r"\d+", one) for one in match["pairs"].split(",")]
    return match["word"] + ", ".join(f"{cardinal(int(a), how)} {cardinal(int(b), how)}" for a, b in pairs)


def span(match: re.Match[str], how: Conventions) -> str:
    """ "5-10"."""
    return f"{number(match['a'], how)} đến {number(match['b'], how)}"


def roman_after(match: re.Match[str], how: Conventions) -> str | None:
    """ "khóa XV", "lần thứ XIII": only after a word that takes such a number."""
    value = roman(match["n"])
    if value is None:
        return None
    thu = match["word"].lower().endswith("thứ") or match["gap"].rstrip().endswith("thứ")
    return f"{match['word']}{match['gap']}{ordinal(value, how) if thu else cardinal(value, how)}"


def ordinal_after(match: re.Match[str], how: Conventions) -> str:
    """ "thứ 2" (the day, and the second), "hạng 3"."""
    if match["days"]:
        return match["word"] + re.sub(r"\d", lambda one: ordinal(int(one[0]), how), match["days"])
    value = int(match["n"])
    thu = "hứ" in match["word2"]
    return f"{match['word2']}{ordinal(value, how) if thu else cardinal(value, how)}"


def plain(match: re.Match[str], how: Conventions) -> str:
    """What is left: 01 to 09 without the zero, an undotted run of eight figures and more one by one."""
    text = match["n"]
    if not match["sign"] and text.isdigit():
        if len(text) == 2 and text[0] == "0" and text != "00":
            return cardinal(text[1], how)
        if len(text) >= _IDENTIFIER:
            return digits(text)
    return _signed(match, how)


_IDENTIFIER = 8
