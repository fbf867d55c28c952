"""A believable province of tea: families of ten lots from the bush to the pallet, seeded, the same every time.

A family: five leaf lots picked from forty bushes each, withered, rolled, dried, blended with jasmine of one big lot
that fifty-six families share, packed; two hundred cartons of eight numbered tins, ten pallets to ten shops, most tins
sold. About two thousand events, with the year's work on the bushes among them. From the pallet back to the bush it is
eight steps; from a lot of jasmine forward it is more than a hundred thousand things.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

CBV = "https://ref.gs1.org/cbv/"
OURS = "https://xaso.vn/ns/trace/"
EVENTS = 1965
LOTS = 10
SHARED = 56
CARTONS, TINS, PALLETS, BUSHES, LEAVES, WORKS = 200, 8, 10, 40, 5, 50
STARTED = datetime(2026, 1, 5, 1, tzinfo=UTC)
Row = tuple[object, ...]
Write = Callable[[str, Row], None]
Part = tuple[int, str, int, float | str, str]  # thing, role, flow, quantity, unit


@dataclass
class Ground:
    """What stands already: enterprises with their products and places, by number; where numbers begin."""

    stem: str
    enterprises: list[dict[str, str]]
    families: int
    first_seq: int = 1
    first_thing: int = 1


@dataclass
class Bush:
    """Where the work of a year went on: the things of one plot."""

    things: list[int]
    uris: list[str]


@dataclass
class Maker:
    """Writes rows of all tables through ``write(table, row)``."""

    ground: Ground
    write: Write
    seqs: Iterator[int] = field(init=False)
    things: Iterator[int] = field(init=False)
    dice: random.Random = field(init=False)
    marks: Callable[..., int] = field(init=False)
    plots: dict[tuple[int, int], Bush] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from xaso.services.trace.store.marks import mark

        self.seqs, self.things = count(self.ground.first_seq), count(self.ground.first_thing)
        self.dice, self.marks = random.Random(20260312), mark  # noqa: S311 - the same province every time

    def run(self) -> None:
        """Everything."""
        jasmine = (0, "")
        for number in range(self.ground.families):
            owner = self.ground.enterprises[number % len(self.ground.enterprises)]
            if number % SHARED == 0:
                jasmine = self._jasmine(number, owner)
            self._family(number, owner, jasmine)

    # ---- rows -----------------------------------------------------------------------------------------------

    def token(self) -> str:
        """A public code as the product makes them, but the same each time."""
        return "".join(self.dice.choices("23456789abcdefghjkmnpqrstuvwxyz", k=12))

    def thing(self, kind: str) -> tuple[int, str, str]:
        """A new thing: number, address, token."""
        number, token = next(self.things), self.token()
        uri = f"{self.ground.stem}/{kind}/{token}"
        self.write("trace_thing", (number, uri, "\\N", "t" if kind == "class" else "f"))
        return number, uri, token

    def lot(
        self, owner: dict[str, str], product: str, code: str, at: datetime, quantity: float
    ) -> tuple[int, str]:
        """A new lot; its thing's number and address."""
        number, uri, token = self.thing("class")
        key = uuid.UUID(int=self.dice.getrandbits(128), version=4)
        self.write(
            "trace_lot",
            (key, at, owner["id"], owner[product], "\\N", "\\N", number, code, token, owner["path"], quantity, quantity,
             "KGM", at.date(), "\\N", "\\N", "open", at if product == "tea" else "\\N", "{}"),
        )  # fmt: skip
        return number, uri

    def event(
        self, owner: dict[str, str], kind: str, at: datetime, step: str, body: str, parts: list[Part],
        *, action: str = "", disposition: str = "", own: bool = False,
    ) -> int:  # fmt: skip
        """One event with its parts (thing, role, flow, quantity, unit) and marks."""
        seq = next(self.seqs)
        digest = hashlib.sha256(f"bench {seq}".encode()).hexdigest()
        name = f"ni:///sha-256;{digest}?ver=CBV2.0"
        word = f"{OURS}{step}" if own else f"{CBV}BizStep-{step}"
        state = f"{CBV}Disp-{disposition}" if disposition else ""
        place = owner["place"]
        told = at.isoformat(timespec="milliseconds")
        head = f'"type":"{kind}","eventTime":"{told}","eventTimeZoneOffset":"+07:00","bizStep":"{word}"'
        head += f',"action":"{action}"' if action else ""
        head += f',"disposition":"{state}"' if state else ""
        where = f'"readPoint":{{"id":"{place}"}},"bizLocation":{{"id":"{place}"}}'
        self.write(
            "trace_traceevent",
            (seq, name, digest, kind, kind, action, at, "+07:00", at + timedelta(seconds=40), word, state, place, place,
             "", "\\N", "", owner["id"], owner["path"], "\\N", f"{{{head},{where},{body}}}", '{"xaso":"' + OURS + '"}'),
        )  # fmt: skip
        for thing, role, flow, quantity, uom in parts:
            self.write("trace_eventthing", (seq, thing, role, flow, quantity, uom))
        marks = [self.marks("readPoint", place), self.marks("bizLocation", place)]
        marks += [self.marks("disposition", state)] if state else []
        self.write("trace_eventmarks", (seq, "{" + ",".join(map(str, sorted(marks))) + "}"))
        return seq

    # ---- the story ------------------------------------------------------------------------------------------

    def _plot(self, number: int, owner: dict[str, str], which: int) -> Bush:
        """Forty bushes; plots of an enterprise are picked again and again."""
        key = (number % len(self.ground.enterprises), which)
        if key not in self.plots:
            made = [self.thing("obj") for _ in range(BUSHES)]
            self.plots[key] = Bush([one[0] for one in made], [one[1] for one in made])
        return self.plots[key]

    def _jasmine(self, number: int, owner: dict[str, str]) -> tuple[int, str]:
        at = self._day(number, 0)
        lot = self.lot(owner, "leaf", f"J{number:05d}", at, 4000)
        body = f'"quantityList":[{{"epcClass":"{lot[1]}","quantity":4000,"uom":"KGM"}}]'
        self.event(
            owner, "ObjectEvent", at, "commissioning", body, [(lot[0], "epc", 0, 4000, "KGM")], action="ADD"
        )
        return lot

    def _day(self, number: int, days: float) -> datetime:
        return STARTED + timedelta(
            days=number * 290 / max(1, self.ground.families) + days, minutes=number % 600
        )

    def _family(self, number: int, owner: dict[str, str], jasmine: tuple[int, str]) -> None:
        leaves = [self._picked(number, owner, which) for which in range(LEAVES)]
        last, weight = leaves, 200.0
        for place, step in enumerate(("withering", "rolling", "drying")):
            weight *= (0.7, 0.95, 0.33)[place]
            at = self._day(number, 8 + place * 0.3)
            last = [self._turned(owner, last, "tea", f"{number:05d}-{step[0].upper()}", at, step, weight)]
        blended = self._turned(
            owner, [*last, jasmine], "tea", f"{number:05d}-B", self._day(number, 9), "grading", weight
        )
        packed = self._turned(
            owner, [blended], "tea", f"{number:05d}-P", self._day(number, 10), "packing", weight, own=False
        )
        self._packed(number, owner, packed, weight)

    def _picked(self, number: int, owner: dict[str, str], which: int) -> tuple[int, str]:
        plot = self._plot(number, owner, which)
        for work in range(WORKS // LEAVES):
            some = self.dice.sample(range(BUSHES), 12)
            uris = ",".join(f'"{plot.uris[one]}"' for one in some)
            step = ("pruning", "fertilising", "weeding", "spraying")[work % 4]
            body = f'"epcList":[{uris}],"{{{OURS}}}note":"Thửa {which + 1}, lần {work + 1}"'
            parts: list[Part] = [(plot.things[one], "epc", 0, "\\N", "") for one in some]
            at = self._day(number, -30 + work * 3)
            self.event(owner, "ObjectEvent", at, step, body, parts, action="OBSERVE", own=True)
        at = self._day(number, 7 + which / 10)
        lot, uri = self.lot(owner, "leaf", f"{number:05d}-L{which}", at, 40)
        uris = ",".join(f'"{one}"' for one in plot.uris)
        body = (
            f'"inputEPCList":[{uris}],"outputQuantityList":[{{"epcClass":"{uri}","quantity":40,"uom":"KGM"}}]'
        )
        parts = [(one, "input", -1, "\\N", "") for one in plot.things]
        parts.append((lot, "output", 1, 40, "KGM"))
        self.event(
            owner, "TransformationEvent", at, "harvesting", body, parts, own=True, disposition="active"
        )
        return lot, uri

    def _turned(
        self, owner: dict[str, str], inputs: list[tuple[int, str]], product: str, code: str, at: datetime, step: str,
        weight: float, own: bool = True,
    ) -> tuple[int, str]:  # fmt: skip
        lot, uri = self.lot(owner, product, code, at, round(weight, 3))
        lines = ",".join(f'{{"epcClass":"{one[1]}","quantity":{weight:.1f},"uom":"KGM"}}' for one in inputs)
        body = (
            f'"inputQuantityList":[{lines}],'
            f'"outputQuantityList":[{{"epcClass":"{uri}","quantity":{weight:.1f},"uom":"KGM"}}]'
        )
        parts: list[Part] = [(one[0], "input", -1, round(weight, 1), "KGM") for one in inputs]
        parts.append((lot, "output", 1, round(weight, 1), "KGM"))
        self.event(owner, "TransformationEvent", at, step, body, parts, own=own, disposition="active")
        return lot, uri

    def _packed(self, number: int, owner: dict[str, str], packed: tuple[int, str], weight: float) -> None:
        each = round(weight / CARTONS, 3)
        pallets = [self._package(owner, "pallet", number) for _ in range(PALLETS)]
        cartons: list[tuple[int, str]] = []
        for which in range(CARTONS):
            pallet = pallets[which * PALLETS // CARTONS]
            carton = self._package(owner, "carton", number, pallet[2])
            cartons.append(carton[:2])
            tins = [self.thing("obj") for _ in range(TINS)]
            uris = ",".join(f'"{one[1]}"' for one in tins)
            body = (
                f'"parentID":"{carton[1]}","childEPCs":[{uris}],'
                f'"childQuantityList":[{{"epcClass":"{packed[1]}","quantity":{each},"uom":"KGM"}}]'
            )
            parts: list[Part] = [(one[0], "child", -1, "\\N", "") for one in tins]
            parts += [(packed[0], "child", -1, each, "KGM"), (carton[0], "parent", 1, "\\N", "")]
            at = self._day(number, 11 + which / 1000)
            self.event(
                owner, "AggregationEvent", at, "packing", body, parts, action="ADD", disposition="in_progress"
            )
            self._tins(number, owner, packed, tins)
        per = CARTONS // PALLETS
        for which, pallet in enumerate(pallets):
            inside = cartons[which * per : (which + 1) * per]
            uris = ",".join(f'"{one[1]}"' for one in inside)
            body = f'"parentID":"{pallet[1]}","childEPCs":[{uris}]'
            parts = [(one[0], "child", -1, "\\N", "") for one in inside]
            parts.append((pallet[0], "parent", 1, "\\N", ""))
            self.event(
                owner, "AggregationEvent", self._day(number, 11.5), "packing", body, parts, action="ADD"
            )
            self._shipped(number, owner, pallet, which)

    def _tins(
        self, number: int, owner: dict[str, str], packed: tuple[int, str], tins: list[tuple[int, str, str]]
    ) -> None:
        """The tins of a carton come from the packed lot, numbered by one event each few; most are sold."""
        uris = ",".join(f'"{one[1]}"' for one in tins)
        body = f'"inputQuantityList":[{{"epcClass":"{packed[1]}"}}],"outputEPCList":[{uris}]'
        parts: list[Part] = [(packed[0], "input", -1, "\\N", "")]
        parts += [(one[0], "output", 1, "\\N", "") for one in tins]
        self.event(owner, "TransformationEvent", self._day(number, 10.5), "commissioning", body, parts)
        for one in tins:
            if self.dice.random() < 0.93:
                at = self._day(number, 20 + self.dice.random() * 40)
                sold: list[Part] = [(one[0], "epc", 0, "\\N", "")]
                self.event(owner, "ObjectEvent", at, "retail_selling", f'"epcList":["{one[1]}"]', sold,
                           action="OBSERVE", disposition="retail_sold")  # fmt: skip

    def _package(
        self, owner: dict[str, str], kind: str, number: int, inside: str = "\\N"
    ) -> tuple[int, str, str]:
        thing, uri, token = self.thing("obj")
        key = str(uuid.UUID(int=self.dice.getrandbits(128), version=4))
        at = self._day(number, 11)
        self.write(
            "trace_package",
            (key, at, owner["id"], owner["path"], kind, token, thing, "", inside, "shipped", at, "\\N"),
        )
        return thing, uri, key

    def _shipped(self, number: int, owner: dict[str, str], pallet: tuple[int, str, str], which: int) -> None:
        at = self._day(number, 12)
        shop = (number * PALLETS + which) % 400
        token, key = self.token(), uuid.UUID(int=self.dice.getrandbits(128), version=4)
        to = f"{self.ground.stem}/loc/{token}"
        self.write(
            "trace_shipment",
            (key, at, owner["id"], owner["path"], "\\N", token, f"Cửa hàng {shop}", f"Số {shop}, phố Chợ", "\\N", to,
             f"VD-{number}-{which}", f"DH-{number}-{which}", at, "\\N", "\\N"),
        )  # fmt: skip
        line = uuid.UUID(int=self.dice.getrandbits(128), version=4)
        self.write("trace_shipmentline", (line, at, key, pallet[2], "\\N", "\\N"))
        body = (
            f'"epcList":["{pallet[1]}"],'
            f'"bizTransactionList":[{{"type":"{CBV}BTT-bol","bizTransaction":"{self.ground.stem}/bt/{token}"}}],'
            f'"destinationList":[{{"type":"{CBV}SDT-possessing_party","destination":"{to}"}}]'
        )
        parts: list[Part] = [(pallet[0], "epc", 0, "\\N", "")]
        self.event(
            owner, "ObjectEvent", at, "shipping", body, parts, action="OBSERVE", disposition="in_transit"
        )
