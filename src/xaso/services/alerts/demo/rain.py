"""A month of rain and water: dry days, showers, one bad night."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import now
from xaso.services.alerts.actions.readings import Row, take_readings
from xaso.services.alerts.models import Gauge, GaugeReading

DAYS = 30
NIGHT = (3, 9, 22, 38, 31, 18, 7, 2)


def month(gauges: Mapping[str, Gauge], flood: datetime) -> int:
    """Readings of thirty days, written at once; the night of the flood through the real way. Answers how many."""
    chance = random.Random(2026)
    start = now().replace(minute=0, second=0, microsecond=0) - timedelta(days=DAYS)
    rows: list[GaugeReading] = []
    night = {flood + timedelta(hours=place - 3) for place in range(len(NIGHT))}
    for gauge in gauges.values():
        rows += _of(gauge, start, flood, night, chance)
    GaugeReading.objects.bulk_create(rows, batch_size=2000)
    real = gauges["muong-hum-mua"]
    for place, mm in enumerate(NIGHT):
        at = flood + timedelta(hours=place - 3)
        with moment.frozen(at + timedelta(minutes=2)):
            take_readings(Viewer.system(), rows=[Row(real.code, at, mm)], source="api")
    return len(rows) + len(NIGHT)


def _of(
    gauge: Gauge, start: datetime, flood: datetime, night: set[datetime], chance: random.Random
) -> list[GaugeReading]:
    rows = []
    level, wet = 1.1, False
    for hour in range(DAYS * 24):
        at = start + timedelta(hours=hour)
        wet = chance.random() < (0.75 if wet else 0.04)
        near = abs((at - flood).total_seconds()) < 5 * 3600
        mm = round(chance.uniform(0.2, 6), 1) if wet else 0.0
        if near:
            mm = round(chance.uniform(6, 18), 1)
        level = max(0.8, level * 0.93 + mm * 0.035)
        if gauge.code == "muong-hum-mua" and at in night:
            continue
        gap = gauge.code == "ban-xeo-mua" and 200 < hour < 212
        if gap:
            continue
        rain = gauge.kind == Gauge.Kind.RAIN
        rows.append(
            GaugeReading(
                gauge=gauge,
                unit_path=gauge.unit_path,
                at=at,
                value=mm if rain else round(level, 2),
                source="api" if rain else "hand",
            )
        )
    return rows
