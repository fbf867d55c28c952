"""The database of the measurement: units, forty co-operatives, and the province of tea loaded once."""

from __future__ import annotations

import argparse
import time
from typing import Any

from bench import common
from bench.shop.scene import say
from bench.tracing.loading import COLUMNS, families_for, load
from bench.tracing.making import Ground

ENTERPRISES = 40


def prepare(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Fill the database when it is not full already; answers what is in it and how long loading took."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    held = _count()
    if held and (options.fresh or held < options.events * 0.9):
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(COLUMNS)} CASCADE")
        held = 0
    ground = _ground(families_for(options.events))
    facts: dict[str, Any] = {}
    if not held:
        say(f"{name}: {ground.families} families by COPY …")
        begun = time.monotonic()
        try:
            facts["load_seconds"] = load(ground)
        except BaseException:
            common.drop_database(name)  # its indexes are gone: better none than half of one
            raise
        facts["load_seconds"]["all"] = round(time.monotonic() - begun, 1)
    with connection.cursor() as cursor:
        for table in ("trace_traceevent", "trace_eventthing", "trace_thing", "trace_lot"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            facts[table.removeprefix("trace_")] = cursor.fetchone()[0]
    return facts


def _count() -> int:
    from xaso.services.trace.models import TraceEvent

    return int(TraceEvent.objects.count())


def _ground(families: int) -> Ground:
    """Co-operatives with a product each for leaf and tea, all over one province."""
    from django.db.models import Max

    from xaso.kernel.people.viewer import Viewer
    from xaso.kernel.units.models import Unit
    from xaso.kernel.units.testing import ensure_units
    from xaso.services.trace.actions.farm import register_enterprise
    from xaso.services.trace.models import Enterprise, Product, Thing, TraceEvent
    from xaso.services.trace.naming import new_token, place_uri, stem

    ensure_units()
    communes = list(
        Unit.objects.on().filter(level=Unit.Level.COMMUNE, path__startswith="15/").order_by("path")
    )
    rows = list(Enterprise.objects.filter(name__startswith="Hợp tác xã chè số ").order_by("name"))
    for number in range(len(rows), ENTERPRISES):
        facts = {
            "name": f"Hợp tác xã chè số {number:02d}",
            "address": f"Bản {number}",
            "kind": "cooperative",
            "phone": "0912345678",
        }
        one = register_enterprise(Viewer.system(), unit=communes[number % len(communes)], facts=facts)
        for kind, words in (("raw", "Búp chè tươi"), ("done", "Chè shan tuyết")):
            Product.objects.create(
                enterprise=one,
                kind=kind,
                name=words,
                crop="tea",
                token=new_token(),
                search_text="che",
                is_public=True,
            )
        rows.append(one)
    owners = []
    for one in rows:
        products = {row.kind: str(row.pk) for row in one.products.all()}
        owners.append(
            {"id": str(one.pk), "path": one.unit_path, "place": place_uri(one), "leaf": products["raw"],
             "tea": products["done"]}
        )  # fmt: skip
    return Ground(
        stem=stem(),
        enterprises=owners,
        families=families,
        first_seq=(TraceEvent.objects.aggregate(top=Max("seq"))["top"] or 0) + 1,
        first_thing=(Thing.objects.aggregate(top=Max("id"))["top"] or 0) + 1,
    )
