"""Faults of a loudspeaker: wrong clock, full card, forged, replayed and ended commands, no line, no power, no sound."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xaso.player.clock import Clock
from xaso.player.disk import Disk
from xaso.player.sink import NoSound, NullSink, write_siren
from xaso.player.testing import AUDIO, DIGEST, START, Bench

ONE, SIREN = DIGEST["one"][:8], DIGEST["siren"][:8]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.store("one", "siren")
    return made


def answer_time(bench: Bench, *, took: float = 0.02) -> None:
    """The station answers the last question for the time."""
    asked = bench.said("clock")[-1]["ask"]
    at = bench.true - START
    reply = bench.command("time", at=at, data={"ask": asked, "now": round((bench.true + took / 2) * 1000)})
    bench.true += took
    bench.hear(reply)


@pytest.mark.parametrize("wrong", [3600.0, -3600.0])
def test_a_clock_that_is_off_by_an_hour_is_measured_and_the_programme_keeps_its_instants(
    tmp_path: Path, wrong
):
    bench = Bench(tmp_path, wrong=wrong, knows_time=False)
    bench.store("one", "siren")
    bench.programme(1, bench.entry("a", 60, 5))
    bench.hear(bench.play("one", 5))
    assert bench.acks() == [("c1", "failed", "clock")] and bench.starts == []
    bench.to(20)
    assert "clock_unknown" in bench.faults()
    bench.player.connected()
    bench.player.tick()
    bench.player.settle()
    answer_time(bench)
    bench.to(70)
    assert [name for _, name in bench.starts] == [ONE] and abs(bench.starts[0][0] - 60) < 0.05
    assert "clock_off" in bench.faults() and "clock_unknown" not in bench.faults()
    told = bench.said("state")[-1]
    assert abs(told["clock_offset_ms"] + wrong * 1000) < 50
    assert {"kind": "clock_off", "detail": f"đồng hồ máy lệch {-wrong:+.0f} giây"} in told["faults"]


def test_without_any_time_only_a_new_emergency_sounds(tmp_path: Path):
    bench = Bench(tmp_path, wrong=-3600, knows_time=False)
    bench.store("one", "siren")
    bench.programme(1, bench.entry("a", 5, 5))
    urgent = bench.play("siren", 3, priority="emergency")
    bench.hear(urgent)
    bench.to(20)
    assert bench.starts == [(0, SIREN)]
    older = bench.command("play", sequence=1, id="kept back", priority="emergency", sha256=DIGEST["siren"])
    bench.hear(older)
    bench.to(40)
    assert len(bench.starts) == 1 and bench.player.refused == {"replayed": 1}


def test_a_slow_answer_about_the_time_counts_for_nothing_and_a_better_one_replaces_a_worse():
    true, mono = [START], [50.0]
    clock = Clock(wall=lambda: true[0] + 7, mono=lambda: mono[0], synchronised=lambda: False)
    mono[0] += 3
    assert not clock.measure(50.0, START) and clock.now() is None
    assert clock.measure(mono[0] - 0.4, START) and clock.error() == pytest.approx(0.2)
    assert not clock.measure(mono[0] - 0.6, START + 9)
    assert clock.measure(mono[0] - 0.1, START) and clock.offset() == pytest.approx(-6.95)
    true[0] += 500
    assert clock.now() == pytest.approx(START + 0.05)


def test_a_clock_held_by_ntp_is_believed_while_the_station_does_not_contradict_it():
    clock = Clock(wall=lambda: START, mono=lambda: 50.0, synchronised=lambda: True)
    assert clock.now() == START
    assert clock.measure(49.8, START + 0.2) and clock.offset() == 0
    assert clock.measure(49.99, START + 3600) and clock.offset() == pytest.approx(3600, abs=0.1)


def test_after_a_restart_the_measured_distance_counts_while_it_is_not_old():
    clock = Clock(wall=lambda: START + 3600, mono=lambda: 1.0, synchronised=lambda: False)
    clock.trust(-3600, START - 10 * 86_400)
    assert clock.now() is None
    clock.trust(-3600, START - 60)
    assert clock.now() == START


def test_forged_replayed_and_ended_commands_are_refused_counted_and_not_obeyed(bench: Bench):
    stranger = Ed25519PrivateKey.generate()
    bench.hear(bench.play("one", 5, key=stranger))
    good = bench.play("one", 5)
    bench.hear(good)
    bench.to(30)
    bench.hear(good)
    bench.hear(bench.play("one", 5, at=-700, lasts=600))
    bench.to(60)
    assert len(bench.starts) == 1
    assert bench.player.refused == {"forged": 1, "replayed": 1, "expired": 1}
    assert bench.acks() == [
        ("c2", "received", ""), ("c2", "started", ""), ("c2", "finished", ""),
        ("c2", "finished", ""), ("c3", "failed", "expired"),
    ]  # fmt: skip


def test_a_replayed_command_is_known_again_after_the_power_was_off(bench: Bench):
    good = bench.play("one", 5)
    bench.hear(good)
    bench.to(10)
    bench.boot()
    bench.hear(good)
    bench.to(20)
    assert len(bench.starts) == 1 and bench.player.refused == {"replayed": 1}


def test_a_card_that_is_full_is_told_and_what_it_holds_is_played(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    bench.programme(1, bench.entry("a", 10, 5), bench.entry("b", 30, 5, "two"))
    # /dev/full takes nothing, as a full card does.
    audio = bench.player.disk.audio
    (audio / f"{DIGEST['two']}.new").symlink_to("/dev/full")
    real = Disk._append
    monkeypatch.setattr(Disk, "_append", lambda disk, name, row: _full(disk, real, name, row))
    assert not bench.player.fetched(DIGEST["two"], AUDIO["two"])
    assert bench.faults() == {"sd_full"}
    bench.to(60)
    assert bench.starts == [(10, ONE)]
    assert bench.log() == [("a", "played", "", 5), ("b", "missed", "no_audio", 0)]
    assert "không ghi được" in bench.player.state()["faults"][0]["detail"]
    monkeypatch.setattr(Disk, "_append", real)
    assert bench.player.fetched(DIGEST["two"], AUDIO["two"]) and not bench.faults()


def _full(disk: Disk, real: object, name: str, row: dict) -> None:
    with open("/dev/full", "ab", buffering=0) as out:
        out.write(b"x")


def test_old_audio_makes_room_and_wanted_audio_stays(tmp_path: Path):
    disk = Disk(tmp_path, budget=2500, durable=False)
    bodies = [bytes([number]) * 1000 for number in range(4)]
    names = [hashlib.sha256(body).hexdigest() for body in bodies]
    for name, body in zip(names[:2], bodies[:2], strict=True):
        assert disk.store_audio(name, body)
    assert disk.drop_audio({names[0]}, 1000) == 1000
    assert disk.file_of(names[0]) and not disk.file_of(names[1])
    assert not disk.store_audio(names[2], b"something else") and not disk.holds(names[2])
    assert Disk(tmp_path).holds(names[0])


def test_audio_with_a_wrong_digest_is_not_kept(bench: Bench):
    assert not bench.player.fetched(DIGEST["two"], b"noise") and bench.faults() == {"audio_bad"}


def test_an_emergency_whose_audio_cannot_be_had_sounds_the_siren(bench: Bench):
    bench.hear(bench.play("two", 5, priority="emergency"))
    bench.to(2)
    assert bench.starts == [] and bench.player.missing()[0][0] == DIGEST["two"]
    bench.player.fetch_failed(DIGEST["two"])
    bench.to(10)
    assert [name for _, name in bench.starts] == ["siren.wa"] and "audio_missing" in bench.faults()
    assert (bench.home / "siren.wav").read_bytes()[:4] == b"RIFF"


def test_the_log_is_kept_until_the_station_confirms_it_and_outlives_the_power(bench: Bench):
    bench.programme(1, bench.entry("a", 10, 5), bench.entry("b", 20, 5))
    bench.to(30)
    bench.boot()
    bench.player.connected()
    bench.to(40)
    told = bench.said("log")[-1]
    assert [one["airing"] for one in told["entries"]] == ["a", "b"]
    bench.to(120)
    assert len(bench.said("log")) >= 2  # nobody confirmed it
    bench.hear(bench.command("kept", at=120, data={"log": "another", "upto": 9}))
    assert len(bench.player.disk.log) == 2
    bench.hear(bench.command("kept", at=120, data={"log": told["log"], "upto": told["entries"][-1]["n"]}))
    assert bench.log() == [] and Disk(bench.home).log == []
    assert Disk(bench.home).next_number == 3


def test_what_sounded_when_the_power_went_is_in_the_log_and_the_rest_of_the_day_goes_on(bench: Bench):
    bench.programme(1, bench.entry("a", 10, 30), bench.entry("b", 100, 5), bench.entry("c", 200, 5))
    bench.to(20)
    bench.player.minute()
    bench.true += 100  # without power
    bench.boot()
    bench.to(260)
    assert bench.log()[:1] == [("a", "cut", "power", 10)]
    assert ("b", "missed", "late", 0) in bench.log() and bench.log()[-1] == ("c", "played", "", 5)


def test_a_torn_last_line_on_the_card_is_passed_over(bench: Bench):
    bench.programme(1, bench.entry("a", 10, 5))
    bench.to(20)
    for name in ("log.jsonl", "obeyed.jsonl", "settled.jsonl"):
        with open(bench.home / name, "ab") as out:
            out.write(b'{"n": 2, "ai')
    bench.boot()
    bench.to(30)
    assert bench.log() == [("a", "played", "", 5)] and len(bench.starts) == 1


def test_a_sound_card_that_fails_is_told_and_mends(bench: Bench):
    real = bench.player.sink.start

    def broken(source: Path | str, skip: float, volume: int) -> None:
        raise NoSound("no card")

    bench.player.sink.start = broken  # type: ignore[method-assign]
    bench.programme(1, bench.entry("a", 10, 5), bench.entry("b", 30, 5))
    bench.to(20)
    assert bench.log() == [("a", "failed", "no_sound", 0)] and bench.faults() == {"no_sound"}
    bench.player.sink.start = real  # type: ignore[method-assign]
    bench.to(50)
    assert bench.log()[-1] == ("b", "played", "", 5) and not bench.faults()


def test_a_sound_that_dies_in_the_middle_is_a_failure(bench: Bench):
    bench.programme(1, bench.entry("a", 10, 30))
    bench.to(15)
    bench.player.sink.alive = lambda: False  # type: ignore[method-assign]
    bench.to(20)
    assert [row[:3] for row in bench.log()] == [("a", "failed", "no_sound")]


def test_a_self_test_tells_what_is_there_and_what_is_missing(bench: Bench):
    bench.programme(1, bench.entry("a", 100, 5, "relay"))
    bench.player.sink.check = lambda: "không thấy thiết bị âm thanh"  # type: ignore[method-assign]
    bench.hear(bench.command("selftest"))
    found = bench.said("ack")[-1]["acks"][0]["data"]
    assert found["missing_audio"] == 1 and found["sound"] == "không thấy thiết bị âm thanh"
    assert found["schedule_version"] == 1 and {one["kind"] for one in found["faults"]} == {"no_sound"}


def test_a_signed_command_that_makes_no_sense_harms_nothing(bench: Bench):
    bench.hear(bench.play("one", 5, data={"repeats": "many"}))
    bench.hear(bench.command("kept", data={"upto": "x"}))
    assert [code for _, stage, code in bench.acks() if stage == "failed"] == ["bad", "bad"]


def test_old_ids_are_forgotten_when_they_can_no_longer_come(bench: Bench):
    for _ in range(210):
        bench.hear(bench.command("volume", volume=50, lasts=60))
    assert len(bench.player.disk.obeyed) == 210
    bench.true += timedelta(hours=1).total_seconds()
    bench.player.minute()
    assert bench.player.disk.obeyed == {}
    assert Disk(bench.home).highest == {"volume": 210, "": 210}
    assert len((bench.home / "obeyed.jsonl").read_text().splitlines()) < 20


def test_the_null_sink_writes_instants(tmp_path: Path):
    sink = NullSink(tmp_path / "heard.jsonl", Clock(wall=lambda: START, synchronised=lambda: True))
    sink.start(tmp_path / "a", 0, 50)
    sink.stop()
    assert [line.split('"')[3] for line in (tmp_path / "heard.jsonl").read_text().splitlines()] == [
        "start",
        "stop",
    ]


def test_the_siren_is_sound(tmp_path: Path):
    import wave

    write_siren(tmp_path / "s.wav", seconds=0.2)
    with wave.open(str(tmp_path / "s.wav")) as made:
        assert made.getnframes() == 3200 and max(made.readframes(3200)) > 0
