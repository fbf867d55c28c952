"""Who may act for an enterprise: those who sit in it by their role, and officers by their right on its unit."""

from __future__ import annotations

from django.db.models import Q

from xaso.kernel.base.errors import Forbidden
from xaso.kernel.people.viewer import Viewer
from xaso.services.trace.models import Enterprise, Seat

MANAGER, RECORDER, MEMBER = Seat.Role.MANAGER, Seat.Role.RECORDER, Seat.Role.MEMBER


def role_in(viewer: Viewer, enterprise: Enterprise) -> str:
    """The viewer's role in the enterprise: manager, recorder, member, or "" for none."""
    if viewer.person_id is None:
        return ""
    seat = Seat.objects.filter(enterprise=enterprise, person_id=viewer.person_id, ended_at__isnull=True)
    return str(seat.values_list("role", flat=True).first() or "")


def must_sit(viewer: Viewer, enterprise: Enterprise, *roles: str, right: str = "") -> str:
    """Raise ``Forbidden`` unless the viewer has one of the roles, or holds the right on the enterprise's unit.

    Answers the role ("officer" for who comes by right). Members act for their own plots only: the caller checks which.
    """
    if viewer.kind == "system" or (right and viewer.can(right, enterprise.unit_path)):
        return "officer"
    role = role_in(viewer, enterprise)
    if role not in roles:
        raise Forbidden("Bạn không có quyền làm việc này ở cơ sở. Hỏi người quản lý của cơ sở.")
    return role


def sat_in(viewer: Viewer) -> Q:
    """A filter on enterprises: those in which the viewer has a seat today."""
    if viewer.person_id is None:
        return Q(pk__in=[])
    seats = Seat.objects.filter(person_id=viewer.person_id, ended_at__isnull=True)
    return Q(pk__in=seats.values("enterprise_id"))
