"""The workers' side of mailings: claim what is due, keep many in flight, write what became of it.

A claim is committed before anything is sent, so that a worker that dies leaves a trace; what it had in flight is
sent again under the same identity where the gateway knows identities, and waits for its receipt where not.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xaso.kernel import tasks
from xaso.kernel.base.writing import prepared
from xaso.kernel.connectors.bulk import Call, Fleet, Landed
from xaso.kernel.connectors.errors import OutsideError
from xaso.kernel.messages import mass, mass_noting, push
from xaso.kernel.messages.channels import Accepted
from xaso.kernel.messages.gates import Gates
from xaso.kernel.messages.mass_finishing import finish, next_due
from xaso.kernel.messages.mass_models import Mailing
from xaso.kernel.messages.mass_noting import Note, retry_note, unsure_note
from xaso.kernel.messages.mass_packing import Claimed, pack, post_to_inboxes
from xaso.kernel.messages.mass_rows import Prices
from xaso.kernel.messages.mass_ways import MassWay, MassZalo, Parcel, way_of
from xaso.kernel.messages.mass_wording import CHANNELS
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now

log = logging.getLogger("xaso.messages")

BATCH = 500
IN_FLIGHT = 1500
UNSURE_AT_MOST = 128  # claimed at once where a repeat would arrive twice: what a killed worker leaves unsure
NOTE_AT, NOTE_EVERY = 500, 0.25
LEASE = timedelta(minutes=10)
TROUBLE = 20  # failures of a gateway in a row, and it is left alone
HOLDS = (30, 60, 120, 300)  # seconds

# The receiver's row is read, not locked: a goal met meanwhile is seen, for it is asked in the same statement.
_CLAIM = """
WITH due AS (
  SELECT s.id FROM messages_sending s
  WHERE s.mailing_id = %s AND s.channel = %s AND s.state IN ('queued', 'retry') AND s.next_at <= %s
  ORDER BY s.next_at LIMIT %s FOR UPDATE SKIP LOCKED)
UPDATE messages_sending s SET state = 'sending', attempts = s.attempts + 1, next_at = %s,
  history = s.history || %s::jsonb
