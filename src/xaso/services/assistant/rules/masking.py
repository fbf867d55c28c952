"""Personal data out of a question before it leaves the machine. Rather too much than too little."""

from __future__ import annotations

import re
from collections import Counter

_UPPER = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
_WORD = rf"[{_UPPER}](?:'[{_UPPER}])?[^\W\d_]*"
_NAME = rf"{_WORD}(?:\s+{_WORD}){{0,5}}"
_RULES: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[thư điện tử]"),
    ("link", re.compile(r"(?:https?://|www\.)\S+"), "[đường dẫn]"),
    ("dossier", re.compile(r"\b[HG]\d{2}(?:\.\d+){1,3}-\d{6}-\d{4,}\b"), "[mã hồ sơ]"),
    ("phone", re.compile(r"(?<![\d/])(?:\+?84|0)(?:[\s.-]?\d){8,10}(?![\d/])"), "[số điện thoại]"),
    (
        "number",
        re.compile(r"(?<![\d/.,])(?!\d{1,3}(?:\.\d{3})+(?!\d))\d(?:[\s.-]?\d){8,15}(?![\d/])"),
        "[số giấy tờ]",
    ),
    ("plate", re.compile(r"\b\d{2}[A-Z]\d?[\s-]?\d{3}\.?\d{2}\b"), "[biển số]"),
    ("birth", re.compile(r"(?i)(?<=sinh ngày )\d{1,2}[/.-]\d{1,2}[/.-]\d{4}"), "[ngày sinh]"),
    ("address", re.compile(r"(?i)\b(?:số nhà|ngõ|ngách|hẻm)\s+[^\s,.;?]+"), "[địa chỉ]"),
    # "nông thôn có phải", "bản sao giấy tờ" name no place: a name or a number must follow.
    (
        "address",
        re.compile(rf"\b(?:[Tt]ổ dân phố|[Tt]hôn|[Bb]ản|[Ấấ]p|[Bb]uôn)\s+(?:{_NAME}|\d+)"),
        "[địa chỉ]",
    ),
    (
        "name",
        re.compile(
            rf"\b(?:(?:[Tt]ôi|[Ee]m|[Cc]on|[Cc]háu) (?:tên )?là|[Tt]ên là|[Hh]ọ tên:?|[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị"
            rf"|[Cc]ô|[Cc]hú|[Bb]ác)\s+({_NAME})"
        ),
        "[tên]",
    ),
)
# Three words or more with capitals in a row are a name, unless they begin like the name of an office or a law.
_RUN = re.compile(rf"{_WORD}(?:\s+{_WORD}){{2,5}}")
_OFFICES = re.compile(
    r"^(?:Ủy|Uỷ|Hội|Bộ|Sở|Luật|Nghị|Thông|Quyết|Việt|Chính|Quốc|Tòa|Viện|Ban|Phòng|Cục|Tổng|Công|Trung|Đảng|Mặt)\b"
)


def masked(text: str) -> tuple[str, dict[str, int]]:
    """The text without personal data, and how many pieces of each kind were taken out."""
    counts: Counter[str] = Counter()
    for kind, pattern, word in _RULES:
        text = pattern.sub(lambda found, kind=kind, word=word: _out(found, kind, word, counts), text)  # type: ignore[misc]
    text = _RUN.sub(lambda found: _run(found, counts), text)
    return text, dict(counts)


def _out(found: re.Match[str], kind: str, word: str, counts: Counter[str]) -> str:
    counts[kind] += 1
    if kind == "name":
        return found.group(0)[: found.start(1) - found.start(0)] + word
    return word


def _run(found: re.Match[str], counts: Counter[str]) -> str:
    if _OFFICES.match(found.group(0)):
        return found.group(0)
    counts["name"] += 1
    return "[tên]"
