"""Documents as they are named in a text: by number, as "this decree", or a law by its name alone."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from xaso.kernel.plain.law.numbers import NUMBER, kind_of, number_key, number_of, year_of
from xaso.kernel.plain.text import fold

NAMES = Path(__file__).with_name("data") / "names.tsv"  # made with the corpus (tools/make_corpus_pack.py)
KNOWN = (
    Path(__file__).with_name("data") / "names_known.tsv"
)  # kept by hand: successions of laws; it goes first
S = r"[ \t\u00a0]"
_KIND = re.compile(
    r"(?<!\w)(Bộ luật|Luật|Pháp lệnh|Hiến pháp|Nghị định|Nghị quyết liên tịch|Nghị quyết|Thông tư liên tịch"
    r"|Thông tư liên bộ|Thông tư|Quyết định|Chỉ thị|Sắc lệnh|Lệnh|Quy chế|Quy định|Điều lệ|Quy tắc|Nội quy"
    r"|Quy trình|Hướng dẫn|Văn bản hợp nhất|Hiệp định|Nghị định thư|Công ước)(?!\w)",
    re.I,
)
_LINK = re.compile(rf"{S}*,?{S}*(?:(?:của|tại|thuộc|trong|theo|và){S}+)*(?:(?:các|những){S}+)?", re.U)
_THIS = re.compile(rf"{S}+này(?!\w)")
_NUMBERED = re.compile(rf"{S}*(?:số{S}*:?{S}*)?", re.I)
_YEAR = re.compile(rf"{S}*,?{S}*(?:năm{S}+)?((?:19|20)\d{{2}})(?![\d/])")
_DATED = re.compile(rf"{S}*,?{S}*(?:số{S}*:?{S}*)", re.I)
_WORD = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[ \t\u00a0,\-–\"“”‘’]*")
_NAMED_KINDS = {"luật", "bộ luật", "pháp lệnh", "hiến pháp"}
_TITLE = {
    "bộ luật": "Bộ luật",
    "luật": "Luật",
    "pháp lệnh": "Pháp lệnh",
    "hiến pháp": "Hiến pháp",
}
# Short words of a name that is not in the list end where a sentence goes on.
_GOES_ON = re.compile(
    rf"[.;:()\n]|{S}(?:được|quy định|thì|để|có|do|trừ|phải|đã|là|khi|nếu|mà"
    rf"|và{S}+(?:các|Nghị|Thông|Luật|Bộ luật))(?!\w)"
)


@dataclass(frozen=True)
class Named:
    """A document named in a text. ``number`` "" when only a name, a kind, or nothing tells it."""

    kind: str
    number: str
    name: str
    year: int | None
    self_reference: bool
    start: int
    end: int


@dataclass(frozen=True)
class KnownLaw:
    """A law that had this name: its number and when it held (None where it is not known)."""

    kind: str
    name: str
    number: str
    effective: date | None
    ended: date | None


@dataclass
class _Branch:
    below: dict[str, _Branch] = field(default_factory=dict)
    name: str = ""


@cache
def known_laws() -> tuple[KnownLaw, ...]:
    """All laws, codes and ordinances that the shipped list knows by name."""
    rows: dict[str, KnownLaw] = {}
    for path in (KNOWN, NAMES):
        with path.open(encoding="utf-8", newline="") as lines:
            for kind, name, number, effective, ended in csv.reader(lines, delimiter="\t"):
                begins = _day(effective) or _after_its_year(number)
                law = KnownLaw(kind, name, number, begins, _day(ended))
                rows.setdefault(number_key(number), law)
    return tuple(rows.values())


def _after_its_year(number: str) -> date | None:
    """When it is not told since when a law holds: most begin in the year after their number's."""
    year = year_of(number)
    return date(year + 1, 1, 1) if year is not None else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def _tree() -> dict[str, _Branch]:
    roots: dict[str, _Branch] = {}
    for law in known_laws():
        branch = roots.setdefault(fold(law.kind), _Branch())
        for word in _WORD.findall(fold(law.name)):
            branch = branch.below.setdefault(word, _Branch())
        branch.name = law.name
    return roots


@cache
def _by_name() -> dict[tuple[str, str], list[KnownLaw]]:
    found: dict[tuple[str, str], list[KnownLaw]] = {}
    for law in known_laws():
        found.setdefault((fold(law.kind), " ".join(_WORD.findall(fold(law.name)))), []).append(law)
    return found


def laws_named(name: str, kind: str = "Luật") -> list[KnownLaw]:
    """Every law known by a name, the newest first."""
    key = " ".join(_WORD.findall(fold(name)))
    rows = _by_name().get((fold(kind), key), [])
    return sorted(rows, key=lambda law: law.effective or date.min, reverse=True)


def known_end(number: str) -> tuple[date, str] | None:
    """(first day without force, number of what followed or "") of a law that the hand-kept list tells the end of.

    That list was written from knowledge, not from the texts: whoever shows such an end says so.
    """
    wanted = number_key(number)
    law = next((one for one in known_laws() if one.ended and number_key(one.number) == wanted), None)
    if law is None or law.ended is None:
        return None
    next_one = law_named(law.name, kind=law.kind, day=law.ended)
    return law.ended, "" if number_key(next_one) == wanted else next_one


