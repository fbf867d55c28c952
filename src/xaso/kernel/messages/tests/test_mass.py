"""Mailings through the actions and the worker's own run, against simulated gateways over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from xaso.kernel.base.errors import ActionError, Conflict, Forbidden
from xaso.kernel.connectors.addresses import read_addresses
from xaso.kernel.connectors.testing import pointing_at
from xaso.kernel.events.models import Event
from xaso.kernel.messages import mass, mass_noting, mass_run
from xaso.kernel.messages.mass import Recipient, Wording
from xaso.kernel.messages.mass_models import GatewayHold, Mailing, MassRule, Quota, Receiver, Sending
from xaso.kernel.messages.models import QuietHours
from xaso.kernel.people.testing import officer
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import at, frozen, now
from xaso.simulators import swift
from xaso.simulators.world import World

SYSTEM = Viewer.system()
COMMUNE = "15/04321/"
WORDING = Wording(
    subject="Họp thôn {name}",
    body="Mời {name} họp lúc 19 giờ.",
    sms="Mời {name} họp thôn lúc 19 giờ.",
    zalo_template="100001",
    zalo_data={"ten": "{name}"},
)


@pytest.fixture(scope="module")
def gateways() -> Iterator[tuple[World, str]]:
    """One set of simulated gateways for all tests here; reports are given by the tests themselves."""
    world = World(reports=False, patience=0.01)
    with swift.running(world) as base:
        yield world, base


@pytest.fixture
def world(gateways: tuple[World, str], db: None) -> Iterator[World]:
    made, base = gateways
    made.reset()
    QuietHours.objects.all().delete()
    with pointing_at(read_addresses({}, base)):
        yield made


def people(*phones: str) -> list[Recipient]:
    return [
        Recipient(name=f"Người {n}", phone=phone, unit_path=f"{COMMUNE}t{n % 2}/")
        for n, phone in enumerate(phones)
    ]


def begin(recipients: list[Recipient], *ladder: str | tuple[str, int], **more: object) -> Mailing:
    steps = [
        {"channel": one} if isinstance(one, str) else {"channel": one[0], "wait_minutes": one[1]}
        for one in ladder
    ]
    settings = {"urgent": False, "key": str(uuid4()), "record": None, "unit_path": COMMUNE, **more}
    return mass.start(
        SYSTEM, title="Họp thôn", wording=WORDING, recipients=recipients, ladder=steps, **settings
    )  # type: ignore[arg-type]


def states(mailing: Mailing) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for channel, state in Sending.objects.filter(mailing=mailing).values_list("channel", "state"):
        found[channel, state] = found.get((channel, state), 0) + 1
    return found


def test_each_gets_it_once_in_the_form_of_the_channel(world: World) -> None:
    mailing = begin(people("0912000001", "0912000002", "0912000001"), "sms")
    assert mailing.receivers_count == 2
    mass_run.run()
    assert states(mailing) == {("sms", "sent"): 2}
    assert sorted(row["text"] for row in world.rows("sms")) == [
        "Moi Nguoi 1 hop thon luc 19 gio.",
        "Moi Nguoi 2 hop thon luc 19 gio.",
    ]
    assert set(world.tallies["sms"].values()) == {1}
    mailing.refresh_from_db()
    assert mailing.state == Mailing.State.FINISHED
    figures = mass.figures(SYSTEM, mailing.pk)
    assert figures.states == {"sent": 2}
    assert (figures.parts, figures.price) == (2, 1000)
    names = list(Event.objects.filter(record_id=mailing.pk).values_list("name", flat=True))
    assert names == ["messages.mailing_started", "messages.mailing_finished"]
