"""Reads of the room; each takes the viewer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from xaso.kernel.base.errors import Forbidden, NotFound
from xaso.kernel.base.manifest import Holding
from xaso.kernel.cases.models import Case, Extension
from xaso.kernel.people.consents import purposes
from xaso.kernel.people.looking import view_once
from xaso.kernel.people.models import Person, ProcessingPurpose
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.kernel.service import everything
from xaso.kernel.units.models import Unit
from xaso.services.privacy import rules
from xaso.services.privacy.models import (
    Breach,
    DataExport,
    Erasure,
    RequestTerm,
    RetentionRule,
    RightsRequest,
)

VIEW, HANDLE, BREACHES, REGISTER = "privacy.view", "privacy.handle", "privacy.breaches", "privacy.register"


def term_for(kind: str) -> RequestTerm:
    """The row of law for a kind of request today; raises NotFound."""
    rows = RequestTerm.objects.filter(kind=kind, valid_from__lte=today())
    found = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today())).order_by("-valid_from").first()
    if found is None:
        raise NotFound("Chưa có thời hạn cho loại yêu cầu này. Báo cơ quan để bổ sung.")
    return found


def retention() -> list[RetentionRule]:
    """The rules of keeping in force, one a category."""
    rows = RetentionRule.objects.filter(valid_from__lte=today())
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today())).order_by("valid_from")
    return sorted({row.category: row for row in rows}.values(), key=lambda row: row.title)


def holdings(person_id: UUID) -> list[Holding]:
    """Everything every part of the product holds about a person. For jobs and actions that checked the right."""
    found: list[Holding] = []
    for part in everything():
        if part.about_person is not None:
            found.extend(part.about_person(person_id))
    return sorted(found, key=lambda one: (one.category, one.at), reverse=False)


@dataclass(frozen=True)
class Line:
    """One holding with what erasure would do to it."""

    holding: Holding
    verdict: rules.Verdict


def erasure_plan(viewer: Viewer, request: RightsRequest) -> list[Line]:
    """What would be erased and what the law keeps, thing by thing; nothing is changed."""
    viewer.must(HANDLE, request.case.unit_path)
    return plan_for(request.person_id, leave_out=request.pk)


def plan_for(person_id: UUID, leave_out: UUID | None = None) -> list[Line]:
    """The plan itself, for callers that checked the right."""
    keeps = {row.category: rules.Keep(row.years, row.legal_basis) for row in retention()}
    return [
        Line(
            one,
            rules.judge(
                keeps.get(one.category),
                one.at.date(),
                today(),
                running=one.running,
                erasable=one.erase is not None,
            ),
        )
        for one in holdings(person_id)
        if one.key != str(leave_out)
    ]


def my_requests(viewer: Viewer) -> Sequence[RightsRequest]:
    """The citizen's own requests, newest first."""
    return list(
        RightsRequest.objects.filter(person_id=_me(viewer))
        .select_related("case")
        .order_by("-created_at")[:100]
    )


def my_request(viewer: Viewer, request_id: UUID) -> RightsRequest:
    """One of them; NotFound for others."""
    row = (
        RightsRequest.objects.filter(pk=request_id, person_id=_me(viewer))
        .select_related("case", "term", "person")
        .first()
    )
    if row is None:
        raise NotFound("Không tìm thấy yêu cầu này.")
    return row


def my_exports(viewer: Viewer) -> Sequence[DataExport]:
    """The citizen's own exports, newest first."""
    return list(
        DataExport.objects.filter(person_id=_me(viewer)).select_related("file").order_by("-created_at")[:10]
    )


def my_export(viewer: Viewer, export_id: UUID) -> DataExport:
    """One of them that can still be fetched; NotFound for others and when its time is over."""
    row = DataExport.objects.filter(pk=export_id, person_id=_me(viewer)).select_related("file").first()
    if row is None or row.state != DataExport.State.READY or (row.expires_at and row.expires_at <= now()):
        raise NotFound("Bản này không còn. Xin lập bản mới.")
    return row


def _me(viewer: Viewer) -> UUID:
    if viewer.person_id is None:
        raise Forbidden()
    return viewer.person_id


def unit_for(person: Person) -> str:
    """The commune that handles a person's request: where they live, else where they filed last, else whose pages
    these are."""
    paths: Iterable[str] = (
        person.unit_path,
        Case.objects.filter(subject=person)
        .order_by("-opened_at")
        .values_list("received_path", flat=True)
        .first()
        or "",
        str(settings.XASO_HOME_UNIT),
    )
    for path in paths:
        parts = [one for one in path.split("/") if one]
        if len(parts) >= 2:
            return "/".join(parts[:2]) + "/"
    first = Unit.objects.on().filter(level=Unit.Level.COMMUNE).order_by("path").values_list("path", flat=True)
    return first.first() or ""


def requests(viewer: Viewer, *, open_only: bool) -> QuerySet[RightsRequest]:
    """Requests to the viewer's units: the open ones by deadline, or all, newest first."""
    rows = RightsRequest.objects.filter(viewer.scope(VIEW, "case__unit_path")).select_related(
        "case", "person"
    )
    if open_only:
        return rows.filter(case__closed_at__isnull=True).order_by("case__due_at")
    return rows.order_by("-created_at")


def open_count(viewer: Viewer) -> int:
    """How many wait, for the menu."""
    return requests(viewer, open_only=True).order_by().count()


def request_at_desk(viewer: Viewer, request_id: UUID) -> RightsRequest:
    """One request of the viewer's units; the look at the person is logged."""
    row = (
        RightsRequest.objects.filter(viewer.scope(VIEW, "case__unit_path"), pk=request_id)
        .select_related("case", "person", "term")
        .first()
    )
    if row is None:
        raise NotFound("Không tìm thấy yêu cầu này, hoặc yêu cầu không thuộc đơn vị của tài khoản.")
    view_once(viewer, row.person, purpose="Xử lý yêu cầu về dữ liệu cá nhân", through=row.case.code)
    return row


def extension_of(request: RightsRequest) -> Extension | None:
    """The one extension, if it was used."""
    return Extension.objects.filter(case=request.case).order_by("created_at").first()


def erasure_of(request: RightsRequest) -> Erasure | None:
    """What was erased by this request."""
    return request.erasures.order_by("-created_at").first()


def breaches(viewer: Viewer) -> QuerySet[Breach]:
    """Breaches at the viewer's units, those to be notified first."""
    return Breach.objects.filter(viewer.scope(BREACHES)).order_by("closed_at", "-noticed_at")


def breach_for(viewer: Viewer, breach_id: UUID) -> Breach:
    """One of them; NotFound for others."""
    row = Breach.objects.filter(viewer.scope(BREACHES), pk=breach_id).first()
    if row is None:
        raise NotFound("Không tìm thấy vi phạm này.")
    return row


def breach_count(viewer: Viewer) -> int:
    """How many still wait for the notice, for the menu."""
    return Breach.objects.filter(
        viewer.scope(BREACHES), must_notify=True, notified_at__isnull=True, closed_at__isnull=True
    ).count()


def register(viewer: Viewer) -> list[ProcessingPurpose]:
    """The register of processing as it stands today."""
    if not viewer.can(REGISTER):
        raise Forbidden()
    return list(purposes())


def waiting_breaches(moment: datetime) -> list[Breach]:
    """For the job of reminders: everything not notified yet."""
    return list(
        Breach.objects.filter(must_notify=True, notified_at__isnull=True, closed_at__isnull=True).order_by(
            "due_at"
        )
    )
