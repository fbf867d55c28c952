"""Where things are."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("XASO_HOME") or ROOT / "var")
VENV = ROOT / ".venv"
SOURCE = ROOT / "src"
LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
PYTHON = VENV / SCRIPTS / ("python.exe" if os.name == "nt" else "python")


def tool(name: str) -> str:
    """Path of a program of the virtual environment."""
    return str(VENV / SCRIPTS / name)
