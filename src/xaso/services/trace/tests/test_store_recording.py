"""Recording: checked, named, written once, told to the log; the graph's edges and what finds an event."""

from __future__ import annotations

import threading
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connections, transaction

from xaso.kernel.base.errors import ActionErrors
from xaso.kernel.events.models import Event
from xaso.kernel.people.viewer import Grant, Viewer
from xaso.kernel.plain.epcis import Hasher
from xaso.services.trace.models import EventMarks, EventThing, Thing, TraceEvent, TraceWord
from xaso.services.trace.naming import NAMESPACE, PREFIX
from xaso.services.trace.recording import Duplicate, log_key, record_event, store_events
from xaso.services.trace.store.horizon import horizon
from xaso.services.trace.store.marks import mark
from xaso.services.trace.tests.store_samples import EXT, OTHER_UNIT, UNIT, harvest, packed, seen

SYSTEM = Viewer.system()
pytestmark = pytest.mark.django_db


def record(event, unit_path=UNIT, **more):
    return record_event(SYSTEM, enterprise=None, unit_path=unit_path, event=event, **more)


def test_an_event_is_named_by_its_hash_and_told_to_the_log():
    row = record(harvest())
    expected = Hasher({PREFIX: NAMESPACE}).hash(harvest())
    assert row.event_id == expected
    assert row.event_hash in expected
    assert row.biz_step == NAMESPACE + "harvesting"
    assert row.record_time is not None
    told = Event.objects.get(name="trace.event_captured")
    assert told.record_id == log_key(row)
    assert told.data == {"event_hash": row.event_hash, "kind": "TransformationEvent"}
    assert told.unit_path == UNIT


def test_things_have_their_part_their_way_and_their_quantity():
    row = record(harvest())
    parts = {
        one.thing.uri: (one.role, one.flow, one.quantity, one.uom, one.thing.is_class)
        for one in EventThing.objects.filter(event=row).select_related("thing")
    }
    assert parts == {
        "https://xaso.vn/id/obj/plot1": ("input", -1, None, "", False),
        "https://xaso.vn/id/class/leaf1": ("output", 1, Decimal("12.5"), "KGM", True),
    }


@pytest.mark.parametrize(("action", "flows"), [("ADD", {-1, 1}), ("DELETE", {0}), ("OBSERVE", {0})])
def test_only_packing_moves_the_origin(action, flows):
    row = record(packed("p1", "a", "b", action=action))
    assert set(EventThing.objects.filter(event=row).values_list("flow", flat=True)) == flows


def test_gs1_names_are_canonical_in_the_index_and_as_sent_in_the_body():
    row = record(seen(epcList=["urn:epc:id:sgtin:0614141.107346.2017"]))
    assert Thing.objects.get(events__event=row).uri == "https://id.gs1.org/01/10614141073464/21/2017"
    assert row.body["epcList"] == ["urn:epc:id:sgtin:0614141.107346.2017"]


def test_a_further_name_of_a_thing_leads_to_the_first():
    first = Thing.objects.create(uri="https://xaso.vn/id/class/old", is_class=True)
    Thing.objects.create(uri="https://id.gs1.org/01/08930000000002/10/L1", is_class=True, same_as=first)
    row = record(
        seen(quantityList=[{"epcClass": "https://id.gs1.org/01/08930000000002/10/L1", "quantity": 3}])
    )
    assert EventThing.objects.filter(event=row, thing=first).exists()


def test_the_same_event_twice_is_one_event():
    assert record(harvest()).pk == record(harvest()).pk
    assert TraceEvent.objects.count() == 1
    assert Event.objects.filter(name="trace.event_captured").count() == 1


def test_an_id_with_other_content_or_of_another_unit_is_refused():
    record(seen(eventID="urn:uuid:1"))
    with pytest.raises(Duplicate):
        record(seen(2, eventID="urn:uuid:1"))
    with pytest.raises(Duplicate):
        record(seen(eventID="urn:uuid:1"), OTHER_UNIT)
    assert TraceEvent.objects.count() == 1


def test_an_error_is_declared_beside_the_event_under_its_id():
    wrong = record(harvest())
    declared = record(
        harvest(
            errorDeclaration={
                "declarationTime": "2026-11-12T00:00:00+07:00",
                "reason": "incorrect_data",
                "correctiveEventIDs": ["urn:uuid:better"],
            }
        )
    )
    assert declared.event_id == wrong.event_id
    assert declared.event_hash == wrong.event_hash
    assert declared.pk != wrong.pk
    assert log_key(declared) != log_key(wrong)
    assert set(EventThing.objects.filter(event=declared).values_list("flow", flat=True)) == {0}
    assert mark("corrective", "urn:uuid:better") in EventMarks.objects.get(event=declared).marks
    wrong.refresh_from_db()
    assert wrong.error_declared_at is None


