"""The importer: versions, dates, settlements carried over, torn files, and how long the whole catalogue takes."""

from __future__ import annotations

import gzip
import json
import os
import time
from datetime import date

import pytest

from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden
from xaso.kernel.events.models import Event
from xaso.kernel.people.testing import officer
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import frozen
from xaso.services.onestop.actions.catalogue import add_cleaned, import_catalogue, settle_ambiguity
from xaso.services.onestop.catalogue.facts import fee_fact, term_fact
from xaso.services.onestop.catalogue.source import PORTAL_FILE
from xaso.services.onestop.models import Procedure, ProcedureVersion

pytestmark = pytest.mark.django_db

BIRTH, PERMIT, CHANGE_OF_NAME, HOUSEHOLD = "1.001193", "1.013225", "1.004859", "1.001612"


@pytest.fixture(scope="module")
def lines() -> dict[str, str]:
    with gzip.open(PORTAL_FILE, "rt", encoding="utf-8") as rows:
        return {json.loads(row)["ma_thu_tuc"]: row for row in rows}


def _changed(line: str, **fields: str) -> str:
    return json.dumps({**json.loads(line), **fields}, ensure_ascii=False)


def _open(code: str) -> ProcedureVersion:
    return ProcedureVersion.objects.get(procedure__code=code, valid_to__isnull=True)


@pytest.fixture
def some(lines):
    """Ten procedures imported as on the day of the crawl."""
    codes = [BIRTH, PERMIT, CHANGE_OF_NAME, HOUSEHOLD, *list(lines)[:6]]
    import_catalogue(Viewer.system(), source=[lines[code] for code in codes])
    return [lines[code] for code in codes]


def test_first_import_dates_the_versions_by_the_crawl(some):
    version = _open(BIRTH)
    assert (version.number, version.valid_from) == (1, date(2026, 6, 10))
    assert version.data["term"]["code"] == "same-day"
    assert version.confirmed
    assert version.data["clean"]["unconfirmed_fields"] == []
    assert term_fact(version.data).words == "trong ngày làm việc"


def test_again_writes_nothing(some):
    report = import_catalogue(Viewer.system(), source=some)
    assert len(report.unchanged) == len(some)
    assert not (report.added or report.changed or report.ended)
    assert ProcedureVersion.objects.count() == len(some) + 1  # the permit has two
    assert Event.objects.filter(name="onestop.catalogue_imported").count() == 1


def test_building_permit_has_the_deadline_of_its_day(some):
    before, after = ProcedureVersion.objects.filter(procedure__code=PERMIT).order_by("number")
    assert (before.valid_from, before.valid_to) == (date(2026, 6, 10), date(2026, 6, 30))
    assert before.data["term"]["cases"]["detached_house"] == "15d"
    assert (after.valid_from, after.valid_to) == (date(2026, 7, 1), None)
    assert after.data["term"]["cases"]["detached_house"] == "7wd"
    assert "217/2026" in after.legal_basis
    assert after.data["channels"][0]["term"]["code"] == "20d"  # what the portal says stays to be seen
    assert fee_fact(after.data).words.startswith("Theo nghị quyết")


def test_changed_text_makes_a_new_version_and_leaves_the_old_one_alone(some):
    old = _open(BIRTH)
    old_data = old.data
    changed = [_changed(some[0], trinh_tu_thuc_hien="Bước 1: Nộp hồ sơ.\nBước 2: Nhận kết quả."), *some[1:]]
    with frozen("2026-12-01T08:00"):
        report = import_catalogue(Viewer.system(), source=changed)
    assert report.changed == [BIRTH]
    new = _open(BIRTH)
    old.refresh_from_db()
    assert (new.number, new.valid_from, old.valid_to) == (2, date(2026, 12, 1), date(2026, 11, 30))
    assert old.data == old_data


def test_whitespace_or_page_address_is_no_change(some):
    changed = [_changed(row, detail_url="https://dichvucong.gov.vn/khac", raw_text="x") for row in some]
    assert len(import_catalogue(Viewer.system(), source=changed).unchanged) == len(some)


def test_missing_procedure_ends_and_may_come_back(some):
    with frozen("2026-12-01T08:00"):
        report = import_catalogue(Viewer.system(), source=some[1:])
    assert report.ended == [BIRTH]
    assert Procedure.objects.get(code=BIRTH).ended_at is not None
    assert not ProcedureVersion.objects.filter(procedure__code=BIRTH, valid_to__isnull=True).exists()
    with frozen("2027-01-05T08:00"):
        report = import_catalogue(Viewer.system(), source=some)
    assert report.added == [BIRTH]
    assert (_open(BIRTH).number, Procedure.objects.get(code=BIRTH).ended_at) == (2, None)


def test_torn_file_ends_nothing(some):
    report = import_catalogue(Viewer.system(), source=some[:2])
    assert not report.ended
    assert report.warnings
    assert len(report.kept) == 8
    report = import_catalogue(Viewer.system(), source=some[:2], end_many=True)
    assert len(report.ended) == 8


