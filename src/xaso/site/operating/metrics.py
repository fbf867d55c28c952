"""Figures for Prometheus: requests by route and result, and the state of queues, connectors, disk and backups.

Each server process counts in files of its own under ``PROMETHEUS_MULTIPROC_DIR``; the process that is asked adds
them up. What lies in the database is read when asked for, once, by that process.
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

FOLDER = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or settings.XASO_HOME / "metrics")
if not settings.TESTING:  # tests are one process, which counts in its own memory
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FOLDER)

# The library reads where to count when it is imported, so the folder comes first.
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest  # noqa: E402
from prometheus_client.core import GaugeMetricFamily, Metric  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402
from prometheus_client.registry import Collector  # noqa: E402

from xaso.kernel.people.doors import signed  # noqa: E402
from xaso.site.operating import facts  # noqa: E402

REQUESTS = Counter("xaso_requests", "Requests answered", ["route", "method", "status"])
SECONDS = Histogram(
    "xaso_request_seconds",
    "Seconds to an answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
Next = Callable[[HttpRequest], HttpResponse]


class MetricsMiddleware:
    """Counts each answer under the pattern of its route, which is bounded and names nobody."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = self.get_response(request)
        route = route_of(request)
        REQUESTS.labels(route, request.method or "", f"{response.status_code // 100}xx").inc()
        SECONDS.labels(route).observe(time.perf_counter() - begun)
        return response


def route_of(request: HttpRequest) -> str:
    """The pattern that the request's address matched, "none" where no page is."""
    match = request.resolver_match
    return f"/{match.route}" if match is not None else "none"


class State(Collector):
    """What the database and the disk say at this moment."""

    def collect(self) -> Iterator[Metric]:
        for name, text, value in facts.gauges():
            gauge = GaugeMetricFamily(f"xaso_{name}", text)
            gauge.add_metric([], value)
            yield gauge


@signed("the scraper shows its token, kept in the product's home")
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures in the text format of Prometheus; 403 without ``Authorization: Bearer <token>``."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not hmac.compare_digest(given.encode(), settings.XASO_METRICS_TOKEN.encode()):
        raise PermissionDenied
    counted = REGISTRY
    if not settings.TESTING:
        counted = CollectorRegistry()
        MultiProcessCollector(counted, path=str(FOLDER))
    state = CollectorRegistry()
    state.register(State())
    body = generate_latest(counted) + generate_latest(state)
    return HttpResponse(body, content_type="text/plain; version=0.0.4; charset=utf-8")


def forget() -> None:
    """Drop the counts of processes that have ended; for the moment before the server starts."""
    for path in FOLDER.glob("*.db"):
        path.unlink(missing_ok=True)
