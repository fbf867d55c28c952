"""Writes of the standard's interface: captures, named queries, tokens given back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from xaso.kernel.base.actions import action
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import epcis
from xaso.kernel.plain.epcis import Document, Event, Limits, Problem, ReadError
from xaso.kernel.plain.epcis.problems import EXISTS
from xaso.kernel.plain.moment import now
from xaso.kernel.tasks import enqueue
from xaso.services.trace.models import (
    CaptureJob,
    EndedToken,
    Enterprise,
    MasterData,
    NamedQuery,
    Subscription,
)
from xaso.services.trace.recording import sort_known, store_fresh, store_ready
from xaso.services.trace.store.circles import circles
from xaso.services.trace.store.inserting import Owner
from xaso.services.trace.store.limits import storable
from xaso.services.trace.store.ready import Ready, make_ready

RUN = "trace.run_capture"
AT_ONCE = 2000  # events up to which a capture is checked while the sender waits
MOST_ERRORS = 500
ROLLBACK, PROCEED = CaptureJob.Behaviour.ROLLBACK, CaptureJob.Behaviour.PROCEED


class Refused(Exception):
    """What was sent cannot be taken, in the standard's words."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].en)
        self.problems = list(problems)


@dataclass(frozen=True)
class Sent:
    """A body as it came in."""

    data: bytes
    content_type: str


def limits() -> Limits:
    """What one capture may be, by the settings."""
    return Limits(bytes=settings.XASO_EPCIS_MAX_BYTES, events=settings.XASO_EPCIS_MAX_EVENTS)


@action
def begin_capture(
    viewer: Viewer,
    *,
    unit_path: str,
    sent: Sent,
    behaviour: str = ROLLBACK.value,
    enterprise: Enterprise | None = None,
) -> CaptureJob:
    """Take a document in and queue its capture; the same document again answers the job that it already has.

    Raises Refused for what cannot be read, is too large, or is wrong and small enough to be checked at once.
    """
    viewer.must("trace.capture", unit_path)
    digest = hashlib.sha256(sent.data).hexdigest()
    same = CaptureJob.objects.filter(
        account_id=viewer.account_id, sha256=digest, behaviour=behaviour, unit_path=unit_path, success=True
    )
    earlier = same.filter(enterprise=enterprise).order_by("-created_at").first()
    if earlier is not None:
        return earlier
    document = read_document(sent)
    is_checked = behaviour == ROLLBACK and len(document.events) <= AT_ONCE
    judged = document if is_checked else replace(document, events=[])
    found = epcis.check(judged)
    if not found and is_checked:
        found = [*storable(document.events), *circles(document.events)]
    if found:
        raise Refused(found)
    job = CaptureJob.objects.create(
        enterprise=enterprise,
        unit_path=unit_path,
        account_id=viewer.account_id,
        behaviour=behaviour,
        sha256=digest,
        content_type=sent.content_type[:80],
        total=len(document.events),
        is_checked=is_checked,
        payload=sent.data,
    )
    enqueue(RUN, {"job": str(job.pk)}, key=str(job.pk))
    return job


def read_document(sent: Sent) -> Document:
    """A document to be captured. Raises Refused."""
    try:
        document = epcis.read(sent.data, sent.content_type, limits())
    except ReadError as error:
        raise Refused([error.problem]) from error
    if document.kind == epcis.SINGLE:
        raise Refused(
            [
                Problem(
                    "/type",
                    "Ở đây phải gửi EPCISDocument hoặc EPCISQueryDocument; một sự kiện thì gửi đến /events.",
                    "Send an EPCISDocument or an EPCISQueryDocument here; one event goes to /events.",
                )
            ]
        )
    return document


