"""``./xaso db start|stop|serve|status|url|shell|reset``; ``start N`` ends with the code N when it ran already."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from . import DatabaseProblem, copy, is_external, reset, server, start, status, stop, url
from .serving import serve, with_standby


def main(words: list[str]) -> int:
    """Runs one command; returns the exit code."""
    verbs = {"start": _start, "stop": _stop, "serve": serve, "status": _status, "url": _url, "shell": _shell}
    if words[:1] == ["reset"]:
        return _reset(words[1:])
    if words[:1] == ["copy"] and len(words) == 3:
        return _copy(*words[1:])
    if words[:1] == ["start"] and words[1:2] and words[1].isdecimal():
        verbs["start"] = lambda: _start(int(words[1]))
    verb = verbs.get(words[0] if words else "status")
    if verb is None:
        print("Use: ./xaso db start | stop | serve | status | url | shell | reset --yes", file=sys.stderr)
        return 2
    try:
        return verb()
    except DatabaseProblem as problem:
        print(problem, file=sys.stderr)
        return 1


def _start(code_when_running: int = 0) -> int:
    begun = time.monotonic()
    was_running = status().running
    start()
    with_standby()
    state = status()
    if is_external():
        print(f"The database of DATABASE_URL answers (PostgreSQL {state.major}).")
        return code_when_running
    if was_running:
        print(f"The database is running already (PostgreSQL {state.major}, port {state.port}).")
        return code_when_running
    seconds = time.monotonic() - begun
    print(f"The database runs (PostgreSQL {state.major}, {state.kind}, port {state.port}; {seconds:.1f} s).")
    return 0


def _stop() -> int:
    if is_external():
        print("The database is given by DATABASE_URL; it is not ours to stop.")
        return 0
    print("The database is stopped." if stop() else "The database was not running.")
    return 0


def _status() -> int:
    state = status()
    if state.running:
        print(
            f"running: PostgreSQL {state.major} ({state.kind}), port {state.port}, process {state.pid or '-'}"
        )
        return 0
    print(
        "not running. Start it with: ./xaso db start" if not is_external() else "DATABASE_URL does not answer"
    )
    return 3


def _copy(source: str, target: str) -> int:
    """For the check: one test database made, the others copied from it."""
    import psycopg

    try:
        copy(source, target)
    except (DatabaseProblem, psycopg.Error) as problem:
        print(f"{target} could not be copied from {source}: {problem}", file=sys.stderr)
        return 1
    return 0


def _url() -> int:
    print(url())
    return 0


def _reset(words: list[str]) -> int:
    if words != ["--yes"]:
        print(
            "This deletes all data of this installation. If you are sure: ./xaso db reset --yes",
            file=sys.stderr,
        )
        return 2
    try:
        reset()
    except DatabaseProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    print("The database is empty.")
    return 0


def _shell() -> int:
    env = dict(os.environ)
    program = "psql"
    if not is_external():
        facts = server().facts()
        candidate = Path(str(facts.get("bin", ""))) / "psql"
        if candidate.exists():
            program = str(candidate)
        if facts.get("kind") == "pg0":
            env["LD_LIBRARY_PATH"] = str(candidate.parent.parent / "lib")
    try:
        os.execvpe(program, [program, url()], env)  # noqa: S606 - psql takes our place
    except FileNotFoundError:
        print("psql is not installed. On Debian: apt-get install postgresql-client", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
