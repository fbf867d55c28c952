"""What became of sendings, written many at a time; and who goes on to the next channel because of it.

Every statement may be repeated: a state never goes back, and a receiver leaves a rung only once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from xaso.kernel.base.actions import action
from xaso.kernel.base.deadlocks import again_after_deadlock
from xaso.kernel.base.errors import Forbidden
from xaso.kernel.base.writing import array_of, prepared
from xaso.kernel.messages.mass_models import Sending
from xaso.kernel.messages.rules import RETRY_MINUTES, UNSURE_MINUTES
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import now

NO_CHANNEL_LEFT = "Đã thử hết các kênh."
_RANK = {"sent": 1, "failed": 2, "delivered": 3, "read": 4}
State = Sending.State


@dataclass(frozen=True)
class Note:
    """The end of one try. ``state``: sent, failed, retry, unsure, skipped, or queued (it was never begun)."""

    sending_id: UUID
    state: str
    provider_id: str = ""
    parts: int = 0
    price: int = 0
    code: str = ""
    reason: str = ""
    next_at: datetime | None = None


# A receipt may have been faster than the answer: what is delivered stays delivered, only the details are added.
_NOTE = """
UPDATE messages_sending s SET
  state = CASE WHEN s.state IN ('sending', 'unsure') THEN one.state ELSE s.state END,
  next_at = CASE WHEN s.state IN ('sending', 'unsure') THEN one.next_at ELSE NULL END,
  attempts = CASE WHEN one.state = 'queued' THEN greatest(s.attempts - 1, 0) ELSE s.attempts END,
  provider_id = CASE WHEN one.provider <> '' THEN one.provider ELSE s.provider_id END,
  parts = one.parts, price = one.price, error_code = one.code, error = one.reason,
  history = s.history || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'state', one.state, 'at', %s::text, 'code', nullif(one.code, ''))))
FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::text[], %s::int[], %s::int[], %s::text[], %s::text[])
  AS one(id, state, next_at, provider, parts, price, code, reason)
WHERE s.id = one.id RETURNING s.receiver_id, s.state, s.channel
"""
_SENT = """
UPDATE messages_receiver r SET
  state = CASE WHEN r.state IN ('waiting', 'failed') THEN 'sent' ELSE r.state END,
  reason = '',
  next_at = CASE WHEN r.state IN ('waiting', 'sent', 'failed') OR m.goal = 'acknowledged'
    THEN %s::timestamptz + (m.ladder -> place.at ->> 'wait_minutes')::int * interval '1 minute' END
FROM messages_mailing m, unnest(%s::uuid[], %s::text[]) AS one(id, channel),
  LATERAL (SELECT (step.number - 1)::int AS at FROM messages_mailing mm,
    jsonb_array_elements(mm.ladder) WITH ORDINALITY AS step(content, number)
    WHERE mm.id = m.id AND step.content ->> 'channel' = one.channel) AS place
WHERE r.id = one.id AND m.id = r.mailing_id AND r.state NOT IN ('acknowledged', 'stopped')
  AND r.rungs ->> r.rung::int = one.channel
"""
_ON = """
UPDATE messages_receiver r SET rung = r.rung + 1, next_at = NULL
FROM messages_mailing m, unnest(%s::uuid[], %s::text[]) AS one(id, channel)
WHERE r.id = one.id AND m.id = r.mailing_id AND m.state = 'running' AND r.rungs ->> r.rung::int = one.channel
  AND r.state NOT IN ('acknowledged', 'stopped')
  AND (m.goal = 'acknowledged' OR r.state NOT IN ('delivered', 'read'))
RETURNING r.id, r.mailing_id, r.rungs ->> r.rung::int
"""
_LEFT = """
UPDATE messages_receiver r SET to_call = true,
  state = CASE WHEN r.state = 'waiting' THEN 'failed' ELSE r.state END,
  reason = coalesce((SELECT s.error FROM messages_sending s WHERE s.receiver_id = r.id AND s.error <> ''
    ORDER BY s.id DESC LIMIT 1), %s)
WHERE r.id = ANY(%s::uuid[])
"""
_NEXT = """
INSERT INTO messages_sending (id, created_at, mailing_id, receiver_id, channel, state, next_at, attempts, provider_id,
  parts, price, error_code, error, history)
