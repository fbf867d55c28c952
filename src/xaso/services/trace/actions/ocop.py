"""The way of an OCOP dossier: the enterprise scores itself and hands in, the commune reviews and proposes, the
province's council scores and decides 3 and 4 stars, the ministry 5 (QĐ 148/QĐ-TTg as amended by QĐ 1489/QĐ-TTg)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden, NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.cases.actions import close_case, hand_over, open_case
from xaso.kernel.cases.actions.steps import Next
from xaso.kernel.cases.models import CaseStep
from xaso.kernel.cases.plans import PlannedStep
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.kernel.plain.text import nfc
from xaso.services.trace.models import (
    Enterprise,
    OcopCriterion,
    OcopDossier,
    OcopEvidence,
    OcopGroup,
    OcopOffice,
    OcopRecognition,
    OcopScore,
    OcopVersion,
    Product,
)
from xaso.services.trace.ocop_evidence import title_of
from xaso.services.trace.rules import ocop as rules
from xaso.services.trace.seats import MANAGER, must_sit

CASE_TYPE = "trace.ocop"
HANDLE, COUNCIL, DECIDE = "trace.ocop_handle", "trace.ocop_council", "trace.ocop_decide"
OWN_CASE = "the manager of an enterprise hands in and withdraws; the seat was checked"
State, By = OcopDossier.State, OcopScore.By
PLAN = (
    PlannedStep("commune", "Xã xem xét, báo cáo, đề xuất", CaseStep.Kind.REVIEW),
    PlannedStep("province", "Tỉnh thẩm định hồ sơ", CaseStep.Kind.REVIEW),
    PlannedStep("scoring", "Hội đồng tỉnh chấm điểm, quyết định", CaseStep.Kind.DECIDE),
    PlannedStep("ministry", "Bộ Nông nghiệp và Môi trường xét 5 sao", CaseStep.Kind.DECIDE),
)


def version_in_force() -> OcopVersion:
    """The criteria of today. Raises ActionError when none is in force."""
    day = today()
    rows = OcopVersion.objects.filter(valid_from__lte=day).order_by("-valid_from")
    found = next((row for row in rows if row.valid_to is None or row.valid_to >= day), None)
    if found is None:
        raise ActionError("Chưa có bộ tiêu chí OCOP đang áp dụng. Báo quản trị tỉnh nhập bộ tiêu chí.")
    return found


def _locked(dossier_id: UUID) -> OcopDossier:
    row = (
        OcopDossier.objects.select_for_update(of=("self",))
        .select_related("enterprise", "product", "version", "group")
        .filter(pk=dossier_id)
        .first()
    )
    if row is None:
        raise NotFound("Không có hồ sơ OCOP này.")
    return row


def _must_be(row: OcopDossier, *states: str) -> None:
    if row.state not in states:
        raise Conflict(f"Hồ sơ đang ở bước “{row.get_state_display().lower()}”. Tải lại trang.")


def _tell(name: str, row: OcopDossier, viewer: Viewer, **data: object) -> None:
    emit(f"trace.ocop_{name}", record=row, unit_path=row.unit_path, viewer=viewer, data=dict(data))


@action
def begin_ocop(
    viewer: Viewer, *, enterprise: Enterprise, product: Product, group: OcopGroup, idea: str = ""
) -> OcopDossier:
    """Begin a dossier for a product; the open one of the product is answered again.

    A product that was recognised begins its re-recognition: the points it gave itself then stand filled in.
    """
    must_sit(viewer, enterprise, MANAGER, right=HANDLE)
    if product.enterprise_id != enterprise.pk:
        raise Forbidden()
    version = version_in_force()
    if group.version_id != version.pk or group.below.exists():
        raise ActionError("Chọn phân nhóm sản phẩm của bộ tiêu chí đang áp dụng.", "group")
    Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
    ended = [State.RECOGNISED, State.REFUSED, State.WITHDRAWN]
    waiting = OcopDossier.objects.filter(product=product).exclude(state__in=ended).first()
    if waiting is not None:
        return waiting
    before = OcopRecognition.objects.filter(product=product).order_by("-signed_on").first()
    row = OcopDossier.objects.create(
        enterprise=enterprise,
        product=product,
        version=version,
        group=group,
        again_after=before,
        unit_path=enterprise.unit_path,
        province_path=office_of(enterprise.unit_path),
        idea=nfc(idea).strip()[:4000],
    )
    if before is not None and before.dossier_id:
        _carry_over(row, before.dossier_id)
    _tell("begun", row, viewer, product=str(product.pk), again=before is not None)
    return row


def _carry_over(row: OcopDossier, from_id: UUID) -> None:
    old = OcopScore.objects.filter(dossier_id=from_id, by=By.SELF).select_related("criterion")
    points = {(score.criterion.sheet, score.criterion.code): score for score in old}
    made = []
    for criterion in OcopCriterion.objects.filter(version=row.version, sheet=row.group.sheet):
        score = points.get((criterion.sheet, criterion.code))
        if score is not None and score.points <= criterion.max_points:
            made.append(
                OcopScore(dossier=row, criterion=criterion, by=By.SELF, points=score.points, note=score.note)
            )
    OcopScore.objects.bulk_create(made)


@action
def set_points(
    viewer: Viewer, *, dossier_id: UUID, points: Mapping[str, Decimal | None], notes: Mapping[str, str]
) -> Decimal:
    """Keep points by criterion code, as whoever may score at the present step; answers that scorer's total.

    A None takes a point back. Wrong points are refused together, each named by its code; nothing is kept then.
    """
    row = _locked(dossier_id)
    by, scorer, name = _scorer(viewer, row)
    criteria = {
        one.code: one for one in OcopCriterion.objects.filter(version=row.version, sheet=row.group.sheet)
    }
    wrong: dict[str, list[str]] = {}
    for code, value in points.items():
        criterion = criteria.get(code)
        if criterion is None:
            wrong[code] = ["Không có tiêu chí này"]
        elif by == By.COMMUNE and not criterion.by_commune:
            wrong[code] = ["Tiêu chí này do hội đồng tỉnh chấm"]
        elif value is not None and (
            why := rules.wrong_points(value, criterion.max_points, criterion.choices)
        ):
            wrong[code] = [why]
    if wrong:
        raise ActionErrors(wrong)
    mine = OcopScore.objects.filter(dossier=row, by=by, scorer_id=scorer)
    for code, value in points.items():
        if value is None:
            mine.filter(criterion=criteria[code]).delete()
            continue
        facts = {"points": value, "note": nfc(notes.get(code, "")).strip()[:500], "scorer_name": name}
        OcopScore.objects.update_or_create(
            dossier=row, criterion=criteria[code], by=by, scorer_id=scorer, defaults=facts
        )
    total: Decimal = mine.aggregate(total=Sum("points"))["total"] or Decimal(0)
    _tell("scored", row, viewer, by=by, total=str(total), count=len(points))
    return total


def _scorer(viewer: Viewer, row: OcopDossier) -> tuple[str, UUID | None, str]:
    if row.state in (State.DRAFT, State.RETURNED):
        must_sit(viewer, row.enterprise, MANAGER)
        return By.SELF, None, ""
    if row.state == State.COMMUNE:
        viewer.must(HANDLE, row.unit_path)
        return By.COMMUNE, None, viewer.name
    if row.state == State.SCORING:
        viewer.must(COUNCIL, row.province_path)
        return By.COUNCIL, viewer.own_account, viewer.name
    raise Conflict("Bước này không chấm điểm.")


def office_of(unit_path: str) -> str:
    """The office of the province that deals with OCOP; the province itself where none was named."""
    province = unit_path.split("/", 1)[0] + "/"
    found = OcopOffice.objects.filter(province_path=province).values_list("unit_path", flat=True).first()
    return found or province


@action
def attach_evidence(
    viewer: Viewer, *, dossier_id: UUID, criterion: str, kind: str, record_id: str, title: str = ""
) -> OcopEvidence:
    """Put a record of the enterprise under a criterion; the same again answers the one that stands.

    The record must be the enterprise's own: an event, a lot, a site, or a file kept for it.
    """
    row = _locked(dossier_id)
    must_sit(viewer, row.enterprise, MANAGER)
    _must_be(row, State.DRAFT, State.RETURNED)
    line = OcopCriterion.objects.filter(version=row.version, sheet=row.group.sheet, code=criterion).first()
    if line is None:
        raise ActionError("Không có tiêu chí này.", "criterion")
    name = title_of(row.enterprise, kind, record_id, title)
    made, new = OcopEvidence.objects.get_or_create(
        dossier=row, criterion=line, kind=kind, record_id=record_id, ended_at=None, defaults={"title": name}
    )
    if new:
        _tell("evidence_attached", row, viewer, criterion=line.code, kind=kind)
    return made


@action
def drop_evidence(viewer: Viewer, *, evidence_id: UUID) -> OcopDossier:
    """Take a piece of evidence out while the dossier is with the enterprise; the log keeps that it was there."""
    found = OcopEvidence.objects.filter(pk=evidence_id, ended_at__isnull=True).first()
    if found is None:
        raise NotFound("Minh chứng này không còn.")
    row = _locked(found.dossier_id)
    must_sit(viewer, row.enterprise, MANAGER)
    _must_be(row, State.DRAFT, State.RETURNED)
    found.ended_at = now()
    found.save(update_fields=["ended_at"])
    _tell("evidence_dropped", row, viewer, kind=found.kind)
    return row


@action
def submit_ocop(viewer: Viewer, *, dossier_id: UUID) -> OcopDossier:
    """Hand the dossier in to the commune. Every criterion must have the enterprise's own points."""
    row = _locked(dossier_id)
    must_sit(viewer, row.enterprise, MANAGER)
    _must_be(row, State.DRAFT, State.RETURNED)
    scored = set(row.scores.filter(by=By.SELF).values_list("criterion__code", flat=True))
    lines = OcopCriterion.objects.filter(version=row.version, sheet=row.group.sheet)
    missing = [one for one in lines if one.code not in scored]
    if missing:
        raise ActionErrors({one.code: ["Chưa tự chấm tiêu chí này"] for one in missing})
    if row.case_id is None:
        with widened(OWN_CASE):
            row.case = open_case(
                viewer,
                type=CASE_TYPE,
                code=f"OCOP-{now():%y%m%d}-{secrets.token_hex(3).upper()}",
                title=f"Đánh giá OCOP: {row.product.name}",
                unit_path=row.unit_path,
                received_path=row.unit_path,
                plan=PLAN,
                subject=row.enterprise.person,
                rule={"legal_basis": row.version.legal_basis, "version": row.version.key},
            )
        row.submitted_at = now()
    row.state, row.return_reason = State.COMMUNE, ""
    row.save(update_fields=["case", "state", "submitted_at", "return_reason"])
    _tell("submitted", row, viewer)
    return row


