"""The national portal: every change is told there; in national mode dossiers come from there.

Outgoing: one job per dossier sends its newest state, so that repeats and disorder do no harm. Incoming: a pull
every few minutes from where the last one ended; a dossier that cannot be taken is listed with the reason and
does not hold up the others.
"""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.connectors.portal import PortalDossier, portal
from xaso.kernel.connectors.times import from_stamp, to_stamp
from xaso.kernel.connectors.transport import Asked
from xaso.kernel.events.models import Event
from xaso.kernel.people.queries import personal_number_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.tasks import enqueue, task
from xaso.kernel.units.models import Unit, UnitIdentifier
from xaso.services.onestop import routing, rules, setups_in_force
from xaso.services.onestop.actions.filing import Applicant, Filing, file_dossier
from xaso.services.onestop.models import Dossier, InboundTrouble, PortalSync

log = logging.getLogger("xaso.onestop.portal")
CHANNELS = {"counter": "1", "online": "2", "portal": "2", "post": "3"}


def on_change(event: Event) -> None:
    """Listener: ask for the dossier's newest state to be sent; many changes at once make one sending."""
    enqueue(push, {"dossier": str(event.record_id)}, key=str(event.record_id))


def outward(dossier: Dossier) -> PortalDossier:
    """A dossier in the portal's field names."""
    person, case = dossier.applicant, dossier.case
    contact = person.contact or {}
    ended = {rules.DONE, rules.RETURNED, rules.STOPPED, rules.WITHDRAWN}
    return PortalDossier(
        MaHoSo=dossier.outside_code or dossier.code,
        MaTTHC=dossier.procedure.code,
        TenTTHC=dossier.procedure.name,
        TenLinhVuc=dossier.procedure.field,
        KenhThucHien=CHANNELS[dossier.channel],
        ChuHoSo=person.full_name,
        SoGiayToChuHoSo=personal_number_of(person),
        Email=contact.get("email", ""),
        SoDienThoai=contact.get("phone", ""),
        TrichYeuHoSo=dossier.setup.title,
        NgayNopHoSo=to_stamp(dossier.submitted_at),
        NgayTiepNhan=to_stamp(dossier.received_at or dossier.submitted_at),
        NgayHenTra=to_stamp(case.due_at) if case.due_at else "",
        TrangThaiHoSo=str(dossier.status),
        NgayTra=to_stamp(dossier.returned_at) if dossier.returned_at else "",
        NgayKetThucXuLy=to_stamp(dossier.finished_at)
        if dossier.finished_at and dossier.status in ended
        else "",
        NgayTuChoi=to_stamp(dossier.finished_at)
        if dossier.status == rules.NOT_RECEIVED and dossier.finished_at
        else "",
        DonViXuLy=Unit.objects.filter(path=dossier.unit_path).values_list("full_name", flat=True).first()
        or "",
        HoSoCoThanhPhanSoHoa="1" if dossier.papers.filter(file__isnull=False).exists() else "0",
        DuocThanhToanTrucTuyen="1"
        if dossier.payments.filter(method__in=["vietqr", "gateway"]).exists()
        else "0",
    )


@task("onestop.push_to_portal", queue="outside", retries=8)
def push(dossier: str) -> None:
    """Send the newest state of a dossier; what the portal has already is not sent again."""
    found = (
        Dossier.objects.select_related("case", "procedure", "setup", "applicant").filter(pk=dossier).first()
    )
    if found is None:
        return
    body = outward(found)
    digest = body.model_dump_json()
    known = PortalSync.objects.filter(dossier=found).first()
    if known is not None and known.sent == digest:
        return
    asked = Asked(record_type="onestop.dossier", record_id=found.pk, purpose=f"Đồng bộ hồ sơ {found.code}")
    number = (known.times if known else 0) + 1
    portal().push_dossier(asked, body, message_id=f"{found.pk}:{number}")
    PortalSync.objects.update_or_create(
        dossier=found, defaults={"sent": digest, "times": number, "sent_at": now()}
    )


