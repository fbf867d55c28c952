"""Answers for other systems: the article with its quote, by the law of a day; a question for the legal officer."""

from __future__ import annotations

import time
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router
from pydantic import AfterValidator, BaseModel

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import viewer_in
from xaso.kernel.people.machines import MachineAuth
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.text import storable
from xaso.services.assistant import answers
from xaso.services.assistant.actions import asking as actions
from xaso.services.assistant.answers.shape import Answer, Quote
from xaso.services.assistant.models import Asked
from xaso.services.assistant.queries import asking as queries
from xaso.services.assistant.queries.asking_rights import QUERY
from xaso.services.assistant.queries.sources import source_words
from xaso.services.assistant.rules.abstain import HONEST
from xaso.services.assistant.rules.conditions import AXES

router = Router()
KEY = MachineAuth(QUERY)
_OPTIONS = {option.key for axis in AXES for option in axis.options}


Text = Annotated[str, AfterValidator(storable)]


class QuestionIn(BaseModel):
    """A question. ``day``: by the law of which day, today without one. ``choices``: options asked back before."""

    question: Text = Field(min_length=1, max_length=600, examples=["bao nhiêu tuổi thì được kết hôn"])
    day: date | None = None
    unit_path: Text = Field("", max_length=120, examples=["15/02728/"])
    choices: list[Text] = Field(default_factory=list, max_length=6)


class QuoteOut(BaseModel):
    """Words of an article: ``text`` is its stored text from ``start`` to ``end``."""

    article_id: UUID
    citation: str
    title: str
    text: str
    start: int
    end: int
    highlight_start: int
    highlight_end: int
    state: str
    state_words: str
    amended_by: list[str]
    replaced_by: str
    leads: list[str]
    exceptions: list[str]


class CheckedOut(BaseModel):
    """An answer a legal officer stands for."""

    id: UUID
    question: str
    answer: str
    by_name: str
    by_title: str
    checked_on: date
    valid_to: date | None
    quotes: list[dict[str, Any]]


class OptionOut(BaseModel):
    """One answer to what is asked back; send its key in ``choices``."""

    key: str
    label: str


class ProcedureOut(BaseModel):
    """A procedure of the one-stop shop."""

    title: str
    url: str
    facts: dict[str, Any]


class SentenceOut(BaseModel):
    """A sentence a model wrote, with the words of the law that bear it."""

    text: str
    quote: str
    source: str


class AnswerOut(BaseModel):
    """The answer. ``kind``: found, related, ask_back, not_found; ``message`` is what to say when none was found."""

    kind: str
    message: str
    day: date
    unit_path: str
    confidence: float
    main: QuoteOut | None
    others: list[QuoteOut]
    history: QuoteOut | None
    ask_back: str
    options: list[OptionOut]
    checked: CheckedOut | None
    procedures: list[ProcedureOut]
    summary: list[SentenceOut]
    source: str


def _quote(one: Quote) -> QuoteOut:
    return QuoteOut(
        article_id=one.article_id,
        citation=one.citation,
        title=one.title,
        text=one.text,
        start=one.start,
        end=one.end,
        highlight_start=one.highlight.start,
        highlight_end=one.highlight.end,
        state=one.validity.state,
        state_words=one.validity.words,
        amended_by=list(one.validity.amended_by),
        replaced_by=one.validity.replaced_by,
        leads=list(one.leads),
        exceptions=list(one.exceptions),
    )


def _checked(row: Any) -> CheckedOut:
    return CheckedOut(
        id=row.pk,
        question=row.question,
        answer=row.answer,
        by_name=row.by_name,
        by_title=row.by_title,
        checked_on=row.checked_on,
        valid_to=row.valid_to,
        quotes=list(row.quotes),
    )


def shown(made: Answer) -> AnswerOut:
    """The outward form of an answer."""
    condition = made.condition
    asks = condition is not None and made.kind == "ask_back"
    return AnswerOut(
        kind=made.kind,
        message=HONEST if made.honest else "",
        day=made.day,
        unit_path=made.unit_path,
        confidence=round(made.confidence, 4),
        main=_quote(made.main) if made.main else None,
        others=[_quote(one) for one in made.others],
        history=_quote(made.history) if made.history else None,
        ask_back=condition.asks if condition is not None and asks else "",
        options=[OptionOut(key=one.key, label=one.label) for one in condition.options] if condition else [],
        checked=_checked(made.checked) if made.checked else None,
        procedures=[
            ProcedureOut(title=one.title, url=one.url, facts=dict(one.facts)) for one in made.procedures
        ],
        summary=[
            SentenceOut(text=one.text, quote=one.quote, source=one.passage) for one in made.summary.sentences
        ],
        source=source_words(),
    )


@router.post("/answers", auth=KEY, response=AnswerOut)
def answer(request: HttpRequest, body: QuestionIn) -> AnswerOut:
    """Answer a question: quotes only, never composed sentences unless each is borne by a quote."""
    viewer = viewer_in(request)
    started = time.perf_counter()
    facts = {key.partition(".")[0]: key for key in body.choices if key in _OPTIONS}
    unit_path = body.unit_path or viewer.unit_path
    made = answers.answer(viewer, question=body.question, day=body.day, unit_path=unit_path, facts=facts)
    took = int((time.perf_counter() - started) * 1000)
    actions.note_asked(viewer, answer=made, channel=Asked.Channel.API, took_ms=took)
    return shown(made)


class HandOverIn(BaseModel):
    """A question for the legal officer of the client's unit."""

    question: Text = Field(min_length=1, max_length=2000)


class HandOverOut(BaseModel):
    """Where the answer can be read: ``token`` for the address below."""

    token: str
    due_on: date


@router.post("/questions", auth=KEY, response={201: HandOverOut})
def hand_over(request: HttpRequest, body: HandOverIn) -> tuple[int, HandOverOut]:
    """Hand a question to the legal officer."""
    viewer = viewer_in(request)
    row = actions.hand_over(viewer, question=body.question, unit_path=viewer.unit_path)
    return 201, HandOverOut(token=queries.link_of(row), due_on=row.due_on)


class OwnOut(BaseModel):
    """What became of a question."""

    state: str
    due_on: date
    note: str
    answer: CheckedOut | None


@router.get("/questions/{token}", auth=KEY, response=OwnOut)
def own(request: HttpRequest, token: str) -> OwnOut:
    """A question by the token its sender got."""
    row = queries.own_question(_checked_text(token))
    answered = _checked(row.answer) if row.answer else None
    return OwnOut(state=row.state, due_on=row.due_on, note=row.note, answer=answered)


def _checked_text(text: str) -> str:
    try:
        return storable(text)
    except ValueError as error:
        raise ActionError(str(error)) from error


class CheckedList(BaseModel):
    """Checked answers that hold at a unit today."""

    answers: list[CheckedOut]


@router.get("/checked", auth=KEY, response=CheckedList)
def checked(request: HttpRequest) -> CheckedList:
    """Checked answers of the client's unit and those above, newest first, at most 200."""
    viewer = viewer_in(request)
    rows = queries.published(viewer.unit_path, today())
    return CheckedList(answers=[_checked(row) for row in rows[:200]])
