"""Streams from the programme to the listener: both outlets under the same tests, seats, live voice."""

from __future__ import annotations

import contextlib
import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from xaso.kernel.documents.actions import keep_made
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import hls
from xaso.kernel.plain.moment import frozen
from xaso.kernel.units.testing import a_commune
from xaso.services.broadcast.actions.stations import open_station
from xaso.services.broadcast.models import (
    Airing,
    Bulletin,
    RelaySource,
    Slot,
    Sound,
    Station,
    StreamRun,
    StreamSeat,
    StreamSegment,
    StreamTurn,
)
from xaso.services.broadcast.streams import light
from xaso.services.broadcast.streams.outlets import SegmentOutlet, forget_old, take_seat
from xaso.services.broadcast.streams.program import Program
from xaso.services.broadcast.streams.sound import bytes_for, seconds_of, whole
from xaso.services.broadcast.tests.relay_sound import START, Radio, heard_in, mp3_of, sound_of

pytestmark = pytest.mark.django_db
SYSTEM = Viewer.system()


@pytest.fixture
def station(tmp_path: Path, settings: Any) -> Station:
    settings.XASO_FILES, settings.XASO_S3_URL = str(tmp_path), ""
    settings.XASO_STREAMS_INSIDE = True
    light._kept.clear()
    return open_station(SYSTEM, unit=a_commune())


def a_sound(station: Station, name: str) -> Sound:
    made = keep_made(
        SYSTEM, content=mp3_of(name), name="phat.mp3", owner_service="broadcast.sound",
        unit_path=station.unit_path, media_type="audio/mpeg",
    )  # fmt: skip
    return Sound.objects.create(
        key=name, unit_path=station.unit_path, file=made, sha256=made.sha256, seconds=4.0
    )


def an_airing(station: Station, item: str, begins: float, seconds: float, **more: Any) -> Airing:
    at = START + timedelta(seconds=begins)
    return Airing.objects.create(
        station=station, unit_path=station.unit_path, key=f"{item}{begins}", item=item, title=item, at=at,
        starts_at=at, until=at + timedelta(seconds=seconds), **more,
    )  # fmt: skip


def a_relay(station: Station, url: str, **more: Any) -> Slot:
    source = RelaySource.objects.create(
        station=station, unit_path=station.unit_path, title="Đài tỉnh", url=url, connect_seconds=2,
        silence_seconds=3, **more,
    )  # fmt: skip
    return Slot.objects.create(
        station=station, unit_path=station.unit_path, title="Tiếp âm", item="relay", relay=source,
        first_day=START.date(), starts=START.time(), seconds=1800,
    )  # fmt: skip


