"""The file for the air with the voice of this machine: an emergency at once, a bulletin with jingle and repeats."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from xaso.kernel.documents.queries import content_of
from xaso.kernel.speech.actions import render
from xaso.services.broadcast.actions import bulletins
from xaso.services.broadcast.actions.sounds import compose, speak_now
from xaso.services.broadcast.models import Sound, Station
from xaso.services.broadcast.tests.core_world import SYSTEM, Sent, a_radio

pytestmark = pytest.mark.django_db
WORDS = "lũ về suối nậm đăm, bà con lên chỗ cao ngay"


@pytest.fixture
def station(settings: object, tmp_path: object) -> Iterator[Station]:
    settings.XASO_FILES, settings.XASO_S3_URL = str(tmp_path), ""  # type: ignore[attr-defined]
    with Sent():
        yield a_radio(clusters=0).station


def test_an_emergency_is_spoken_at_once_and_only_once(station: Station) -> None:
    facts = {"spoken": WORDS, "voice": "fpt:banmai", "speed": 1.0, "unit_path": station.unit_path}
    one = speak_now(SYSTEM, siren="siren", repeats=2, **facts)  # type: ignore[arg-type]
    plain = speak_now(SYSTEM, siren="", repeats=1, **facts)  # type: ignore[arg-type]
    # Two sirens of six seconds, the words twice, a second between each.
    assert one.seconds == pytest.approx(2 * plain.seconds + 15, abs=0.5)
    assert content_of(one.file)[:3] == b"ID3" or content_of(one.file)[0] == 0xFF
    assert speak_now(SYSTEM, siren="siren", repeats=2, **facts).pk == one.pk  # type: ignore[arg-type]


def test_a_bulletin_gets_its_jingle_and_its_repeats(station: Station) -> None:
    row = bulletins.write_bulletin(
        SYSTEM, station=station, title="Lũ", text="Bà con chú ý.", jingle="chime", repeats=2
    )
    made = render(SYSTEM, spoken=row.spoken, voice=row.voice, speed=1.0, unit_path=station.unit_path, record=row,
                  at_once=True)  # fmt: skip
    row.rendering = made.pk
    row.save()
    row = bulletins.take_sound(SYSTEM, bulletin_id=row.pk)
    assert row is not None
    assert made.seconds is not None
    # A chime of two and a half seconds, the words twice, a second between each.
    assert row.seconds == pytest.approx(2 * made.seconds + 2.4 + 2, abs=0.4)
    once = compose(SYSTEM, rendering_id=made.pk, jingle="", repeats=1, unit_path=station.unit_path)
    assert once.sha256 == made.sha256  # nothing to put together: the very file
    assert Sound.objects.count() == 2
    answer = Client().get(f"/broadcast/am-thanh/{once.sha256}.mp3")
    assert answer["Content-Type"] == "audio/mpeg"
    assert len(answer.content) == made.mp3.size
