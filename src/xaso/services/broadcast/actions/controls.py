"""What the officer asks of a device: to test itself."""

from __future__ import annotations

from datetime import timedelta

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import Conflict
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.broadcast import wire
from xaso.services.broadcast.actions.common import STATION
from xaso.services.broadcast.models import Cluster


@action
def ask_selftest(viewer: Viewer, *, cluster: Cluster) -> None:
    """The device plays a short tone and tells whether it heard it. Raises Conflict when it has no key, Forbidden."""
    viewer.must(STATION, cluster.station.unit_path)
    if cluster.enrolled_at is None:
        raise Conflict("Cụm loa chưa ghép nối, chưa nhận được lệnh.")
    wire.publish([wire.order("selftest", cluster=cluster.code, expires_at=now() + timedelta(minutes=10))])
    emit("broadcast.selftest_asked", record=cluster, unit_path=cluster.unit_path, viewer=viewer)
