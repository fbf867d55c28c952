"""The launcher: standard library only, so that it runs on a bare machine before anything is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from . import environment
from .places import PYTHON, ROOT
from .say import GiveUp, tell

HELP = """\
Xã Số. Use: ./xaso WORD …

  demo [--port 8300] [--host 127.0.0.1] [--no-browser]
                     make everything, load the demo commune, start, print address and sign-ins
  check [--fast]     format, lint, types, imports, migrations, tests, journeys: what CI runs
  doctor [--advisories]
                     what is missing on this machine and how to get it; or which locked library has a known hole
  new SERVICE        a new service of the right shape with passing tests
  bench NAME         measure one part of the product
  db start|stop|serve|status|url|shell|reset
                     the database of this installation
  run                server, worker and simulators without loading demo data
  worker             only the background worker
  prepare            libraries, database, tables, static files; starts nothing (for systemd)
  upgrade [--to TAG] [--look]
                     another version: look, backup, change, try; a failure puts the old one back
  check-config       what should be set otherwise, in sentences
  inner-tls FOLDER NODE …
                     certificates for TLS between your own machines
  level-file         the information-security level file, from what is really configured
  manage …           Django's own commands
  lock               make the lock files again after a change of pyproject.toml
Any other word goes to the product's own command line, for example:
  ./xaso due --received 2026-02-13T14:00 --term 5wd
  ./xaso pay vietqr -
"""


def main(words: list[str]) -> int:
    """Runs one command; returns its exit code. A failure says what to do."""
    word, rest = (words[0], words[1:]) if words else ("help", [])
    try:
        if word in {"help", "-h", "--help"}:
            tell(HELP)
            return 0
        if word in _OWN:
            return _OWN[word](rest)
        return product([word, *rest])
    except GiveUp as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def product(words: list[str]) -> int:
    """The product's command line, in place of this process."""
    environment.ensure()
    return _replace([str(PYTHON), "-m", "xaso.site", *words])


def _replace(command: list[str]) -> int:
    env = environment.environ()
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(command[0], command, env)  # noqa: S606 - no shell wanted
    return subprocess.run(command, env=env, check=False).returncode


def _database(words: list[str]) -> int:
    environment.ensure()
    return _replace([str(PYTHON), "-m", "xaso.site.database", *words])


def _demo(words: list[str]) -> int:
    from . import demo

    return demo.demo(words)


def _run(words: list[str]) -> int:
    from . import demo

    return demo.run(words)


def _check(words: list[str]) -> int:
    from . import check

    return check.check(words)


def _doctor(words: list[str]) -> int:
    from . import doctor

    return doctor.doctor(words)


def _bench(words: list[str]) -> int:
    from . import demo

    environment.ensure(dev=True)
    demo.start_database(environment.environ())
    return product(["bench", *words])


def _new(words: list[str]) -> int:
    from . import new

    return new.new(words)


def _lock(words: list[str]) -> int:
    from . import locks

    return locks.lock(words)


def _prepare(words: list[str]) -> int:
    from . import demo

    return demo.make_ready(words)


def _upgrade(words: list[str]) -> int:
    from . import upgrade

    return upgrade.upgrade(words)


_OWN: dict[str, Callable[[list[str]], int]] = {
    "demo": _demo,
    "run": _run,
    "check": _check,
    "doctor": _doctor,
    "new": _new,
    "bench": _bench,
    "lock": _lock,
    "prepare": _prepare,
    "upgrade": _upgrade,
    "db": _database,
    "manage": product,
}

__all__ = ["ROOT", "main"]
