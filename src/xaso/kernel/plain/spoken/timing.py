"""Days, months, years, hours, and the spans between them."""

from __future__ import annotations

import re
from datetime import date

from xaso.kernel.plain.spoken.numbers import Conventions, cardinal, month, roman
from xaso.kernel.plain.spoken.words import either

_D, _M, _Y = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:1[5-9]|20|21)\d\d"
_BAR = r"[/.\-]"
_TO = r"\s?[-–—]\s?|\s+(?:đến|tới)(?:\s+(?:hết\s+)?ngày)?\s+"

FULL_TO_FULL = re.compile(
    rf"(?<![\d/])(?P<a>{_D})/(?P<am>{_M})/(?P<ay>{_Y})(?P<dash>\s?[-–—]\s?)(?P<b>{_D})/(?P<bm>{_M})/(?P<by>{_Y})(?![\d/])"
)
# Several days of one month: "ngày 28, 29/11", "ngày 24 và 25/12/2026".
DAYS = re.compile(
    rf"(?P<word>[Nn]gày\s+)(?P<first>(?:{_D}(?:,\s?|\s(?:và|hoặc)\s|\s?;\s?))+)(?P<d>{_D})/(?P<m>{_M})(?:/(?P<y>{_Y}))?(?![\d/%])"
)
LUNAR = re.compile(
    rf"(?P<word>[Nn]gày\s+)?(?<![\d/])(?P<d>{_D})[/-](?P<m>{_M})(?P<kind>\s+(?:âm|dương)\s+lịch|\s?(?:ÂL|AL|DL))"
)
FULL_RANGE = re.compile(
    rf"(?P<word>[Nn]gày\s+)?(?<![\d/])(?P<a>{_D})(?:/(?P<am>{_M}))?(?:\s?[-–—]\s?)(?P<b>{_D})/(?P<m>{_M})(?:/(?P<y>{_Y}))?(?![\d/])"
)
FULL = re.compile(
    rf"(?P<word>[Nn]gày\s+)?(?<![\d/.])(?P<d>{_D})(?P<bar>{_BAR})(?P<m>{_M})(?P=bar)(?P<y>{_Y})(?![\d/])"
)
_BEFORE_DAY = either(
    "sáng, trưa, chiều, tối, đêm, hôm, hôm nay, sáng nay, chiều nay, tối nay, ngày mai, sáng mai, chiều mai, tối mai,"
    " đến, từ, trước, sau, hết, hạn, mùng, dịp, lễ, kỷ niệm, tức"
)
DAY_MONTH = re.compile(
    rf"(?P<word>[Nn]gày\s+)(?P<d>{_D})[/-](?P<m>{_M})(?![\d/%])"
    rf"|(?P<word2>(?:{_BEFORE_DAY}|[Tt]hứ\s+\w+,?|[Cc]hủ\s+nhật,?)\s+)\(?(?P<d2>{_D})[/-](?P<m2>{_M})(?![\d/%])"
)
# A day right after something that was understood already: "7h30 27/11", "ngày 8/3, 20/10".
AFTER_CLAIMED = re.compile(
    rf"(?<=\ufffc)(?P<rest>(?:(?:,\s?|\s(?:và|hoặc|đến)\s|\s[-–]\s|\s\(?)(?:ngày\s)?{_D}/{_M}(?![\d/%]))+)"
    r"(?!\s+(?:số|hộ|người|thôn|bản|tiêu|đại|con|ý|hội|trẻ|em|cháu|xã|công|chỉ|diện|tổng|đảng|cử|học|trường)\b)"
)
# Days that everybody knows need no word before them, where nothing is counted.
KNOWN_DAY = re.compile(
    r"(?<![\d/.,\w-])(?P<d>8|26|30|1|19|27|2|20|22|31|24|25)/(?P<m>3|4|5|6|7|8|9|10|11|12)(?=\s*(?:[,.;:)!?]|$))"
)
_KNOWN = {
    (8, 3), (26, 3), (30, 4), (1, 5), (19, 5), (1, 6), (27, 7), (19, 8), (2, 9), (20, 10), (20, 11), (22, 12), (24, 12),
    (25, 12), (31, 12),
}  # fmt: skip
_COUNTED = re.compile(r"(?:đạt|chiếm|có|còn|được|tỷ lệ|tỉ lệ|số|là|gần|hơn)\s+$", re.I)
MONTH_YEAR = re.compile(rf"(?P<word>[Tt]háng\s+)(?P<m>{_M})\s?[/-]\s?(?P<y>{_Y})(?![\d/])")
MONTH_RANGE = re.compile(rf"(?P<word>[Tt]háng\s+)(?P<a>{_M})\s?[-–]\s?(?P<b>{_M})(?:/(?P<y>{_Y}))?(?![\d/])")
MONTH = re.compile(rf"(?P<word>[Tt]háng\s+)(?P<m>{_M})(?![\d/:hg.,]\d|\d)")
DAY = re.compile(
    rf"(?P<word>[Nn]gày\s+(?:mùng\s+)?|[Mm]ùng\s+|[Rr]ằm\s+)(?P<d>{_D})(?![\d/]|[.,]\d|\s?[-–]\s?\d)"
)
QUARTER = re.compile(rf"(?P<word>[Qq]uý\s+)(?P<q>IV|I{{1,3}}|[1-4])(?:\s?/\s?(?P<y>{_Y}))?(?![\w/])")
YEARS = re.compile(
    rf"(?P<word>(?:[Nn]ăm(?:\s+học)?|[Gg]iai\s+đoạn|[Nn]hiệm\s+kỳ|[Nn]iên\s+khóa|[Tt]hời\s+kỳ|[Kk]hóa)\s+)(?P<a>{_Y})\s?[-–—]\s?(?P<b>{_Y}|\d\d)(?!\d)"
)
YEAR_SPAN = re.compile(rf"(?<![\d/.,-])(?P<a>{_Y})\s?[-–—]\s?(?P<b>{_Y})(?![\d/.,-])")

