"""Files of tests lie in a folder of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    settings.XASO_FILES, settings.XASO_S3_URL = str(tmp_path / "files"), ""
