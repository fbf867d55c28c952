"""What an answer is: quotes of stored articles, and what stands around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from xaso.kernel.base.manifest import Found
from xaso.services.assistant.queries.corpus import STANDS
from xaso.services.assistant.rules.abstain import NOT_FOUND
from xaso.services.assistant.rules.conditions import Condition
from xaso.services.assistant.rules.extract import Span
from xaso.services.assistant.rules.verifying import Sentence


@dataclass(frozen=True)
class Validity:
    """Whether a provision holds on the day asked about, in words; by what it was amended or replaced."""

    state: str
    words: str
    since: date | None = None
    until: date | None = None
    amended_by: tuple[str, ...] = ()
    replaced_by: str = ""

    @property
    def good(self) -> bool:
        """It may be quoted as law of that day: it holds at least in part, or nothing is known against it."""
        return self.state in STANDS


@dataclass(frozen=True)
class Quote:
    """Words of an article: ``text`` is its stored text from ``start`` to ``end``, the highlight lies within."""

    article_id: UUID
    place: str
    text: str
    start: int
    end: int
    highlight: Span
    citation: str
    validity: Validity
    number: str = ""
    slug: str = ""
    article: str = ""
    clause: str = ""
    point: str = ""
    heading: str = ""
    title: str = ""
    issuer: str = ""
    law: str = ""
    topic: str = ""
    leads: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()

    @property
    def pieces(self) -> tuple[str, str, str]:
        """Before the highlight, the highlight, after it."""
        a, b = self.highlight.start - self.start, self.highlight.end - self.start
        return self.text[:a], self.text[a:b], self.text[b:]

    @property
    def kept(self) -> dict[str, Any]:
        """What a note or a checked answer keeps of it."""
        return {
            "article": str(self.article_id),
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "citation": self.citation,
        }


def quoted(article_text: str, span: Span, mark: Span, **facts: Any) -> Quote:
    """A quote cut out of the stored text. Raises AssertionError rather than show words that are not there."""
    text = article_text[span.start : span.end]
    inside = Span(max(mark.start, span.start), min(mark.end, span.end))
    inside = inside if inside.end > inside.start else span
    if not text or len(text) != span.end - span.start:
        raise AssertionError("a quote outside its article")
    return Quote(text=text, start=span.start, end=span.end, highlight=inside, **facts)


@dataclass(frozen=True)
class Summary:
    """Sentences a model wrote that passed, and what it cost."""

    sentences: tuple[Sentence, ...] = ()
    dropped: int = 0
    state: str = ""
    took_ms: int = 0
    letters: int = 0


@dataclass(frozen=True)
class Answer:
    """The answer to one question on one day at one unit."""

    kind: str
    question: str
    day: date
    unit_path: str = ""
    main: Quote | None = None
    others: Sequence[Quote] = ()
    condition: Condition | None = None
    procedures: Sequence[Found] = ()
    confidence: float = 0.0
    checked: Any = None
    history: Quote | None = None
    summary: Summary = field(default_factory=Summary)
    year: int | None = None
    local: bool = False
    literal: bool = False
    ready: bool = True
    absent: str = ""  # a document that the question names and the corpus does not keep

    @property
    def honest(self) -> bool:
        """Whether it must say that no direct answer was found."""
        return self.checked is None and self.kind in {NOT_FOUND, "related"}

    @property
    def quotes(self) -> list[Quote]:
        """All that is quoted."""
        return [one for one in (self.main, *self.others, self.history) if one is not None]
