"""``./xaso trace digital-link URI``: what an address says, as JSON; ``-`` reads one address a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable

from xaso.kernel.plain.gs1.elements import Gs1Error
from xaso.kernel.plain.gs1.link import parse

USE = """Use: ./xaso trace digital-link URI
     ./xaso trace digital-link -          one address a line from standard input
     ./xaso trace event-hash FILE…        a hash id for each event of EPCIS documents"""


def answer(uri: str) -> str:
    """One line of JSON: elements and canonical form, or the error."""
    try:
        link = parse(uri)
        found = {"ok": True, "elements": link.elements, "canonical": link.canonical}
    except Gs1Error as error:
        found = {"ok": False, "error": str(error)}
    return json.dumps(found, ensure_ascii=False)


def digital_link(words: list[str]) -> int:
    """The subcommand: a wrong address is an answer, not a failure."""
    if len(words) != 1:
        print(USE, file=sys.stderr)
        return 2
    lines: Iterable[str] = (line.rstrip("\r\n") for line in sys.stdin) if words[0] == "-" else words
    for line in lines:
        print(answer(line), flush=words[0] == "-" and sys.stdin.isatty())
    return 0


def event_hash(words: list[str]) -> int:
    """The subcommand of the events' library, loaded when it is asked for."""
    from xaso.kernel.plain.epcis import cli

    return cli.event_hash(words)


COMMANDS: dict[str, Callable[[list[str]], int]] = {"digital-link": digital_link, "event-hash": event_hash}


def main(words: list[str]) -> int:
    """The word ``trace`` of the command line."""
    if not words or words[0] not in COMMANDS:
        print(USE, file=sys.stderr)
        return 2
    return COMMANDS[words[0]](words[1:])
