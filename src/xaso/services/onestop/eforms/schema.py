"""The setup document: everything that makes one catalogue procedure electronic, as data with a version.

A setup is stored as JSON (`Setup.model_dump_json`), shipped as TOML with shared blocks (see `load`), edited by
officers, and pinned by each dossier. Keys are English; what people read is Vietnamese.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from xaso.services.onestop.eforms.conditions import Condition, Part, Scalar
from xaso.services.onestop.eforms.fee_schema import Fee
from xaso.services.onestop.eforms.terms import check_term

KEY = r"^[a-z][a-z0-9_]{0,59}$"


class Kind(StrEnum):
    """What sort of answer a field takes."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    PERSON_NAME = "person_name"
    DATE = "date"
    TIME = "time"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    MONEY = "money"
    NUMBER = "number"
    DECIMAL = "decimal"
    SELECT = "select"
    RADIO = "radio"
    CHECKBOX = "checkbox"
    YES_NO = "yes_no"
    COUNTRY = "country"
    ETHNICITY = "ethnicity"
    RELATION = "relation"
    GROUP = "group"
    COMPUTED = "computed"


CHOICES = frozenset({Kind.SELECT, Kind.RADIO, Kind.CHECKBOX, Kind.COUNTRY, Kind.ETHNICITY, Kind.RELATION})
LISTED = {Kind.COUNTRY: "countries", Kind.ETHNICITY: "ethnicities", Kind.RELATION: "relations"}


class Option(Part):
    """One choice of a select, radio or checkbox list."""

    value: str
    label: str
    hint: str = ""
    when: Condition | None = None


class Computed(Part):
    """A value worked out from answers given before it.

    ``sum`` and ``product`` take field keys or ``group.field``; ``count`` takes one group; ``copy`` one field.
    """

    op: Literal["sum", "product", "count", "copy"]
    of: tuple[str, ...] = Field(min_length=1)


class Question(Part):
    """One field of a form (or of one item of a repeated group)."""

    key: str = Field(pattern=KEY)
    kind: Kind
    label: str = Field(min_length=1)
    hint: str = ""
    ask: str = ""
    """The error when a required answer is missing; made from the label when empty."""
    optional: bool = False
    ask_when: Condition | None = None
    prefill: str = ""
    """Where the answer may come from, such as ``person.full_name``; see `answers.prefill`."""
    prefill_when: Condition | None = None
    """Prefill only then: not with one's own name when filing for somebody else."""
    options: tuple[Option, ...] = ()
    list_name: str = ""
    """A shared list (``ethnicities``, ``countries``, ``relations`` …) instead of ``options``."""
    default: Scalar | None = None
    min: float | None = None
    max: float | None = None
    max_length: int | None = None
    pattern: str = ""
    pattern_words: str = ""
    unit: str = ""
    partial: bool = False
    """Dates: a month or a year alone is accepted."""
    not_future: bool = False
    not_past: bool = False
    not_before: str = ""
    not_after: str = ""
    id_of: dict[str, str] = {}
    """ID numbers: fields ``birth_date`` and ``sex`` of the same person, compared and asked about, never refused."""
    compute: Computed | None = None
    fields: tuple[Question, ...] = ()
    min_items: int = 1
    max_items: int = 20
    item_title: str = ""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"pattern: {error}") from error
        return value

    @model_validator(mode="after")
    def _fits_kind(self) -> Self:
        if (self.kind is Kind.GROUP) is not bool(self.fields):
            raise ValueError(f"{self.key}: a group, and only a group, has fields")
        if (self.kind is Kind.COMPUTED) is not (self.compute is not None):
            raise ValueError(f"{self.key}: a computed field, and only one, says how it is computed")
        if self.kind in {Kind.SELECT, Kind.RADIO, Kind.CHECKBOX} and not (self.options or self.list_name):
            raise ValueError(f"{self.key}: {self.kind} needs options or list_name")
        if any(part.kind is Kind.GROUP for part in self.fields):
            raise ValueError(f"{self.key}: a group holds no group")
        if not 0 <= self.min_items <= self.max_items:
            raise ValueError(f"{self.key}: min_items {self.min_items} above max_items {self.max_items}")
        return self

    @cached_property
    def some_options_wait(self) -> bool:
        """Some of its own options are offered only with certain answers."""
        return any(option.when is not None for option in self.options)

    @cached_property
    def choice_list(self) -> str:
        """The name of the shared list the choices come from, or an empty text."""
        return self.list_name or LISTED.get(self.kind, "")


