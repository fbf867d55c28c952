"""What the journey of the radio needs beside the town: a broker, the station's own line to it, three devices."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import connections
from django.test import override_settings

from tests.journeys.forms import press
from xaso.broker.testing import embedded, free_port
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.kernel.units.models import Unit
from xaso.services.broadcast.actions import law, stations
from xaso.services.broadcast.models import Cluster, Station
from xaso.services.broadcast.wire import files
from xaso.services.broadcast.wire.serving import Serving
from xaso.site.demo import place

SYSTEM = Viewer.system()
HAMLETS = ("Mường Hum 1", "Bản Xèo", "Dền Sáng")


def a_station() -> tuple[Station, list[Cluster]]:
    """The commune's station with three clusters; it may be heard all day, so that the journey may run at any hour.

    Its hours hold since the day before: the country's quiet hours of that night reach into this morning.
    """
    station = stations.open_station(SYSTEM, unit=Unit.objects.get(path=place.COMMUNE))
    rule = {"station": station, "legal_basis": "Quy chế của đài", "valid_from": today() - timedelta(days=2)}
    for starts, ends in ((time(0), time(12)), (time(12), time(0))):
        law.keep_window(SYSTEM, use="broadcast", starts=starts, ends=ends, **rule)
    quiet = now().astimezone(VIETNAM) + timedelta(days=3, hours=12)  # far from what the journey plans
    ends = quiet + timedelta(minutes=1)
    law.keep_window(
        SYSTEM, use="quiet", starts=quiet.time(), ends=ends.time(), weekdays=str(quiet.isoweekday()), **rule
    )
    names = dict(Unit.objects.under(place.COMMUNE).values_list("name", "path"))
    clusters = [
        stations.register_cluster(
            SYSTEM, station=station, code=f"loa-{number}", name=f"Loa thôn {hamlet}", unit_path=names[hamlet],
            lat=22.51 + number / 100, lon=103.7 + number / 100,
        )
        for number, hamlet in enumerate(HAMLETS, 1)
    ]  # fmt: skip
    return station, clusters


@dataclass
class Device:
    """The program of a loudspeaker in its own process."""

    home: Path
    process: subprocess.Popen[bytes]

    def starts(self) -> list[float]:
        """When it began to sound, in seconds since 1970 by its own clock."""
        return [one["at"] for one in self._told() if one["what"] == "start"]

    def holds_sound(self) -> bool:
        """Whether the file for the air lies on its card."""
        return any((self.home / "audio").glob("*"))

    def _told(self) -> list[dict[str, Any]]:
        path = self.home / "sink.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@dataclass
class Line:
    """Broker, wire and devices of the journey."""

    town: Any
    folder: Path
    port: int
    devices: list[Device] = field(default_factory=list)

    def enrol(self, page: Any, cluster: Cluster) -> None:
        """The officer asks for a code; who installs the device types it there; the device runs."""
        page.goto(f"/desk/broadcast/cum-loa/{cluster.pk}/")
        press(page, page.get_by_role("button", name="Cấp mã ghép nối"))
        found = re.search(r"--code (\w+)", page.locator("main").inner_text())
        assert found, page.locator("main").inner_text()
        home = self.folder / cluster.code
        program = [sys.executable, "-m", "xaso.player", "--home", str(home)]
        subprocess.run(
            [*program, "enrol", "--server", self.town.url, "--code", found[1]], check=True, env=os.environ
        )
        words = ["run", "--sink", "null", "--sink-log", str(home / "sink.jsonl"), "--battery"]
        self.devices.append(Device(home, subprocess.Popen([*program, *words], env=os.environ)))


@contextlib.contextmanager
def a_line(town: Any, folder: Path) -> Iterator[Line]:
    """Start the broker and what talks to it; stop them and the devices."""
    port, stop = free_port(), threading.Event()
    told = {"XASO_BROKER_HOST": "127.0.0.1", "XASO_BROKER_PUBLIC": "127.0.0.1", "XASO_BROKER_PORT": port,
            "XASO_BROKER_HOME": str(folder / "broker")}  # fmt: skip
    with override_settings(**told):
        broker = town.apart(lambda: files.write_files(folder / "broker"))
        with embedded(broker, port=port):
            wire = threading.Thread(target=_serve, args=(port, broker, stop), daemon=True)
            wire.start()
            line = Line(town, folder, port)
            try:
                yield line
            finally:
                for one in line.devices:
                    one.process.send_signal(signal.SIGTERM)
                for one in line.devices:
                    one.process.wait(timeout=10)
                stop.set()
                wire.join(timeout=10)


def _serve(port: int, folder: Path, stop: threading.Event) -> None:
    serving = Serving(port=port, folder=folder, write_files=False)
    serving.client.start()
    while not stop.is_set():
        serving.wake.wait(0.1)
        serving.wake.clear()
        with contextlib.suppress(Exception):  # the journey looks at what came of it
            serving.turn()
    serving.client.stop()
    connections.close_all()


def next_minute(least: float = 15) -> datetime:
    """The first full minute that is not nearer than so many seconds."""
    at = (now() + timedelta(seconds=least)).astimezone(VIETNAM)
    return (at + timedelta(minutes=1)).replace(second=0, microsecond=0)
