"""Lists that many forms share, carried as data files: ethnicities, countries, relations and a few more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from xaso.kernel.plain.text import fold
from xaso.services.onestop.eforms.schema import Option, Question

_HERE = resources.files("xaso.services.onestop.eforms") / "lists"


@lru_cache(maxsize=1)
def list_names() -> frozenset[str]:
    """The names that ``list_name`` may take."""
    return frozenset(
        entry.name.removesuffix(".json") for entry in _HERE.iterdir() if entry.name.endswith(".json")
    )


@lru_cache(maxsize=32)
def shared_list(name: str) -> tuple[Option, ...]:
    """The options of a shared list in its order. KeyError when there is none of that name."""
    if name not in list_names():
        raise KeyError(name)
    document = json.loads((_HERE / f"{name}.json").read_text(encoding="utf-8"))
    return tuple(Option(value=item["value"], label=item["label"]) for item in document["items"])


@lru_cache(maxsize=32)
def _by_spelling(name: str) -> Mapping[str, str]:
    """Every spelling of an entry (value, label, other names; folded) and its value."""
    document = json.loads((_HERE / f"{name}.json").read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for item in document["items"]:
        for spelling in (item["value"], item["label"], *item.get("also", ())):
            found.setdefault(fold(spelling), item["value"])
    return MappingProxyType(found)


@lru_cache(maxsize=32)
def _values(name: str) -> frozenset[str]:
    """What the entries of a shared list are kept as."""
    return frozenset(option.value for option in shared_list(name))


def options_of(question: Question) -> tuple[Option, ...]:
    """The choices of a question, from itself or from its shared list."""
    if question.choice_list and not question.options:
        return shared_list(question.choice_list)
    return question.options


def value_of(question: Question, text: str) -> str | None:
    """The value a typed or sent text names: the value itself, or for shared lists any known spelling."""
    if question.choice_list and not question.options:
        if text in _values(question.choice_list):
            return text
        return _by_spelling(question.choice_list).get(fold(text))
    for option in question.options:
        if option.value == text:
            return option.value
    return next((option.value for option in question.options if fold(option.label) == fold(text)), None)


def label_of(question: Question, value: str) -> str:
    """The words of a value; the value itself when the list no longer has it."""
    return next((option.label for option in options_of(question) if option.value == value), value)
