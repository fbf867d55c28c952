"""./xaso speak."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from xaso.kernel.speech import audio
from xaso.kernel.speech.cli import main


def test_words_alone_need_no_voice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--text-only", "Gọi 113 lúc 7h30"]) == 0
    assert capsys.readouterr().out == "Gọi một một ba lúc bảy giờ ba mươi phút\n"


def test_a_line_in_a_line_out(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("UBND xã\n\nQSEAP\n"))
    assert main(["--text-only", "-"]) == 0
    out, err = capsys.readouterr()
    assert out == "Ủy ban nhân dân xã\n\nquy ét e a pê\n"
    assert err == "? QSEAP\n"


@pytest.mark.parametrize("ending", ["wav", "mp3", "opus"])
def test_sound_goes_to_a_file(ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"tin.{ending}"
    words = ["Họp lúc 7h30 tại QSEAP", "-o", str(path), "--voice", "espeak:vi-vn-x-south", "--speed", "1.2"]
    assert main(words) == 0
    out, err = capsys.readouterr()
    found = re.search(r"(-\d+\.\d) LUFS", out)
    assert found is not None
    # What a lossy coder adds differs with the processor in the last places; EBU R 128 grants half a unit.
    assert abs(float(found[1]) + 16.0) <= (0.05 if ending == "wav" else 0.25)
    assert err == "? QSEAP\n"
    content = path.read_bytes()
    wav = (
        content
        if ending == "wav"
        else audio.decode(content, {"mp3": "audio/mpeg", "opus": "audio/ogg"}[ending])
    )
    assert audio.measure(wav).lufs == pytest.approx(audio.TARGET, abs=0.8)


def test_wrong_commands_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "a.wav")
    assert main([]) == 2
    assert main(["chữ"]) == 2
    assert main(["chữ", "-o", "a.txt"]) == 2
    assert main(["chữ", "-o", path, "--speed", "nhanh"]) == 2
    capsys.readouterr()
    assert main(["chữ", "-o", path, "--voice", "espeak:xx"]) == 1
    assert main([" ", "-o", path]) == 1
    assert main(["chữ", "-o", path, "--speed", "9"]) == 1
    assert "không có trên máy chủ" not in capsys.readouterr().out
    assert not Path(path).exists()


def test_the_voices_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--voices"]) == 0
    assert "espeak:vi-vn-x-central" in capsys.readouterr().out
