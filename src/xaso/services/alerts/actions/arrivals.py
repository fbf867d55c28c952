"""Warnings of others: sources that are believed, messages that come in and are taken or refused with a reason."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from cryptography import x509
from django.db.models import Q

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionErrors
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import cap
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.kernel.plain.text import clean
from xaso.kernel.units.models import Unit
from xaso.services.alerts.actions.proposing import propose
from xaso.services.alerts.models import CapArrival, CapSource, WarningProposal
from xaso.services.alerts.queries.reading import MANAGE
from xaso.services.alerts.queries.warnings import NEW_CODE, OLD_CODE
from xaso.services.alerts.rules import law

SCOPE = "alerts.cap_in"
State = CapArrival.State
_HAZARDS = {one.code: key for key, one in law.hazards().items()}
_BY_SEVERITY = {"Extreme": 4, "Severe": 3, "Moderate": 2, "Minor": 1}
_CATEGORIES = {"Geo": "landslide", "Fire": "forest_fire", "Met": "heavy_rain", "Safety": "reservoir"}


@action
def keep_source(
    viewer: Viewer,
    *,
    unit_path: str,
    name: str,
    sender: str,
    certificate: str,
    valid_from: date | None = None,
) -> CapSource:
    """List a source with the certificate it signs with (or of the authority that issued it); the row before ends."""
    viewer.must(MANAGE, unit_path)
    wrong: dict[str, list[str]] = {}
    if not clean(name):
        wrong["name"] = ["Nhập tên nguồn."]
    if not sender.strip() or any(mark in sender for mark in " ,<&"):
        wrong["sender"] = ["Nhập mã nơi gửi như trong bản tin của nguồn, không có khoảng trống."]
    try:
        x509.load_pem_x509_certificate(certificate.strip().encode())
    except ValueError:
        wrong["certificate"] = ["Dán chứng thư dạng PEM, bắt đầu bằng -----BEGIN CERTIFICATE-----."]
    if wrong:
        raise ActionErrors(wrong)
    begins = valid_from or today()
    before = CapSource.objects.filter(unit_path=unit_path, sender=sender.strip(), valid_to__isnull=True)
    before.update(valid_to=begins - timedelta(days=1))
    row = CapSource.objects.create(
        unit_path=unit_path,
        name=clean(name)[:160],
        sender=sender.strip(),
        certificate=certificate.strip(),
        valid_from=begins,
    )
    emit("alerts.source_kept", record=row, unit_path=unit_path, viewer=viewer)
    return row


@action
def end_source(viewer: Viewer, *, source_id: UUID) -> None:
    """A source is believed no more from today on."""
    row = CapSource.objects.select_for_update().filter(viewer.scope(MANAGE), pk=source_id).first()
    if row is None or row.valid_to is not None:
        return
    row.valid_to = today() - timedelta(days=1)
    row.save(update_fields=["valid_to"])
    emit("alerts.source_ended", record=row, unit_path=row.unit_path, viewer=viewer)


@action
def take_cap(viewer: Viewer, *, unit_path: str, data: bytes) -> CapArrival:
    """A CAP message of somebody else for a unit: checked, kept, and proposed when it is real and concerns the unit.

    Never warns by itself. The same message again answers the first row. What is refused is kept with its reason.
    """
    if not (viewer.can(SCOPE, unit_path) or viewer.can(MANAGE, unit_path)):
        viewer.must(SCOPE, unit_path)
    digest = hashlib.sha256(data).hexdigest()
    known = CapArrival.objects.filter(unit_path=unit_path, digest=digest).first()
    if known is not None:
        return known
    text = data[:200_000].decode("utf-8", "replace").replace("\x00", "")
    row = CapArrival(unit_path=unit_path, digest=digest, xml=text)
    try:
        source, message = _believed(unit_path, data)
    except cap.Refused as refused:
        row.state, row.code, row.reason = State.REFUSED, refused.code, str(refused)[:600]
        row.save()
        event = {"code": refused.code}
        emit("alerts.cap_refused", record=row, unit_path=unit_path, viewer=viewer, data=event)
        return row
    info = message.info("vi")
    row.state, row.source, row.identifier = State.TAKEN, source, message.identifier[:200]
    row.headline = (info.headline or info.event if info else message.note)[:300]
    row.facts = _facts(message)
    row.save()
    emit("alerts.cap_taken", record=row, unit_path=unit_path, viewer=viewer, data={"type": message.msg_type})
    if message.is_real and message.msg_type in {"Alert", "Update"} and info is not None:
        _propose(row, message, info)
    return row


def _believed(unit_path: str, data: bytes) -> tuple[CapSource, cap.Message]:
    """The message with its source. Raises cap.Refused."""
    parts = unit_path.strip("/").split("/")
    paths = ["/".join(parts[:size]) + "/" for size in range(1, len(parts) + 1)]
    rows = CapSource.objects.filter(unit_path__in=paths, valid_from__lte=today())
    listed = list(rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today())))
    message = cap.take(data, [one.certificate for one in listed], now())
    found = [one for one in listed if one.sender == message.sender]
    for one in found:
        cap.verified(data, [one.certificate], now())
        _refuse_elsewhere(message, unit_path)
        return one, message
    raise cap.Refused(
        cap.Problem("untrusted", f"Nơi gửi “{message.sender[:80]}” không có trong danh sách nguồn.", "sender")
    )


def _refuse_elsewhere(message: cap.Message, unit_path: str) -> None:
    """A message whose area names other units or lies elsewhere is none of ours."""
    codes, rings, circles = set(), [], []
    for info in message.infos:
        for area in info.areas:
            codes |= {value for name, value in area.geocodes if name in {NEW_CODE, OLD_CODE}}
            rings += list(area.polygons)
            circles += [cap.ring_around(*circle) for circle in area.circles]
    unit = Unit.objects.filter(path=unit_path).first()
    if unit is None or not (codes or rings or circles):
        return
    province = unit_path.split("/")[0]
    if {unit.code, province} & codes or unit.predecessors.filter(old__code__in=codes).exists():
        return
    spots = [
        (one.lat, one.lon) for one in (unit, *unit.children.filter(lat__isnull=False)) if one.lat is not None
    ]
    shapes = [*rings, *circles]
    if not spots and not codes:
        return
    if any(cap.contains(shape, lat, lon or 0) for shape in shapes for lat, lon in spots):
        return
    raise cap.Refused(cap.Problem("area", "Vùng của bản tin không chạm địa bàn của xã.", "area"))


def _facts(message: cap.Message) -> dict[str, Any]:
    info = message.info("vi")
    found: dict[str, Any] = {
        "sender": message.sender,
        "status": message.status,
        "type": message.msg_type,
        "sent": cap.stamp(message.sent),
    }
    if info is not None:
        level = info.parameter("VN-CapDoRuiRoThienTai")
        found |= {
            "event": info.event,
            "headline": info.headline,
            "description": info.description,
            "instruction": info.instruction,
            "severity": info.severity,
            "level": level,
            "expires": cap.stamp(info.expires) if info.expires else "",
            "area": "; ".join(area.description for area in info.areas),
        }
    return found


def _propose(row: CapArrival, message: cap.Message, info: cap.Info) -> None:
    hazard = next((_HAZARDS[value] for _, value in info.event_codes if value in _HAZARDS), "")
    hazard = hazard or next((_CATEGORIES[one] for one in info.categories if one in _CATEGORIES), "storm")
    told = info.parameter("VN-CapDoRuiRoThienTai")
    # The level is what the sender says it is. Severity only helps a person who must choose one.
    level = int(told) if told in {"1", "2", "3", "4", "5"} else _BY_SEVERITY.get(info.severity, 1)
    propose(
        unit_path=row.unit_path,
        origin=WarningProposal.Origin.CAP,
        hazard=hazard,
        level=level,
        reason=f"{row.source}: {info.headline or info.event}",
        facts={
            "level_told": told,
            "severity": info.severity,
            "sent": cap.stamp(message.sent.astimezone(VIETNAM)),
        },
        area=_area(info, row.unit_path),
        arrival=row,
    )


def _area(info: cap.Info, unit_path: str) -> dict[str, Any]:
    words = "; ".join(area.description for area in info.areas)[:200]
    rings = [[list(point) for point in ring] for area in info.areas for ring in area.polygons]
    rings += [
        [list(point) for point in cap.ring_around(*circle)] for area in info.areas for circle in area.circles
    ]
    return {"words": words, "words_en": words, "units": [] if rings else [unit_path], "polygons": rings[:20]}
