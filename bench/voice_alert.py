"""From a gauge's reading to the last loudspeaker command and to 95 % of messages handed to a gateway.

./xaso bench voice_alert [--people 20000] [--clusters 60]

A commune that allowed its gauges to sound, people with homes in the warned hamlet, clusters of loudspeakers, the
product's own worker in a process of its own, the simulated gateways in another. The clock starts before the reading is
handed in and runs through threshold, proposal, warning, signature, announcement, listener, signed command and messages.
A command counts when it stands signed in the outbox of the wire; from there to the devices is measured by voice_wire.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import timedelta
from typing import Any

from bench import common, voice_messages

NAME = "xaso_voice_alert"
COMMUNE = "15/02683/"
LIMIT = 10.0


def _people(count: int, unit_path: str, lat: float, lon: float) -> None:
    """Persons of the hamlet with a telephone and a home, written at once."""
    from xaso.kernel.people.models import Person
    from xaso.kernel.places.models import Home

    rows = [
        Person(full_name=f"Người {n}", unit_path=unit_path, contact={"phone": f"091{n:06d}7"})
        for n in range(count)
    ]
    Person.objects.bulk_create(rows, batch_size=2000)
    homes = [
        Home(person=one, spot=[lat + (n % 97) * 1e-4, lon + (n % 89) * 1e-4], unit_path=unit_path)
        for n, one in enumerate(rows)
    ]
    Home.objects.bulk_create(homes, batch_size=2000)


def _place(people: int, clusters: int) -> Any:
    """The commune, its gauge with a threshold that may sound, its radio station."""
    from xaso.kernel.people.viewer import Viewer
    from xaso.kernel.plain.moment import now
    from xaso.kernel.units.testing import a_commune, a_hamlet
    from xaso.services.alerts.actions.gauges import keep_gauge, keep_threshold
    from xaso.services.alerts.actions.ruling import set_rule
    from xaso.services.broadcast.models import Cluster, Station

    system, lat, lon = Viewer.system(), 22.35, 103.86
    commune = a_commune(COMMUNE)
    hamlet = a_hamlet(commune, "Nậm Thi")
    hamlet.lat, hamlet.lon = lat, lon
    hamlet.save()
    gauge = keep_gauge(
        system, code="do", name="Trạm đo", kind="rain", unit_path=hamlet.path, lat=lat, lon=lon, way="machine"
    )
    keep_threshold(
        system, gauge_id=gauge.pk, hazard="flash_flood", measure="sum", hours=1, value=50, release=20, level=2,
        siren=True, source="Đo tốc độ",
    )  # fmt: skip
    set_rule(system, unit_path=COMMUNE, people=2, auto_siren=True, paper="Đo tốc độ")
    station = Station.objects.create(unit=commune, unit_path=COMMUNE, title="Đài xã")
    for number in range(clusters):
        Cluster.objects.create(
            station=station, unit_path=hamlet.path, code=f"loa-{number:04d}", name=f"Cụm {number}", lat=lat, lon=lon,
            enrolled_at=now(),
        )  # fmt: skip
    _people(people, hamlet.path, lat, lon)
    return gauge


def _watch(questions: dict[str, Any], seconds: float = 60.0) -> dict[str, float | None]:
    """The instants at which questions were first answered with yes, all looked at four times a second.

    What is asked more often takes the time of what is measured: both cores are at work. An instant is late by at most a
    quarter of a second, never early.
    """
    found: dict[str, float | None] = dict.fromkeys(questions)
    end = time.time() + seconds
    while time.time() < end and None in found.values():
        for name, question in questions.items():
            if found[name] is None and question():
                found[name] = time.time()
        time.sleep(0.25)
    return found


def measure(*, people: int = 20_000, clusters: int = 60) -> dict[str, Any]:
    """Needs Django set up on a database of its own. Answers seconds from the reading to each outlet."""
    from xaso.kernel.messages.mass_models import Mailing, Quota, Sending
    from xaso.kernel.people.viewer import Viewer
    from xaso.kernel.plain.moment import now
    from xaso.services.alerts.actions.readings import Row, take_readings
    from xaso.services.alerts.models import CapMessage
    from xaso.services.broadcast.models.wire import WireCommand

    gauge = _place(people, clusters)
    Quota.objects.all().delete()
    with voice_messages.gateways(), voice_messages.product_worker():
        warm, _ = voice_messages.begin(10, [{"channel": "sms"}], "warm", first=900_000)
        voice_messages.handed_over([warm.pk], 1.0)  # the worker has started and has its connections
        before = WireCommand.objects.filter(cluster=None).count()
        began = time.time()
        take_readings(
            Viewer.system(), rows=[Row(gauge.code, now() - timedelta(seconds=1), 60.0)], source="api"
        )
        mailings = Mailing.objects.exclude(pk=warm.pk)
        gone = Sending.objects.filter(mailing__in=mailings, state__in=("sent", "delivered", "read"))

        def most_are_gone() -> bool:
            # Counted by rows first, which is cheap; by persons only when these rows could be enough.
            return gone.count() >= 0.95 * people <= gone.values("receiver").distinct().count()

        seen = _watch(
            {
                "signed_message": CapMessage.objects.exists,
                # One command for the whole station, or one for each cluster in the area: the last one counts.
                "loudspeaker_command": lambda: (
                    WireCommand.objects.filter(cluster=None).count() > before
                    or WireCommand.objects.exclude(cluster=None).count() >= clusters
                ),
                "messages_written": mailings.exists,
                "messages_95_percent": most_are_gone,
            }
        )
        handed = gone.values("receiver").distinct().count()

    def after(moment: float | None) -> float | None:
        return None if moment is None else round(moment - began, 2)

    facts: dict[str, Any] = {
        "people": people,
        "clusters": clusters,
        "handed": handed,
        **{name: after(moment) for name, moment in seen.items()},
        "limit": LIMIT,
    }
    ends = [facts["loudspeaker_command"], facts["messages_95_percent"]]
    facts["good"] = all(isinstance(one, float) and one < LIMIT for one in ends)
    return facts


def main() -> int:
    """Measure on a database of its own, print and keep the figures."""
    parser = argparse.ArgumentParser(prog="./xaso bench voice_alert")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--clusters", type=int, default=60)
    options = parser.parse_args()
    common.use_database(NAME)
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    try:
        call_command("migrate", verbosity=0, interactive=False)
        facts = {"machine": common.machine(), **measure(people=options.people, clusters=options.clusters)}
    finally:
        connections.close_all()
        common.drop_database(NAME)
    for name, value in facts.items():
        sys.stdout.write(f"{name:22} {value}\n")
    common.keep("voice_alert", facts)
    return 0 if facts["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
