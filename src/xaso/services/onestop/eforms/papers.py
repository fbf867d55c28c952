"""Which papers a person brings: by case, by answers, less what the state already has."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from xaso.services.onestop.eforms.conditions import Answers, Given, holds
from xaso.services.onestop.eforms.plan import choose_case
from xaso.services.onestop.eforms.schema import Component, Setup

State = Literal["needed", "optional", "by_form", "reused", "waived"]


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper for this dossier.

    ``needed`` and ``optional`` are asked for; ``by_form``: the electronic form is the declaration; ``reused``: a
    paper kept from an earlier result can stand in (offer it); ``waived``: the state has the data, with the words.
    """

    component: Component
    state: State
    words: str
    reuse_codes: tuple[str, ...] = ()

    @property
    def must_come(self) -> bool:
        """Reception cannot go on without it."""
        return self.state == "needed"


def required_components(
    setup: Setup, answers: Answers, given: Given, kept_results: Collection[str] = ()
) -> list[Paper]:
    """The papers of this case in the order of the setup.

    Facts used: ``channel`` (online, counter, post) and whatever the components name, such as
    ``identity_proven``. ``kept_results`` holds the result codes already digitised for this person.
    """
    case = choose_case(setup, answers, given)
    papers = []
    for component in setup.components:
        if component.cases and case.key not in component.cases:
            continue
        if holds(component.when, answers, given):
            papers.append(_paper(component, answers, given, kept_results))
    return papers


def missing_components(papers: list[Paper], given_keys: Collection[str]) -> list[Paper]:
    """The needed papers that were not given; of papers that replace each other one is enough."""
    satisfied = {
        paper.component.one_of
        for paper in papers
        if paper.component.one_of
        and (paper.component.key in given_keys or paper.state in {"waived", "reused"})
    }
    return [
        paper
        for paper in papers
        if paper.must_come
        and paper.component.key not in given_keys
        and paper.component.one_of not in satisfied
    ]


def _paper(component: Component, answers: Answers, given: Given, kept_results: Collection[str]) -> Paper:
    if component.is_form and given.facts.get("channel", "online") == "online":
        return Paper(component, "by_form", "Điền ngay trên trang này, không phải nộp bản giấy")
    if component.skip_when is not None and holds(component.skip_when, answers, given):
        return Paper(component, "waived", component.skip_words or "Không cần nộp: cơ quan nhà nước đã có")
    codes = tuple(code for code in component.reuse if code in kept_results)
    if codes:
        return Paper(component, "reused", "Đã có bản số hóa, được dùng lại", codes)
    state: State = "optional" if component.optional else "needed"
    return Paper(component, state, duty_words(component))


def duty_words(component: Component) -> str:
    """Submit or show, and how many: "Nộp 1 bản chính, 1 bản sao"."""
    counts = [f"{component.originals} bản chính"] if component.originals else []
    counts += [f"{component.copies} bản sao"] if component.copies else []
    verb = "Nộp" if component.duty == "submit" else "Cho xem"
    words = f"{verb} {', '.join(counts)}" if counts else verb
    return f"{words} (nếu có)" if component.optional else words
