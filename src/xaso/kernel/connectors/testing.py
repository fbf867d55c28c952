"""For tests of any layer: the simulators on a loopback port, and the settings pointing at them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from unittest import mock

import httpx
from django.test import Client, override_settings

from xaso.kernel.connectors import bulk, transport
from xaso.kernel.connectors.addresses import Address, read_addresses
from xaso.simulators.server import running
from xaso.simulators.world import World


@contextlib.contextmanager
def simulators(product: str = "") -> Iterator[tuple[World, str]]:
    """The simulated world and its address; everything that asks for a connector meanwhile speaks to it.

    Without ``product`` its webhooks are answered in the thread that causes them, so a test may call
    ``bank.transfer(world, …)`` inside its own database transaction. With ``live_server.url`` they go over the wire.
    """
    courier = None
    if not product:
        courier = httpx.Client(transport=httpx.MockTransport(_into_the_product))
    world = World(product=product or "http://testserver", patience=0.01, courier=courier)
    with running(world) as base, pointing_at(read_addresses({}, base)):
        yield world, base


@contextlib.contextmanager
def pointing_at(addresses: Mapping[str, Address]) -> Iterator[None]:
    """All connectors speak to these addresses; short pauses between tries, as tests have no time."""
    with (
        override_settings(XASO_OUTSIDE=dict(addresses)),
        mock.patch.object(transport, "FIRST_PAUSE", 0.01),
        mock.patch.object(bulk, "FIRST_PAUSE", 0.01),
    ):
        yield


def _into_the_product(request: httpx.Request) -> httpx.Response:
    """Hand a webhook to the product in this thread: Django's own test client leaves the database connection alone."""
    answer = Client(raise_request_exception=False).generic(
        request.method,
        request.url.raw_path.decode(),
        request.content,
        content_type=request.headers.get("Content-Type", "application/octet-stream"),
        headers=dict(request.headers),
    )
    return httpx.Response(answer.status_code, content=answer.content)
