"""Who lives in a warned area, who needs help, who answered. Looks at people are written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from xaso.kernel.base.errors import NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.people.looking import view_people
from xaso.kernel.people.models import Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.homes import people_in
from xaso.kernel.plain.text import search_text
from xaso.kernel.units.models import Unit
from xaso.services.alerts.models import FrailPerson, HazardWarning, SafeAnswer, Shelter, ShelterStay
from xaso.services.alerts.queries.reading import PEOPLE
from xaso.services.alerts.queries.warnings import near

PURPOSE = "Tìm người trong vùng thiên tai"
MOST = 500


@dataclass(frozen=True)
class Line:
    """One person in the area: what they answered last, and whether they need help to get away."""

    person: Person
    place: str
    phone: str
    frail: FrailPerson | None
    answer: SafeAnswer | None

    @property
    def order(self) -> tuple[int, str]:
        """Who asked for help first, then the frail who did not answer, then the others, then the safe."""
        state = self.answer.state if self.answer else ""
        if state == SafeAnswer.State.HELP and self.answer and not self.answer.handled_at:
            return 0, self.person.sort_key
        if state:
            return 3, self.person.sort_key
        return (1 if self.frail else 2), self.person.sort_key


def warning_of(viewer: Viewer, warning_id: UUID) -> HazardWarning:
    """A warning whose people the viewer may see: of the own units, or of the commune above the own hamlet while it is
    in force and somebody of the hamlet lives in its area. Raises NotFound.
    """
    own = HazardWarning.objects.filter(viewer.scope(PEOPLE), pk=warning_id).first()
    if own is not None:
        return own
    for row in near(viewer, PEOPLE):
        if row.pk == warning_id and _people(viewer, row).exists():
            return row
    raise NotFound("Không có cảnh báo này trong đơn vị của tài khoản.")


def people_of(viewer: Viewer, row: HazardWarning) -> list[Line]:
    """Everybody who lives in the area, as far as the viewer may see people; the look at each is written down."""
    people = list(_people(viewer, row).order_by("sort_key")[:MOST])
    view_people(
        viewer, [(one.pk, ("alerts.hazardwarning", row.pk), row.code) for one in people], purpose=PURPOSE
    )
    return sorted(_lines(row, people), key=lambda line: line.order)


def _people(viewer: Viewer, row: HazardWarning) -> QuerySet[Person]:
    area = row.told.get("area") or row.pending.get("area") or {}
    wanted = Q(pk__in=[])
    for path in area.get("units", ()):
        wanted |= Q(unit_path__startswith=path)
    if area.get("polygons"):
        with widened("homes inside the area of a warning; the persons are narrowed to the viewer's units"):
            inside = people_in(Viewer.system(), area["polygons"], PURPOSE, row.unit_path)
        wanted |= Q(pk__in=inside)
    return Person.objects.filter(wanted, viewer.scope(PEOPLE), ended_at__isnull=True)


def _lines(row: HazardWarning, people: Sequence[Person]) -> list[Line]:
    keys = [one.pk for one in people]
    frail = {
        one.person_id: one for one in FrailPerson.objects.filter(person_id__in=keys, valid_to__isnull=True)
    }
    last: dict[UUID, SafeAnswer] = {}
    for answer in SafeAnswer.objects.filter(warning=row, person_id__in=keys).order_by("created_at"):
        if answer.person_id is not None:
            last[answer.person_id] = answer
    names = dict(
        Unit.objects.filter(path__in={one.unit_path for one in people}).values_list("path", "full_name")
    )
    return [
        Line(
            one,
            names.get(one.unit_path, ""),
            str((one.contact or {}).get("phone", "")),
            frail.get(one.pk),
            last.get(one.pk),
        )
        for one in people
    ]


def typed_answers(viewer: Viewer, row: HazardWarning) -> list[SafeAnswer]:
    """Answers of people we could not match with a record, newest first."""
    return list(row.answers.filter(viewer.scope(PEOPLE), person__isnull=True).order_by("-created_at")[:200])


def answers_lately(row: HazardWarning, since: datetime) -> int:
    """How many answers came by the open page since a moment; a bare count."""
    with widened("how many answers came lately: a bare count"):
        return row.answers.filter(way=SafeAnswer.Way.PAGE, created_at__gte=since).count()


def frail_people(viewer: Viewer) -> list[FrailPerson]:
    """The register of the viewer's units; every look at a person is written down."""
    rows = FrailPerson.objects.filter(viewer.scope(PEOPLE), valid_to__isnull=True)
    found = list(rows.select_related("person").order_by("unit_path", "person__sort_key")[:MOST])
    looks: list[tuple[UUID, tuple[str, UUID], str]] = [
        (one.person_id, ("alerts.frailperson", one.pk), "") for one in found
    ]
    view_people(viewer, looks, purpose="Sổ người cần giúp khi thiên tai")
    return found


def shelters(viewer: Viewer) -> list[Shelter]:
    """Shelters of the viewer's units."""
    return list(
        Shelter.objects.filter(
            viewer.scope(PEOPLE) | viewer.scope("alerts.manage"), ended_at__isnull=True
        ).order_by("name")
    )


def stays(viewer: Viewer, row: HazardWarning) -> list[ShelterStay]:
    """Households in shelters now."""
    rows = row.stays.filter(viewer.scope(PEOPLE), left_at__isnull=True)
    return list(rows.select_related("shelter").order_by("shelter__name", "at"))


def people_named(viewer: Viewer, words: str) -> list[Person]:
    """Persons of the viewer's units by a part of their name, for the register."""
    wanted = search_text(words)
    if len(wanted) < 2:
        return []
    rows: Any = Person.objects.filter(viewer.scope(PEOPLE), ended_at__isnull=True, kind=Person.Kind.CITIZEN)
    found = [one for one in rows.order_by("sort_key")[:3000] if wanted in search_text(one.full_name)][:20]
    looks: list[tuple[UUID, tuple[str, UUID], str]] = [
        (one.pk, ("people.person", one.pk), "") for one in found
    ]
    view_people(viewer, looks, purpose="Tìm người để ghi sổ cần giúp")
    return found
