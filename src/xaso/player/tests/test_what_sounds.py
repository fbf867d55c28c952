"""What a loudspeaker plays when: its programme, interruptions and returns, volume."""

from __future__ import annotations

from pathlib import Path

import pytest

from xaso.player.testing import DIGEST, Bench

ONE, TWO, SIREN = (DIGEST[name][:8] for name in ("one", "two", "siren"))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.store("one", "two", "siren")
    return made


def test_the_programme_sounds_at_its_instants_without_any_line(bench: Bench):
    bench.programme(1, bench.entry("a", 10, 5), bench.entry("b", 60, 5, "two"))
    bench.to(100)
    assert bench.starts == [(10, ONE), (60, TWO)]
    assert bench.log() == [("a", "played", "", 5), ("b", "played", "", 5)]
    assert bench.sent == []


def test_a_newer_programme_replaces_the_older_as_a_whole(bench: Bench):
    bench.programme(2, bench.entry("a", 10, 50), bench.entry("b", 80, 5))
    bench.to(20)
    bench.programme(3, bench.entry("c", 90, 5, "two"))
    bench.programme(1, bench.entry("d", 95, 5))
    bench.to(120)
    assert bench.log() == [("a", "cut", "removed", 10), ("c", "played", "", 5)]
    assert bench.player.refused == {"replayed": 1}


def test_the_same_programme_again_neither_stops_nor_repeats(bench: Bench):
    entries = (bench.entry("a", 10, 20), bench.entry("b", 50, 5))
    bench.programme(1, *entries)
    bench.to(15)
    bench.programme(2, *entries)
    bench.to(40)
    bench.programme(3, *entries)
    bench.to(80)
    assert bench.log() == [("a", "played", "", 20), ("b", "played", "", 5)]


@pytest.mark.parametrize(("policy", "then"), [
    ("drop", []),
    ("postpone", []),
    ("resume", [("a", "played", "", 20)]),
    ("restart", [("a", "played", "", 30)]),
    ("shorten", [("a", "played", "", 12)]),
])  # fmt: skip
def test_an_emergency_interrupts_at_once_and_what_was_cut_returns_by_its_policy(bench: Bench, policy, then):
    bench.programme(1, bench.entry("a", 10, 30, resume=policy))
    bench.to(20)
    bench.hear(bench.play("siren", 8, at=20, priority="emergency"))
    bench.to(100)
    assert bench.starts[:2] == [(10, ONE), (20, SIREN)]
    assert bench.log() == [("a", "cut", "interrupted", 10), ("siren", "played", "", 8), *then]


def test_what_falls_due_under_an_emergency_waits_or_is_missed(bench: Bench):
    bench.hear(bench.play("siren", 30, priority="emergency"))
    bench.programme(1, bench.entry("a", 10, 5), bench.entry("b", 12, 5, "two", resume="resume"))
    bench.to(60)
    assert bench.log() == [
        ("a", "missed", "outranked", 0),
        ("siren", "played", "", 30),
        ("b", "played", "", 5),
    ]


def test_an_equal_one_may_interrupt_and_a_lower_command_waits_its_turn(bench: Bench):
    bench.hear(bench.play("siren", 20, priority="emergency"))
    bench.hear(bench.play("one", 5))
    bench.to(5)
    bench.hear(bench.play("two", 6, at=5, priority="emergency"))
    bench.to(60)
    assert bench.log() == [
        ("siren", "cut", "interrupted", 5),
        ("two", "played", "", 6),
        ("one", "played", "", 5),
    ]


def test_an_emergency_repeats_with_its_pause_until_somebody_ends_it(bench: Bench):
    bench.hear(bench.play("siren", 4, priority="emergency", data={"repeats": 3, "pause": 2}))
    bench.to(30)
    assert [at for at, _ in bench.starts] == [0, 6, 12] and bench.log() == [("siren", "played", "", 16)]
    bench.hear(bench.play("two", 4, at=30, priority="emergency", data={"repeats": 0, "pause": 1}))
    bench.to(52)
    bench.hear(bench.command("stop", at=52, item="two"))
    assert [at for at, _ in bench.starts][3:] == [30, 35, 40, 45, 50]
    assert bench.log()[-1] == ("two", "cut", "stopped", 22)


def test_a_command_begins_at_its_time_and_never_after_its_end(bench: Bench):
    bench.hear(bench.play("one", 5, not_before=bench.moment(30)))
    bench.hear(bench.play("two", 50, lasts=100, not_before=bench.moment(80)))
    bench.to(200)
    assert bench.starts == [(30, ONE), (80, TWO)]
    assert bench.log() == [("one", "played", "", 5), ("two", "cut", "time_over", 20)]
    assert bench.acks() == [
        ("c1", "received", ""), ("c2", "received", ""), ("c1", "started", ""), ("c1", "finished", ""),
        ("c2", "started", ""), ("c2", "finished", "time_over"),
    ]  # fmt: skip


def test_a_stream_is_joined_where_it_is_and_ends_hard(bench: Bench):
    relay = {"sha256": "", "url": "http://dai/live", "priority": "relay", "resume": "resume"}
    bench.programme(1, bench.entry("r", 10, 60, **relay))
    bench.to(30)
    bench.hear(bench.play("siren", 10, at=30, priority="emergency"))
    bench.to(100)
    assert bench.starts == [(10, "live"), (30, SIREN), (40, "live")]
    assert bench.log()[-1] == ("r", "played", "", 30)


def test_what_was_missed_is_said_and_not_played_late(bench: Bench):
    bench.programme(1, bench.entry("late", -60, 20), bench.entry("none", 10, 5, "relay"))
    bench.to(60)
    assert bench.starts == []
    assert bench.log() == [("late", "missed", "late", 0), ("none", "missed", "no_audio", 0)]


def test_volume_of_item_device_and_caps(bench: Bench):
    heard = []
    bench.player.sink.start = lambda source, skip, volume: heard.append(volume)  # type: ignore[method-assign]
    night = ((0, 1440, 30),)
    bench.programme(
        1, bench.entry("a", 10, 2), bench.entry("b", 20, 2, volume=20), most_volume=60, caps=night
    )
    bench.to(30)
    bench.programme(2, bench.entry("c", 40, 2), most_volume=60)
    bench.hear(bench.command("volume", at=30, volume=45))
    bench.to(50)
    bench.hear(bench.play("siren", 2, at=50, priority="emergency", volume=95))
    bench.to(60)
    assert heard == [30, 20, 45, 95]


def test_an_older_volume_that_comes_late_is_not_obeyed(bench: Bench):
    older, newer = bench.command("volume", volume=20), bench.command("volume", volume=50)
    bench.hear(newer)
    bench.hear(older)
    assert bench.player.volume == 50 and bench.player.refused == {"replayed": 1}