def test_broken_lines_are_told_with_their_numbers_and_stop_nothing(some):
    broken = [
        some[1],
        "{" + some[0][1:80],  # cut off: its code can still be seen
        '["a"]',
        json.dumps({"ma_thu_tuc": "9.999999"}),
        some[2],
        some[1],
    ]
    report = import_catalogue(Viewer.system(), source=broken)
    assert [number for number, _ in report.errors] == [2, 3, 4, 6]
    assert "ten_thu_tuc" in dict(report.errors)[4]
    assert "đã có ở dòng trước" in dict(report.errors)[6]
    assert not report.ended  # line 3 may have been anything
    report = import_catalogue(Viewer.system(), source=[some[0][:90], *some[1:]])
    assert not report.ended
    assert report.kept == [BIRTH]


def test_settlement_makes_a_version_and_survives_a_reimport(some):
    officer_viewer = officer("province_admin", "15/")
    version = _open(CHANGE_OF_NAME)
    point = next(row for row in version.data["points"] if row["kind"] == "term")
    assert point["candidates"] == ["1?"]
    assert point["rows"] == [1, 2, 3]
    with frozen("2026-11-23T09:00"):
        made = settle_ambiguity(
            officer_viewer,
            version_id=version.pk,
            item=point["key"],
            value="3wd",
            legal_basis="Luật Hộ tịch 2014, Điều 28",
        )
    assert (made.number, made.valid_from) == (2, date(2026, 11, 23))
    assert made.unsettled == version.unsettled - 1
    assert term_fact(made.data).value == "3wd"
    assert term_fact(made.data).basis == "Luật Hộ tịch 2014, Điều 28"
    assert "onestop.point_settled" in set(Event.objects.values_list("name", flat=True))
    with pytest.raises(Conflict):
        settle_ambiguity(
            officer_viewer,
            version_id=version.pk,
            item=point["key"],
            value="3wd",
            legal_basis="Luật Hộ tịch 2014",
        )
    changed = [*some[:2], _changed(some[2], so_quyet_dinh="999/QĐ-BTP"), *some[3:]]
    with frozen("2026-12-01T08:00"):
        report = import_catalogue(Viewer.system(), source=changed)
    assert report.changed == [CHANGE_OF_NAME]
    assert not report.to_settle_again
    assert term_fact(_open(CHANGE_OF_NAME).data).value == "3wd"
    other = changed[2].replace("Trực tuyến1Miễn phí", "Trực tuyến2Miễn phí")
    other = other.replace("bưu chính1Miễn phí", "bưu chính2Miễn phí").replace(
        "Trực tiếp1Miễn", "Trực tiếp2Miễn"
    )
    with frozen("2026-12-02T08:00"):
        report = import_catalogue(Viewer.system(), source=[*changed[:2], other, *changed[3:]])
    assert report.to_settle_again == [CHANGE_OF_NAME]
    assert not term_fact(_open(CHANGE_OF_NAME).data).known


def test_settlement_refuses_what_it_cannot_read(some):
    version = _open(CHANGE_OF_NAME)
    key = version.data["points"][0]["key"]
    system = Viewer.system()
    with pytest.raises(ActionErrors) as refused:
        settle_ambiguity(system, version_id=version.pk, item=key, value="ba ngày", legal_basis="")
    assert set(refused.value.errors) == {"legal_basis", "value"}
    with pytest.raises(ActionError):
        settle_ambiguity(
            system, version_id=version.pk, item="term-9", value="3wd", legal_basis="Luật Hộ tịch"
        )
    with pytest.raises(Forbidden):
        settle_ambiguity(
            officer("specialist", "15/"), version_id=version.pk, item=key, value="3wd", legal_basis="Luật"
        )
    assert ProcedureVersion.objects.filter(procedure__code=CHANGE_OF_NAME).count() == 1


def test_import_needs_the_right_everywhere(some):
    with pytest.raises(Forbidden):
        import_catalogue(officer("province_admin", "15/"), source=some)


def test_only_cleaned_procedures_are_added_once(some):
    added = add_cleaned(Viewer.system())
    assert "1.001731" in added
    assert not term_fact(_open("1.001731").data).known
    assert add_cleaned(Viewer.system()) == []
    report = import_catalogue(Viewer.system(), source=some)
    assert not report.ended  # they are not the portal's to end


@pytest.mark.slow
def test_whole_catalogue_quickly_and_twice():
    system = Viewer.system()
    begun = time.monotonic()
    report = import_catalogue(system)
    first = time.monotonic() - begun
    assert (len(report.added), report.errors) == (2642, [])
    begun = time.monotonic()
    again = import_catalogue(system)
    second = time.monotonic() - begun
    assert len(again.unchanged) == 2642
    busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))  # other work on the machine counts in
    assert first < 20 * busy
    assert second < 20 * busy
