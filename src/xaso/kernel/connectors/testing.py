"""For tests of any layer: the simulators on a loopback port, and the settings pointing at them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from unittest import mock

from django.test import override_settings

from xaso.kernel.connectors import transport
from xaso.kernel.connectors.addresses import Address, read_addresses
from xaso.simulators.server import running
from xaso.simulators.world import World


@contextlib.contextmanager
def simulators(product: str = "http://127.0.0.1:9") -> Iterator[tuple[World, str]]:
    """The simulated world and its address; everything that asks for a connector meanwhile speaks to it.

    ``product`` is where the world reports to: pass ``live_server.url`` to receive its webhooks.
    """
    world = World(product=product, patience=0.01)
    with running(world) as base, pointing_at(read_addresses({}, base)):
        yield world, base


@contextlib.contextmanager
def pointing_at(addresses: Mapping[str, Address]) -> Iterator[None]:
    """All connectors speak to these addresses; short pauses between tries, as tests have no time."""
    with override_settings(XASO_OUTSIDE=dict(addresses)), mock.patch.object(transport, "FIRST_PAUSE", 0.01):
        yield