def run_capture(job: str) -> None:
    """The background work of a capture: all of it or, where the sender said so, what is right. Repeatable.

    Events and the end of the job are written in one transaction: a process that is killed leaves neither.
    """
    row = CaptureJob.objects.filter(pk=UUID(job), running=True).first()
    if row is None or row.payload is None:
        return
    try:
        document = epcis.read(bytes(row.payload), row.content_type, limits())
    except ReadError as error:
        _end(Viewer.system(), row.pk, 0, [error.problem])
        return
    good, problems = _sort(document, row)
    if problems and row.behaviour == ROLLBACK:
        _end(Viewer.system(), row.pk, 0, problems)
        return
    rows = make_ready([event for _, event in good], document.context)
    places = {id(one): place for (place, _), one in zip(good, rows, strict=True)}
    _store(Viewer.system(), row.pk, document, rows, places, problems)


def _sort(document: Document, row: CaptureJob) -> tuple[list[tuple[int, Event]], list[Problem]]:
    """The events that may be stored with their places, and what is wrong with the others."""
    problems: list[Problem] = []
    if not row.is_checked:
        problems = [*epcis.check(document)]
        if not problems:
            problems = [*storable(document.events)]
    bad = {one.event for one in problems}
    good = [(place, event) for place, event in enumerate(document.events) if place not in bad]
    if (
        problems and row.behaviour == PROCEED
    ):  # the good ones alone: what only several of them show, and how long they are
        alone = Document(
            document.kind, [event for _, event in good], document.context, document.head, [], document.syntax
        )
        further = [*epcis.check(alone), *storable(alone.events)]
        problems += [_moved(one, good) for one in further if one.event is not None]
        bad = {one.event for one in problems}
        good = [pair for pair in good if pair[0] not in bad]
    around = [_moved(one, good) for one in circles([event for _, event in good])]
    bad = {one.event for one in around}
    return [pair for pair in good if pair[0] not in bad], [*problems, *around]


def _moved(one: Problem, good: Sequence[tuple[int, Event]]) -> Problem:
    """A problem of the list of good events, told of the document's."""
    place = good[one.event][0] if one.event is not None else None
    return Problem(one.pointer, one.vi, one.en, one.type, place, one.layer)


@action
def _store(
    viewer: Viewer,
    job: UUID,
    document: Document,
    rows: Sequence[Ready],
    places: dict[int, int],
    problems: list[Problem],
) -> None:
    """Write the events of a job and its end in one transaction; nothing where another worker was first."""
    row = CaptureJob.objects.select_for_update().get(pk=job)
    if not row.running:
        return
    owner = Owner(row.unit_path, row.enterprise_id, row.pk)
    fresh, taken = sort_known(owner, rows)
    problems = problems + [_taken(one, places[id(one)]) for one in taken]
    stored = 0
    if not problems or row.behaviour == PROCEED:
        sender = Viewer(kind="machine", account_id=row.account_id, unit_path=row.unit_path)
        stored = store_fresh(sender, owner, fresh, document.context)
        keep_masters(row.unit_path, document.masters)
    _finish(row, stored, problems)


def _taken(one: Ready, place: int) -> Problem:
    return Problem(
        "/eventID",
        f"Mã sự kiện {one.event_id} đã có trong kho với nội dung khác.",
        f"The eventID {one.event_id} is in the repository with other content.",
        EXISTS,
        place,
        "meaning",
    )


@action
def _end(viewer: Viewer, job: UUID, stored: int, problems: Sequence[Problem]) -> None:
    """End a job of which nothing is stored."""
    row = CaptureJob.objects.select_for_update().get(pk=job)
    if row.running:
        _finish(row, stored, problems)


def _finish(row: CaptureJob, stored: int, problems: Sequence[Problem]) -> None:
    row.running, row.success = False, not problems
    row.stored, row.finished_at, row.payload = stored, now(), None
    row.errors = [one.details() for one in problems[:MOST_ERRORS]]
    row.save()


def sweep_captures() -> None:
    """Every minute: queue again what lost its place in the queue; what could not be done within an hour is given up.

    Nothing of a capture that is given up was stored: its events and its end are one transaction.
    """
    moment = now()
    for row in CaptureJob.objects.filter(running=True).only("pk", "created_at")[:200]:
        age = (moment - row.created_at).total_seconds()
        if age > 3600:
            _end(Viewer.system(), row.pk, 0, [_given_up()])
        elif age > 120:
            enqueue(RUN, {"job": str(row.pk)}, key=str(row.pk))


