"""What officers see: a dossier with all its sides, the register, kept papers of a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import localdate

from xaso.kernel.base.errors import NotFound
from xaso.kernel.cases import queries as cases
from xaso.kernel.cases.models import Case, CaseStep, Extension, Opinion
from xaso.kernel.cases.plans import PlannedStep
from xaso.kernel.people.actions import view_person
from xaso.kernel.people.consents import may_use
from xaso.kernel.people.models import PersonView
from xaso.kernel.people.queries import names_of, personal_number_of
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop import eforms, rules, setups_in_force
from xaso.services.onestop.actions.base import open_step
from xaso.services.onestop.actions.handling import following
from xaso.services.onestop.models import Dossier, DossierPaper, Payment, Result, Setup, Supplement
from xaso.services.onestop.unit_names import UNIT_NAMES

VIEW = "onestop.view"
REUSE = "reuse_papers"


@dataclass(frozen=True)
class DossierView:
    """A dossier as an officer opens it."""

    dossier: Dossier
    case: Case
    body: eforms.Setup
    given: eforms.Given
    step: CaseStep | None
    coming: Sequence[PlannedStep]
    papers: Sequence[DossierPaper]
    required: Sequence[eforms.Paper]
    payments: Sequence[Payment]
    supplements: Sequence[Supplement]
    results: Sequence[Result]
    extensions: Sequence[Extension]
    opinions: Sequence[Opinion]
    timeline: Sequence[cases.TimelineEntry]
    slip: Sequence[cases.SlipRow]
    badge: cases.Badge
    personal_number: str = ""
    may: frozenset[str] = field(default_factory=frozenset)


def dossier_for(viewer: Viewer, code: str) -> Dossier:
    """A dossier the officer may see; NotFound otherwise, whatever the reason."""
    case = cases.case_for(viewer, code.strip().upper())
    found = (
        Dossier.objects.filter(case=case)
        .select_related("setup", "procedure", "applicant", "submitter")
        .first()
    )
    if found is None:
        raise NotFound("Không tìm thấy hồ sơ này, hoặc hồ sơ không thuộc phạm vi của tài khoản.")
    found.case = case
    return found


def open_dossier(viewer: Viewer, code: str, *, purpose: str = "Xử lý hồ sơ") -> DossierView:
    """Everything about a dossier. The look at the applicant is logged and shown to that person."""
    dossier = dossier_for(viewer, code)
    view_person(
        viewer,
        dossier.applicant,
        purpose=purpose,
        record=("onestop.dossier", dossier.pk),
        through=dossier.code,
    )
    body = setups_in_force.body_of(dossier.setup)
    given = eforms.Given(
        today=dossier.submitted_at.date(), facts={"channel": _channel(dossier)}, unit_names=UNIT_NAMES
    )
    step = open_step(dossier) if dossier.case.is_running else None
    return DossierView(
        dossier=dossier,
        case=dossier.case,
        body=body,
        given=given,
        step=step,
        coming=following(dossier, step.key) if step else [],
        papers=list(
            dossier.papers.filter(ended_at__isnull=True)
            .select_related("file", "document")
            .order_by("created_at")
        ),
        required=eforms.required_components(body, dossier.answers, given),
        payments=list(dossier.payments.order_by("created_at")),
        supplements=list(dossier.supplements.order_by("created_at")),
        results=list(dossier.results.filter(ended_at__isnull=True).select_related("document")),
        extensions=list(cases.extensions_of(viewer, dossier.case)),
        opinions=list(cases.opinions_of(viewer, dossier.case)),
        timeline=cases.timeline(viewer, dossier.case, also=[dossier.pk]),
        slip=cases.control_slip(viewer, dossier.case),
        badge=cases.deadline_badge(dossier.case),
        personal_number=personal_number_of(dossier.applicant),
        may=_may(viewer, dossier, step),
    )


def _channel(dossier: Dossier) -> str:
    return "online" if dossier.channel == Dossier.Channel.PORTAL else dossier.channel


def _may(viewer: Viewer, dossier: Dossier, step: CaseStep | None) -> frozenset[str]:
    """What this officer may do with it now; actions check again."""
    holder = step.unit_path if step else dossier.case.holder_path
    rights = {
        "receive": viewer.can("onestop.receive", dossier.received_path),
        "take_money": viewer.can("onestop.take_money", dossier.received_path),
        "handle": viewer.can("onestop.handle", holder),
        "draft": viewer.can("onestop.draft", holder),
        "sign": viewer.can("onestop.sign", dossier.unit_path),
        "seal": viewer.can("onestop.seal", dossier.unit_path),
        "extend": viewer.can("onestop.extend", dossier.unit_path),
    }
    return frozenset(name for name, held in rights.items() if held)


def register(viewer: Viewer, unit_path: str, start: datetime, end: datetime) -> QuerySet[Dossier]:
    """The follow-up book (form 07): dossiers received by a unit in a span of time, oldest first."""
    viewer.must(VIEW, unit_path)
    found = Dossier.objects.filter(
        received_path__startswith=unit_path, submitted_at__gte=start, submitted_at__lt=end
    )
    return (
        found.select_related("case", "setup", "procedure", "applicant")
        .defer("setup__body")
        .order_by("submitted_at")
    )


def _may_offer(viewer: Viewer, person_id: UUID | None) -> bool:
    """The person may always use own papers; the desk only when the person agreed to their being used again."""
    if viewer.kind == "system" or viewer.person_id == person_id:
        return True
    return viewer.can("onestop.receive") and may_use(person_id, REUSE)


def kept_papers(viewer: Viewer, person_id: UUID | None) -> Sequence[DossierPaper]:
    """Papers of a person that were digitised and accepted earlier, newest first: offered instead of asked again."""
    if not _may_offer(viewer, person_id):
        return []
    found = DossierPaper.objects.filter(
        dossier__applicant_id=person_id, file__isnull=False, accepted=True, ended_at__isnull=True
    )
    return list(found.select_related("file", "dossier").order_by("-created_at")[:100])


def person_has_papers(viewer: Viewer, person_id: UUID) -> bool:
    """Whether there is anything of this person to be used again: for the desk to ask, without showing what."""
    if not viewer.can("onestop.receive"):
        return False
    papers = DossierPaper.objects.filter(
        dossier__applicant_id=person_id, file__isnull=False, accepted=True, ended_at__isnull=True
    )
    return (
        papers.exists()
        or Result.objects.filter(dossier__applicant_id=person_id, issued_at__isnull=False).exists()
    )


def kept_results(viewer: Viewer, person_id: UUID | None) -> Sequence[Result]:
    """Results already issued to a person, by result code: the papers the state has itself."""
    if not _may_offer(viewer, person_id):
        return []
    found = Result.objects.filter(
        dossier__applicant_id=person_id, issued_at__isnull=False, ended_at__isnull=True
    )
    return list(found.select_related("document", "dossier").order_by("-issued_at")[:100])


def unsettled_dossiers(viewer: Viewer, unit_path: str) -> QuerySet[Dossier]:
    """Dossiers that came in incomplete through another system and wait for reception."""
    viewer.must("onestop.receive", unit_path)
    return Dossier.objects.filter(received_path__startswith=unit_path, status=1).exclude(missing=[])


def to_return(viewer: Viewer) -> QuerySet[Dossier]:
    """Dossiers whose results wait to be handed over at the viewer's desks, the oldest first."""
    # By the case's columns: its index holds only what waits to be handed over.
    found = Dossier.objects.filter(
        viewer.scope(VIEW, "case__received_path"), case__status__in=["done", "refused"], status=rules.DONE
    )
    return found.select_related("case", "setup", "applicant").defer("setup__body").order_by("finished_at")


