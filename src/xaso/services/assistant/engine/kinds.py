"""What goes into the engine and what comes out of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Doc:
    """One article to be found. ``seq`` is its key: adding the same key again replaces the article."""

    seq: int
    document_number: str
    document_title: str = ""
    topic: str = ""
    chapter: str = ""
    title: str = ""
    text: str = ""
    effective: dt.date | None = None
    ended: dt.date | None = None
    issuer: str = ""
    province: str = ""
    article: str = ""
    name: str = ""  # kept beside it and given back with a hit; the engine does not read it


@dataclass(frozen=True)
class Query:
    """A question. ``day`` leaves out what is not in force then; empty filters let everything through."""

    text: str
    day: dt.date | None = None
    issuers: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()  # national articles always stay
    limit: int = 20


@dataclass(frozen=True)
class Hit:
    """An article found. ``features`` hold what the ranking and the confidence looked at, by name."""

    seq: int
    score: float
    features: dict[str, float] = field(default_factory=dict)
    name: str = ""
    cited: bool = False  # the question names this very article


class EngineError(ValueError):
    """The folder cannot be read or written; the words say why."""


def days(day: dt.date | None) -> int:
    """A date as a number; 0 for none."""
    return day.toordinal() if day else 0
