"""Where a dossier may be sent from here."""

from __future__ import annotations

from xaso.kernel.units.models import Level, Unit
from xaso.services.onestop import routing


def units_near(path: str) -> list[tuple[str, str]]:
    """Where a dossier may be sent: offices of the authority, departments of the province, the province's communes."""
    authority, province = routing.authority_of(path), routing.province_of(path)
    now = Unit.objects.on()
    own = now.under(authority).filter(level=Level.OFFICE).sorted()
    above = now.under(province).filter(level=Level.OFFICE, parent__level=Level.PROVINCE).sorted()
    others = now.under(province).filter(level=Level.COMMUNE).sorted()
    names: dict[str, str] = {}
    for unit in (*Unit.objects.filter(path__in=[authority, province]), *own, *above, *others):
        names.setdefault(unit.path, unit.full_name)
    return list(names.items())
