"""Lots through the actions: nothing is lost, nothing goes below zero, what is held stays where it is."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from xaso.kernel.base.errors import ActionError, Conflict, Forbidden, NotFound
from xaso.kernel.people.testing import a_citizen, officer
from xaso.kernel.plain.moment import today
from xaso.services.trace import lots_rules
from xaso.services.trace.actions.goods import add_lab_test
from xaso.services.trace.actions.lots import open_lot, pack_lot, process_lots, publish_lot, split_lot
from xaso.services.trace.actions.lots_packing import load_pallet, open_package, pack_cartons
from xaso.services.trace.actions.lots_runs import add_to_run, begin_run, finish_run
from xaso.services.trace.actions.lots_shipping import Receiver, cancel_shipment, receive_shipment, ship
from xaso.services.trace.actions.lots_use import hold_lot, release_lot, store_lot, use_up
from xaso.services.trace.graph import downstream, upstream
from xaso.services.trace.models import Lot, Package, TraceEvent
from xaso.services.trace.tests.lots_world import DAY, PREFIX, Coop, a_coop

pytestmark = pytest.mark.django_db


@pytest.fixture
def coop() -> Coop:
    return a_coop()


def last_event() -> TraceEvent:
    return TraceEvent.objects.order_by("-seq")[0]


def test_dry_tea_of_three_leaf_lots_leads_back_to_each(coop):
    leaves = [coop.leaf_lot(quantity) for quantity in (20, 15.5, 14.5)]
    tea = process_lots(
        coop.viewer, enterprise=coop.enterprise, inputs=[(one.pk, one.quantity) for one in leaves],
        product=coop.tea, quantity=Decimal(11), made_on=DAY, site=coop.workshop,
    )  # fmt: skip
    assert [Lot.objects.get(pk=one.pk).left for one in leaves] == [0, 0, 0]
    assert {Lot.objects.get(pk=one.pk).state for one in leaves} == {"used"}
    event = last_event()
    assert event.kind == "TransformationEvent"
    assert {(line["epcClass"], line["quantity"]) for line in event.body["inputQuantityList"]} == {
        (one.thing.uri, float(one.quantity)) for one in leaves
    }
    assert {one.thing_id for one in leaves} <= set(upstream([tea.thing_id]).things)
    assert tea.thing_id in set(downstream([leaves[0].thing_id]).things)
    assert tea.expires_on == DAY + timedelta(days=540)


def test_a_yield_that_cannot_be_is_asked_about_and_then_kept_as_told(coop):
    leaf = coop.leaf_lot(10)
    ask = {
        "enterprise": coop.enterprise,
        "inputs": [(leaf.pk, Decimal(10))],
        "product": coop.tea,
        "made_on": DAY,
    }
    with pytest.raises(ActionError) as refused:
        process_lots(coop.viewer, quantity=Decimal(12), **ask)
    assert "sure" in refused.value.errors
    assert Lot.objects.get(pk=leaf.pk).left == 10, "a refusal takes nothing"
    tea = process_lots(coop.viewer, quantity=Decimal(12), sure=True, **ask)
    assert "không thể có" in tea.facts["odd_yield"]


@pytest.mark.parametrize("quantity", ["0", "-3", "0.0001", "NaN", "Infinity", "1e30", "mười"])
def test_no_lot_of_nothing_or_of_an_impossible_amount(coop, quantity):
    with pytest.raises(ActionError):
        open_lot(coop.viewer, enterprise=coop.enterprise, product=coop.leaf, quantity=quantity, made_on=DAY)


def test_days_that_cannot_be_are_refused(coop):
    with pytest.raises(ActionError, match="chưa đến"):
        coop.leaf_lot(3, day=today() + timedelta(days=1))
    leaf = coop.leaf_lot(10)
    with pytest.raises(ActionError, match="Xem lại ngày"):
        process_lots(
            coop.viewer, enterprise=coop.enterprise, inputs=[(leaf.pk, Decimal(10))], product=coop.tea,
            quantity=Decimal(2), made_on=DAY - timedelta(days=1),
        )  # fmt: skip


def test_codes_of_a_day_are_counted_and_one_code_is_one_lot(coop):
    assert [coop.leaf_lot(1).code for _ in range(3)] == ["260310-01", "260310-02", "260310-03"]
    ask = {"enterprise": coop.enterprise, "product": coop.leaf, "quantity": Decimal(1), "made_on": DAY}
    open_lot(coop.viewer, code="xuan 1", **ask)
    with pytest.raises(ActionError, match="đã có lô XUAN-1"):
        open_lot(coop.viewer, code="XUAN-1", **ask)
    with pytest.raises(ActionError):
        open_lot(coop.viewer, code="Xuân/1", **ask)


def test_strangers_and_members_do_not_write_lots(coop):
    leaf = coop.leaf_lot(10)
    for stranger in (a_citizen("Người Lạ"), officer("specialist", coop.enterprise.unit_path)):
        with pytest.raises((Forbidden, NotFound)):
            split_lot(stranger, lot=leaf, parts=[Decimal(1)])
    other = a_coop(name="Hợp tác xã khác")
    with pytest.raises(NotFound):
        process_lots(
            other.viewer, enterprise=other.enterprise, inputs=[(leaf.pk, Decimal(1))], product=other.tea,
            quantity=Decimal("0.2"), made_on=DAY,
        )  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(some.lists(some.decimals("0.001", "9", places=3), min_size=1, max_size=5))
def test_splitting_loses_nothing(coop, parts):
    mother = coop.leaf_lot(50)
    made = split_lot(coop.viewer, lot=mother, parts=parts)
    left = Lot.objects.get(pk=mother.pk).left
    assert left + sum((one.quantity for one in made), Decimal(0)) == mother.quantity
    body = last_event().body
    went_in = sum(Decimal(str(line["quantity"])) for line in body["inputQuantityList"])
    assert went_in == sum(Decimal(str(line["quantity"])) for line in body["outputQuantityList"])
    assert len({one.code for one in made}) == len(parts)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    some.lists(some.tuples(some.sampled_from(["use", "split", "carton"]), some.integers(1, 30)), max_size=8)
)
def test_whatever_is_done_a_lot_never_goes_below_zero_nor_above_what_it_was(coop, doings):
    lot = coop.leaf_lot(40)
    gone = Decimal(0)
    for what, quantity in doings:
        do = {
            "use": lambda q: use_up(coop.viewer, lot=lot, quantity=Decimal(q), how="own"),
            "split": lambda q: split_lot(coop.viewer, lot=lot, parts=[Decimal(q)]),
            "carton": lambda q: pack_cartons(coop.viewer, lot=lot, cartons=1, per_carton=Decimal(q)),
        }[what]
        if gone + quantity > 40:
            with pytest.raises(ActionError):
                do(quantity)
        else:
            do(quantity)
            gone += quantity
        assert Lot.objects.get(pk=lot.pk).left == 40 - gone


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_cannot_take_the_same_leaf():
    coop = a_coop()
    leaf = coop.leaf_lot(10)
    begin, told = threading.Barrier(3), []

    def press() -> None:
        begin.wait()
        try:
            split_lot(coop.viewer, lot=leaf, parts=[Decimal(6)])
            told.append("made")
        except ActionError as refused:
            told.append(refused.message)
        finally:
            connection.close()

    both = [threading.Thread(target=press) for _ in range(2)]
    for one in both:
        one.start()
    begin.wait()
    for one in both:
        one.join()
    assert sorted(word[:4] for word in told) == ["Lô 2", "made"]
    assert Lot.objects.get(pk=leaf.pk).left == 4


def test_packing_into_tins_and_again_into_others_keeps_the_age(coop):
    tea = coop.tea_lot(10)
    tins = pack_lot(coop.viewer, lot=tea, item=coop.tin, packs=30)
    assert tins.quantity == 6
    assert tins.expires_on == tea.expires_on
    assert tins.facts["packs"] == 30
    assert last_event().biz_step.endswith("packing")
    assert Lot.objects.get(pk=tea.pk).left == 4
    assert tea.thing_id in set(upstream([tins.thing_id]).things)
    with pytest.raises(ActionError, match="chỉ còn"):
        pack_lot(coop.viewer, lot=tea, item=coop.tin, packs=21)


def test_cartons_on_a_pallet_to_a_shop_and_back(coop):
    tea = coop.tea_lot(12)
    cartons = pack_cartons(coop.viewer, lot=tea, cartons=3, per_carton=Decimal(3))
    assert {one.thing.uri.rsplit("/", 2)[1] for one in cartons} == {"obj"}
    pallet = load_pallet(coop.viewer, enterprise=coop.enterprise, packages=[one.pk for one in cartons[:2]])
    with pytest.raises(Conflict):
        load_pallet(coop.viewer, enterprise=coop.enterprise, packages=[pallet.pk])
    with pytest.raises(Conflict):
        ship(coop.viewer, enterprise=coop.enterprise, to=Receiver("Quán"), packages=[cartons[0].pk])
    shipment = ship(
        coop.viewer, enterprise=coop.enterprise, to=Receiver("Cửa hàng chè Mộc", phone="0987654321"),
        packages=[pallet.pk, cartons[2].pk], lots=[(tea.pk, Decimal(1))], bill="VD-77",
    )  # fmt: skip
    event = last_event()
    assert len(event.body["epcList"]) == 2
    assert (
        event.body["xaso:bill" if "xaso:bill" in event.body else "{https://xaso.vn/ns/trace/}bill"] == "VD-77"
    )
    assert Package.objects.get(pk=cartons[0].pk).state == "shipped", "what stands on a pallet leaves with it"
    assert Lot.objects.get(pk=tea.pk).left == 2
    reached = set(downstream([tea.thing_id]).things)
    assert {one.thing_id for one in cartons} | {pallet.thing_id} <= reached
    cancel_shipment(coop.viewer, shipment=shipment, reason="Xe hỏng")
    assert Lot.objects.get(pk=tea.pk).left == 3
    opened = open_package(coop.viewer, package=Package.objects.get(pk=pallet.pk))
    open_package(coop.viewer, package=Package.objects.get(pk=cartons[0].pk))
    assert opened.state == "opened"
    assert Lot.objects.get(pk=tea.pk).left == 6


def test_an_enterprise_here_takes_its_goods_in(coop):
    tea, shop = coop.tea_lot(5), a_coop(name="Hợp tác xã bán hàng")
    sent = ship(
        coop.viewer, enterprise=coop.enterprise, to=Receiver("", enterprise=shop.enterprise),
        lots=[(tea.pk, Decimal(2))],
    )  # fmt: skip
    assert receive_shipment(shop.viewer, shipment=sent).received_at is not None
    assert last_event().enterprise_id == shop.enterprise.pk
    with pytest.raises(Conflict):
        receive_shipment(coop.viewer, shipment=sent)
    with pytest.raises(Conflict):
        cancel_shipment(coop.viewer, shipment=sent, reason="Nhầm")


def test_what_is_held_stays(coop):
    tea = coop.tea_lot(10)
    carton = pack_cartons(coop.viewer, lot=tea, cartons=1, per_carton=Decimal(2))[0]
    hold_lot(coop.viewer, lot=tea, reason="Chờ kiểm nghiệm")
    assert last_event().disposition.endswith("non_sellable_other")
    before = TraceEvent.objects.count()
    hold_lot(coop.viewer, lot=tea, reason="Chờ kiểm nghiệm")
    assert TraceEvent.objects.count() == before
    for forbidden in (
        lambda: split_lot(coop.viewer, lot=tea, parts=[Decimal(1)]),
        lambda: ship(coop.viewer, enterprise=coop.enterprise, to=Receiver("Quán"), packages=[carton.pk]),
        lambda: publish_lot(coop.viewer, lot=tea),
    ):
        with pytest.raises(Conflict):
            forbidden()
    assert use_up(coop.viewer, lot=tea, quantity=Decimal(1), how="sample").state == "held"
    release_lot(coop.viewer, lot=tea, reason="Đạt")
    assert Lot.objects.get(pk=tea.pk).state == "open"
    hold_lot(coop.viewer, lot=tea, reason="Có hộ phun thuốc", recalled=True)
    with pytest.raises(Forbidden):
        release_lot(coop.viewer, lot=tea, reason="Thôi")


def test_a_batch_written_in_parts_is_one_way_back(coop):
    first, second = coop.leaf_lot(20), coop.leaf_lot(30)
    run = begin_run(coop.viewer, enterprise=coop.enterprise, product=coop.tea, step="drying")
    with pytest.raises(ActionError):
        finish_run(coop.viewer, run=run, quantity=Decimal(11), made_on=DAY)
    add_to_run(coop.viewer, run=run, inputs=[(first.pk, Decimal(20))], day=DAY)
    add_to_run(coop.viewer, run=run, inputs=[(second.pk, Decimal(30))], day=DAY)
    tea = finish_run(coop.viewer, run=run, quantity=Decimal(11), made_on=DAY)
    assert {first.thing_id, second.thing_id} <= set(upstream([tea.thing_id]).things)
    with pytest.raises(Conflict):
        add_to_run(coop.viewer, run=run, inputs=[(first.pk, Decimal(1))])


@pytest.mark.parametrize(("passed", "state"), [(True, "open"), (False, "held")])
def test_a_test_is_an_event_and_one_not_passed_holds_the_lot(coop, passed, state):
    tea = coop.tea_lot(4)
    add_lab_test(
        coop.viewer, enterprise=coop.enterprise, name="Dư lượng thuốc", number="KN-7", laboratory="Phòng thử nghiệm",
        sampled_on=DAY, result="Không phát hiện" if passed else "Vượt mức", passed=passed, lot=tea,
    )  # fmt: skip
    assert Lot.objects.get(pk=tea.pk).state == state
    event = TraceEvent.objects.get(biz_step__endswith="testing")
    assert event.disposition.endswith("non_conformant") != passed
    assert event.event_time.date() == DAY


def test_storing_names_the_place(coop):
    tea = store_lot(coop.viewer, lot=coop.tea_lot(4), site=coop.plot)
    assert tea.site_id == coop.plot.pk
    assert last_event().biz_location == coop.plot.uri


# ---- rules ------------------------------------------------------------------------------------------------------


@given(some.sampled_from(["893851", "8938512345", "893851234567"]), some.integers(0, 10**5))
def test_numbers_under_a_prefix_are_right_or_refused(prefix, reference):
    if reference >= lots_rules.room_under(prefix):
        with pytest.raises(ValueError, match="hết số"):
            lots_rules.key_13(prefix, reference)
        return
    number = lots_rules.key_13(prefix, reference)
    assert lots_rules.own_number(number, prefix) == number
    carton = lots_rules.sscc(prefix, reference)
    assert len(carton) == 18
    assert carton[1:].startswith(prefix)


@pytest.mark.parametrize("prefix", ["", "2001234", "0212345", "0412345", "89", "8938512345678", "89385a"])
def test_nobody_gets_numbers_that_nobody_issued(prefix):
    with pytest.raises(ValueError):
        lots_rules.check_prefix(prefix)
    assert lots_rules.check_prefix(PREFIX) == PREFIX


@given(
    some.decimals("0.001", "9999", places=3),
    some.lists(some.decimals("0.1", "50", places=1), min_size=1, max_size=9),
)
def test_shares_add_up(total, weights):
    assert sum(lots_rules.shared_out(total, weights), Decimal(0)) == total


def test_codes_fit_a_label():
    assert lots_rules.day_code(date(2026, 11, 22), 3) == "261122-03"
    long = "A" * 20
    assert len(lots_rules.part_code(long, 1, [])) == 20
    assert lots_rules.part_code("L1", 1, ["L1.1", "L1.2"]) == "L1.3"