class Clock:
    """The program's clock in the test's hand."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> Any:
        return self.at


def drive(seconds: float, *, ready: Any = None) -> Program:
    """The program for so many seconds of the programme, as fast as it goes."""
    clock = Clock()
    program = Program(clock)
    end = START + timedelta(seconds=seconds)
    with contextlib.ExitStack() as stack:
        while clock.at < end:
            with frozen(clock.at):
                program.look()
                for one in program.running.values():
                    one.shelf.kept.settle()
                if ready:
                    ready(program)
                for _ in range(5):
                    program.step()
                    clock.at += timedelta(seconds=0.2)
        stack.enter_context(frozen(clock.at))
        program.step()
    return program


def played(station: Station, client: Client) -> tuple[hls.Media, bytes]:
    """What a listener gets: the playlist over HTTP, and all its sound."""
    with frozen(START + timedelta(seconds=20)):
        text = client.get(f"/broadcast/luong/{station.pk}/nghe.m3u8")
    assert text.status_code == 200
    base = f"/broadcast/luong/{station.pk}/"
    media = hls.read(text.content.decode(), base)
    assert isinstance(media, hls.Media)
    content, init = b"", ""
    for one in media.segments:
        if one.init != init:
            content += client.get(one.init).content
            init = one.init
        content += client.get(one.uri).content
    return media, whole(content)


def names(pcm: bytes) -> list[str]:
    """What is heard, without repeats; a tenth of a second that is alone is an edge between two."""
    size = bytes_for(0.1)
    heard = [heard_in(pcm[place : place + size]) for place in range(0, len(pcm) - size, size)]
    steady = [one for one, other in itertools.pairwise(heard) if one == other]
    return [name for name, _ in itertools.groupby(steady)]


def test_the_programme_is_heard_by_a_listener_at_its_instant(station: Station, client: Client):
    an_airing(station, "bulletin", 3.0, 4.0, sound=a_sound(station, "item"))
    drive(9.0).close()
    media, pcm = played(station, client)
    assert media.first == 0
    begins = media.segments[0].at
    assert begins == START
    edge = next(place for place in range(0, len(pcm), 960) if heard_in(pcm[place : place + 960]) == "item")
    assert abs(seconds_of(edge) - 3.0) < 0.06, "the encoder itself delays by a frame"
    assert names(pcm)[:3] == ["", "item", ""]
    assert all(1.9 < one.seconds < 2.1 for one in media.segments[:-1])


def test_a_relay_goes_on_air_is_covered_and_noted(station: Station, client: Client):
    item = a_sound(station, "item")
    fallback = Bulletin.objects.create(
        station=station, unit_path=station.unit_path, title="Thay", state="approved",
        sound=a_sound(station, "fallback"),
    )  # fmt: skip
    body = mp3_of("relay")

    def once(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "audio/mpeg")
        handler.end_headers()
        handler.wfile.write(body)

    with Radio({"/a.mp3": once}) as radio:
        slot = a_relay(station, f"{radio.base}/a.mp3", fallback=fallback)
        airing = an_airing(station, "relay", 1.0, 10.0, slot=slot)
        an_airing(station, "bulletin", 11.0, 3.0, sound=item)

        def cut(program: Program) -> None:
            """The first connection gives four seconds; then the radio is gone."""
            for running in program.running.values():
                for one in running.channel._open.values():
                    if not one.begun:
                        one.line.reel.wait_for(3.5, 5)
                    one.line._stop.set()  # type: ignore[attr-defined]

        drive(15.0, ready=cut).close()
    _, pcm = played(station, client)
    assert [name for name in names(pcm) if name] == ["relay", "fallback", "item"]
    turns = list(StreamTurn.objects.filter(airing=airing).order_by("at").values_list("heard", "why"))
    assert turns[0] == ("relay", "")
    assert turns[1][0] == "fallback"
    assert StreamTurn.objects.filter(airing=airing, until__isnull=True).count() == 0
    slot.relay.refresh_from_db()
    assert slot.relay.state["heard"] == "fallback"


def test_files_for_a_part_of_the_station_are_not_streamed(station: Station, client: Client):
    an_airing(station, "bulletin", 0.0, 4.0, sound=a_sound(station, "item"), area={"clusters": ["a"]})
    an_airing(station, "bulletin", 4.0, 4.0, sound=a_sound(station, "fallback"))
    drive(9.0).close()
    assert [name for name in names(played(station, client)[1]) if name] == ["fallback"]


def test_numbers_go_on_after_a_restart_and_the_break_is_marked(station: Station, client: Client):
    for n in range(2):
        outlet = SegmentOutlet(station)
        take_seat(station.pk, "a")
        outlet.write(sound_of("item"), START + timedelta(seconds=10 * n))
        outlet.close()
    media, pcm = played(station, client)
    assert [one.discontinuity for one in media.segments].count(True) == 1
    assert media.segments[0].init != media.segments[-1].init
    numbers = list(StreamSegment.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(len(numbers)))
    with frozen(START + timedelta(minutes=5)):
        assert forget_old(station.pk) == len(numbers)
        light._kept.clear()
        assert client.get(f"/broadcast/luong/{station.pk}/nghe.m3u8").status_code == 404
    assert StreamRun.objects.count() == 1


def test_a_seat_is_held_by_one_and_taken_over_from_the_dead(station: Station):
    with frozen(START):
        assert take_seat(station.pk, "a")
        assert take_seat(station.pk, "a")
        assert not take_seat(station.pk, "b")
    with frozen(START + timedelta(seconds=9)):
        assert take_seat(station.pk, "b")
        assert not take_seat(station.pk, "a")
    assert StreamSeat.objects.get().holder == "b"


def test_a_machine_that_slept_goes_on_from_now(station: Station):
    an_airing(station, "bulletin", 0.0, 600.0, sound=a_sound(station, "item"))
    clock = Clock()
    program = Program(clock)
    program.look()
    program.step()
    clock.at += timedelta(minutes=3)
    program.step()
    (running,) = program.running.values()
    assert running.channel.starts == clock.at
    program.close()


@pytest.mark.parametrize(
    "path",
    ["nghe.m3u8", "019b0000-0000-7000-8000-000000000000.m4s", "019b0000-0000-7000-8000-000000000000.mp4"],
)
def test_a_station_that_is_silent_or_unknown_answers_404(station: Station, client: Client, path: str):
    assert client.get(f"/broadcast/luong/{station.pk}/{path}").status_code == 404