@action
def return_ocop(viewer: Viewer, *, dossier_id: UUID, reason: str) -> OcopDossier:
    """Send the dossier back to the enterprise with what is missing; from the province it goes to the commune first."""
    row = _locked(dossier_id)
    _must_be(row, State.COMMUNE, State.PROVINCE)
    words = nfc(reason).strip()
    if not words:
        raise ActionError("Ghi rõ cần bổ sung gì.", "reason")
    viewer.must(HANDLE, row.unit_path if row.state == State.COMMUNE else row.province_path)
    if row.state == State.PROVINCE and row.case_id is not None:
        hand_over(
            viewer, case=row.case_id, to_path=row.unit_path, following=Next("commune"), note=words[:500]
        )
    row.state, row.return_reason = State.RETURNED, words[:4000]
    row.save(update_fields=["state", "return_reason"])
    _tell("returned", row, viewer)
    return row


@action
def propose_ocop(viewer: Viewer, *, dossier_id: UUID, report: str) -> OcopDossier:
    """The commune has scored its criteria and reports: the dossier goes to the province."""
    row = _locked(dossier_id)
    viewer.must(HANDLE, row.unit_path)
    _must_be(row, State.COMMUNE)
    if not report.strip():
        raise ActionError(
            "Ghi báo cáo: nguồn gốc, nguyên liệu, lao động, ý tưởng, bản sắc địa phương.", "report"
        )
    own = OcopCriterion.objects.filter(version=row.version, sheet=row.group.sheet, by_commune=True)
    scored = set(row.scores.filter(by=By.COMMUNE).values_list("criterion_id", flat=True))
    missing = [one for one in own if one.pk not in scored]
    if missing:
        raise ActionErrors({one.code: ["Xã chưa chấm tiêu chí này"] for one in missing})
    row.commune_report, row.state = nfc(report).strip()[:8000], State.PROVINCE
    row.save(update_fields=["commune_report", "state"])
    if row.case_id is not None:
        hand_over(viewer, case=row.case_id, to_path=row.province_path, following=Next("province"))
    _tell("proposed", row, viewer)
    return row


@action
def accept_ocop(viewer: Viewer, *, dossier_id: UUID) -> OcopDossier:
    """The province finds the form in order: the members of the council may score."""
    row = _locked(dossier_id)
    viewer.must(HANDLE, row.province_path)
    _must_be(row, State.PROVINCE)
    row.state = State.SCORING
    row.save(update_fields=["state"])
    if row.case_id is not None:
        hand_over(viewer, case=row.case_id, to_path=row.province_path, following=Next("scoring"))
    _tell("accepted", row, viewer)
    return row


@action
def withdraw_ocop(viewer: Viewer, *, dossier_id: UUID) -> OcopDossier:
    """The enterprise takes the dossier back for good; a new one may be begun."""
    row = _locked(dossier_id)
    must_sit(viewer, row.enterprise, MANAGER)
    _must_be(row, State.DRAFT, State.RETURNED, State.COMMUNE)
    row.state, row.decided_at = State.WITHDRAWN, now()
    row.save(update_fields=["state", "decided_at"])
    if row.case_id is not None:
        with widened(OWN_CASE):
            close_case(viewer, case=row.case_id, status="withdrawn", checked=True)
    _tell("withdrawn", row, viewer)
    return row