def law_named(name: str, *, kind: str = "Luật", day: date | None = None, year: int | None = None) -> str:
    """The number of the law of that name in force on a day (the newest without one), or of a year; "" when unknown."""
    rows = laws_named(name, kind)
    if year is not None:
        return next((law.number for law in rows if year_of(law.number) == year), "")
    if day is not None:
        rows = [law for law in rows if law.effective is None or law.effective <= day] or rows
    return rows[0].number if rows else ""


def _listed(text: str, kind: str, end: int) -> tuple[str, int] | None:
    """The longest known name that stands behind a kind."""
    branch = _tree().get(fold(kind))
    best: tuple[str, int] | None = None
    place = end
    while branch is not None:
        gap = _BETWEEN.match(text, place)
        place = gap.end() if gap else place
        word = _WORD.match(text, place)
        if word is None:
            break
        branch = branch.below.get(fold(word[0]))
        place = word.end()
        if branch is not None and branch.name:
            best = branch.name, place
    return best


def _name_behind(text: str, kind: str, start: int, end: int) -> Named | None:
    """A law by its name, with its number or year when they follow."""
    listed = _listed(text, kind, end)
    if listed is None:
        stop = _GOES_ON.search(text, end)
        tail = text[end : stop.start() if stop else end + 160][:160]
        numbered = re.search(rf"{S}số{S}+", tail)
        if numbered:
            number = NUMBER.match(text, end + numbered.end())
            between = tail[: numbered.start()]
            if number and not _KIND.search(between):
                return Named(
                    _TITLE[kind], number_of(number[0]), between.strip(), None, False, start, number.end()
                )
        return None
    name, place = listed
    dated = _DATED.match(text, place)
    number = NUMBER.match(text, dated.end()) if dated else None
    if number is not None:
        return Named(_TITLE[kind], number_of(number[0]), name, None, False, start, number.end())
    year = _YEAR.match(text, place)
    if year is not None:
        value = int(year[1])
        return Named(
            _TITLE[kind],
            law_named(name, kind=_TITLE[kind], year=value),
            name,
            value,
            False,
            start,
            year.end(),
        )
    return Named(_TITLE[kind], "", name, None, False, start, place)


def _read(text: str, found: re.Match[str]) -> Named:
    """The document whose kind stands at a match."""
    kind, end = found[1].lower(), found.end()
    title = kind[:1].upper() + kind[1:]
    this = _THIS.match(text, end)
    if this is not None:
        return Named(title, "", "", None, True, found.start(), this.end())
    gap = _NUMBERED.match(text, end)
    number = NUMBER.match(text, gap.end() if gap else end)
    if number is not None:
        return Named(title, number_of(number[0]), "", None, False, found.start(), number.end())
    short = _short_number(text, kind, gap.end() if gap else end)
    if short is not None:
        return Named(title, short[0], "", None, False, found.start(), short[1])
    if kind in _NAMED_KINDS:
        named = _name_behind(text, kind, found.start(), end)
        if named is not None:
            return named
    return Named(title, "", "", None, False, found.start(), end)


_SHORT = re.compile(r"(\d{1,4}[a-zA-ZĐđ]?)/((?:19|20)\d{2})(?![\d/]|\w)")
_CODES = {"nghị định": "NĐ-CP", "thông tư": "TT", "quyết định": "QĐ", "nghị quyết": "NQ"}


def _short_number(text: str, kind: str, place: int) -> tuple[str, int] | None:
    """ "Nghị định 61/2018": decrees are the Government's alone, others keep what is missing."""
    found = _SHORT.match(text, place)
    if found is None or kind not in _CODES:
        return None
    return f"{found[1]}/{found[2]}/{_CODES[kind]}", found.end()


def document_at(text: str, place: int) -> Named | None:
    """The document named right behind a provision ("… Điều 5 [của Nghị định số 61/2018/NĐ-CP]"); None else."""
    link = _LINK.match(text, place)
    start = link.end() if link else place
    kind = _KIND.match(text, start)
    if kind is not None and start > place:
        named = _read(text, kind)
        if kind[1][0].islower() and not (named.self_reference or named.number or named.name):
            return None  # "quy định", "hướng dẫn" as verbs
        return named
    number = NUMBER.match(text, start)
    if number is not None and start > place:
        value = number_of(number[0])
        return Named(kind_of(value), value, "", None, False, number.start(), number.end())
    return None


def documents_in(text: str) -> Iterator[Named]:
    """Every document that is told by number or by a known name, and every "này", in order."""
    at = 0
    while True:
        found = _KIND.search(text, at)
        number = NUMBER.search(text, at)
        if found is None and number is None:
            return
        if number is not None and (found is None or number.start() < found.start()):
            value = number_of(number[0])
            yield Named(kind_of(value), value, "", None, False, number.start(), number.end())
            at = number.end()
            continue
        if found is None:
            return
        named = _read(text, found)
        if named.number or named.name or named.self_reference:
            yield named
        at = max(named.end, found.end())


def same_document(one: str, other: str) -> bool:
    """Whether two numbers are the same document's, however they are spelled."""
    return number_key(one) == number_key(other)
