"""The council's result, the decision, the register: recognitions begin, are reminded of, end and are withdrawn."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Sum

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.cases.actions import close_case, hand_over
from xaso.kernel.cases.actions.steps import Next
from xaso.kernel.events import emit
from xaso.kernel.messages.actions import send
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import day as in_words
from xaso.kernel.plain.moment import now, today
from xaso.kernel.plain.text import fold, nfc
from xaso.services.trace.actions.ocop import (
    DECIDE,
    By,
    State,
    _locked,
    _must_be,
    _tell,
    office_of,
    version_in_force,
)
from xaso.services.trace.models import OcopCriterion, OcopDossier, OcopRecognition, Seat
from xaso.services.trace.rules import ocop as rules

REGISTER = "trace.ocop_register"


def council_totals(row: OcopDossier) -> list[tuple[str, Decimal, bool]]:
    """Each member's name, total, and whether every criterion has points."""
    lines = OcopCriterion.objects.filter(version=row.version, sheet=row.group.sheet).count()
    found = (
        row.scores.filter(by=By.COUNCIL)
        .values("scorer_id", "scorer_name")
        .annotate(total=Sum("points"), count=Count("id"))
        .order_by("scorer_name")
    )
    return [(one["scorer_name"], one["total"], one["count"] == lines) for one in found]


@action
def decide_ocop(
    viewer: Viewer,
    *,
    dossier_id: UUID,
    minutes: str,
    decision_number: str = "",
    signed_on: date | None = None,
) -> OcopDossier:
    """End the council: by the average the product is recognised, forwarded to the ministry, or not recognised.

    Only complete score sheets count. For stars that the province decides the number and day of its decision are
    needed; a total in a band that the ministry decides goes on to the ministry.
    """
    row = _locked(dossier_id)
    viewer.must(DECIDE, row.province_path)
    _must_be(row, State.SCORING)
    if not minutes.strip():
        raise ActionError("Ghi kết luận của hội đồng.", "minutes")
    totals = council_totals(row)
    unfinished = ", ".join(name for name, _, whole in totals if not whole)
    if unfinished:
        raise ActionError(f"Còn thành viên chưa chấm hết tiêu chí: {unfinished}.")
    if not totals:
        raise ActionError("Chưa có thành viên hội đồng nào chấm điểm.")
    row.average = rules.average([total for _, total, _ in totals])
    row.minutes = nfc(minutes).strip()[:8000]
    band = rules.band_for(row.average, row.version.bands)
    if band.decides == "province":
        _recognise(viewer, row, band.stars, decision_number, signed_on, "Ủy ban nhân dân tỉnh")
    elif band.decides == "ministry":
        row.state = State.MINISTRY
        row.save(update_fields=["average", "minutes", "state"])
        if row.case_id is not None:
            hand_over(viewer, case=row.case_id, to_path=row.province_path, following=Next("ministry"))
        _tell("forwarded", row, viewer, average=str(row.average))
    else:
        _refuse(viewer, row)
    return row


@action
def record_ministry(
    viewer: Viewer, *, dossier_id: UUID, stars: int, decision_number: str, signed_on: date | None
) -> OcopDossier:
    """Write down what the ministry decided; 0 stars: not recognised. The ministry may give fewer than it was asked."""
    row = _locked(dossier_id)
    viewer.must(DECIDE, row.province_path)
    _must_be(row, State.MINISTRY)
    if stars == 0:
        _refuse(viewer, row)
        return row
    known = {band.stars for band in rules.bands_of(row.version.bands) if band.decides}
    if stars not in known:
        raise ActionError(f"Chọn số sao được công nhận: {', '.join(map(str, sorted(known)))}.", "stars")
    _recognise(viewer, row, stars, decision_number, signed_on, "Bộ Nông nghiệp và Môi trường")
    return row


def _recognise(
    viewer: Viewer, row: OcopDossier, stars: int, number: str, signed_on: date | None, by: str
) -> OcopRecognition:
    if not number.strip():
        raise ActionError("Nhập số quyết định công nhận.", "decision_number")
    if signed_on is None or signed_on > today():
        raise ActionError("Nhập ngày ký quyết định, không sau hôm nay.", "signed_on")
    made = OcopRecognition.objects.create(
        product=row.product,
        dossier=row,
        product_name=row.product.name,
        owner_name=row.enterprise.name,
        group_title=row.group.title,
        search_text=_searchable(row.product.name, row.enterprise.name, row.group.title),
        unit_path=row.unit_path,
        stars=stars,
        points=row.average,
        decision_number=nfc(number).strip()[:60],
        decided_by=by,
        signed_on=signed_on,
        expires_on=rules.expiry(signed_on, row.version.months),
    )
    row.state, row.decided_at = State.RECOGNISED, now()
    row.save(update_fields=["average", "minutes", "state", "decided_at"])
    if row.case_id is not None:
        close_case(viewer, case=row.case_id, status="done", checked=True)
    _tell("recognised", row, viewer, stars=stars)
    _to_managers(viewer, made, "trace.ocop_recognised")
    return made


