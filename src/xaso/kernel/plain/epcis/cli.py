"""``./xaso trace event-hash FILE…``: a hash id for each event of EPCIS documents, JSON and XML alike."""

from __future__ import annotations

import sys
from pathlib import Path

from xaso.kernel.plain.epcis.document import Document, Limits
from xaso.kernel.plain.epcis.hashing import Hasher, hash_of
from xaso.kernel.plain.epcis.problems import ReadError
from xaso.kernel.plain.epcis.reading import read_each

USE = """Use: ./xaso trace event-hash FILE…           one hash id a line; - reads standard input
     ./xaso trace event-hash --text FILE…    also the string that is hashed"""


# A file on one's own machine may be larger than what is taken from a line.
_LIMITS = Limits(bytes=2_000_000_000, events=10_000_000, depth=100)


def event_hash(words: list[str]) -> int:
    """The subcommand. Answers 1 when a file or an event cannot be read, after having answered all others."""
    with_text = "--text" in words
    files = [word for word in words if word != "--text"]
    if not files:
        print(USE, file=sys.stderr)
        return 2
    failed = 0
    for name in files:
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
            documents = read_each(data, _LIMITS)
        except OSError as error:
            print(f"{name}: {error.strerror}", file=sys.stderr)
            failed = 1
        except ReadError as error:
            print(f"{name}: {error.problem.en} · {error.problem.vi}", file=sys.stderr)
            failed = 1
        else:
            failed |= _answer(name, documents, with_text)
    return failed


def _answer(name: str, documents: list[Document], with_text: bool) -> int:
    """Print the hash ids of a file's events; an event that has none is named, and the others are answered."""
    failed = place = 0
    for document in documents:
        hasher = Hasher(document.context)
        for event in document.events:
            place += 1
            try:
                text = hasher.pre_hash(event)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                failed = 1
                told = f"Event {place} lacks a field or has a wrong one: {error}."
                print(
                    f"{name}: {told} · Sự kiện thứ {place} thiếu hoặc sai trường: {error}.", file=sys.stderr
                )
                continue
            print(hash_of(text))
            if with_text:
                print(text)
    return failed
