"""The shipped row of limits: added once, what an administrator changed since stays."""

from __future__ import annotations

from datetime import date

from xaso.services.notices.models import ApiLimit

SHIPPED = {
    "per_day": 20_000,
    "per_minute": 600,
    "burst": 200,
    "basis": "Mức ban đầu của phần mềm, chưa có quy định; đơn vị đặt lại theo cổng gửi của mình",
}


def seed(**_: object) -> None:
    """After each migrate."""
    ApiLimit.objects.get_or_create(unit_path="", valid_from=date(2025, 7, 1), defaults=SHIPPED)
