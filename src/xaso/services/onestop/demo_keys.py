"""Trial keys for a demo: leaders who can sign and an agency seal, made once, with pictures drawn for trial."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from xaso.kernel.documents import actions as documents
from xaso.kernel.documents.models import SigningKey
from xaso.kernel.documents.signing.images import specimen_seal, specimen_signature
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.onestop.issuing import agency_of

# The same picture for the same name, wherever a demo or a test asks again.
_signature = functools.lru_cache(maxsize=64)(specimen_signature)
_seal = functools.lru_cache(maxsize=64)(specimen_seal)


def ensure_demo_keys(unit_path: str, leaders: Iterable[Account], *, pin: str, seal_pin: str) -> None:
    """Give each leader a trial key opened by ``pin``, and the unit a trial seal opened by ``seal_pin``.

    Who has a usable key keeps it, so that it may be called at every start.
    """
    system = Viewer.system()
    agency = agency_of(unit_path)
    usable = SigningKey.objects.filter(revoked_at=None, valid_to__gt=now())
    for leader in leaders:
        if usable.filter(kind=SigningKey.Kind.PERSON, account=leader).exists():
            continue
        documents.issue_certificate(
            system,
            name=leader.display_name,
            unit_path=leader.unit_path or unit_path,
            kind=SigningKey.Kind.PERSON,
            pin=pin,
            agency=agency.name,
            account=leader,
            title=leader.title,
            image=_signature(leader.display_name),
        )
    if not usable.filter(kind=SigningKey.Kind.AGENCY, unit_path=unit_path).exists():
        documents.issue_certificate(
            system,
            name=agency.name,
            unit_path=unit_path,
            kind=SigningKey.Kind.AGENCY,
            pin=seal_pin,
            image=_seal(agency.name),
        )
