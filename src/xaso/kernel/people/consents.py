"""May we use this about this person for that purpose? Asked here by everybody, answered from dated rows.

Most of what an authority does rests on law (Law 91/2025/QH15 leaves that apart); consent is asked for extras only,
one purpose at a time, and taking it back counts from the same instant: nothing here is cached.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Forbidden, NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.events import emit
from xaso.kernel.people.models import Consent, Person, ProcessingPurpose
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today

TAKE = "people.consents"
State, Channel, Ground = Consent.State, Consent.Channel, ProcessingPurpose.Ground


@dataclass(frozen=True)
class Standing:
    """A purpose and where a person stands on it; ``allowed`` is what counts."""

    purpose: ProcessingPurpose
    said: Consent | None
    allowed: bool


def purposes(day: date | None = None) -> QuerySet[ProcessingPurpose]:
    """The purposes in force on a day, as the register lists them."""
    on = day or today()
    rows = ProcessingPurpose.objects.filter(valid_from__lte=on)
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).order_by("service", "code", "version")


def purpose_in_force(code: str) -> ProcessingPurpose:
    """The row of a purpose that counts today; raises NotFound."""
    found = purposes().filter(code=code).order_by("-version").first()
    if found is None:
        raise NotFound("Không có mục đích này.")
    return found


def may_use(person_id: UUID | None, code: str) -> bool:
    """Whether data of this person may be used for a purpose now. An unknown purpose is never allowed."""
    purpose = purposes().filter(code=code).order_by("-version").first()
    if purpose is None:
        return False
    if purpose.ground == Ground.LAW:
        return True
    if person_id is None:
        return purpose.unasked
    # A refusal counts also for whoever may not see the person's record: only yes or no leaves here.
    with widened("whether somebody agreed to a purpose"):
        said = Consent.objects.filter(person_id=person_id, code=code, ended_at__isnull=True).first()
    return said.state == State.GIVEN if said else purpose.unasked


def was_asked(person_id: UUID, code: str) -> bool:
    """Whether this person has answered already, either way: whoever said no is not asked again at every turn."""
    with widened("whether somebody agreed to a purpose"):
        return Consent.objects.filter(person_id=person_id, code=code, ended_at__isnull=True).exists()


def refused_channels(person_id: UUID | None, *, mandatory: bool = False) -> set[str]:
    """Channels of messages this person may not be sent to: not agreed to, taken back, refused.

    ``mandatory``: a message that must go out is held back only from channels that need consent from the start.
    """
    if person_id is None:
        return set()
    rows = [row for row in purposes() if row.channel and not (mandatory and row.ground == Ground.REQUEST)]
    said = _said(person_id)
    return {row.channel for row in rows if not _allowed(row, said.get(row.code))}


def refused_channels_of(people: Collection[UUID], *, mandatory: bool = False) -> dict[UUID, set[str]]:
    """``refused_channels`` for many people at once; those without a refusal are left out."""
    rows = [row for row in purposes() if row.channel and not (mandatory and row.ground == Ground.REQUEST)]
    if not rows or not people:
        return {}
    answers: dict[str, dict[UUID, Consent]] = {row.code: {} for row in rows}
    said = Consent.objects.filter(person__pk__any=people, code__in=list(answers), ended_at__isnull=True)
    for one in said:
        answers[one.code][one.person_id] = one
    found: dict[UUID, set[str]] = {}
    for row in rows:
        given = answers[row.code]
        asked = (
            given if _allowed(row, None) else people
        )  # most have said nothing, and most purposes mind that not
        for person in asked:
            if not _allowed(row, given.get(person)):
                found.setdefault(person, set()).add(row.channel)
    return found


def _said(person_id: UUID) -> dict[str, Consent]:
    return {row.code: row for row in Consent.objects.filter(person_id=person_id, ended_at__isnull=True)}


def _allowed(purpose: ProcessingPurpose, said: Consent | None) -> bool:
    if purpose.ground == Ground.LAW:
        return True
    return said.state == State.GIVEN if said else purpose.unasked


def standings(viewer: Viewer, person_id: UUID) -> list[Standing]:
    """Every purpose in force with what the person said; for that person, and for officers who take consents."""
    _must_see(viewer, person_id)
    said = _said(person_id)
    newest = {row.code: row for row in purposes()}
    return [Standing(row, said.get(row.code), _allowed(row, said.get(row.code))) for row in newest.values()]


def history(viewer: Viewer, person_id: UUID) -> list[Consent]:
    """Everything the person said, newest first."""
    _must_see(viewer, person_id)
    rows = Consent.objects.filter(person_id=person_id).select_related("purpose", "person")
    return list(rows.order_by("-given_at", "-pk")[:200])


def consent_for(viewer: Viewer, consent_id: UUID) -> Consent:
    """One thing said, with its text; NotFound for others."""
    row = Consent.objects.filter(pk=consent_id).select_related("purpose", "person").first()
    if row is None or not (viewer.person_id == row.person_id or viewer.can(TAKE)):
        raise NotFound("Không tìm thấy sự đồng ý này.")
    return row


def _must_see(viewer: Viewer, person_id: UUID) -> None:
    if viewer.person_id != person_id and not viewer.can(TAKE):
        raise Forbidden()


def text_digest(purpose: ProcessingPurpose) -> str:
    """SHA-256 of what was asked, word for word."""
    return hashlib.sha256(purpose.text.encode()).hexdigest()


def proof_of(consent: Consent) -> str:
    """SHA-256 over who said what to which text, when and how. The log keeps it, so a later change shows."""
    facts = {
        "person": str(consent.person_id),
        "purpose": consent.code,
        "version": consent.purpose.version,
        "text": consent.text_sha256,
        "state": consent.state,
        "channel": consent.channel,
        "at": consent.given_at.astimezone(UTC).isoformat(),
        "taken_by": str(consent.taken_by or ""),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


@action
def say(viewer: Viewer, *, person: Person, code: str, state: str, channel: str = "") -> Consent:
    """Keep what a person says about a purpose: given, withdrawn or refused. The same again answers the row there is.

    The person says it; at the counter an officer who holds the right writes it down. Raises ActionError for a
    purpose that rests on law: nothing is to be agreed to there, there is the right to object.
    """
    own = viewer.person_id == person.pk
    if not own and not viewer.can(TAKE):
        raise Forbidden()
    purpose = purpose_in_force(code)
    if purpose.ground == Ground.LAW:
        raise ActionError(
            "Việc này do pháp luật quy định nên không hỏi sự đồng ý. Có thể gửi yêu cầu phản đối."
        )
    if state not in State.values:
        raise ActionError("Chọn đồng ý hay không.", "state")
    channel = channel or (Channel.PORTAL if own else Channel.COUNTER)
    # The person at the desk may live elsewhere and have nothing here yet.
    with widened("what a person says about a purpose is written down"):
        return _keep(viewer, person, purpose, state, channel, own)


def _keep(
    viewer: Viewer, person: Person, purpose: ProcessingPurpose, state: str, channel: str, own: bool
) -> Consent:
    code = purpose.code
    Person.objects.select_for_update().get(pk=person.pk)
    before = Consent.objects.filter(person=person, code=code, ended_at__isnull=True).first()
    if before is not None:
        if before.state == state and (before.purpose_id == purpose.pk or state != State.GIVEN):
            return before
        before.ended_at = now()
        before.save(update_fields=["ended_at"])
    row = Consent(
        person=person,
        purpose=purpose,
        code=code,
        state=state,
        channel=channel,
        text_sha256=text_digest(purpose),
        given_at=now(),
        taken_by=None if own else viewer.account_id,
    )
    row.proof = proof_of(row)
    row.save(force_insert=True)
    _tell(viewer, row)
    return row


def _tell(viewer: Viewer, row: Consent) -> None:
    data = {"purpose": row.code, "version": row.purpose.version, "proof": row.proof}
    where = row.person.unit_path
    if row.state == State.GIVEN:
        emit("people.consent_given", record=row, unit_path=where, viewer=viewer, data=data)
    elif row.state == State.WITHDRAWN:
        emit("people.consent_withdrawn", record=row, unit_path=where, viewer=viewer, data=data)
    else:
        emit("people.consent_refused", record=row, unit_path=where, viewer=viewer, data=data)


def seed_purposes(rows: list[dict[str, Any]]) -> None:
    """Put the shipped purposes in place; a row there is stays as an operator left it, a new version is added."""
    for facts in rows:
        wanted = {"code": facts["code"], "version": facts.get("version", 1)}
        _, fresh = ProcessingPurpose.objects.get_or_create(**wanted, defaults=facts)
        if fresh and wanted["version"] > 1:
            older = ProcessingPurpose.objects.filter(code=facts["code"], version__lt=wanted["version"])
            older.filter(valid_to__isnull=True).update(valid_to=facts["valid_from"])
