"""The trial authority's revocation list, made from the keys that were ended."""

from __future__ import annotations

from xaso.kernel.documents.config import config
from xaso.kernel.documents.models import SigningKey
from xaso.kernel.documents.signing.authority import revocation_lists
from xaso.kernel.documents.signing.trust import Trust, trust
from xaso.kernel.plain.moment import now


def own_lists() -> tuple[bytes, ...]:
    """Fresh lists (DER) of the issuing authority and the root; none when the trial authority is off."""
    if not config().trial_authority:
        return ()
    moment = now()
    ended = SigningKey.objects.filter(trial=True, revoked_at__lte=moment).values_list("serial", "revoked_at")
    return revocation_lists([(int(serial, 16), at) for serial, at in ended if at], int(moment.timestamp()))


def our_trust() -> Trust:
    """Whom this installation trusts now, with fresh revocation lists of our own."""
    return trust(own_lists())
