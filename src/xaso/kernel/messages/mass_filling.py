"""Receivers of a mailing become rows: many in one statement, names and addresses sealed, each person once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from uuid import UUID

from xaso.kernel.base.fields import keyed_hash, seal_all
from xaso.kernel.base.writing import array_of, prepared
from xaso.kernel.messages.audience import Recipient
from xaso.kernel.messages.channels import WAYS
from xaso.kernel.messages.mass_models import Mailing
from xaso.kernel.messages.push_models import PushSubscription
from xaso.kernel.plain.collecting import no_collecting
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import now

BATCH = 5000
CONTEXT = "messages_receiver.facts"
NOBODY = "Không có địa chỉ nào cho các kênh đã chọn."

_RECEIVERS = """
INSERT INTO messages_receiver (id, created_at, mailing_id, identity, person_id, account_id, facts, unit_path, rungs,
  rung, state, reason, to_call, call_note)
SELECT one.id, %s, %s, one.identity, one.person, one.account, one.facts, one.path, one.rungs::jsonb, 0,
  CASE WHEN one.rungs = '[]' THEN 'failed' ELSE 'waiting' END,
  CASE WHEN one.rungs = '[]' THEN %s::text ELSE '' END, one.rungs = '[]', ''
FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::bytea[], %s::text[], %s::text[])
  AS one(id, identity, person, account, facts, path, rungs)
ON CONFLICT (mailing_id, identity) DO NOTHING
"""
_FIRST = """
INSERT INTO messages_sending (id, created_at, mailing_id, receiver_id, channel, state, next_at, attempts, provider_id,
  parts, price, error_code, error, history)
SELECT one.id, %s, %s, one.receiver, one.channel, 'queued', %s, 0, '', 0, 0, '', '', '[]'::jsonb
FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS one(id, receiver, channel)
"""


def identity_of(one: Recipient) -> str:
    """What makes a receiver the same one in a mailing."""
    if one.person_id:
        return f"p{one.person_id.hex}"
    if one.account_id:
        return f"a{one.account_id.hex}"
    if one.push:
        return f"s{one.push}"[:64]
    return keyed_hash(f"{one.phone}|{one.email}".lower(), "mailing_receiver")[:60]


def reachable(one: Recipient, channels: Sequence[str], subscribed: set[UUID] | None = None) -> list[str]:
    """The channels, in order, by which a receiver can be reached at all."""
    known = {"phone": one.phone, "email": one.email}
    found = []
    for name in channels:
        if name == "inbox":
            there = one.person_id is not None or one.account_id is not None
        elif name == "push":
            owner = one.person_id or one.account_id
            there = bool(one.push) or (owner is not None and (subscribed is None or owner in subscribed))
        else:
            there = bool(WAYS[name].address(known))
        if there:
            found.append(name)
    return found


def with_browsers(recipients: Sequence[Recipient]) -> set[UUID]:
    """Persons and accounts among the receivers that have a browser subscribed."""
    live = PushSubscription.objects.filter(ended_at__isnull=True)
    found: set[UUID] = set(live.filter(person__isnull=False).values_list("person_id", flat=True))
    found |= set(live.filter(account__isnull=False).values_list("account_id", flat=True))
    return found


@no_collecting()
def fill_receivers(mailing: Mailing, recipients: Sequence[Recipient]) -> int:
    """Write receivers and their first sendings; answers how many there are, each person once."""
    names = [str(step["channel"]) for step in mailing.ladder]
    subscribed = with_browsers(recipients) if "push" in names else set()
    unique = {identity_of(one): one for one in recipients}
    for part in _parts(list(unique.items())):
        _write(mailing, part, names, subscribed)
    return len(unique)


def _parts(items: list[tuple[str, Recipient]]) -> Iterator[list[tuple[str, Recipient]]]:
    for at in range(0, len(items), BATCH):
        yield items[at : at + BATCH]


def _write(
    mailing: Mailing, part: list[tuple[str, Recipient]], names: list[str], subscribed: set[UUID]
) -> None:
    ids = [uuid7() for _ in part]
    rungs = [reachable(one, names, subscribed) for _, one in part]
    facts = seal_all([_facts(one) for _, one in part], CONTEXT)
    moment = now()
    first = [(uuid7(), pk, channels[0]) for pk, channels in zip(ids, rungs, strict=True) if channels]
    with prepared() as cursor:
        cursor.execute(
            _RECEIVERS,
            [
                moment,
                mailing.pk,
                NOBODY,
                array_of(ids),
                array_of(identity for identity, _ in part),
                array_of(one.person_id for _, one in part),
                array_of(one.account_id for _, one in part),
                facts,
                [one.unit_path for _, one in part],
                [json.dumps(channels) for channels in rungs],
            ],
        )
        if first:
            cursor.execute(
                _FIRST,
                [
                    moment,
                    mailing.pk,
                    mailing.at,
                    array_of(row[0] for row in first),
                    array_of(row[1] for row in first),
                    array_of(row[2] for row in first),
                ],
            )


def _facts(one: Recipient) -> str:
    facts = {"name": one.name, "phone": one.phone, "email": one.email}
    if one.data:
        facts["data"] = dict(one.data)  # type: ignore[assignment]
    if one.push:
        facts["push"] = one.push
    return json.dumps(facts, ensure_ascii=False)
