"""What the places area holds about one person: where they live on the map."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time
from uuid import UUID

from xaso.kernel.base.manifest import Holding
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.models import Home
from xaso.kernel.plain.moment import VIETNAM


def about_person(person_id: UUID) -> Iterator[Holding]:
    """Homes noted of the person, the present one and earlier ones."""
    for row in Home.objects.filter(person_id=person_id).order_by("-valid_from"):
        if not row.spot:
            continue
        yield Holding(
            "places.home",
            str(row.pk),
            "Nơi ở trên bản đồ",
            datetime.combine(row.valid_from, time(), tzinfo=VIETNAM),
            {
                "Vĩ độ": row.lat,
                "Kinh độ": row.lon,
                "Từ ngày": str(row.valid_from),
                "Đến ngày": str(row.valid_to or "nay"),
            },
            erase=_eraser(row),
            group="Nơi ở",
        )


def _eraser(row: Home) -> Callable[[Viewer], int]:
    def erase(viewer: Viewer) -> int:
        row.spot = []
        row.valid_to = row.valid_to or row.valid_from
        row.save(update_fields=["spot", "valid_to"])
        emit("places.home_erased", record=row, unit_path=row.unit_path, viewer=viewer)
        return 1

    return erase
