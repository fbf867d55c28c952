"""Written Vietnamese to the words that are said: ordered rules, each claims its stretch of the text.

A person sees the spoken text beside the written one, piece by piece; what was only guessed is marked and asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xaso.kernel.plain.spoken import citing, counting, timing
from xaso.kernel.plain.spoken.numbers import RADIO, Conventions, cardinal, digits
from xaso.kernel.plain.spoken.words import EMPTY, Dictionary, any_of, spelt, tables
from xaso.kernel.plain.text import nfc

Say = Callable[[re.Match[str], Conventions], str | None]
_CLAIMED = "\ufffc"


@dataclass(frozen=True)
class Piece:
    """A stretch of the written text and what is said for it. ``kind`` names the rule; ``asked``: a guess."""

    start: int
    end: int
    written: str
    spoken: str
    kind: str
    asked: bool = False


@dataclass(frozen=True)
class Spoken:
    """The whole: the spoken text, its pieces in order, and the words to ask a person about."""

    text: str
    pieces: tuple[Piece, ...]

    @property
    def asked(self) -> list[str]:
        """Words that were spelt because nobody has said how they are read, each once, in order."""
        return list(dict.fromkeys(one.written for one in self.pieces if one.asked))


def _short(match: re.Match[str], how: Conventions) -> str:
    return tables()["short"][match[0]]


def _issuer(match: re.Match[str], how: Conventions) -> str:
    return tables()["issuers"][match[0]]


def _said(match: re.Match[str], how: Conventions) -> str:
    return tables()["said"][match[0]]


def _road(match: re.Match[str], how: Conventions) -> str:
    words = {"QL": "quốc lộ", "TL": "tỉnh lộ", "ĐT": "đường tỉnh", "DT": "đường tỉnh", "ĐH": "đường huyện"}
    letter = f" {spelt(match['letter'])}" if match["letter"] else ""
    return f"{words[match['road']]} {cardinal(str(int(match['n'])), how)}{letter}"


def _address(match: re.Match[str], how: Conventions) -> str:
    """Mail and web addresses, piece by piece."""
    marks = {
        ".": "chấm",
        "@": "a còng",
        "/": "gạch chéo",
        "-": "gạch ngang",
        "_": "gạch dưới",
        ":": "hai chấm",
    }
    known = {
        "vn": "vê nờ",
        "com": "com",
        "gov": "gờ o vê",
        "www": "vê kép vê kép vê kép",
        "org": "o rờ gờ",
        "edu": "e đu",
    }
    text = re.sub(r"^https?://", "", match[0]).rstrip("/")
    words = []
    for piece in re.findall(r"[A-Za-z]+|\d+|.", text):
        if piece in marks:
            words.append(marks[piece])
        elif piece.isdigit():
            words.append(digits(piece))
        else:
            words.append(known.get(piece.lower(), piece.lower()))
    return " ".join(words)


def _code(match: re.Match[str], how: Conventions) -> str:
    """Letters with digits: H5N1, 4G, A1, 20C-123.45."""
    text = match[0]
    if re.fullmatch(r"\d{2}[A-ZĐ]{1,2}\d?[- ]\d{3}\.?\d{2}", text):
        head, tail = re.split(r"[- ]", text, maxsplit=1)
        return f"{counting.spelt_number(head, how)}, {digits(tail)}"
    return " ".join(counting.spelt_number(one, how) for one in re.split(r"[-./]", text) if one)


def _symbol(match: re.Match[str], how: Conventions) -> str:
    return _SYMBOLS[match[0].strip()]


_SYMBOLS = {
    ">=": "lớn hơn hoặc bằng",
    "<=": "nhỏ hơn hoặc bằng",
    "&": "và",
    "+": "cộng",
    "=": "bằng",
    ">": "lớn hơn",
    "<": "nhỏ hơn",
    "≥": "lớn hơn hoặc bằng",
    "≤": "nhỏ hơn hoặc bằng",
    "±": "cộng trừ",
    "×": "nhân",
    "→": "đến",
    "~": "khoảng",
    "%": "phần trăm",
    "@": "a còng",
    "#": "thăng",
    "§": "mục",
    "°": "độ",
}

_SPAN = r"(?<![\wÀ-ỹ])(?:{})(?![\wÀ-ỹ])"


@dataclass(frozen=True)
class Rule:
    """One class of tokens. ``needs``: it is looked for only where one of these letters stands ("0": any digit)."""

    kind: str
    pattern: re.Pattern[str]
    say: Say
    needs: str = ""

    def may(self, left: str) -> bool:
        if not self.needs:
            return True
        if self.needs == "0":
            return bool(_DIGIT.search(left))
        return any(one in left for one in self.needs)


_DIGIT = re.compile(r"[0-9]")
_ADDRESS = re.compile(
    r"https?://[\w./?=&%-]+|[\w.+-]+@[\w-]+\.[\w.]+\w|(?:[a-z0-9-]+\.)+(?:vn|com|org|net|edu)\b(?:/[\w./-]*\w)?"
)
_ROAD = re.compile(r"\b(?P<road>QL|TL|ĐT|DT|ĐH)\.?\s?(?P<n>\d{1,3})(?P<letter>[A-Z]?)\b")
_CODE = re.compile(
    r"\b\d{2}[A-ZĐ]{1,2}\d?[- ]\d{3}\.?\d{2}\b"
    r"|\b(?:[A-ZĐ]{1,4}[-.]?\d+[A-ZĐ\d]*|\d+[A-ZĐ]{1,3}\d*)(?:[-./][A-ZĐ\d]+)*\b"
)
RULES: tuple[Rule, ...] = (
    Rule("address", _ADDRESS, _address, "./@"),
    Rule("citation", citing.WITH_YEAR, citing.with_year, "/"),
    Rule("citation", citing.WITHOUT_YEAR, citing.without_year, "/-"),
    Rule("citation", citing.ONLY_YEAR, citing.only_year, "/"),
    Rule("citation", citing.SIGN, citing.sign_alone, "-–"),
    Rule("date", timing.FULL_RANGE, timing.full_range, "/"),
    Rule("date", timing.FULL, timing.full, "0"),
    Rule("phone", counting.PHONE, counting.phone, "01+"),
    Rule("phone", counting.HOTLINE, counting.hotline, "1"),
    Rule("ratio", counting.RATIO_AFTER, counting.ratio_after, ":"),
    Rule("time", timing.CLOCK_RANGE, timing.clock_range, "-–—"),
    Rule("time", timing.CLOCK, timing.clock, "hHg:"),
    Rule("date", timing.MONTH_YEAR, timing.month_year, "/-"),
    Rule("date", timing.MONTH_RANGE, timing.month_range, "-–"),
    Rule("date", timing.QUARTER, timing.quarter, "ý"),
    Rule("date", timing.DAY_MONTH, timing.day_month, "/-"),
    Rule("date", timing.YEARS, timing.years, "-–—"),
    Rule("score", counting.SCORE, counting.score, "-–"),
    Rule("money", counting.MONEY_RANGE, counting.money_range, "-–"),
    Rule("money", counting.MONEY, counting.money, "0"),
    Rule("money", counting.MONEY_FIRST, counting.money_first, "$€UV"),
    Rule("time", timing.HOUR, timing.hour, "0"),
    Rule("size", counting.SIZE, counting.size, "x×X"),
    Rule("measure", counting.MEASURE_RANGE, counting.measure_range, "-–"),
    Rule("measure", counting.MEASURE, counting.measure, "0"),
    Rule("measure", counting.PER, counting.per, "/"),
    Rule("money", counting.SHORT_BIG, counting.short_big, "0"),
    Rule("roman", counting.ROMAN, counting.roman_after, "IVXLCDM"),
    Rule("article", citing.ARTICLE, citing.article, "0"),
    Rule("article", citing.POINT, citing.point),
    Rule("date", timing.MONTH, timing.month_alone, "0"),
    Rule("date", timing.DAY, timing.day_alone, "0"),
    Rule("ordinal", counting.ORDINAL, counting.ordinal_after, "0"),
    Rule("share", counting.SHARE, counting.share, "/"),
    Rule("ratio", counting.RATIO, counting.ratio, ":"),
    Rule("date", timing.YEAR_SPAN, timing.year_span, "-–—"),
    Rule("range", counting.RANGE, counting.span, "-–"),
    Rule("said", re.compile(_SPAN.format(any_of("said"))), _said),
    Rule("short", re.compile(_SPAN.format(any_of("short"))), _short),
    Rule("short", re.compile(_SPAN.format(any_of("issuers"))), _issuer),
    Rule("road", _ROAD, _road, "0"),
    Rule("code", _CODE, _code, "0"),
    Rule("number", counting.PLAIN, counting.plain, "0"),
    Rule(
        "symbol",
        re.compile(r"\s?(?:>=|<=)\s?(?=\S)|\s?[&+=><≥≤±×→~@#§°]\s?(?=\S)|%"),
        _symbol,
        "&+=><≥≤±×→~@#§°%",
    ),
)
_CAPITALS = re.compile(r"(?<![\wÀ-ỹ])[A-ZĐĂÂÊÔƠƯ]{2,}(?:[-&][A-ZĐĂÂÊÔƠƯ]+)*(?![\wÀ-ỹ])")
_VOWEL = set("AĂÂEÊIOÔƠUƯYÀÁẢÃẠÈÉẺẼẸÌÍỈĨỊÒÓỎÕỌÙÚỦŨỤỲÝỶỸỴ")


def speak(text: str, *, dictionary: Dictionary = EMPTY, how: Conventions = RADIO) -> Spoken:
    """What is said for a written text. The dictionary's words go before every rule."""
    written = nfc(text)
    pieces: list[Piece] = []
    left = written
    own = dictionary.pattern()
    if own is not None:
        left = _claim(left, own, lambda match, _: dictionary.entries[match[0]], "dictionary", how, pieces)
    for rule in RULES:
        if rule.may(left):
            left = _claim(left, rule.pattern, rule.say, rule.kind, how, pieces)
    if not _heading(written):
        _ask(left, pieces)
    pieces.sort(key=lambda one: one.start)
    return Spoken(_assemble(written, pieces), tuple(pieces))


