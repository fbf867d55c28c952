"""The typed manifest by which a service (or a kernel area) registers. One object, nothing else to learn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Right:
    """A right: dotted code, Vietnamese label, roles that have it by default."""

    code: str
    label: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class NavItem:
    """A line of the desk menu, shown to those who hold ``right`` anywhere. ``count`` takes the viewer."""

    label: str
    url_name: str
    right: str
    icon: str = "folder"
    count: Callable[[Any], int] | None = None


@dataclass(frozen=True)
class HomeCard:
    """A card on the citizens' home page."""

    title: str
    text: str
    url_name: str
    icon: str = "file-text"


@dataclass(frozen=True)
class TaskSpec:
    """A repeatable background job; ``schedule`` is a cron line in Vietnam's time, or None for on demand only."""

    name: str
    run: Callable[..., None]
    schedule: str | None = None


@dataclass(frozen=True)
class Panel:
    """A small block a service shows on a kernel page (``on``: person, case, place, unit, document, home)."""

    on: str
    right: str
    template: str
    context: Callable[..., Mapping[str, Any] | None]


@dataclass(frozen=True)
class Found:
    """One thing a finder found: its name, the page about it, and readable facts ("Mang theo", "Lệ phí", ...)."""

    title: str
    url: str
    facts: Mapping[str, Any] = field(default_factory=dict)


Finder = Callable[[Any, str, str, int], Sequence[Found]]
"""``finder(viewer, text, unit_path, limit)``: what fits the words at a unit, best first."""


@dataclass(frozen=True)
class CaseFacts:
    """What the page of a case tells the panels on it: its kind, code, name of the procedure, laws it names."""

    type: str
    case_id: UUID
    code: str
    unit_path: str
    title: str
    laws: Sequence[str] = ()


@dataclass(frozen=True)
class IndicatorSpec:
    """A figure with numerator, denominator and the records behind it.

    ``compute(span)`` answers (numerator, denominator) for a ``Span`` (unit subtree, period, filters).
    ``split(span, by)`` answers rows (key, label, numerator, denominator) by one of ``dimensions``, the largest
    first, at most 500; each record is in exactly one row.
    ``records(span, which, after, limit)`` answers rows {id, label, detail, url, at} behind the numerator
    (``which="numerator"``) or behind what is missing from it (``which="rest"``), newest first.
    """

    code: str
    label: str
    unit: str
    compute: Callable[[Any], tuple[float, float]]
    records: Callable[..., Sequence[Mapping[str, Any]]]
    split: Callable[..., Sequence[tuple[str, str, float, float]]] | None = None
    dimensions: tuple[tuple[str, str], ...] = ()
    source: str = ""
    formula: str = ""
    group: str = ""
    higher_is_better: bool = True
    maximum: float | None = None
    score: Callable[[float, float], float | None] | None = None
    unconfirmed: str = ""


@dataclass(frozen=True)
class CaseType:
    """A kind of case: who may see it and who may handle it."""

    key: str
    title: str
    view_right: str
    handle_right: str
    url_name: str = ""


@dataclass(frozen=True)
class Check:
    """A health check of a connector or part: answers (ok, sentence in Vietnamese)."""

    name: str
    run: Callable[[], tuple[bool, str]]


@dataclass(frozen=True)
class Digests:
    """Rows that keep keyed digests. ``rehash(after, limit)`` digests the next rows anew and answers (the last row's
    key, or None at the end; how many it changed). ``left()`` answers how many still stand under an older key and
    only wait for somebody (a PIN must be typed): ``what`` names them. They hold the older key back.
    """

    name: str
    rehash: Callable[[str | None, int], tuple[str | None, int]] | None = None
    left: Callable[[], int] | None = None
    what: str = ""


@dataclass(frozen=True)
class SealedFiles:
    """Files sealed with the ring of keys outside the database: ``paths()`` answers (path, context of the seal)."""

    name: str
    paths: Callable[[], Iterable[tuple[Path, str]]]


@dataclass(frozen=True)
class Rotatable:
    """A key that ``./xaso keys rotate NAME`` replaces: ``rotate`` answers a sentence, ``status`` lines in words."""

    name: str
    title: str
    rotate: Callable[[], str]
    status: Callable[[], Sequence[str]] = tuple


@dataclass(frozen=True)
class HeldFile:
    """A file that is held about a person; ``read`` answers its bytes, ``erase`` removes them."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Holding:
    """One thing that is held about a person, for the export of everything and for erasure.

    ``category`` is looked up in the retention rules ("onestop.dossier"), ``group`` is the heading it stands under;
    ``at`` is from when its time of keeping runs; ``facts`` are readable pairs; ``erase(viewer)`` blanks what is
    personal in it and answers how many values, None where nothing can be erased. ``running``: still being worked
    on, so not erased whatever its age.
    """

    category: str
    key: str
    title: str
    at: datetime
    facts: Mapping[str, Any]
    files: Sequence[HeldFile] = ()
    erase: Callable[[Any], int] | None = None
    running: bool = False
    group: str = ""


@dataclass(frozen=True)
class Service:
    """Everything the kernel needs to know of a service. The kernel derives urls, menu, rights, log, demo.

    ``roots`` names a module whose ``root_urls`` stand at the root: addresses that a standard fixes. ``sockets`` is the
    beginning of an address and an ASGI function that talks WebSocket below it.
    ``finders`` name what the service can find for others (``base.ports``); ``case_panels`` are blocks on the page of a
    kind of case, whose ``context`` takes the viewer and ``CaseFacts``.
    ``demo_beside``: the demo reads nothing that another service's demo writes, and may be told at the same time.
    ``light`` is the beginning of an address and a function that may answer a GET below it before sessions, forms and
    the viewer are thought of: for pages that are the same for everybody. It answers None to leave it to the page.
    """

    key: str
    title: str
    summary: str
    nav: tuple[NavItem, ...] = ()
    home: tuple[HomeCard, ...] = ()
    public: str | None = None
    desk: str | None = None
    roots: str | None = None
    light: tuple[str, Callable[[Any], Any]] | None = None
    sockets: tuple[str, Callable[..., Awaitable[None]]] | None = None
    api: Any = None
    rights: tuple[Right, ...] = ()
    cases: tuple[CaseType, ...] = ()
    indicators: tuple[IndicatorSpec, ...] = ()
    listens: Mapping[str, Callable[..., None] | tuple[Callable[..., None], ...]] = field(default_factory=dict)
    announces: Mapping[str, str] = field(default_factory=dict)
    tasks: tuple[TaskSpec, ...] = ()
    panels: tuple[Panel, ...] = ()
    demo: Callable[..., list[dict[str, str]] | None] | None = None
    demo_beside: bool = False
    checks: tuple[Check, ...] = ()
    needs: tuple[str, ...] = ()
    message_templates: str | None = None
    switchable: bool = True
    about_person: Callable[[UUID], Iterable[Holding]] | None = None
    digests: tuple[Digests, ...] = ()
    sealed_files: tuple[SealedFiles, ...] = ()
    keys: tuple[Rotatable, ...] = ()
    finders: Mapping[str, Finder] = field(default_factory=dict)
    case_panels: tuple[Panel, ...] = ()
