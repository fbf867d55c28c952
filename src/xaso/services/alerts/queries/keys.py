"""The published halves of the keys that sign warnings."""

from __future__ import annotations

from xaso.kernel.base.reach import widened
from xaso.services.alerts.models import CapKey


def certificates() -> list[str]:
    """Certificates in force, and those of keys that ended: old messages are checked with them."""
    with widened("certificates are public; the private half is not read"):
        return list(CapKey.objects.order_by("-created_at").values_list("certificate", flat=True)[:200])
