"""Vendors' voices against their simulators: at once, later, by callback; long texts; every way to fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.core import signing
from django.test import Client

from xaso.kernel.connectors.base import addresses
from xaso.kernel.connectors.errors import (
    OutsideDenied,
    OutsideError,
    OutsideGarbled,
    OutsideRefused,
    OutsideUnavailable,
)
from xaso.kernel.connectors.models import OutsideCall
from xaso.kernel.connectors.testing import simulators
from xaso.kernel.connectors.transport import Asked, Transport
from xaso.kernel.connectors.voices import (
    Answered,
    FptVoice,
    VbeeVoice,
    ViettelVoice,
    VoiceVendor,
    fpt_speed,
    is_sound,
    vendor,
)
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.speech import audio, tasks, vendors
from xaso.kernel.speech.actions import render
from xaso.kernel.speech.models import Rendering, VendorPart
from xaso.simulators import voices as simulated
from xaso.simulators.world import World

pytestmark = pytest.mark.django_db
ASKED = Asked(purpose="Kiểm thử")
FPT, VBEE, VIETTEL = "fpt:banmai", "vbee:hue_female_huonggiang_full_48k-fhg", "viettel:hcm-diemmy"
WORDS = "Mời bà con về dự họp."
SYSTEM = Viewer.system()


@pytest.fixture
def world() -> Iterator[World]:
    with simulators() as (made, _):
        yield made


@pytest.fixture
def calls(world: World, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bytes]]:
    """What the simulator would call back: kept, since its own thread does not see the rows of a test."""
    kept: list[tuple[str, bytes]] = []
    monkeypatch.setattr(world, "tell", lambda method, url, body, headers: kept.append((url, body)))
    return kept


def deliver(calls: list[tuple[str, bytes]]) -> list[int]:
    """The vendor calls back, in the test's own thread; answers the statuses."""
    client = Client()
    paths = [(url.partition("/hooks")[2], body) for url, body in calls]
    return [
        client.post(f"/hooks{path}", body, content_type="application/json").status_code
        for path, body in paths
    ]


def asked_for(voice: str, spoken: str = WORDS) -> Rendering:
    made = render(SYSTEM, spoken=spoken, voice=voice, unit_path="15/02683/")
    tasks.speak(rendering_id=str(made.pk))
    made.refresh_from_db()
    return made


def asked_again(made: Rendering, times: int = 1) -> Rendering:
    for _ in range(times):
        tasks.collect(rendering_id=str(made.pk))
    made.refresh_from_db()
    return made


def fell_back(made: Rendering, voice: str, why: str) -> None:
    assert made.ready
    assert made.used_voice == voice
    assert why in made.fell_back
    assert not made.parts.exclude(sound=None).exists()


def test_sound_at_once(world: World) -> None:
    made = asked_for(VIETTEL)
    assert (made.ready, made.used_voice, made.fell_back) == (True, VIETTEL, "")
    assert made.lufs == pytest.approx(audio.TARGET, abs=0.3)
    (row,) = world.rows("viettel_voice")
    assert (row["text"], row["voice"]) == (WORDS, "hcm-diemmy")
    call = OutsideCall.objects.get(connector="viettel_voice")
    assert (call.outcome, call.record_id) == ("ok", made.pk)
    assert WORDS not in str(vars(call)), "the text is not kept in the record of calls"


def test_a_file_that_comes_later_is_asked_for_again(world: World) -> None:
    made = asked_for(FPT, f"{WORDS} không gọi lại")
    assert made.state == Rendering.State.WAITING
    assert asked_again(made).state == Rendering.State.WAITING
    assert asked_again(made).used_voice == FPT
    assert not made.parts.exclude(sound=None).exists(), "pieces are not kept beside the whole"


@pytest.mark.parametrize("voice", [FPT, VBEE])
def test_a_callback_brings_the_sound(calls: list[tuple[str, bytes]], voice: str) -> None:
    made = asked_for(voice)
    assert deliver(calls * 2) == [200, 200]
    assert made.parts.get().link
    assert asked_again(made).used_voice == voice
    assert deliver(calls) == [200], "a repeat after the end changes nothing"


def test_a_vendor_that_does_not_call_is_asked_by_its_id(world: World) -> None:
    made = asked_for(VBEE, "Không gọi lại: không gọi lại cho chúng tôi.")
    assert made.parts.get().link == ""
    assert asked_again(made).state == Rendering.State.WAITING
    assert asked_again(made).used_voice == VBEE


