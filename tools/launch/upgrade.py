"""``./xaso upgrade``: a new version with a way back. Look, save, change, try; on any failure the old state returns."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from . import environment
from .demo import prepare, start_database
from .places import PYTHON, ROOT, VAR, tool
from .processes import Child, Family, wait_until
from .say import GiveUp, say, tell

NOTE = VAR / "upgrade.json"
UNITS = ("xaso-web", "xaso-worker", "xaso-stream", "xaso-broker", "xaso-wire", "xaso-radio", "xaso-gauges")


def upgrade(words: list[str]) -> int:
    """Bring this installation to another version; 0 when it serves, 1 when the old one was put back."""
    parser = argparse.ArgumentParser(prog="./xaso upgrade")
    parser.add_argument("--to", default="", help="tag or commit (default: the newest tag)")
    parser.add_argument("--look", action="store_true", help="only look whether it could be done")
    parser.add_argument(
        "--finish", action="store_true", help=argparse.SUPPRESS
    )  # said by the new version itself
    options = parser.parse_args(words)
    if options.finish:
        return _finish()
    old, new = look(options.to)
    if options.look:
        say(f"It can be done: ./xaso upgrade --to {new}")
        return 0
    _units("stop")
    try:
        return _change(old, new)
    finally:
        _units("start")


def look(wanted: str) -> tuple[str, str]:
    """The commit of now and the one wanted. Raises GiveUp with what to do when the upgrade could not be undone."""
    if _git("rev-parse", "--is-inside-work-tree", fails="") != "true":
        raise GiveUp(
            "This folder is not a git work tree. Unpack the new version beside it and see docs/guide/van-hanh.md."
        )
    if changed := _git("status", "--porcelain", "--untracked-files=no"):
        raise GiveUp(
            f"Files of the product were changed by hand:\n{changed}\nKeep them elsewhere, then: git checkout ."
        )
    if _git("remote", fails=""):
        say("Asking for new versions …")
        _git("fetch", "--quiet", "--tags", fails="")
    wanted = wanted or _git("describe", "--tags", "--abbrev=0", "HEAD", fails="")
    new = _git("rev-parse", "--verify", "--quiet", f"{wanted}^{{commit}}", fails="") if wanted else ""
    if not new:
        raise GiveUp(f"There is no version {wanted or '(no tag)'}. Known: {_git('tag', fails='none')}")
    old = _git("rev-parse", "HEAD")
    environment.ensure()
    start_database(environment.environ())
    free = shutil.disk_usage(VAR).free
    needed = 2 * _database_bytes() + 1_000_000_000
    if free < needed:
        raise GiveUp(
            f"{needed // 1_000_000} MB of free disk are needed for the backup, {free // 1_000_000} MB are free."
        )
    say(f"From {old[:10]} to {new[:10]}: {_git('rev-list', '--count', f'{old}..{new}', fails='?')} changes.")
    return old, new


def _change(old: str, new: str) -> int:
    say("Saving everything first …")
    _say_to_self("backup")
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    NOTE.write_text(json.dumps({"old": old, "new": new, "moment": moment}))
    tables_before = _tables()
    try:
        _git("checkout", "--quiet", "--detach", new)
        _say_to_self("upgrade", "--finish")
    except (GiveUp, KeyboardInterrupt) as reason:
        say(f"The new version does not serve ({reason}). Going back …")
        _git("checkout", "--quiet", "--detach", old)
        environment.ensure()
        if _tables() != tables_before:
            _say_to_self("restore", "--replace")  # the backup of just now; nothing has served since
        prepare(environment.environ())
        _try_serving()
        say(f"The old version {old[:10]} is back as it was at {moment}. Nothing is lost.")
        return 1
    say(f"Upgraded to {new[:10]}. The way back stays in {NOTE.name} until the next one.")
    return 0


def _finish() -> int:
    """By the new version: its libraries, its tables, its files; then one try whether it serves."""
    environment.ensure()
    start_database(environment.environ())
    prepare(environment.environ())
    _try_serving()
    return 0


def _try_serving() -> None:
    """Starts one server process on a free port, asks whether it is ready and for the first page, and stops it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    family = Family()
    command = [
        tool("granian"),
        "--interface",
        "wsgi",
        "--no-ws",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    family.start(Child("trial", [*command, "xaso.site.wsgi:application"], environment.environ()))
    try:
        if not wait_until(lambda: _answers(f"http://127.0.0.1:{port}/readyz"), family, 60):
            raise GiveUp(f"it is not ready; its log ends with:\n{family.children[0].tail()}")
        if not _answers(f"http://127.0.0.1:{port}/"):
            raise GiveUp("its first page does not open")
    finally:
        family.stop()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except OSError:
        return False


def _tables() -> str:
    """Names of the migrations that were applied."""
    return _ask("from django.db.migrations.recorder import MigrationRecorder as R\n"
                "print(sorted(R(connection).applied_migrations()))")  # fmt: skip


def _database_bytes() -> int:
    return int(_ask("c = connection.cursor(); c.execute('SELECT pg_database_size(current_database())')\n"
                    "print(c.fetchone()[0])"))  # fmt: skip


def _ask(code: str) -> str:
    """Asks the product something through its own connection."""
    whole = f"import django; django.setup()\nfrom django.db import connection\n{code}"
    env = environment.environ(DJANGO_SETTINGS_MODULE="xaso.site.settings", XASO_AS_OWNER="yes")
    done = subprocess.run([str(PYTHON), "-c", whole], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GiveUp(f"The database could not be asked: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout.strip()


def _say_to_self(*words: str) -> None:
    """Runs another word of the launcher as it lies there now, which may be another version's."""
    if subprocess.run([str(Path(ROOT) / "xaso"), *words], env=dict(os.environ), check=False).returncode:
        raise GiveUp(f"./xaso {' '.join(words)} failed; the reason is above")


def _git(*words: str, fails: str | None = None) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
    if done.returncode and fails is None:
        raise GiveUp(f"git {words[0]} failed: {done.stderr.strip()}")
    return fails if done.returncode and fails is not None else done.stdout.strip()


def _units(verb: str) -> None:
    """Stops or starts the services where systemd runs them; elsewhere the operator is told to."""
    if os.geteuid() != 0 or not shutil.which("systemctl"):
        return
    for unit in UNITS:
        known = subprocess.run(["systemctl", "is-enabled", "--quiet", unit], check=False, capture_output=True)
        if known.returncode == 0:
            tell(f"  systemctl {verb} {unit}")
            subprocess.run(["systemctl", verb, unit], check=False)
