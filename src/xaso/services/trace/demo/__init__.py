"""A believable year of traceability: two co-operatives with their diary; further rooms add theirs after it."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from typing import Any

from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer

# In this order: each room builds on what the rooms before it made, and does nothing the second time.
ROOMS = ("diary", "lots", "buyer", "recall", "ocop")
SIGN_IN = (
    ("Quản lý hợp tác xã chè", "Sùng Thị Chứ", "010190000099"),
    ("Người ghi sổ hợp tác xã chè", "Phàn Văn Sơn", "010095000101"),
    ("Thành viên hợp tác xã chè", "Tẩn Mẩy Dất", "010301000051"),
    ("Quản lý hợp tác xã cam", "Thào A Vàng", "010057000125"),
)
"""Role, name and number of those whom the simulated VNeID signs in and who sit in the demo's co-operatives."""


def fill(
    viewer: Viewer, *, accounts: Mapping[str, Account], say: Callable[[str], None] = print, **more: Any
) -> list[dict[str, str]]:
    """Fill in what each room has to show; answers who can sign in to see it."""
    for room in ROOMS:
        name = f"{__name__}.{room}"
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name).fill(viewer, accounts=accounts, say=say, **more)
    return [
        {"role": role, "name": name, "number": number, "sign_in_url": "/dang-nhap/", "opens": "/trace/co-so/"}
        for role, name, number in SIGN_IN
    ]
