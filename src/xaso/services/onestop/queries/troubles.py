"""Dossiers of the national portal that wait for a person."""

from __future__ import annotations

from uuid import UUID

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.models import Unit, UnitIdentifier
from xaso.services.onestop.models import InboundTrouble

RIGHT = "onestop.receive"
_MOST = 500


def troubles_seen(viewer: Viewer) -> list[InboundTrouble]:
    """Open troubles, oldest first: those of the viewer's units; those of no known unit are everybody's."""
    paths = viewer.paths(RIGHT)
    rows = InboundTrouble.objects.filter(settled_at__isnull=True).order_by("created_at")[:_MOST]
    return [row for row in rows if _reaches(row, paths)]


def _reaches(row: InboundTrouble, paths: tuple[str, ...]) -> bool:
    place = unit_path_of(row)
    return bool(paths) and (
        not place or any(place.startswith(path) or path.startswith(place) for path in paths)
    )


def unit_path_of(row: InboundTrouble) -> str:
    """The authority a listed dossier was meant for; empty when it names none that is known."""
    wanted = str((row.body or {}).get("DonViXuLy", "")).strip() if isinstance(row.body, dict) else ""
    if not wanted:
        return ""
    held = UnitIdentifier.objects.filter(value=wanted, valid_to__isnull=True).select_related("unit").first()
    if held is not None:
        return str(held.unit.path)
    found = (
        Unit.objects.on().filter(code=wanted).first()
        or Unit.objects.on().filter(full_name__iexact=wanted).first()
    )
    return found.path if found else ""


def trouble_seen(viewer: Viewer, trouble_id: UUID) -> InboundTrouble:
    """One of them. Raises NotFound for those of other units and those settled."""
    row = InboundTrouble.objects.filter(pk=trouble_id).first()
    if row is None or not _reaches(row, viewer.paths(RIGHT)):
        raise NotFound("Không có hồ sơ này trong danh sách chờ.")
    return row


def count_troubles(viewer: Viewer) -> int:
    """How many wait, for the menu."""
    return len(troubles_seen(viewer))