FROM due, messages_receiver r WHERE s.id = due.id AND r.id = s.receiver_id
RETURNING s.id, s.receiver_id, s.attempts, r.facts, r.person_id, r.account_id, r.state
"""


@dataclass
class Tally:
    """What one run did."""

    claimed: int = 0
    notes: dict[str, int] = field(default_factory=dict)
    first_sent: float = 0.0
    seconds: float = 0.0


class Run:
    """One worker's run: until nothing is due that may go out now."""

    def __init__(self, fleet: Fleet, *, until: float | None = None) -> None:
        self.fleet = fleet
        self.until = until
        self.gates = Gates()
        self.ways: dict[str, MassWay] = {}
        self.failures: dict[str, int] = {}
        self.aloft: dict[str, int] = {}
        self.notes: list[Note] = []
        self.noted_at = time.monotonic()
        self.tally = Tally()
        self.prices: dict[str, Prices] = {}
        self.mailings: dict[UUID, Mailing] = {}
        self.token = ""

    def work(self) -> Tally:
        """Run; answers what was done."""
        began = time.monotonic()
        mass.begin_due(Viewer.system())
        mass_noting.time_passed(self._repeatable())
        push.prepare()
        while True:
            claimed = self._claim_some() if self.fleet.in_flight < IN_FLIGHT and not self._over() else 0
            if not claimed and not self.fleet.in_flight:
                self._write()
                if self._wait_for_next_second():
                    continue
                if self._over() or not mass_noting.time_passed(self._repeatable()) and not self._more():
                    break
            self._take_in(self.fleet.landed(0.0 if claimed else 0.05))
        self._write()
        self.tally.seconds = time.monotonic() - began
        return self.tally

    def _over(self) -> bool:
        return self.until is not None and time.monotonic() > self.until

    def _wait_for_next_second(self) -> bool:
        """Whether a channel is paced by the second, and another second is worth waiting for."""
        paced, self.gates.paced = self.gates.paced, False
        if paced and not self._over():
            time.sleep(1.0 - time.time() % 1.0)
        return paced and not self._over()

    def _more(self) -> bool:
        """Whether writing the last notes made something due at once (the next channel of who could not be reached)."""
        return self._claim_some() > 0

    def _repeatable(self) -> list[str]:
        return [name for name in CHANNELS if name == "inbox" or self._way(name).repeatable]

    def _way(self, channel: str) -> MassWay:
        if channel not in self.ways:
            self.ways[channel] = way_of(channel)
        return self.ways[channel]

    # Claiming

    def _claim_some(self) -> int:
        """Claim one batch of each channel of each running mailing, urgent ones first."""
        running = Mailing.objects.filter(state=Mailing.State.RUNNING).order_by("-urgent", "at")
        count = 0
        for mailing in running[:100]:
            self.mailings[mailing.pk] = mailing
            for step in mailing.ladder:
                if self.fleet.in_flight >= IN_FLIGHT:
                    return count
                count += self._claim(mailing, str(step["channel"]))
            if mailing.urgent and count:
                return count
        return count

    def _claim(self, mailing: Mailing, channel: str) -> int:
        gateway, most = channel, BATCH
        if channel != "inbox":
            way = self._way(channel)
            gateway = way.gateway
            if not way.repeatable:
                most = min(BATCH, UNSURE_AT_MOST - self.aloft.get(gateway, 0))
        if most <= 0:
            return 0
        with transaction.atomic():
            most = self.gates.room(mailing, channel, gateway, most)
            rows = self._claimed(mailing, channel, most) if most else []
            self.gates.used(len(rows))
        self.tally.claimed += len(rows)
        if rows:
            self._send(mailing, channel, rows)
        return len(rows)

    def _claimed(self, mailing: Mailing, channel: str, most: int) -> list[Claimed]:
        moment = now()
        entry = f'[{{"state": "sending", "at": "{moment.isoformat(timespec="seconds")}"}}]'
        with prepared() as cursor:
            cursor.execute(_CLAIM, [mailing.pk, channel, moment, most, moment + LEASE, entry])
            return [Claimed(*row) for row in cursor.fetchall()]

    def _send(self, mailing: Mailing, channel: str, rows: Sequence[Claimed]) -> None:
        parcels, skipped = pack(mailing, channel, rows)
        self.notes += skipped
        if channel == "inbox":
            self.notes += post_to_inboxes(mailing, parcels)
            return
        way = self._way(channel)
        if isinstance(way, MassZalo) and parcels:
            try:
                self.token = way.token()
            except OutsideError as error:
                self._hold(way.gateway, error.code, error.message)
                self.notes += [Note(one.sending_id, "queued", next_at=now()) for one in parcels]
                return
            parcels = [_with_token(one, self.token) for one in parcels]
        calls = []
        for parcel in parcels:
            try:
                calls.append(way.call(parcel))
            except Exception as error:  # one receiver's data must not stop the others
                log.exception("sending %s by %s cannot be made", parcel.sending_id, channel)
                self.notes.append(
                    Note(
                        parcel.sending_id,
                        "failed",
                        code=type(error).__name__,
                        reason="Không lập được tin để gửi.",
                    )
                )
        if not self.tally.first_sent:
            self.tally.first_sent = time.monotonic()
        self._let_go(calls)

    def _let_go(self, calls: Sequence[Call]) -> None:
        for call in calls:
            self.aloft[call.gateway] = self.aloft.get(call.gateway, 0) + 1
        self.fleet.send(calls)

    # Taking in

    def _take_in(self, landed: Iterable[Landed]) -> None:
        for one in landed:
            parcel: Parcel = one.call.identity
            self.aloft[one.call.gateway] -= 1
            way = self._way(parcel.channel)
            if not one.begun:
                self.notes.append(Note(parcel.sending_id, "queued", next_at=now()))
            elif one.error is None:
                self.failures[way.gateway] = 0
                self.notes.append(self._sent(parcel, one.answer))
            else:
                self._failed(way, parcel, one.error)
        if len(self.notes) >= NOTE_AT or time.monotonic() - self.noted_at > NOTE_EVERY:
            self._write()

    def _sent(self, parcel: Parcel, answer: Accepted | push.Pushed) -> Note:
        if isinstance(answer, push.Pushed):
            push.drop_gone(answer.gone)
            return Note(parcel.sending_id, "sent", provider_id=str(answer.taken[0]))
        where = self.mailings[parcel.mailing_id].unit_path
        if where not in self.prices:
            self.prices[where] = Prices(where)
        prices = self.prices[where]
        phone = parcel.address if parcel.channel in ("sms", "zalo") else ""
        each = prices.of(parcel.channel, phone) or 0
        return Note(
            parcel.sending_id,
            "sent",
            provider_id=answer.provider_id[:80],
            parts=answer.parts,
            price=each * max(answer.parts, 1),
        )

    def _failed(self, way: MassWay, parcel: Parcel, error: Exception) -> None:
        if isinstance(error, push.GoneError):
            push.drop_gone(error.gone)
        verdict = way.judge(error)
        if verdict.token and not parcel.again and isinstance(way, MassZalo) and self._renewed(way, parcel):
            self._let_go([way.call(parcel.with_token(self.token))])
            return
        if not isinstance(error, OutsideError) and verdict.passing and not verdict.code[:1].isdigit():
            log.warning("sending %s by %s failed: %s", parcel.sending_id, parcel.channel, verdict.code)
        if verdict.passing:
            self._count_trouble(way, verdict.code, verdict.reason, at_once=verdict.hold)
        if verdict.unsure:
            self.notes.append(unsure_note(parcel.sending_id, verdict.code, verdict.reason))
        elif verdict.passing:
            self.notes.append(retry_note(parcel.sending_id, parcel.attempts, verdict.code, verdict.reason))
        else:
            self.notes.append(Note(parcel.sending_id, "failed", code=verdict.code, reason=verdict.reason))

    def _renewed(self, way: MassZalo, parcel: Parcel) -> bool:
        """A new token for those turned away: asked for once, whoever of them comes first."""
        if parcel.token == self.token:
            try:
                self.token = way.token(refused=parcel.token)
            except OutsideError as error:
                self._hold(way.gateway, error.code, error.message)
                return False
        return True

    def _count_trouble(self, way: MassWay, code: str, reason: str, *, at_once: bool) -> None:
        self.failures[way.gateway] = self.failures.get(way.gateway, 0) + 1
        if at_once or self.failures[way.gateway] >= TROUBLE:
            self._hold(way.gateway, code, reason)

    def _hold(self, gateway: str, code: str, reason: str) -> None:
        """Leave a gateway alone for a while; calls that wait for it come back."""
        self.failures[gateway] = 0
        self.fleet.call_back(gateway)
        self.gates.hold(gateway, code, reason, HOLDS)

    def _write(self) -> None:
        self.noted_at = time.monotonic()
        notes, self.notes = self.notes, []
        for one in notes:
            self.tally.notes[one.state] = self.tally.notes.get(one.state, 0) + 1
        mass_noting.write(notes)


