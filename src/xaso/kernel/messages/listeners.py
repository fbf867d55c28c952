"""What messages tell people when something happens elsewhere in the kernel. Repeatable: a message has its key."""

from __future__ import annotations

from uuid import UUID

from xaso.kernel.events.models import Event
from xaso.kernel.messages.actions import send
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM


def tell_sender_of_held_file(event: Event) -> None:
    """The sender of a file in quarantine learns what was decided; one without an account was told at once."""
    account = str(event.data.get("account", ""))
    to = Account.objects.filter(pk=UUID(account)).first() if account else None
    if to is None:
        return
    send(
        Viewer.system(),
        event.name.replace("documents.", "messages."),
        to=to.person or to,
        data={"day": f"{event.at.astimezone(VIETNAM):%d/%m/%Y}"},
        record=(event.record_type, event.record_id),
        unit_path=event.unit_path,
    )