_H = r"(?:[01]?\d|2[0-4])"
_MOMENT = rf"{_H}\s?(?:h|giờ)\s?(?:[0-5]\d)?'?\s+(?:ngày\s+)?{_D}/{_M}"
MOMENTS = re.compile(rf"(?<![\d:.,])(?P<a>{_MOMENT})\s?[-–—]\s?(?P<b>{_MOMENT})(?![\d/])")
CLOCK_RANGE = re.compile(
    rf"(?<![\d:])(?P<a>{_H})\s?(?P<s>h|g|giờ|:)\s?(?P<am>[0-5]\d)?(?:'|ph|p|phút)?\s?(?:[-–—])\s?"
    rf"(?P<b>{_H})\s?(?:h|g|giờ|:)\s?(?P<bm>[0-5]\d)?(?:'|ph|p|phút)?(?![\w:])"
)
CLOCK = re.compile(
    rf"(?<![\d:.,])(?P<h>{_H})\s?(?:h|H|g)\s?(?P<m>[0-5]\d)(?:\s?(?:'|ph|p|phút))?(?![\w:/])"
    rf"|(?<![\d:.,])(?P<h2>{_H})\s?giờ\s?(?P<m2>[0-5]?\d)(?:\s?(?:'|ph|phút))?(?![\w:])"
    rf"|(?<![\d:.,])(?P<h3>{_H}):(?P<m3>[0-5]\d)(?::(?P<s3>[0-5]\d))?(?![\w:])"
)
HOUR = re.compile(rf"(?<![\d:.,])(?P<h>{_H})\s?(?:h|H)(?![\w:/])")


def _day(text: str, how: Conventions) -> str:
    number = int(text)
    early = f"{how.early_days} " if how.early_days and number <= 10 else ""
    return f"{early}{cardinal(number, how)}"


def _real(d: str, m: str, y: str | None) -> bool:
    try:
        date(int(y) if y else 2024, int(m), int(d))
    except ValueError:
        return False
    return True


# "Ngày bầu cử 15/3/2026": the word stands there already.
_DAY_TOLD = re.compile(r"[Nn]gày(?:\s+[^\W\d]+){1,3}:?\s*$")


