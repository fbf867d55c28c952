"""The other flows of the source-information system: inventory, device states, activity, own bulletins, complaints."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.connectors.errors import OutsideError
from xaso.kernel.connectors.outbound import AddressRefused, fetching
from xaso.kernel.connectors.source_system import source_system
from xaso.kernel.connectors.transport import Asked
from xaso.kernel.events.models import Event
from xaso.kernel.people.viewer import Grant, Viewer
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.kernel.tasks import task
from xaso.kernel.units.models import Unit
from xaso.services.broadcast.actions.bulletins import agree_to_announced, attach_recording
from xaso.services.broadcast.actions.complaints import complain
from xaso.services.broadcast.models import (
    Airing,
    Bulletin,
    Cluster,
    Complaint,
    Fault,
    Origin,
    Play,
    SourceItem,
    SourceVoice,
    Station,
)
from xaso.services.broadcast.rules.dialects import dialect
from xaso.services.broadcast.streams.gateway import FETCH, level_of, receive_bulletin
from xaso.services.broadcast.streams.upward import Flow, tell

LARGEST_AUDIO = 40 << 20
SYSTEM = Viewer.system()
LOOKED_BACK = timedelta(days=2)


def _joined() -> list[Station]:
    """Stations that take part."""
    return list(Station.objects.filter(ended_at=None).exclude(source_code="").select_related("unit"))


def inventory_of(station: Station) -> dict[str, Any]:
    """The station and its clusters, with unit codes of today and of before the mergers."""
    hamlets = dict(Unit.objects.filter(path__startswith=station.unit_path).values_list("path", "full_name"))
    return {
        "station_name": station.title,
        "commune": station.unit.code,
        "old_communes": list(station.old_codes),
        "clusters": [
            {
                "code": one.code,
                "name": one.name,
                "type": one.kind,
                "old_commune": one.old_unit_code or None,
                "hamlet_name": hamlets.get(one.unit_path),
                "lat": one.lat,
                "lon": one.lon,
                "network": one.network or None,
                "maker": one.maker or None,
                "firmware": one.firmware or None,
                "installed": one.installed_on.isoformat() if one.installed_on else None,
                "horns": one.horns,
            }
            for one in station.clusters.filter(ended_at=None).order_by("code")
        ],
    }


def devices_of(station: Station) -> dict[str, Any]:
    """How each cluster is now."""
    faults: dict[Any, list[str]] = {}
    for fault in Fault.objects.filter(cluster__station=station, ended_at=None).order_by("started_at"):
        faults.setdefault(fault.cluster_id, []).append(fault.kind)
    return {
        "at": now(),
        "clusters": [
            {
                "code": one.code,
                "type": one.kind,
                "online": one.state == Cluster.State.ONLINE,
                "last_seen": one.last_seen,
                "volume": one.volume,
                "playing": str(one.playing) if one.playing else None,
                "fault": ", ".join(faults.get(one.pk, [])) or None,
            }
            for one in station.clusters.filter(ended_at=None).order_by("code")
        ],
    }


def report_of(station: Station, month: date) -> dict[str, Any]:
    """What was really heard in a month: hours as the devices played them on average, airings by origin and topic."""
    begins = datetime(month.year, month.month, 1, tzinfo=VIETNAM)
    ends = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=VIETNAM)
    aired = Airing.objects.filter(station=station, at__gte=begins, at__lt=ends)
    heard = list(
        aired.filter(state__in=[Airing.State.PLAYED, Airing.State.CUT]).values_list("origin", "topic")
    )
    plays = Play.objects.filter(airing__in=aired, seconds__gt=0).values_list("airing_id", "seconds")
    by_airing: dict[Any, list[float]] = {}
    for airing_id, seconds in plays:
        by_airing.setdefault(airing_id, []).append(seconds)
    hours = sum(sum(many) / len(many) for many in by_airing.values()) / 3600
    topics = Counter(topic or "khac" for _, topic in heard)
    return {
        "period": f"{month:%Y-%m}",
        "hours": round(hours, 2),
        "airings": len(heard),
        "by_origin": dict(Counter(origin for origin, _ in heard)) or {"commune": 0},
        "by_topic": dict(topics),
    }


def tell_inventories() -> None:
    """Scheduled, daily."""
    with widened("stations that report to the province"):
        for station in _joined():
            tell(
                SYSTEM,
                station=station,
                flow=Flow.INVENTORY,
                about=station.source_code,
                facts=inventory_of(station),
            )


def tell_devices() -> None:
    """Scheduled, each quarter of an hour."""
    with widened("stations that report to the province"):
        for station in _joined():
            tell(
                SYSTEM,
                station=station,
                flow=Flow.DEVICES,
                about=station.source_code,
                facts=devices_of(station),
            )


def tell_reports() -> None:
    """Scheduled, on the first of a month: the month before."""
    month = (today().replace(day=1) - timedelta(days=1)).replace(day=1)
    with widened("stations that report to the province"):
        for station in _joined():
            facts = report_of(station, month)
            tell(SYSTEM, station=station, flow=Flow.REPORT, about=facts["period"], facts=facts)


def tell_played() -> None:
    """Scheduled: bulletins of the source whose airings are settled: how many clusters really played them."""
    with widened("bulletins of the province and what devices played of them"):
        items = SourceItem.objects.filter(
            Q(bulletin__airings__settled_at__isnull=False, bulletin__airings__slot__isnull=False)
            | Q(emergency_id__isnull=False),
            created_at__gte=now() - timedelta(days=60),
        ).select_related("station")
        for item in items.distinct()[:500]:
            for airing in _settled(item):
                _tell_played(item, airing)


def _settled(item: SourceItem) -> list[Airing]:
    mine = (
        Q(bulletin_id=item.bulletin_id)
        if item.bulletin_id
        else Q(emergency_id=item.emergency_id, item="emergency")
    )
    return list(Airing.objects.filter(mine, settled_at__gte=now() - LOOKED_BACK).order_by("at"))


def _tell_played(item: SourceItem, airing: Airing) -> None:
    about = f"{item.external_id}:played:{airing.at:%Y%m%d%H%M}"
    if item.station.tellings.filter(flow=Flow.STATUS, about=about).exists():
        return
    counts = airing.plays.aggregate(
        wanted=Count("pk"), reached=Count("pk", filter=Q(result__in=[Play.Result.PLAYED, Play.Result.CUT]))
    )
    missed = airing.plays.exclude(result__in=[Play.Result.PLAYED, Play.Result.CUT]).select_related("cluster")
    facts = {
        "id": item.external_id,
        "state": "played" if counts["reached"] else "accepted",
        "at": now(),
        "played_at": airing.at,
        "reached": counts["reached"],
        "wanted": counts["wanted"],
        "failures": [{"code": one.cluster.code, "reason": one.reason} for one in missed[:50]],
    }
    tell(SYSTEM, station=item.station, flow=Flow.STATUS, about=about, facts=facts)


def on_approved(event: Event) -> None:
    """Listener: the commune's own bulletins are shown to the province."""
    row = Bulletin.objects.select_related("station").filter(pk=event.record_id, origin=Origin.COMMUNE).first()
    if row is None:
        return
    facts = {
        "id": f"XA-{row.pk}", "title": row.title, "text": row.text, "kind": row.kind, "topic": row.topic,
        "valid_from": row.valid_from, "valid_to": row.valid_to,
    }  # fmt: skip
    tell(SYSTEM, station=row.station, flow=Flow.SHARE, about=str(row.pk), facts=facts)


