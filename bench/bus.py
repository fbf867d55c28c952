"""A node of the three-node event bus killed in each round: every event is heard, in order per record.

./xaso bench bus [--rounds 20] [--events 120]
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import threading
import time
from typing import Any

from bench import common

NAME = "xaso_bus"
RECORDS = 12


def rounds(count: int, events: int) -> dict[str, Any]:
    """Needs Django set up on a database of its own. Answers what was seen."""
    from django.db import connection, transaction

    from xaso.kernel.events import emit, registry, relay
    from xaso.kernel.events.bus import stream, testing
    from xaso.kernel.events.bus.link import Link
    from xaso.kernel.people.viewer import Viewer
    from xaso.kernel.plain.ids import uuid7

    heard: list[tuple[Any, int]] = []
    registry.listen("bench.said", "bench", lambda event: heard.append((event.record_id, event.data["n"])))
    found = []
    with testing.Nodes() as nodes:
        link = Link(nodes.address.split(","), consumer="bench")
        relay.bus = lambda: stream.StreamBus(link)  # type: ignore[assignment]
        stop = threading.Event()
        reader = threading.Thread(target=relay.run_forever, args=(stop, 0.2))
        reader.start()
        chance = random.Random(7)
        try:
            for number in range(count):
                heard.clear()
                records = [uuid7() for _ in range(RECORDS)]
                victim, at = number % testing.NODES, chance.randrange(events // 4, events * 3 // 4)
                begun = time.monotonic()
                for n in range(events):
                    with transaction.atomic():
                        emit(
                            "bench.said",
                            record=("bench.thing", records[n % RECORDS]),
                            unit_path="",
                            viewer=Viewer.system(),
                            data={"n": n},
                        )
                    if n == at:
                        nodes.kill(victim)
                # What a round before left behind may still come and must not be counted for this one.
                wanted = wanted_of(records, events)
                end = time.monotonic() + 300
                while not wanted <= set(heard) and time.monotonic() < end:
                    time.sleep(0.05)
                seconds = round(time.monotonic() - begun, 1)
                found.append({"round": number + 1, "killed": victim, "after_event": at, "seconds": seconds})
                found[-1] |= judge(heard, records, events)
                nodes.start(victim)
                nodes.wait_ready()
        finally:
            stop.set()
            reader.join(60)
            link.call(link.close())
            connection.close()
    return {
        "rounds": len(found),
        "events": count * events,
        "missing": sum(one["missing"] for one in found),
        "out_of_order": sum(one["out_of_order"] for one in found),
        "heard_again": sum(one["heard_again"] for one in found),
        "each": found,
    }


def wanted_of(records: list[Any], events: int) -> set[tuple[Any, int]]:
    """What must be heard of a round."""
    return {(records[n % len(records)], n) for n in range(events)}


def judge(heard: list[tuple[Any, int]], records: list[Any], events: int) -> dict[str, int]:
    """Each at least once; the first hearings of one record in rising order."""
    wanted = wanted_of(records, events)
    first: dict[tuple[Any, int], int] = {}
    for place, one in enumerate(heard):
        first.setdefault(one, place)
    wrong = 0
    for record in records:
        places = [first[one] for one in sorted(first, key=lambda pair: pair[1]) if one[0] == record]
        wrong += sum(1 for a, b in zip(places, places[1:], strict=False) if a > b)
    return {
        "missing": len(wanted - set(heard)),
        "out_of_order": wrong,
        "heard_again": len(heard) - len(set(heard)),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="./xaso bench bus")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--events", type=int, default=120)
    options = parser.parse_args()
    common.use_database(NAME)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    try:
        facts = {"machine": common.machine(), **rounds(options.rounds, options.events)}
    finally:
        common.drop_database(NAME)
    path = common.keep("bus" if options.rounds >= 20 else "bus-small", facts)
    for one in facts["each"]:
        sys.stdout.write(json.dumps(one) + "\n")
    sys.stdout.write(
        f"{facts['rounds']} rounds, {facts['events']} events, {facts['missing']} missing, "
        f"{facts['out_of_order']} out of order. Figures: {path.relative_to(common.ROOT)}\n"
    )
    return 1 if facts["missing"] or facts["out_of_order"] else 0


if __name__ == "__main__":
    sys.exit(main())