def test_a_long_text_goes_in_pieces_cut_at_sentences(world: World) -> None:
    made = asked_for(VIETTEL, "Bà con chú ý nghe thông báo. " * 380)
    texts = [row["text"] for row in world.rows("viettel_voice")]
    assert len(texts) == 3
    assert all(len(one) <= 5000 and one.endswith(".") for one in texts)
    assert made.seconds == pytest.approx(3 * simulated.LONGEST, rel=0.1)


@pytest.mark.parametrize("voice", [FPT, VBEE, VIETTEL])
def test_a_refused_text_is_spoken_by_the_voice_of_the_region(
    calls: list[tuple[str, bytes]], voice: str
) -> None:
    made = asked_for(voice, "Đoạn này không đọc được.")
    deliver(calls)
    region = {FPT: "espeak:vi", VBEE: "espeak:vi-vn-x-central", VIETTEL: "espeak:vi-vn-x-south"}[voice]
    if not made.ready:
        made = asked_again(made)
    fell_back(made, region, "không đọc")


def test_a_fallback_is_not_kept_for_the_vendors_voice(world: World) -> None:
    world.break_it("viettel_voice", "denied", times=1)
    first = asked_for(VIETTEL)
    fell_back(first, "espeak:vi-vn-x-south", "không nhận quyền")
    again = asked_for(VIETTEL)
    assert again.pk != first.pk
    assert again.used_voice == VIETTEL


def test_what_never_comes_is_given_up_after_minutes(world: World) -> None:
    made = asked_for(FPT, "Tệp này không bao giờ xong.")
    pauses = []
    for _ in range(6):
        made = asked_again(made)
        pauses.append(vendors.pause_after(made).seconds)
    assert pauses == sorted(pauses)
    assert pauses[-1] == vendors.LONGEST_PAUSE
    with moment.frozen(moment.now() + vendors.PATIENCE + timedelta(seconds=1)):
        fell_back(asked_again(made), "espeak:vi", "không trả âm thanh")


def test_a_passing_fault_is_waited_out_and_a_lasting_one_is_not(world: World) -> None:
    world.break_it("viettel_voice", "error", times=1)
    made = asked_for(VIETTEL)
    assert made.state == Rendering.State.WAITING
    assert asked_again(made).used_voice == VIETTEL
    world.break_it("vbee_voice", "error", times=-1)
    made = asked_again(asked_for(VBEE, "Câu khác."), times=vendors.MOST_TRIES)
    fell_back(made, "espeak:vi-vn-x-central", "")


@pytest.mark.parametrize("voice", [FPT, VBEE, VIETTEL])
def test_what_is_no_sound_is_not_aired(world: World, voice: str) -> None:
    made = asked_for(voice, "Đây là tệp hỏng, không gọi lại.")
    for _ in range(3):
        made = made if made.ready else asked_again(made)
    assert made.used_voice.startswith("espeak:")
    assert "không phải âm thanh" in made.fell_back or "không đúng quy ước" in made.fell_back


CALLS: list[tuple[type[VoiceVendor], str]] = [
    (FptVoice, "banmai"),
    (VbeeVoice, "hn_a"),
    (ViettelVoice, "hn-quynhanh"),
]


@pytest.mark.parametrize(("kind", "voice"), CALLS)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("latency", OutsideUnavailable),
        ("error", OutsideUnavailable),
        ("drop", OutsideUnavailable),
        ("denied", OutsideDenied),
        ("garbled", OutsideGarbled),
    ],
)
def test_each_failure_of_each_vendor(
    world: World, kind: type[VoiceVendor], voice: str, fault: str, error: type[OutsideError]
) -> None:
    world.break_it(kind.key, fault, times=-1, milliseconds=400)
    one = kind(replace(addresses()[kind.key], timeout=0.15))
    with pytest.raises(error) as caught:
        one.speak(ASKED, text=WORDS, voice=voice, speed=1.0, callback="http://testserver/x")
    assert caught.value.message[0].isupper()


@pytest.mark.parametrize("name", ["fpt", "vbee", "viettel"])
def test_health_is_asked_without_speaking(world: World, name: str) -> None:
    one = vendor(name)
    assert one.health().ok, one.health().sentence
    world.break_it(one.key, "denied", times=-1)
    assert not one.health().ok


