"""Scans are counted without knowing who scans; copied labels, made-up numbers and scratched codes show."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from xaso.kernel.people.testing import officer
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import today
from xaso.kernel.ui.testing import assert_page_ok
from xaso.services.trace import labels_rules
from xaso.services.trace.actions import buyer_scans
from xaso.services.trace.actions.buyer_scans import forget_salts, note_scan
from xaso.services.trace.actions.labels import print_labels
from xaso.services.trace.models import LabelCode, Scan, ScanSalt, ScratchCheck
from xaso.services.trace.queries import buyer as queries
from xaso.services.trace.rules import buyer as rules
from xaso.services.trace.tests.buyer_world import Shop, a_shop
from xaso.services.trace.tests.test_buyer_page import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings, tmp_path) -> Shop:
    settings.XASO_FILES, settings.XASO_S3_URL = str(tmp_path), ""
    buyer_scans._salts.clear()  # a process keeps the day's salt; the tests' database forgets it
    return a_shop()


def test_a_scan_is_one_row_for_a_device_and_a_day(client: Client, shop: Shop) -> None:
    for _ in range(3):
        assert client.post(f"{shop.url}/quet").status_code == 204
    assert client.get(f"{shop.url}/quet.gif")["Content-Type"] == "image/gif"
    row = Scan.objects.get()
    assert (row.code, row.times, row.is_known) == (shop.lot.token, 4, True)
    assert not re.search(r"127|testserver", row.device)
    Client(headers={"user-agent": "another"}).post(f"{shop.url}/quet")
    assert Scan.objects.count() == 2
    assert client.post("/trace/q/aaaaaaaaaaaa/quet").status_code == 204
    assert Scan.objects.filter(is_known=True).count() == 2, "a made-up code fills no table"
    found = queries.scans_of(shop.coop.viewer, shop.coop.enterprise)
    assert [(one.week, one.devices, one.times) for one in found] == [(2, 2, 5)]


def test_a_page_that_is_not_there_is_counted_as_unknown(client: Client, shop: Shop) -> None:
    client.get("/trace/q/aaaaaaaaaaaa")
    row = Scan.objects.get()
    assert (row.code, row.is_known) == ("q/aaaaaaaaaaaa", False)
    leader = officer("leader", shop.coop.enterprise.unit_path)
    assert queries.unknown_scans(leader)[0]["code"] == "q/aaaaaaaaaaaa"


def test_salts_go_and_with_them_who_it_was(shop: Shop) -> None:
    system = Viewer.system()
    note_scan(system, code=shop.lot.token, origin="1.2.3.4|phone")
    first = Scan.objects.get().device
    with moment.frozen(moment.now() + timedelta(days=1)):
        note_scan(system, code=shop.lot.token, origin="1.2.3.4|phone")
        assert Scan.objects.exclude(device=first).count() == 1, "the same telephone is another one tomorrow"
    with moment.frozen(moment.now() + timedelta(days=4)):
        assert forget_salts(system) == 2
    assert not ScanSalt.objects.exists()


@pytest.fixture
def label(shop: Shop) -> LabelCode:
    batch = print_labels(shop.coop.viewer, lot=shop.lot, sheet="a4_24", count=2, scratch=True)
    return LabelCode.objects.select_related("batch").get(batch=batch, number=1)


def test_a_label_of_ours_and_a_made_up_one(client: Client, shop: Shop, label: LabelCode) -> None:
    answer = client.get(f"{shop.url}?s={label.serial}")
    text = text_of(answer)
    assert "người đầu tiên quét tem này" in text
    assert "no-store" in answer["Cache-Control"]
    assert_page_ok(text)
    made_up = text_of(client.get(f"{shop.url}?s=aaaaaaaaaaaaaaaaaa"))
    assert "Tem này không đúng" in made_up
    assert "/gui/bao-gia/?s=" in made_up
    assert "lưu hành bình thường" not in made_up, "goods with a false label are not praised"
    other = shop.coop.tea_lot()
    print_labels(shop.coop.viewer, lot=other, sheet="a4_24", count=1, serials=True)
    moved = LabelCode.objects.get(batch__lot=other)
    assert "Tem này không đúng" in text_of(client.get(f"{shop.url}?s={moved.serial}")), (
        "a label of another lot"
    )


def test_a_copied_label_is_doubted(client: Client, shop: Shop, label: LabelCode) -> None:
    rule = rules.in_force("scans", today())
    address = f"{shop.url}?s={label.serial}"
    for number in range(rule["devices_in_a_day"]):
        Client(headers={"user-agent": f"phone {number}"}).post(f"{shop.url}/quet", {"s": label.serial})
    assert "Tem do hệ thống cấp" in text_of(client.get(address))
    client.post(f"{shop.url}/quet", {"s": label.serial})
    assert "bị quét bất thường" in text_of(client.get(address))
    assert "scanned in an odd way" in text_of(client.get(f"{address}&lang=en"))
    client.post(f"{shop.url}/quet", {"s": "madeupmadeup"})
    assert Scan.objects.filter(serial="?", is_known=False).count() == 1


def test_scans_in_many_provinces_are_doubted(client: Client, shop: Shop, label: LabelCode) -> None:
    from xaso.services.trace.public import buyer as views

    names = {"01": "Hà Nội", "79": "Thành phố Hồ Chí Minh", "15": "Lào Cai"}
    before, views.provinces = views.provinces, lambda: list(names.items())
    try:
        for number, code in enumerate(names):
            phone = Client(headers={"user-agent": f"phone {number}"})
            answer = phone.post(f"{shop.url}/noi/", {"s": label.serial, "tinh": code})
            assert answer.status_code == 200
        text = text_of(client.get(f"{shop.url}?s={label.serial}"))
    finally:
        views.provinces = before
    assert "nhiều tỉnh khác nhau" in text
    assert "Hà Nội" in text
    assert queries.seen(shop.lot.token, label.serial).provinces == ["01", "15", "79"]


def test_the_scratch_code_is_good_once(client: Client, shop: Shop, label: LabelCode) -> None:
    code = labels_rules.scratch_code(label.batch.seed, label.serial)
    boxes = {"s": label.serial, "ma": code.upper()}
    first = text_of(client.post(f"{shop.url}/cao/", boxes))
    assert "kiểm tra lần đầu" in first
    again = text_of(client.post(f"{shop.url}/cao/", boxes))
    assert "đã được kiểm tra lần đầu lúc" in again
    assert ScratchCheck.objects.get().times == 2
    wrong = text_of(client.post(f"{shop.url}/cao/", {"s": label.serial, "ma": "22222222"}))
    assert "Mã không đúng" in wrong
    assert client.post(f"{shop.url}/cao/", {"s": "aaaaaaaaaaaaaaaaaa", "ma": code}).status_code == 404
    for _ in range(40):
        last = client.post(f"{shop.url}/cao/", {"s": label.serial, "ma": "22222222"})
    assert last.status_code == 429


@pytest.mark.parametrize(
    ("seen", "doubts"),
    [
        (rules.Seen(), []),
        (rules.Seen(6, 25, ("01", "02")), []),
        (rules.Seen(7, 7, ()), ["today"]),
        (rules.Seen(1, 26, ()), ["often"]),
        (rules.Seen(1, 3, ("01", "02", "03")), ["places"]),
    ],
)
def test_when_scans_are_odd(seen: rules.Seen, doubts: list[str]) -> None:
    assert rules.scan_doubts(seen, today()) == doubts


def test_rules_are_data_with_days() -> None:
    with pytest.raises(LookupError):
        rules.in_force("scans", today().replace(year=2020))
    assert rules.state_of(today(), False, today()) == "valid"
    assert rules.state_of(today() - timedelta(days=1), False, today()) == "expired"
    assert rules.state_of(None, True, today()) == "ended"
