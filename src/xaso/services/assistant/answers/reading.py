"""From the index and the tables of the law to quotes: search, look-up by citation, validity on the day."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from xaso.kernel.plain.law import Place, citations, law_named, parts_of
from xaso.kernel.plain.law import said as said_of
from xaso.kernel.plain.text import search_text
from xaso.services.assistant.answers.shape import Quote, Validity, quoted
from xaso.services.assistant.engine import Engine, Query
from xaso.services.assistant.models import Article, Document, Relation
from xaso.services.assistant.queries import corpus
from xaso.services.assistant.rules.extract import MOST, Span, extract, trimmed

LOOK_SECONDS = 5.0
_LOOKING_UP = frozenset(
    "dieu khoan diem luat bo so noi gi quy dinh the nao la cua ve xem tra cuu trong theo".split()
)
NOWHERE = "-"  # a province that is none: only what holds in the whole country
_lock = threading.Lock()
_engine: tuple[str, float, Any] = ("", 0.0, None)


class HitLike(Protocol):
    """What the engine answers for each article."""

    @property
    def seq(self) -> int: ...
    @property
    def score(self) -> float: ...


@dataclass(frozen=True)
class Searched:
    """Articles best first with the confidence that the first is right. ``ready``: whether there is an index at all."""

    articles: Sequence[Article] = ()
    confidence: float = 0.0
    ready: bool = True


def folder() -> Path:
    """Where the index lies."""
    return Path(settings.XASO_HOME) / "assistant"


def engine() -> Any:
    """The index of this process; None while there is none. Looked for again every few seconds."""
    global _engine
    wanted = str(folder())
    name, looked, made = _engine
    if name == wanted and (made is not None or time.monotonic() - looked < LOOK_SECONDS):
        return made
    with _lock:
        try:
            made = Engine.open(folder()) if folder().is_dir() else None
        except (OSError, ValueError):
            made = None
        if made is not None and not made.count:
            made = None  # nothing in it yet: looked at again in a few seconds
        _engine = (wanted, time.monotonic(), made)
    return made


def searched(text: str, *, day: date | None, unit_path: str, limit: int = 20) -> Searched:
    """What the index finds; articles of other provinces are left out."""
    index = engine()
    if index is None:
        return Searched(ready=False)
    province = f"{unit_path.split('/', 1)[0]}/" if unit_path else NOWHERE
    hits = index.search(Query(text, day=day, provinces=(province,), limit=limit))
    if not hits:
        return Searched()
    rows = in_order([hit.seq for hit in hits])
    return Searched(rows, float(index.confidence(hits)) if rows else 0.0)


def in_order(seqs: Sequence[int]) -> list[Article]:
    """The articles with these numbers, in this order; those that are gone are left out."""
    found = {row.seq: row for row in Article.objects.select_related("document").filter(seq__in=list(seqs))}
    return [found[seq] for seq in seqs if seq in found]


def about(text: str, numbers: Sequence[str], *, day: date, limit: int) -> list[Article]:
    """Articles of some documents that fit the words, best first, without their texts."""
    index = engine()
    if index is None or not numbers:
        return []
    seqs = [hit.seq for hit in index.search(Query(text, day=day, limit=100))]
    rows = Article.objects.select_related("document").defer("text", "note")
    found = {row.seq: row for row in rows.filter(seq__in=seqs, document__number__in=list(numbers))}
    return [found[seq] for seq in seqs if seq in found][:limit]


@dataclass(frozen=True)
class Named:
    """A provision the question names by its citation."""

    article: Article
    clause: str
    point: str


def named(question: str, day: date) -> list[Named]:
    """Provisions that the question names; "điều 5 nghị định 61" goes to look-up, not to search."""
    found: list[Named] = []
    for one in citations(question, loose=True):
        number = one.number or (
            law_named(one.name, kind=one.kind, day=day, year=one.year) if one.name else ""
        )
        if not one.article or not number:
            continue
        article = corpus.article_near(Place(number, one.article), day)
        if article is not None and article.text.strip():
            found.append(Named(article, one.clause, one.point))
    return found[:6]


def absent(question: str, day: date) -> str:
    """The first document that a question names and the corpus does not keep; "" when all are kept."""
    for one in citations(question, loose=True):
        number = one.number or (
            law_named(one.name, kind=one.kind, day=day, year=one.year) if one.name else ""
        )
        if number and corpus.document_of(number) is None:
            return said_of(number)
    return ""


def only_cites(question: str) -> bool:
    """Whether a question says nothing but a place in the law."""
    names = " ".join(f"{one.name} {one.said}" for one in citations(question, loose=True))
    known = set(search_text(names).split()) | _LOOKING_UP
    return sum(not word.isdigit() and word not in known for word in search_text(question).split()) < 2


def validity(article: Article, day: date) -> Validity:
    """Whether it holds on a day, in words, and by what it was changed."""
    state = corpus.in_force(article, day)
    return Validity(
        state=state.state,
        words=state.why,
        since=article.valid_from,
        until=article.valid_to,
        amended_by=amendments(article),
        replaced_by=state.replaced_by,
    )


def amendments(article: Article) -> tuple[str, ...]:
    """The documents that amended it, the newest first."""
    rows = Relation.objects.filter(
        to_article=article, kind__in=[Relation.Kind.AMENDS, Relation.Kind.CORRECTS]
    ).order_by("-on")
    said = []
    for row in rows[:6]:
        place = f"{row.from_place} " if row.from_place else ""
        said.append(f"{place}{row.from_number}" + (f" (từ {row.on:%d/%m/%Y})" if row.on else ""))
    return tuple(dict.fromkeys(said))


def asks_only_for(question: str, article: Article) -> bool:
    """Whether a question says nothing but where the article stands."""
    known = set(search_text(f"{said(article)} {article.document.title}").split()) | _LOOKING_UP
    return sum(word not in known for word in search_text(question).split()) < 2


def _beginning(article: Article) -> Span:
    """The whole article, or as much of its beginning as a quote may hold."""
    whole = trimmed(article.text, 0, len(article.text))
    if whole.end - whole.start <= MOST:
        return whole
    cut = article.text.rfind("\n", whole.start, whole.start + MOST)
    return trimmed(article.text, whole.start, cut if cut > whole.start else whole.start + MOST)


def quote_for(
    question: str, article: Article, day: date, *, clause: str = "", point: str = "", whole: bool = False
) -> Quote:
    """The passage of an article that fits the question; with a clause or point named, that very one.

    ``whole``: the article from its beginning, for a question that only names it.
    """
    parts = parts_of(article.text)
    chosen = extract(question, article.text, parts)
    span, mark, leads = chosen.quote, chosen.mark, chosen.leads
    at_clause, at_point = chosen.clause, chosen.point
    exact = _part(parts, clause, point) or (_beginning(article) if whole else None)
    if exact is not None:
        span = mark = exact
        leads, at_clause, at_point = (), clause, point
    return quoted(
        article.text,
        span,
        mark,
        article_id=article.pk,
        place=Place(article.document.number, article.number, at_clause, at_point).said,
        citation=said(article, at_clause, at_point),
        validity=validity(article, day),
        number=article.document.number,
        slug=article.document.slug,
        article=article.number,
        clause=at_clause,
        point=at_point,
        heading=article.heading,
        title=article.title,
        issuer=article.document.issuer,
        law=name_of_law(article.document),
        topic=article.topic,
        leads=tuple(one.of(article.text) for one in leads),
        exceptions=tuple(one.of(article.text) for one in chosen.exceptions),
    )


def name_of_law(document: Document) -> str:
    """What people call it: "Luật Hôn nhân và gia đình"; a decree by what it is about."""
    title, kind = document.title.strip(), document.kind
    if not title or kind not in {"Luật", "Bộ luật", "Pháp lệnh"}:
        return title[:1].upper() + title[1:]
    return title if search_text(title).startswith(search_text(kind)) else f"{kind} {title}"


def said(article: Article, clause: str = "", point: str = "") -> str:
    """The citation in full, small to large: "điểm a khoản 2 Điều 5 Nghị định số 61/2018/NĐ-CP"."""
    smaller = [f"điểm {point}" if point else "", f"khoản {clause}" if clause else ""]
    return " ".join([*filter(None, smaller), f"Điều {article.number}", article.document.said])


def _part(parts: Sequence[Any], clause: str, point: str) -> Span | None:
    rows = [one for one in parts if one.clause == clause and (not point or one.point == point)]
    if not (clause or point) or not rows:
        return None
    return Span(min(one.start for one in rows), max(one.end for one in rows))


def still_stands(kept: Sequence[Mapping[str, Any]], day: date) -> str:
    """Why quotes that were kept hold no more on a day; empty while all of them do."""
    for one in kept:
        article = Article.objects.select_related("document").filter(pk=one["article"]).first()
        if article is None or article.text[one["start"] : one["end"]] != one["text"]:
            return f"{one['citation']} không còn nguyên văn như khi kiểm"
        state = corpus.in_force(article, day)
        if state.state in {"ended", "not_yet"}:
            return f"{one['citation']}: {state.why}"
    return ""
