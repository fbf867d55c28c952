"""Reads of the catalogue on the database: search over versions in force, versions by day, points to settle."""

from __future__ import annotations

import gzip
import json
from datetime import date

import pytest

from xaso.kernel.base.errors import Forbidden, NotFound
from xaso.kernel.people.testing import officer
from xaso.kernel.people.viewer import ANONYMOUS, Viewer
from xaso.kernel.plain.moment import frozen
from xaso.services.onestop.actions.catalogue import import_catalogue
from xaso.services.onestop.catalogue.source import PORTAL_FILE
from xaso.services.onestop.queries import catalogue

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def civil() -> list[str]:
    with gzip.open(PORTAL_FILE, "rt", encoding="utf-8") as rows:
        wanted = {"Hộ tịch", "Chứng thực", "Hoạt động xây dựng"}
        return [row for row in rows if json.loads(row)["linh_vuc"] in wanted]


@pytest.fixture(autouse=True)
def imported(civil):
    import_catalogue(Viewer.system(), source=civil)
    catalogue.forget()
    yield
    catalogue.forget()


def test_search_finds_and_follows_changes(civil):
    page = catalogue.search_catalogue("lam giay khai sinh cho con")
    assert page.rows[0].code == "1.001193"
    assert page.rows[0].procedure_id
    left = [row for row in civil if json.loads(row)["ma_thu_tuc"] != "1.001193"]
    import_catalogue(Viewer.system(), source=left)
    catalogue.forget()
    assert "1.001193" not in {row.code for row in catalogue.search_catalogue("khai sinh", limit=100).rows}


def test_lists_without_words():
    page = catalogue.search_catalogue(life_event="marriage", limit=3)
    assert [row.code for row in page.rows][:2] == ["1.000894", "1.004873"]
    page = catalogue.search_catalogue(field="Chứng thực", level="Cấp xã")
    assert page.total == 12
    assert {row.field for row in page.rows} == {"Chứng thực"}
    assert catalogue.search_catalogue(life_event="không có").total == 0
    assert {row.title for row in catalogue.field_counts()} == {"Hộ tịch", "Chứng thực", "Hoạt động xây dựng"}
    assert "marriage" in {row.key for row in catalogue.life_event_counts("Cấp xã")}


def test_version_by_day():
    assert (
        catalogue.version_on("1.013225", date(2026, 6, 30)).data["term"]["cases"]["detached_house"] == "15d"
    )
    assert catalogue.version_on("1.013225", date(2026, 7, 1)).data["term"]["cases"]["detached_house"] == "7wd"
    assert catalogue.version_on("1.013225", date(2026, 1, 1)).number == 1
    with frozen("2026-11-21T08:00"):
        assert catalogue.version_on("1.013225").number == 2
    with pytest.raises(NotFound):
        catalogue.version_on("9.999999")


def test_points_to_settle_need_the_right_and_can_be_narrowed():
    with pytest.raises(Forbidden):
        catalogue.unsettled(ANONYMOUS)
    viewer = officer("province_admin", "15/")
    rows, total = catalogue.unsettled(viewer, unit_path="15/04321/")
    assert total == len(rows) > 5
    assert all(row.points for row in rows)
    narrowed, few = catalogue.unsettled(viewer, text="thay doi cai chinh", field="Hộ tịch")
    assert few == len(narrowed) == 2
    assert {row.code for row in narrowed} == {"1.004859", "2.000748"}
    assert narrowed[0].points[0]["message"]