def full_to_full(match: re.Match[str], how: Conventions) -> str | None:
    """ "01/01/2001-31/12/2008" is a span; with spaces around the dash only after "từ"."""
    before = match.string[max(0, match.start() - 8) : match.start()].lower()
    if match["dash"].strip() != match["dash"] and "từ" not in before:
        return None
    sides = []
    for d, m, y in (("a", "am", "ay"), ("b", "bm", "by")):
        if not _real(match[d], match[m], match[y]):
            return None
        sides.append(f"{_of_month(match[d], match[m], how)} năm {cardinal(match[y], how)}")
    word = "" if before.endswith("ngày ") else "ngày "
    return f"{word}{sides[0]} đến ngày {sides[1]}"


def _of_month(d: str, m: str, how: Conventions) -> str:
    return f"{_day(d, how)} tháng {month(int(m), how)}"


def days(match: re.Match[str], how: Conventions) -> str | None:
    """ "ngày 28, 29/11/2026"."""
    if not _real(match["d"], match["m"], match["y"]):
        return None
    first = re.sub(r"\d+", lambda one: _day(one[0], how), match["first"])
    year = f" năm {cardinal(match['y'], how)}" if match["y"] else ""
    return f"{match['word']}{first}{_of_month(match['d'], match['m'], how)}{year}"


def lunar(match: re.Match[str], how: Conventions) -> str | None:
    """ "10/3 âm lịch"."""
    if not _real(match["d"], match["m"], None):
        return None
    kind = {"AL": " âm lịch", "ÂL": " âm lịch", "DL": " dương lịch"}.get(match["kind"].strip(), match["kind"])
    return f"{match['word'] or 'ngày '}{_of_month(match['d'], match['m'], how)}{kind}"


def after_claimed(match: re.Match[str], how: Conventions) -> str | None:
    """More days in a row, or a day after an hour."""
    found = re.findall(r"(\d+)/(\d+)", match["rest"])
    if not all(_real(d, m, None) for d, m in found):
        return None

    def say(one: re.Match[str]) -> str:
        return f"ngày {_of_month(one[1], one[2], how)}"

    return re.sub(
        r"(?:ngày\s)?(\d+)/(\d+)", say, match["rest"].replace(" - ", " đến ").replace(" – ", " đến ")
    )


def known_day(match: re.Match[str], how: Conventions) -> str | None:
    """ "22/12", "31/12" at the end of a clause."""
    d, m = int(match["d"]), int(match["m"])
    if (d, m) not in _KNOWN or _COUNTED.search(match.string, 0, match.start()):
        return None
    word = "" if _DAY_TOLD.search(match.string, 0, match.start()) else "ngày "
    return f"{word}{_of_month(match['d'], match['m'], how)}"


def full(match: re.Match[str], how: Conventions) -> str | None:
    """ "25/11/2026", with the word "ngày" added where it is not written."""
    if not _real(match["d"], match["m"], match["y"]):
        return None
    word = match["word"] or ("" if _DAY_TOLD.search(match.string, 0, match.start()) else "ngày ")
    return (
        f"{word}{_day(match['d'], how)} tháng {month(int(match['m']), how)} năm {cardinal(match['y'], how)}"
    )


def full_range(match: re.Match[str], how: Conventions) -> str | None:
    """ "25-30/11/2026", "25/11-02/12". Without a year only after "ngày", or when both sides name a month."""
    if not (match["word"] or match["y"] or match["am"]):
        return None
    if not _real(match["b"], match["m"], match["y"]) or (
        match["am"] and not _real(match["a"], match["am"], None)
    ):
        return None
    first = f" tháng {month(int(match['am']), how)}" if match["am"] else ""
    year = f" năm {cardinal(match['y'], how)}" if match["y"] else ""
    word = match["word"] or "ngày "
    return (
        f"{word}{_day(match['a'], how)}{first} đến ngày {_day(match['b'], how)}"
        f" tháng {month(int(match['m']), how)}{year}"
    )


