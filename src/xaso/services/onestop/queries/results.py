"""Results on the screens of those who draft, sign and seal them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from xaso.kernel.base.errors import NotFound
from xaso.kernel.cases import queries as cases
from xaso.kernel.cases.models import CaseStep, Status
from xaso.kernel.people.queries import names_of
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop import routing
from xaso.services.onestop.models import Dossier, Result

MOST = 200


@dataclass(frozen=True)
class Waiting:
    """A dossier whose results wait for a signature or a seal."""

    dossier: Dossier
    results: Sequence[Result]
    badge: cases.Badge
    signer: str = ""
    in_my_name: bool = True


def waiting_to_sign(viewer: Viewer, codes: Sequence[str] | None = None) -> list[Waiting]:
    """Dossiers at the step of signing that this leader may sign, own name first, oldest deadline first."""
    rows = [
        _waiting(viewer, dossier, results)
        for dossier, results in _at_step(viewer, CaseStep.Kind.SIGN, "onestop.sign", codes)
        if all(viewer.can("onestop.sign", row.document.unit_path) for row in results)
    ]
    return sorted(rows, key=lambda row: not row.in_my_name)


def waiting_to_seal(viewer: Viewer, codes: Sequence[str] | None = None) -> list[Waiting]:
    """Dossiers at the step of sealing, of the units whose seal this clerk keeps, oldest deadline first."""
    found = _at_step(viewer, CaseStep.Kind.SEAL, "onestop.seal", codes)
    return [
        _waiting(viewer, dossier, results)
        for dossier, results in found
        if viewer.can("onestop.seal", dossier.unit_path)
    ]


def count_to_sign(viewer: Viewer) -> int:
    """How many dossiers wait at the step of signing, for the menu."""
    return _held_at(viewer, CaseStep.Kind.SIGN, "onestop.sign")[:MOST].count()


def count_to_seal(viewer: Viewer) -> int:
    """How many dossiers wait at the step of sealing, for the menu."""
    return _held_at(viewer, CaseStep.Kind.SEAL, "onestop.seal")[:MOST].count()


def _held_at(viewer: Viewer, kind: str, right: str) -> QuerySet[Dossier]:
    held = Q(pk__in=[])
    for path in viewer.paths(right):
        # A province's leader does not sign for its communes: the authority must be the viewer's own.
        own = Q(unit_path=routing.authority_of(path)) if path else Q()
        held |= own & Q(case__holder_path__startswith=path)
    return Dossier.objects.filter(
        held,
        case__closed_at__isnull=True,
        case__status=Status.OPEN,
        case__steps__kind=kind,
        case__steps__ended_at__isnull=True,
        case__steps__group__isnull=True,
    )


def _at_step(
    viewer: Viewer, kind: str, right: str, codes: Sequence[str] | None
) -> list[tuple[Dossier, list[Result]]]:
    found = _held_at(viewer, kind, right)
    if codes is not None:
        found = found.filter(code__in=list(codes)[:MOST])
    found = found.select_related("case", "setup", "applicant").defer("setup__body")
    dossiers = list(found.order_by("case__due_at")[:MOST])
    results: dict[UUID, list[Result]] = {one.pk: [] for one in dossiers}
    rows = Result.objects.filter(dossier__in=dossiers, ended_at__isnull=True).select_related("document")
    for row in rows.order_by("created_at"):
        results[row.dossier_id].append(row)
    return [(one, results[one.pk]) for one in dossiers]


def _waiting(viewer: Viewer, dossier: Dossier, results: list[Result]) -> Waiting:
    named = {(row.data or {}).get("signer", "") for row in results if row.signed_at is None}
    ids = {UUID(text) for text in named if text}
    return Waiting(
        dossier=dossier,
        results=results,
        badge=cases.deadline_badge(dossier.case),
        signer=", ".join(name for name, _ in names_of(ids).values()),
        in_my_name=named <= {str(viewer.account_id or "")},
    )


def result_in(viewer: Viewer, dossier: Dossier, result_id: UUID) -> Result:
    """A result of a dossier that the viewer was allowed to open; NotFound for one of another dossier."""
    found = Result.objects.filter(pk=result_id, dossier=dossier).select_related("document").first()
    if found is None:
        raise NotFound("Không tìm thấy kết quả này trong hồ sơ.")
    return found
