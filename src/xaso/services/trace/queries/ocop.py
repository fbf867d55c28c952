"""What each may read of OCOP: the enterprise its own, officers those of their units, everybody the register."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from xaso.kernel.base.errors import NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.clock import local
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.text import fold
from xaso.kernel.units.models import Unit
from xaso.services.trace.lots_rules import said
from xaso.services.trace.models import (
    Certificate,
    Enterprise,
    Entry,
    EventThing,
    LabTest,
    Lot,
    OcopCriterion,
    OcopDossier,
    OcopEvidence,
    OcopGroup,
    OcopOffice,
    OcopRecognition,
    OcopScore,
    OcopVersion,
    Product,
    Site,
)
from xaso.services.trace.rules import ocop as rules
from xaso.services.trace.seats import sat_in
from xaso.services.trace.vocabulary import label_of

VIEW, COUNCIL = "trace.view", "trace.ocop_council"
By = OcopScore.By


@dataclass(frozen=True)
class Line:
    """One criterion on the sheet with what each side gave it and what proves it."""

    criterion: OcopCriterion
    own: OcopScore | None
    commune: OcopScore | None
    council: list[OcopScore]
    mine: OcopScore | None
    evidence: list[OcopEvidence]


@dataclass(frozen=True)
class Section:
    """Criteria under one heading."""

    part: str
    title: str
    lines: list[Line]


def enterprise_of(viewer: Viewer, token: str) -> Enterprise:
    """An enterprise in which the viewer sits, or that an officer may see."""
    found = Enterprise.objects.filter(token=token).filter(sat_in(viewer) | viewer.scope(VIEW)).first()
    if found is None:
        raise NotFound("Không có cơ sở này, hoặc ông/bà không phải người của cơ sở.")
    return found


def dossiers_of(viewer: Viewer, enterprise: Enterprise) -> QuerySet[OcopDossier]:
    """The dossiers of an enterprise the viewer was let into, the newest first."""
    rows = OcopDossier.objects.filter(enterprise=enterprise, enterprise__in=_let_in(viewer))
    return rows.select_related("product", "group", "version").order_by("-created_at")


def _let_in(viewer: Viewer) -> QuerySet[Enterprise]:
    return Enterprise.objects.filter(sat_in(viewer) | viewer.scope(VIEW))


def dossier_of(viewer: Viewer, dossier_id: UUID) -> OcopDossier:
    """One dossier of the viewer's enterprise or units; else NotFound."""
    found = (
        OcopDossier.objects.select_related("enterprise", "product", "version", "group", "case", "again_after")
        .filter(_mine(viewer), pk=dossier_id)
        .first()
    )
    if found is None or (found.state == OcopDossier.State.DRAFT and not _sits(viewer, found)):
        raise NotFound("Không có hồ sơ OCOP này ở đơn vị của ông/bà.")
    return found


def _mine(viewer: Viewer) -> Q:
    """Dossiers of the viewer's enterprises, of the viewer's units, and of the office that deals with them."""
    return Q(enterprise__in=_let_in(viewer)) | viewer.scope(VIEW, "unit_path", "province_path")


def _sits(viewer: Viewer, row: OcopDossier) -> bool:
    return Enterprise.objects.filter(sat_in(viewer), pk=row.enterprise_id).exists()


def at_desk(viewer: Viewer, state: str = "") -> QuerySet[OcopDossier]:
    """Dossiers handed in to the viewer's units; with a state only those."""
    rows = OcopDossier.objects.filter(viewer.scope(VIEW, "unit_path", "province_path"))
    rows = rows.exclude(state=OcopDossier.State.DRAFT)
    rows = rows.filter(state=state) if state else rows
    return rows.select_related("enterprise", "product", "group", "case").order_by("-submitted_at")


def waiting_count(viewer: Viewer) -> int:
    """How many wait for the viewer's commune or province."""
    commune = Q(viewer.scope("trace.ocop_handle"), state=OcopDossier.State.COMMUNE)
    province = Q(
        viewer.scope("trace.ocop_handle", "province_path"), state__in=["province", "scoring", "ministry"]
    )
    return OcopDossier.objects.filter(commune | province).count()


def products_for(viewer: Viewer, enterprise: Enterprise) -> QuerySet[Product]:
    """Goods of the enterprise that may be put forward."""
    rows = Product.objects.filter(enterprise=enterprise, enterprise__in=_let_in(viewer))
    return rows.filter(kind=Product.Kind.DONE, ended_at__isnull=True).order_by("name")


def groups_of(version: OcopVersion) -> list[OcopGroup]:
    """The groups that a product can be put in: those with nothing below."""
    rows = OcopGroup.objects.filter(version=version).annotate(count=Count("below"))
    return list(rows.filter(count=0).select_related("parent").order_by("code"))