def pull_all() -> None:
    """Scheduled: take in what citizens filed on the portal, when the law sends them there."""
    if settings.XASO_FILING != "national":
        return
    for row in UnitIdentifier.objects.filter(scheme=UnitIdentifier.ORG, valid_to__isnull=True).select_related(
        "unit"
    ):
        if row.unit.level == Unit.Level.PROVINCE:
            pull_unit(str(row.value), row.unit.path)


def pull_unit(unit_code: str, unit_path: str) -> int:
    """Take in a unit's new dossiers; answers how many came. The cursor moves only past what was taken or listed."""
    taken = 0
    while True:
        cursor = PortalSync.cursor_of(unit_code)
        answer = portal().pull(
            Asked(purpose="Nhận hồ sơ từ Cổng quốc gia"), unit_code=unit_code, cursor=cursor
        )
        for one in answer.dossiers:
            taken += _take(one, unit_path)
        if answer.cursor == cursor or not answer.dossiers:
            return taken
        PortalSync.keep_cursor(unit_code, answer.cursor)


def _take(one: PortalDossier, unit_path: str) -> int:
    try:
        with transaction.atomic():
            _, fresh = file_dossier(Viewer.system(), _filing(one, unit_path))
        return int(fresh)
    except (ActionError, ValueError) as error:
        message = getattr(error, "message", str(error))
        InboundTrouble.objects.update_or_create(
            outside_code=one.MaHoSo,
            defaults={"reason": message[:500], "body": one.model_dump(), "settled_at": None},
        )
        log.warning("inbound dossier %s was not taken: %s", one.MaHoSo, message)
        return 0


def _filing(one: PortalDossier, unit_path: str) -> Filing:
    at = from_stamp(one.NgayNopHoSo) if one.NgayNopHoSo else now()
    competent = _competent(one, unit_path)
    setup = setups_in_force.setup_for(one.MaTTHC, competent, at.date())
    answers: dict[str, Any] = dict((one.model_extra or {}).get("DuLieuBieuMau") or {})
    return Filing(
        setup=setup,
        unit_path=competent,
        channel=Dossier.Channel.PORTAL,
        answers=answers,
        applicant=Applicant(one.ChuHoSo, one.SoGiayToChuHoSo, phone=one.SoDienThoai, email=one.Email),
        client_key=f"portal:{one.MaHoSo}",
        outside_code=one.MaHoSo,
        truth="portal",
        strict=False,
        at=min(at, now()),
    )


def _competent(one: PortalDossier, unit_path: str) -> str:
    """The authority of an inbound dossier: by its identifier or its name below the province it came through."""
    wanted = one.DonViXuLy.strip()
    row = UnitIdentifier.objects.filter(value=wanted, valid_to__isnull=True).select_related("unit").first()
    if row is not None:
        return row.unit.path
    below = Unit.objects.on().filter(path__startswith=unit_path, level=Unit.Level.COMMUNE)
    found = below.filter(code=wanted).first() or below.filter(full_name__iexact=wanted).first()
    if found is None:
        raise ActionError(f"Không rõ cơ quan giải quyết “{wanted}” của hồ sơ {one.MaHoSo}.")
    return found.path


def retake(viewer: Viewer, *, trouble_id: UUID) -> Dossier | None:
    """Try again to take in a listed dossier, after its cause was mended.

    Raises ActionError when it still cannot be taken; the list then shows the new reason.
    """
    row = InboundTrouble.objects.filter(pk=trouble_id, settled_at__isnull=True).first()
    if row is None:
        return None
    one = PortalDossier.model_validate(row.body)
    reach = viewer.paths("onestop.receive")
    if not reach:
        raise Forbidden()
    province = routing.province_of(reach[0]) if reach[0] else ""
    try:
        dossier, _ = file_dossier(Viewer.system(), _filing(one, province))
    except ActionError as error:
        InboundTrouble.objects.filter(pk=row.pk).update(reason=error.message[:500])
        raise
    row.settled_at = now()
    row.save(update_fields=["settled_at"])
    return dossier
