"""A whole installation for the journeys: the demo commune, server, simulators, worker, all in this process."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections
from django.test import override_settings
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.live_server_helper import LiveServer

from tests.emptying import empty
from xaso.kernel.connectors.addresses import read_addresses
from xaso.kernel.events import relay
from xaso.kernel.events.models import Delivery, Outbox
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.tasks import adapter
from xaso.services.onestop import routing, setups_in_force
from xaso.services.onestop.actions.setups import load_shipped
from xaso.services.onestop.demo import seeds
from xaso.simulators.server import running
from xaso.simulators.world import World as Outside
from xaso.site.demo import place

SYSTEM = Viewer.system()


@dataclass
class Town:
    """The running installation: where it answers, who works there, what lies outside."""

    url: str
    outside: Outside
    outside_url: str
    accounts: dict[str, Account]

    def settle(self, seconds: float = 30) -> None:
        """Wait until the worker has nothing left to do, so that the next page shows the effect."""
        until = time.monotonic() + seconds
        while _waits() and time.monotonic() < until:
            time.sleep(0.1)
        assert not _waits(), "the worker does not come to an end"

    def apart(self, run: Callable[[], Any]) -> Any:
        """Do something in a thread of its own: the browser's event loop holds this one, and signing needs its own."""
        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(_with_own_connection, run).result()


def _with_own_connection(run: Callable[[], Any]) -> Any:
    try:
        return run()
    finally:
        connections.close_all()


def _waits() -> bool:
    pending = Delivery.objects.filter(state=Delivery.State.PENDING, next_at__lte=moment.now())
    jobs = ProcrastinateJob.objects.filter(status__in=("todo", "doing"), scheduled_at__isnull=True)
    return Outbox.objects.exists() or pending.exists() or jobs.exists()


def _work() -> None:
    relay.run_once()
    ready = ProcrastinateJob.objects.filter(status="todo", scheduled_at__isnull=True)
    if ready.exists():
        adapter.run_ready_jobs()
        relay.run_once()


def _keep_working(stop: threading.Event) -> None:
    """The worker: as in the product, only in a thread."""
    while not stop.wait(0.3):
        with contextlib.suppress(Exception):
            _work()
    connections.close_all()


def _fill() -> dict[str, Account]:
    """Offices, officers, keys, fees, electronic procedures: the demo commune before anybody came in."""
    with moment.frozen("2025-07-01T08:00"):
        accounts = place.make_place(SYSTEM)
    load_shipped(SYSTEM)
    setups_in_force.forget()
    routing.forget()
    seeds.make_money(SYSTEM)
    seeds.make_keys(SYSTEM, accounts)
    return accounts


@contextlib.contextmanager
def a_town(extra: Callable[[], None] | None = None) -> Iterator[Town]:
    """Start everything on an empty database; stop it and empty the database again."""
    empty()
    stop = threading.Event()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xaso-journeys-")))
        outside = Outside()
        outside_url = stack.enter_context(running(outside))
        addresses = read_addresses({}, outside_url)
        stack.enter_context(
            override_settings(
                XASO_SIMULATORS=outside_url,
                XASO_OUTSIDE=addresses,
                XASO_VNEID_ISSUER=addresses["vneid"].url,
                XASO_FILES=str(folder / "files"),
                XASO_HOME_UNIT=place.COMMUNE,
                ALLOWED_HOSTS=["*"],
            )
        )
        accounts = _fill()
        if extra is not None:
            extra()
        server = LiveServer("127.0.0.1")
        stack.callback(server.stop)
        stack.enter_context(override_settings(XASO_BASE_URL=server.url))
        outside.product = server.url
        town = Town(server.url, outside, outside_url, accounts)
        worker = threading.Thread(target=_keep_working, args=(stop,), daemon=True)
        worker.start()
        try:
            yield town
        finally:
            stop.set()
            worker.join(timeout=10)
    empty()
