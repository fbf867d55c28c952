"""Questions of an electronic form as the interface draws them; the same for citizens and for the desk."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xaso.kernel.ui import addresses
from xaso.kernel.ui.asked import Asked, Option
from xaso.services.onestop import eforms
from xaso.services.onestop.eforms.schema import Kind, Page, Question

PROVEN = "Lấy từ tài khoản định danh, đã xác thực."
_KINDS = {Kind.GROUP: "group", Kind.PERSON_NAME: "name", Kind.LONG_TEXT: "long_text", Kind.YES_NO: "yes_no"}


@dataclass(frozen=True)
class AskedGroup:
    """A repeated group: its items, each a list of questions, and whether more may be added."""

    key: str
    label: str
    hint: str
    item_title: str
    items: Sequence[Sequence[Asked]]
    errors: Sequence[str]
    can_add: bool
    least: int
    when: str = ""

    is_group = True

    @property
    def id(self) -> str:
        """The id of the group, where the error summary leads."""
        return f"id_{self.key}"


@dataclass(frozen=True)
class Typed:
    """What stands in the inputs: kept answers, or what was just typed and must not be lost; errors by path."""

    values: Mapping[str, Any]
    errors: Mapping[str, Sequence[str]]
    home: str = ""
    proven: Collection[str] = ()
    """Questions whose answer stands as the national identity account gave it."""


def asked_page(
    page: Page, answers: Mapping[str, Any], typed: Typed, given: eforms.Given, extra_items: str = ""
) -> list[Any]:
    """The questions of a page. A page with one question makes its label the title (h1).

    A question that hangs on an answer of the same page is drawn with that condition: the script hides it, and
    without script it stands after the choice it belongs to, to be left empty when it does not apply.
    """
    shown = {one.key for one in eforms.visible_questions(page, answers, given)}
    own = {one.key for one in page.fields}
    questions = [
        (question, when_words(question.ask_when, own))
        for question in page.fields
        if question.kind is not Kind.COMPUTED
        and (question.key in shown or when_words(question.ask_when, own))
    ]
    alone = len(questions) == 1 and questions[0][0].kind is not Kind.GROUP
    if any(question.choice_list for question in page.fields):
        # Beside a list of countries or peoples the communes of a province would make the page too heavy.
        typed = replace(typed, home="")
    drawn: list[Any] = []
    for question, when in questions:
        value = typed.values.get(question.key)
        if question.kind is Kind.GROUP:
            group = _group(question, value, typed, extra_items == question.key)
            drawn.append(replace(group, when=when))
        else:
            asked = _asked(
                question, question.key, value, typed, title=alone, scan=_scan(question, page.fields)
            )
            drawn.append(replace(asked, when=when))
    return drawn


def _scan(question: Question, beside: Sequence[Question], prefix: str = "") -> str:
    """Which boxes the QR code of an identity card fills: number, and birth date, sex, name of the same person."""
    if question.kind is not Kind.ID_NUMBER:
        return ""
    here = {one.key for one in beside}
    names = [one.key for one in beside if one.kind is Kind.PERSON_NAME]
    boxes = {"number": question.key, **{fact: key for fact, key in question.id_of.items() if key in here}}
    if len(names) == 1:
        boxes["full_name"] = names[0]
    return ",".join(f"{fact}={prefix}{key}" for fact, key in boxes.items())


def when_words(condition: eforms.Condition | None, keys: set[str]) -> str:
    """A condition on another answer of the same page, as the script reads it (``kind=other|more``); else empty."""
    if condition is None or condition.field not in keys:
        return ""
    wanted = condition.in_ if condition.in_ is not None else () if condition.is_ is None else (condition.is_,)
    words = ["yes" if one is True else "no" if one is False else str(one) for one in wanted]
    return f"{condition.field}={'|'.join(words)}" if words else ""


def _group(question: Question, rows: Any, typed: Typed, one_more: bool) -> AskedGroup:
    rows = list(rows) if isinstance(rows, list) else []
    while one_more and rows and not rows[-1]:  # an empty item stands there already: that is the one asked for
        rows.pop()
    wanted = max(len(rows), question.min_items, 1 if not question.optional else 0) + (1 if one_more else 0)
    rows += [{}] * (min(wanted, question.max_items) - len(rows))
    items = [
        [
            _asked(
                part,
                f"{question.key}.{place}.{part.key}",
                (row or {}).get(part.key),
                typed,
                scan=_scan(part, question.fields, f"{question.key}.{place}."),
            )
            for part in question.fields
            if part.kind is not Kind.COMPUTED
        ]
        for place, row in enumerate(rows)
    ]
    return AskedGroup(
        key=question.key,
        label=question.label,
        hint=question.hint,
        item_title=question.item_title or question.label,
        items=items,
        errors=typed.errors.get(question.key, ()),
        can_add=len(rows) < question.max_items,
        least=question.min_items,
    )


def _asked(
    question: Question, name: str, value: Any, typed: Typed, *, title: bool = False, scan: str = ""
) -> Asked:
    shown = eforms.form_values(question, value, name)
    options = (
        [Option(one.value, one.label, one.hint) for one in eforms.options_of(question)]
        if _lists(question)
        else []
    )
    more: dict[str, Any] = {}
    if question.kind is Kind.ADDRESS and not shown and typed.home:
        shown = {"province": typed.home.split("/", 1)[0]}
    if question.kind is Kind.ADDRESS:
        more = addresses.boxes(typed.home)
    elif question.kind is Kind.DATE:
        more = {"birthday": "birth" in question.key or "born" in question.key}
    elif question.unit:
        more = {"unit": question.unit}
    if scan:
        more = {**more, "scan": scan}
    hint = question.hint
    if name in typed.proven:
        hint = f"{hint} {PROVEN}".strip()
    return Asked(
        kind=_KINDS.get(question.kind, str(question.kind)),
        name=name,
        label=question.label,
        hint=hint,
        errors=tuple(typed.errors.get(name, ())),
        value=shown if question.kind in {Kind.DATE, Kind.ADDRESS} else shown.get(name, ""),
        options=options,
        required=not question.optional,
        title=title,
        more=more,
    )


def _lists(question: Question) -> bool:
    return bool(question.options or question.choice_list)


def summary_lines(questions: Sequence[Any]) -> list[Any]:
    """All questions with an error, flat, for the summary at the top; a group's own errors as (message, id)."""
    flat: list[Any] = []
    for one in questions:
        if isinstance(one, AskedGroup):
            flat += [(message, one.id) for message in one.errors]
            flat += [part for item in one.items for part in item if part.errors]
        elif one.errors:
            flat.append(one)
    return flat


def errors_by_path(problems: Sequence[eforms.Problem]) -> dict[str, list[str]]:
    """Problems of a reading, gathered by the name of the input."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(problem.path, []).append(problem.message)
    return found
