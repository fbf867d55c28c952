"""``./xaso trace event-hash FILE…``: a hash id for each event of EPCIS documents, JSON and XML alike."""

from __future__ import annotations

import sys
from pathlib import Path

from xaso.kernel.plain.epcis.hashing import Hasher
from xaso.kernel.plain.epcis.problems import ReadError
from xaso.kernel.plain.epcis.reading import read

USE = """Use: ./xaso trace event-hash FILE…           one hash id a line; - reads standard input
     ./xaso trace event-hash --text FILE…    also the string that is hashed"""


def event_hash(words: list[str]) -> int:
    """The subcommand. Answers 1 when a file cannot be read, after having answered all others."""
    with_text = "--text" in words
    files = [word for word in words if word != "--text"]
    if not files:
        print(USE, file=sys.stderr)
        return 2
    failed = 0
    for name in files:
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
            for line in _lines(data, with_text):
                print(line)
        except OSError as error:
            print(f"{name}: {error.strerror}", file=sys.stderr)
            failed = 1
        except ReadError as error:
            print(f"{name}: {error.problem.en} · {error.problem.vi}", file=sys.stderr)
            failed = 1
    return failed


def _lines(data: bytes, with_text: bool) -> list[str]:
    document = read(data)
    hasher = Hasher(document.context)
    found: list[str] = []
    for place, event in enumerate(document.events):
        try:
            found.append(hasher.hash(event))
            if with_text:
                found.append(hasher.pre_hash(event))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ReadError(
                f"Sự kiện thứ {place + 1} thiếu hoặc sai trường: {error}.",
                f"Event {place + 1} lacks a field or has a wrong one: {error}.",
            ) from error
    return found
