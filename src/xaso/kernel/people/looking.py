"""Every look at a person's record is written down, with its purpose, and shown to that person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from xaso.kernel.people.models import Person, PersonView
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now

Act = PersonView.Act
# The same officer, the same purpose, the same person: one look, however often a page is drawn anew meanwhile.
SAME_LOOK = timedelta(minutes=30)


def view_person(
    viewer: Viewer,
    person: Person,
    *,
    purpose: str,
    record: tuple[str, Any] | None = None,
    act: str = Act.VIEW,
    through: str = "",
) -> Person:
    """Log that somebody looks at a person's record; looking at one's own is not logged.

    ``through``: the code of the dossier by which the look was made, as the person knows it.
    """
    if _is_stranger(viewer, person.pk):
        _row(viewer, person.pk, purpose, record, act, through).save(force_insert=True)
    return person


def view_once(
    viewer: Viewer, person: Person, *, purpose: str, act: str = Act.VIEW, through: str = ""
) -> None:
    """As ``view_person``, but a page drawn again within the half hour is the same look."""
    lately = PersonView.objects.filter(
        person=person, viewer_id=viewer.account_id, purpose=purpose[:120], act=act
    )
    if not lately.filter(created_at__gte=now() - SAME_LOOK).exists():
        view_person(viewer, person, purpose=purpose, act=act, through=through)


def view_people(
    viewer: Viewer,
    people: Iterable[tuple[UUID, tuple[str, UUID], str]],
    *,
    purpose: str,
    act: str = Act.LIST,
) -> int:
    """Log a look at many records at once (a list, a book, an export): (person, record, code of the dossier) each.

    One row a person and dossier; a list drawn again within the half hour is the same look. Answers the new rows.
    """
    if viewer.kind == "system":
        return 0
    rows = {(person, record[1]): (record, code) for person, record, code in people}
    if not rows:
        return 0
    lately = PersonView.objects.filter(
        viewer_id=viewer.account_id, purpose=purpose[:120], act=act, created_at__gte=now() - SAME_LOOK
    )
    seen = set() if act == Act.EXPORT else set(lately.values_list("person_id", "record_id"))
    fresh = [
        _row(viewer, person, purpose, record, act, code)
        for (person, record_id), (record, code) in rows.items()
        if (person, record_id) not in seen and _is_stranger(viewer, person)
    ]
    PersonView.objects.bulk_create(fresh, batch_size=1000)
    return len(fresh)


def _is_stranger(viewer: Viewer, person_id: UUID) -> bool:
    return viewer.person_id != person_id and viewer.kind != "system"


def _row(
    viewer: Viewer, person_id: UUID, purpose: str, record: tuple[str, Any] | None, act: str, through: str
) -> PersonView:
    return PersonView(
        person_id=person_id,
        viewer_kind=viewer.kind,
        viewer_id=viewer.account_id,
        purpose=purpose[:120],
        record_type=record[0] if record else "",
        record_id=record[1] if record else None,
        act=act,
        unit_path=viewer.unit_path,
        through=through[:60],
    )