def _with_token(parcel: Parcel, token: str) -> Parcel:
    from dataclasses import replace

    return replace(parcel, token=token)


def run(*, seconds: float | None = None, window: int | None = None) -> Tally:
    """Send everything that is due and may go out; answers what was done. ``seconds``: then leave the rest."""
    until = time.monotonic() + seconds if seconds else None
    with Fleet(**({"window": window} if window else {}), inside=_inside()) as fleet:
        tally = Run(fleet, until=until).work()
    finish(Viewer.system())
    return tally


def _inside() -> bool:
    from django.conf import settings

    return bool(settings.XASO_PUSH_INSIDE)


def work() -> None:
    """The job: send for a while, then make room for other jobs and come again when something is due."""
    run(seconds=60.0)
    again = next_due()
    if again is not None:
        wake(again)


def wake(at: datetime) -> None:
    """Queue the next run for an instant; one is queued for each minute at most."""
    if at <= now() + timedelta(seconds=2):
        tasks.enqueue(mass.RUN, {}, key="now")
    else:
        tasks.enqueue(mass.RUN, {}, key=f"{at:%Y%m%d%H%M}", at=at)


def sweep() -> None:
    """Queue a run when something is due: a job may have been lost with its worker."""
    due = next_due()
    if due is not None and due <= now() + timedelta(minutes=1):
        tasks.enqueue(mass.RUN, {}, key="now")
