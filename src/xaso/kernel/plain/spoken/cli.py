"""``./xaso speak --text-only "…"``: the words that are said for a written text; ``-`` reads a line, answers a line."""

from __future__ import annotations

import sys

from xaso.kernel.plain.spoken.engine import speak

USE = """Use: ./xaso speak --text-only "7h30 ngày 25/11/2026"
     ./xaso speak --text-only -           one text a line from standard input"""


def main(words: list[str]) -> int:
    """Words that were only guessed are named on standard error, so that the answer stays one line a line."""
    rest = [word for word in words if word != "--text-only"]
    if "--text-only" not in words or len(rest) != 1:
        print(USE, file=sys.stderr)
        return 2
    lines = (line.rstrip("\r\n") for line in sys.stdin) if rest[0] == "-" else iter(rest)
    for line in lines:
        said = speak(line)
        print(said.text, flush=rest[0] == "-" and sys.stdin.isatty())
        if said.asked:
            print(f"? {', '.join(said.asked)}", file=sys.stderr)
    return 0
