"""What a machine client may read: the dossiers of its units."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop.models import Dossier

READ = "onestop.read"


def dossier_for_machine(viewer: Viewer, code: str) -> Dossier:
    """One dossier by code; NotFound when it lies outside the client's units or does not exist."""
    found = (
        Dossier.objects.filter(viewer.scope(READ), code=code.strip().upper())
        .select_related("case", "procedure")
        .first()
    )
    if found is None:
        raise NotFound("Không có hồ sơ mang mã này trong phạm vi được cấp.")
    return found


def filed_since(viewer: Viewer, after: UUID | None, limit: int) -> Sequence[Dossier]:
    """Dossiers in the order they came, from after a known one."""
    found = Dossier.objects.filter(viewer.scope(READ)).select_related("case", "procedure")
    if after:
        found = found.filter(pk__gt=after)
    return list(found.order_by("pk")[:limit])
