"""A believable month of warnings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xaso.kernel.people.viewer import Viewer


def fill(viewer: Viewer, *, say: Callable[[str], None], **_: Any) -> None:
    """Filled below."""
