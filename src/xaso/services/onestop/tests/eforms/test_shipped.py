"""Every setup that ships: clean, complete, payable, in time, in plain words."""

from __future__ import annotations

from datetime import date

import pytest

from xaso.services.onestop import eforms
from xaso.services.onestop.eforms.facts import FACTS
from xaso.services.onestop.eforms.samples import PAPERS, as_text, sample_given, template_samples
from xaso.services.onestop.eforms.schema import Kind

SETUPS = eforms.shipped_setups()
EACH = pytest.mark.parametrize("form", SETUPS, ids=[form.id for form in SETUPS])
TEMPLATES = {path.stem for path in PAPERS.glob("*.typ")}
RATES = [
    eforms.Rate(fee=fee.key, amount=20_000, valid_from=date(2020, 1, 1), legal_basis="NQ thử")
    for form in SETUPS
    for fee in form.fees
    if fee.method == "set_by_province"
]
REQUIRED = {
    "1.001193", "1.000894", "1.000656", "1.004873", "2.000815", "2.000884", "1.013225", "1.001612", "1.004884",
    "1.004859", "1.004837", "1.001022", "2.000635", "2.000986", "1.012812", "1.011607",
}  # fmt: skip


def test_enough_procedures_of_enough_fields() -> None:
    assert len({form.procedure for form in SETUPS}) >= 25
    assert len({form.field for form in SETUPS}) >= 5
    assert REQUIRED <= {form.procedure for form in SETUPS}
    assert len({form.id for form in SETUPS}) == len(SETUPS)


@EACH
def test_lint_is_clean(form: eforms.Setup) -> None:
    assert eforms.lint_setup(form, TEMPLATES) == []


@EACH
def test_sample_answers_are_valid_and_settle(form: eforms.Setup) -> None:
    given = sample_given(form)
    reading = eforms.validate_all(form, form.sample_answers, given)
    assert reading.problems == [] and reading.questions == []
    assert eforms.validate_all(form, reading.answers, given).answers == reading.answers
    computed = {question.key for _, question in form.questions() if question.kind is Kind.COMPUTED}
    assert set(reading.answers) - computed == set(form.sample_answers), "a sample answer is never asked"
    assert eforms.stopped(form, reading.answers, given) is None


@EACH
def test_fees_are_reckoned_with_and_without_rates(form: eforms.Setup) -> None:
    given = sample_given(form)
    for channel in form.channels:
        quote = eforms.fee_lines(form, form.sample_answers, channel, given.today, RATES, given)
        assert quote.lines and quote.complete
        assert all(line.legal_basis and line.reckoning for line in quote.lines)
        bare = eforms.fee_lines(form, form.sample_answers, channel, given.today, [], given)
        for line in bare.lines:
            assert line.amount is not None or line.note


@EACH
def test_papers_have_names_and_a_law_or_a_mark(form: eforms.Setup) -> None:
    for channel in form.channels:
        given = sample_given(form).with_facts(channel=channel)
        papers = eforms.required_components(form, form.sample_answers, given)
        assert papers
        for paper in papers:
            assert paper.words and paper.component.name
            assert paper.component.legal_basis or paper.component.unconfirmed
    facts = {"channel": "online", **dict.fromkeys(set(FACTS) - {"channel"}, True)}
    waived = eforms.required_components(form, form.sample_answers, sample_given(form).with_facts(**facts))
    assert all(paper.words for paper in waived)


@EACH
def test_plan_goes_from_reception_to_return(form: eforms.Setup) -> None:
    given = sample_given(form)
    plan = eforms.plan_for(form, form.sample_answers, given)
    assert (plan[0].kind, plan[-1].kind) == ("receive", "return")
    assert any(step.kind == "sign" for step in plan) and any(step.kind == "seal" for step in plan)
    assert eforms.term_for(form, form.sample_answers, given).words


@EACH
def test_summary_shows_every_answer(form: eforms.Setup) -> None:
    given = sample_given(form)
    reading = eforms.validate_all(form, form.sample_answers, given)
    rows = [row for section in eforms.summary(form, reading.answers, given) for row in section.rows]
    assert {row.path.partition(".")[0] for row in rows} >= set(reading.answers)
    assert all(row.text for row in rows if row.path in form.sample_answers)


@EACH
def test_results_have_drafts_that_read(form: eforms.Setup) -> None:
    given = sample_given(form)
    for result in eforms.results_for(form, form.sample_answers, given):
        assert eforms.read_draft(result, form.sample_draft, given).problems == []
        assert result.code
        assert result.layout_confirmed or result.layout_note


def test_sample_files_are_in_step() -> None:
    samples = template_samples()
    assert TEMPLATES >= set(samples)
    for template, data in samples.items():
        path = PAPERS / f"{template}.json"
        assert path.read_text(encoding="utf-8") == as_text(data), f"run eforms.samples: {path.name} is old"


def test_building_permit_follows_the_law_of_its_day() -> None:
    before = eforms.setup_on("1.013225", date(2026, 6, 30))
    after = eforms.setup_on("1.013225", date(2026, 7, 1))
    assert before is not None and after is not None
    given = eforms.Given(today=date(2026, 7, 1))
    assert eforms.term_for(before, {}, given).term == "15d"
    assert eforms.term_for(after, {}, given).term == "7wd"
    assert (after.supplement_limit, after.supplement_days) == (1, "2wd")


def test_certified_copies_cost_what_the_circular_says() -> None:
    form = eforms.setup_on("2.000815", date(2026, 10, 15))
    assert form is not None
    answers = {**form.sample_answers, "papers": [{"name": "Sổ", "pages": 300, "copies": 2}]}
    given = sample_given(form)
    assert eforms.fee_lines(form, answers, "counter", given.today, [], given).total == 400_000


def test_death_registered_in_time_is_free_of_charge() -> None:
    form = eforms.setup_on("1.000656", date(2026, 10, 15))
    assert form is not None
    given = sample_given(form)
    answers = {**form.sample_answers, "copies_wanted": False}
    line = eforms.fee_lines(form, answers, "online", given.today, [], given).lines[0]
    assert line.exemption == "on_time"
    late = eforms.fee_lines(form, {**answers, "died": "2026-08-01"}, "online", given.today, [], given).lines[
        0
    ]
    assert late.state == "not_set"


@pytest.mark.parametrize(
    ("procedure", "change", "stop"),
    [
        ("1.000894", {"man_born": "2008-01-01"}, "man_young"),
        ("1.000894", {"woman_state": "married"}, "still_married"),
        ("1.001193", {"parents": "father"}, "father_only"),
        ("2.001263", {"adopter_born": "2005-01-01"}, "gap"),
        ("1.001662", {"volume": 12}, "large"),
        ("1.013997", {"culled_on": "2026-08-01"}, "late"),
        ("1.001612", {"owner_born": "2010-01-01"}, "young"),
    ],
)
def test_who_cannot_go_on_gets_a_page(procedure: str, change: dict[str, object], stop: str) -> None:
    form = eforms.setup_on(procedure, date(2026, 10, 15))
    assert form is not None
    found = eforms.stopped(form, {**form.sample_answers, **change}, sample_given(form))
    assert found is not None and found.key == stop
