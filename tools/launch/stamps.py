"""Remembers which steps are done, so that the second start skips them.

A stamp belongs to one database and to the files a step reads: another database or a changed file makes the
step run again. The steps themselves may be repeated without harm, so a lost stamp only costs time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from .places import LOCK, ROOT, SOURCE, VAR


def is_done(step: str, mark: str) -> bool:
    """Whether the step was done with exactly this mark."""
    return _read().get(step) == mark


def done(step: str, mark: str) -> None:
    """Remembers it."""
    marks = _read()
    marks[step] = mark
    VAR.mkdir(parents=True, exist_ok=True)
    fresh = _path().with_suffix(".new")
    fresh.write_text(json.dumps(marks, indent=1))
    fresh.replace(_path())


def database() -> str:
    """Identity of the database: its address and when its cluster was made."""
    given = os.environ.get("DATABASE_URL")
    if given:
        return given
    try:
        facts = json.loads((VAR / "db.json").read_text())
        made = (Path(facts["data"]) / "PG_VERSION").stat().st_mtime_ns
        return f"{facts['data']} {made} {facts.get('generation', 0)}"
    except (OSError, ValueError, KeyError):
        return "none"


def migrations() -> str:
    """Mark of what makes tables and the rows that come with them (roles, rights, calendars): all our Python."""
    files = [*SOURCE.glob("xaso/**/*.py"), LOCK]
    return _mark(files, database(), os.environ.get("XASO_SERVICES", ""))


def demo_data() -> str:
    """Mark of everything that makes demo data."""
    files = [
        *SOURCE.glob("xaso/**/demo.py"),
        *SOURCE.glob("xaso/**/demo/**/*"),
        *SOURCE.glob("xaso/site/*demo*"),
    ]
    return _mark(files, database(), os.environ.get("XASO_SERVICES", ""))


def static_files() -> str:
    """Mark of all style sheets, scripts, pictures and fonts of the product."""
    return _mark(SOURCE.glob("xaso/**/static/**/*"), str(ROOT), times=True)


def _mark(files: Iterable[Path], *facts: str, times: bool = False) -> str:
    digest = hashlib.sha256("\n".join(facts).encode())
    for path in sorted(set(files)):
        if not path.is_file() or "__pycache__" in path.parts:
            continue
        digest.update(str(path.relative_to(ROOT)).encode())
        if times:
            facts_of_file = path.stat()
            digest.update(f"{facts_of_file.st_size} {facts_of_file.st_mtime_ns}".encode())
        else:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _path() -> Path:
    return VAR / "done.json"


def _read() -> dict[str, str]:
    try:
        loaded: dict[str, str] = json.loads(_path().read_text())
    except (OSError, ValueError):
        return {}
    return loaded
