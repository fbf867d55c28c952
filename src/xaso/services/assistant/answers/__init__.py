"""Answering: a checked answer first, then the article that is named, then the one found, or the honest words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.manifest import Found
from xaso.kernel.base.ports import find
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.text import clean
from xaso.services.assistant.answers import checked, placing, reading, writing
from xaso.services.assistant.answers.shape import Answer, Quote, Summary, Validity, quoted
from xaso.services.assistant.models import Article
from xaso.services.assistant.rules import abstain, conditions
from xaso.services.assistant.rules.extract import amount_of, has_amount, rivals
from xaso.services.assistant.rules.likeness import changes_what_is, shared, touches

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
        procedures=() if made.literal else _procedures(viewer, place),
    )
    if known is not None:
        return replace(made, kind=abstain.FOUND, condition=None)
    if write and made.kind == abstain.FOUND and made.main is not None:
        made = replace(made, summary=writing.written(viewer, asked, [made.main, *made.others]))
    return made


def _procedures(viewer: Viewer, place: placing.Placed) -> list[Found]:
    """Procedures that speak of what was asked; those that only change or end something when there are no others."""
    found = [
        one
        for one in find(PROCEDURES, viewer, place.rest, place.unit_path, 4)
        if touches(place.rest, one.title)
    ]
    straight = [one for one in found if not changes_what_is(place.rest, one.title)]
    return (straight or found)[:2]


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
    absent = reading.absent(asked, day)
    if absent and reading.only_cites(asked):
        return Answer(abstain.NOT_FOUND, asked, day, absent=absent, ready=got.ready)
    kind, quotes = _honestly(asked, kind, quotes, unsure=bool(absent) or gone is not None)
    if not quotes and gone is None:
        kind = abstain.NOT_FOUND
    made = _told(asked, day, quotes, kind, got.confidence, gone=gone)
    made = replace(made, ready=got.ready, absent=absent)
    if made.main is None:
        return made
    article = next(one for one in got.articles if one.pk == made.main.article_id)
    condition = conditions.missing(asked, rivals(asked, article.text, article.parts), facts)
    asks = condition is not None and condition.decisive and kind == abstain.FOUND
    return replace(
        made,
        kind=abstain.ASK_BACK if asks else kind,
        condition=condition,
        local=conditions.is_local(article.text),
    )


def _honestly(asked: str, kind: str, quotes: list[Quote], *, unsure: bool) -> tuple[str, list[Quote]]:
    """What the words of the quotes allow to claim, whatever the index is sure of.

    A question for an amount is answered by a provision that holds one. ``unsure``: a law that is asked for is not kept,
    or the first found holds no more, and the index was sure of that one only. What is shown as near speaks at least of
    something the question speaks of.
    """
    amount = amount_of(asked)
    if quotes and amount:
        quotes = _with_amount_first(asked, quotes, amount)
        unsure = unsure or not has_amount(quotes[0].text, amount)
    if unsure and kind == abstain.FOUND:
        kind = abstain.RELATED
    if kind == abstain.RELATED:
        quotes = [one for one in quotes if touches(asked, f"{one.title} {one.text}")]
    return kind, quotes


def _with_amount_first(asked: str, quotes: list[Quote], amount: Sequence[str]) -> list[Quote]:
    """The first whose highlight holds such an amount, if it speaks of the question, by half of the first found."""
    if has_amount(quotes[0].pieces[1], amount):
        return quotes
    near = [shared(asked, f"{one.title} {one.text}") for one in quotes]
    for number, one in enumerate(quotes):
        if near[number] * 2 >= near[0] and has_amount(one.pieces[1], amount):
            return [one, *quotes[:number], *quotes[number + 1 :]]
    return quotes


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
