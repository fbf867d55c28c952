"""Sends the rows of the outbox, and sends again what a break may have swallowed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from xaso.kernel.plain.moment import now
from xaso.services.broadcast.models import WireCommand, WireSchedule

BATCH = 500
State = WireCommand.State


class Sender(Protocol):
    """What of the client is needed here."""

    def send(self, topic: str, payload: bytes, *, retain: bool = ..., expires: datetime | None = ...) -> Any:
        """Hands over a message; the answer's ``is_published()`` says when the broker has it."""


class Outgoing:
    """One round after another: ``again`` after each break, ``round`` whenever there may be something."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._flying: list[tuple[Any, type[WireCommand] | type[WireSchedule], UUID]] = []

    def again(self) -> int:
        """The line is new: what was sent and is not answered, and every programme, goes out once more."""
        self._flying.clear()
        waiting = WireCommand.objects.filter(state=State.SENT, expires_at__gt=now()).update(
            state=State.WAITING
        )
        return waiting + WireSchedule.objects.exclude(sent_at=None).update(sent_at=None)

    def round(self) -> int:
        """Sends what waits; answers how many messages went."""
        moment = now()
        self._note_arrived()
        flying = {key for _, _, key in self._flying}
        WireCommand.objects.filter(state__in=[State.WAITING, State.SENT], expires_at__lte=moment).update(
            state=State.ENDED
        )
        commands = WireCommand.objects.filter(state=State.WAITING).exclude(pk__in=flying)
        sent = 0
        for row in commands.order_by("-urgent", "sequence")[:BATCH]:
            info = self._sender.send(row.topic, bytes(row.sealed), expires=row.expires_at)
            self._flying.append((info, WireCommand, row.pk))
            sent += 1
        schedules = WireSchedule.objects.filter(sent_at=None).exclude(pk__in=flying)
        for held in schedules.order_by("pk")[:BATCH]:
            info = self._sender.send(held.topic, bytes(held.sealed), retain=True)
            self._flying.append((info, WireSchedule, held.pk))
            sent += 1
        return sent

    @property
    def flying(self) -> int:
        """How many the broker has not confirmed yet."""
        return len(self._flying)

    def _note_arrived(self) -> None:
        moment = now()
        arrived = [one for one in self._flying if one[0].is_published()]
        if not arrived:
            return
        self._flying = [one for one in self._flying if one not in arrived]
        commands = [key for _, kind, key in arrived if kind is WireCommand]
        schedules = [key for _, kind, key in arrived if kind is WireSchedule]
        WireCommand.objects.filter(pk__in=commands, state=State.WAITING).update(
            state=State.SENT, sent_at=moment
        )
        WireSchedule.objects.filter(pk__in=schedules).update(sent_at=moment)