def on_complaint(event: Event) -> None:
    """Listener: complaints and their answers go up. Who wrote, and how to reach them, stays here."""
    row = Complaint.objects.select_related("station", "cluster").filter(pk=event.record_id).first()
    if row is None or not row.station.source_code:
        return
    link, _ = SourceVoice.objects.get_or_create(
        complaint_id=row.pk,
        defaults={
            "station": row.station, "unit_path": row.unit_path, "came_from": SourceVoice.From.HERE,
        },
    )  # fmt: skip
    facts = {
        "voice": link.external_id or f"XA-{row.code}",
        "words": row.text or row.get_matter_display(),
        "topic": row.matter,
        "where": row.cluster.code if row.cluster else None,
        "answer": row.answer or None,
        "answered_at": row.answered_at,
    }
    tell(SYSTEM, station=row.station, flow=Flow.FEEDBACK, about=str(row.pk), facts=facts)


@action
def receive_voice(viewer: Viewer, *, version: str, wire: Mapping[str, Any]) -> Complaint:
    """A complaint that the province passes down. The same one again answers the one that is there.

    Raises ActionErrors under the sender's own field names, Forbidden, NotFound.
    """
    level_of(viewer)
    try:
        names = dialect(version).names
    except LookupError:
        raise NotFound("Không có bản giao kết này. Dùng 2.0 hoặc 1.0.") from None
    if "voice" not in names:
        raise NotFound("Bản giao kết này không có luồng phản ánh.")
    told = {name: wire.get(names[name]) for name in ("voice", "station", "words", "topic", "where")}
    wrong = {
        names[name]: ["Thiếu hoặc không phải chữ"]
        for name in ("voice", "station", "words")
        if not _is_words(told[name])
    }
    if wrong:
        raise ActionErrors(wrong)
    key, code = str(told["voice"])[:120], str(told["station"])[:60]
    with widened("the station that a complaint from above names"):
        station = Station.objects.filter(source_code=code, ended_at=None).first()
    if station is None or not viewer.can("broadcast.send", station.unit_path):
        raise NotFound("Không có đài mang mã này.")
    known = SourceVoice.objects.filter(station=station, external_id=key).first()
    if known is not None:
        return Complaint.objects.get(pk=known.complaint_id)
    matter = told["topic"] if told["topic"] in Complaint.Matter.values else Complaint.Matter.OTHER
    cluster = station.clusters.filter(code=str(told["where"] or "")[:32], ended_at=None).first()
    row = complain(
        SYSTEM, station=station, cluster=cluster, matter=str(matter), text=str(told["words"])[:2000]
    )
    SourceVoice.objects.create(
        station=station, unit_path=row.unit_path, came_from=SourceVoice.From.ABOVE, external_id=key,
        complaint_id=row.pk,
    )  # fmt: skip
    return row


