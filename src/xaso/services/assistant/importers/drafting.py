"""From a document that was read to one that can be kept: dates, amendments it makes, the acts it rests on."""

from __future__ import annotations

import re

from xaso.kernel.plain.law import Draft, Place, citations, number_key, said
from xaso.kernel.plain.law.structure import quoted
from xaso.services.assistant.importers.base import (
    NewArticle,
    NewDocument,
    NewRelation,
    effect_relations,
    unique_relations,
)

_AMENDING = re.compile(r"sửa đổi|bổ sung", re.I)
_VERB = re.compile(r"(sửa đổi|bổ sung|thay thế|bãi bỏ)", re.I)
CONSOLIDATED = "Văn bản hợp nhất"


def document_of(draft: Draft, *, province_path: str, source: str, file: str) -> NewDocument:
    """The document of a draft without problems."""
    made = NewDocument(
        number=draft.number,
        kind=draft.kind,
        issuer=draft.issuer,
        title=draft.title,
        issued_on=draft.issued_on,
        effective_on=draft.effective_on,
        problem=" ".join(draft.doubts),
        province_path=province_path,
        source=source,
        file=file,
    )
    made.articles = [
        NewArticle(
            one.number[:20],
            one.title,
            one.text,
            one.part,
            one.chapter,
            one.section,
            valid_from=draft.effective_on,
        )
        for one in draft.articles
        if one.text.strip()
    ]
    rows = [*_bases(draft), *_amendments(made), *effect_relations(made)]
    made.relations = unique_relations(rows)
    return made


def _bases(draft: Draft) -> list[NewRelation]:
    return [
        NewRelation("bases", one.number, "", draft.number, "", False, draft.issued_on)
        for one in draft.bases
        if one.number and number_key(one.number) != number_key(draft.number)
    ]


def _amendments(document: NewDocument) -> list[NewRelation]:
    """What an amending document changes, article by article, outside the new wording it quotes."""
    named = [one for one in citations(document.title) if one.number and not one.article]
    if document.kind == CONSOLIDATED:
        return [
            NewRelation("consolidates", document.number, "", one.number, "", False, document.effective_on)
            for one in named
        ]
    if not _AMENDING.search(document.title):
        return []
    found = []
    for article in document.articles:
        inside = [one for one in citations(article.title) if one.number and not one.article]
        if not inside and not named:
            continue
        target = (inside or named)[0]
        here = Place(target.number, "")
        for line in _outside(article.text).split("\n"):
            verb = _VERB.search(line)
            if verb is None:
                continue
            kind = {"bãi bỏ": "repeals", "thay thế": "amends"}.get(verb[1].lower(), "amends")
            for one in citations(line):
                number = one.number or target.number
                if one.article and number_key(number) != number_key(document.number):
                    place = said("", article=one.article, clause=one.clause, point=one.point).strip()
                    found.append(
                        NewRelation(
                            kind,
                            document.number,
                            f"Điều {article.number}",
                            number,
                            place,
                            not one.clause,
                            document.effective_on,
                        )
                    )
        if not any(row.from_place == f"Điều {article.number}" for row in found) and _VERB.search(
            article.title
        ):
            found.append(
                NewRelation(
                    "amends",
                    document.number,
                    f"Điều {article.number}",
                    here.number,
                    "",
                    False,
                    document.effective_on,
                )
            )
    return found


def _outside(text: str) -> str:
    """The text without the new wording it quotes over several lines."""
    pieces, at = [], 0
    for start, end in quoted(text):
        pieces.append(text[at:start])
        at = end
    return "".join([*pieces, text[at:]])
