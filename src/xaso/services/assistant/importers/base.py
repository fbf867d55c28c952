"""What an importer answers: documents with their articles and relations, and what it set aside with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from xaso.kernel.plain.law import Place, citations, effects, kind_of, number_key, said, source_note
from xaso.kernel.plain.law.notes import SourceNote


@dataclass
class NewRelation:
    """One line of the graph as an importer found it; ``on`` None is the day the document itself begins."""

    kind: str
    from_number: str
    from_place: str
    to_number: str
    to_place: str
    whole: bool
    on: date | None


@dataclass
class NewArticle:
    """An article on its way in. ``seq`` 0: a number is given when it is kept."""

    number: str
    title: str
    text: str
    part: str = ""
    chapter: str = ""
    section: str = ""
    topic: str = ""
    codified: str = ""
    note: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    version: int = 1
    seq: int = 0


@dataclass(frozen=True)
class Origin:
    """Where some of the documents of one file were taken from, when, and what a reader must know of it."""

    source: str
    day: date | None = None
    problem: str = ""


@dataclass
class NewDocument:
    """A document on its way in, with its articles in order."""

    number: str
    kind: str
    issuer: str
    title: str
    issued_on: date | None = None
    effective_on: date | None = None
    ended_on: date | None = None
    province_path: str = ""
    topic: str = ""
    source: str = ""
    source_date: date | None = None
    file: str = ""
    problem: str = ""
    articles: list[NewArticle] = field(default_factory=list)
    relations: list[NewRelation] = field(default_factory=list)


@dataclass(frozen=True)
class Aside:
    """Something that cannot be trusted: its name, why, and how it begins."""

    name: str
    reason: str
    excerpt: str = ""


class Unreadable(Exception):
    """A file that cannot be read at all; the message is for the officer."""


_EFFECT_TITLES = ("hiệu lực", "thi hành", "bãi bỏ", "thay thế", "chuyển tiếp", "điều khoản cuối")
_GUIDED = ("quy định chi tiết", "hướng dẫn")


def note_relations(note: SourceNote, number: str, article: str) -> list[NewRelation]:
    """What a source note tells: who amended or repealed this article, from which day."""
    return [
        NewRelation(
            one.kind,
            one.number,
            f"Điều {one.article}" if one.article else "",
            number,
            f"Điều {article}",
            one.whole,
            one.on,
        )
        for one in note.amendments
    ]


def read_note(article: NewArticle, number: str, source: str) -> list[NewRelation]:
    """Put a source note's dates into an article; answers its relations. The note is kept when it tells a change."""
    note = source_note(source)
    article.valid_from, article.valid_to = note.wording_from, note.ended
    article.note = source if note.amendments else ""
    return note_relations(note, number, article.number)


def effect_relations(document: NewDocument) -> list[NewRelation]:
    """What the document's own closing articles replace or repeal, and what it says it guides."""
    found: list[NewRelation] = []
    last = len(document.articles) - 3
    for at, article in enumerate(document.articles):
        title = article.title.lower()
        if at < last and not any(words in title for words in _EFFECT_TITLES):
            continue
        place = Place(document.number, article.number)
        for effect in effects(article.text, place):
            target = effect.target
            if number_key(target.number) == number_key(document.number):
                continue
            words = said("", article=target.article, clause=target.clause, point=target.point).strip()
            found.append(
                NewRelation(
                    effect.kind,
                    document.number,
                    f"Điều {article.number}",
                    target.number,
                    words,
                    effect.whole,
                    effect.on or document.effective_on,
                )
            )
    return found + _guided(document)


def _guided(document: NewDocument) -> list[NewRelation]:
    title = document.title.lower()
    if not any(words in title for words in _GUIDED):
        return []
    return [
        NewRelation("guides", document.number, "", one.number, "", False, document.effective_on)
        for one in citations(document.title)
        if one.number and number_key(one.number) != number_key(document.number)
    ]


def unique_relations(rows: Iterable[NewRelation]) -> list[NewRelation]:
    """Each line of the graph once."""
    seen: dict[tuple[str, str, str, str, str], NewRelation] = {}
    for row in rows:
        seen.setdefault((row.kind, row.from_number, row.from_place, row.to_number, row.to_place), row)
    return list(seen.values())


def settle(documents: Sequence[NewDocument]) -> None:
    """Fill what the documents of one import tell of each other: kinds from numbers, ends from replacements.

    A source that still lists a document as in force after the day it was replaced knows better: the end is then
    kept as a partial one.
    """
    by_key = {number_key(one.number): one for one in documents}
    for document in documents:
        document.kind = document.kind or kind_of(document.number)
        document.relations = unique_relations(document.relations)
        for row in document.relations:
            target = by_key.get(number_key(row.to_number))
            if not row.whole or row.to_place or target is None or row.on is None:
                continue
            if target.source_date is not None and target.source_date > row.on:
                row.whole = False
                continue
            target.ended_on = min(filter(None, (target.ended_on, row.on)))
