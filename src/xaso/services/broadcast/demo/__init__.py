"""A week's programme of the demo's commune radio."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer


def fill(
    viewer: Viewer, *, accounts: Mapping[str, Account], say: Callable[[str], None] = print, **more: Any
) -> list[dict[str, str]]:
    """Fill in what the pages show; answers who can sign in to see it."""
    return []
