"""Speech: how fast it is spoken, how fast and how rightly written text becomes words: ``./xaso bench voice_speech``.

Beside two normalisers of others (sea-g2p, vietnormalizer), installed with Piper in an environment of the bench's own
(``--peers`` makes it; left out and said so where it cannot be made). Two sets of lines: the golden set, by which ours
was made, and lines written before ours was tried on them (bench/voice_blind.tsv). Both sides are folded before they
are compared: case, punctuation, hyphens, where the tone mark stands, linh/lẻ, tư/bốn, nghìn/ngàn.

./xaso bench voice_speech [--peers] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench import common
from xaso.kernel.plain.spoken import speak
from xaso.kernel.speech import audio

PEERS = ("sea-g2p==0.10.0", "vietnormalizer==0.2.3")
PIPER = "piper-tts==1.8.0"
HOME = common.ROOT / "var" / "bench" / "speech"
GOLDEN = common.ROOT / "src/xaso/kernel/plain/spoken/tests/golden.tsv"
BLIND = common.ROOT / "bench" / "voice_blind.tsv"
VOICES = ("espeak:vi", "espeak:vi-vn-x-central", "espeak:vi-vn-x-south")
LIMITS = {"real_time": 0.01, "sentences": 2000, "emergency_seconds": 1.0}
Lines = list[tuple[str, str]]
# Run inside the peers' environment: lines in, what each says and its processor time out.
PEER_PROGRAM = """
import json, sys, time
name, lines = sys.argv[1], json.load(sys.stdin)
if name == "sea-g2p":
    from sea_g2p import Normalizer
    say = Normalizer().normalize
else:
    from vietnormalizer import VietnameseNormalizer
    say = VietnameseNormalizer().normalize
said = [say(one) for one in lines]
began = time.process_time()
for one in lines: say(one)
used = time.process_time() - began
json.dump({"said": said, "seconds": used}, sys.stdout)
"""
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_SAME = {"lẻ": "linh", "bốn": "tư", "ngàn": "nghìn"}


def read_lines(path: Path) -> Lines:
    """(written, spoken) of a file whose last two columns they are."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [(row[-2], row[-1]) for row in rows]


def syllables(text: str) -> list[str]:
    """Folded: what is left are the sounds that the two sides must agree on."""
    text = re.sub(r"</?en>", " ", text)
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).lower())
    return [_plain_tone(_SAME.get(one, one)) for one in words]


def _plain_tone(word: str) -> str:
    """Uỷ and ủy are one word: the tone mark goes to the end."""
    letters = unicodedata.normalize("NFD", word)
    tones = "".join(one for one in letters if one in _TONES)
    return "".join(one for one in letters if one not in _TONES) + tones


def distance(left: Sequence[str], right: Sequence[str]) -> int:
    """How many syllables must be put in, taken out or changed."""
    before = list(range(len(right) + 1))
    for row, one in enumerate(left, 1):
        now = [row]
        for column, other in enumerate(right, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (one != other)))
        before = now
    return before[-1]


def rightness(lines: Lines, said: Sequence[str]) -> dict[str, Any]:
    """Lines that are wholly right, and wrong syllables in a hundred."""
    wrong = total = right = 0
    for (_, wanted), got in zip(lines, said, strict=True):
        left, right_side = syllables(wanted), syllables(got)
        away = distance(left, right_side)
        wrong, total, right = wrong + away, total + len(left), right + (away == 0)
    return {
        "lines": len(lines),
        "right_percent": round(100 * right / len(lines), 1),
        "wrong_syllables_percent": round(100 * wrong / total, 2),
    }


def middle(work: Callable[[], Any], rounds: int) -> float:
    """The median of some runs, in seconds of the wall."""
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def real_time(rounds: int) -> dict[str, Any]:
    """What a second of speech costs, by voice and by step."""
    text = " ".join(spoken for written, spoken in read_lines(GOLDEN) if len(written) > 120)
    rows: dict[str, Any] = {}
    for voice in VOICES:
        wav = audio.synthesize(text, voice)  # begins the helper, and is what the next steps work on
        levelled, long = audio.normalise(wav), audio.seconds_of(wav)
        steps = {
            "speak": middle(lambda v=voice: audio.synthesize(text, v), rounds),  # type: ignore[misc]
            "level": middle(lambda w=wav: audio.normalise(w), rounds),  # type: ignore[misc]
            "mp3": middle(lambda w=levelled: audio.encode(w, "mp3"), rounds),  # type: ignore[misc]
            "opus": middle(lambda w=levelled: audio.encode(w, "opus"), rounds),  # type: ignore[misc]
        }
        found = audio.measure(levelled)
        rows[voice] = {
            "seconds": round(long, 1),
            "lufs": round(found.lufs, 2),
            "peak": round(found.peak, 2),
            **{name: round(spent / long, 5) for name, spent in steps.items()},
        }
    return rows


