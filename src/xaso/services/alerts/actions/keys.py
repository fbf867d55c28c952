"""The key by which a unit signs its warnings: made at first use, replaced before it ends."""

from __future__ import annotations

from datetime import timedelta

from xaso.kernel.base.actions import action
from xaso.kernel.base.reach import widened
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import cap
from xaso.kernel.plain.moment import now
from xaso.kernel.units.queries import unit_at
from xaso.services.alerts.models import CapKey
from xaso.services.alerts.queries.reading import MANAGE

DAYS = 1095
SOON = timedelta(days=30)


def key_for(viewer: Viewer, unit_path: str) -> CapKey:
    """The key in force of a unit; made now when there is none, or when the one there is ends soon.

    Whoever may confirm a warning may cause this, so it is done by the product itself.
    """
    with widened("the key by which a unit signs its warnings, for who may confirm one"):
        found = CapKey.objects.filter(unit_path=unit_path, ended_at__isnull=True).first()
    if found is not None and found.valid_to > now() + SOON:
        return found
    return _new(Viewer.system(), unit_path=unit_path)


@action
def replace_key(viewer: Viewer, *, unit_path: str) -> CapKey:
    """A new key from now on; messages signed with the old one stay as they are."""
    viewer.must(MANAGE, unit_path)
    return _new(viewer, unit_path=unit_path)


@action
def _new(viewer: Viewer, *, unit_path: str) -> CapKey:
    """Make a key and end the one before."""
    CapKey.objects.filter(unit_path=unit_path, ended_at__isnull=True).update(ended_at=now())
    private, certificate = cap.new_key(f"UBND {unit_at(unit_path).words}", now(), DAYS)
    row = CapKey.objects.create(
        unit_path=unit_path,
        private=private.decode(),
        certificate=certificate.decode(),
        valid_to=now() + timedelta(days=DAYS),
    )
    emit("alerts.key_made", record=row, unit_path=unit_path, viewer=viewer)
    return row
