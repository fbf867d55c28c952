"""The engines as programs of their own: they speak, differ, come back after a fall, and say when they cannot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from xaso.kernel.speech import audio
from xaso.kernel.speech.engines import espeak, piper
from xaso.kernel.speech.tests.tiny_voice import a_tiny_voice

VOICES = ("espeak:vi", "espeak:vi-vn-x-central", "espeak:vi-vn-x-south")
WORDS = "Mời bà con về dự họp tại nhà văn hóa thôn."


def test_three_voices_speak_and_each_in_its_own_way() -> None:
    made = [audio.synthesize(WORDS, voice) for voice in VOICES]
    assert len(set(made)) == 3
    for one in made:
        found = audio.measure(one)
        assert 1.5 < found.seconds < 5
        assert -30 < found.lufs < -12


def test_speed_is_heard() -> None:
    lengths = [audio.seconds_of(audio.synthesize(WORDS, VOICES[0], speed)) for speed in (0.5, 1.0, 1.5, 2.0)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > 1.7 * lengths[1]


@pytest.mark.parametrize("voice", ["espeak:khong-co", "fpt:banmai", "", "piper:khong-co"])
def test_a_voice_that_is_not_here_says_so(voice: str) -> None:
    with pytest.raises(audio.NoVoice):
        audio.synthesize(WORDS, voice)


@pytest.mark.parametrize(("spoken", "speed"), [(" ", 1.0), ("a", 0.2), ("a", 3.0)])
def test_nothing_to_say_and_a_wrong_speed_are_the_callers_fault(spoken: str, speed: float) -> None:
    with pytest.raises(ValueError, match="say|speed"):
        audio.synthesize(spoken, VOICES[0], speed)


def test_a_helper_that_died_is_begun_again() -> None:
    audio.synthesize("một", VOICES[0])
    first = espeak._helper
    assert first is not None
    first.process.kill()
    first.process.wait()
    assert audio.seconds_of(audio.synthesize("hai", VOICES[0])) > 0.2
    assert espeak._helper is not first


def test_a_helper_that_hangs_is_ended_and_the_voice_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    espeak.close()
    stuck = tmp_path / "stuck.py"
    stuck.write_text("import sys\nprint('{\"rate\": 22050}', flush=True)\nsys.stdin.buffer.read()\n")
    monkeypatch.setattr(espeak, "_PROGRAM", stuck)
    monkeypatch.setattr(espeak, "LEAST_SECONDS", 0.05)
    with pytest.raises(audio.NoVoice, match="không chạy"):
        audio.synthesize("một", VOICES[0])
    assert espeak._helper is None


def test_without_the_library_the_voices_say_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    espeak.close()
    broken = tmp_path / "broken.py"
    broken.write_text('print(\'{"why": "No module named espeakng_loader"}\', flush=True)\n')
    monkeypatch.setattr(espeak, "_PROGRAM", broken)
    with pytest.raises(audio.NoVoice, match="espeakng_loader"):
        audio.synthesize("một", VOICES[0])


def test_our_own_process_never_loads_the_library() -> None:
    """The engine's licence asks for it, and a fault in it would take us along."""
    code = (
        "from xaso.kernel.speech import audio\n"
        "assert audio.synthesize('một', 'espeak:vi')\n"
        "maps = open('/proc/self/maps').read()\n"
        "assert 'espeak' not in maps, 'loaded'\n"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(espeak.__file__).parents[4])}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


FAKE = """
import argparse, json, sys, wave
reader = argparse.ArgumentParser()
for name in ("-m", "-i", "-f", "--length-scale"):
    reader.add_argument(name)
given = vars(reader.parse_args())
words = open(given["i"], encoding="utf-8").read()
if "lỗi" in words:
    sys.exit("ValueError: no such phoneme")
assert words.count("\\n") == 1
with wave.open(given["f"], "wb") as file:
    file.setnchannels(1); file.setsampwidth(2); file.setframerate(22050)
    count = int(22050 * len(words.split()) * float(given["length_scale"]) / 4)
    file.writeframes(b"\\x00\\x10\\x00\\xf0" * (count // 2))
"""


@pytest.fixture
def voices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of Piper voices with one in it, and no program yet."""
    monkeypatch.setenv("XASO_PIPER_VOICES", str(tmp_path))
    a_tiny_voice(tmp_path / "thu.onnx", title="Giọng thử", region="south", sex="female")
    (tmp_path / "khong-ta.onnx").write_bytes(b"x")
    (tmp_path / "sai.onnx").write_bytes(b"x")
    (tmp_path / "sai.onnx.json").write_text("[]")
    yield tmp_path


def test_a_piper_voice_is_a_file_with_its_description(voices: Path) -> None:
    (one,) = piper.installed()
    assert (one.name, one.title, one.region, one.sex) == ("thu", "Giọng thử", "south", "female")


def test_piper_speaks_in_a_program_of_its_own(voices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = voices / "fake.py"
    program.write_text(FAKE, encoding="utf-8")
    monkeypatch.setenv("XASO_PIPER", f"{sys.executable} {program}")
    slow, fast = (
        audio.seconds_of(audio.synthesize("một\nhai ba bốn", "piper:thu", speed)) for speed in (0.5, 2.0)
    )
    assert slow == pytest.approx(4 * fast, rel=0.01)
    with pytest.raises(audio.NoVoice, match="no such phoneme"):
        audio.synthesize("lỗi", "piper:thu")
    monkeypatch.setenv("XASO_PIPER", "/khong/co")
    with pytest.raises(audio.NoVoice, match="không chạy được"):
        audio.synthesize("một", "piper:thu")


def test_a_voice_of_our_own_making_speaks_through_piper_itself(
    voices: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the real program, where it is installed (XASO_TEST_PIPER, or ./xaso bench voice_speech --peers)."""
    given = os.environ.get("XASO_TEST_PIPER", "")
    own = Path(os.environ.get("XASO_HOME", "var")) / "bench" / "speech" / "bin" / "python"
    if not given and not own.exists() and not piper.program():
        pytest.skip("Piper is not installed here")
    monkeypatch.setenv(
        "XASO_PIPER", given or (f"{own} -m piper" if own.exists() else " ".join(piper.program()))
    )
    short, long = (audio.measure(audio.synthesize(words, "piper:thu")) for words in ("một", WORDS))
    assert long.seconds > 2 * short.seconds > 0
    assert json.loads((voices / "thu.onnx.json").read_text())["audio"]["sample_rate"] == 16_000
