"""A station with clusters, bulletins, a programme and what was heard, for tests of the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.kernel.units.actions import add_hamlet
from xaso.kernel.units.models import Unit
from xaso.services.broadcast.actions import bulletins, programme, stations
from xaso.services.broadcast.models import Airing, Bulletin, Cluster, Fault, Play, Slot, Station

COMMUNE, ELSEWHERE = "15/02728/", "04/01273/"
SYSTEM = Viewer.system()
TEXT = "UBND xã thông báo: sáng 05/12/2026 tiêm phòng tại thôn Ky Quan San. Liên hệ 0912345678."


@dataclass
class World:
    """What the pages show."""

    station: Station
    clusters: list[Cluster]
    draft: Bulletin
    waiting: Bulletin
    approved: Bulletin
    slot: Slot
    heard: Airing
    lost: Airing
    radio: Account
    leader: Account

    @property
    def radio_viewer(self) -> Viewer:
        return viewer_of(self.radio)


def a_cluster(station: Station, code: str, name: str, state: str = "online") -> Cluster:
    number = int("".join(ch for ch in code if ch.isdigit()) or 0)
    row = stations.register_cluster(
        SYSTEM, station=station, code=code, name=name, lat=22.5 + number / 100, lon=103.7 - number / 100
    )
    seen = now() - timedelta(minutes=1 if state == "online" else 300)
    row.state, row.last_seen, row.enrolled_at = state, None if state == "new" else seen, seen
    row.save()
    return row


def a_bulletin(station: Station, by: Viewer, title: str, state: str = "draft") -> Bulletin:
    row = bulletins.write_bulletin(by, station=station, title=title, text=TEXT)
    if state in ("submitted", "approved"):
        bulletins.submit_bulletin(by, bulletin=row)
    if state == "approved":
        bulletins.approve_bulletin(SYSTEM, bulletin=row, number=1)
    row.refresh_from_db()
    return row


def an_airing(slot: Slot, at: datetime, state: str, reason: str = "") -> Airing:
    until = at + timedelta(seconds=90)
    return Airing.objects.create(
        station=slot.station, unit_path=slot.unit_path, key=f"{slot.pk}:{at.isoformat()}", item="bulletin",
        title=slot.title, slot=slot, bulletin=slot.bulletin, version=1, at=at, starts_at=at, until=until,
        state=state, reason=reason, seconds=90,
    )  # fmt: skip


def a_play(
    airing: Airing, cluster: Cluster, result: str = "played", late_ms: int = 0, reason: str = ""
) -> Play:
    start = airing.at + timedelta(milliseconds=late_ms)
    heard = result == "played"
    return Play.objects.create(
        airing=airing, cluster=cluster, unit_path=cluster.unit_path, at=airing.at, result=result, reason=reason,
        started_at=start if heard else None, seconds=90 if heard else 0, volume=70 if heard else None,
        offset_ms=12.0 if heard else None,
    )  # fmt: skip


def a_world(commune: str = COMMUNE) -> World:
    """One station of a commune, with everything once."""
    station = stations.open_station(SYSTEM, unit=Unit.objects.get(path=commune))
    clusters = [
        a_cluster(station, "loa-1", "Loa thôn Ky Quan San"),
        a_cluster(station, "loa-2", "Loa thôn Bản Xèo", "offline"),
        a_cluster(station, "loa-3", "Loa thôn Nậm Pẻn", "new"),
    ]
    Fault.objects.create(
        cluster=clusters[0], unit_path=commune, kind="sd_full", started_at=now() - timedelta(hours=3)
    )
    Fault.objects.create(
        cluster=clusters[1], unit_path=commune, kind="offline", started_at=now() - timedelta(hours=5)
    )
    radio = officer_account("radio", commune, name="Tẩn Thị Liều")
    leader = officer_account("leader", commune, name="Nguyễn Hữu Thọ")
    by = viewer_of(radio)
    approved = a_bulletin(station, by, "Lịch tiêm phòng", "approved")
    slot = programme.keep_slot(
        by, station=station, despite=True, item="bulletin", bulletin=approved, title="Lịch tiêm phòng",
        first_day=today() - timedelta(days=3), starts=time(5, 30), rule="FREQ=DAILY",
    )  # fmt: skip
    morning = datetime.combine(today() - timedelta(days=1), time(5, 30), VIETNAM)
    heard = an_airing(slot, morning, "played")
    lost = an_airing(slot, morning - timedelta(days=1), "missed", "no_audio")
    a_play(heard, clusters[0], late_ms=15)
    a_play(heard, clusters[1], "missed", reason="offline")
    return World(
        station, clusters, a_bulletin(station, by, "Họp thôn"), a_bulletin(station, by, "Chợ phiên", "submitted"),
        approved, slot, heard, lost, radio, leader,
    )  # fmt: skip


def people_of_the_demo() -> dict[str, Account]:
    """The hamlets that the demo's loudspeakers stand in, and the two officers who speak in its week."""
    from xaso.services.broadcast.demo import LOUDSPEAKERS

    commune = Unit.objects.get(path=COMMUNE)
    for hamlet, *_ in LOUDSPEAKERS:
        add_hamlet(SYSTEM, commune=commune, kind="thôn", name=hamlet, valid_from=date(2025, 7, 1))
    return {
        "vhxh": officer_account("radio", COMMUNE, name="Tẩn Thị Liều"),
        "lanhdao": officer_account("leader", COMMUNE, name="Nguyễn Hữu Thọ"),
    }
