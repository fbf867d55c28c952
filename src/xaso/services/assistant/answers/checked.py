"""Answers that a legal officer stands for come before anything the index finds, as long as their law stands."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from xaso.services.assistant.answers.reading import still_stands
from xaso.services.assistant.models import CheckedAnswer
from xaso.services.assistant.rules.likeness import SAME, best_likeness


def above(unit_path: str) -> list[str]:
    """The units whose answers hold in a unit: itself, those above, and everywhere."""
    return ["", *(unit_path[: at + 1] for at, letter in enumerate(unit_path) if letter == "/")]


def in_use(unit_path: str, day: date) -> list[CheckedAnswer]:
    """Checked answers that hold for a unit on a day by their own dates."""
    rows = CheckedAnswer.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        Q(ended_on__isnull=True) | Q(ended_on__gt=day),
        unit_path__in=above(unit_path),
        checked_on__lte=day,
    )
    return list(rows)


def checked_for(question: str, unit_path: str, day: date) -> CheckedAnswer | None:
    """The checked answer to this question; the nearest unit's first. None when its law has changed since."""
    ranked = sorted(
        (
            (best_likeness(question, [row.question, *row.wordings]), len(row.unit_path), row.created_at, row)
            for row in in_use(unit_path, day)
        ),
        key=lambda one: one[:3],
        reverse=True,
    )
    for score, _, _, row in ranked[:3]:
        if score < SAME:
            return None
        if not still_stands(row.quotes, day):
            return row
    return None
