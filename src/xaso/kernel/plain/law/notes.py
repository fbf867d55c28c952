"""Source notes of the codification: where an article comes from, since when it holds, what amended it.

"(Điều 2 Thông tư số 35/2012/TT-BGTVT, có hiệu lực thi hành kể từ ngày 01/01/2013, có nội dung được sửa đổi, có nội dung
được bổ sung bởi Điều 1 Thông tư số 49/2018/TT-BGTVT có hiệu lực thi hành kể từ ngày 01/01/2019)"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from xaso.kernel.plain.law.dates import day_in
from xaso.kernel.plain.law.numbers import NUMBER, number_of
from xaso.kernel.plain.text import nfc

AMENDS, REPLACES, REPEALS, CORRECTS = "amends", "replaces", "repeals", "corrects"
_HEAD = re.compile(r"\(?\s*Điều\s+(\S+?)[.,]?\s+(.*?)\s+số:?\s+", re.S)
_FROM = re.compile(r"có\s+hiệu\s+lực(?:\s+thi\s+hành)?(?:\s+(?:kể\s+)?từ(?:\s+ngày)?)?\s*:?\s*", re.I)
_ARTICLE = re.compile(r"Điều\s+(\d+[a-zđA-Z]{0,2})(?!\.\w)")
_VERBS = (
    (REPEALS, re.compile(r"bãi\s+bỏ|hủy\s+bỏ|hết\s+hiệu\s+lực", re.I)),
    (REPLACES, re.compile(r"thay\s+thế", re.I)),
    (CORRECTS, re.compile(r"đính\s+chính", re.I)),
    (AMENDS, re.compile(r"sửa\s+đổi|bổ\s+sung", re.I)),
)
_PARTLY = re.compile(r"có\s+nội\s+dung|một\s+phần", re.I)
_ADDED = re.compile(r"(?<!sửa đổi, )(?<!nội dung )được\s+bổ\s+sung\s+(?:bởi|theo|tại)", re.I)


@dataclass(frozen=True)
class Amendment:
    """What changed the article: by which article of which document, from which day.

    ``whole``: the article itself and not something in it; ``added``: it did not exist before.
    """

    kind: str
    number: str
    article: str
    on: date | None
    whole: bool = False
    added: bool = False


@dataclass(frozen=True)
class SourceNote:
    """An article's origin: its number in its own document, the document's number, since when, what changed it."""

    article: str
    number: str
    effective: date | None
    amendments: tuple[Amendment, ...] = ()

    @property
    def wording_from(self) -> date | None:
        """The first day of this very wording: of the last amendment that changed it, else of the document."""
        days = [one.on for one in self.amendments if one.on and not (one.kind == REPEALS and one.whole)]
        return max([*days, *([self.effective] if self.effective else [])], default=None)

    @property
    def ended(self) -> date | None:
        """The day from which the whole article is repealed; None while it is not."""
        days = [one.on for one in self.amendments if one.kind == REPEALS and one.whole and one.on]
        return min(days, default=None)


def source_note(text: str) -> SourceNote:
    """Read a source note. Fields stay "" or None where the note does not tell them."""
    line = " ".join(nfc(text).split())
    head = _HEAD.match(line)
    number = NUMBER.search(line)
    first = _FROM.search(line)
    effective = day_in(line, first.end()) if first else None
    tail = line[first.end() :] if first else ""
    return SourceNote(
        head[1].rstrip(".") if head else "",
        number_of(number[0]) if number else "",
        effective,
        tuple(_amendments(tail)),
    )


def _amendments(tail: str) -> list[Amendment]:
    """Each document named behind the first date, with the verbs before it and the day behind it."""
    found: list[Amendment] = []
    begin, verbs = 0, ""
    numbers = list(NUMBER.finditer(tail))
    for at, number in enumerate(numbers):
        stretch = tail[begin : number.start()]
        if any(pattern.search(stretch) for _, pattern in _VERBS):
            verbs = stretch
        articles = _ARTICLE.findall(stretch)
        limit = numbers[at + 1].start() if at + 1 < len(numbers) else len(tail)
        from_here = _FROM.search(tail, number.end(), limit)
        on = day_in(tail[:limit], from_here.end()) if from_here else None
        kinds = [kind for kind, pattern in _VERBS if pattern.search(verbs)]
        partly = bool(_PARTLY.search(verbs))
        for kind in _told(kinds):
            article = articles[-1] if articles else ""
            added = kind == AMENDS and not partly and bool(_ADDED.search(verbs))
            found.append(Amendment(kind, number_of(number[0]), article, on, not partly, added))
        begin = number.end()
    return found


def _told(kinds: list[str]) -> list[str]:
    """Amended and partly repealed by the same document is told as both; nothing told is no amendment."""
    return kinds
