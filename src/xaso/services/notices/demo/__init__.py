"""A believable month of a commune that speaks to its hamlets: templates, lists, notices, directives, what came back."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.services.notices.demo.month import Month, begin
from xaso.services.notices.demo.stories import tell
from xaso.services.notices.models import Notice


def fill(
    viewer: Viewer, *, accounts: Mapping[str, Account], say: Callable[[str], None] = print, **_: Any
) -> None:
    """Run twice, it does nothing the second time; without the officers of the demo commune it does nothing."""
    if Notice.objects.exists() or "vanthu" not in accounts:
        return
    month: Month = begin(viewer, accounts, random.Random(20261122))  # noqa: S311 - invented data
    tell(month)
    say(f"Thông báo: {Notice.objects.count()} bản, {len(month.hamlets)} thôn, {month.people} người nhận")
