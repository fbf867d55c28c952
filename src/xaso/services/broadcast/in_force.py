"""The dated rows in force, as values that the pure rules take. Rows of law are nobody's data: no viewer is asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.db.models import Q, QuerySet

from xaso.kernel.plain.moment import today
from xaso.services.broadcast.models import ApprovalRule, ClassRule, Cluster, VolumeCap, Window
from xaso.services.broadcast.rules.hours import Cap, Hours


def and_above(unit_path: str) -> list[str]:
    """The paths whose rules hold in a unit: everywhere, province, commune, hamlet."""
    parts = [one for one in unit_path.split("/") if one]
    return ["", *("/".join(parts[: count + 1]) + "/" for count in range(len(parts)))]


Rule = TypeVar("Rule", ClassRule, ApprovalRule)


def _on(rows: QuerySet[Rule], unit_path: str, day: date | None) -> QuerySet[Rule]:
    day = day or today()
    return rows.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        unit_path__in=and_above(unit_path),
        valid_from__lte=day,
    )


def class_rules(unit_path: str = "", day: date | None = None) -> dict[str, ClassRule]:
    """By class: the nearest and newest rule in force on a day (today by default)."""
    rows = _on(ClassRule.objects.all(), unit_path, day)
    return {row.kind: row for row in sorted(rows, key=lambda row: (len(row.unit_path), row.valid_from))}


def class_rule(kind: str, unit_path: str = "", day: date | None = None) -> ClassRule:
    """What a class means in a unit. LookupError where no row says it."""
    return class_rules(unit_path, day)[kind]


def approval_rule(what: str, unit_path: str, day: date | None = None) -> ApprovalRule | None:
    """Who must agree to ``what`` (ordinary, priority, emergency, live): the nearest, newest row."""
    rows = _on(ApprovalRule.objects.filter(what=what), unit_path, day)
    return max(rows, key=lambda row: (len(row.unit_path), row.valid_from), default=None)


def hours_of(unit_path: str) -> list[Hours]:
    """All rows of hours that may hold in a unit on some day, for ``rules.hours``."""
    return [
        Hours(
            use=row.use,
            starts=row.starts,
            ends=row.ends,
            weekdays=row.weekdays,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            unit_path=row.unit_path,
        )
        for row in Window.objects.filter(unit_path__in=and_above(unit_path)).order_by("starts")
    ]


def caps_of(clusters: Iterable[Cluster]) -> dict[str, list[Cap]]:
    """By the code of each cluster: rows that may bind it, its own marked so."""
    found = list(clusters)
    paths = {path for one in found for path in and_above(one.unit_path)}
    rows = list(VolumeCap.objects.filter(unit_path__in=paths).order_by("starts"))
    return {
        one.code: [
            _cap(row)
            for row in rows
            if row.cluster_id == one.pk
            or (row.cluster_id is None and row.unit_path in set(and_above(one.unit_path)))
        ]
        for one in found
    }


def _cap(row: VolumeCap) -> Cap:
    return Cap(
        most=row.most,
        starts=row.starts,
        ends=row.ends,
        emergency=row.emergency,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        unit_path=row.unit_path,
        own=row.cluster_id is not None,
    )
