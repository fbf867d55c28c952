"""Backup and drill by the worker's clock, where nothing else (systemd's timers) does it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

from xaso.kernel import tasks

log = logging.getLogger("xaso.keeping")


def _run(word: str) -> None:
    """In a process of its own: a backup reads everything once, and needs the owner's address."""
    done = subprocess.run(
        [sys.executable, "-m", "xaso.site", word, "--quiet"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        log.error("%s failed: %s", word, (done.stderr or done.stdout).strip()[-600:])


def run_backup() -> None:
    """What ``./xaso backup`` does; the result is a row for the operator's page."""
    _run("backup")


def run_drill() -> None:
    """What ``./xaso drill`` does; the result is a row for the operator's page."""
    _run("drill")


def set_schedule() -> None:
    """Each quarter of an hour a backup, each Sunday night a drill, when ``XASO_BACKUP_TO`` says where to.

    ``XASO_BACKUP_BY=timer`` leaves it to timers outside.
    """
    if os.environ.get("XASO_BACKUP_TO") and os.environ.get("XASO_BACKUP_BY", "worker") == "worker":
        tasks.schedule("keeping.backup", run_backup, "*/15 * * * *")
        tasks.schedule("keeping.drill", run_drill, "30 2 * * 0")
