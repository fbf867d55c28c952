"""PostgreSQL refuses to run as root; this says under which account its programs run instead."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .problems import DatabaseProblem

ACCOUNT = "xaso-db"


@dataclass(frozen=True)
class RunAs:
    """An account for PostgreSQL's programs; ``uid`` None means: the one we already are."""

    uid: int | None = None
    gid: int | None = None

    def options(self) -> dict[str, Any]:
        """Keyword arguments for ``subprocess`` that switch to the account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Hands one file or folder to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def open_to_all(self, folder: Path) -> None:
        """Lets the account read programs that were unpacked by us; they hold no secret."""
        if self.uid is None:
            return
        for root, folders, files in os.walk(folder):
            os.chmod(root, 0o755)  # noqa: S103 - programs only, the data folder stays 0700
            for name in files:
                path = Path(root) / name
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | 0o444 | (0o111 if path.stat().st_mode & 0o100 else 0))
            del folders

    def can_reach(self, folder: Path) -> bool:
        """Whether the account can enter every folder above ``folder``."""
        if self.uid is None:
            return True
        return all(parent.stat().st_mode & 0o001 for parent in folder.resolve().parents if parent.exists())


def choose() -> RunAs:
    """Ourselves, or, for root, the system account for databases (made when the machine has none)."""
    if os.geteuid() != 0:
        return RunAs()
    for name in (ACCOUNT, "postgres"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return RunAs(entry.pw_uid, entry.pw_gid)
    return _make_account()


def _make_account() -> RunAs:
    if shutil.which("useradd"):
        subprocess.run(
            [
                "useradd",
                "--system",
                "--user-group",
                "--no-create-home",
                "--shell",
                "/usr/sbin/nologin",
                ACCOUNT,
            ],
            check=False,
            capture_output=True,
        )
    for name in (ACCOUNT, "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return RunAs(entry.pw_uid, entry.pw_gid)
    raise DatabaseProblem(
        "PostgreSQL does not run as root and no other account could be made. "
        "Make one (useradd --system xaso-db) or start as an ordinary user."
    )
