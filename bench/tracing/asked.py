"""What is measured on the province: capture as the interface does it, the way of a lot, a recall, the buyer's page."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench import common
from bench.epcis import document
from bench.shop.scene import say

PART = 1000
DOCUMENTS = 12
WAYS = 200
JSON = "application/json"


def measure(seconds: float, *, buyer: bool) -> dict[str, Any]:
    """Every figure of this database."""
    facts = {"capture": capture(), "way": ways(), "recall": recalls()}
    for name, one in facts.items():
        say(f"  {name}: {one}")
    if buyer:
        from bench.tracing import buyer as pages

        facts["buyer"] = pages.measure(seconds)
    return facts


def capture() -> dict[str, Any]:
    """Documents of a thousand events through the job: read, checked, hashed, stored, told to the log."""
    from django.db.models import Max

    from xaso.kernel.people.viewer import Viewer
    from xaso.services.trace.actions.store import Sent, begin_capture, run_capture
    from xaso.services.trace.models import CaptureJob, TraceEvent

    first = int(TraceEvent.objects.aggregate(top=Max("seq"))["top"] or 0) + int(time.time())
    rates, spent = [], Spent()
    for number in range(DOCUMENTS + 1):
        spent = Spent() if number == 1 else spent
        body = document(first + number * PART, PART)
        begun = time.perf_counter()
        job = begin_capture(Viewer.system(), unit_path="15/", sent=Sent(body, JSON))
        run_capture(job=str(job.pk))
        took = time.perf_counter() - begun
        if CaptureJob.objects.get(pk=job.pk).stored != PART:
            raise SystemExit("a capture of the bench was not stored")
        if number:
            rates.append(PART / took)
    return {
        "events_per_second": round(statistics.median(rates)),
        "slowest": round(min(rates)),
        "fastest": round(max(rates)),
        "per_processor_second": round(PART * DOCUMENTS / spent.seconds()),
    }


def ways() -> dict[str, Any]:
    """The whole way of a pallet back to the bushes, eight steps, and its stages told; and of packed lots."""
    from xaso.services.trace.graph import upstream, way_of
    from xaso.services.trace.models import Lot, Package

    lots = list(
        Lot.objects.filter(code__endswith="-P")
        .select_related("enterprise", "product")
        .order_by("token")[:WAYS]
    )
    pallets = list(
        Package.objects.filter(kind="pallet").order_by("token").values_list("thing_id", flat=True)[:WAYS]
    )
    seen = {"depth": 0, "things": 0}

    def whole(place: int) -> None:
        walk = upstream([pallets[place % len(pallets)]])
        seen["depth"], seen["things"] = max(walk.depth.values()), len(walk.depth)
        way_of(lots[place % len(lots)], walk=walk)

    back = _times(lambda place: upstream([pallets[place % len(pallets)]]))
    told = _times(whole)
    packed = _times(lambda place: way_of(lots[place % len(lots)]))
    return {**seen, "walk": back, "walk_and_stages": told, "stages_of_packed_lot": packed}


class Spent:
    """Processor seconds of this process and of its database session: what the wall says only on a quiet machine."""

    def __init__(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.session: int = cursor.fetchone()[0]
        self.begun = self._now()

    def _now(self) -> float:
        return time.process_time() + common.processor_seconds(self.session)

    def seconds(self) -> float:
        """Since it was made."""
        return self._now() - self.begun


def _times(work: Callable[[int], object]) -> dict[str, float]:
    """p50 and p95 in milliseconds over different goods, warmed."""
    for place in range(15):
        work(place)
    took, spent = [], Spent()
    for place in range(WAYS):
        begun = time.perf_counter()
        work(place)
        took.append((time.perf_counter() - begun) * 1000)
    took.sort()
    mean = spent.seconds() / WAYS * 1000
    return {
        "p50_ms": round(_share(took, 0.5), 1),
        "p95_ms": round(_share(took, 0.95), 1),
        "processor_ms": round(mean, 1),
    }


def _share(took: Sequence[float], part: float) -> float:
    return took[min(len(took) - 1, int(len(took) * part))]


def recalls() -> dict[str, Any]:
    """From one lot of jasmine forward: the preview as the page shows it, and the confirmation (not kept)."""
    from django.db import transaction

    from xaso.kernel.people.viewer import Viewer
    from xaso.services.trace.actions.recall import prepare_recall, start_recall
    from xaso.services.trace.models import Lot
    from xaso.services.trace.queries.recall_scope import find_scope
    from xaso.services.trace.recall_chart import draw, stages_of

    lot = Lot.objects.filter(code__startswith="J").select_related("enterprise", "product").order_by("code")[0]
    took, nodes, holders, spent = [], 0, 0, Spent()
    for place in range(4):
        begun = time.perf_counter()
        spent = Spent() if place == 1 else spent
        scope = find_scope([lot])
        counts = scope.counts
        draw(stages_of(scope))
        took.append(time.perf_counter() - begun)
        nodes, holders = counts["things"], counts["holders"]
    processor = spent.seconds() / 3
    why = {"cause": "unsafe", "reason": "Hoa nhài có dư lượng.", "advice": "Ngừng bán, để riêng."}
    with transaction.atomic():
        prepared = prepare_recall(Viewer.system(), lot=lot, **why)
        begun = time.perf_counter()
        start_recall(Viewer.system(), recall=prepared, digest=prepared.digest)
        confirmed = time.perf_counter() - begun
        transaction.set_rollback(True)
    return {
        "nodes": nodes,
        "holders": holders,
        "found_seconds": round(statistics.median(took[1:]), 2),
        "found_processor_seconds": round(processor, 2),
        "confirmed_seconds": round(confirmed, 2),
    }
