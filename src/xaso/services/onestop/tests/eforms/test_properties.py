"""Whatever is typed: nothing crashes, reading twice is reading once, hidden questions keep and demand nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xaso.services.onestop import eforms
from xaso.services.onestop.eforms.inputs import InputProblem, read
from xaso.services.onestop.eforms.lists import options_of
from xaso.services.onestop.eforms.samples import sample_given
from xaso.services.onestop.eforms.schema import CHOICES, Kind, Question
from xaso.services.onestop.tests.eforms.makers import GIVEN, setup

SETUPS = eforms.shipped_setups()
TYPED = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=40),
    st.sampled_from(
        ["12/3/1985", "1.5", "1.250.000", "0912 345 678", "006085001234", "yes", "Tày", "3/1950", "8h"]
    ),
    st.dictionaries(
        st.sampled_from(["day", "month", "year", "unit", "unit_text", "detail"]), st.text(max_size=8)
    ),
    st.lists(st.text(max_size=8), max_size=3),
)
SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def likely(question: Question) -> st.SearchStrategy[Any]:
    """Answers that often fit the question, and sometimes anything."""
    if question.kind in CHOICES:
        values = [option.value for option in options_of(question)]
        one = st.sampled_from(values)
        return st.one_of(st.lists(one, max_size=3) if question.kind is Kind.CHECKBOX else one, TYPED)
    if question.kind is Kind.YES_NO:
        return st.one_of(st.booleans(), TYPED)
    if question.kind is Kind.GROUP:
        row = st.fixed_dictionaries({}, optional={part.key: likely(part) for part in question.fields})
        return st.one_of(st.lists(row, max_size=4), TYPED)
    return TYPED


@st.composite
def filled(draw: st.DrawFn) -> tuple[eforms.Setup, dict[str, Any]]:
    """A shipped setup with its sample answers, some of them replaced by what somebody may type."""
    form = draw(st.sampled_from(SETUPS))
    questions = {question.key: question for _, question in form.questions()}
    changed = draw(st.lists(st.sampled_from(sorted(questions)), max_size=8, unique=True))
    return form, {**form.sample_answers, **{key: draw(likely(questions[key])) for key in changed}}


@SLOW
@given(filled())
def test_reading_twice_is_reading_once(case: tuple[eforms.Setup, dict[str, Any]]) -> None:
    form, raw = case
    here = sample_given(form)
    once = eforms.validate_all(form, raw, here)
    twice = eforms.validate_all(form, once.answers, here)
    assert twice.answers == once.answers
    assert {problem.path for problem in twice.problems} <= {problem.path for problem in once.problems}


@SLOW
@given(filled())
def test_hidden_questions_keep_and_demand_nothing(case: tuple[eforms.Setup, dict[str, Any]]) -> None:
    form, raw = case
    here = sample_given(form)
    reading = eforms.validate_all(form, raw, here)
    asked = {
        question.key
        for page in form.pages
        for question in eforms.visible_questions(page, reading.answers, here)
    }
    assert set(reading.answers) <= asked
    assert {problem.path.partition(".")[0] for problem in reading.problems} <= asked


@SLOW
@given(filled())
def test_everything_can_be_worked_out_from_any_answers(case: tuple[eforms.Setup, dict[str, Any]]) -> None:
    form, raw = case
    here = sample_given(form)
    answers = eforms.settle(form, raw, here)
    for channel in form.channels:
        quote = eforms.fee_lines(form, answers, channel, here.today, [], here)
        assert quote.total >= 0 and all(line.amount is None or line.amount >= 0 for line in quote.lines)
    eforms.required_components(form, answers, here)
    eforms.plan_for(form, answers, here)
    eforms.term_for(form, answers, here)
    eforms.summary(form, answers, here)
    eforms.stopped(form, answers, here)
    eforms.first_open_page(form, answers, here)
    for result in eforms.results_for(form, answers, here):
        eforms.result_data(form, result, answers, raw, here, eforms.Issuer("UBND xã"))


@SLOW
@given(filled())
def test_even_raw_input_harms_nothing(case: tuple[eforms.Setup, dict[str, Any]]) -> None:
    form, raw = case
    here = sample_given(form)
    eforms.fee_lines(form, raw, "counter", here.today, [], here)
    eforms.required_components(form, raw, here)
    eforms.stopped(form, raw, here)
    for page in form.pages:
        eforms.validate_page(form, page.key, raw, raw, here)


@given(st.sampled_from([kind for kind in Kind if kind not in {Kind.GROUP, Kind.COMPUTED}]), TYPED)
@settings(max_examples=400, deadline=None)
def test_each_kind_reads_its_own_values_unchanged(kind: Kind, raw: Any) -> None:
    options = [{"value": "a", "label": "Một"}, {"value": "b", "label": "Hai"}]
    more = {"options": options} if kind in {Kind.SELECT, Kind.RADIO, Kind.CHECKBOX} else {}
    question = Question.model_validate(
        {"key": "q", "kind": kind, "label": "Q", "partial": True, "unit": "m²", **more}
    )
    try:
        once = read(question, raw, GIVEN)
    except InputProblem as problem:
        assert str(problem)
        return
    assert read(question, once, GIVEN) == once


FEE = {
    "key": "f",
    "name": "Phí",
    "kind": "fee",
    "method": "tiered",
    "group": "papers",
    "pages": "pages",
    "quantity": "copies",
    "cap": 200_000,
    "tiers": [{"start": 1, "amount": 2000}, {"start": 3, "amount": 1000}],
    "legal_basis": "x",
}


@given(st.integers(0, 2000), st.integers(0, 200), st.integers(0, 50), st.integers(0, 20))
def test_more_copies_never_cost_less(pages: int, copies: int, more_pages: int, more_copies: int) -> None:
    form = setup(fees=[FEE])

    def price(pages: int, copies: int) -> int:
        answers = {"papers": [{"pages": pages, "copies": copies}]}
        return eforms.fee_lines(form, answers, "counter", GIVEN.today, [], GIVEN).total

    assert 0 <= price(pages, copies) <= price(pages + more_pages, copies + more_copies)
