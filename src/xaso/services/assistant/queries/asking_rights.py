"""The rights of asking by name, and at which unit somebody asks or answers."""

from __future__ import annotations

from xaso.kernel.base.errors import Forbidden
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.models import Unit

ASK, CHECK, REPORT, QUERY = "assistant.ask", "assistant.check", "assistant.report", "assistant.query"


def above(unit_path: str) -> list[str]:
    """A unit and those above it, the farthest first, without "everywhere"."""
    return [unit_path[: at + 1] for at, letter in enumerate(unit_path) if letter == "/"]


def seat_of(unit_path: str) -> str:
    """The commune or province that an office or hamlet belongs to; the path itself when it is unknown."""
    levels = [Unit.Level.COMMUNE, Unit.Level.PROVINCE]
    found = Unit.objects.filter(path__in=above(unit_path), level__in=levels).values_list("path", flat=True)
    return max(found, key=len, default=unit_path)


def legal_office(unit_path: str) -> str:
    """Where questions of law of a unit are answered: its justice office, else the unit itself."""
    seat = seat_of(unit_path)
    rows = Unit.objects.on().filter(path__startswith=seat, level=Unit.Level.OFFICE)
    own = rows.filter(search_text__contains="tu phap").values_list("path", flat=True)
    near = [path for path in own if path.count("/") == seat.count("/") + 1]
    return min(near, default=seat)


def home_of(viewer: Viewer, right: str) -> str:
    """The unit for which somebody works with a right: their own, or the widest where it is held."""
    paths = viewer.paths(right)
    if not paths:
        raise Forbidden()
    if any(viewer.unit_path.startswith(path) for path in paths) and viewer.unit_path:
        return viewer.unit_path
    return paths[0] or viewer.unit_path