def _given_up() -> Problem:
    return Problem(
        "",
        "Máy chủ không ghi được lần gửi này trong một giờ; không sự kiện nào được ghi. Hãy gửi lại.",
        "The server could not store this capture within an hour; nothing of it is stored. Send it again.",
        "epcisException:ImplementationException",
    )


@action
def capture_one(
    viewer: Viewer, *, unit_path: str, sent: Sent, enterprise: Enterprise | None = None
) -> tuple[Event, dict[str, str], Ready]:
    """Store one bare event at once; answers it, its prefixes and its row. Raises Refused, also for a taken id."""
    viewer.must("trace.capture", unit_path)
    try:
        document = epcis.read(sent.data, sent.content_type, limits())
    except ReadError as error:
        raise Refused([error.problem]) from error
    if document.kind != epcis.SINGLE:
        raise Refused(
            [Problem("/type", "Ở đây chỉ gửi một sự kiện.", "Send one event here; documents go to /capture.")]
        )
    found = epcis.check(document) or [*storable(document.events), *circles(document.events)]
    if found:
        raise Refused(found)
    rows = make_ready(document.events, document.context)
    owner = Owner(unit_path, enterprise.pk if enterprise else None)
    if sort_known(owner, rows)[0] != rows:
        raise Refused([_exists(rows[0].event_id)])
    if store_ready(viewer, owner, rows, document.context) != 1:
        raise Refused([_exists(rows[0].event_id)])
    return document.events[0], document.context, rows[0]


def _exists(event_id: str) -> Problem:
    return Problem(
        "/eventID",
        f"Sự kiện {event_id} đã có trong kho.",
        f"The event {event_id} is in the repository already.",
        EXISTS,
    )


def keep_masters(unit_path: str, lists: Sequence[dict[str, Any]]) -> None:
    """Keep what a header says of places, classes and parties; the latest word about each stands."""
    for one in lists:
        kind = str(one.get("type", ""))[:200]
        for element in one.get("vocabularyElementList", ()):
            uri = str(element.get("id", ""))
            if not uri or len(uri) > 300:
                continue
            attributes = {
                str(row["id"]): row.get("attribute", "")
                for row in element.get("attributes", ())
                if isinstance(row, dict) and "id" in row
            }
            children = [str(child) for child in element.get("children", ())]
            MasterData.objects.update_or_create(
                type=kind,
                uri=epcis.canonical_id(uri),
                unit_path=unit_path,
                defaults={
                    "attributes": attributes,
                    "children": [epcis.canonical_id(one) for one in children],
                },
            )


@action
def keep_query(
    viewer: Viewer, *, unit_path: str, name: str, query: dict[str, Any], context: dict[str, str]
) -> NamedQuery | None:
    """Keep a query, already checked, under a name of the viewer's own; None when the name is taken."""
    viewer.must("trace.query", unit_path)
    try:
        with transaction.atomic():
            return NamedQuery.objects.create(
                name=name, account_id=viewer.own_account, unit_path=unit_path, query=query, context=context
            )
    except IntegrityError:
        return None


@action
def end_query(viewer: Viewer, *, query: NamedQuery) -> None:
    """The name is free again; subscriptions of the query end with it."""
    moment = now()
    Subscription.objects.filter(query=query, ended_at__isnull=True).update(ended_at=moment, next_at=None)
    NamedQuery.objects.filter(pk=query.pk, account_id=viewer.own_account).update(ended_at=moment)


@action
def end_token(viewer: Viewer, *, digest: str, until: datetime) -> None:
    """A token of a next page is worth nothing from now on."""
    EndedToken.objects.filter(until__lt=now()).delete()
    EndedToken.objects.get_or_create(digest=digest, defaults={"until": until})
