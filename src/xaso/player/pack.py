"""One file with everything a device needs beyond Python, ``cryptography`` and ``paho-mqtt``."""

from __future__ import annotations

import shutil
import tempfile
import zipapp
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
PARTS = ("__init__.py", "kernel/__init__.py", "kernel/plain/__init__.py", "kernel/plain/horn", "player")


def pack(target: Path) -> Path:
    """Writes a program file that ``python3 FILE.pyz run`` starts; answers where it lies."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "xaso"
        for part in PARTS:
            here, there = SOURCE / part, root / part
            there.parent.mkdir(parents=True, exist_ok=True)
            if here.is_dir():
                shutil.copytree(here, there, ignore=shutil.ignore_patterns("tests", "__pycache__"))
            else:
                shutil.copy(here, there)
        zipapp.create_archive(
            place, target, main="xaso.player.__main__:main", interpreter="/usr/bin/env python3"
        )
    target.chmod(0o755)
    return target
