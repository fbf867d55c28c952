"""Keys are changed by an operator's command, the rows follow in the background; both are written into the log."""

from __future__ import annotations

from xaso.kernel import tasks
from xaso.kernel.base import rotation
from xaso.kernel.base.actions import action
from xaso.kernel.base.models import KeyChange
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer

JOB = "people.change_keys"
SECONDS = 20.0


@action
def change_key(viewer: Viewer, *, kind: str) -> KeyChange:
    """A new key of this kind (data, hash) is in force from now on; old rows follow in the background.

    Raises ActionError while an earlier change of the kind still runs.
    """
    viewer.must("people.operate", "")
    change = rotation.begin_change(kind)
    emit("people.key_changed", record=change, unit_path="", viewer=viewer, data={"kind": kind})
    tasks.enqueue(JOB, key="now")
    return change


def go_on() -> None:
    """The job: some seconds of work on every running change, then the next job in line has its turn."""
    if KeyChange.objects.filter(retired_at__isnull=True).exists() and rotation.work(SECONDS):
        tasks.enqueue(JOB, key="now")
