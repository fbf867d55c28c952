"""What tests of mailings share: receivers, a wording, a mailing begun by the product itself, its states."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from xaso.kernel.messages import mass
from xaso.kernel.messages.mass import Recipient, Wording
from xaso.kernel.messages.mass_models import Mailing, Receiver, Sending
from xaso.kernel.people.viewer import Viewer

SYSTEM = Viewer.system()
COMMUNE = "15/02683/"
WORDING = Wording(
    subject="Họp thôn {name}",
    body="Mời {name} họp lúc 19 giờ.",
    sms="Mời {name} họp thôn lúc 19 giờ.",
    zalo_template="100001",
    zalo_data={"ten": "{name}"},
)


def people(*phones: str, **more: Any) -> list[Recipient]:
    """One receiver for each number, by turns in two hamlets."""
    return [
        Recipient(name=f"Người {n}", phone=phone, unit_path=f"{COMMUNE}t{n % 2}/", **more)
        for n, phone in enumerate(phones, 1)
    ]


def begin(recipients: list[Recipient], *ladder: Any, viewer: Viewer = SYSTEM, **more: Any) -> Mailing:
    """A mailing to them; rungs are channels, or (channel, minutes to wait)."""
    steps = [
        {"channel": one} if isinstance(one, str) else {"channel": one[0], "wait_minutes": one[1]}
        for one in ladder
    ]
    given = {
        "title": "Họp thôn",
        "wording": WORDING,
        "urgent": False,
        "key": str(uuid4()),
        "record": None,
        "unit_path": COMMUNE,
        **more,
    }
    return mass.start(viewer, recipients=recipients, ladder=steps, **given)


def states(mailing: Mailing) -> dict[tuple[str, str], int]:
    """How many sendings stand how, by channel."""
    found: dict[tuple[str, str], int] = {}
    for pair in Sending.objects.filter(mailing=mailing).values_list("channel", "state"):
        found[pair] = found.get(pair, 0) + 1
    return found


def receivers(mailing: Mailing) -> list[Receiver]:
    """The receivers in the order they were given."""
    return sorted(Receiver.objects.filter(mailing=mailing), key=lambda one: str(one.facts.get("name")))
