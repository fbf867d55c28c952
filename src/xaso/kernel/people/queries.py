"""Reads on people; each takes the viewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xaso.kernel.base.errors import Forbidden, NotFound
from xaso.kernel.people.models import Account, Identifier, MachineClient, Person, PersonView
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.models import Level, Unit


@dataclass(frozen=True)
class Look:
    """One look at a person's record, in words fit for that person."""

    at: datetime
    who: str
    title: str
    purpose: str
    unit: str = ""
    act: str = ""
    through: str = ""


def views_of_me(viewer: Viewer, limit: int = 200) -> list[Look]:
    """Who looked at the viewer's own record, newest first."""
    if viewer.person_id is None:
        raise Forbidden()
    rows = list(PersonView.objects.filter(person_id=viewer.person_id).order_by("-created_at")[:limit])
    names = names_of({row.viewer_id for row in rows if row.viewer_id})
    machines = dict(
        MachineClient.objects.filter(pk__in={row.viewer_id for row in rows}).values_list("pk", "name")
    )
    units = _units_of({row.unit_path for row in rows})
    found = []
    for row in rows:
        who, title = names.get(row.viewer_id) or (machines.get(row.viewer_id) or "Hệ thống", "")  # type: ignore[arg-type]
        found.append(
            Look(
                row.created_at,
                who,
                title,
                purpose=row.purpose,
                unit=units.get(row.unit_path, ""),
                act=row.get_act_display(),
                through=row.through,
            )
        )
    return found


def _units_of(paths: set[str]) -> dict[str, str]:
    """Names of units by path; an office is named with the commune above it."""
    wanted = paths | {_above(path) for path in paths}
    rows = {one.path: one for one in Unit.objects.filter(path__in=wanted - {""})}
    found = {}
    for path in paths & set(rows):
        above = rows.get(_above(path)) if rows[path].level == Level.OFFICE else None
        found[path] = f"{rows[path].full_name}, {above.full_name}" if above else rows[path].full_name
    return found


def _above(path: str) -> str:
    return path[: path.rstrip("/").rfind("/") + 1]


def names_of(account_ids: set[UUID]) -> dict[UUID, tuple[str, str]]:
    """Display name and title of accounts, for timelines."""
    found = Account.objects.filter(pk__in=account_ids).values_list("pk", "display_name", "title")
    return {pk: (name, title) for pk, name, title in found}


def mandate_words(data: Mapping[str, Any]) -> str:
    """What a timeline adds when somebody acted by delegation (`Viewer.trace`); "" otherwise."""
    if not data.get("on_behalf_of"):
        return ""
    return f" ({data.get('manner', '')} theo văn bản ủy quyền số {data.get('document_number', '')})"


def personal_number_of(person: Person) -> str:
    """The personal number in clear; the caller has checked the right and logs the view."""
    row = person.identifiers.filter(kind=Identifier.Kind.PERSONAL_NUMBER, valid_to__isnull=True).first()
    return str(row.value) if row else ""


def own_person(viewer: Viewer) -> Person:
    """The person behind a signed-in citizen."""
    person = Person.objects.filter(pk=viewer.person_id).first() if viewer.person_id else None
    if person is None:
        raise NotFound("Tài khoản này chưa gắn với một công dân.")
    return person


def officers_in(unit_path: str, role: str = "") -> list[Account]:
    """Active officers who hold a role on exactly this unit or work in it (for assignment lists)."""
    found = Account.objects.filter(kind=Account.Kind.OFFICER, is_active=True, unit_path__startswith=unit_path)
    if role:
        found = found.filter(grants__role_id=role, grants__valid_to__isnull=True)
    return list(found.distinct().order_by("display_name")[:200])