SELECT one.id, %s, one.mailing, one.receiver, one.channel, 'queued', %s, 0, '', 0, 0, '', '', '[]'::jsonb
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[]) AS one(id, mailing, receiver, channel)
ON CONFLICT (receiver_id, channel) DO NOTHING
"""


# Stopping a mailing changes all its rows, whatever their order: it and what is written here wait for each other's end.
_HOLD = """
SELECT id FROM messages_mailing WHERE id IN (SELECT mailing_id FROM messages_sending WHERE id = ANY(%s::uuid[]))
ORDER BY id FOR SHARE
"""
_HOLD_ALL = "SELECT id FROM messages_mailing WHERE state = 'running' ORDER BY id FOR SHARE"


def retry_note(sending_id: UUID, attempts: int, code: str, reason: str) -> Note:
    """A failure that may pass: tried again after a growing pause, until it is enough."""
    if attempts > len(RETRY_MINUTES):
        return Note(sending_id, State.FAILED, code=code, reason=reason)
    at = now() + timedelta(minutes=RETRY_MINUTES[attempts - 1])
    return Note(sending_id, State.RETRY, code=code, reason=reason, next_at=at)


def unsure_note(sending_id: UUID, code: str, reason: str) -> Note:
    """It may have gone out: nothing is sent again on this channel; its receipt is waited for."""
    at = now() + timedelta(minutes=UNSURE_MINUTES)
    text = f"Chưa rõ đã gửi, đang chờ báo nhận. {reason}"[:200]
    return Note(sending_id, State.UNSURE, code=code, reason=text, next_at=at)


@again_after_deadlock
@transaction.atomic
def write(notes: Sequence[Note]) -> None:
    """Keep what became of tries; receivers whose channel failed go on to the next."""
    if not notes:
        return
    moment = now()
    with prepared() as cursor:
        keys = array_of(one.sending_id for one in notes)
        cursor.execute(_HOLD, [keys])
        cursor.execute(
            _NOTE,
            [
                moment.isoformat(timespec="seconds"),
                keys,
                array_of(one.state for one in notes),
                array_of(one.next_at for one in notes),
                [one.provider_id for one in notes],
                array_of(one.parts for one in notes),
                array_of(one.price for one in notes),
                [one.code[:60] for one in notes],
                [one.reason[:200] for one in notes],
            ],
        )
        changed = cursor.fetchall()
        sent = [(row[0], row[2]) for row in changed if row[1] == "sent"]
        if sent:
            cursor.execute(
                _SENT, [moment, array_of(row[0] for row in sent), array_of(row[1] for row in sent)]
            )
    go_on([(row[0], row[2]) for row in changed if row[1] in ("failed", "skipped")])


def go_on(left: Sequence[tuple[UUID, str]]) -> int:
    """Receivers leave the rung of a channel: queue the next one, or put them on the list of those to call."""
    if not left:
        return 0
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(_ON, [[one[0] for one in left], [one[1] for one in left]])
        moved = cursor.fetchall()
        following = [row for row in moved if row[2]]
        ended = [row[0] for row in moved if not row[2]]
        if following:
            cursor.execute(
                _NEXT,
                [
                    moment,
                    moment,
                    [uuid7() for _ in following],
                    [row[1] for row in following],
                    [row[0] for row in following],
                    [row[2] for row in following],
                ],
            )
        if ended:
            cursor.execute(_LEFT, [NO_CHANNEL_LEFT, ended])
    return len(moved)


_WAITED = """
UPDATE messages_receiver r SET next_at = NULL WHERE r.id IN (
  SELECT one.id FROM messages_receiver one JOIN messages_mailing m ON m.id = one.mailing_id
  WHERE one.next_at <= %s AND m.state = 'running' LIMIT 5000 FOR UPDATE OF one SKIP LOCKED)
RETURNING r.id, r.rungs ->> r.rung::int
"""
_UNSURE_OVER = """
UPDATE messages_sending SET state = 'failed', next_at = NULL,
  error = 'Không rõ đã gửi và không có báo nhận.',
  history = history || jsonb_build_array(jsonb_build_object('state', 'failed', 'at', %s::text, 'code', 'no-receipt'))
