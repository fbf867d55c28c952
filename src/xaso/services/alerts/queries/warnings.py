"""Warnings, proposals and messages; public ones for anybody, the rest by right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.units.models import Unit
from xaso.kernel.units.queries import ancestors, predecessors
from xaso.services.alerts.models import (
    CapArrival,
    CapMessage,
    CapSource,
    HazardWarning,
    WarningProposal,
    WarningRule,
    WarningStep,
)
from xaso.services.alerts.queries.reading import VIEW
from xaso.services.alerts.rules.wording import people_needed

State = HazardWarning.State
SHOWN = (State.LIVE, State.ENDED, State.CANCELLED)
NEW_CODE, OLD_CODE = "VN-DVHC", "VN-DVHC-truoc-01072025"


def current() -> list[HazardWarning]:
    """Warnings in force now, the highest first; drills after real ones."""
    rows = HazardWarning.objects.filter(state=State.LIVE, expires_at__gt=now())
    return sorted(rows.order_by("-issued_at")[:50], key=lambda row: (row.drill, -row.level))


def past(limit: int = 20) -> Sequence[HazardWarning]:
    """Warnings that are over, newest first."""
    over = Q(state__in=[State.ENDED, State.CANCELLED]) | Q(state=State.LIVE, expires_at__lte=now())
    return list(HazardWarning.objects.filter(over).order_by("-issued_at")[:limit])


def public_warning(code: str) -> HazardWarning:
    """A warning that was given out. Raises NotFound for drafts and unknown codes."""
    found = HazardWarning.objects.filter(code=code, state__in=SHOWN).first() if "\x00" not in code else None
    if found is None:
        raise NotFound("Không có cảnh báo này.")
    return found


def messages_of(warning: HazardWarning) -> Sequence[CapMessage]:
    """Its CAP messages, newest first."""
    return list(warning.messages.order_by("-sent", "-created_at"))


def message_named(identifier: str) -> CapMessage:
    """One of our messages. Raises NotFound."""
    found = CapMessage.objects.filter(identifier=identifier).first() if "\x00" not in identifier else None
    if found is None:
        raise NotFound("Không có bản tin này.")
    return found


def feed_messages(days: int = 7, limit: int = 50) -> Sequence[CapMessage]:
    """What the feed holds: messages of the last days, newest first."""
    rows = CapMessage.objects.filter(sent__gte=now() - timedelta(days=days))
    return list(rows.select_related("warning").order_by("-sent")[:limit])


def warnings_of(viewer: Viewer) -> QuerySet[HazardWarning]:
    """Warnings of the viewer's units, newest first."""
    return HazardWarning.objects.filter(viewer.scope(VIEW)).order_by("-created_at")


def warning_for(viewer: Viewer, warning_id: UUID, right: str = VIEW) -> HazardWarning:
    """One of them. Raises NotFound."""
    found = HazardWarning.objects.filter(viewer.scope(right), pk=warning_id).first()
    if found is None:
        raise NotFound("Không có cảnh báo này trong đơn vị của tài khoản.")
    return found


def near(viewer: Viewer, right: str) -> list[HazardWarning]:
    """Warnings in force of the commune above, for those who hold a right in one of its hamlets only."""
    paths = [path for path in viewer.paths(right) if path]
    return [
        row
        for row in current()
        if not viewer.can(right, row.unit_path) and any(path.startswith(row.unit_path) for path in paths)
    ]


def proposals(viewer: Viewer) -> QuerySet[WarningProposal]:
    """Proposals that wait, the highest level first."""
    rows = WarningProposal.objects.filter(viewer.scope(VIEW), state=WarningProposal.State.OPEN)
    return rows.select_related("threshold__gauge", "arrival").order_by("-level", "-created_at")


def waiting_count(viewer: Viewer) -> int:
    """Proposals and drafts that wait, for the menu."""
    drafts = HazardWarning.objects.filter(viewer.scope(VIEW)).exclude(pending={})
    drafts = drafts.filter(state__in=[State.DRAFT, State.LIVE])
    return proposals(viewer).order_by().count() + drafts.count()


def rule_for(unit_path: str) -> WarningRule | None:
    """The unit's dated rule in force, its own before that of a unit above."""
    parts = unit_path.strip("/").split("/")
    paths = ["/".join(parts[:size]) + "/" for size in range(len(parts), 0, -1)]
    rows = WarningRule.objects.filter(unit_path__in=paths, valid_from__lte=now())
    found = list(rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=now())))
    return max(found, key=lambda row: (len(row.unit_path), row.valid_from), default=None)


def needed(warning: HazardWarning) -> int:
    """How many people must confirm what is pending."""
    rule = rule_for(warning.unit_path)
    loud = warning.loud or bool(warning.pending.get("loud"))
    return people_needed(loud=loud, rule=rule.people if rule else None)


def steps_of(warning: HazardWarning) -> Sequence[WarningStep]:
    """What happened, oldest first."""
    return list(warning.steps.order_by("at", "created_at")[:500])


def units_at(paths: Sequence[str]) -> list[Unit]:
    """Units by path, in the order given."""
    found = {unit.path: unit for unit in Unit.objects.filter(path__in=paths)}
    return [found[path] for path in paths if path in found]


def codes_of(paths: Sequence[str], home: str) -> tuple[tuple[str, str], ...]:
    """Codes of units, of the communes they lie in, and of the units these were made of before 01/07/2025."""
    codes: dict[tuple[str, str], None] = {}
    seen: set[str] = set()
    for unit in units_at([*paths, home]):
        for one in (unit, *ancestors(unit)):
            if one.path in seen or one.level not in {Unit.Level.COMMUNE, Unit.Level.HAMLET}:
                continue
            seen.add(one.path)
            if one.level == Unit.Level.COMMUNE:
                codes[(NEW_CODE, one.code)] = None
                for old in predecessors(one):
                    codes[(OLD_CODE, old.old.code)] = None
    return tuple(codes)


@dataclass(frozen=True)
class Answers:
    """How many answered."""

    safe: int
    help: int
    waiting_help: int


def answers_of(warning: HazardWarning) -> Answers:
    """People who said they are safe or need help; each person's last answer counts."""
    rows = warning.answers.order_by("created_at").values_list(
        "pk", "person_id", "state", "people", "handled_at"
    )
    last: dict[Any, tuple[str, int, Any]] = {}
    for key, person, state, people, handled in rows:
        last[person or key] = (state, people, handled)
    safe = sum(people for state, people, _ in last.values() if state == "safe")
    asked = [(people, handled) for state, people, handled in last.values() if state == "help"]
    return Answers(
        safe, sum(people for people, _ in asked), sum(people for people, handled in asked if not handled)
    )


def sources(viewer: Viewer) -> QuerySet[CapSource]:
    """Listed sources of the viewer's units."""
    return CapSource.objects.filter(viewer.scope(VIEW), valid_to__isnull=True).order_by("name")


def arrivals(viewer: Viewer) -> QuerySet[CapArrival]:
    """CAP messages that came in."""
    return CapArrival.objects.filter(viewer.scope(VIEW)).select_related("source").order_by("-created_at")


def shelters_now(warning: HazardWarning) -> dict[UUID, int]:
    """People in each shelter."""
    rows = warning.stays.filter(left_at__isnull=True).values("shelter_id").annotate(n=Sum("people"))
    return {row["shelter_id"]: row["n"] or 0 for row in rows}


def counts(viewer: Viewer) -> dict[str, int]:
    """Warnings of the viewer's units by state."""
    rows = warnings_of(viewer).order_by().values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in rows}
