"""Counts beside the lines of the menu."""

from __future__ import annotations

from xaso.kernel.people.viewer import Viewer
from xaso.services.broadcast.models import Bulletin, Complaint, Emergency, Fault


def waiting_count(viewer: Viewer) -> int:
    """Bulletins that wait for this viewer's yes or no."""
    rows = Bulletin.objects.filter(viewer.scope("broadcast.approve"), state=Bulletin.State.SUBMITTED)
    return rows.exclude(written_by=viewer.account_id).count() if viewer.account_id else rows.count()


def fault_count(viewer: Viewer) -> int:
    """Faults of loudspeakers that still are, and complaints nobody answered, for who looks after them."""
    scope = viewer.scope("broadcast.station")
    faults = Fault.objects.filter(scope, ended_at=None, cluster__ended_at=None).count()
    return faults + Complaint.objects.filter(scope, state=Complaint.State.NEW).count()


def asked_count(viewer: Viewer) -> int:
    """Emergencies that wait for a second person, for who may be that person."""
    rows = Emergency.objects.filter(viewer.scope("broadcast.confirm"), state=Emergency.State.ASKED)
    return rows.exclude(asked_by=viewer.account_id).count() if viewer.account_id else rows.count()
