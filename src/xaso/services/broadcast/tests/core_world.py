"""A station with three clusters whose devices are enrolled; sounds are put there without being spoken."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from unittest.mock import patch

from xaso.kernel.documents.actions import keep_made
from xaso.kernel.people.testing import officer
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.horn import Command, Programme
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.kernel.units.testing import a_commune
from xaso.services.broadcast.actions import bulletins, engine, programme, settling, sounds, stations
from xaso.services.broadcast.models import Airing, Bulletin, Cluster, Slot, Sound, Station

SYSTEM = Viewer.system()
MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=VIETNAM)
TEXT = "UBND xã mời bà con họp tại nhà văn hóa thôn lúc 19 giờ ngày 25/11/2026."


@dataclass
class Radio:
    """One commune's radio."""

    station: Station
    clusters: list[Cluster]
    editor: Viewer
    leader: Viewer
    second: Viewer

    def bulletin(
        self, title: str = "Họp thôn", *, kind: str = "ordinary", seconds: float = 60, **facts: Any
    ) -> Bulletin:
        """An approved bulletin with its sound."""
        row = bulletins.write_bulletin(
            SYSTEM, station=self.station, title=title, text=TEXT, kind=kind, repeats=1, **facts
        )
        row.sound, row.seconds = a_sound(self.station, title, seconds), seconds
        row.state = Bulletin.State.APPROVED
        row.save()
        return row

    def slot(self, bulletin: Bulletin | None = None, starts: str = "05:40", **facts: Any) -> Slot:
        """The bulletin every day from Monday."""
        values: dict[str, Any] = {
            "item": "bulletin", "bulletin": bulletin, "first_day": MONDAY.date(), "rule": "FREQ=DAILY",
            "starts": time.fromisoformat(starts), "despite": True,
        }  # fmt: skip
        return programme.keep_slot(SYSTEM, station=self.station, **{**values, **facts})

    def plan(self) -> int:
        """Let the engine plan and send."""
        return engine.plan_station(SYSTEM, station_id=self.station.pk)

    def settle(self) -> int:
        """Let the books be closed."""
        return settling.settle_station(SYSTEM, station_id=self.station.pk)

    def airing(self, **which: Any) -> Airing:
        """The first airing of the station that fits."""
        found = self.station.airings.filter(**which).order_by("at").first()
        assert found is not None, list(self.station.airings.values_list("title", "at", "state"))
        return found


def a_radio(path: str = "15/02683/", clusters: int = 3) -> Radio:
    """Opened, with enrolled clusters that are online."""
    station = stations.open_station(SYSTEM, unit=a_commune(path))
    made = []
    for number in range(1, clusters + 1):
        row = stations.register_cluster(
            SYSTEM, station=station, code=f"loa-{path.split('/')[1]}-{number}", name=f"Cụm loa {number}"
        )
        row.enrolled_at, row.state, row.last_seen = now() - timedelta(days=9), Cluster.State.ONLINE, now()
        row.save()
        made.append(row)
    return Radio(
        station, made, officer("specialist", path), officer("leader", path), officer("leader", path, name="Lù Seo Páo")
    )  # fmt: skip


def a_sound(station: Station, words: str, seconds: float) -> Sound:
    """A file for the air, with nothing in it worth hearing."""
    key = hashlib.sha256(f"{words}{seconds}".encode()).hexdigest()
    found = Sound.objects.filter(key=key).first()
    if found is not None:
        return found
    file = keep_made(SYSTEM, content=f"ID3{words}".encode(), name="a.mp3", owner_service="broadcast.sound",
                     unit_path=station.unit_path, media_type="audio/mpeg")  # fmt: skip
    return Sound.objects.create(
        key=key, unit_path=station.unit_path, file=file, sha256=file.sha256, seconds=seconds, words=words
    )


def a_line(
    airing: Airing, name: str, start: datetime, seconds: float, result: str = "played", **more: Any
) -> dict[str, Any]:
    """A line of a device's play log."""
    return {
        "id": name, "airing": str(airing.pk), "item": "", "command": "", "started_at": start,
        "ended_at": start + timedelta(seconds=seconds), "seconds": seconds, "result": result, "reason": "",
        "offset_ms": 12.0, "volume": 70, "priority": "ordinary", **more,
    }  # fmt: skip


class Sent:
    """What went out on the wire while this is on."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.documents: dict[str, Programme] = {}
        self._patches = [
            patch("xaso.services.broadcast.wire.publish", self._publish),
            patch("xaso.services.broadcast.wire.put_schedule", self._put),
        ]

    def __enter__(self) -> Sent:
        for one in self._patches:
            one.start()
        return self

    def __exit__(self, *problem: object) -> None:
        for one in self._patches:
            one.stop()

    def _publish(self, commands: Sequence[Command], *, station: Station | None = None) -> list[Command]:
        self.commands += commands
        return list(commands)

    def _put(self, cluster: Cluster, document: Programme, **facts: Any) -> Programme:
        self.documents[cluster.code] = document
        return document


def quick_voice() -> Any:
    """Emergencies speak at once without a voice: 20 seconds of nothing, whatever the words."""

    def speak(viewer: Viewer, *, spoken: str, repeats: int, unit_path: str, **more: Any) -> Sound:
        return a_sound(Station.objects.get(unit_path=unit_path), f"{spoken}{repeats}", 20.0 * repeats)

    return patch("xaso.services.broadcast.actions.emergencies.speak_now", speak)


__all__ = [
    "MONDAY",
    "SYSTEM",
    "TEXT",
    "Radio",
    "Sent",
    "a_line",
    "a_radio",
    "a_sound",
    "quick_voice",
    "sounds",
]


def here(moment: datetime) -> datetime:
    return moment.astimezone(VIETNAM)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{text}").replace(tzinfo=VIETNAM)