def _claim(
    left: str, pattern: re.Pattern[str], say: Say, kind: str, how: Conventions, pieces: list[Piece]
) -> str:
    """Take what a rule can say out of what is left."""
    for match in pattern.finditer(left):
        if _CLAIMED in match[0]:
            continue
        spoken = say(match, how)
        if spoken is None:
            continue
        start, end = match.span()
        pieces.append(Piece(start, end, match[0], spoken, kind))
        left = left[:start] + _CLAIMED * (end - start) + left[end:]
    return left


def _heading(text: str) -> bool:
    """A line in capitals throughout is words, not abbreviations."""
    letters = [one for one in text if one.isalpha()]
    return len(letters) > 12 and sum(one.isupper() for one in letters) > 0.8 * len(letters)


def _ask(left: str, pieces: list[Piece]) -> None:
    """Unknown capitals are spelt and asked; a word in capitals that can be read as a syllable stays."""
    for match in _CAPITALS.finditer(left):
        word = match[0]
        if _readable(word):
            continue
        spoken = " ".join(spelt(part) for part in re.split(r"[-&]", word))
        pieces.append(Piece(*match.span(), word, spoken, "capitals", asked=True))


def _readable(word: str) -> bool:
    """Whether capitals make a syllable of Vietnamese with its mark: "XÃ", "ĐẠI"; plain letters never pass."""
    return len(word) > 1 and any(letter in _VOWEL and letter not in "AEIOUY" for letter in word[1:])


def _assemble(written: str, pieces: Iterable[Piece]) -> str:
    said: list[str] = []
    place = 0
    for one in pieces:
        said.append(written[place : one.start])
        said.append(f" {one.spoken} " if one.kind in {"symbol"} else one.spoken)
        place = one.end
    said.append(written[place:])
    return _tidy("".join(said))


def _tidy(text: str) -> str:
    """Marks that are not said become pauses; spaces are put right."""
    text = re.sub(r"[\"“”«»*_•…]+", " ", text)
    text = re.sub(r"\s*[–—]\s*|\s+-\s+", ", ", text)
    text = re.sub(r"(?<=\w)/(?=\w)", " trên ", text)
    text = re.sub(r"(?<=[a-zà-ỹđ])-(?=[a-zà-ỹđ])", " ", text)
    text = re.sub(r"\s*[()\[\]]\s*", ", ", text)
    text = re.sub(r"\s+([,.;:!?])", r"\1", text)
    text = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", text)
    text = re.sub(r"[,;:]\s*([.!?])", r"\1", text)
    text = re.sub(r"(?m)^[ \t]*[,;:]\s*|[ \t]*[,;]\s*$", "", text)
    return re.sub(r"[ \t]{2,}", " ", text).strip()
