"""Citations in legal Vietnamese: found, opened from lists and ranges, resolved to a document and a provision.

The order is small to large ("điểm a khoản 2 Điều 5 Nghị định số 61/2018/NĐ-CP"); lists share what follows them.
With ``loose`` it also reads what people type: "nghị định 61/2018", "đ5 k2 NĐ61/2018", no diacritics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from xaso.kernel.plain.law.documents_named import Named, document_at, documents_in
from xaso.kernel.plain.law.numbers import kind_of, number_key
from xaso.kernel.plain.law.places import Place, said
from xaso.kernel.plain.law.structure import letters_between, parts_of, quoted, spot_at
from xaso.kernel.plain.law.terms import Term, chains
from xaso.kernel.plain.law.typed import as_written
from xaso.kernel.plain.text import nfc

_AMENDS = re.compile(r"(?:như sau|sau đây|thành|bằng cụm từ|cụm từ)\s*:?\s*$|sửa đổi, bổ sung[^“\n]{0,200}$")
# "Điều 13 Chế độ tài chính …": a paper of another name, not this document.
_OTHER = re.compile(r"[ \t\u00a0]+(?:của[ \t\u00a0]+)?(?!Điều|Khoản|Điểm)[A-ZĐ][a-zà-ỹ]+[ \t\u00a0]+[a-zà-ỹ]")
_MOST_IN_RANGE = 80


@dataclass(frozen=True)
class Citation:
    """One provision that is cited. ``number`` is "" when the text alone does not tell the document.

    ``name`` is a law's name without its kind ("Đất đai"); ``start`` and ``end`` are where it stands in the text.
    """

    kind: str
    number: str
    name: str
    article: str
    clause: str
    point: str
    self_reference: bool
    start: int
    end: int
    year: int | None = None

    @property
    def said(self) -> str:
        """The full form."""
        number, name = self.number, "" if self.number else self.name
        kind = self.kind or kind_of(number)
        text = said(number, kind=kind, name=name, article=self.article, clause=self.clause, point=self.point)
        return f"{text} năm {self.year}" if self.year and not number else text

    @property
    def place(self) -> Place:
        """Where it points, for looking up."""
        return Place(self.number, self.article, self.clause, self.point)


def citations(text: str, *, here: Place | None = None, loose: bool = False) -> list[Citation]:
    """All provisions and documents cited in a text, lists and ranges opened, in order.

    ``here`` is the article whose text it is: "Luật này", "Điều này", "khoản này" resolve to it; without it they
    have no number. A bare "Điều 5" of a text with ``here`` is an article of the same document.
    """
    plain, offsets = (as_written(text), None) if loose else _composed(text)
    contexts = _Contexts(plain, here)
    found: list[Citation] = []
    for chain in chains(plain):
        named = document_at(plain, chain.end)
        found += _resolved(chain.terms, chain.start, chain.end, named, contexts)
        if named is not None:
            contexts.met(named)
    taken = [(one.start, one.end) for one in found]
    found += _documents(plain, taken)
    found.sort(key=lambda one: (one.start, one.end))
    return found if offsets is None else [_moved(one, offsets) for one in found]


def _composed(text: str) -> tuple[str, list[int] | None]:
    """The text as it is kept inside, and where each of its letters stood when that changed anything."""
    if nfc(text) == text:
        return text, None
    pieces, offsets = [], []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and "\u0300" <= text[end] <= "\u036f":
            end += 1
        made = nfc(text[at:end])
        pieces.append(made)
        offsets += [at] * len(made)
        at = end
    return "".join(pieces), [*offsets, len(text)]


def _moved(one: Citation, offsets: list[int]) -> Citation:
    values = {**one.__dict__, "start": offsets[one.start], "end": offsets[one.end]}
    return Citation(**values)


class _Contexts:
    """What "này" means at an offset: this article, or inside quoted new wording the document that is amended."""

    def __init__(self, text: str, here: Place | None) -> None:
        self.text, self.here = text, here
        self.parts = parts_of(text) if here is not None else []
        self.last: Named | None = None
        self.amended = [
            span for span in quoted(text) if _AMENDS.search(text[max(0, span[0] - 240) : span[0]].rstrip())
        ]

    def met(self, named: Named) -> None:
        if named.number or named.name:
            self.last = named

    def at(self, offset: int) -> Place | None:
        for start, end in self.amended:
            if start <= offset < end:
                return Place(self.last.number, "") if self.last and self.last.number else None
        if self.here is None:
            return None
        spot = spot_at(self.parts, offset)
        return Place(
            self.here.number,
            self.here.article,
            self.here.clause or spot.clause,
            self.here.point or spot.point,
        )


def _resolved(
    terms: list[Term], start: int, end: int, named: Named | None, contexts: _Contexts
) -> list[Citation]:
    """Citations of one chain. What hangs on "Điều này" is of this document, whatever is named at the end."""
    here = contexts.at(start)
    own_number = here.number if here is not None else ""
    own = named is not None and named.self_reference
    kind, number, name, year, stop = "", "", "", None, end
    if named is not None:
        kind, number, name, year, stop = named.kind, named.number, named.name, named.year, named.end
    if own or named is None:
        number = own_number if named is None or _fits(named.kind, own_number) else ""
    if named is None and _OTHER.match(contexts.text, end):
        number = ""
    made = []
    for spot in _spots(terms, here):
        this = own or spot.this
        its = own_number if this else number
        made.append(
            Citation(
                (kind if own or not spot.this else "") or kind_of(its),
                its,
                "" if this else name,
                spot.article,
                spot.clause,
                spot.point,
                this,
                spot.start,
                stop,
                None if this else year,
            )
        )
    return made


_LAWS = {"Luật", "Bộ luật", "Pháp lệnh", "Nghị quyết", "Hiến pháp"}
_NUMBERED = {*_LAWS, "Nghị định", "Thông tư", "Thông tư liên tịch", "Quyết định", "Chỉ thị"}


def _fits(kind: str, number: str) -> bool:
    """Whether "this decree" can be said in the document of this number; rules and charters stand below any."""
    told = kind_of(number)
    if not told or kind not in _NUMBERED:
        return True
    return kind == told or {kind, told} <= _LAWS or told.startswith(kind)


@dataclass(frozen=True)
class _Spot:
    """A provision of a chain. ``this``: it hangs on "Điều này" or "khoản này"."""

    article: str
    clause: str
    point: str
    start: int
    this: bool


def _spots(terms: list[Term], here: Place | None) -> list[_Spot]:
    """Each provision that a chain names, found from its end: what is smaller hangs on what stands behind it."""
    if len(terms) > 1 and all(a.level > b.level for a, b in zip(terms, terms[1:], strict=False)):
        terms = terms[::-1]  # "Điều 5 khoản 2 điểm a"
    found: list[_Spot] = []
    article: tuple[str, bool] | None = None
    clause: tuple[str, bool] | None = None
    article_here = here.article if here is not None else ""
    for at in range(len(terms) - 1, -1, -1):
        term = terms[at]
        hangs = at > 0 and terms[at - 1].level < term.level
        labels = [(one, one == "này") for one in _opened(term)]
        if term.level == 3:
            labels = [(article_here if this else one, this) for one, this in labels]
            article, clause = labels[0], None
            for one, this in reversed(labels[1:] if hangs else labels):
                found.append(_Spot(one, "", "", term.start, this))
        elif term.level == 2:
            labels = [((here.clause if here else "") if this else one, this) for one, this in labels]
            clause = labels[0]
            for one, this in reversed(labels[1:] if hangs else labels):
                found.append(_on(article, article_here, one, "", term.start, this))
        else:
            labels = [((here.point if here else "") if this else one, this) for one, this in labels]
            for one, this in reversed(labels):
                above = clause or (
                    (here.clause, True) if here is not None and article is None else ("", False)
                )
                found.append(_on(article, article_here, above[0], one, term.start, this or above[1]))
    unique = {(one.article, one.clause, one.point): one for one in found if one.article}
    return list(unique.values())[::-1]


def _on(
    article: tuple[str, bool] | None, article_here: str, clause: str, point: str, start: int, this: bool
) -> _Spot:
    """A clause or point on its article: the one behind it, or this one where "này" was said or none is named."""
    if this or article is None:
        return _Spot(article_here, clause, point, start, True)
    return _Spot(article[0], clause, point, start, article[1])


def _opened(term: Term) -> list[str]:
    """Labels of a term with its ranges filled: 5 to 9, a to d."""
    labels: list[str] = []
    for first, last in term.spans:
        if not last:
            labels.append(first)
        elif first.isdigit() and last.isdigit() and 0 < int(last) - int(first) <= _MOST_IN_RANGE:
            labels += [str(one) for one in range(int(first), int(last) + 1)]
        elif first[:1].isalpha() and first != "này":
            labels += letters_between(first, last)
        else:
            labels += [first, last]
    return labels


def _documents(text: str, taken: list[tuple[int, int]]) -> list[Citation]:
    """Documents that are named without an article."""
    found = []
    for named in documents_in(text):
        if any(start < named.end and named.start < end for start, end in taken) or named.self_reference:
            continue
        found.append(
            Citation(
                named.kind, named.number, named.name, "", "", "", False, named.start, named.end, named.year
            )
        )
    return found


def same_provision(one: Citation | Place, other: Citation | Place) -> bool:
    """Whether two name the same provision, however their numbers are spelled."""
    return (
        number_key(one.number) == number_key(other.number)
        and one.article == other.article
        and one.clause == other.clause
        and one.point == other.point
    )
