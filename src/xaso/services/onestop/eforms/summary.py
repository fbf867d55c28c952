"""Check your answers, and what changed between two versions of a form, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from xaso.services.onestop.eforms.answers import visible_pages, visible_questions
from xaso.services.onestop.eforms.conditions import Answers, Given, holds
from xaso.services.onestop.eforms.schema import Kind, Page, Question, Setup
from xaso.services.onestop.eforms.words import value_text


@dataclass(frozen=True, slots=True)
class Row:
    """One answer: where to change it, what was asked, what was answered (empty text: nothing)."""

    page: str
    path: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """Answers under one heading."""

    title: str
    rows: tuple[Row, ...]


def summary(setup: Setup, answers: Answers, given: Given) -> list[Section]:
    """All that was asked and answered, section by section, in the order of the pages."""
    sections: dict[str, list[Row]] = {}
    for page in visible_pages(setup, answers, given):
        rows = sections.setdefault(page.section or page.title, [])
        for question in page.fields:
            rows.extend(_rows(page, question, answers, given))
    return [Section(title, tuple(rows)) for title, rows in sections.items() if rows]


def _rows(page: Page, question: Question, answers: Answers, given: Given) -> list[Row]:
    value = answers.get(question.key)
    if question.kind is not Kind.GROUP:
        return [Row(page.key, question.key, question.label, value_text(question, value))]
    if not isinstance(value, list) or not value:
        return [Row(page.key, question.key, question.label, "")]
    return [
        Row(
            page.key,
            f"{question.key}.{place}.{part.key}",
            f"{question.item_title or question.label} {place + 1}: {part.label}",
            value_text(part, item.get(part.key)),
        )
        for place, item in enumerate(value)
        if isinstance(item, Mapping)
        for part in question.fields
        if holds(part.ask_when, answers, given, item)
    ]


def sections(setup: Setup, answers: Answers, given: Given) -> list[tuple[str, list[Page]]]:
    """The asked pages gathered by section, for the officer who sees a section on one page."""
    found: dict[str, list[Page]] = {}
    for page in visible_pages(setup, answers, given):
        found.setdefault(page.section or page.title, []).append(page)
    return list(found.items())


def in_words(setup: Setup, answers: Answers, given: Given) -> dict[str, Any]:
    """Every asked answer as text by key (groups as lists of such mappings), ready for a paper."""
    words: dict[str, Any] = {}
    for page in setup.pages:
        for question in visible_questions(page, answers, given):
            words[question.key] = question_words(question, answers.get(question.key))
    return words


def question_words(question: Question, value: Any) -> Any:
    """One answer as text; a group as a list of mappings of texts."""
    if question.kind is not Kind.GROUP:
        return value_text(question, value)
    items = value if isinstance(value, list) else []
    return [
        {part.key: value_text(part, item.get(part.key)) for part in question.fields}
        for item in items
        if isinstance(item, Mapping)
    ]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions of a form."""

    path: str
    kind: Literal["added", "removed", "changed"]
    before: Any
    after: Any

    @property
    def words(self) -> str:
        """The change as a line an officer reads."""
        verb = {"added": "Thêm", "removed": "Bỏ", "changed": "Sửa"}[self.kind]
        return f"{verb} {self.path}"


def form_diff(old: Setup, new: Setup) -> list[Change]:
    """What a new version changes: parts of lists are told apart by their keys, not by their places."""
    return _diff("", old.model_dump(mode="json", by_alias=True), new.model_dump(mode="json", by_alias=True))


def _diff(path: str, old: Any, new: Any) -> list[Change]:
    if old == new:
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        return _diff_mappings(path, old, new)
    if isinstance(old, list) and isinstance(new, list) and _keyed(old) and _keyed(new):
        before, after = {part["key"]: part for part in old}, {part["key"]: part for part in new}
        changes = _diff_mappings(path, before, after)
        if not changes and list(before) != list(after):
            changes = [Change(path or "order", "changed", list(before), list(after))]
        return changes
    return [Change(path, "changed", old, new)]


def _diff_mappings(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    changes: list[Change] = []
    for key in [*old, *(key for key in new if key not in old)]:
        where = f"{path}.{key}" if path else str(key)
        if key not in new:
            changes.append(Change(where, "removed", old[key], None))
        elif key not in old:
            changes.append(Change(where, "added", None, new[key]))
        else:
            changes.extend(_diff(where, old[key], new[key]))
    return changes


def _keyed(parts: list[Any]) -> bool:
    keys = [part.get("key") for part in parts if isinstance(part, dict)]
    return len(keys) == len(parts) and None not in keys and len(set(keys)) == len(keys)
