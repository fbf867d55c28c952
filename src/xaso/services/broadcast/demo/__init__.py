"""A week of the demo's commune radio: told through the actions, a day at a time, up to now."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.kernel.speech.actions import keep_word, render
from xaso.kernel.speech.queries import spoken_text
from xaso.kernel.units.models import Unit
from xaso.services.broadcast.actions import (
    bulletins,
    complaints,
    emergencies,
    engine,
    law,
    programme,
    settling,
    stations,
)
from xaso.services.broadcast.demo.texts import TEXTS, Text
from xaso.services.broadcast.models import Airing, Bulletin, Cluster, Emergency, Slot, Station

COMMUNE = "15/02728/"
DAYS = 8
MIDDLE = (22.515, 103.705)
FIRMWARE = "xaso-player 1.0"
# Clusters of the demo: hamlet, code, horns, how it does: on the line, or since how many days it has which fault.
LOUDSPEAKERS: tuple[tuple[str, str, int, str], ...] = (
    ("Mường Hum 1", "muong-hum-1", 4, ""),
    ("Mường Hum 2", "muong-hum-2", 4, ""),
    ("Bản Xèo", "ban-xeo", 3, ""),
    ("Ky Quan San", "ky-quan-san", 2, "offline"),
    ("Séo Pờ Hồ", "seo-po-ho", 2, ""),
    ("Nậm Pẻn 1", "nam-pen-1", 2, ""),
    ("Nậm Pẻn 2", "nam-pen-2", 2, "sd_full"),
    ("Piềng Láo", "pieng-lao", 2, ""),
    ("Tả Pa Cheo", "ta-pa-cheo", 2, ""),
    ("Dền Sáng", "den-sang", 3, "clock_off"),
    ("Trung Chải", "trung-chai", 2, ""),
    ("Hồng Ngài", "hong-ngai", 2, "new"),
)


def fill(
    viewer: Viewer, *, accounts: Mapping[str, Account], say: Callable[[str], None] = print, **_: Any
) -> list[dict[str, str]]:
    """Station, clusters, bulletins, programme and what was heard; nothing the second time."""
    unit = Unit.objects.filter(path=COMMUNE).first()
    if unit is None or Station.objects.filter(unit_path=COMMUNE).exists():
        return []
    with transaction.atomic():
        story = Story(viewer, viewer_of(accounts["vhxh"]), viewer_of(accounts["lanhdao"]), unit)
        story.tell()
    say(f"Đài truyền thanh: {len(story.clusters)} cụm loa, {DAYS} ngày đã phát")
    return []


class Story:
    """The week as it is told."""

    def __init__(self, system: Viewer, radio: Viewer, leader: Viewer, unit: Unit) -> None:
        self.system, self.radio, self.leader, self.unit = system, radio, leader, unit
        self.chance = random.Random(20261122)  # noqa: S311 - the demo is the same each time
        self.first = today() - timedelta(days=DAYS)
        self.clusters: list[Cluster] = []
        self.said: dict[str, Bulletin] = {}

    def tell(self) -> None:
        """From the opening to now."""
        present = now()
        with moment.frozen(datetime.combine(self.first, time(8), VIETNAM)):
            self._open()
            self._write()
            self._plan()
        day = self.first + timedelta(days=1)
        while day < present.date():
            self._day(day)
            day += timedelta(days=1)
        self._today(present)

    def _open(self) -> None:
        self.station = stations.open_station(self.system, unit=self.unit)
        known = {one.name: one for one in Unit.objects.under(COMMUNE).filter(level=Unit.Level.HAMLET)}
        for number, (hamlet, code, horns, how) in enumerate(LOUDSPEAKERS):
            unit, (north, east) = known.get(hamlet), divmod(number, 4)
            lat = (unit and unit.lat) or MIDDLE[0] + (north - 1) * 0.021
            lon = (unit and unit.lon) or MIDDLE[1] + (east - 1.5) * 0.024
            cluster = stations.register_cluster(
                self.radio,
                station=self.station,
                code=code,
                name=f"Loa thôn {hamlet}",
                unit_path=unit.path if unit else COMMUNE,
                lat=round(lat + self.chance.uniform(-0.002, 0.002), 5),
                lon=round(lon + self.chance.uniform(-0.002, 0.002), 5),
                horns=horns,
                volume=70,
                maker="Hộp loa IP 4G, 2 x 30 W",
                network="4G",
                old_unit_code="02728" if number % 2 else "02719",
            )
            if how != "new":
                self._state(cluster, online=True)
            self.clusters.append(cluster)
        law.keep_cap(
            self.radio,
            station=self.station,
            most=50,
            starts=time(5),
            ends=time(6),
            cluster=self.clusters[0],
            legal_basis="Bà con gần trạm y tế đề nghị",
        )
        keep_word(self.radio, unit_path=COMMUNE, written="Ky Quan San", spoken="Ky Quan San")
        keep_word(self.radio, unit_path=COMMUNE, written="VssID", spoken="vê ét ét ai đi")

    def _state(self, cluster: Cluster, *, online: bool, **more: Any) -> None:
        facts: dict[str, Any] = {"online": online, "at": now()}
        if online:
            facts |= {
                "firmware": FIRMWARE,
                "clock_offset_ms": round(self.chance.gauss(0, 14), 1),
                "volume": cluster.volume,
                "disk_free_mb": self.chance.randrange(2000, 9000),
                **more,
            }
        settling.note_state(self.system, cluster=cluster, state=facts)

    def _write(self) -> None:
        for one in TEXTS:
            if one.state == "approved":
                self.said[one.key] = self._bulletin(one)

    def _bulletin(self, one: Text) -> Bulletin:
        row = bulletins.write_bulletin(
            self.radio,
            station=self.station,
            title=one.title,
            text=one.text,
            kind=one.kind,
            topic=one.topic,
            voice=one.voice,
            jingle=one.jingle,
            repeats=one.repeats,
        )
        if one.state == "draft":
            return row
        bulletins.submit_bulletin(self.radio, bulletin=row)
        if one.state == "refused":
            bulletins.refuse_bulletin(self.leader, bulletin=row, number=1, reason=one.reason)
        if one.state != "approved":
            return row
        words = spoken_text(one.text, COMMUNE).text
        # Spoken here and now, so that the sound is there without a worker.
        render(self.system, spoken=words, voice=row.voice, speed=row.speed, unit_path=COMMUNE, at_once=True)
        bulletins.approve_bulletin(self.leader, bulletin=row, number=1)
        return bulletins.take_sound(self.system, bulletin_id=row.pk) or row

    def _slot(self, key: str, at: str, **more: Any) -> Slot:
        hour, _, minute = at.partition(":")
        return programme.keep_slot(
            self.radio,
            station=self.station,
            despite=True,
            item=Slot.Item.BULLETIN,
            bulletin=self.said[key],
            title=self.said[key].title,
            first_day=more.pop("first_day", self.first + timedelta(days=1)),
            starts=time(int(hour), int(minute)),
            **more,
        )

    def _plan(self) -> None:
        self._slot("morning", "05:30", rule="FREQ=DAILY")
        self._slot("insurance", "05:40", rule="FREQ=WEEKLY;BYDAY=MO,WE,FR")
        self._slot("vaccine", "05:40", rule="FREQ=WEEKLY;BYDAY=TU,TH,SA,SU")
        self._slot("water", "17:00", rule="FREQ=DAILY")
        self._slot("insurance", "17:10", rule="FREQ=WEEKLY;BYDAY=TU,TH,SA")
        self._slot("vaccine", "17:10", rule="FREQ=WEEKLY;BYDAY=MO,WE,FR,SU")
        self._slot("moon", "17:30", lunar={"days": [1, 15], "months": []})
        self._slot(
            "market",
            "17:20",
            rule="FREQ=WEEKLY;BYDAY=FR,SA",
            area={"clusters": ["muong-hum-1", "muong-hum-2", "ban-xeo"]},
        )
        self._slot("frost", "17:40", first_day=today() + timedelta(days=DAYS - 1), last_day=today()
                   + timedelta(days=DAYS + 4), rule="FREQ=DAILY", order=10)  # fmt: skip

    def _day(self, day: date) -> None:
        """Plan at night, hear, close."""
        left = (today() - day).days
        with moment.frozen(datetime.combine(day, time(0, 10), VIETNAM)):
            engine.plan_station(self.system, station_id=self.station.pk)
            self._faults(left)
        if left == 4:
            self._drill(day)
        with moment.frozen(datetime.combine(day, time(20), VIETNAM)):
            self._heard(day, left)
            settling.settle_station(self.system, station_id=self.station.pk)

    def _faults(self, left: int) -> None:
        for cluster, (_, code, _, how) in zip(self.clusters, LOUDSPEAKERS, strict=True):
            if how == "offline" and left == 3:
                self._state(cluster, online=True)
            elif how == "offline" and left == 2:
                self._state(cluster, online=False)
            elif how in ("sd_full", "clock_off") and left == 1:
                detail = "còn 12 MB" if how == "sd_full" else "lệch 3.612 giây"
                self._state(cluster, online=True, faults=[{"kind": how, "detail": detail}])
            elif code == "trung-chai" and left in (6, 5):
                self._state(cluster, online=left == 5)

    def _is_silent(self, code: str, how: str, left: int) -> bool:
        return (
            how == "new"
            or (how == "offline" and left <= 2)
            or (how == "clock_off" and left <= 1)
            or (code == "trung-chai" and left == 6)
        )

    def _heard(self, day: date, left: int) -> None:
        start = datetime.combine(day, time(), VIETNAM)
        airings = list(
            self.station.airings.filter(starts_at__gte=start, starts_at__lt=now(), settled_at=None)
            .exclude(item__in=(Airing.Item.EMERGENCY, Airing.Item.ALL_CLEAR))
            .order_by("starts_at")
        )
        for cluster, (_, code, _, how) in zip(self.clusters, LOUDSPEAKERS, strict=True):
            if self._is_silent(code, how, left):
                continue
            area = [one for one in airings if not one.area or code in one.area.get("clusters", ())]
            settling.note_played(self.system, cluster=cluster, entries=[self._line(one) for one in area])

    def _line(self, one: Airing) -> dict[str, Any]:
        begun = one.starts_at + timedelta(milliseconds=self.chance.gauss(22, 9))
        return {
            "id": str(uuid7()),
            "airing": str(one.pk),
            "started_at": begun,
            "ended_at": begun + timedelta(seconds=one.seconds),
            "seconds": one.seconds,
            "result": "played",
            "reason": "",
            "offset_ms": round(self.chance.gauss(0, 14), 1),
            "volume": 60 if one.starts_at.astimezone(VIETNAM).hour < 7 else 70,
        }

    def _drill(self, day: date) -> None:
        """A drill of one hamlet's evacuation, confirmed by the chairman, ended after ten minutes."""
        at = datetime.combine(day, time(9, 30), VIETNAM)
        with moment.frozen(at):
            one = emergencies.ask_emergency(
                self.radio,
                station=self.station,
                title="Lũ quét suối Mường Hum",
                text="Lũ quét trên suối Mường Hum. Bà con ven suối lên ngay nhà văn hóa thôn. Không lội qua suối.",
                expires_at=at + timedelta(hours=1),
                drill=True,
                repeats=2,
            )
        with moment.frozen(at + timedelta(minutes=2)):
            emergencies.confirm_emergency(self.leader, emergency=one)
            self._all_play(one, 4)
        with moment.frozen(at + timedelta(minutes=12)):
            emergencies.end_emergency(self.leader, emergency=one)
            self._all_play(one, 4)

    def _all_play(self, one: Emergency, left: int) -> None:
        airing = one.airings.order_by("-created_at").first()
        if airing is None:
            return
        for cluster, (_, code, _, how) in zip(self.clusters, LOUDSPEAKERS, strict=True):
            if not self._is_silent(code, how, left):
                settling.note_played(self.system, cluster=cluster, entries=[self._line(airing)])

    def _today(self, present: datetime) -> None:
        for one in TEXTS:
            if one.state != "approved":
                self._bulletin(one)
        complaints.complain(
            Viewer(),
            station=self.station,
            cluster=self.clusters[2],
            matter="loud",
            text="Loa hướng thẳng vào lớp mầm non, các cháu hay giật mình.",
            contact="0987 000 321",
        )
        engine.plan_station(self.system, station_id=self.station.pk)
        for cluster, (_, _, _, how) in zip(self.clusters, LOUDSPEAKERS, strict=True):
            faults = [{"kind": how, "detail": ""}] if how in ("sd_full", "clock_off") else []
            if how not in ("new", "offline"):
                self._state(cluster, online=True, faults=faults)
        self._heard(present.date(), 0)
        settling.settle_station(self.system, station_id=self.station.pk)
        engine.plan_station(self.system, station_id=self.station.pk)
