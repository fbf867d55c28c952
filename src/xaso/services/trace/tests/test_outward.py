"""What goes to the national portal, against its simulator: mapping, retries, refusals, the operator's view."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from xaso.kernel.connectors.testing import simulators
from xaso.kernel.events.models import Event
from xaso.kernel.people.testing import officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.trace import outward
from xaso.services.trace.actions.lots import publish_lot
from xaso.services.trace.actions.lots_use import hold_lot
from xaso.services.trace.models import Lot, OutwardItem
from xaso.services.trace.tests.lots_world import Coop, a_coop

pytestmark = pytest.mark.django_db


@pytest.fixture
def coop() -> Coop:
    made = a_coop()
    made.tea.standards = "TCVN 9740:2013"
    made.tea.save()
    return made


@pytest.fixture
def lot(coop: Coop) -> Lot:
    return publish_lot(coop.viewer, lot=coop.tea_lot())


def sent(lot: Lot) -> OutwardItem:
    """The item after its job ran."""
    item = outward.queue_lot(Viewer.system(), lot_id=lot.pk)
    assert item is not None
    outward.push(item=str(item.pk))
    item.refresh_from_db()
    return item


def test_the_ten_items_go_in_the_portals_fields(lot, coop):
    body, missing = outward.outward(
        Lot.objects.select_related("product", "enterprise", "thing", "item").get(pk=lot.pk)
    )
    assert missing == []
    assert body["TenSanPham"] == coop.tea.name and body["MaTruyXuat"] == lot.thing.uri
    stage = body["CongDoan"][-1]
    assert stage["MaSanPham"] == lot.token and stage["MaDiaDiem"] == coop.workshop.uri
    assert [item.number for item in outward.mapping()[1]] == list(range(1, 11))


def test_a_lot_is_sent_once_and_again_when_it_changes(lot, coop):
    with simulators() as (world, _):
        item = sent(lot)
        assert item.state == "sent" and item.receipt.startswith("TX") and item.times == 1
        assert sent(lot).times == 1, "the portal has this state already"
        hold_lot(coop.viewer, lot=lot, reason="Chờ kiểm nghiệm")
        changed = sent(lot)
        assert changed.times == 2 and changed.receipt == item.receipt
        assert world.table("origin_products")[lot.thing.uri]["product"]["TinhTrang"] == "held"


def test_what_lacks_a_compulsory_item_waits_for_people(lot, coop):
    coop.tea.standards = ""
    coop.tea.save()
    with simulators():
        item = sent(lot)
        assert item.state == "incomplete" and "Tiêu chuẩn" in item.error
        coop.tea.standards = "TCVN 9740:2013"
        coop.tea.save()
        leader = officer_account("specialist", lot.unit_path)
        client = Client()
        client.force_login(leader)
        assert client.post(f"/desk/trace/cong-quoc-gia/{item.pk}/gui-lai/").status_code == 302
        outward.push(item=str(item.pk))
        item.refresh_from_db()
        assert item.state == "sent"


def test_a_refusal_is_kept_with_its_reason(lot, coop):
    coop.tea.name = "Chè bị từ chối"
    coop.tea.save()
    with simulators():
        item = sent(lot)
    assert item.state == "refused" and "không thuộc phạm vi" in item.error


def test_a_portal_that_is_down_is_tried_again_later_each_time_and_then_given_up(lot):
    with simulators() as (world, _):
        world.break_it("origin", "error", times=-1)
        item = sent(lot)
        assert item.next_at is not None
        assert item.state == "waiting" and item.tries == 1 and item.next_at > now()
        waits: list[datetime] = []
        for _ in range(outward.TRIES - 1):
            assert item.next_at is not None
            waits.append(item.next_at)
            outward.push(item=str(item.pk))
            item.refresh_from_db()
        assert item.state == "dead" and item.tries == outward.TRIES
        assert waits == sorted(waits) and waits[-1] > now() + timedelta(hours=1)
        ok, sentence = outward.health()
        assert not ok and "1 lô gửi mãi không được" in sentence


def test_only_published_lots_are_queued_and_the_sweep_finds_forgotten_ones(coop):
    hidden = coop.tea_lot()
    assert outward.queue_lot(Viewer.system(), lot_id=hidden.pk) is None
    shown = publish_lot(coop.viewer, lot=hidden)
    outward.sweep()
    assert OutwardItem.objects.get().lot_id == shown.pk
    event = Event.objects.filter(name="trace.lot_published").latest("seq")
    outward.on_change(event)
    assert OutwardItem.objects.count() == 1


def test_the_operator_sees_troubles_and_others_see_nothing(lot, coop):
    coop.tea.name = "Chè bị từ chối"
    coop.tea.save()
    with simulators():
        sent(lot)
        here, elsewhere = Client(), Client()
        here.force_login(officer_account("specialist", lot.unit_path))
        elsewhere.force_login(officer_account("specialist", "99/00001/"))
        page = here.get("/desk/trace/cong-quoc-gia/", {"xem": "refused"}).content.decode()
        assert lot.code in page and "Gửi lại" in page and "mô phỏng" in page
        assert lot.code not in elsewhere.get("/desk/trace/cong-quoc-gia/").content.decode()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"TenSanPham": ""}, "02"),
        ({"GTIN": "08938512345001"}, "03"),
        ({"CongDoan": [{"CongDoan": "Sấy"}]}, "04"),
        ({"ThoiGianSanXuat": "12/3/2026"}, "05"),
    ],
)
def test_the_simulator_answers_with_errors_too(change, code):
    from xaso.kernel.connectors.errors import OutsideRefused
    from xaso.kernel.connectors.origin import origin
    from xaso.kernel.connectors.transport import Asked

    good = {
        "TenSanPham": "Chè",
        "TenCoSo": "HTX",
        "DiaChi": "Bản",
        "CongDoan": [
            {"CongDoan": "Sấy", "MaSanPham": "a", "MaDiaDiem": "b", "ThoiGian": "2026-03-01T08:00:00+07:00"}
        ],
        "ThoiGianSanXuat": "2026-03-01",
        "MaTruyXuat": "https://example.vn/id/class/x",
        "TieuChuan": "TCVN",
    }
    with simulators():
        assert origin().push(Asked(), good, message_id="a").startswith("TX")
        assert origin().push(Asked(), good, message_id="a") == origin().push(Asked(), good, message_id="b")
        with pytest.raises(OutsideRefused) as refused:
            origin().push(Asked(), {**good, **change}, message_id="c")
        assert refused.value.code == code
        assert origin().health().ok