class Page(Part):
    """One thing asked at a time. Officers see all pages of a section together on one page."""

    key: str = Field(pattern=KEY)
    title: str = Field(min_length=1)
    hint: str = ""
    section: str = ""
    ask_when: Condition | None = None
    fields: tuple[Question, ...] = Field(min_length=1)


class Stop(Part):
    """An eligibility failure: a page that says why one cannot go on and what to do instead; never an error."""

    key: str = Field(pattern=KEY)
    when: Condition
    title: str
    words: str
    legal_basis: str = ""


class Promise(Part):
    """A sentence the applicant declares before filing."""

    key: str = Field(pattern=KEY)
    words: str
    when: Condition | None = None


class Component(Part):
    """One paper of the dossier, with the case it belongs to and when the state's own data replace it."""

    key: str = Field(pattern=KEY)
    name: str
    when: Condition | None = None
    cases: tuple[str, ...] = ()
    originals: int = Field(default=1, ge=0)
    copies: int = Field(default=0, ge=0)
    duty: Literal["submit", "show"] = "submit"
    optional: bool = False
    is_form: bool = False
    """The declaration itself: online the electronic form takes its place, at the counter it is printed and signed."""
    skip_when: Condition | None = None
    """Usually a fact: the state has the data, so the paper is not asked for."""
    skip_words: str = ""
    one_of: str = ""
    """Papers with the same word here replace each other: one is enough."""
    reuse: tuple[str, ...] = ()
    accepts: tuple[Literal["pdf", "image", "any"], ...] = ("pdf", "image")
    max_files: int = Field(default=10, ge=1, le=50)
    note: str = ""
    legal_basis: str = ""
    unconfirmed: str = ""


class Step(Part):
    """One step of the plan. Steps run in order; steps with the same ``parallel`` word run side by side."""

    key: str = Field(pattern=KEY)
    title: str
    role: str = Field(pattern=KEY)
    office: str = Field(pattern=KEY)
    kind: Literal[
        "receive", "review", "inspect", "opinion", "decide", "sign", "seal", "return", "notify", "meet"
    ]
    term: str
    stage: int = Field(default=1, ge=1)
    parallel: str = ""
    skip_when: Condition | None = None
    silence_is_consent: bool = False
    """Opinions: no answer in time counts as agreement."""
    waits_for_citizen: bool = False
    """The clock of the dossier stops here until the citizen acts."""
    note: str = ""

    @field_validator("term")
    @classmethod
    def _is_term(cls, value: str) -> str:
        return check_term(value, staged=False)


class Case(Part):
    """A variant (trường hợp) with its own legal term, chosen by the answers; the last one has no condition."""

    key: str = Field(pattern=KEY)
    title: str
    when: Condition | None = None
    term: str
    term_words: str = ""
    term_basis: str = ""
    term_unconfirmed: str = ""
    steps: tuple[Step, ...] = ()
    """Empty: the plan of the setup."""

    @field_validator("term")
    @classmethod
    def _is_term(cls, value: str) -> str:
        return check_term(value, staged=True)