def waiting_return(viewer: Viewer, most: int = 1000) -> int:
    """How many results wait to be handed over; counting stops at ``most``."""
    return to_return(viewer).select_related(None).order_by()[:most].count()


@dataclass(frozen=True)
class LookAt:
    """One look at the applicant's record through this dossier."""

    at: datetime
    who: str
    title: str


def looks_at(viewer: Viewer, dossier: Dossier, limit: int = 20) -> list[LookAt]:
    """Who opened this dossier, newest first; an officer appears once a day."""
    if not viewer.can(VIEW):
        return []
    rows = PersonView.objects.filter(record_type="onestop.dossier", record_id=dossier.pk)
    found: dict[tuple[object, object], PersonView] = {}
    for row in rows.order_by("-created_at")[:400]:
        found.setdefault((row.viewer_id, localdate(row.created_at)), row)
    shown = list(found.values())[:limit]
    names = names_of({row.viewer_id for row in shown if row.viewer_id})
    return [
        LookAt(row.created_at, *(names.get(row.viewer_id) or ("Hệ thống", "")))  # type: ignore[arg-type]
        for row in shown
    ]


def recent_setups(viewer: Viewer, received_path: str, limit: int = 8) -> list[Setup]:
    """The electronic procedures this desk received lately, the latest first, those still in force."""
    if not viewer.can("onestop.receive", received_path):
        return []
    latest = Dossier.objects.filter(received_path=received_path).order_by("-submitted_at")
    found = dict.fromkeys(latest.values_list("setup_id", flat=True)[:200])
    rows = Setup.objects.filter(pk__in=found, state=Setup.State.PUBLISHED, valid_to__isnull=True)
    by_id = rows.select_related("procedure").defer("body").in_bulk()
    return [by_id[pk] for pk in found if pk in by_id][:limit]