def _refuse(viewer: Viewer, row: OcopDossier) -> None:
    row.state, row.decided_at = State.REFUSED, now()
    row.save(update_fields=["average", "minutes", "state", "decided_at"])
    if row.case_id is not None:
        close_case(viewer, case=row.case_id, status="refused", checked=True)
    _tell("refused", row, viewer)


def _searchable(*words: str) -> str:
    return fold(" ".join(words))[:500]


@action
def enter_recognition(
    viewer: Viewer,
    *,
    unit_path: str,
    product_name: str,
    owner_name: str,
    group_title: str,
    stars: int,
    decision_number: str,
    decided_by: str,
    signed_on: date,
    expires_on: date,
) -> OcopRecognition:
    """Enter an earlier decision into the register, of a product that had no dossier here."""
    viewer.must(REGISTER, unit_path)
    if not 3 <= stars <= 5:
        raise ActionError("Sổ chỉ ghi sản phẩm từ 3 đến 5 sao.", "stars")
    if expires_on <= signed_on:
        raise ActionError("Ngày hết hạn phải sau ngày ký.", "expires_on")
    if not product_name.strip() or not owner_name.strip() or not decision_number.strip():
        raise ActionError("Nhập đủ tên sản phẩm, chủ thể và số quyết định.")
    made, new = OcopRecognition.objects.get_or_create(
        product_name=nfc(product_name).strip()[:200],
        owner_name=nfc(owner_name).strip()[:200],
        decision_number=nfc(decision_number).strip()[:60],
        unit_path=unit_path,
        defaults={
            "group_title": nfc(group_title).strip()[:200],
            "search_text": _searchable(product_name, owner_name, group_title),
            "stars": stars,
            "decided_by": nfc(decided_by).strip()[:160],
            "signed_on": signed_on,
            "expires_on": expires_on,
        },
    )
    if new:
        data = {"stars": stars}
        emit("trace.ocop_entered", record=made, unit_path=unit_path, viewer=viewer, data=data)
    return made


@action
def withdraw_recognition(viewer: Viewer, *, recognition_id: UUID, why: str) -> OcopRecognition:
    """Take the stars away before their end; they are shown nowhere from today."""
    row = OcopRecognition.objects.select_for_update(of=("self",)).filter(pk=recognition_id).first()
    if row is None:
        raise NotFound("Không có dòng này trong sổ.")
    viewer.must(DECIDE, row.dossier.province_path if row.dossier else office_of(row.unit_path))
    if row.withdrawn_on is not None:
        raise Conflict("Công nhận này đã bị thu hồi.")
    if not why.strip():
        raise ActionError("Ghi lý do thu hồi.", "why")
    row.withdrawn_on, row.withdrawn_why = today(), nfc(why).strip()[:300]
    row.save(update_fields=["withdrawn_on", "withdrawn_why"])
    emit("trace.ocop_withdrawn_stars", record=row, unit_path=row.unit_path, viewer=viewer)
    return row


def remind_of_expiry() -> None:
    """Daily: tell the managers of a product whose stars end in so many months, once for each of the months set."""
    day = today()
    rows = OcopRecognition.objects.filter(
        product__isnull=False, withdrawn_on__isnull=True, expires_on__gte=day
    ).select_related("product__enterprise", "dossier__version")
    for row in rows:
        months = (row.dossier.version if row.dossier else version_in_force()).remind_months
        due = rules.due_reminder(row.expires_on, row.reminded, months, day)
        if due is not None:
            _remind(Viewer.system(), recognition_id=row.pk, months=due)


@action
def _remind(viewer: Viewer, *, recognition_id: UUID, months: int) -> None:
    """Tell the managers once that stars end in so many months."""
    row = OcopRecognition.objects.select_for_update(of=("self",)).get(pk=recognition_id)
    if months in row.reminded:
        return
    row.reminded = [*row.reminded, months]
    row.save(update_fields=["reminded"])
    _to_managers(viewer, row, "trace.ocop_expires", key=str(months))
    data = {"months": months}
    emit("trace.ocop_reminded", record=row, unit_path=row.unit_path, viewer=viewer, data=data)


def _to_managers(viewer: Viewer, row: OcopRecognition, template: str, key: str = "") -> None:
    if row.product is None:
        return
    seats = Seat.objects.filter(
        enterprise_id=row.product.enterprise_id, role=Seat.Role.MANAGER, ended_at__isnull=True
    ).select_related("person")
    for seat in seats:
        send(
            viewer,
            template,
            to=seat.person,
            data={
                "product": row.product_name,
                "stars": str(row.stars),
                "until": in_words(row.expires_on),
                "number": row.decision_number,
            },
            record=row,
            unit_path=row.unit_path,
            link=f"/trace/co-so/{row.product.enterprise.token}/ocop/",
            key=key,
        )