class Result(Part):
    """One paper that goes out: its template, its code for later re-use, who signs and seals."""

    key: str = Field(pattern=KEY)
    title: str
    template: str = Field(pattern=KEY)
    code: str = ""
    kind: Literal["certificate", "extract", "decision", "permit", "certification", "notice", "record", "copy"]
    symbol: str = ""
    """What follows the number: ``GPXD-UBND``; ``{year}`` stands for the year of issue."""
    signer: str = Field(pattern=KEY)
    sign_as: str = "TM. Ủy ban nhân dân"
    """The line above the signer's position; empty when the office signs in its own right."""
    position: str = "Chủ tịch"
    issuer: str = ""
    """An office that issues in its own name (business registration); empty: the People's Committee."""
    seal: bool = True
    keeper: str = ""
    when: Condition | None = None
    draft: tuple[Question, ...] = ()
    """What the officer adds when drafting: book number, conditions of a permit, personal number of a child."""
    layout_confirmed: bool = False
    layout_note: str = ""

    @property
    def number_book(self) -> str:
        """The series its numbers come from: certificates and permits have books of their own, the rest share one."""
        return "" if self.kind in {"decision", "notice", "record"} else self.template

    def symbol_in(self, year: int) -> str:
        """The symbol in a year, as it follows the number."""
        return self.symbol.replace("{year}", str(year))


class Unconfirmed(Part):
    """A statement no source confirmed yet; shown as such, never as law."""

    what: str
    why: str


class Setup(Part):
    """The whole document of one procedure, valid for dossiers received from ``valid_from`` to ``valid_to``."""

    format: Literal[1] = 1
    procedure: str = Field(pattern=r"^\d\.\d{6}$")
    variant: str = Field(default="", pattern=r"^[a-z0-9_]*$")
    """Tells apart two setups of one procedure code (detached houses among all works of 1.013225)."""
    title: str
    formal_name: str
    field: str
    valid_from: date
    valid_to: date | None = None
    legal_basis: tuple[str, ...] = Field(min_length=1)
    unconfirmed: tuple[Unconfirmed, ...] = ()
    who_can: tuple[str, ...] = Field(min_length=1)
    summary: str
    before_start: tuple[str, ...] = ()
    competent: str
    channels: tuple[Literal["online", "counter", "post"], ...] = ("online", "counter", "post")
    online_level: Literal["full", "partial"] = "full"
    partial_reason: str = ""
    pages: tuple[Page, ...] = Field(min_length=1)
    stops: tuple[Stop, ...] = ()
    promises: tuple[Promise, ...] = ()
    components: tuple[Component, ...] = Field(min_length=1)
    cases: tuple[Case, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=1)
    fees: tuple[Fee, ...] = ()
    results: tuple[Result, ...] = Field(min_length=1)
    supplement_limit: int = Field(default=1, ge=0)
    supplement_days: str = ""
    """How long the citizen has to answer a request to supplement, as a term; empty: not set by law."""
    supplement_basis: str = ""
    sample_answers: dict[str, Any] = {}
    sample_draft: dict[str, Any] = {}

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        if self.online_level == "partial" and not self.partial_reason:
            raise ValueError("a partly online procedure publishes its reason (partial_reason)")
        return self

    @property
    def id(self) -> str:
        """Procedure, variant and first day: names one version of one setup."""
        variant = f"-{self.variant}" if self.variant else ""
        return f"{self.procedure}{variant}@{self.valid_from.isoformat()}"

    def __repr__(self) -> str:
        return f"Setup({self.id})"

    def covers(self, day: date) -> bool:
        """Is this the version for a dossier received on that day?"""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def questions(self) -> Iterator[tuple[Page, Question]]:
        """Every question in order, with its page; the questions inside a group are not walked."""
        for page in self.pages:
            for question in page.fields:
                yield page, question

    def question(self, key: str) -> Question | None:
        """The question of that key, ``group.field`` for one inside a group."""
        head, _, tail = key.partition(".")
        for _, question in self.questions():
            if question.key == head:
                if not tail:
                    return question
                return next((part for part in question.fields if part.key == tail), None)
        return None
