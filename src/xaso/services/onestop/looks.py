"""Looks at the people of dossiers: written down for each of them, whoever looks and however many at once."""

from __future__ import annotations

from collections.abc import Iterable

from xaso.kernel.people.looking import view_people, view_person
from xaso.kernel.people.models import PersonView
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop.models import Dossier

RECORD = "onestop.dossier"


def note_look(viewer: Viewer, dossier: Dossier, *, purpose: str, act: str = PersonView.Act.VIEW) -> None:
    """One dossier was opened, printed or handed out."""
    view_person(
        viewer, dossier.applicant, purpose=purpose, record=(RECORD, dossier.pk), act=act, through=dossier.code
    )


def note_looks(
    viewer: Viewer, dossiers: Iterable[Dossier], *, purpose: str, act: str = PersonView.Act.LIST
) -> int:
    """A list with names, addresses or telephone numbers was shown or taken out. Answers how many looks are new."""
    rows = ((one.applicant_id, (RECORD, one.pk), one.code) for one in dossiers)
    return view_people(viewer, rows, purpose=purpose, act=act)
