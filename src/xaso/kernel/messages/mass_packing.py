"""From claimed rows to parcels: names and addresses unsealed, refusals asked for the whole batch, words filled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from xaso.kernel.base.fields import keyed_hash, keyed_hashes, unseal
from xaso.kernel.base.writing import array_of, prepared
from xaso.kernel.messages import push
from xaso.kernel.messages.acknowledging import ack_link
from xaso.kernel.messages.actions import stop_link
from xaso.kernel.messages.channels import WAYS
from xaso.kernel.messages.mass_filling import CONTEXT
from xaso.kernel.messages.mass_models import Mailing
from xaso.kernel.messages.mass_noting import Note
from xaso.kernel.messages.mass_ways import Parcel, body_text
from xaso.kernel.messages.mass_wording import Wording
from xaso.kernel.messages.models import Message, MessageTemplate, RefusedAddress, Wishes
from xaso.kernel.people.consents import refused_channels_of
from xaso.kernel.plain.moment import now

REPLY = "message_reply"
_REACHED = """
INSERT INTO messages_reachedaddress (address_hash, receiver_id, at)
SELECT one.digest, one.receiver, %s FROM unnest(%s::text[], %s::uuid[]) AS one(digest, receiver)
ON CONFLICT (address_hash) DO UPDATE SET receiver_id = excluded.receiver_id, at = excluded.at
"""


@dataclass(frozen=True)
class Claimed:
    """A claimed sending with its receiver."""

    sending_id: UUID
    receiver_id: UUID
    attempts: int
    facts: bytes
    person_id: UUID | None
    account_id: UUID | None
    state: str


def pack(mailing: Mailing, channel: str, rows: Sequence[Claimed]) -> tuple[list[Parcel], list[Note]]:
    """Parcels to send, and notes of those that are not sent after all."""
    wording = Wording.from_json(mailing.wording)
    wants_link = "{link}" in json.dumps(mailing.wording, ensure_ascii=False) or mailing.goal == "acknowledged"
    parcels = [_parcel(mailing, channel, row, wording, wants_link) for row in rows]
    skipped: list[Note] = []
    met = {"acknowledged"} if mailing.goal == "acknowledged" else {"acknowledged", "delivered", "read"}
    done = {row.sending_id for row in rows if row.state in met}
    skipped += [Note(key, "skipped", code="met", reason="Người nhận đã có tin.") for key in done]
    refused = _refused(mailing, channel, parcels)
    skipped += [
        Note(key, "skipped", code="refused", reason=reason)
        for key, reason in refused.items()
        if key not in done
    ]
    parcels = [one for one in parcels if one.sending_id not in done and one.sending_id not in refused]
    if channel == "push":
        parcels, gone = _with_browsers(parcels)
        skipped += gone
    if channel in ("sms", "zalo"):
        _remember(parcels)
    return parcels, skipped


def _parcel(mailing: Mailing, channel: str, row: Claimed, wording: Wording, wants_link: bool) -> Parcel:
    facts: dict[str, Any] = json.loads(unseal(row.facts, CONTEXT))
    link = ack_link(row.receiver_id) if wants_link else ""
    if channel == "push" and not link:
        link = settings.XASO_BASE_URL + "/hop-thu/"
    values = {**facts.get("data", {}), "name": facts.get("name", ""), "link": link}
    stop = ""
    if channel == "email" and not mailing.urgent:
        stop = stop_link(channel, WAYS[channel].address(facts))
    return Parcel(
        sending_id=row.sending_id,
        receiver_id=row.receiver_id,
        mailing_id=mailing.pk,
        channel=channel,
        attempts=row.attempts,
        facts=facts,
        values=values,
        wording=wording,
        drill=mailing.drill,
        urgent=mailing.urgent,
        link=link,
        stop_link=stop,
        person_id=row.person_id,
        account_id=row.account_id,
    )


def _refused(mailing: Mailing, channel: str, parcels: Sequence[Parcel]) -> dict[UUID, str]:
    """Whom this channel may not write to. An urgent mailing minds only what needs consent from the start."""
    found: dict[UUID, str] = {}
    people = {one.person_id for one in parcels if one.person_id}
    without = refused_channels_of(people, mandatory=mailing.urgent) if people else {}
    for one in parcels:
        if one.person_id and channel in without.get(one.person_id, ()):
            found[one.sending_id] = "Người nhận không đồng ý nhận tin qua kênh này."
    if mailing.urgent or channel == "inbox":
        return found
    said_no = Wishes.objects.filter(person_id__in=people, refused__contains=[channel])
    wishes = set(said_no.values_list("person_id", flat=True)) if people else set()
    hashes = {
        digest: one.sending_id
        for one in parcels
        if one.address
        for digest in keyed_hashes(one.address.lower(), f"message_{channel}")
    }
    rows = RefusedAddress.objects.filter(channel=channel, address_hash__in=list(hashes))
    for digest in rows.values_list("address_hash", flat=True):
        found[hashes[digest]] = "Chủ địa chỉ đã từ chối nhận tin."
    for one in parcels:
        if one.person_id in wishes:
            found[one.sending_id] = "Người nhận đã từ chối kênh này."
    return found


def _with_browsers(parcels: Sequence[Parcel]) -> tuple[list[Parcel], list[Note]]:
    from dataclasses import replace

    own = {one.sending_id: UUID(one.facts["push"]) for one in parcels if one.facts.get("push")}
    found = push.browsers_of(
        {one.person_id for one in parcels if one.person_id},
        {one.account_id for one in parcels if one.account_id},
        set(own.values()),
    )
    kept, gone = [], []
    for one in parcels:
        key = own.get(one.sending_id) or one.person_id or one.account_id
        browsers = tuple(found.get(key, ())) if key else ()
        if browsers:
            kept.append(replace(one, browsers=browsers))
        else:
            why = "Người nhận không còn trình duyệt nào nhận thông báo."
            gone.append(Note(one.sending_id, "failed", code="410", reason=why))
    return kept, gone


def _remember(parcels: Sequence[Parcel]) -> None:
    """By these an answer finds its mailing: the last that wrote to the number."""
    rows = {
        keyed_hash(WAYS["zalo"].address(one.facts), REPLY): one.receiver_id
        for one in parcels
        if one.facts.get("phone")
    }
    known = sorted(rows.items())
    with prepared() as cursor:
        cursor.execute(
            _REACHED, [now(), array_of(digest for digest, _ in known), array_of(key for _, key in known)]
        )


def post_to_inboxes(mailing: Mailing, parcels: Sequence[Parcel]) -> list[Note]:
    """Put a mailing into the inboxes of its receivers; each once."""
    template = MessageTemplate.objects.filter(key="messages.mailing", valid_to__isnull=True).get()
    rows = [
        Message(
            key=f"mailing:{one.receiver_id}",
            template=template,
            person_id=one.person_id,
            account_id=one.account_id,
            contact={},
            data={},
            subject=one.wording.subject_text(one.values, drill=one.drill),
            body=body_text(one),
            link=one.link,
            record_type="messages.mailing",
            record_id=mailing.pk,
            unit_path=mailing.unit_path,
            sender_id=mailing.sender_id,
            urgent=mailing.urgent,
            state=Message.State.INBOX,
            in_inbox=True,
        )
        for one in parcels
    ]
    Message.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return [Note(one.sending_id, "sent") for one in parcels]
