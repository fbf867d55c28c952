"""A station of commune radio in the world of the matrix: what its addresses name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models

from tests.house.relay_world import a_relay_room
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.actions.complaints import complain
from xaso.services.broadcast.actions.emergencies import ask_emergency
from xaso.services.broadcast.models import (
    Airing,
    Bulletin,
    Cluster,
    Complaint,
    Emergency,
    Play,
    Slot,
    Station,
    VolumeCap,
    Window,
)
from xaso.services.broadcast.tests.pages_world import a_world

DESK, PUBLIC = "/desk/broadcast/", "/broadcast/"


@dataclass
class Radio:
    """What parameters of the radio's addresses stand for, and the rows that strangers must leave as they are."""

    fills: dict[tuple[str, str], Any]
    rows: list[tuple[type[models.Model], models.Q]]


def a_radio(commune: str, name: str, phone: str) -> Radio:
    """The commune's station; somebody has told about a loudspeaker, an emergency waits for the second person."""
    made = a_world(commune)
    told = complain(
        viewer_of(made.leader), station=made.station, cluster=made.clusters[0], matter="loud",
        text=f"Nhà {name} gần loa", contact=phone,
    )  # fmt: skip
    asked = ask_emergency(
        viewer_of(made.radio), station=made.station, title="Lũ quét", text="Bà con ven suối lên chỗ cao.",
        expires_at=now() + timedelta(hours=2), repeats=1,
    )  # fmt: skip
    station, own = models.Q(pk=made.station.pk), models.Q(station=made.station)
    fills = {
        (DESK, "bulletin_id"): made.waiting.pk,
        ("/api/v1/broadcast/", "bulletin_id"): made.waiting.pk,
        (DESK, "slot_id"): made.slot.pk,
        (DESK, "cluster_id"): made.clusters[0].pk,
        (DESK, "airing_id"): made.heard.pk,
        (DESK, "complaint_id"): told.pk,
        (DESK, "emergency_id"): asked.pk,
        (PUBLIC, "airing_id"): made.heard.pk,
        (PUBLIC, "unit_path"): made.station.unit_path.strip("/"),
    }
    rows: list[tuple[type[models.Model], models.Q]] = [
        (Station, station),
        *((model, own) for model in (Cluster, Bulletin, Slot, Airing, Emergency)),
        (Play, models.Q(airing__station=made.station)),
        (Complaint, models.Q(pk=told.pk)),
        *((model, models.Q(unit_path__startswith=made.station.unit_path)) for model in (Window, VolumeCap)),
    ]
    more_fills, more_rows = a_relay_room(made.station)
    return Radio({**fills, **more_fills}, [*rows, *more_rows])
