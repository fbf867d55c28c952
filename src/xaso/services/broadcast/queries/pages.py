"""Rows that the pages show. The caller has opened the station for its viewer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet, Sum

from xaso.kernel.plain.moment import VIETNAM, today
from xaso.services.broadcast.in_force import caps_of as in_force_caps
from xaso.services.broadcast.models import (
    Airing,
    ApprovalRule,
    ClassRule,
    Cluster,
    Fault,
    Play,
    Station,
    VolumeCap,
    Window,
)
from xaso.services.broadcast.models.complaints import Complaint
from xaso.services.broadcast.rules.hours import loudest


def bounds(day: date) -> tuple[datetime, datetime]:
    """Midnight to midnight in Vietnam."""
    start = datetime.combine(day, time(), VIETNAM)
    return start, start + timedelta(days=1)


def airings_of_day(station: Station, day: date) -> list[Airing]:
    """What was or is to be heard on a day, in order."""
    start, end = bounds(day)
    rows = station.airings.filter(starts_at__gte=start, starts_at__lt=end)
    return list(rows.select_related("bulletin", "cut_by", "emergency").order_by("starts_at", "created_at"))


def next_airings(station: Station, since: datetime, before: datetime) -> list[Airing]:
    """What is planned in a span."""
    states = (Airing.State.PLANNED, Airing.State.SENT)
    rows = station.airings.filter(starts_at__gte=since, starts_at__lt=before, state__in=states)
    return list(rows.select_related("emergency").order_by("starts_at")[:200])


def open_faults(station: Station) -> list[Fault]:
    """Faults that still are, the longest first."""
    rows = Fault.objects.filter(
        cluster__station=station, cluster__ended_at__isnull=True, ended_at__isnull=True
    )
    return list(rows.select_related("cluster").order_by("started_at"))


def covers(area: Mapping[str, Any], cluster: Cluster) -> bool:
    """Whether an area holds a cluster; an empty area is the whole station."""
    units, codes = area.get("units") or (), area.get("clusters") or ()
    if not units and not codes:
        return True
    return cluster.code in codes or any(cluster.unit_path.startswith(one) for one in units)


def plays_of_airings(airings: list[Airing]) -> QuerySet[Play]:
    """What devices told of these airings."""
    rows = Play.objects.filter(airing__in=airings).select_related("cluster", "airing__emergency")
    return rows.order_by("at", "cluster__name")


def plays_of_cluster(cluster: Cluster, most: int = 30) -> list[Play]:
    """The newest plays of a cluster."""
    return list(cluster.plays.select_related("airing__emergency").order_by("-at")[:most])


def faults_of(cluster: Cluster, most: int = 40) -> list[Fault]:
    """Faults of a cluster, those that still are first."""
    return list(cluster.faults.order_by("-ended_at", "-started_at")[:most])


def open_complaints(station: Station, most: int = 50) -> list[Complaint]:
    """Complaints nobody has answered, the oldest first."""
    rows = Complaint.objects.filter(station=station, state=Complaint.State.NEW)
    return list(rows.select_related("cluster").order_by("created_at")[:most])


def complaints_of(cluster: Cluster, most: int = 20) -> list[Complaint]:
    """Complaints about one cluster, the newest first."""
    return list(cluster.complaints.select_related("cluster").order_by("-created_at")[:most])


def middle_of(station: Station) -> tuple[float, float]:
    """Where the map of a station opens."""
    placed = station.clusters.filter(lat__isnull=False).aggregate(lat=Avg("lat"), lon=Avg("lon"))
    if placed["lat"] is not None:
        return placed["lat"], placed["lon"]
    unit = station.unit
    return (unit.lat or 21.0, unit.lon or 105.8)


def _near(station: Station) -> Q:
    """Rules that may hold in a station: the country's, those of units above, its own."""
    parts = [one for one in station.unit_path.split("/") if one]
    above = ["", *("/".join(parts[: count + 1]) + "/" for count in range(len(parts)))]
    return Q(unit_path__in=above) & Q(valid_from__lte=today()) & (Q(valid_to=None) | Q(valid_to__gte=today()))


