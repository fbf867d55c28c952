"""Neural voices that Piper can speak: a file ``name.onnx`` with its ``name.onnx.json``, spoken by Piper's own program.

Piper (GPL-3.0) and its voices are the operator's to install: ``XASO_PIPER`` names the program, ``XASO_PIPER_VOICES``
the folder of voices. Each voice has its own licence; nothing of it ships with the product.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from xaso.kernel.speech.engines.base import NoVoice

LONGEST_RUN = 1800.0  # seconds: a bulletin of an hour on a slow machine
_REGIONS = {"north", "central", "south"}
_SEXES = {"female", "male"}


@dataclass(frozen=True)
class PiperVoice:
    """A voice file and what its description says."""

    name: str
    path: Path
    title: str
    region: str
    sex: str


def folder() -> Path:
    """Where voices lie."""
    given = os.environ.get("XASO_PIPER_VOICES", "")
    return Path(given) if given else Path(os.environ.get("XASO_HOME", "var")) / "voices"


def program() -> list[str]:
    """The command that runs Piper; empty when there is none."""
    given = os.environ.get("XASO_PIPER", "")
    if given:
        return shlex.split(given)
    if importlib.util.find_spec("piper") is not None:
        return [sys.executable, "-m", "piper"]
    found = shutil.which("piper")
    return [found] if found else []


def why_not() -> str:
    """Why Piper voices cannot speak here; empty when they can."""
    return "" if program() else "Chưa cài chương trình Piper (đặt XASO_PIPER)."


def installed() -> list[PiperVoice]:
    """The voices in the folder, in the order of their names; files without a readable description are left out."""
    found = []
    for path in sorted(folder().glob("*.onnx")) if folder().is_dir() else []:
        try:
            facts = _facts(path, path.with_name(path.name + ".json").stat().st_mtime)
        except (OSError, ValueError):
            continue
        found.append(PiperVoice(path.stem, path, *facts))
    return found


@lru_cache(maxsize=64)
def _facts(path: Path, changed: float) -> tuple[str, str, str]:
    """Title, region and sex. Piper's description knows no region: ``"xaso"`` in it may say so."""
    told = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    if not isinstance(told, dict) or "phoneme_id_map" not in told:
        raise ValueError("no description of a Piper voice")
    more = told.get("xaso")
    own: dict[str, Any] = more if isinstance(more, dict) else {}
    title = str(own.get("title") or told.get("dataset") or path.stem)[:60]
    region, sex = str(own.get("region", "")), str(own.get("sex", ""))
    return title, region if region in _REGIONS else "", sex if sex in _SEXES else ""


def speak(spoken: str, name: str, speed: float = 1.0) -> bytes:
    """The words as WAV. Raises NoVoice with what Piper said."""
    voice = next((one for one in installed() if one.name == name), None)
    if voice is None:
        raise NoVoice("Không còn tệp giọng Piper này trên máy chủ.")
    command = program()
    if not command:
        raise NoVoice(why_not())
    with tempfile.TemporaryDirectory() as place:
        words, sound = Path(place) / "words.txt", Path(place) / "sound.wav"
        # Piper reads a line at a time: one line, so that nothing is said twice or left out.
        words.write_text(" ".join(spoken.split()) + "\n", encoding="utf-8")
        asked = [
            *command, "-m", str(voice.path), "-i", str(words), "-f", str(sound),
            "--length-scale", f"{1 / speed:.3f}",
        ]  # fmt: skip
        try:
            done = subprocess.run(asked, capture_output=True, timeout=LONGEST_RUN, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoVoice(f"Chương trình Piper không chạy được ({type(error).__name__}).") from error
        if done.returncode or not sound.exists():
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise NoVoice(f"Piper báo lỗi: {(said or ['không rõ'])[-1][:150]}")
        return sound.read_bytes()
