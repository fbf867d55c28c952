"""The calendar page: who sees what, adding, replacing, refusing, recalculating."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from xaso.kernel.cases.calendars import calendar_for
from xaso.kernel.cases.models import OfficialDay, WorkingHours
from xaso.kernel.cases.testing import COMMUNE
from xaso.kernel.events.models import Event
from xaso.kernel.people.testing import officer_account
from xaso.kernel.plain.moment import frozen
from xaso.kernel.ui.testing import assert_page_ok

pytestmark = pytest.mark.usefixtures("trial")
YEAR, DAY, HOURS, AGAIN = (
    "/desk/lich-lam-viec/",
    "/desk/lich-lam-viec/ngay/",
    "/desk/lich-lam-viec/gio/",
    "/desk/lich-lam-viec/tinh-lai/",
)
STORM = {
    "tinh": "15",
    "day": "2027-10-15",
    "kind": "holiday",
    "name": "Nghỉ tránh bão",
    "legal_basis": "Công điện 01/CĐ-UBND",
    "confirmed": "on",
}


def signed_in(role: str, path: str) -> Client:
    client = Client()
    client.force_login(officer_account(role, path), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_year_is_listed_with_basis_and_doubts() -> None:
    page = signed_in("admin", "").get(YEAR, {"nam": "2026"})
    assert page.status_code == 200
    text = page.content.decode()
    assert_page_ok(page.content)
    assert "thứ Hai 31/08/2026" in text and "thứ Bảy 22/08/2026" in text
    assert "Thông báo 9441/TB-BNV" in text
    assert "Chưa xác nhận" in text and "2 ngày ghi theo nguồn" in text


def test_an_empty_year_says_what_to_do() -> None:
    with frozen("2030-06-01T09:00"):
        page = signed_in("admin", "").get(YEAR, {"nam": "2031"})
    assert "Chưa có ngày nghỉ nào" in page.content.decode()
    assert_page_ok(page.content)


def test_a_province_adds_its_own_day_and_history_stays() -> None:
    with frozen("2027-10-01T09:00"):
        client = signed_in("province_admin", "15/")
        assert_page_ok(client.get(DAY, {"tinh": "15"}).content)
        answer = client.post(DAY, STORM)
        assert answer.status_code == 302
        page = client.get(answer["Location"])
    assert "Nghỉ tránh bão" in page.content.decode()
    assert not calendar_for("15").is_working(date(2027, 10, 15))
    assert calendar_for("04").is_working(date(2027, 10, 15))
    with frozen("2027-10-02T09:00"):
        client = signed_in("province_admin", "15/")
        again = client.post(f"{DAY}?ngay=2027-10-15", {**STORM, "legal_basis": "Công điện 02/CĐ-UBND"})
        assert again.status_code == 302
        edit = client.get(DAY, {"tinh": "15", "ngay": "2027-10-15"})
    assert "Các lần ghi trước" in edit.content.decode() and "Công điện 01" in edit.content.decode()
    with frozen("2027-10-03T09:00"):
        client = signed_in("province_admin", "15/")
        client.post(f"{DAY}?ngay=2027-10-15", {**STORM, "day": "2027-10-14"})  # the date itself was wrong
    row = OfficialDay.objects.get(province="15", ended_at__isnull=True)
    assert row.date == date(2027, 10, 14)
    assert calendar_for("15").is_working(date(2027, 10, 15))
    client = signed_in("province_admin", "15/")
    client.post(reverse("cases_calendar_day_end", args=[row.pk]), {"tinh": "15"})
    assert calendar_for("15").is_working(date(2027, 10, 14))
    assert Event.objects.filter(name="cases.calendar_changed", unit_path="15/").count() == 4


def test_a_province_cannot_touch_the_countrys_rows() -> None:
    client = signed_in("province_admin", "15/")
    national = OfficialDay.objects.get(date=date(2026, 9, 2))
    assert client.post(reverse("cases_calendar_day_end", args=[national.pk])).status_code == 403
    client.post(DAY, {**STORM, "tinh": ""})  # no such calendar for them: it is kept for their province
    assert OfficialDay.objects.get(date=date(2027, 10, 15)).province == "15"
    hours = WorkingHours.objects.get(province="")
    assert client.post(reverse("cases_calendar_hours_end", args=[hours.pk])).status_code == 403


def test_wrong_input_keeps_what_was_typed() -> None:
    client = signed_in("admin", "")
    page = client.post(DAY, {**STORM, "tinh": "", "day": "", "legal_basis": "", "name": "Nghỉ gì đó"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "Chọn ngày" in text and "Nhập số, ngày của văn bản" in text and "Nghỉ gì đó" in text
    assert_page_ok(page.content)
    weekday = client.post(DAY, {**STORM, "tinh": "", "kind": "compensatory_work"})
    assert weekday.status_code == 422 and "thứ Bảy hoặc Chủ nhật" in weekday.content.decode()


def test_hours_of_a_province() -> None:
    client = signed_in("province_admin", "15/")
    facts = {
        "tinh": "15",
        "purpose": "work",
        "weekdays": ["1", "2", "3", "4", "5"],
        "sessions": "08:00-12:00 13:30-17:30",
        "cut_off": "15:00",
        "valid_from": "2027-10-18",
        "legal_basis": "Quyết định 20/QĐ-UBND",
    }
    assert_page_ok(client.get(HOURS, {"tinh": "15"}).content)
    with frozen("2027-10-01T09:00"):
        client = signed_in("province_admin", "15/")
        wrong = client.post(HOURS, {**facts, "sessions": "sáng chiều"})
        assert wrong.status_code == 422 and "07:30-11:30" in wrong.content.decode()
        assert client.post(HOURS, facts).status_code == 302
    row = WorkingHours.objects.get(province="15")
    assert calendar_for("15").closing(date(2027, 10, 19)).hour == 17
    assert calendar_for("15").closing(date(2027, 10, 19)).minute == 30
    with frozen("2027-10-02T09:00"):
        client = signed_in("province_admin", "15/")
        replaced = client.post(f"{HOURS}?thay={row.pk}", {**facts, "sessions": "07:00-11:00 13:00-17:00"})
    assert replaced.status_code == 302
    assert WorkingHours.objects.filter(province="15", ended_at__isnull=True).count() == 1
    row.refresh_from_db()
    assert row.ended_at is not None


def test_the_country_keeps_its_last_hours() -> None:
    client = signed_in("admin", "")
    row = WorkingHours.objects.get(province="")
    answer = client.post(reverse("cases_calendar_hours_end", args=[row.pk]), {"tinh": ""}, follow=True)
    assert "phải còn ít nhất một dòng" in answer.content.decode()
    row.refresh_from_db()
    assert row.ended_at is None


def test_recalculation_asks_for_a_reason() -> None:
    client = signed_in("province_admin", "15/")
    page = client.get(AGAIN, {"tinh": "15"})
    assert_page_ok(page.content)
    assert client.post(AGAIN, {"tinh": "15", "reason": ""}).status_code == 422
    assert client.post(AGAIN, {"tinh": "15", "reason": "Công văn 12"}).status_code == 302


@pytest.mark.parametrize("address", [YEAR, DAY, HOURS, AGAIN])
def test_others_are_kept_out(address: str) -> None:
    assert Client().get(address).status_code == 302
    assert signed_in("specialist", COMMUNE).get(address).status_code == 403
