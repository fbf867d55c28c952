"""Walks over the graph of goods, beside a plain reference in Python on random graphs."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from xaso.kernel.people.viewer import Viewer
from xaso.services.trace.graph import downstream, one_name, upstream
from xaso.services.trace.models import EventThing, Thing, TraceEvent
from xaso.services.trace.recording import store_events

pytestmark = pytest.mark.django_db
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
serial = itertools.count(1)


def thing(name: str = "", same_as: Thing | None = None) -> Thing:
    return Thing.objects.create(uri=f"https://example.vn/obj/{name or 't'}-{next(serial)}", same_as=same_as)


def event(
    kind="TransformationEvent", hour=0, action="", transformation="", wrong=None, **things
) -> TraceEvent:
    """An event; things by role: ``input``, ``output``, ``child``, ``parent``, ``epc``."""
    number = next(serial)
    made = TraceEvent.objects.create(
        event_id=f"urn:test:{number}",
        event_hash=wrong.event_hash if wrong else f"{number:064x}",
        kind=kind,
        type_name=kind,
        action=action,
        event_time=BEGAN + timedelta(hours=hour),
        offset="+07:00",
        transformation_id=transformation,
        error_declared_at=BEGAN if wrong else None,
        unit_path="15/",
        body={},
    )
    flows = {"input": -1, "output": 1, "epc": 0, "child": -1, "parent": 1}
    for role, some in things.items():
        for one in some:
            flow = flows[role] if action != "DELETE" and wrong is None else 0
            EventThing.objects.create(event=made, thing=one, role=role, flow=flow)
    return made


def pack(parent: Thing, *children: Thing, hour: int) -> TraceEvent:
    return event("AggregationEvent", hour, "ADD", parent=[parent], child=children)


def unpack(parent: Thing, *children: Thing, hour: int, wrong: TraceEvent | None = None) -> TraceEvent:
    return event("AggregationEvent", hour, "DELETE", wrong=wrong, parent=[parent], child=children)


def reached(walk) -> dict[int, int]:
    return dict(walk.depth)


class TestWays:
    def test_mixed_split_and_packed_is_followed_both_ways(self):
        leaf, other, dry, jar, carton = (thing() for _ in range(5))
        event(input=[leaf, other], output=[dry])
        event(input=[dry], output=[jar])
        pack(carton, jar, hour=3)
        assert reached(downstream([leaf.pk])) == {leaf.pk: 0, dry.pk: 1, jar.pk: 2, carton.pk: 3}
        assert reached(upstream([carton.pk])) == {carton.pk: 0, jar.pk: 1, dry.pk: 2, leaf.pk: 3, other.pk: 3}

    def test_nothing_leads_nowhere(self):
        assert reached(upstream([])) == {}
        alone = thing()
        assert reached(downstream([alone.pk])) == {alone.pk: 0}

    def test_things_of_one_level_stand_in_the_order_of_their_numbers(self):
        leaf, *made = (thing() for _ in range(9))
        event(input=[leaf], output=[made[5], made[1], made[7]])
        event(input=[leaf], output=[made[0], made[6], made[2]])
        assert list(downstream([leaf.pk]).depth) == [
            leaf.pk,
            *(made[place].pk for place in (0, 1, 2, 5, 6, 7)),
        ]

    def test_a_circle_ends(self):
        first, second, third = thing(), thing(), thing()
        event(input=[first], output=[second])
        event(input=[second], output=[third])
        event(input=[third], output=[first])
        walk = downstream([first.pk])
        assert reached(walk) == {first.pk: 0, second.pk: 1, third.pk: 2}
        assert len(walk.edges) == 3 and not walk.cut

    def test_the_depth_given_ends_the_walk_and_says_so(self):
        chain = [thing() for _ in range(6)]
        for one, two in itertools.pairwise(chain):
            event(input=[one], output=[two])
        walk = downstream([chain[0].pk], depth=3)
        assert reached(walk) == {one.pk: place for place, one in enumerate(chain[:4])}
        assert walk.cut

    def test_a_further_name_is_the_thing_itself(self):
        lot, made = thing("lot"), thing("made")
        gtin = thing("gtin", same_as=lot)
        event(input=[gtin], output=[made])
        assert reached(downstream([gtin.pk])) == {lot.pk: 0, made.pk: 1}
        assert reached(upstream([made.pk])) == {made.pk: 0, lot.pk: 1}
        assert one_name([gtin.pk, lot.pk]) == [lot.pk]

    def test_parts_of_one_processing_at_different_times_belong_together(self):
        leaf, more, dry = thing(), thing(), thing()
        event(transformation="urn:t:1", hour=0, input=[leaf])
        event(transformation="urn:t:1", hour=1, input=[more])
        event(transformation="urn:t:1", hour=9, output=[dry])
        assert set(downstream([leaf.pk]).depth) == {leaf.pk, dry.pk}
        assert set(upstream([dry.pk]).depth) == {dry.pk, leaf.pk, more.pk}


class TestContainersUsedAgain:
    def test_a_crate_carries_only_what_was_in_it(self):
        early, late, crate, pallet = thing(), thing(), thing(), thing()
        pack(crate, early, hour=1)
        unpack(crate, early, hour=5)
        pack(crate, late, hour=10)
        pack(pallet, crate, hour=12)
        assert set(downstream([early.pk]).depth) == {early.pk, crate.pk}
        assert set(downstream([late.pk]).depth) == {late.pk, crate.pk, pallet.pk}
        assert set(upstream([pallet.pk]).depth) == {pallet.pk, crate.pk, late.pk}

    def test_one_thing_taken_out_leaves_the_others_in(self):
        first, second, crate, pallet = thing(), thing(), thing(), thing()
        pack(crate, first, second, hour=1)
        unpack(crate, first, hour=5)
        pack(pallet, crate, hour=6)
        assert pallet.pk not in downstream([first.pk]).depth
        assert pallet.pk in downstream([second.pk]).depth
        assert set(upstream([pallet.pk]).depth) == {pallet.pk, crate.pk, second.pk}

    def test_an_emptying_without_names_takes_out_everything(self):
        first, crate, pallet = thing(), thing(), thing()
        pack(crate, first, hour=1)
        unpack(crate, hour=5)
        pack(pallet, crate, hour=6)
        assert pallet.pk not in downstream([first.pk]).depth

    def test_an_emptying_declared_wrong_does_not_count(self):
        first, crate, pallet = thing(), thing(), thing()
        pack(crate, first, hour=1)
        wrong = unpack(crate, first, hour=5)
        unpack(crate, first, hour=5, wrong=wrong)
        pack(pallet, crate, hour=6)
        assert pallet.pk in downstream([first.pk]).depth

    def test_times_typed_in_disorder_hide_nothing(self):
        jar, carton, pallet = thing(), thing(), thing()
        pack(pallet, carton, hour=1)
        pack(carton, jar, hour=2)
        assert pallet.pk in downstream([jar.pk]).depth

    def test_when_a_crate_held_the_goods_is_told(self):
        jar, crate = thing(), thing()
        pack(crate, jar, hour=1)
        unpack(crate, jar, hour=5)
        walk = downstream([jar.pk])
        assert walk.held(crate.pk, (BEGAN + timedelta(hours=4)).timestamp())
        assert not walk.held(crate.pk, (BEGAN + timedelta(hours=6)).timestamp())


@dataclass
class Goods:
    """The reference: events as plain records, walked one state at a time."""

    things: int
    events: list[tuple[str, int, set[int], set[int]]] = field(default_factory=list)  # kind, hour, in, out

    def emptied(self, crate: int) -> list[tuple[int, int, set[int]]]:
        return [
            (hour, place, inside)
            for place, (kind, hour, inside, out) in enumerate(self.events)
            if kind == "unpack" and crate in out
        ]

    def fill(self, crate: int, child: int, place: int) -> tuple[float, float] | None:
        gone = self.emptied(crate)
        if not gone:
            return None
        here = (self.events[place][1], place)
        low = max((hour for hour, at, _ in gone if (hour, at) < here), default=float("-inf"))
        high = min(
            (hour for hour, at, inside in gone if (hour, at) > here and (not inside or child in inside)),
            default=float("inf"),
        )
        return low, high

    def ways(self) -> set[tuple[int, int]]:
        """Every pair (from, to), by walking forward from each thing."""
        found = set()
        for start in range(self.things):
            states: list[tuple[int, tuple[float, float] | None]] = [(start, None)]
            seen = set(states)
            while states:
                one, span = states.pop()
                found.add((start, one))
                for place, (kind, hour, inside, out) in enumerate(self.events):
                    if kind == "unpack" or one not in inside:
                        continue
                    if span is not None and not span[0] <= hour < span[1]:
                        continue
                    for target in out:
                        state = (target, self.fill(target, one, place) if kind == "pack" else None)
                        if state not in seen:
                            seen.add(state)
                            states.append(state)
        return found


def random_goods(dice: random.Random) -> Goods:
    goods = Goods(dice.randint(4, 14))
    for _ in range(dice.randint(3, 18)):
        kind = dice.choice(["make", "make", "pack", "pack", "unpack"])
        some = dice.sample(range(goods.things), dice.randint(2, 4))
        many = set(some[1:])
        hour = dice.randint(0, 12)
        if kind == "make":
            split = dice.randint(1, len(some) - 1)
            goods.events.append((kind, hour, set(some[:split]), set(some[split:])))
        else:
            goods.events.append(
                (kind, hour, many if kind == "pack" or dice.random() < 0.7 else set(), {some[0]})
            )
    return goods


@pytest.mark.parametrize("seed", range(40))
def test_walks_agree_with_the_plain_reference(seed):
    goods = random_goods(random.Random(seed))  # noqa: S311 - repeatable graphs, no secret
    rows = [thing() for _ in range(goods.things)]
    for kind, hour, inside, out in goods.events:
        ins, outs = [rows[one] for one in sorted(inside)], [rows[one] for one in sorted(out)]
        if kind == "make":
            event(hour=hour, input=ins, output=outs)
        else:
            (pack if kind == "pack" else unpack)(outs[0], *ins, hour=hour)
    expected = goods.ways()
    number = {row.pk: place for place, row in enumerate(rows)}
    for place, row in enumerate(rows):
        down = {(place, number[one]) for one in downstream([row.pk]).depth}
        up = {(number[one], place) for one in upstream([row.pk]).depth}
        assert down == {pair for pair in expected if pair[0] == place}
        assert up == {pair for pair in expected if pair[1] == place}


@pytest.mark.parametrize(
    ("said", "declared"),
    [({}, {}), ({"eventID": "urn:uuid:6f1c7b9e-0001"}, {"eventID": "urn:uuid:6f1c7b9e-0001"}),
     ({"eventID": "urn:uuid:6f1c7b9e-0002"}, {})],
)  # fmt: skip
def test_what_is_declared_wrong_is_no_way_any_more(said, declared):
    made = {
        **said,
        "type": "TransformationEvent",
        "eventTime": "2026-03-01T08:00:00.000+07:00",
        "eventTimeZoneOffset": "+07:00",
        "inputEPCList": ["https://example.vn/obj/leaf-1"],
        "outputEPCList": ["https://example.vn/obj/tea-1"],
    }
    store_events(Viewer.system(), enterprise=None, unit_path="15/", events=[made])
    leaf, tea = (Thing.objects.get(uri=made[name][0]) for name in ("inputEPCList", "outputEPCList"))
    assert tea.pk in downstream([leaf.pk]).depth
    wrong = {
        **{key: value for key, value in made.items() if key != "eventID"},
        **declared,
        "errorDeclaration": {
            "declarationTime": "2026-03-02T08:00:00.000+07:00",
            "reason": "did_not_occur",
        },
    }
    store_events(Viewer.system(), enterprise=None, unit_path="15/", events=[wrong])
    assert set(downstream([leaf.pk]).depth) == {leaf.pk}
    assert set(upstream([tea.pk]).depth) == {tea.pk}


def test_a_walk_is_one_statement(django_assert_num_queries):
    leaf, dry = thing(), thing()
    event(input=[leaf], output=[dry])
    downstream([leaf.pk])
    with django_assert_num_queries(1):
        downstream([leaf.pk])
    assert connection.vendor == "postgresql"
