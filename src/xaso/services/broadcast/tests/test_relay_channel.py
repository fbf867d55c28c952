"""The channel: the plan is kept to the sample, whatever its sources do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from xaso.services.broadcast.streams.silence import Detector, Limits, level
from xaso.services.broadcast.streams.sound import bytes_for, tone
from xaso.services.broadcast.tests.relay_sound import START, Studio, planned, sound_of

RELAY, ORDINARY, EMERGENCY = 30, 20, 60
LIMITS = Limits(after=2.0, back=1.0)


def relay(ends: float = 10.0, **more):
    return planned("r", "relay", 0, ends, RELAY, source="x", limits=LIMITS, **more)


def test_what_does_not_stop_is_cut_at_its_end_and_the_next_begins_on_the_next_sample():
    studio = Studio()
    studio.channel.plan([relay(2.0), planned("i", "item", 2.0, 6.0, ORDINARY, sound="item")])
    studio.channel.advance(START)
    studio.run(0.001)
    studio.shelf.lines["r"].give(sound_of("relay") * 5)
    studio.run(6.999)
    assert studio.tape.stretches()[1:] == [("item", 4.0), ("", 1.0)]
    assert studio.tape.stretches()[0][0] == "relay"
    edge = bytes_for(2.0)
    assert bytes(studio.tape.pcm[edge : edge + 200]) == sound_of("item")[:200]
    assert studio.shelf.lines["r"].closed
    assert [one.at for one in studio.turns if one.key == "i"] == [START + timedelta(seconds=2)]


def test_a_source_is_connected_before_it_is_heard():
    studio = Studio()
    studio.channel.plan([planned("r", "relay", 20, 30, RELAY, source="x")])
    studio.run(11.9)
    assert not studio.shelf.lines
    studio.run(0.2)
    assert list(studio.shelf.lines) == ["r"]


def test_a_relay_that_falls_silent_is_covered_and_comes_back_when_it_is_well():
    studio = Studio()
    studio.channel.plan([relay(fallback="fallback")])
    studio.run(0.001)
    line = studio.shelf.lines["r"]
    line.give(sound_of("relay")[: bytes_for(2.0)] + bytes(bytes_for(3.0)) + sound_of("relay"))
    studio.run(9.999)
    heard = [(name, round(seconds)) for name, seconds in studio.tape.stretches() if seconds > 0.3]
    # Two seconds of sound, two of silence until it is noticed, then the item; a second of sound brings it back.
    assert heard[:4] == [("relay", 2), ("", 2), ("fallback", 2), ("relay", 3)]
    assert studio.told()[:3] == [("r", "relay", ""), ("r", "fallback", "silent"), ("r", "relay", "")]


@pytest.mark.parametrize(("trouble", "why"), [("connect", "connect"), ("", "connect"), ("answer", "answer")])
def test_a_relay_that_never_comes_is_covered_after_the_time_to_connect(trouble: str, why: str):
    studio = Studio()
    studio.channel.plan([relay(fallback="fallback", connect=3.0)])
    studio.run(0.001)
    studio.shelf.lines["r"].trouble = trouble
    studio.run(6.0)
    assert studio.told()[-1] == ("r", "fallback", why)
    assert [name for name, seconds in studio.tape.stretches() if seconds > 0.2] == ["", "fallback"]
    assert 2.9 <= studio.tape.stretches()[0][1] <= 3.3


def test_a_relay_that_breaks_in_the_middle_without_a_fallback_is_noted_as_silence():
    studio = Studio()
    studio.channel.plan([relay()])
    studio.run(0.001)
    studio.shelf.lines["r"].give(sound_of("relay")[: bytes_for(1.0)])
    studio.run(5.0)
    assert studio.told() == [("r", "relay", ""), ("r", "silence", "stopped")]


def test_the_fallback_begins_at_its_beginning():
    studio = Studio()
    studio.channel.plan([relay(fallback="fallback", connect=0.5)])
    studio.run(2.0)
    at = studio.tape.stretches()[0][1]
    piece = bytes(studio.tape.pcm[bytes_for(at) : bytes_for(at) + 400])
    assert piece in sound_of("fallback")[: bytes_for(0.2)]


def test_an_emergency_cuts_in_and_the_relay_is_live_again_afterwards():
    studio = Studio()
    emergency = planned("e", "item", 2.0, 4.0, EMERGENCY, sound="item")
    studio.channel.plan([relay(8.0), emergency])
    studio.run(0.001)
    line = studio.shelf.lines["r"]
    for _ in range(80):
        line.give(sound_of("relay")[: bytes_for(0.1)])
        studio.run(0.1)
    assert [name for name, seconds in studio.tape.stretches() if seconds > 0.2] == ["relay", "item", "relay"]
    assert line.reel.seconds < 1.5, "what came meanwhile is not played late"


def test_a_plan_that_changes_lets_go_what_is_no_longer_wanted():
    studio = Studio()
    studio.channel.plan([relay()])
    studio.run(1.0)
    studio.channel.plan([])
    assert studio.shelf.lines["r"].closed
    studio.run(1.0)
    assert studio.told()[-1] == ("", "silence", "")


def test_an_item_is_said_again_with_a_pause_and_may_begin_in_its_middle():
    studio = Studio()
    once = planned("i", "item", 0, 20, ORDINARY, sound="item", repeats=2, pause=1.0, skips=3.0)
    studio.channel.plan([once])
    studio.run(8.0)
    assert studio.tape.stretches() == [("item", 1.0), ("", 1.0), ("item", 4.0), ("", 2.0)]


def test_a_channel_that_joins_late_stands_where_the_others_are():
    studio = Studio(START + timedelta(seconds=3))
    studio.channel.plan([planned("i", "item", 0, 10, ORDINARY, sound="item")])
    studio.run(2.0)
    assert studio.tape.stretches() == [("item", 1.0), ("", 1.0)]
    assert bytes(studio.tape.pcm[:100]) == sound_of("item")[bytes_for(3.0) :][:100]


def test_levels_and_the_detector():
    assert level(bytes(9600)) == -120
    assert level(b"\x10\x27" * 4800) == -120, "a constant voltage is no sound"
    assert -13.6 < level(tone(0.1, loudness=0.3)) < -13.3
    detector = Detector(Limits(floor=-50, after=1.0, back=0.5))
    quiet, loud = bytes(9600), tone(0.1)
    assert [detector.hear(quiet, 0.1) for _ in range(12)].index(True) in (9, 10)
    assert detector.hear(loud, 0.1) is True
    assert [detector.hear(loud, 0.1) for _ in range(5)][-1] is False
    assert not any(detector.hear(loud if n % 8 < 2 else quiet, 0.1) for n in range(50)), "words have pauses"
    assert any(detector.hear(quiet if n % 9 else loud, 0.1) for n in range(50)), "a click is no voice"
