"""The diary through its actions: kept once, blocked in time, doubtful lines kept, corrections declared."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden
from xaso.kernel.base.reach import watched
from xaso.kernel.people.reaching import reach_of
from xaso.kernel.people.testing import a_citizen
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.services.trace.actions import diary, farm, goods, land
from xaso.services.trace.actions.diary_changes import correct_entry, resolve_entry, withdraw_entry
from xaso.services.trace.models import Entry, EventThing, Lot, Product, Seat, Thing, TraceEvent, Weather
from xaso.services.trace.naming import NAMESPACE
from xaso.services.trace.tests.cooperative import SQUARE, Cooperative, a_cooperative, a_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def coop() -> Cooperative:
    return a_cooperative()


def write(coop: Cooperative, line: diary.Line, role: str = "recorder") -> Entry:
    """Write a line as somebody, within what the database shows them."""
    viewer = coop.who(role)
    with watched(reach_of(viewer)):
        return diary.record_entry(viewer, enterprise=coop.enterprise, line=line)[0]


def test_a_harvest_of_one_plant_leads_from_the_lot_to_the_plant(coop):
    entry = write(coop, a_line("harvesting", plants=[coop.plants[0].pk], amount=12.5), "member")
    assert entry.lot is not None
    assert (entry.lot.quantity, entry.lot.left, entry.lot.uom) == (Decimal("12.5"), Decimal("12.5"), "KGM")
    assert entry.lot.product.name == "Chè búp tươi"
    assert entry.event.kind == TraceEvent.Kind.TRANSFORMATION
    assert entry.event.biz_step == f"{NAMESPACE}harvesting"
    ways = {(one.thing.uri, one.flow) for one in EventThing.objects.filter(event=entry.event)}
    assert ways == {(coop.plants[0].uri, -1), (entry.lot.thing.uri, 1)}


def test_the_same_line_sent_twice_is_one_line(coop):
    line = a_line("harvesting", sites=[coop.plot.pk], amount=3)
    viewer = coop.who("recorder")
    first, fresh = diary.record_entry(viewer, enterprise=coop.enterprise, line=line)
    again, fresh_again = diary.record_entry(viewer, enterprise=coop.enterprise, line=line)
    assert (fresh, fresh_again, again.pk) == (True, False, first.pk)
    assert Lot.objects.count() == 1
    other = a_line("weeding", sites=[coop.plot.pk], key=line.client_key)
    with pytest.raises(Conflict):
        diary.record_entry(viewer, enterprise=coop.enterprise, line=other)


def test_a_harvest_before_the_waiting_time_is_over_is_refused_and_says_until_when(coop):
    write(coop, a_line("spraying", days_ago=3, sites=[coop.plot.pk], input=coop.spray.pk, amount=0.2))
    with pytest.raises(ActionErrors) as refused:
        write(coop, a_line("harvesting", plants=[coop.plants[0].pk], amount=5), "member")
    first = (now() - timedelta(days=3)).astimezone(VIETNAM).date() + timedelta(days=7)
    words = refused.value.message
    assert f"từ ngày {first:%d/%m/%Y}" in words
    assert "Abamectin" in words
    assert "Nhãn thuốc" in words
    assert not Lot.objects.exists()
    assert write(coop, a_line("harvesting", sites=[coop.other.pk], amount=5)).lot is not None


def test_spraying_one_plant_binds_that_plant_and_the_plot_as_a_whole(coop):
    write(coop, a_line("spraying", days_ago=1, plants=[coop.plants[0].pk], input=coop.spray.pk))
    assert write(coop, a_line("harvesting", plants=[coop.plants[1].pk], amount=2)).lot is not None
    for line in (
        a_line("harvesting", plants=[coop.plants[0].pk], amount=2),
        a_line("harvesting", sites=[coop.plot.pk], amount=2),
        a_line("purchasing", member=coop.member.pk, amount=2),
    ):
        with pytest.raises(ActionErrors):
            write(coop, line)


def test_a_spraying_written_late_puts_the_harvest_in_doubt(coop):
    harvest = write(coop, a_line("harvesting", days_ago=1, sites=[coop.plot.pk], amount=4))
    write(coop, a_line("spraying", days_ago=2, sites=[coop.plot.pk], input=coop.spray.pk))
    harvest.refresh_from_db()
    assert harvest.state == Entry.State.REVIEW
    assert "ghi sau" in harvest.review_why
    kept = resolve_entry(coop.who("manager"), enterprise=coop.enterprise, entry_id=harvest.pk, keep=True)
    assert kept.state == Entry.State.KEPT


def test_a_purchase_opens_a_lot_and_tells_the_harvest_and_the_trade(coop):
    entry = write(coop, a_line("purchasing", member=coop.member.pk, amount=30))
    assert entry.lot.quantity == 30
    assert entry.event.kind == TraceEvent.Kind.TRANSACTION
    assert TraceEvent.objects.filter(kind=TraceEvent.Kind.TRANSFORMATION).count() == 1
    assert Thing.objects.filter(uri=coop.plot.uri, events__flow=-1).exists()
    with pytest.raises(Forbidden):
        write(coop, a_line("purchasing", member=coop.member.pk, amount=30), "member")


def test_one_line_for_a_whole_group(coop):
    entry = write(coop, a_line("fertilising", group=coop.group.pk, input=_npk(coop), amount=40))
    assert set(entry.targets.values_list("site", flat=True)) == {coop.plot.pk, coop.other.pk}
    things = set(EventThing.objects.filter(event=entry.event).values_list("thing__uri", flat=True))
    assert things == {coop.plot.uri, coop.other.uri}


def _npk(coop: Cooperative):
    return coop.enterprise.inputs.get(name="NPK 16-8-8").pk


def test_two_people_write_the_same_work_and_both_are_kept(coop):
    first = write(coop, a_line("weeding", sites=[coop.plot.pk]), "member")
    second = write(coop, a_line("weeding", sites=[coop.plot.pk], note="làm sạch cỏ bờ"))
    assert (second.state, second.review_of_id) == (Entry.State.REVIEW, first.pk)
    assert second.event is None
    with pytest.raises(Forbidden):
        resolve_entry(coop.who("member"), enterprise=coop.enterprise, entry_id=second.pk, keep=True)
    kept = resolve_entry(coop.who("manager"), enterprise=coop.enterprise, entry_id=second.pk, keep=True)
    assert kept.event is not None
    assert kept.event_id != first.event_id


def test_a_doubtful_harvest_opens_its_lot_only_when_it_is_kept(coop):
    write(coop, a_line("harvesting", sites=[coop.plot.pk], amount=6), "member")
    twin = write(coop, a_line("harvesting", sites=[coop.plot.pk], amount=7))
    assert (twin.state, twin.lot) == (Entry.State.REVIEW, None)
    assert Lot.objects.count() == 1
    dropped = resolve_entry(coop.who("manager"), enterprise=coop.enterprise, entry_id=twin.pk, keep=False)
    assert dropped.state == Entry.State.WITHDRAWN
    assert dropped.revisions.count() == 1


def test_a_line_for_a_plot_closed_meanwhile_waits_for_a_look(coop):
    line = a_line("weeding", sites=[coop.plot.pk])
    land.end_site(coop.who("manager"), site=coop.plot)
    entry = write(coop, line)
    assert entry.state == Entry.State.REVIEW
    assert "đã thôi dùng" in entry.review_why


def test_a_correction_keeps_what_was_said_and_declares_the_event_wrong(coop):
    entry = write(coop, a_line("harvesting", sites=[coop.plot.pk], amount=10))
    old = entry.event
    viewer = coop.who("manager")
    fixed = correct_entry(
        viewer,
        enterprise=coop.enterprise,
        entry_id=entry.pk,
        changes={"amount": Decimal(11)},
        reason="Cân lại",
    )
    assert fixed.event_id != old.pk
    declared = TraceEvent.objects.get(event_id=old.event_id, error_declared_at__isnull=False)
    assert declared.error_reason.endswith("incorrect_data")
    assert declared.event_hash == old.event_hash
    assert fixed.revisions.get().before["amount"] == "10.000"
    fixed.lot.refresh_from_db()
    assert (fixed.lot.quantity, fixed.lot.left) == (11, 11)


def test_an_amount_cannot_go_below_what_the_lot_has_given(coop):
    entry = write(coop, a_line("harvesting", sites=[coop.plot.pk], amount=10))
    Lot.objects.filter(pk=entry.lot_id).update(left=4)
    manager = coop.who("manager")
    with pytest.raises(ActionError, match="đã dùng"):
        correct_entry(
            manager,
            enterprise=coop.enterprise,
            entry_id=entry.pk,
            changes={"amount": Decimal(5)},
            reason="Sai",
        )
    with pytest.raises(Conflict):
        withdraw_entry(manager, enterprise=coop.enterprise, entry_id=entry.pk, reason="Ghi nhầm")


def test_withdrawing_ends_the_untouched_lot_and_frees_the_plot(coop):
    sprayed = write(coop, a_line("spraying", days_ago=1, sites=[coop.plot.pk], input=coop.spray.pk))
    withdraw_entry(coop.who("recorder"), enterprise=coop.enterprise, entry_id=sprayed.pk, reason="Nhầm thửa")
    declared = TraceEvent.objects.get(error_declared_at__isnull=False)
    assert declared.error_reason.endswith("did_not_occur")
    entry = write(coop, a_line("harvesting", sites=[coop.plot.pk], amount=10))
    withdraw_entry(coop.who("recorder"), enterprise=coop.enterprise, entry_id=entry.pk, reason="Ghi nhầm")
    lot = Lot.objects.get(pk=entry.lot_id)
    assert (lot.left, lot.state) == (0, Lot.State.USED)
    assert Entry.objects.filter(state=Entry.State.WITHDRAWN).count() == 2


def test_a_member_writes_for_the_own_plots_only(coop):
    with pytest.raises(Forbidden):
        write(coop, a_line("weeding", sites=[coop.other.pk]), "member")
    stranger = a_citizen("Người Lạ")
    with pytest.raises(Forbidden):
        diary.record_entry(stranger, enterprise=coop.enterprise, line=a_line("weeding", sites=[coop.plot.pk]))


def test_weather_is_a_sensor_event(coop):
    line = a_line(
        "weather",
        sites=[coop.plot.pk],
        facts={"rain_mm": "12.5", "low_c": "8", "high_c": "17", "sky": "Sương mù"},
    )
    entry = write(coop, line)
    assert "sensorElementList" in entry.event.body
    assert Weather.objects.get().rain_mm == Decimal("12.5")


def test_processing_and_storing_speak_of_the_lot(coop):
    lot = write(coop, a_line("harvesting", sites=[coop.plot.pk], amount=10)).lot
    withered = write(coop, a_line("withering", lot=lot.pk, note="8 giờ"))
    assert EventThing.objects.filter(event=withered.event, thing=lot.thing).exists()
    store = land.keep_site(coop.who("manager"), enterprise=coop.enterprise, name="Kho 1", kind="store")
    stored = write(coop, a_line("storing", lot=lot.pk, sites=[store.pk]))
    assert stored.event.biz_location == store.uri
    with pytest.raises(ActionErrors):
        write(coop, a_line("withering"))


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (lambda coop: a_line("harvesting", sites=[coop.plot.pk]), "amount"),
        (lambda coop: a_line("harvesting", amount=5), "sites"),
        (lambda coop: a_line("spraying", sites=[coop.plot.pk]), "input"),
        (lambda coop: a_line("fertilising", sites=[coop.plot.pk], input=coop.spray.pk), "input"),
        (lambda coop: a_line("purchasing", amount=5), "member"),
        (lambda coop: a_line("dancing", sites=[coop.plot.pk]), "work"),
        (lambda coop: a_line("weeding", days_ago=-3, sites=[coop.plot.pk]), "day"),
        (lambda coop: a_line("weeding", days_ago=900, sites=[coop.plot.pk]), "day"),
    ],
)
def test_what_is_missing_is_named(coop, line, field):
    with pytest.raises(ActionError) as refused:
        write(coop, line(coop))
    assert field in refused.value.errors


def test_numbers_of_gs1_only_where_they_were_issued(coop):
    manager = coop.who("manager")
    tea = goods.keep_product(
        manager, enterprise=coop.enterprise, facts={"name": "Chè đinh", "kind": "done", "crop": "tea"}
    )
    with pytest.raises(ActionErrors, match="chưa có mã doanh nghiệp"):
        goods.keep_item(
            manager, product=tea, name="Hộp 100 g", net_quantity=Decimal("0.1"), gtin="8938505974194"
        )
    facts = {"kind": "cooperative", "name": "HTX", "address": "Xã", "gs1_prefix": "8938505974"}
    with pytest.raises(ActionErrors, match="số giấy"):
        farm.register_enterprise(farm.Viewer.system(), unit=coop.enterprise.unit, facts=facts)
    holder = farm.register_enterprise(
        farm.Viewer.system(), unit=coop.enterprise.unit, facts={**facts, "gs1_licence": "GS1-1"}
    )
    item = goods.keep_item(
        farm.Viewer.system(),
        product=Product.objects.create(
            enterprise=holder, name="Chè", token="x2345678abcd", search_text="che"
        ),
        name="Hộp 100 g",
        net_quantity=Decimal("0.1"),
        gtin="893850597419" + goods.gs1.check_digit("893850597419"),
    )
    assert len(item.gtin) == 14


def test_people_of_an_enterprise(coop):
    manager = coop.who("manager")
    with watched(reach_of(manager)):
        seat = farm.give_seat(
            manager,
            enterprise=coop.enterprise,
            role="recorder",
            full_name="Giàng A Mới",
            personal_number="010090000123",
        )
        with pytest.raises(ActionError, match="ít nhất một người quản lý"):
            own = Seat.objects.get(person_id=manager.person_id, ended_at__isnull=True)
            farm.end_seat(manager, enterprise=coop.enterprise, seat_id=own.pk)
        farm.end_seat(manager, enterprise=coop.enterprise, seat_id=seat.pk)
    with pytest.raises(Forbidden):
        farm.keep_group(coop.who("recorder"), enterprise=coop.enterprise, name="Tổ 9")


def test_a_plot_drawn_has_its_area_and_its_place(coop):
    assert coop.plot.place is not None
    assert 11_000 < coop.plot.area_m2 < 11_600
    with pytest.raises(ActionError):
        bad = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
        land.keep_site(coop.who("manager"), enterprise=coop.enterprise, name="X", crop="tea", geometry=bad)
    moved = land.keep_site(
        coop.who("manager"),
        enterprise=coop.enterprise,
        name="Nương Trên",
        crop="tea",
        geometry=SQUARE,
        site=coop.plot,
    )
    assert moved.place_id == coop.plot.place_id
    codes = [one.code for one in land.add_plants(coop.who("manager"), site=coop.plot, count=2, prefix="a")]
    assert codes == ["A004", "A005"]
