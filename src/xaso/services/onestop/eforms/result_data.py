"""What a result template is given: one JSON object, everything already in words.

Templates stand in ``papers/`` beside this service (key ``onestop.<template>``) and are typeset by
`xaso.kernel.documents`, which adds the verification code and leaves number, date and signatures as fields. A
template never reckons and never reads the database: it lays out ``data``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xaso.kernel.plain.money import money_in_words
from xaso.services.onestop.eforms.answers import Reading, settle, validate_questions
from xaso.services.onestop.eforms.conditions import Answers, Given, holds
from xaso.services.onestop.eforms.plan import choose_case
from xaso.services.onestop.eforms.schema import Kind, Page, Question, Result, Setup
from xaso.services.onestop.eforms.summary import question_words
from xaso.services.onestop.eforms.words import date_long, date_spelled

SERVICE = "onestop"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues, as it stands on the paper.

    ``agency`` is the issuing organisation ("Ủy ban nhân dân xã Ba Bể"), ``parent`` the one above it, ``place`` stands
    before the date, ``authority`` and ``position`` say how the signer signs (empty: as the setup says).
    """

    agency: str
    parent: str = ""
    place: str = ""
    signer: str = ""
    authority: str | None = None
    position: str = ""


def template_key(result: Result) -> str:
    """The key under which documents know the template."""
    return f"{SERVICE}.{result.template}"


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
    issuer: Issuer,
    dossier_code: str = "",
    drafted: Given | None = None,
) -> dict[str, Any]:
    """The data of one result paper; only texts, numbers, lists and mappings, ready for JSON.

    ``given`` is of the day of filing; ``drafted``, when it differs, of the day on which the officer drafts.
    ``a`` holds every answer in words by key, ``raw`` the kept values, ``dates`` each date and ``amounts`` each sum
    of money written out.
    """
    kept = settle(setup, answers, given)
    added = read_draft(result, draft, drafted or given).answers
    every = [question for _, question in setup.questions()] + list(result.draft)
    values = {**kept, **added}
    return {
        "title": result.title,
        "agency": issuer.agency,
        "parent": issuer.parent,
        "place": issuer.place,
        "authority": result.sign_as if issuer.authority is None else issuer.authority,
        "position": issuer.position or result.position,
        "signer": issuer.signer,
        "sealed": result.seal,
        "unchecked": "" if result.layout_confirmed else result.layout_note,
        "procedure": {"code": setup.procedure, "title": setup.formal_name, "bases": list(setup.legal_basis)},
        "dossier_code": dossier_code,
        "case": choose_case(setup, kept, given).key,
        "a": {question.key: question_words(question, values.get(question.key)) for question in every},
        "raw": values,
        "dates": _dates(every, values),
        "amounts": _amounts(every, values),
    }


def _dates(questions: list[Question], values: Answers) -> dict[str, dict[str, str]]:
    """Every date in the two longer ways papers write it."""
    found = {}
    for question in questions:
        value = values.get(question.key)
        if question.kind is Kind.DATE and isinstance(value, str):
            found[question.key] = {"long": date_long(value), "spelled": date_spelled(value)}
    return found


def _amounts(questions: list[Question], values: Answers) -> dict[str, str]:
    """Every sum of money in words: "Một triệu hai trăm nghìn đồng"."""
    return {
        question.key: money_in_words(values[question.key])
        for question in questions
        if question.kind is Kind.MONEY and isinstance(values.get(question.key), int)
    }