def test_several_errors_are_told_at_once_in_vietnamese_by_field():
    with pytest.raises(ActionErrors) as caught:
        store_events(
            SYSTEM,
            enterprise=None,
            unit_path=UNIT,
            events=[
                harvest(eventTimeZoneOffset="+25:00"),
                seen(eventTime="2026-02-30T00:00:00+07:00"),
                seen(**{"la:gi": 1}),
            ],
        )
    assert set(caught.value.errors) == {"0/eventTimeZoneOffset", "1/eventTime", "2/la:gi"}
    assert "+14:00" in caught.value.errors["0/eventTimeZoneOffset"][0]
    assert TraceEvent.objects.count() == 0
    assert Thing.objects.count() == 0


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (seen(**{"eventID": "urn:x:" + "a" * 300}), "eventID"),
        (seen(epcList=["https://xaso.vn/id/obj/" + "a" * 500]), "epcList/0"),
        (seen(readPoint={"id": "https://xaso.vn/id/loc/" + "a" * 300}), "readPoint/id"),
        (seen(quantityList=[{"epcClass": "urn:x:1", "quantity": 1e13}]), "quantityList/0/quantity"),
        (seen(**{"ext:note": "a\x00b"}), ""),
    ],
)
def test_what_the_tables_cannot_hold_is_told_by_its_field(event, field):
    with pytest.raises(ActionErrors) as caught:
        record(event, context={"ext": EXT})
    assert field in caught.value.errors


def test_packages_that_would_hold_each_other_are_refused_across_documents():
    record(packed("box", "bag"))
    record(packed("pallet", "box"))
    with pytest.raises(ActionErrors, match="đang chứa bao ngoài này"):
        record(packed("bag", "pallet"))
    record(packed("pallet", "box", action="DELETE", eventTime="2026-11-11T08:00:00.000+07:00"))
    record(packed("bag", "pallet", eventTime="2026-11-12T08:00:00.000+07:00"))


def test_words_in_use_are_kept_once_for_each_unit():
    record(seen())
    record(seen(2))
    record(seen(3), OTHER_UNIT)
    words = TraceWord.objects.filter(kind="step").values_list("value", "unit_path")
    assert sorted(words) == [
        ("https://ref.gs1.org/cbv/BizStep-shipping", UNIT),
        ("https://ref.gs1.org/cbv/BizStep-shipping", OTHER_UNIT),
    ]


def test_marks_tell_extensions_papers_sensors_and_inner_fields():
    row = record(
        seen(
            **{
                "ext:grade": "A",
                "ext:check": {"ext:moisture": 5},
                "sensorElementList": [
                    {"sensorReport": [{"type": "Temperature", "value": 20.5, "uom": "CEL"}]}
                ],
            }
        ),
        context={"ext": EXT},
    )
    marks = EventMarks.objects.get(event=row).marks
    expected = [
        mark("x", f"{{{EXT}}}grade"),
        mark("x", f"{{{EXT}}}grade", "A"),
        mark("xi", f"{{{EXT}}}moisture", "5"),
        mark("btx", "https://ref.gs1.org/cbv/BTT-po", "https://vi-du.vn/don/1"),
        mark("sensor", "type", "https://gs1.org/voc/Temperature"),
        mark("sensors"),
    ]
    assert set(expected) <= set(marks)


def test_dates_and_decimals_of_our_own_pages_are_taken():
    moment = datetime.fromisoformat("2026-11-01T07:30:00+07:00")
    row = record(
        harvest(
            eventTime=moment,
            outputQuantityList=[{"epcClass": "urn:x:leaf", "quantity": Decimal("2.250"), "uom": "KGM"}],
        )
    )
    assert row.event_time == moment
    assert EventThing.objects.get(event=row, role="output").quantity == Decimal("2.25")


def test_a_viewer_of_another_unit_sees_no_row(as_viewer):
    record(seen())
    with as_viewer(Viewer(kind="officer", grants=(Grant("x", OTHER_UNIT, frozenset({"trace.view"})),))):
        assert not TraceEvent.objects.exists()
        assert not TraceWord.objects.exists()
    with as_viewer(Viewer(kind="officer", grants=(Grant("x", UNIT, frozenset({"trace.view"})),))):
        assert TraceEvent.objects.count() == 1


@pytest.fixture
def as_viewer():
    from contextlib import contextmanager

    from xaso.kernel.base.reach import watched
    from xaso.kernel.people.reaching import reach_of

    @contextmanager
    def within(viewer):
        with watched(reach_of(viewer)):
            yield

    return within


@pytest.mark.django_db(transaction=True)
def test_the_horizon_waits_for_events_that_have_a_number_and_are_not_committed():
    with transaction.atomic():
        first = record(seen(1))
    began, go_on = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                record(seen(2))
                began.set()
                go_on.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        assert began.wait(20)
        with transaction.atomic():
            last = record(seen(3))
        assert first.seq <= horizon() < last.seq
    finally:
        go_on.set()
        thread.join()
    assert horizon() == last.seq
    assert TraceEvent.objects.count() == 3