def emergency(rounds: int) -> dict[str, float]:
    """From the words of a warning of half a minute, said twice after a siren, to the MP3 that the horns fetch."""
    text = (
        "Cảnh báo khẩn cấp. Nước suối Nậm Lúc đang lên rất nhanh. Bà con các thôn ven suối khẩn trương di dời người"
        " và tài sản lên nhà văn hóa thôn. Không đi qua ngầm tràn. Gọi một một bốn khi cần cứu giúp. "
    ) * 2
    long = audio.seconds_of(audio.synthesize(text))

    def whole() -> None:
        words = audio.synthesize(text)
        audio.encode(audio.normalise(audio.join([audio.siren(4), words], pause=0.5)), "mp3")

    return {"speech_seconds": round(long, 1), "ready_after": round(middle(whole, rounds), 3)}


def ours(lines: Lines, rounds: int) -> dict[str, Any]:
    """Sentences a second of processor, and how many are right."""
    said = [speak(written).text for written, _ in lines]
    speeds = []
    for _ in range(rounds):
        began = time.process_time()
        for written, _ in lines:
            speak(written)
        speeds.append(len(lines) / (time.process_time() - began))
    return {**rightness(lines, said), "sentences_a_second": round(statistics.median(speeds))}


def python_of_peers(make: bool) -> Path | None:
    """The peers' own Python; None where there is none."""
    path = HOME / "bin" / "python"
    if make and not path.exists():
        subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
        done = subprocess.run([str(path), "-m", "pip", "install", "-q", *PEERS, PIPER], check=False)
        if done.returncode:
            print("The peers cannot be installed here; they are left out.", file=sys.stderr)
            return None
    return path if path.exists() else None


def peer(path: Path, name: str, lines: Lines) -> dict[str, Any]:
    """One peer on the same lines."""
    done = subprocess.run(
        [str(path), "-c", PEER_PROGRAM, name],
        input=json.dumps([written for written, _ in lines]),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        return {"left_out": (done.stderr.strip().splitlines() or ["?"])[-1][:200]}
    told = json.loads(done.stdout)
    return {
        **rightness(lines, told["said"]),
        "sentences_a_second": round(len(lines) / max(told["seconds"], 1e-9)),
    }


def measure(*, peers: bool = False, rounds: int = 5, **_: Any) -> dict[str, Any]:
    """Everything; ``peers`` installs them where they are not there yet."""
    facts: dict[str, Any] = {"machine": common.machine(), "limits": LIMITS}
    facts["real_time"] = real_time(rounds)
    facts["emergency"] = emergency(rounds)
    path = python_of_peers(peers)
    facts["text"] = {}
    for name, file in (("golden", GOLDEN), ("blind", BLIND)):
        lines = read_lines(file)
        row = {"ours": ours(lines, rounds)}
        for wanted in PEERS if path else ():
            row[wanted] = peer(path, wanted.partition("==")[0], lines)
        facts["text"][name] = row
    if path is None:
        facts["peers"] = "not installed: ./xaso bench voice_speech --peers"
    facts["met"] = judged(facts)
    return facts


def judged(facts: dict[str, Any]) -> dict[str, bool]:
    """Which limits were kept."""
    return {
        "real_time": max(row["speak"] for row in facts["real_time"].values()) < LIMITS["real_time"],
        "sentences": min(row["ours"]["sentences_a_second"] for row in facts["text"].values())
        > LIMITS["sentences"],
        "emergency": facts["emergency"]["ready_after"] < LIMITS["emergency_seconds"],
    }


def show(facts: dict[str, Any]) -> None:
    """A table for the eyes."""
    print("real-time factor       speak    level      mp3     opus     LUFS   peak")
    for voice, row in facts["real_time"].items():
        steps = "".join(f"{row[name]:9.4f}" for name in ("speak", "level", "mp3", "opus"))
        print(f"{voice:20}{steps}{row['lufs']:9.2f}{row['peak']:7.2f}")
    warning = facts["emergency"]
    print(f"warning of {warning['speech_seconds']} s: MP3 after {warning['ready_after']} s")
    for name, rows in facts["text"].items():
        for who, row in rows.items():
            told = row.get("left_out") or (
                f"{row['right_percent']:5.1f} % of {row['lines']} lines right,"
                f" {row['wrong_syllables_percent']:5.2f} % of syllables wrong, {row['sentences_a_second']} a second"
            )
            print(f"{name:7} {who:24} {told}")
    for name, kept in facts["met"].items():
        print(f"{'kept  ' if kept else 'BROKEN'} {name}")


def main(arguments: list[str] | None = None) -> int:
    """Measure, keep, show; answers 1 when a limit was broken."""
    reader = argparse.ArgumentParser(prog="./xaso bench voice_speech")
    reader.add_argument("--peers", action="store_true", help="install the peers where they are not there yet")
    reader.add_argument("--rounds", type=int, default=5)
    given = reader.parse_args(arguments)
    facts = measure(peers=given.peers, rounds=given.rounds)
    show(facts)
    print(common.keep("voice_speech", facts))
    return 0 if all(facts["met"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
