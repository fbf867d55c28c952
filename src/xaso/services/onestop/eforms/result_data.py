"""What a result template is given: one JSON object, everything already in words.

A template never reckons and never reads the database: it lays out ``data`` (typst ``sys.inputs.data``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from xaso.services.onestop.eforms.answers import Reading, settle, validate_questions
from xaso.services.onestop.eforms.conditions import Answers, Given, holds
from xaso.services.onestop.eforms.plan import choose_case
from xaso.services.onestop.eforms.schema import Kind, Page, Question, Result, Setup
from xaso.services.onestop.eforms.summary import question_words
from xaso.services.onestop.eforms.words import date_long, date_spelled, date_text

TEMPLATES = resources.files("xaso.services.onestop") / "results"


@dataclass(frozen=True, slots=True)
class Office:
    """The office that issues: names as they stand on paper."""

    name: str
    parent: str = ""
    place: str = ""
    """Place before the date line ("Chợ Rã")."""
    seat: str = ""
    kind: str = "xã"
    """xã, phường or đặc khu."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Number, day and signer of this paper. Empty while it is a draft: the template then marks it so."""

    number: str = ""
    issued_on: str = ""
    signer_name: str = ""
    signer_title: str = ""
    sign_as: str = ""
    dossier_code: str = ""
    verify_code: str = ""
    verify_url: str = ""
    qr_svg: str = ""


def template_file(result: Result) -> Traversable:
    """The typst file of a result."""
    return TEMPLATES / f"{result.template}.typ"


def results_for(setup: Setup, answers: Answers, given: Given) -> list[Result]:
    """The papers that go out for these answers."""
    return [result for result in setup.results if holds(result.when, answers, given)]


def read_draft(result: Result, raw: Mapping[str, Any], given: Given) -> Reading:
    """Read what the officer adds when drafting, by the same rules as a citizen's form."""
    if not result.draft:
        return Reading()
    return validate_questions([Page(key="draft", title="Dự thảo", fields=result.draft)], raw, given)


def result_data(
    setup: Setup,
    result: Result,
    answers: Answers,
    draft: Answers,
    given: Given,
    office: Office,
    issue: Issue,
) -> dict[str, Any]:
    """The data of one result paper; only texts, numbers, lists and mappings, ready for JSON."""
    kept = settle(setup, answers, given)
    added = read_draft(result, draft, given).answers
    questions = [question for _, question in setup.questions()]
    words = {question.key: question_words(question, kept.get(question.key)) for question in questions}
    words |= {question.key: question_words(question, added.get(question.key)) for question in result.draft}
    every = [*questions, *result.draft]
    return {
        "procedure": {
            "code": setup.procedure,
            "title": setup.formal_name,
            "legal_basis": list(setup.legal_basis),
        },
        "case": choose_case(setup, kept, given).key,
        "result": {
            "title": result.title,
            "symbol": _symbol(result, issue),
            "layout_confirmed": result.layout_confirmed,
            "layout_note": result.layout_note,
            "seal": result.seal,
        },
        "office": asdict(office),
        "issue": {
            **asdict(issue),
            "sign_as": issue.sign_as or result.sign_as,
            "date_long": date_long(issue.issued_on) if issue.issued_on else "",
            "date": date_text(issue.issued_on) if issue.issued_on else "",
        },
        "a": words,
        "raw": {**kept, **added},
        "dates": _dates(every, {**kept, **added}),
    }


def _symbol(result: Result, issue: Issue) -> str:
    year = issue.issued_on[:4] or "......"
    return result.symbol.replace("{number}", issue.number or "......").replace("{year}", year)


def _dates(questions: list[Question], values: Answers) -> dict[str, dict[str, str]]:
    """Every date in the two longer ways papers write it."""
    found = {}
    for question in questions:
        value = values.get(question.key)
        if question.kind is Kind.DATE and isinstance(value, str):
            found[question.key] = {"long": date_long(value), "spelled": date_spelled(value)}
    return found
