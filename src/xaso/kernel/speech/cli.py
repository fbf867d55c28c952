"""``./xaso speak``: words (``--text-only``) or sound (``-o``) for a written text, without the server."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from xaso.kernel.plain.spoken import cli as words_only
from xaso.kernel.plain.spoken import speak

EXAMPLES = """examples:
  ./xaso speak --text-only "7h30 ngày 25/11/2026"      the words that are said
  ./xaso speak --text-only -                          one text a line from standard input, one line each out
  ./xaso speak "Họp dân lúc 19h30" -o hop.wav         sound: .wav, .mp3 or .opus
  ./xaso speak - -o tin.mp3 --voice espeak:vi-vn-x-south --speed 0.9 < tin.txt
  ./xaso speak --voices                               the voices of this machine"""
ENDINGS = {".wav": "", ".mp3": "mp3", ".opus": "opus", ".ogg": "opus"}


def main(words: list[str]) -> int:
    """Answers 0, 1 when the voice cannot speak, 2 for a wrong command."""
    if "--text-only" in words:
        return words_only.main(words)
    reader = argparse.ArgumentParser(
        prog="./xaso speak", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("text", nargs="?", help="the written text; - reads standard input")
    reader.add_argument("-o", "--output", type=Path, help="where the sound goes")
    reader.add_argument(
        "--voice", default="espeak:vi", help="espeak:vi, espeak:vi-vn-x-south, piper:<file> …"
    )
    reader.add_argument("--speed", type=float, default=1.0, help="0.5 to 2")
    reader.add_argument("--voices", action="store_true", help="list the voices of this machine")
    try:
        given = reader.parse_args(words)
    except SystemExit as ended:
        return int(ended.code or 0)
    if given.voices:
        return _list()
    if not given.text or given.output is None:
        reader.print_usage(sys.stderr)
        return 2
    if given.output.suffix not in ENDINGS:
        print(f"The file must end in {', '.join(ENDINGS)}.", file=sys.stderr)
        return 2
    text = sys.stdin.read() if given.text == "-" else given.text
    return _render(text, given.voice, given.speed, given.output)


def _list() -> int:
    from xaso.kernel.speech.catalogue import own_voices

    for one in own_voices():
        print(f"{one.key:28} {one.label}{'' if one.available else f' - {one.why_not}'}")
    return 0


def _render(text: str, voice: str, speed: float, path: Path) -> int:
    from xaso.kernel.speech import audio

    said = speak(text)
    if said.asked:
        print(f"? {', '.join(said.asked)}", file=sys.stderr)
    try:
        levelled = audio.normalise(audio.synthesize(said.text, voice, speed))
    except (audio.NoVoice, audio.BadSound, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    kind = ENDINGS[path.suffix]
    path.write_bytes(audio.encode(levelled, kind) if kind else levelled)
    found = audio.measure(levelled)
    print(f"{path}: {found.seconds:.1f} s, {found.lufs:.1f} LUFS, {found.peak:.1f} dBTP")
    return 0
