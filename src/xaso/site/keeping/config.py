"""Where things lie and how long backups are kept, from the environment; usable without Django."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from xaso.site import database

from .problems import KeepingProblem


def home() -> Path:
    """The product's home: keys, files, spool."""
    return Path(os.environ.get("XASO_HOME") or database.ROOT / "var")


@dataclass(frozen=True)
class Sources:
    """What a backup takes beside the database."""

    files: Path
    s3: str
    secrets: tuple[tuple[str, Path], ...]  # (name in the backup, file)
    look: Callable[[], tuple[tuple[str, Path], ...]] | None = None

    def secrets_now(self) -> tuple[tuple[str, Path], ...]:
        """The secret files of this moment: one made while the database was copied belongs to the backup too."""
        return self.secrets if self.look is None else self.look()


def sources() -> Sources:
    """Files, and every secret without which a restored database would be unreadable."""
    files = Path(os.environ.get("XASO_FILES") or home() / "files")
    return Sources(files, os.environ.get("XASO_S3_URL", ""), _secrets(), _secrets)


def _secrets() -> tuple[tuple[str, Path], ...]:
    found: dict[str, Path] = {}
    keys = home() / "keys"
    if keys.is_dir():
        for path in sorted(keys.rglob("*")):
            if path.is_file() and path != recovery_path():
                found[f"keys/{path.relative_to(keys)}"] = path
    ring = Path(os.environ.get("XASO_KEY_RING") or keys / "data.json")
    if ring.is_file():
        found["keys/data.json"] = ring
    if not database.is_external():
        for path in sorted(database.home().glob("*password")):
            found[f"postgres/{path.name}"] = path
    for text in filter(None, os.environ.get("XASO_BACKUP_ALSO", "").split(":")):
        path = Path(text)
        if not path.is_file():
            raise KeepingProblem(f"XASO_BACKUP_ALSO nêu {path}, nhưng không có tệp này.")
        found[f"also/{path.as_posix().lstrip('/')}"] = path
    return tuple(sorted(found.items()))


def recovery_path() -> Path:
    """The recovery key on this machine, so that backups and drills can run unattended."""
    return Path(os.environ.get("XASO_BACKUP_KEY") or home() / "keys" / "backup.key")


def default_place() -> str:
    """``XASO_BACKUP_TO``, else a folder beside the product (good for a trial, not against a broken disk)."""
    return os.environ.get("XASO_BACKUP_TO") or str(home() / "backup")


def passphrase() -> str:
    """A second way into the repository, when one was set."""
    return os.environ.get("XASO_BACKUP_PASSPHRASE", "")


def number(name: str, default: int) -> int:
    """A whole number from the environment."""
    text = os.environ.get(name, "").strip()
    if text and not text.isdigit():
        raise KeepingProblem(f"{name} phải là một số nguyên.")
    return int(text) if text else default
