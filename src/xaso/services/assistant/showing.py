"""How an answer is shown: rows for templates, addresses, the words to be read aloud, what was asked in a request."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.services.assistant import answers
from xaso.services.assistant.actions.asking import note_asked
from xaso.services.assistant.answers.placing import name_of
from xaso.services.assistant.answers.shape import Answer, Quote
from xaso.services.assistant.answers.writing import is_on
from xaso.services.assistant.queries.shelf import article_address
from xaso.services.assistant.rules.abstain import HONEST, LACKS
from xaso.services.assistant.rules.conditions import AXES

_OPTIONS = {option.key for axis in AXES for option in axis.options}
BADGES = {
    "in_force": ("Còn hiệu lực", "good", "check"),
    "partly": ("Hết hiệu lực một phần", "warn", "clock"),
    "ended": ("Hết hiệu lực", "danger", "x"),
    "not_yet": ("Chưa có hiệu lực", "warn", "clock"),
    "unknown": ("Chưa rõ hiệu lực", "warn", "circle-help"),
}
UNKNOWN = BADGES["unknown"]


@dataclass(frozen=True)
class Question:
    """What a request asks: words, day, unit, answers to what was asked back; errors of the form by field."""

    text: str
    day: date
    unit_path: str
    facts: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    day_problem: str = ""
    typed_day: str = ""

    @property
    def query(self) -> dict[str, Any]:
        """The address line that asks it again."""
        found: dict[str, Any] = {"q": self.text}
        if self.day != today():
            found["ngay"] = self.day.isoformat()
        if self.facts:
            found["chon"] = list(self.facts.values())
        return found


def question_in(data: QueryDict, unit_path: str) -> Question:
    """Read a form or an address line; what cannot be read is told beside its field."""
    text = data.get("q", "").replace("\x00", " ")
    typed, day, problem = data.get("ngay", "").strip(), today(), ""
    if typed:
        try:
            day = _day(typed)
        except ValueError:
            problem = "Nhập ngày như 27/03/2026"
    facts = {key.partition(".")[0]: key for key in data.getlist("chon")[:6] if key in _OPTIONS}
    return Question(text.strip(), day, unit_path, facts, day_problem=problem, typed_day=typed[:40])


def _day(typed: str) -> date:
    if "-" in typed and len(typed.split("-")[0]) == 4:
        return date.fromisoformat(typed)
    day, month, year = typed.replace(".", "/").replace("-", "/").split("/")
    return date(int(year), int(month), int(day))


def answered(viewer: Viewer, asked: Question, channel: str) -> tuple[Answer | None, str]:
    """The answer, counted; or why the question cannot be read."""
    started = time.perf_counter()
    try:
        made = answers.answer(
            viewer, question=asked.text, day=asked.day, unit_path=asked.unit_path, facts=asked.facts
        )
    except ActionError as error:
        if error.status != 422:
            raise
        return None, error.message
    note_asked(viewer, answer=made, channel=channel, took_ms=int((time.perf_counter() - started) * 1000))
    return made, ""


def row_of(quote: Quote, day: date | None = None) -> dict[str, Any]:
    """A quote for the page: its pieces, badge, addresses."""
    before, mark, after = quote.pieces
    words, kind, icon = BADGES.get(quote.validity.state, UNKNOWN)
    return {
        "quote": quote,
        "before": before,
        "mark": mark,
        "after": after,
        "badge": {"words": words, "kind": kind, "icon": icon},
        "url": article_url(quote, day),
        "listen_url": listen_url(quote),
    }


def listen_url(quote: Quote) -> str:
    """Where the quote is read aloud."""
    place = {"dieu": str(quote.article_id), "tu": str(quote.start), "den": str(quote.end)}
    return f"{reverse('assistant:listen')}?{urlencode(place)}"


def article_url(quote: Quote, day: date | None = None) -> str:
    """The page of the whole article at the place of the quote; on a day that is not today's, of that day."""
    past = day if day is not None and day != today() else None
    return article_address(quote.slug, quote.article, clause=quote.clause, point=quote.point, day=past)


def shown(answer: Answer, asked: Question, base: str) -> dict[str, Any]:
    """What the page of an answer needs. ``base`` is the address of the page itself."""
    condition = answer.condition
    joint = "&" if "?" in base else "?"
    options = []
    if condition is not None:
        for option in condition.options:
            picked = {**asked.query, "chon": [*asked.facts.values(), option.key]}
            options.append({"label": option.label, "url": f"{base}{joint}{urlencode(picked, doseq=True)}"})
    year_url = ""
    if answer.year is not None:
        there = {**asked.query, "ngay": date(answer.year, 12, 31).isoformat()}
        year_url = f"{base}{joint}{urlencode(there, doseq=True)}"
    return {
        "answer": answer,
        "main": row_of(answer.main, asked.day) if answer.main else None,
        "others": [row_of(one, asked.day) for one in answer.others],
        "history": row_of(answer.history, asked.day) if answer.history else None,
        "options": options,
        "year_url": year_url,
        "honest_words": HONEST,
        "lacks": LACKS,
        "model_on": is_on(),
        "past": asked.day != today(),
        "place_name": name_of(answer.unit_path) if answer.procedures else "",
        "condition_title": condition.asks if condition else "",
    }
