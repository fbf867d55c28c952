"""Refused addresses follow a new digest key. Only digests are kept of them, but whoever refused had got a message."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from xaso.kernel.base.fields import keyed_hash
from xaso.kernel.base.keys import key_ring
from xaso.kernel.messages.channels import WAYS
from xaso.kernel.messages.models import Message, Receiver, RefusedAddress


def _stale() -> dict[tuple[str, int, str], RefusedAddress]:
    rows = RefusedAddress.objects.exclude(key_number=key_ring().hash_active)
    known = set(key_ring().hash_keys or {})
    return {(row.channel, row.key_number, row.address_hash): row for row in rows if row.key_number in known}


def rehash_refusals(after: str | None, limit: int) -> tuple[str | None, int]:
    """Look through the next messages, then receivers of mailings, for the addresses behind stale refusals."""
    stale = _stale()
    if not stale:
        return None, 0
    kind, _, key = (after or "m:").partition(":")
    found: list[Message] | list[Receiver]
    if kind == "m":
        rows = Message.objects.order_by("pk").only("pk", "contact")
        found = list((rows.filter(pk__gt=key) if key else rows)[:limit])
    else:
        people = Receiver.objects.order_by("pk").only("pk", "facts")
        found = list((people.filter(pk__gt=key) if key else people)[:limit])
    changed = sum(_anew(_contact(one), stale) for one in found)
    if len(found) == limit:
        return f"{kind}:{found[-1].pk}", changed
    return ("r:" if kind == "m" else None), changed


def _contact(one: Message | Receiver) -> dict[str, str]:
    return dict((one.contact if isinstance(one, Message) else one.facts) or {})


def _anew(contact: dict[str, str], stale: dict[tuple[str, int, str], RefusedAddress]) -> int:
    """Digest anew what stands under an older key of the channels of one contact."""
    numbers = {number for _, number, _ in stale}
    changed = 0
    for channel, way in WAYS.items():
        address = way.address(contact).lower()
        for number in numbers if address else ():
            purpose = f"message_{channel}"
            row = stale.pop((channel, number, keyed_hash(address, purpose, number)), None)
            if row is not None:
                changed += _renew(row, keyed_hash(address, purpose))
    return changed


def _renew(row: RefusedAddress, digest: str) -> int:
    number = key_ring().hash_active
    try:
        with transaction.atomic():
            RefusedAddress.objects.filter(pk=row.pk).update(address_hash=digest, key_number=number)
    except IntegrityError:
        # Refused again meanwhile, under the new key: the older row says nothing more.
        RefusedAddress.objects.filter(pk=row.pk).update(key_number=number)
    return 1


def left() -> int:
    """Refusals whose address stands in no message of ours."""
    return len(_stale())