def sheet_of(viewer: Viewer, row: OcopDossier) -> list[Section]:
    """The score sheet of a dossier that the viewer was given by :func:`dossier_of`, in its order.

    Points of single members are shown to the council and to those who decide; the enterprise sees them once the
    matter is decided.
    """
    scores: dict[UUID, list[OcopScore]] = {}
    for score in row.scores.all():
        scores.setdefault(score.criterion_id, []).append(score)
    proofs: dict[UUID, list[OcopEvidence]] = {}
    for proof in row.evidence.filter(ended_at__isnull=True).order_by("created_at"):
        proofs.setdefault(proof.criterion_id, []).append(proof)
    all_members = row.decided_at is not None or viewer.can("trace.ocop_decide", row.province_path)
    sections: list[Section] = []
    for one in OcopCriterion.objects.filter(version=row.version, sheet=row.group.sheet):
        given = scores.get(one.pk, [])
        council = [s for s in given if s.by == By.COUNCIL]
        line = Line(
            one,
            next((s for s in given if s.by == By.SELF), None),
            next((s for s in given if s.by == By.COMMUNE), None),
            sorted(council, key=lambda s: s.scorer_name) if all_members else [],
            next((s for s in council if s.scorer_id == viewer.account_id), None),
            proofs.get(one.pk, []),
        )
        if not sections or sections[-1].title != one.section:
            sections.append(Section(f"Phần {one.part}. {one.get_part_display()}", one.section, []))
        sections[-1].lines.append(line)
    return sections


def own_total(sections: Iterable[Section]) -> Decimal:
    """The sum of the enterprise's own points."""
    return sum((line.own.points for part in sections for line in part.lines if line.own), Decimal(0))


def evidence_for(viewer: Viewer, evidence_id: UUID) -> OcopEvidence:
    """One piece of evidence of a dossier the viewer may read."""
    found = OcopEvidence.objects.select_related("criterion", "dossier").filter(pk=evidence_id).first()
    if found is None:
        raise NotFound("Không có minh chứng này.")
    found.dossier = dossier_of(viewer, found.dossier_id)
    return found


def behind(viewer: Viewer, evidence: OcopEvidence) -> dict[str, Any]:
    """The record behind a piece of evidence that :func:`evidence_for` answered: lot with its events, or test.

    Who may read the dossier may read what the enterprise put into it, also at a province's office.
    """
    with widened("evidence that the enterprise put into a dossier the viewer may read"):
        if evidence.kind == OcopEvidence.Kind.LOT:
            lot = Lot.objects.select_related("product", "site").get(pk=evidence.record_id)
            return {"lot": lot, "amount": said(lot.quantity, lot.uom), "events": _events_of(lot)}
        if evidence.kind == OcopEvidence.Kind.TEST:
            return {"test": LabTest.objects.get(pk=evidence.record_id)}
        if evidence.kind == OcopEvidence.Kind.CERTIFICATE:
            return {"paper": Certificate.objects.get(pk=evidence.record_id)}
        if evidence.kind == OcopEvidence.Kind.SITE:
            site = Site.objects.select_related("member").get(pk=evidence.record_id)
            return {"site": site, "entries": Entry.objects.filter(targets__site=site).distinct().count()}
    return {}


def _events_of(lot: Lot) -> list[tuple[str, str, str]]:
    """When, what, how much, as people say it."""
    rows = EventThing.objects.filter(thing=lot.thing_id).select_related("event").order_by("event__event_time")
    return [
        (
            f"{local(one.event.event_time):%d/%m/%Y %H:%M}",
            label_of(one.event.biz_step) if one.event.biz_step else one.event.get_kind_display(),
            said(one.quantity, one.uom) if one.quantity is not None else "",
        )
        for one in rows[:60]
    ]


def register(
    *, text: str = "", stars: str = "", unit_path: str = "", expired: bool = False
) -> QuerySet[OcopRecognition]:
    """The public register: who holds stars today (or, asked for, whose stars ended), the most stars first."""
    day = today()
    rows = OcopRecognition.objects.all()
    live = Q(signed_on__lte=day, expires_on__gte=day) & (
        Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=day)
    )
    rows = rows.exclude(live) if expired else rows.filter(live)
    for word in fold(text).split()[:6]:
        rows = rows.filter(search_text__contains=word)
    if stars.isdigit():
        rows = rows.filter(stars=int(stars))
    if unit_path:
        rows = rows.filter(unit_path__startswith=unit_path)
    return rows.order_by("-stars", "product_name", "-signed_on")


def stars_of(product_id: UUID) -> OcopRecognition | None:
    """The recognition a product holds today, None when there is none: an expired star is never shown."""
    with widened("stars are public; the product may be another's"):
        rows = OcopRecognition.objects.filter(product_id=product_id).order_by("-signed_on")
        day = today()
        return next(
            (row for row in rows if rules.holds(row.signed_on, row.expires_on, row.withdrawn_on, day)), None
        )


def at_register_desk(viewer: Viewer) -> QuerySet[OcopRecognition]:
    """The register of the viewer's units with what ended, the next to end first."""
    return OcopRecognition.objects.filter(viewer.scope(VIEW)).order_by(
        F("withdrawn_on").desc(nulls_first=True), "expires_on"
    )


def offices_for(viewer: Viewer) -> tuple[str, str, list[tuple[str, str]]]:
    """The province whose OCOP office the viewer may name, the one named now, and those to choose from."""
    paths = [path for path in viewer.paths("trace.ocop_criteria") if path.count("/") == 1]
    if not paths:
        return "", "", []
    province = paths[0]
    rows = Unit.objects.on().filter(path__startswith=province, level=Unit.Level.OFFICE, parent__path=province)
    own = Unit.objects.filter(path=province).values_list("path", "full_name")
    found = OcopOffice.objects.filter(province_path=province).values_list("unit_path", flat=True).first()
    return province, found or province, [*own, *rows.sorted().values_list("path", "full_name")]
