"""What the printed forms share: letterhead, who asks, what was handed in, in the words of the forms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from xaso.kernel.base.errors import NotFound
from xaso.kernel.cases.queries.scope import sees
from xaso.kernel.documents.rules import date_line
from xaso.kernel.events.models import Event
from xaso.kernel.people.models import Account
from xaso.kernel.people.queries import personal_number_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import clock, phone, weekday
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.kernel.units.models import Level
from xaso.kernel.units.queries import unit_at
from xaso.services.onestop import routing, setups_in_force
from xaso.services.onestop.issuing import Agency, agency_of
from xaso.services.onestop.models import Dossier, DossierPaper

CHANNELS = {
    Dossier.Channel.COUNTER: "trực tiếp",
    Dossier.Channel.ONLINE: "trực tuyến",
    Dossier.Channel.POST: "qua bưu chính công ích",
    Dossier.Channel.PORTAL: "qua Cổng Dịch vụ công quốc gia",
}
RETURNED = {"counter": "Tại quầy", "post": "Bưu chính", "email": "Thư điện tử", "screen": "Trên màn hình"}


def must_see(viewer: Viewer, dossier: Dossier) -> None:
    """Officers of the dossier's units, and its applicant and submitter; NotFound for all others."""
    own = viewer.person_id is not None and viewer.person_id in {dossier.applicant_id, dossier.submitter_id}
    if not (own or viewer.kind == "system" or (viewer.is_officer and sees(viewer, dossier.case))):
        raise NotFound("Không tìm thấy hồ sơ này, hoặc hồ sơ không thuộc phạm vi của tài khoản.")


def moment_words(moment: datetime | None) -> str:
    """`08:30, Thứ Hai, 23/11/2026`."""
    return f"{clock(moment)}, {weekday(moment)}" if moment else ""


def tracking_url(dossier: Dossier) -> str:
    """What the QR of a form opens: the public page of the code."""
    return f"{settings.XASO_BASE_URL}".rstrip("/") + reverse("onestop:public_state", args=[dossier.code])


def lookup_address() -> str:
    base = urlsplit(str(settings.XASO_BASE_URL)).netloc
    return f"{base}{reverse('onestop:look_up')}".rstrip("/")


def desk_of(dossier: Dossier) -> tuple[str, Agency]:
    """The desk that received the dossier by name, and the authority whose desk it is."""
    path = dossier.received_path or dossier.unit_path
    unit = unit_at(routing.reception_path(routing.authority_of(path)) if path == dossier.unit_path else path)
    name = unit.full_name if unit.level == Level.OFFICE else "Bộ phận Tiếp nhận và Trả kết quả"
    return name, agency_of(routing.authority_of(path))


def head_of(dossier: Dossier, agency: Agency, on: date) -> dict[str, Any]:
    """What every form begins with."""
    person = dossier.applicant
    submitter = dossier.submitter if dossier.submitter_id not in {None, person.pk} else None
    # The form names the submitter first and the owner beside; contact is the submitter's where there is one.
    asker = submitter or person
    contact = asker.contact or {}
    head = {
        "parent": agency.parent,
        "agency": agency.name,
        "place": agency.place,
        "place_date": date_line(agency.place, on),
        "code": dossier.code,
        "lookup_qr": tracking_url(dossier),
        "lookup_address": lookup_address(),
        "applicant": {
            "name": asker.full_name,
            "address": contact.get("address", ""),
            "phone": phone(contact.get("phone", "")),
            "email": contact.get("email", ""),
            "id_number": personal_number_of(asker),
        },
        "matter": setups_in_force.body_of(dossier.setup).formal_name,
    }
    if submitter is not None:
        head["owner"] = {"name": person.full_name, "address": (person.contact or {}).get("address", "")}
    return head


def day_of(moment: datetime | None) -> date:
    return (moment or now()).astimezone(VIETNAM).date()


def who_did(dossier: Dossier, event: str) -> tuple[str, str]:
    """Name and title of the officer who last did something to a dossier; empty for the system or a citizen."""
    row = (
        Event.objects.filter(record_id=dossier.pk, name=event, actor_kind="officer").order_by("-seq").first()
    )
    account = Account.objects.filter(pk=row.actor_id).first() if row and row.actor_id else None
    return (account.display_name, account.title) if account else ("", "")


def components_of(dossier: Dossier) -> list[dict[str, Any]]:
    rows = DossierPaper.objects.filter(dossier=dossier, ended_at__isnull=True).order_by("created_at")
    told = {
        DossierPaper.Source.REUSED: "Dùng lại giấy đã số hóa",
        DossierPaper.Source.DATABASE: "Lấy từ cơ sở dữ liệu",
        DossierPaper.Source.SHOWN: "Cho xem để đối chiếu",
    }
    return [
        {
            "name": row.name,
            "originals": row.originals,
            "certified": row.certified,
            "copies": row.copies,
            "note": told.get(DossierPaper.Source(row.source), ""),
        }
        for row in rows
    ]


def return_way(dossier: Dossier, desk: str) -> str:
    chosen = dossier.delivery or {}
    way = chosen.get("way", "counter")
    if way == "post":
        address = chosen.get("address", "")
        return f"Qua bưu chính, gửi đến {address}" if address else "Qua bưu chính"
    if way == "email":
        return f"Đường dẫn gửi qua thư điện tử {chosen.get('email', '')}".strip()
    return f"Trên màn hình, tại {lookup_address()}" if way == "screen" else desk
