"""A believable month of warnings: gauges with their readings, a flood that was, a drill, a low warning of today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.units.models import Unit
from xaso.services.alerts.actions.gauges import keep_gauge, keep_risk, keep_threshold
from xaso.services.alerts.actions.people import keep_shelter
from xaso.services.alerts.demo import people, rain, stories
from xaso.services.alerts.models import Gauge
from xaso.services.alerts.rules import law

MIDDLE = (22.52, 103.70)
GAUGES = (
    ("muong-hum-mua", "Trạm mưa Mường Hum", "rain", "Mường Hum 1", 0.004, 0.006),
    ("den-sang-mua", "Trạm mưa Dền Sáng", "rain", "Dền Sáng", 0.045, -0.03),
    ("ban-xeo-mua", "Trạm mưa Bản Xèo", "rain", "Bản Xèo", -0.035, 0.05),
    ("muong-hum-nuoc", "Cọc nước suối Mường Hum", "water", "Mường Hum 2", -0.004, 0.003),
    ("nam-pen-nuoc", "Cọc nước suối Nậm Pẻn", "water", "Nậm Pẻn 1", 0.03, 0.035),
)
SHELTERS = (
    ("Nhà văn hóa thôn Mường Hum 1", "Mường Hum 1", 120, 0.006, 0.009),
    ("Trường phổ thông dân tộc bán trú Dền Sáng", "Dền Sáng", 200, 0.048, -0.027),
)


def fill(
    viewer: Viewer, *, accounts: Mapping[str, Account], say: Callable[[str], None] = print, **_: Any
) -> list[dict[str, str]] | None:
    """Fill it in; nothing the second time."""
    if Gauge.objects.exists() or not {"lanhdao", "pct"} <= accounts.keys():
        return None
    leader, deputy = viewer_of(accounts["lanhdao"]), viewer_of(accounts["pct"])
    commune = Unit.objects.filter(path=leader.unit_path).first()
    if commune is None:
        return None
    middle = (commune.lat or MIDDLE[0], commune.lon or MIDDLE[1])
    hamlets = {unit.name: unit for unit in Unit.objects.filter(parent=commune, level=Unit.Level.HAMLET)}
    gauges = _gauges(leader, commune, hamlets, middle)
    known = people.homes(hamlets, middle)
    people.frail(leader, known)
    for name, hamlet, capacity, north, east in SHELTERS:
        if hamlet in hamlets:
            keep_shelter(
                leader, unit_path=hamlets[hamlet].path, name=name, capacity=capacity,
                lat=middle[0] + north, lon=middle[1] + east, has=["nước sạch", "đèn sạc", "chăn"],
            )  # fmt: skip
    flood = (now() - timedelta(days=12)).replace(hour=2, minute=0, second=0, microsecond=0)
    count = rain.month(gauges, flood)
    stories.flood(deputy, leader, gauges["muong-hum-mua"], flood, known, hamlets)
    stories.drill(deputy, leader, commune, hamlets)
    stories.today(deputy, leader, commune, hamlets)
    say(f"Cảnh báo: {len(gauges)} trạm, {count} số đo, 1 trận lũ đã qua, 1 diễn tập, 1 tin mưa hôm nay")
    return None


def _gauges(
    leader: Viewer, commune: Unit, hamlets: Mapping[str, Unit], middle: tuple[float, float]
) -> dict[str, Gauge]:
    made = {}
    begins = (now() - timedelta(days=60)).date()
    for code, name, kind, hamlet, north, east in GAUGES:
        unit = hamlets.get(hamlet, commune)
        row = keep_gauge(
            leader, code=code, name=name, kind=kind, unit_path=unit.path, lat=middle[0] + north,
            lon=middle[1] + east, owner="UBND xã", way="machine" if kind == "rain" else "hand",
        )  # fmt: skip
        made[code] = row
        source = "Ban Chỉ huy phòng thủ dân sự xã, số minh họa của bản dùng thử"
        common: dict[str, Any] = {"gauge_id": row.pk, "source": source, "valid_from": begins}
        if kind == "rain":
            keep_threshold(
                leader, **common, hazard="heavy_rain", measure="sum", hours=1, value=25, release=10, level=1
            )
            keep_threshold(
                leader, **common, hazard="flash_flood", measure="sum", hours=3, value=80, release=30, level=2
            )
        else:
            keep_threshold(
                leader, **common, hazard="flood", measure="level", hours=0, value=3, release=2.5, level=2
            )
    one = law.published()[0]
    keep_threshold(
        leader, gauge_id=made["den-sang-mua"].pk, hazard=one.hazard, measure=one.measure, hours=one.hours,
        value=one.value, release=one.value - 10, slope=one.slope, level=one.level, source=one.source[:300],
        unconfirmed=True, valid_from=begins,
    )  # fmt: skip
    keep_risk(
        leader, unit_path=commune.path, region=1, susceptibility="high",
        source="Số minh họa của bản dùng thử; thay bằng bản đồ của tỉnh", valid_from=begins,
    )  # fmt: skip
    return made
