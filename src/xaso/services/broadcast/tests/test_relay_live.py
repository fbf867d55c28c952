"""The live microphone: who may, in time, in order; and what listeners and devices hear of it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import av
import pytest
from django.test import Client

from xaso.kernel.base.errors import ActionError, Conflict, Forbidden
from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import frozen
from xaso.kernel.units.testing import a_commune
from xaso.services.broadcast.actions.stations import open_station, register_cluster
from xaso.services.broadcast.models import (
    Airing,
    ApprovalRule,
    LiveChunk,
    LiveSession,
    Station,
    StreamTurn,
    WireCommand,
)
from xaso.services.broadcast.streams import light
from xaso.services.broadcast.streams.live import (
    LONGEST_CHUNK,
    ask_live,
    close_late,
    end_live,
    grant_live,
    refuse_live,
    take_chunk,
)
from xaso.services.broadcast.streams.program import Program
from xaso.services.broadcast.streams.sound import RATE
from xaso.services.broadcast.tests.relay_sound import START, sound_of
from xaso.services.broadcast.tests.test_relay_streams import names, played

pytestmark = pytest.mark.django_db
SYSTEM = Viewer.system()


def webm_pieces(pcm: bytes, seconds: float = 0.5) -> list[bytes]:
    """What MediaRecorder sends: one WebM of Opus, cut where the time is up and not where a block ends."""
    written: list[bytes] = []

    class Out:
        def write(self, piece: bytes) -> int:
            written.append(bytes(piece))
            return len(piece)

    with av.open(Out(), mode="w", format="webm", options={"live": "1"}) as container:  # type: ignore[arg-type]
        stream: Any = container.add_stream("libopus", rate=RATE, layout="mono")
        stream.bit_rate = 32_000
        for place in range(0, len(pcm), 1920):
            block = pcm[place : place + 1920]
            frame = av.AudioFrame(format="s16", layout="mono", samples=len(block) // 2)
            frame.planes[0].update(block.ljust(frame.planes[0].buffer_size, b"\0"))
            frame.sample_rate, frame.pts = RATE, place // 2
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    whole = b"".join(written)
    count = int(len(pcm) / 2 / RATE / seconds)
    cuts = [len(whole) * n // count for n in range(count + 1)]
    return [whole[one:other] for one, other in itertools.pairwise(cuts)]


@pytest.fixture
def station(settings: Any, tmp_path: Any) -> Station:
    settings.XASO_FILES, settings.XASO_S3_URL = str(tmp_path), ""
    light._kept.clear()
    return open_station(SYSTEM, unit=a_commune())


HIRED = START - timedelta(days=365)  # before the day of the test and before the day it is run on


@pytest.fixture
def speaker(station: Station) -> Account:
    with frozen(HIRED):
        return officer_account("specialist", station.unit_path)


@pytest.fixture
def leader(station: Station) -> Account:
    with frozen(HIRED):
        return officer_account("leader", station.unit_path)


@pytest.fixture
def granted(station: Station, speaker: Account, leader: Account) -> Iterator[LiveSession]:
    with frozen(START):
        row = ask_live(viewer_of(speaker), station=station, title="Chủ tịch xã nói chuyện", minutes=5)
        yield grant_live(viewer_of(leader), session_id=row.pk)


PIECES = webm_pieces(sound_of("live"))


def test_a_second_person_lets_it_happen(station: Station, speaker: Account, leader: Account):
    mine = viewer_of(speaker)
    row = ask_live(mine, station=station, title="Nói chuyện", minutes=5)
    assert row.state == "asked"
    with pytest.raises(Conflict, match="chưa được cho phép"):
        take_chunk(mine, session_id=row.pk, number=0, content=PIECES[0])
    with pytest.raises(Forbidden):
        grant_live(mine, session_id=row.pk)
    assert grant_live(viewer_of(leader), session_id=row.pk).state == "granted"
    with pytest.raises(Conflict):
        refuse_live(viewer_of(leader), session_id=row.pk, reason="muộn")


def test_a_unit_may_ask_for_nobody(station: Station, speaker: Account):
    ApprovalRule.objects.create(
        unit_path=station.unit_path, what="live", approvals=0, own=True, valid_from="2024-07-02"
    )
    row = ask_live(viewer_of(speaker), station=station, title="Nói chuyện", minutes=5)
    assert row.state == "granted"


def test_a_refusal_says_why(station: Station, speaker: Account, leader: Account):
    row = ask_live(viewer_of(speaker), station=station, title="Nói chuyện", minutes=5)
    with pytest.raises(ActionError, match="lý do"):
        refuse_live(viewer_of(leader), session_id=row.pk, reason=" ")
    refuse_live(viewer_of(leader), session_id=row.pk, reason="Trùng giờ tiếp âm")
    with pytest.raises(Conflict, match="không được phép"):
        take_chunk(viewer_of(speaker), session_id=row.pk, number=0, content=PIECES[0])


@pytest.mark.parametrize("minutes", [0, 61])
def test_the_time_is_bounded(station: Station, speaker: Account, minutes: int):
    with pytest.raises(ActionError):
        ask_live(viewer_of(speaker), station=station, title="Nói", minutes=minutes)
    with pytest.raises(Forbidden):
        ask_live(
            viewer_of(officer_account("receptionist", station.unit_path)),
            station=station,
            title="x",
            minutes=1,
        )


def test_pieces_come_in_order_once_and_from_the_speaker_only(
    granted: LiveSession, speaker: Account, leader: Account
):
    mine = viewer_of(speaker)
    with pytest.raises(Forbidden):
        take_chunk(viewer_of(leader), session_id=granted.pk, number=0, content=PIECES[0])
    assert take_chunk(mine, session_id=granted.pk, number=0, content=PIECES[0]) == 1
    assert take_chunk(mine, session_id=granted.pk, number=0, content=PIECES[0]) == 1
    with pytest.raises(Conflict, match="Thiếu"):
        take_chunk(mine, session_id=granted.pk, number=2, content=PIECES[2])
    assert take_chunk(mine, session_id=granted.pk, number=1, content=PIECES[1]) == 2
    for odd in (b"", b"x" * (LONGEST_CHUNK + 1)):
        with pytest.raises(ActionError):
            take_chunk(mine, session_id=granted.pk, number=2, content=odd)
    assert LiveChunk.objects.count() == 2


def test_what_is_no_sound_does_not_begin_a_session(granted: LiveSession, speaker: Account):
    with pytest.raises(ActionError, match="Trình duyệt"):
        take_chunk(viewer_of(speaker), session_id=granted.pk, number=0, content=b"<html>")
    granted.refresh_from_db()
    assert granted.state == "granted"


def test_after_its_time_nothing_is_taken_and_it_is_ended(granted: LiveSession, speaker: Account):
    take_chunk(viewer_of(speaker), session_id=granted.pk, number=0, content=PIECES[0])
    with frozen(START + timedelta(minutes=5)):
        with pytest.raises(Conflict, match="hết giờ"):
            take_chunk(viewer_of(speaker), session_id=granted.pk, number=1, content=PIECES[1])
        close_late()
        granted.refresh_from_db()
        assert (granted.state, granted.reason) == ("ended", "Hết giờ.")
    with frozen(START + timedelta(days=2)):
        LiveChunk.objects.update(created_at=START)
        close_late()
        assert not LiveChunk.objects.exists()


def test_the_voice_is_on_air_and_the_programme_returns_when_it_stops(
    granted: LiveSession, speaker: Account, station: Station, client: Client
):
    mine, at = viewer_of(speaker), START
    program = Program(lambda: at)
    waiting = list(enumerate(PIECES))
    with contextlib.ExitStack() as stack:
        for tenth in range(0, 70, 2):
            at = START + timedelta(seconds=tenth / 10)
            stack.enter_context(frozen(at))
            if waiting and tenth % 5 == 0:
                for number, piece in waiting[:2] if tenth else waiting[:3]:
                    take_chunk(mine, session_id=granted.pk, number=number, content=piece)
                waiting = waiting[2 if tenth else 3 :]
            if tenth == 50:
                end_live(mine, session_id=granted.pk)
            program.look()
            for running in program.running.values():
                running.shelf.pull()
                for one in running.channel._open.values():
                    one.line.reel.wait_for(0.4, 0.3 if tenth < 40 else 0.0)
            program.step()
        program.close()
    _, pcm = played(station, client)
    assert [name for name in names(pcm) if name] == ["live"]
    airing = Airing.objects.get(live=granted)
    assert airing.until == START + timedelta(seconds=5)
    assert StreamTurn.objects.filter(airing=airing, heard="live").exists()


def test_devices_of_the_area_are_told_to_play_and_to_stop(
    granted: LiveSession, speaker: Account, station: Station
):
    one = register_cluster(
        SYSTEM, station=station, code="nam-dam-1", name="Nậm Đăm", unit_path=station.unit_path
    )
    other = register_cluster(
        SYSTEM, station=station, code="nam-dam-2", name="Khác", unit_path=station.unit_path
    )
    for cluster in (one, other):
        cluster.enrolled_at = START
        cluster.save()
    granted.area = {"clusters": ["nam-dam-1"]}
    granted.save()
    take_chunk(viewer_of(speaker), session_id=granted.pk, number=0, content=PIECES[0])
    end_live(viewer_of(speaker), session_id=granted.pk)
    end_live(viewer_of(speaker), session_id=granted.pk)
    told = WireCommand.objects.order_by("sequence").values_list("cluster__code", "kind")
    assert list(told) == [("nam-dam-1", "play"), ("nam-dam-1", "stop")]