def day_month(match: re.Match[str], how: Conventions) -> str | None:
    """ "ngày 2/9", "ngày 2-9", "sáng 25/11": only after a word of time, else it may be a fraction."""
    d, m = match["d"] or match["d2"], match["m"] or match["m2"]
    if not _real(d, m, None):
        return None
    if match["word2"] and "-" in match[0] and not re.match(r"[Tt]hứ|[Cc]hủ", match["word2"]):
        return None  # "từ 6-11 tuổi"
    word = match["word"] or re.sub(r"(?<=[Tt]hứ )\d", _weekday, match["word2"])
    between = "" if match["word"] or "ùng" in word else "ngày "
    bracket = "(" if "(" in match[0] else ""
    return f"{word}{bracket}{between}{_day(d, how)} tháng {month(int(m), how)}"


def _weekday(match: re.Match[str]) -> str:
    return {2: "hai", 3: "ba", 4: "tư", 5: "năm", 6: "sáu", 7: "bảy"}.get(int(match[0]), match[0])


def month_year(match: re.Match[str], how: Conventions) -> str:
    """ "tháng 11/2026"."""
    return f"{match['word']}{month(int(match['m']), how)} năm {cardinal(match['y'], how)}"


def month_range(match: re.Match[str], how: Conventions) -> str:
    """ "tháng 4-6/2026"."""
    year = f" năm {cardinal(match['y'], how)}" if match["y"] else ""
    return f"{match['word']}{month(int(match['a']), how)} đến tháng {month(int(match['b']), how)}{year}"


def month_alone(match: re.Match[str], how: Conventions) -> str:
    """ "tháng 4"."""
    return f"{match['word']}{month(int(match['m']), how)}"


def day_alone(match: re.Match[str], how: Conventions) -> str:
    """ "ngày 5", "mùng 3"."""
    return f"{match['word']}{cardinal(int(match['d']), how) if 'ùng' in match['word'] else _day(match['d'], how)}"


def quarter(match: re.Match[str], how: Conventions) -> str:
    """ "quý III/2026"; the first and fourth are một and tư."""
    number = int(match["q"]) if match["q"].isdigit() else roman(match["q"]) or 0
    year = f" năm {cardinal(match['y'], how)}" if match["y"] else ""
    return f"{match['word']}{month(number, how)}{year}"


def years(match: re.Match[str], how: Conventions) -> str:
    """ "giai đoạn 2021-2025", "năm học 2025-26"."""
    last = match["b"] if len(match["b"]) == 4 else match["a"][:2] + match["b"]
    return f"{match['word']}{cardinal(match['a'], how)} đến {cardinal(last, how)}"


def year_span(match: re.Match[str], how: Conventions) -> str:
    """ "2021-2025" by itself."""
    return f"{cardinal(match['a'], how)} đến {cardinal(match['b'], how)}"


def _time(hours: str, minutes: str | None, how: Conventions, seconds: str | None = None) -> str:
    words = f"{cardinal(int(hours), how)} giờ"
    if minutes and (int(minutes) or seconds):
        words += f" {cardinal(int(minutes), how)} phút"
    if seconds and int(seconds):
        words += f" {cardinal(int(seconds), how)} giây"
    return words


def moments(match: re.Match[str], how: Conventions) -> str | None:
    """ "22h 27/11 – 4h 28/11"."""
    sides = []
    for name in ("a", "b"):
        hours, minutes, d, m = re.match(
            r"(\d+)\D+?(?:(\d\d)'?\s+)?(?:ngày\s+)?(\d+)/(\d+)", match[name]
        ).groups()  # type: ignore[union-attr]
        if not _real(d, m, None):
            return None
        sides.append(f"{_time(hours, minutes, how)} ngày {_of_month(d, m, how)}")
    return " đến ".join(sides)


def clock(match: re.Match[str], how: Conventions) -> str:
    """ "7h30", "17:00", "8 giờ 15", "07:30:15"."""
    hours = match["h"] or match["h2"] or match["h3"]
    minutes = match["m"] or match["m2"] or match["m3"]
    return _time(hours, minutes, how, match["s3"])


def clock_range(match: re.Match[str], how: Conventions) -> str | None:
    """ "7h30-11h", "13:30 - 16:30"."""
    if match["s"] == ":" and not (match["am"] and match["bm"]):
        return None
    return f"{_time(match['a'], match['am'], how)} đến {_time(match['b'], match['bm'], how)}"


def hour(match: re.Match[str], how: Conventions) -> str:
    """ "7h"."""
    return _time(match["h"], None, how)
