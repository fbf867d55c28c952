"""The three pages about the sign-ins of officers hang together by tabs."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from xaso.kernel.access.policy import RIGHT as POLICY
from xaso.kernel.people.viewer import Viewer

_PAGES = (
    ("Cảnh báo", "access_alerts", "people.accounts"),
    ("Nhật ký", "access_journal", "people.accounts"),
    ("Quy định", "access_policy", POLICY),
)


def tabs_for(viewer: Viewer, present: str) -> list[dict[str, Any]]:
    """Those the viewer may open, the present one marked."""
    return [
        {"label": label, "url": reverse(name), "active": name == present}
        for label, name, right in _PAGES
        if viewer.can(right)
    ]