def _is_words(value: Any) -> bool:
    """Whether a value is text that can be kept."""
    if not isinstance(value, str) or not value.strip():
        return False
    return not any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in value)


@task(FETCH, queue="outside", retries=4)
def fetch_audio(item: str) -> None:
    """Fetch the recording of a bulletin from above through the outbound gate; it must have the digest that was told."""
    found = SourceItem.objects.select_related("bulletin", "station").filter(pk=item).first()
    if found is None or found.bulletin is None or found.bulletin.recorded:
        return
    try:
        content = _fetched(str(found.body["audio"]))
        if hashlib.sha256(content).hexdigest() != found.body["sha256"]:
            raise ActionError("Tệp âm thanh không đúng mã băm.")
        row = attach_recording(SYSTEM, bulletin=found.bulletin, upload=content)
    except (ActionError, AddressRefused) as error:
        why = getattr(error, "message", "") or "Địa chỉ tệp âm thanh không được phép."
        SourceItem.objects.filter(pk=item).update(reason=why[:300])
        _tell_failed(found, why)
        return
    if found.kind == "priority":
        agree_to_announced(SYSTEM, bulletin=row)


def _fetched(url: str) -> bytes:
    kept = bytearray()
    with fetching(url, inside=settings.XASO_STREAMS_INSIDE, plain=True) as answer:
        for piece in answer.pieces(LARGEST_AUDIO + 1):
            kept += piece
    if len(kept) > LARGEST_AUDIO:
        raise ActionError("Tệp âm thanh quá lớn.")
    return bytes(kept)


def _tell_failed(item: SourceItem, why: str) -> None:
    facts = {"id": item.external_id, "state": "received", "at": now(), "reason": why[:200]}
    tell(SYSTEM, station=item.station, flow=Flow.STATUS, about=f"{item.external_id}:audio", facts=facts)


def pull_missed() -> None:
    """Scheduled, hourly: bulletins whose push never came. One that cannot be taken does not hold up the others."""
    with widened("stations that hear from the province"):
        stations = _joined()
    if not stations:
        return
    system = source_system()
    words = dialect(system.version)
    since = (now() - LOOKED_BACK).isoformat(timespec="seconds")
    try:
        rows = system.missed(
            Asked(purpose="Tin chưa nhận được"), words.paths["missed"], {words.query["since"]: since}
        )
    except OutsideError:
        return
    for wire in rows[:500]:
        try:
            receive_bulletin(_province(stations), version=system.version, wire=wire)
        except ActionError:
            continue


def _province(stations: list[Station]) -> Viewer:
    """Whoever the province's system is, it speaks for its province: what it lists comes from there."""

    paths = sorted({f"{one.unit_path.partition('/')[0]}/" for one in stations})
    grants = tuple(Grant("machine", path, frozenset({"broadcast.send"})) for path in paths)
    return Viewer(kind="machine", name="Hệ thống thông tin nguồn", grants=grants)
