"""The second switch: a service is on for a unit unless a row says otherwise."""

from __future__ import annotations

import time

from xaso.kernel.base.actions import action
from xaso.kernel.events import emit
from xaso.kernel.people.models import ServiceSwitch
from xaso.kernel.people.viewer import Viewer

_KEEP_SECONDS = 10.0
_cache: tuple[float, dict[tuple[str, str], bool]] = (0.0, {})


def _rows() -> dict[tuple[str, str], bool]:
    global _cache
    made, rows = _cache
    if time.monotonic() - made > _KEEP_SECONDS or not made:
        rows = {(s.service, s.unit_path): s.is_on for s in ServiceSwitch.objects.all()}
        _cache = (time.monotonic(), rows)
    return rows


def switched_off(service: str, unit_path: str) -> bool:
    """Whether the nearest switch from this unit upwards turns the service off."""
    rows = _rows()
    if not rows:
        return False
    path = unit_path
    while True:
        if (service, path) in rows:
            return not rows[(service, path)]
        if not path:
            return False
        path = path.rstrip("/").rpartition("/")[0]
        path = f"{path}/" if path else ""


@action
def switch_service(viewer: Viewer, *, service: str, unit_path: str, is_on: bool) -> None:
    """Turn a service on or off for a unit and everything below it."""
    global _cache
    viewer.must("people.switches", unit_path)
    row, _ = ServiceSwitch.objects.update_or_create(
        service=service, unit_path=unit_path, defaults={"is_on": is_on}
    )
    emit(
        "people.service_switched",
        record=row,
        unit_path=unit_path,
        viewer=viewer,
        data={"service": service, "on": is_on},
    )
    _cache = (0.0, {})
