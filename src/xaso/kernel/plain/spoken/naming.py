"""Names and numbers of things: roads, houses, papers of a person, codes, plates, standards, addresses of the net."""

from __future__ import annotations

import re

from xaso.kernel.plain.spoken.numbers import Conventions, cardinal, digits, roman
from xaso.kernel.plain.spoken.words import either, spelt, tables

ADDRESS = re.compile(
    r"https?://[\w./?=&%-]+|[\w.+-]+@[\w-]+\.[\w.]+\w|(?:[a-z0-9-]+\.)+(?:vn|com|org|net|edu)\b(?:/[\w./-]*\w)?"
)
ROAD = re.compile(r"(?P<way>[Đđ]ường\s+)?\b(?P<road>QL|TL|ĐT|DT|ĐH)\.?\s?(?P<n>\d{1,3})(?P<letter>[A-Z]?)\b")
STONE = re.compile(r"\b[Kk][Mm]\s?(?P<km>\d{1,4})(?:\s?\+\s?(?P<m>\d{1,3}))?(?![\w/])")
_HOUSE = either("số nhà, ngõ, ngách, hẻm, kiệt")
_STREET = r"\s+(?:tổ|đường|phố|thôn|ngõ|khu|phường)\s"
HOUSE = re.compile(
    rf"(?P<word>(?:(?:{_HOUSE})|(?P<bare>[Ss]ố))\s+)(?P<n>\d{{1,4}}[A-Za-z]?(?:/\d{{1,4}}[A-Za-z]?)+)(?![\w/])"
    rf"(?(bare)(?={_STREET}))"
)
_CALLED = either(
    "mã số thuế, mã số, số tài khoản, tài khoản, số định danh, định danh cá nhân, mã bưu chính, mã đơn vị, số sê ri,"
    " số seri, mã vạch, mã hộ, mã khách hàng, mã hồ sơ"
)
IDENTITY = re.compile(
    rf"(?P<word>(?:{_CALLED}|MST|STK|CCCD|CMND)(?:\s+(?:số|là))?:?\s+)(?P<n>\d[\d .-]{{4,24}}\d)(?![\w/])"
)
CODE = re.compile(
    r"\b\d{2}[A-ZĐ]{1,2}\d?[- ]\d{3}\.?\d{2}\b"
    r"|\b[A-Z]/[A-Z]\d+[A-Z]\d+\b"
    r"|\b(?:[A-ZĐ]{1,4}[-.]?\d+[A-ZĐ\d]*|\d+[A-ZĐ]{1,3}\d*)(?:[-./][A-ZĐ\d]+)*\b"
    r"|\b\d{1,3}[a-e](?!\w)"
)
FUEL = re.compile(r"\b(?P<e>E\d{1,2}\s)?RON\s?(?P<n>\d\d)-(?P<level>II|III|IV|V)\b")
STANDARD = re.compile(
    r"\b(?P<kind>QCVN|TCVN)\s+(?P<iso>ISO\s+)?(?P<n>\d+(?:-\d+)*):(?P<y>(?:19|20)\d\d)(?:/(?P<who>[A-ZĐ]+))?\b"
)
DIALLED = re.compile(r"\*(?P<n>\d{2,5})#")
ALARM = re.compile(r"\bBĐ\s?(?P<n>[123]|I{1,3})\b")
BORN = re.compile(r"\bSN\.?\s?:?\s?(?P<n>\d{1,4})\b")
SUNDAY = re.compile(r"\bCN(?=,?\s+(?:ngày\s+|\()?\d)")
BULLET = re.compile(r"(?m)^[ \t]*[-–+*•][ \t]+")
# "X." before a name is a commune; before a heading it is the tenth.
LISTED = re.compile(r"(?m)^[ \t]*(?P<n>I{1,3}|IV|VI{0,3}|IX|[XL]|X[IVX]{1,4})\.(?=\s)(?!\s[A-Z]\.)")
ALWAYS = re.compile(r"(?<![\d/])(?<!ngày )(?P<a>24)/(?P<b>24|7)(?P<h>\s?(?:h|giờ))?(?![\w/])")
EITHER = re.compile(r"(?<=[A-Za-zÀ-ỹđĐ])/(?=[A-Za-zÀ-ỹđĐ])")
_MARKS = {".": "chấm", "@": "a còng", "/": "gạch chéo", "-": "gạch ngang", "_": "gạch dưới", ":": "hai chấm"}
_NET = {
    "vn": "vê nờ",
    "com": "com",
    "gov": "gờ o vê",
    "www": "vê kép vê kép vê kép",
    "org": "o rờ gờ",
    "edu": "e đu",
}
_ROADS = {"QL": "quốc lộ", "TL": "tỉnh lộ", "ĐT": "đường tỉnh", "DT": "đường tỉnh", "ĐH": "đường huyện"}
_LONG = 4  # a longer run of figures in a code is told figure by figure


def address(match: re.Match[str], how: Conventions) -> str:
    """Mail and web addresses, piece by piece."""
    text = re.sub(r"^https?://", "", match[0]).rstrip("/")
    words = []
    for piece in re.findall(r"[A-Za-z]+|\d+|.", text):
        if piece in _MARKS:
            words.append(_MARKS[piece])
        elif piece.isdigit():
            words.append(digits(piece))
        else:
            words.append(_NET.get(piece.lower(), piece.lower()))
    return " ".join(words)


