"""Written Vietnamese to the words that are said: ordered rules, each claims its stretch of the text.

A person sees the spoken text beside the written one, piece by piece; what was only guessed is marked and asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xaso.kernel.plain.spoken import citing, counting, naming, timing
from xaso.kernel.plain.spoken.numbers import RADIO, Conventions
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
RULES: tuple[Rule, ...] = (
    Rule("bullet", naming.BULLET, naming.bullet, "-–+*•"),
    Rule("list", naming.LISTED, naming.listed, "IVXL"),
    Rule("address", naming.ADDRESS, naming.address, "./@"),
    Rule("standard", naming.STANDARD, naming.standard, ":"),
    Rule("citation", citing.WITH_YEAR, citing.with_year, "/"),
    Rule("citation", citing.WITHOUT_YEAR, citing.without_year, "/-"),
    Rule("citation", citing.ONLY_YEAR, citing.only_year, "/"),
    Rule("citation", citing.SIGN, citing.sign_alone, "-–"),
    Rule("date", naming.SUNDAY, naming.sunday, "N"),
    Rule("identity", naming.IDENTITY, naming.identity, "0"),
    Rule("house", naming.HOUSE, naming.house, "/"),
    Rule("share", naming.ALWAYS, naming.always, "/"),
    Rule("date", timing.FULL_TO_FULL, timing.full_to_full, "-–"),
    Rule("date", timing.DAYS, timing.days, "/"),
    Rule("date", timing.FULL_RANGE, timing.full_range, "/"),
    Rule("date", timing.FULL, timing.full, "0"),
    Rule("date", timing.LUNAR, timing.lunar, "/"),
    Rule("phone", counting.PHONE, counting.phone, "01+"),
    Rule("phone", counting.HOTLINE, counting.hotline, "1"),
    Rule("phone", counting.HOTLINE_MORE, counting.hotline_more, "1"),
    Rule("phone", naming.DIALLED, naming.dialled, "*"),
    Rule("ratio", counting.RATIO_AFTER, counting.ratio_after, ":"),
    Rule("time", timing.MOMENTS, timing.moments, "/"),
    Rule("time", timing.CLOCK_RANGE, timing.clock_range, "-–—"),
    Rule("time", timing.CLOCK, timing.clock, "hHg:"),
    Rule("date", timing.MONTH_YEAR, timing.month_year, "/-"),
    Rule("date", timing.MONTH_RANGE, timing.month_range, "-–"),
    Rule("date", timing.QUARTER, timing.quarter, "ý"),
    Rule("date", timing.DAY_MONTH, timing.day_month, "/-"),
    Rule("time", timing.HOUR, timing.hour, "0"),
    Rule("date", timing.AFTER_CLAIMED, timing.after_claimed, "/-"),
    Rule("date", timing.KNOWN_DAY, timing.known_day, "/"),
    Rule("date", timing.YEARS, timing.years, "-–—"),
    Rule("score", counting.SCORE, counting.score, "-–"),
    Rule("money", counting.MONEY_RANGE, counting.money_range, "-–"),
    Rule("money", counting.MONEY, counting.money, "0"),
    Rule("money", counting.MONEY_FIRST, counting.money_first, "$€UV"),
    Rule("size", counting.SIZE, counting.size, "x×X"),
    Rule("measure", counting.MEASURE_RANGE, counting.measure_range, "-–"),
    Rule("road", naming.ROAD, naming.road, "0"),
    Rule("road", naming.STONE, naming.stone, "Kk"),
    Rule("measure", counting.HEIGHT, counting.height, "m"),
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
    Rule("code", naming.FUEL, naming.fuel, "R"),
    Rule("alarm", naming.ALARM, naming.alarm, "Đ"),
    Rule("born", naming.BORN, naming.born, "S"),
    Rule("said", re.compile(_SPAN.format(any_of("said"))), _said),
    Rule("short", re.compile(_SPAN.format(any_of("short"))), _short),
    Rule("short", re.compile(_SPAN.format(any_of("issuers"))), _issuer),
    Rule("code", naming.CODE, naming.code, "0"),
    Rule("measure", counting.UNIT_PER, counting.unit_per, "/"),
    Rule("number", counting.PLAIN, counting.plain, "0"),
    Rule("symbol", naming.EITHER, naming.either_of, "/"),
    Rule(
        "symbol",
        re.compile(r"\s?(?:>=|<=)\s?(?=\S)|\s?[&+=><≥≤±×→~@#§°]\s?(?=\S)|%"),
        _symbol,
        "&+=><≥≤±×→~@#§°%",
    ),
)
# Words before a number that a heading writes in capitals; their small letters are as long.
_LOUD = re.compile(
    r"\b(?:NGÀY|THÁNG|NĂM|NĂM HỌC|QUÝ|SỐ|THÔNG BÁO|QUYẾT ĐỊNH|KẾ HOẠCH|NGHỊ QUYẾT|NGHỊ ĐỊNH|THÔNG TƯ|CHỈ THỊ"
    r"|CÔNG ĐIỆN|CÔNG VĂN|KHÓA|LẦN THỨ|NHIỆM KỲ|GIAI ĐOẠN|ĐẠI HỘI|HỌC KỲ|CHƯƠNG|ĐIỀU|MỤC|PHẦN"
    r"|SÁNG|CHIỀU|TỐI|TỪ|ĐẾN)(?=\s+[\dIVX])"
    r"|\b(?:THÔNG BÁO|QUYẾT ĐỊNH|KẾ HOẠCH|NGHỊ QUYẾT|CÔNG ĐIỆN)(?=\s+SỐ\s)"
)
_CAPITALS = re.compile(r"(?<![\wÀ-ỹ])[A-ZĐĂÂÊÔƠƯ]{2,}(?:[-&][A-ZĐĂÂÊÔƠƯ]+)*(?![\wÀ-ỹ])")
_VOWEL = set("AĂÂEÊIOÔƠUƯYÀÁẢÃẠÈÉẺẼẸÌÍỈĨỊÒÓỎÕỌÙÚỦŨỤỲÝỶỸỴ")


def speak(text: str, *, dictionary: Dictionary = EMPTY, how: Conventions = RADIO) -> Spoken:
    """What is said for a written text. The dictionary's words go before every rule."""
    written = nfc(text)
    pieces: list[Piece] = []
    left = written
    if _LOUD.search(left):
        left = _LOUD.sub(lambda match: match[0].lower(), left)
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
