"""A commune with two hamlets, a rain gauge and a water gauge, people with homes and telephones, its officers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from xaso.kernel.people.models import Account, Person
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen_account, officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.homes import keep_home
from xaso.kernel.plain.moment import at, now
from xaso.kernel.units.models import Unit
from xaso.kernel.units.testing import a_commune, a_hamlet
from xaso.services.alerts.actions.drafting import beginning, draft_warning
from xaso.services.alerts.actions.gauges import keep_gauge, keep_threshold
from xaso.services.alerts.actions.issuing import confirm_warning
from xaso.services.alerts.actions.readings import Row, take_readings
from xaso.services.alerts.models import CapMessage, Gauge, GaugeThreshold, HazardWarning
from xaso.services.alerts.rules import wording

COMMUNE = "15/02683/"
LAT, LON = 22.35, 103.86
NOON = at("2026-11-20T12:00")
BEFORE = NOON - timedelta(days=2)
SYSTEM = Viewer.system()


@dataclass
class World:
    """What tests of warnings need."""

    commune: Unit
    near: Unit
    far: Unit
    rain: Gauge
    water: Gauge
    threshold: GaugeThreshold
    people: list[Person]
    officers: dict[str, Account]

    def viewer(self, role: str) -> Viewer:
        """An officer's viewer."""
        return viewer_of(self.officers[role])

    def contents(self, **changes: Any) -> dict[str, Any]:
        """Contents fit to be confirmed."""
        area = {
            "words": self.near.full_name,
            "words_en": self.near.full_name,
            "units": [self.near.path],
            "polygons": [],
        }
        return {**beginning("flash_flood", 2, area, "Mưa 60 mm trong 1 giờ."), **changes}

    def draft(self, by: str = "specialist", **more: Any) -> HazardWarning:
        """A warning that waits."""
        changes = more.pop("changes", {})
        contents = self.contents(**changes)
        return draft_warning(self.viewer(by), unit_path=COMMUNE, contents=contents, **more)

    def issue(self, row: HazardWarning, by: str = "leader") -> CapMessage:
        """Confirm what waits."""
        row.refresh_from_db()
        return confirm_warning(self.viewer(by), warning_id=row.pk, digest=wording.digest(row.pending))

    def rain_at(self, moment: datetime, mm: float) -> Any:
        """One reading of the rain gauge."""
        return take_readings(SYSTEM, rows=[Row(self.rain.code, moment, mm)], source="test")[0]


def a_person(name: str, number: str, phone: str, unit: Unit, lat: float, lon: float) -> Person:
    """Somebody with a home and a telephone."""
    account = a_citizen_account(name, number)
    assert account.person_id is not None
    person = Person.objects.get(pk=account.person_id)
    person.contact, person.unit_path = {"phone": phone}, unit.path
    person.save()
    keep_home(SYSTEM, person=person, lat=lat, lon=lon, unit_path=unit.path)
    return person


def build() -> World:
    """Make it all."""
    commune = a_commune(COMMUNE)
    near, far = a_hamlet(commune, "Nậm Thi"), a_hamlet(commune, "Lùng Xa")
    Unit.objects.filter(pk=near.pk).update(lat=LAT, lon=LON)
    Unit.objects.filter(pk=far.pk).update(lat=LAT + 0.2, lon=LON + 0.2)
    officers = {
        role: officer_account(role, COMMUNE, name=f"Cán bộ {role}")
        for role in ("leader", "specialist", "clerk", "admin", "receptionist")
    }
    officers["hamlet_head"] = officer_account("hamlet_head", near.path, name="Trưởng bản Nậm Thi")
    leader = viewer_of(officers["leader"])
    rain = keep_gauge(
        leader,
        code="nam-thi-mua",
        name="Trạm mưa Nậm Thi",
        kind="rain",
        unit_path=near.path,
        lat=LAT,
        lon=LON,
    )
    water = keep_gauge(
        leader, code="nam-thi-nuoc", name="Suối Nậm Thi", kind="water", unit_path=near.path, lat=LAT, lon=LON
    )
    threshold = keep_threshold(
        leader,
        gauge_id=rain.pk,
        hazard="flash_flood",
        measure="sum",
        hours=1,
        value=50,
        release=20,
        level=2,
        siren=True,
        source="QĐ 12/QĐ-UBND của xã",
        valid_from=(now() - timedelta(days=700)).date(),
    )
    people = [
        a_person("Vàng Thị Mai", "010185000101", "0912000101", near, LAT + 0.001, LON),
        a_person("Giàng A Páo", "010185000102", "0912000102", near, LAT - 0.001, LON),
        a_person("Lù Văn Xa", "010185000103", "0912000103", far, LAT + 0.2, LON + 0.2),
    ]
    near.refresh_from_db()
    far.refresh_from_db()
    return World(commune, near, far, rain, water, threshold, people, officers)


__all__ = ["BEFORE", "COMMUNE", "LAT", "LON", "NOON", "SYSTEM", "World", "a_person", "build"]
