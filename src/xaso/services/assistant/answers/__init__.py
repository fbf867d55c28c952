"""Answering: a checked answer first, then the article that is named, then the one found, or the honest words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.ports import find
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.text import clean
from xaso.services.assistant.answers import checked, placing, reading, writing
from xaso.services.assistant.answers.shape import Answer, Quote, Summary, Validity, quoted
from xaso.services.assistant.models import Article
from xaso.services.assistant.rules import abstain, conditions
from xaso.services.assistant.rules.extract import leaves_of

__all__ = ["Answer", "Quote", "Summary", "Validity", "answer", "quoted", "read_question"]

MOST_LETTERS, OTHERS, NEAR = 600, 2, 4
PROCEDURES = "procedures"


def read_question(text: str) -> str:
    """A typed question as one clean line. Raises ActionError at ``q`` for an empty or a very long one."""
    question = clean(text.replace("\x00", " "))
    if len(question) < 3:
        raise ActionError("Viết câu hỏi, ví dụ: đăng ký khai sinh muộn có bị phạt không", "q")
    if len(question) > MOST_LETTERS:
        raise ActionError(f"Viết ngắn lại, nhiều nhất {MOST_LETTERS} chữ cái", "q")
    return question


def answer(
    viewer: Viewer,
    *,
    question: str,
    day: date | None = None,
    unit_path: str = "",
    facts: Mapping[str, str] | None = None,
    write: bool = True,
) -> Answer:
    """The answer to a question by the law of a day at a unit. ``facts`` are answers to what was asked back.

    Raises ActionError for a question that cannot be read. Nothing is written here.
    """
    question, facts, day = read_question(question), dict(facts or {}), day or today()
    place = placing.placed(question, unit_path)
    known = checked.checked_for(question, place.unit_path, day)
    picked = conditions.chosen(facts)
    asked = " ".join([question, *(one.label.lower() for one in picked)])
    made = _by_name(question, day) or _by_search(asked, day, place.unit_path, facts)
    made = replace(
        made,
        question=question,
        unit_path=place.unit_path,
        checked=known,
        year=conditions.year_meant(question, day, today()),
        procedures=find(PROCEDURES, viewer, place.rest, place.unit_path, 2) if not made.literal else (),
    )
    if known is not None:
        return replace(made, kind=abstain.FOUND, condition=None)
    if write and made.kind == abstain.FOUND and made.main is not None:
        made = replace(made, summary=writing.written(viewer, asked, [made.main, *made.others]))
    return made


def _by_name(question: str, day: date) -> Answer | None:
    """The provision that the question itself names."""
    found = reading.named(question, day)
    if not found:
        return None
    quotes = [
        reading.quote_for(
            question,
            one.article,
            day,
            clause=one.clause,
            point=one.point,
            whole=reading.asks_only_for(question, one.article),
        )
        for one in found
    ]
    return _told(question, day, quotes, abstain.FOUND, 1.0, literal=True)


def _by_search(asked: str, day: date, unit_path: str, facts: Mapping[str, str]) -> Answer:
    """What the index finds, by its confidence."""
    got = reading.searched(asked, day=day, unit_path=unit_path)
    kind = abstain.LIMITS.kind(got.confidence, len(got.articles))
    count = {abstain.FOUND: OTHERS + 1, abstain.RELATED: NEAR}.get(kind, 0)
    quotes, gone = _good(asked, got.articles, day, count) if count else ([], None)
    if not quotes and gone is None:
        kind = abstain.NOT_FOUND
    made = _told(asked, day, quotes, kind, got.confidence, gone=gone)
    made = replace(made, ready=got.ready)
    if made.main is None:
        return made
    article = next(one for one in got.articles if one.pk == made.main.article_id)
    condition = conditions.missing(asked, _pieces(article), facts)
    asks = condition is not None and condition.decisive and kind == abstain.FOUND
    return replace(
        made,
        kind=abstain.ASK_BACK if asks else kind,
        condition=condition,
        local=conditions.is_local(article.text),
    )


def _good(asked: str, articles: Sequence[Article], day: date, count: int) -> tuple[list[Quote], Quote | None]:
    """The first provisions in force on the day; and the first found, when it holds no more: it is history."""
    quotes: list[Quote] = []
    gone: Quote | None = None
    seen: set[str] = set()
    for number, article in enumerate(articles[: count * 3]):
        if article.text in seen or not article.text.strip():
            continue
        seen.add(article.text)
        quote = reading.quote_for(asked, article, day)
        if quote.validity.good:
            quotes.append(quote)
        elif number == 0:
            gone = quote
        if len(quotes) == count:
            break
    return quotes, gone


def _told(
    question: str,
    day: date,
    quotes: Sequence[Quote],
    kind: str,
    confidence: float,
    *,
    gone: Quote | None = None,
    literal: bool = False,
) -> Answer:
    """With a provision named that holds no more, it is history too: what replaced it is told first."""
    live = [one for one in quotes if one.validity.good] if literal else list(quotes)
    if literal and not live:
        return Answer(kind, question, day, history=quotes[0], confidence=confidence, literal=True)
    return Answer(
        kind,
        question,
        day,
        main=live[0] if live else None,
        others=tuple(live[1:]),
        history=gone,
        confidence=confidence,
        literal=literal,
    )


def _pieces(article: Article) -> list[str]:
    """Clauses and points of an article, for telling cases apart."""
    return [leaf.span.of(article.text) for leaf in leaves_of(article.text, article.parts)]
