"""The whole line: database, either broker, three true players in this process; lines break, the broker is killed."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from xaso.broker.testing import embedded, free_port, has_mosquitto, mosquitto
from xaso.kernel.plain.horn import ALL, Entry, certificates
from xaso.kernel.plain.moment import now
from xaso.player import reports
from xaso.player.disk import Disk
from xaso.player.link import Line
from xaso.player.running import Running, Station
from xaso.player.sink import NullSink
from xaso.services.broadcast import wire
from xaso.services.broadcast.models import Airing, Cluster, Play, WireCommand, WireReceipt
from xaso.services.broadcast.tests.core_world import SYSTEM, Radio, a_radio
from xaso.services.broadcast.wire import files
from xaso.services.broadcast.wire.enrolling import enrol_device, issue_code
from xaso.services.broadcast.wire.serving import Serving

pytestmark = pytest.mark.django_db
AUDIO = b"RIFF" + b"x" * 500
KINDS = [
    "embedded",
    pytest.param(
        "mosquitto", marks=pytest.mark.skipif(not has_mosquitto(), reason="Mosquitto is not installed here")
    ),
]


class Devices:
    """Three players in a thread with a loop of their own."""

    def __init__(self, places: list[Path]) -> None:
        self.places = places
        self.all: list[Running] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.do(self._start)

    def do(self, what: Callable[[], Any]) -> Any:
        """Runs something in their loop."""

        async def run() -> Any:
            found = what()
            return await found if asyncio.iscoroutine(found) else found

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(20)

    def _start(self) -> None:
        for place in self.places:
            disk = Disk(place, durable=False)
            one = Running(Station.read(disk), disk, NullSink(), fetcher=lambda server, address: AUDIO)
            one.player.jitter = lambda: 0.0
            one.start()
            self.all.append(one)

    def end(self) -> None:
        """Stops them."""
        for one in self.all:
            self.do(one.stop)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


@dataclass
class World:
    radio: Radio
    folder: Path
    port: int
    kind: str
    serving: Serving
    devices: Devices
    stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def start_broker(self) -> None:
        self.stack.enter_context(
            {"embedded": embedded, "mosquitto": mosquitto}[self.kind](self.folder, port=self.port)
        )

    def until(self, question: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + 40
        while not question():
            assert time.monotonic() < end, what
            self.serving.wake.wait(0.02)
            self.serving.wake.clear()
            self.serving.turn()

    def online(self) -> int:
        return Cluster.objects.filter(station=self.radio.station, state=Cluster.State.ONLINE).count()

    def results(self, airing: Airing) -> list[str]:
        return sorted(Play.objects.filter(airing=airing).values_list("result", flat=True))


@pytest.fixture(params=KINDS)
def world(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    db: object,
) -> Iterator[World]:
    port, folder = free_port(), tmp_path_factory.mktemp(request.param)
    monkeypatch.setattr(reports, "HELD_BACK", 0.1)
    monkeypatch.setattr(Line, "_next_wait", lambda line: 0.1)
    radio = a_radio("15/02707/")
    files.write_files(folder)
    places = [_enrolled(cluster, tmp_path_factory, port) for cluster in radio.clusters]
    Cluster.objects.filter(station=radio.station).update(state=Cluster.State.OFFLINE, last_seen=None)
    serving = Serving(port=port, folder=folder, write_files=False)
    serving.client._client.reconnect_delay_set(1, 1)
    world = World(radio, folder, port, request.param, serving, Devices(places))
    world.start_broker()
    serving.look()
    serving.client.start()
    yield world
    world.devices.end()
    serving.client.stop()
    world.stack.close()


def _enrolled(cluster: Cluster, places: pytest.TempPathFactory, port: int) -> Path:
    place = places.mktemp(cluster.code)
    key = certificates.new_key()
    told = enrol_device(
        SYSTEM, code=issue_code(SYSTEM, cluster=cluster)["plain"], csr=certificates.request(key, "loa")
    )
    disk = Disk(place, durable=False)
    disk.write("key.pem", key)
    disk.write("cert.pem", told.pop("certificate").encode())
    disk.write("ca.pem", told.pop("authority").encode())
    broker = {"host": "127.0.0.1", "port": port, "tls": True}
    disk.write_json("station.json", {"server": "http://127.0.0.1:1", **told, "broker": broker})
    return place


def a_programme(world: World, lead: float, seconds: float, *, version: int) -> Airing:
    """A bulletin on all devices after ``lead`` seconds."""
    import hashlib

    at = now() + timedelta(seconds=lead)
    airing = Airing.objects.create(
        station=world.radio.station, unit_path=world.radio.station.unit_path, key=f"{world.kind}-{version}",
        item="bulletin", title="Họp thôn", at=at, starts_at=at, until=at + timedelta(seconds=seconds),
    )  # fmt: skip
    digest = hashlib.sha256(AUDIO).hexdigest()
    entry = Entry(
        str(airing.pk), "b", at, at + timedelta(seconds=60), "/a", digest, seconds, resume="restart"
    )
    for cluster in world.radio.clusters:
        wire.put_schedule(cluster, [entry], version=version, valid_until=now() + timedelta(days=3))
    world.serving.turn()
    return airing


def test_three_devices_through_a_day_with_its_troubles(world: World):
    """One story, because each step needs devices that are there already."""
    they_come_in_hold_the_programme_and_play_it_together(world)
    an_emergency_interrupts_all_and_what_was_cut_is_played_again(world)
    a_broker_that_is_killed_costs_no_bulletin_and_no_command(world)
    a_line_that_breaks_is_seen_and_comes_back(world)


def offsets_of(world: World, lead: float, version: int) -> list[Any]:
    """How far from the minute each device began a bulletin that was planned ``lead`` seconds ahead."""
    airing = a_programme(world, lead, 0.2, version=version)
    world.until(lambda: world.results(airing) == ["played"] * 3, "all played and told")
    return list(Play.objects.filter(airing=airing).values_list("offset_ms", flat=True))


def they_come_in_hold_the_programme_and_play_it_together(world: World):
    world.until(lambda: world.online() == 3, "all online")
    # A device that was told after the minute plays late and says so; on a busy machine they are told earlier.
    for version, lead in ((1, 1.0), (2, 4.0), (3, 10.0)):
        offsets = offsets_of(world, lead, version)
        if max(offsets) - min(offsets) < 100:
            break
    assert max(offsets) - min(offsets) < 100, offsets
    world.until(lambda: not any(one.player.disk.log for one in world.devices.all), "logs confirmed")
    world.until(
        lambda: Cluster.objects.filter(station=world.radio.station, schedule_held=version).count() == 3,
        "states",
    )


def an_emergency_interrupts_all_and_what_was_cut_is_played_again(world: World):
    world.until(lambda: world.online() == 3, "all online")
    airing = a_programme(world, 0.8, 2.0, version=11)
    world.until(lambda: all(one.player.stage.current for one in world.devices.all), "all sound")
    urgent = Airing.objects.create(
        station=world.radio.station, unit_path=world.radio.station.unit_path, key=f"{world.kind}-urgent",
        item="emergency", title="Lũ quét", at=now(), starts_at=now(), until=now() + timedelta(seconds=1),
    )  # fmt: skip
    [command] = wire.publish(
        [wire.order("play", cluster=ALL, expires_at=now() + timedelta(minutes=5), item=str(urgent.pk), seconds=0.2,
                    url="/a", sha256=world.devices.all[0].player.programme.entries[0].sha256, priority="emergency")],
        station=world.radio.station,
    )  # fmt: skip
    world.until(lambda: world.results(urgent) == ["played"] * 3, "the emergency on all")
    world.until(lambda: world.results(airing) == ["played"] * 3, "the bulletin again")
    pieces = [sorted(one["result"] for one in play.pieces.values()) for play in airing.plays.all()]
    assert pieces == [["cut", "played"]] * 3
    stages = WireReceipt.objects.filter(command__command=command.id).values_list("stage", flat=True)
    world.until(lambda: sorted(stages.all()) == ["finished"] * 3, "receipts")


def a_broker_that_is_killed_costs_no_bulletin_and_no_command(world: World):
    world.until(lambda: world.online() == 3, "all online")
    airing = a_programme(world, 3.0, 0.2, version=12)
    world.until(lambda: all(_version(one) == 12 for one in world.devices.all), "all hold it")
    world.stack.close()
    [command] = wire.publish(
        [wire.order("volume", cluster=world.radio.clusters[0].code, expires_at=now() + timedelta(minutes=5), volume=33)]
    )  # fmt: skip
    world.until(lambda: all(one.player.disk.log for one in world.devices.all), "played without a line")
    assert world.results(airing) == [] and not world.serving.client.is_up.is_set()
    world.start_broker()
    world.until(lambda: world.results(airing) == ["played"] * 3, "told later")
    world.until(lambda: WireCommand.objects.get(command=command.id).state == "answered", "obeyed later")
    assert world.devices.all[0].player.volume == 33


def a_line_that_breaks_is_seen_and_comes_back(world: World):
    world.until(lambda: world.online() == 3, "all online")
    one = world.devices.all[1]
    good = one.line.port
    one.line.port = 9
    world.devices.do(one.line.cut)
    world.until(lambda: world.online() == 2, "the will is told")
    one.line.port = good
    world.until(lambda: world.online() == 3, "back")


def _version(one: Running) -> int:
    return one.player.programme.version if one.player.programme else 0
