"""The citizens of the simulated world: invented people of a mountain commune, by personal number."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any


def _read() -> dict[str, dict[str, Any]]:
    rows = tomllib.loads((Path(__file__).parent / "citizens.toml").read_text(encoding="utf-8"))["citizen"]
    return {row["number"]: row for row in rows}


CITIZENS = _read()