def _nearest(rows: Iterable[Any], *names: str) -> list[Any]:
    """Of rows for the same thing those of the nearest unit."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        key = tuple(getattr(row, name) for name in names)
        held = found.get(key, [])
        if not held or len(row.unit_path) > len(held[0].unit_path):
            found[key] = [row]
        elif len(row.unit_path) == len(held[0].unit_path):
            found[key] = [*held, row]
    return [row for held in found.values() for row in held]


def windows_of(station: Station) -> list[Window]:
    """Hours in force in a station today."""
    return _nearest(Window.objects.filter(_near(station)).order_by("use", "starts"), "use")


def caps_of(station: Station) -> list[VolumeCap]:
    """Limits of volume in force today: the station's, else those of the units above; those of single clusters too."""
    general = VolumeCap.objects.filter(_near(station), cluster=None).order_by("emergency", "starts")
    own = VolumeCap.objects.filter(cluster__station=station, valid_from__lte=today()).exclude(
        valid_to__lt=today()
    )
    return [*_nearest(general, "emergency"), *own.select_related("cluster").order_by("starts")]


def approval_rules_of(station: Station) -> list[ApprovalRule]:
    """Who approves, today: of several rows of one unit the newest."""
    rows = _nearest(ApprovalRule.objects.filter(_near(station)).order_by("what", "valid_from"), "what")
    return list({row.what: row for row in rows}.values())


def class_rules_of(station: Station) -> list[ClassRule]:
    """What the classes mean, today."""
    rows = _nearest(ClassRule.objects.filter(_near(station)).order_by("-rank", "valid_from"), "kind")
    return list({row.kind: row for row in rows}.values())


def cap_words(cluster: Cluster, at: datetime) -> str:
    """What binds the volume of a cluster at a moment; "" when nothing does."""
    most = loudest(in_force_caps([cluster])[cluster.code], at)
    if most >= cluster.volume:
        return f"Quy định cho phép đến {most}% vào giờ này." if most < 100 else ""
    return f"Vào giờ này quy định chỉ cho phép {most}%, nên loa kêu {most}%."


def _plays_in(station: Station, first: date, before: date) -> QuerySet[Play]:
    start, end = bounds(first)[0], bounds(before)[0]
    return Play.objects.filter(airing__station=station, at__gte=start, at__lt=end)


def heard_by_cluster(station: Station, first: date, before: date) -> list[dict[str, Any]]:
    """Of each cluster how many airings it should have played, played, and how long; the least heard first."""
    heard = Q(result=Play.Result.PLAYED)
    rows = _plays_in(station, first, before).values("cluster", "cluster__name")
    found = rows.annotate(wanted=Count("pk"), heard=Count("pk", filter=heard), seconds=Sum("seconds"))
    told = [dict(row) for row in found]
    return sorted(told, key=lambda row: (row["heard"] / row["wanted"], row["cluster__name"]))


def gaps_by_reason(station: Station, first: date, before: date) -> list[tuple[str, int]]:
    """Why devices did not play, with how often, the most frequent first."""
    rows = _plays_in(station, first, before).exclude(result=Play.Result.PLAYED)
    return list(rows.values_list("reason").annotate(count=Count("pk")).order_by("-count"))


def airings_by_topic(station: Station, first: date, before: date) -> list[dict[str, Any]]:
    """How much of which topic was on air."""
    start, end = bounds(first)[0], bounds(before)[0]
    rows = station.airings.filter(starts_at__gte=start, starts_at__lt=end, state=Airing.State.PLAYED)
    found = rows.values("topic").annotate(count=Count("pk"), seconds=Sum("seconds"))
    return [dict(row) for row in found.order_by("-seconds")]