WHERE id IN (SELECT id FROM messages_sending WHERE state = 'unsure' AND next_at <= %s LIMIT 5000 FOR UPDATE SKIP LOCKED)
RETURNING receiver_id, channel
"""
_ORPHANS = """
UPDATE messages_sending SET
  state = CASE WHEN channel = ANY(%s) THEN 'retry' ELSE 'unsure' END,
  next_at = CASE WHEN channel = ANY(%s) THEN %s ELSE %s END,
  error = CASE WHEN channel = ANY(%s) THEN 'Máy gửi dừng giữa chừng; gửi lại.'
    ELSE 'Chưa rõ đã gửi, đang chờ báo nhận. Máy gửi dừng giữa chừng.' END,
  history = history || jsonb_build_array(jsonb_build_object('state', 'orphan', 'at', %s::text))
WHERE id IN (SELECT id FROM messages_sending WHERE state = 'sending' AND next_at <= %s LIMIT 5000
  FOR UPDATE SKIP LOCKED)
"""


@again_after_deadlock
@transaction.atomic
def time_passed(repeatable: Sequence[str]) -> int:
    """What time alone changes: waits that ended, receipts that never came, tries whose worker died. How many."""
    moment = now()
    stamp = moment.isoformat(timespec="seconds")
    later = moment + timedelta(minutes=UNSURE_MINUTES)
    known = list(repeatable)
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_ALL)
        cursor.execute(_ORPHANS, [known, known, moment, later, known, stamp, moment])
        count: int = cursor.rowcount
        cursor.execute(_UNSURE_OVER, [stamp, moment])
        over = cursor.fetchall()
        cursor.execute(_WAITED, [moment])
        waited = cursor.fetchall()
    go_on([(row[0], row[1]) for row in [*over, *waited]])
    return count + len(over) + len(waited)


_RECEIPT = """
UPDATE messages_sending SET state = %s, next_at = NULL, error = CASE WHEN %s = 'failed' THEN %s ELSE '' END,
  provider_id = CASE WHEN provider_id = '' THEN %s ELSE provider_id END,
  history = history || %s::jsonb
WHERE id = %s AND state NOT IN ('stopped') AND
  CASE state WHEN 'sent' THEN 1 WHEN 'failed' THEN 2 WHEN 'delivered' THEN 3 WHEN 'read' THEN 4 ELSE 0 END < %s
RETURNING receiver_id
"""


@action
def note_receipt(
    viewer: Viewer, *, sending_id: UUID | None, provider_id: str, channel: str, state: str
) -> bool:
    """A gateway tells what became of a sending: delivered, read or failed. Twice and in any order does no harm.

    The caller has checked that it is the gateway, and passes the product itself.
    """
    if viewer.kind != "system":
        raise Forbidden()
    rows = Sending.objects.filter(channel=channel)
    row = rows.filter(pk=sending_id).first() if sending_id else None
    if row is None and provider_id:
        row = rows.filter(provider_id=provider_id).first()
    if row is None or (provider_id and row.provider_id and row.provider_id != provider_id):
        return False
    entry: list[dict[str, Any]] = [
        {"state": state, "at": now().isoformat(timespec="seconds"), "code": "receipt"}
    ]
    why = "Nhà cung cấp báo không tới được máy nhận."
    with connection.cursor() as cursor:
        cursor.execute(
            _RECEIPT, [state, state, why, provider_id, json.dumps(entry), row.pk, _RANK.get(state, 0)]
        )
        if cursor.rowcount == 0:
            return False
        if state == State.FAILED:
            go_on([(row.receiver_id, channel)])
            return True
        cursor.execute(
            "UPDATE messages_receiver r SET state = CASE WHEN r.state IN ('acknowledged', 'read') THEN r.state"
            " ELSE %s END, reason = '', to_call = CASE WHEN m.goal = 'delivered' THEN false ELSE r.to_call END,"
            " next_at = CASE WHEN m.goal = 'delivered' THEN NULL ELSE r.next_at END"
            " FROM messages_mailing m WHERE m.id = r.mailing_id AND r.id = %s AND r.state <> 'stopped'",
            [state, row.receiver_id],
        )
    return True