def test_who_the_simulator_does_not_know_is_turned_away(world: World) -> None:
    for kind, voice in CALLS:
        one = kind(replace(addresses()[kind.key], secret="sai"))  # noqa: S106 a wrong one on purpose
        with pytest.raises(OutsideDenied):
            one.speak(ASKED, text=WORDS, voice=voice, speed=1.0, callback="http://testserver/x")
    with pytest.raises(OutsideRefused, match="app_id and callback_url"):
        VbeeVoice(addresses()["vbee_voice"]).speak(ASKED, text=WORDS, voice="hn_a", speed=1.0)


def real(kind: type[VoiceVendor], answers: list[httpx.Response]) -> VoiceVendor:
    """A connector at a real-looking address whose other side answers these, one after the other."""
    address = replace(addresses()[kind.key], url="https://api.vendor.test", simulated=False)
    client = httpx.Client(transport=httpx.MockTransport(lambda request: answers.pop(0)))
    return kind(address, Transport(address, client=client, sleep=lambda seconds: None))


@pytest.mark.parametrize(
    "link",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/a.mp3",
        "https://10.0.0.5/a.mp3",
        "file:///etc/passwd",
        "https://user@1.1.1.1/a.mp3",
    ],
)
def test_a_link_into_our_own_network_is_not_followed(world: World, link: str) -> None:
    with pytest.raises(OutsideGarbled, match="đường dẫn"):
        real(FptVoice, []).fetch(ASKED, Answered(link=link))
    with pytest.raises(OutsideGarbled, match="đường dẫn"):
        vendor("fpt").fetch(ASKED, Answered(link=link))


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (FptVoice, {"error": 0, "async": "", "request_id": "1"}),
        (VbeeVoice, {"status": 1, "result": {"request_id": "1", "status": "SUCCESS"}}),
        (VbeeVoice, {"status": 1, "result": {}}),
        (ViettelVoice, {"sound": "no"}),
        (ViettelVoice, []),
    ],
)
def test_an_answer_beside_the_contract_is_noticed(world: World, kind: type[VoiceVendor], answer: Any) -> None:
    one = real(kind, [httpx.Response(200, json=answer)])
    with pytest.raises(OutsideGarbled):
        one.speak(ASKED, text=WORDS, voice="x", speed=1.0, callback="x")


def test_a_real_address_takes_the_sound_of_a_public_machine(world: World) -> None:
    sound = simulated.hum(WORDS, "banmai")
    answers = [httpx.Response(403), httpx.Response(200, content=sound)]
    one = real(FptVoice, answers)
    waiting = Answered(request_id="r", link="https://1.1.1.1/a.mp3")
    assert one.fetch(ASKED, waiting) == waiting
    assert one.fetch(ASKED, waiting).sound == sound


def test_callbacks_are_taken_from_who_holds_the_token(world: World) -> None:
    made = asked_for(VBEE, "Không gọi lại: không gọi lại.")
    part = made.parts.get()
    address = vendors.callback_address(part).removeprefix("http://127.0.0.1:8300")
    client = Client()

    def call(where: str, content: Any) -> tuple[int, Any]:
        answer = client.post(where, content, content_type="application/json")
        return answer.status_code, answer.json()

    ready = {"request_id": part.request_id, "status": "SUCCESS", "audio_link": "x"}
    assert call(address[:-4] + "abcd", ready) == (403, {"ok": False})
    assert call(address, b"[]")[0] == 400
    assert call(address, b"{")[0] == 400
    assert call(address, {"status": "SUCCESS"})[0] == 400
    assert call(address, ready) == (200, {"ok": True, "changed": True})
    with moment.frozen(moment.now() + vendors.PATIENCE * 5):
        old = signing.dumps(str(part.pk), salt="xaso.other")
        assert call(f"/hooks/giong/{old}", ready)[0] == 403
    VendorPart.objects.filter(pk=part.pk).update(link="", state="asked")
    assert call(address, {"request_id": "r", "status": "FAILURE"}) == (200, {"ok": True, "changed": True})
    fell_back(asked_again(made), "espeak:vi-vn-x-central", "không tạo được")
    assert call(address, ready) == (200, {"ok": True, "changed": False}), "too late: nothing changes"


def test_speeds_are_told_in_the_vendors_own_way() -> None:
    assert [fpt_speed(one) for one in (0.5, 0.8, 1.0, 1.3, 2.0)] == [-3, -1, 0, 1, 3]
    assert is_sound(simulated.hum("a b", "x"))
    assert not is_sound(b"<html>")
    assert simulated.hum("a b", "x") != simulated.hum("a b", "y")
