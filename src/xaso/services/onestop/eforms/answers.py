"""From raw input to kept answers: which pages are asked, what an answer becomes, what must be mended.

Answers are read page by page in the order of the setup. A question that is not asked keeps nothing and demands
nothing, so changing an early answer silently drops what no longer belongs.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from xaso.kernel.plain import idnumber
from xaso.services.onestop.eforms.conditions import Answers, Given, holds, is_empty
from xaso.services.onestop.eforms.dates import parts_of
from xaso.services.onestop.eforms.inputs import InputProblem, read
from xaso.services.onestop.eforms.lists import options_of
from xaso.services.onestop.eforms.schema import CHOICES, Computed, Kind, Page, Question, Setup, Stop
from xaso.services.onestop.eforms.timing import time_problem


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: where (``heirs.0.full_name``) and what to do, in words."""

    path: str
    message: str


@dataclass(slots=True)
class Reading:
    """What came out of reading input: kept answers, problems that block, questions that do not."""

    answers: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    questions: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Nothing to mend (questions do not count: the person may stand by the answer)."""
        return not self.problems


def visible_pages(setup: Setup, answers: Answers, given: Given) -> list[Page]:
    """The pages a person is asked, in order, each holding only the questions asked of this person."""
    pages = []
    for page in setup.pages:
        asked = visible_questions(page, answers, given)
        if any(question.kind is not Kind.COMPUTED for question in asked):
            pages.append(page.model_copy(update={"fields": tuple(asked)}))
    return pages


def visible_questions(page: Page, answers: Answers, given: Given) -> list[Question]:
    """The questions of one page that are asked with these answers."""
    if not holds(page.ask_when, answers, given):
        return []
    return [question for question in page.fields if holds(question.ask_when, answers, given)]


def page_of(setup: Setup, key: str) -> Page | None:
    """The page with that key, or else the page that asks the question of that key (``group.field`` too)."""
    for page in setup.pages:
        if page.key == key:
            return page
    head = key.partition(".")[0]
    return next((page for page, question in setup.questions() if question.key == head), None)


def next_page(setup: Setup, key: str, answers: Answers, given: Given) -> Page | None:
    """The page asked after the one of that key; None at the end."""
    order = {page.key: place for place, page in enumerate(setup.pages)}
    here = order.get(key, -1)
    return next((page for page in visible_pages(setup, answers, given) if order[page.key] > here), None)


def first_open_page(setup: Setup, answers: Answers, given: Given) -> Page | None:
    """The first page that still needs an answer (to continue a draft); None when all is answered."""
    for page in visible_pages(setup, answers, given):
        if not validate_page(setup, page.key, answers, answers, given).ok:
            return page
    return None


def validate_page(
    setup: Setup, page_key: str, raw: Mapping[str, Any], answers: Answers, given: Given
) -> Reading:
    """Read the input of one page, in the light of the answers of the other pages.

    The reading holds the answers of this page only. KeyError when there is no such page.
    """
    page = next((page for page in setup.pages if page.key == page_key), None)
    if page is None:
        raise KeyError(page_key)
    own = {question.key for question in page.fields}
    before = {key: value for key, value in answers.items() if key not in own}
    reading = Reading()
    _read_page(page, raw, before, reading, given)
    return reading


def validate_all(setup: Setup, raw: Mapping[str, Any], given: Given) -> Reading:
    """Read a whole form: what is kept is exactly what was asked. Reading kept answers again changes nothing."""
    return validate_questions(setup.pages, raw, given)


def validate_questions(pages: Iterable[Page], raw: Mapping[str, Any], given: Given) -> Reading:
    """`validate_all` for pages that are not a whole setup (an officer's draft fields)."""
    reading = Reading()
    for page in pages:
        _read_page(page, raw, {}, reading, given)
    return reading


def settle(setup: Setup, answers: Answers, given: Given) -> dict[str, Any]:
    """Drop answers that are no longer asked and work out computed ones; unusable answers are dropped too."""
    return validate_all(setup, answers, given).answers


def stopped(setup: Setup, answers: Answers, given: Given) -> Stop | None:
    """The first eligibility failure these answers show, if any."""
    return next((stop for stop in setup.stops if holds(stop.when, answers, given)), None)


def prefill(
    setup: Setup, known: Mapping[str, Any], given: Given, answers: Answers | None = None
) -> dict[str, Any]:
    """Answers taken from what the office knows, by each question's ``prefill`` path, and defaults.

    ``known`` holds mappings such as ``person`` (full_name, birth_date, sex, id_number, phone, email, address,
    ethnicity, nationality) and ``unit`` (address). What cannot be used is left for the person to answer. Some
    questions wait for an earlier answer (whose dossier is it?), so call it again with ``answers`` for each page
    and use what it says for questions that have no answer yet.
    """
    found: dict[str, Any] = {}
    for _, question in setup.questions():
        if question.kind in {Kind.GROUP, Kind.COMPUTED} or not holds(
            question.prefill_when, answers or {}, given
        ):
            continue
        source = _dig(known, question.prefill) if question.prefill else None
        try:
            value = read(question, question.default if is_empty(source) else source, given)
        except InputProblem:
            continue
        if not is_empty(value):
            found[question.key] = value
    return found


def _dig(known: Mapping[str, Any], path: str) -> Any:
    value: Any = known
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _read_page(page: Page, raw: Mapping[str, Any], before: Answers, reading: Reading, given: Given) -> None:
    # What is known grows with each answer; without earlier pages it is the reading itself.
    known = ChainMap(reading.answers, dict(before)) if before else reading.answers
    if page.ask_when is not None and not holds(page.ask_when, known, given):
        return
    for question in page.fields:
        if question.ask_when is None or holds(question.ask_when, known, given):
            _read_question(question, raw, known, None, question.key, reading.answers, reading, given)


def _read_question(
    question: Question,
    raw: Mapping[str, Any],
    known: Answers,
    item: Answers | None,
    path: str,
    into: dict[str, Any],
    reading: Reading,
    given: Given,
) -> None:
    """Read one question into ``into``, noting problems and questions on the way."""
    if question.kind is Kind.COMPUTED and question.compute is not None:
        value = compute(question.compute, _with(item, known))
        if value is not None:
            into[question.key] = value
        return
    if question.kind is Kind.GROUP:
        items = _read_group(question, raw.get(question.key), known, path, reading, given)
        if items:
            into[question.key] = items
        return
    try:
        value = read(question, raw.get(question.key), given)
        if value is None:
            if not question.optional:
                reading.problems.append(Problem(path, missing_words(question)))
            return
        value = _offered(question, value, known, item, given)
        if question.kind is Kind.DATE:
            message = time_problem(question, value, _with(item, known), given)
            if message:
                raise InputProblem(message)
    except InputProblem as problem:
        reading.problems.append(Problem(path, str(problem)))
        return
    into[question.key] = value
    if question.kind is Kind.ID_NUMBER and question.id_of:
        for words in _id_questions(question, value, _with(item, known)):
            reading.questions.append(Problem(path, words))


def _with(item: Answers | None, known: Answers) -> Answers:
    """The answers around an item of a group and its own, which come first."""
    return {**known, **item} if item else known


def _read_group(
    question: Question, raw: Any, known: Answers, path: str, reading: Reading, given: Given
) -> list[dict[str, Any]]:
    rows = [row for row in raw if isinstance(row, Mapping)] if isinstance(raw, list | tuple) else []
    rows = [row for row in rows if any(not is_empty(value) for value in row.values())]
    if len(rows) > question.max_items:
        reading.problems.append(Problem(path, f"Ghi nhiều nhất {question.max_items} {_thing(question)}"))
        rows = rows[: question.max_items]
    items: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        item: dict[str, Any] = {}
        for part in question.fields:
            if holds(part.ask_when, known, given, item):
                where = f"{path}.{place}.{part.key}"
                _read_question(part, row, known, item, where, item, reading, given)
        items.append(item)
    items = [item for item in items if item]
    if len(items) < question.min_items and not (question.optional and not items):
        words = question.ask or f"Ghi ít nhất {question.min_items} {_thing(question)}"
        reading.problems.append(Problem(path, words))
    return items


def _thing(question: Question) -> str:
    return _lower_first(question.item_title or question.label)


def _offered(question: Question, value: Any, known: Answers, item: Answers | None, given: Given) -> Any:
    """A choice that is not offered with these answers is refused."""
    # Shared lists are offered whole: only a question's own options have conditions.
    if not question.some_options_wait or question.kind not in CHOICES:
        return value
    offered = {option.value for option in options_of(question) if holds(option.when, known, given, item)}
    chosen = value if isinstance(value, list) else [value]
    if not offered.issuperset(chosen):
        raise InputProblem("Chọn một trong các câu trả lời đang có")
    return value


def _id_questions(question: Question, value: str, known: Answers) -> list[str]:
    born = known.get(question.id_of.get("birth_date", ""))
    parts = parts_of(born) if isinstance(born, str) else None
    sex = known.get(question.id_of.get("sex", ""))
    return idnumber.questions(
        value, birth_year=parts[0] if parts else None, sex=sex if sex in ("male", "female") else None
    )


def compute(rule: Computed, answers: Answers) -> int | float | Any | None:
    """The value of a computed field; None while there is nothing to compute from."""
    if rule.op == "copy":
        return answers.get(rule.of[0])
    if rule.op == "count":
        items = answers.get(rule.of[0])
        return len(items) if isinstance(items, list) else 0
    numbers = [number for key in rule.of for number in _numbers(answers, key)]
    if not numbers or (rule.op == "product" and len(numbers) < len(rule.of)):
        return None
    total: float = 0 if rule.op == "sum" else 1
    for number in numbers:
        total = total + number if rule.op == "sum" else total * number
    total = round(total, 3)
    return int(total) if float(total).is_integer() else total


def _numbers(answers: Answers, key: str) -> list[float]:
    head, _, tail = key.partition(".")
    value = answers.get(head)
    values = (
        [row.get(tail) for row in value if isinstance(row, Mapping)] if isinstance(value, list) else [value]
    )
    return [number for number in values if isinstance(number, int | float) and not isinstance(number, bool)]


def missing_words(question: Question) -> str:
    """What to do about a required answer that is missing."""
    if question.ask:
        return question.ask
    if question.kind is Kind.YES_NO:
        return f"Chọn Có hoặc Không: {question.label}"
    if question.label.endswith("?"):
        return f"{'Chọn câu trả lời' if question.kind in CHOICES else 'Trả lời'}: {question.label}"
    return f"{'Chọn' if question.kind in CHOICES else 'Nhập'} {_lower_first(question.label)}"


def _lower_first(text: str) -> str:
    """Lower the first letter unless the first word is an abbreviation."""
    first = text.split(" ", 1)[0]
    return text if len(first) > 1 and first.isupper() else text[:1].lower() + text[1:]