def road(match: re.Match[str], how: Conventions) -> str:
    """ "QL3B", "đường ĐT.153": the word "đường" is not said twice."""
    letter = f" {spelt(match['letter'])}" if match["letter"] else ""
    word = _ROADS[match["road"]]
    if match["way"]:
        word = match["way"] + word.removeprefix("đường ")
    return f"{word} {cardinal(str(int(match['n'])), how)}{letter}"


def stone(match: re.Match[str], how: Conventions) -> str:
    """ "Km 12+500": a place on a road."""
    metres = f" cộng {cardinal(str(int(match['m'])), how)}" if match["m"] else ""
    return f"ki lô mét {cardinal(str(int(match['km'])), how)}{metres}"


def house(match: re.Match[str], how: Conventions) -> str:
    """ "số nhà 1/3": never a third."""
    parts = [_letters_and_numbers(one, how) for one in match["n"].split("/")]
    return match["word"] + " trên ".join(parts)


def identity(match: re.Match[str], how: Conventions) -> str:
    """Numbers of a person, an account, a tax payer: figure by figure, a pause where the writer left a gap."""
    word = re.sub(r"MST|STK|CCCD|CMND", lambda found: _SHORT_PAPERS[found[0]], match["word"])
    return word + ", ".join(digits(one) for one in re.split(r"[ .-]+", match["n"]) if one)


_SHORT_PAPERS = {
    "MST": "mã số thuế",
    "STK": "số tài khoản",
    "CCCD": "căn cước công dân",
    "CMND": "chứng minh nhân dân",
}


def code(match: re.Match[str], how: Conventions) -> str:
    """Letters with digits: H5N1, 4G, A1, 20C-123.45, H38.12-261121-0001."""
    text = match[0]
    if re.fullmatch(r"\d{2}[A-ZĐ]{1,2}\d?[- ]\d{3}\.?\d{2}", text):
        head, tail = re.split(r"[- ]", text, maxsplit=1)
        return f"{_letters_and_numbers(head, how)}, {digits(tail)}"
    parts = [one for one in re.split(r"[-./]", text) if one]
    between = ", " if sum(one.isdigit() for one in text) > _LONG else " "
    return between.join(_letters_and_numbers(one, how) for one in parts)


def _letters_and_numbers(text: str, how: Conventions) -> str:
    """Letters spelt and digits read as a number, a long run of them one by one: 4G, A1, B40."""
    words = []
    for one in re.findall(r"\d+|\D+", text):
        if not one.isdigit():
            words.append(spelt(one) if one.isupper() or len(one) > 1 else _OWN.get(one, spelt(one)))
        else:
            words.append(digits(one) if len(one) > _LONG else cardinal(one, how))
    return " ".join(words)


_OWN = {"a": "a", "b": "bê", "c": "xê", "d": "dê", "e": "e"}


def fuel(match: re.Match[str], how: Conventions) -> str:
    """ "E5 RON 92-II"."""
    ethanol = f"e {cardinal(match['e'].strip()[1:], how)} " if match["e"] else ""
    return f"{ethanol}ron {cardinal(match['n'], how)} {cardinal(roman(match['level']) or 0, how)}"


def standard(match: re.Match[str], how: Conventions) -> str:
    """ "QCVN 01-1:2024/BYT", "TCVN ISO 9001:2015"."""
    number = " gạch ngang ".join(cardinal(str(int(one)), how) for one in match["n"].split("-"))
    name = f"{tables()['kinds'][match['kind']]} {'i xô' if match['iso'] else 'số'} {number}"
    who = tables()["issuers"].get(match["who"] or "", "")
    return f"{name} năm {cardinal(match['y'], how)}" + (f" của {who}" if who else "")


def dialled(match: re.Match[str], how: Conventions) -> str:
    """ "*100#"."""
    return f"sao {digits(match['n'])} thăng"


def alarm(match: re.Match[str], how: Conventions) -> str:
    """ "BĐ2": the level of a river."""
    value = int(match["n"]) if match["n"].isdigit() else roman(match["n"]) or 0
    return f"báo động {cardinal(value, how)}"


def born(match: re.Match[str], how: Conventions) -> str:
    """ "SN 1975" is a year of birth, "SN 12" a house."""
    word = "sinh năm" if len(match["n"]) == 4 else "số nhà"
    return f"{word} {cardinal(str(int(match['n'])), how)}"


def always(match: re.Match[str], how: Conventions) -> str:
    """ "24/7", "24/24": all day long, no day of July."""
    return f"{cardinal(match['a'], how)} trên {cardinal(match['b'], how)}{' giờ' if match['h'] else ''}"


def sunday(match: re.Match[str], how: Conventions) -> str:
    """ "CN ngày 29/11"; elsewhere CN is asked."""
    return "chủ nhật"


def bullet(match: re.Match[str], how: Conventions) -> str:
    """A mark before a line is not said."""
    return ""


def listed(match: re.Match[str], how: Conventions) -> str | None:
    """ "II." before a line."""
    value = roman(match["n"])
    if value is None or (match["n"] in {"X", "L"} and not match.string[match.end() :].lstrip()[:4].isupper()):
        return None
    return f"{cardinal(value, how)}."


def either_of(match: re.Match[str], how: Conventions) -> str:
    """ "cha/mẹ", "và/hoặc": one or the other."""
    around = match.string[max(0, match.start() - 4) : match.end() + 4].lower()
    return "," if "và/" in around or "/hoặc" in around else "hoặc"
