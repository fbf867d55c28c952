"""Papers, fees, cases, terms and plans."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from xaso.services.onestop import eforms
from xaso.services.onestop.tests.eforms.makers import ANSWERS, DAY, GIVEN, setup, step

COPIES = {
    "key": "copies",
    "name": "Phí chứng thực",
    "kind": "fee",
    "method": "tiered",
    "group": "papers",
    "pages": "pages",
    "quantity": "copies",
    "cap": 200_000,
    "tiers": [{"start": 1, "amount": 2000}, {"start": 3, "amount": 1000}],
    "legal_basis": "TT 226/2016/TT-BTC",
}
BY_COUNCIL = {
    "key": "charge",
    "name": "Lệ phí",
    "method": "set_by_province",
    "note": "Hội đồng nhân dân tỉnh quyết định.",
    "legal_basis": "TT 85/2019/TT-BTC",
    "exempt": [{"key": "poor", "words": "hộ nghèo", "when": {"fact": "poverty_known"}}],
}


def quote(fee: dict[str, Any], rates: list[eforms.Rate] | None = None, **more: Any) -> eforms.FeeQuote:
    given = more.get("given", GIVEN)
    return eforms.fee_lines(
        setup(fees=[fee]), more.get("answers", ANSWERS), "online", DAY, rates or [], given
    )


@pytest.mark.parametrize(
    ("pages", "copies", "total"),
    [
        (1, 1, 2000),
        (2, 1, 4000),
        (3, 1, 5000),
        (5, 2, 14_000),
        (198, 1, 200_000),
        (400, 1, 200_000),
        (2, 3, 12_000),
    ],
)
def test_copies_by_tiers_and_cap(pages: int, copies: int, total: int) -> None:
    answers = {"papers": [{"title": "A", "pages": pages, "copies": copies}]}
    assert quote(COPIES, answers=answers).total == total


def test_several_papers_add_up() -> None:
    answers = {"papers": [{"pages": 1, "copies": 1}, {"pages": 3, "copies": 2}]}
    found = quote(COPIES, answers=answers)
    assert found.total == 2000 + 10_000
    assert "2 bản × 3 trang" in found.lines[0].reckoning


def test_a_fee_of_the_council_is_never_called_free() -> None:
    found = quote(BY_COUNCIL)
    assert not found.complete
    assert found.lines[0].state == "not_set" and found.lines[0].amount is None
    assert "Hội đồng nhân dân tỉnh" in found.lines[0].note


def test_dated_rates_of_the_province() -> None:
    def rate(amount: int, start: str, end: str | None = None, **more: Any) -> eforms.Rate:
        return eforms.Rate(
            fee="charge",
            amount=amount,
            valid_from=start,
            valid_to=end,
            legal_basis="NQ 05/2025/NQ-HĐND",
            **more,
        )

    rates = [rate(10_000, "2020-01-01", "2026-06-30"), rate(20_000, "2026-07-01"), rate(5000, "2027-01-01")]
    found = quote(BY_COUNCIL, rates)
    assert found.complete and found.total == 20_000
    assert found.lines[0].legal_basis.startswith("NQ 05/2025/NQ-HĐND")
    assert quote(BY_COUNCIL, [*rates, rate(8000, "2026-07-01", channel="online")]).total == 8000
    assert quote(BY_COUNCIL, [*rates, rate(1000, "2026-07-01", procedure="1.000001")]).total == 1000
    assert quote(BY_COUNCIL, [rate(1000, "2026-07-01", procedure="1.000002")]).complete is False


def test_exemption_names_who() -> None:
    line = quote(BY_COUNCIL, given=GIVEN.with_facts(poverty_known=True)).lines[0]
    assert (line.state, line.amount, line.exemption) == ("exempt", 0, "poor")
    assert "hộ nghèo" in line.reckoning


def test_by_channel() -> None:
    fee = {
        "key": "f",
        "name": "Lệ phí",
        "method": "fixed",
        "amount": 20_000,
        "by_channel": {"online": 10_000},
        "legal_basis": "x",
    }
    form = setup(fees=[fee])
    assert eforms.fee_lines(form, ANSWERS, "online", DAY, [], GIVEN).total == 10_000
    assert eforms.fee_lines(form, ANSWERS, "counter", DAY, [], GIVEN).total == 20_000


@pytest.mark.parametrize(
    "broken",
    [
        {"method": "fixed"},
        {"method": "set_by_province"},
        {"method": "tiered", "pages": "pages", "tiers": [{"start": 2, "amount": 1}]},
        {"method": "tiered", "tiers": [{"start": 1, "amount": 1}]},
    ],
)
def test_broken_fees_are_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        eforms.Fee.model_validate({"key": "f", "name": "Lệ phí", "legal_basis": "x", **broken})


def test_papers_by_what_the_state_has() -> None:
    form = setup()
    papers = eforms.required_components(form, ANSWERS, GIVEN)
    assert [(paper.component.key, paper.state) for paper in papers] == [
        ("form", "by_form"),
        ("identity", "needed"),
    ]
    assert papers[1].words == "Cho xem 1 bản chính"
    proven = eforms.required_components(
        form, ANSWERS, GIVEN.with_facts(identity_proven=True, channel="counter")
    )
    assert [(paper.state, paper.words) for paper in proven] == [
        ("needed", "Nộp 1 bản chính"),
        ("waived", "Không cần cho xem."),
    ]
    assert [paper.component.key for paper in eforms.missing_components(papers, [])] == ["identity"]
    assert eforms.missing_components(papers, ["identity"]) == []


def test_reuse_and_one_of() -> None:
    parts = [
        {
            "key": "birth",
            "name": "Giấy khai sinh",
            "reuse": ["KQ.G15.000031"],
            "one_of": "proof",
            "legal_basis": "x",
        },
        {"key": "school", "name": "Học bạ", "one_of": "proof", "legal_basis": "x"},
    ]
    form = setup(components=parts)
    papers = eforms.required_components(form, ANSWERS, GIVEN)
    assert len(eforms.missing_components(papers, [])) == 2
    assert eforms.missing_components(papers, ["school"]) == []
    kept = eforms.required_components(form, ANSWERS, GIVEN, ["KQ.G15.000031"])
    assert (kept[0].state, kept[0].reuse_codes) == ("reused", ("KQ.G15.000031",))
    assert eforms.missing_components(kept, []) == []


def test_case_term_and_plan() -> None:
    cases = [
        {
            "key": "wed",
            "title": "Đã kết hôn",
            "when": {"field": "married", "is": True},
            "term": "10d+5d",
            "term_basis": "x",
            "steps": [step("receive", "receive", "1d"), step("return", "return", "5d", stage=2)],
        },
        {"key": "rest", "title": "Còn lại", "term": "3wd", "term_basis": "x"},
    ]
    form = setup(cases=cases)
    assert eforms.term_for(form, ANSWERS, GIVEN).words == "3 ngày làm việc"
    wed = {**ANSWERS, "married": True}
    assert eforms.term_for(form, wed, GIVEN).term == "10d+5d"
    assert [one.key for one in eforms.plan_for(form, wed, GIVEN)] == ["receive", "return"]
    assert [one.key for one in eforms.plan_for(form, ANSWERS, GIVEN)][0] == "receive"
    assert eforms.lint_setup(form) == []


@pytest.mark.parametrize(
    ("term", "terms", "fits"),
    [
        ("3wd", ["4h", "16h", "4h"], True),
        ("3wd", ["4h", "16h", "5h"], False),
        ("same-day", ["4h", "4h"], True),
        ("same-day", ["1wd", "1h"], False),
        ("15d", ["9wd"], True),
        ("15d", ["12wd"], False),
        ("1d", ["4h", "4h"], True),
        ("5wd", ["3d", "2wd"], True),
    ],
)
def test_plans_against_terms(term: str, terms: list[str], fits: bool) -> None:
    kinds = ["receive", *["review"] * (len(terms) - 2), "return"] if len(terms) > 1 else ["return"]
    steps = [
        step(f"s{place}", kind, text) for place, (kind, text) in enumerate(zip(kinds, terms, strict=True))
    ]
    form = setup(steps=steps, cases=[{"key": "c", "title": "C", "term": term, "term_basis": "x"}])
    over = [finding for finding in eforms.lint_setup(form) if "Vượt thời hạn" in finding.message]
    assert (not over) is fits


def test_parallel_steps_count_once_and_waiting_not_at_all() -> None:
    steps = [
        step("receive", "receive", "4h"),
        step("a", "opinion", "2wd", parallel="p"),
        step("b", "inspect", "1wd", parallel="p"),
        step("wait", "notify", "30wd", waits_for_citizen=True),
        step("return", "return", "4h"),
    ]
    form = setup(steps=steps)
    assert eforms.lint_setup(form) == []


def test_versions_by_day() -> None:
    old = setup(valid_from="2025-07-01", valid_to="2026-06-30")
    new = setup(valid_from="2026-07-01")
    for day, expected in (("2026-06-30", old), ("2026-07-01", new), ("2030-01-01", new)):
        assert eforms.setup_on("1.000001", date.fromisoformat(day), setups=[old, new]) is expected
    assert eforms.setup_on("1.000001", date(2025, 6, 30), setups=[old, new]) is None
    assert new.id == "1.000001@2026-07-01"
