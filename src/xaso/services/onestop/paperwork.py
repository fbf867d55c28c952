"""The printed forms of a dossier (TT 03/2025/TT-VPCP, forms 01 to 07, and the note of hand-over) as PDF.

Each function answers the PDF of what has happened so far, made from the dossier at that moment; a form that
does not exist yet (no supplement was asked, nothing was refused) is refused with NotFound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.cases import queries as cases
from xaso.kernel.cases.models import CaseStep
from xaso.kernel.cases.queries.scope import sees
from xaso.kernel.documents.papers_in_force import render_template
from xaso.kernel.documents.rules import date_line
from xaso.kernel.events.models import Event
from xaso.kernel.people.models import Account
from xaso.kernel.people.queries import personal_number_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import clock, day, masked, phone, stamp, weekday
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.kernel.units.models import Level
from xaso.kernel.units.queries import unit_at
from xaso.services.onestop import eforms, routing, rules, setups_in_force
from xaso.services.onestop.actions.results import given_of
from xaso.services.onestop.issuing import Agency, agency_of
from xaso.services.onestop.models import Dossier, DossierPaper, Return, Supplement
from xaso.services.onestop.queries.desk import register

MOST_ROWS = 3000
CHANNELS = {
    Dossier.Channel.COUNTER: "trực tiếp",
    Dossier.Channel.ONLINE: "trực tuyến",
    Dossier.Channel.POST: "qua bưu chính công ích",
    Dossier.Channel.PORTAL: "qua Cổng Dịch vụ công quốc gia",
}
RETURNED = {"counter": "Tại quầy", "post": "Bưu chính", "email": "Thư điện tử", "screen": "Trên màn hình"}


def _must_see(viewer: Viewer, dossier: Dossier) -> None:
    """Officers of the dossier's units, and its applicant and submitter; NotFound for all others."""
    own = viewer.person_id is not None and viewer.person_id in {dossier.applicant_id, dossier.submitter_id}
    if not (own or viewer.kind == "system" or (viewer.is_officer and sees(viewer, dossier.case))):
        raise NotFound("Không tìm thấy hồ sơ này, hoặc hồ sơ không thuộc phạm vi của tài khoản.")


def _moment(moment: datetime | None) -> str:
    """`08:30, Thứ Hai, 23/11/2026`."""
    return f"{clock(moment)}, {weekday(moment)}" if moment else ""


def tracking_url(dossier: Dossier) -> str:
    """What the QR of a form opens: the public page of the code."""
    return f"{settings.XASO_BASE_URL}".rstrip("/") + reverse("onestop:public_state", args=[dossier.code])


def _lookup_address() -> str:
    base = urlsplit(str(settings.XASO_BASE_URL)).netloc
    return f"{base}{reverse('onestop:look_up')}".rstrip("/")


def _desk(dossier: Dossier) -> tuple[str, Agency]:
    """The desk that received the dossier by name, and the authority whose desk it is."""
    path = dossier.received_path or dossier.unit_path
    unit = unit_at(routing.reception_path(routing.authority_of(path)) if path == dossier.unit_path else path)
    name = unit.full_name if unit.level == Level.OFFICE else "Bộ phận Tiếp nhận và Trả kết quả"
    return name, agency_of(routing.authority_of(path))


def _head(dossier: Dossier, agency: Agency, on: date) -> dict[str, Any]:
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
        "lookup_address": _lookup_address(),
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


def _on(moment: datetime | None) -> date:
    return (moment or now()).astimezone(VIETNAM).date()


def _who(dossier: Dossier, event: str) -> tuple[str, str]:
    """Name and title of the officer who last did something to a dossier; empty for the system or a citizen."""
    row = (
        Event.objects.filter(record_id=dossier.pk, name=event, actor_kind="officer").order_by("-seq").first()
    )
    account = Account.objects.filter(pk=row.actor_id).first() if row and row.actor_id else None
    return (account.display_name, account.title) if account else ("", "")


def _components(dossier: Dossier) -> list[dict[str, Any]]:
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


def _return_way(dossier: Dossier, desk: str) -> str:
    chosen = dossier.delivery or {}
    way = chosen.get("way", "counter")
    if way == "post":
        address = chosen.get("address", "")
        return f"Qua bưu chính, gửi đến {address}" if address else "Qua bưu chính"
    if way == "email":
        return f"Đường dẫn gửi qua thư điện tử {chosen.get('email', '')}".strip()
    return f"Trên màn hình, tại {_lookup_address()}" if way == "screen" else desk


def _certification(dossier: Dossier, body: eforms.Setup) -> dict[str, Any]:
    """Pages and copies, for the certification of copies only."""
    if all(result.template != "copy_certification" for result in body.results):
        return {}
    rows = [row for row in (dossier.answers or {}).get("papers", []) if isinstance(row, dict)]
    return {
        "pages": sum(int(row.get("pages") or 0) for row in rows),
        "copies": sum(int(row.get("copies") or 0) for row in rows),
    }


def receipt_pdf(viewer: Viewer, dossier: Dossier) -> bytes:
    """Form 01, receipt with the day of return. Before the desk has taken it in, it confirms the filing."""
    _must_see(viewer, dossier)
    if dossier.status == rules.NOT_RECEIVED:
        raise NotFound("Hồ sơ không được tiếp nhận nên không có giấy hẹn.")
    body = setups_in_force.body_of(dossier.setup)
    desk, agency = _desk(dossier)
    received = dossier.received_at or dossier.submitted_at
    officer, _ = _who(dossier, "onestop.dossier_received")
    head = _head(dossier, agency, _on(received))
    return render_template(
        "onestop.receipt",
        {
            **head,
            "desk": desk,
            "channel": CHANNELS.get(Dossier.Channel(dossier.channel), ""),
            "components": _components(dossier),
            "sets": 1,
            "term": eforms.term_for(body, dossier.answers, given_of(dossier)).words,
            "received_at": _moment(dossier.submitted_at),
            "due_at": _moment(dossier.case.due_at),
            "return_way": _return_way(dossier, desk),
            "certification": _certification(dossier, body),
            "officer": officer,
            "submitter": head["applicant"]["name"],
            "receiver": officer,
        },
    )


def supplement_pdf(viewer: Viewer, dossier: Dossier) -> bytes:
    """Form 02, the newest request to supplement."""
    _must_see(viewer, dossier)
    row = Supplement.objects.filter(dossier=dossier).order_by("-created_at").first()
    if row is None:
        raise NotFound("Hồ sơ này chưa có yêu cầu bổ sung.")
    _, agency = _desk(dossier)
    account = Account.objects.filter(pk=row.asked_by).first() if row.asked_by else None
    names = {one.key: one.name for one in setups_in_force.body_of(dossier.setup).components}
    missing = [
        {
            "name": item.get("name") or names.get(item.get("component") or item.get("key") or "", ""),
            "note": item.get("note", ""),
            "originals": item.get("originals", 0),
            "certified": item.get("certified", 0),
            "copies": item.get("copies", 0),
        }
        for item in row.items
    ]
    reason = row.reason + (f" (căn cứ: {row.legal_basis})" if row.legal_basis else "")
    return render_template(
        "onestop.supplement_slip",
        {
            **_head(dossier, agency, _on(row.created_at)),
            "missing": missing,
            "reason": reason,
            "answer_by": _moment(row.answer_by),
            "officer": account.display_name if account else "",
            "receiver": account.display_name if account else "",
        },
    )


def _closing_note(dossier: Dossier, outcome: str) -> str:
    steps = CaseStep.objects.filter(case_id=dossier.case_id, outcome=outcome).exclude(note="")
    return steps.order_by("-number").values_list("note", flat=True).first() or ""


def refusal_pdf(viewer: Viewer, dossier: Dossier) -> bytes:
    """Form 03, why the dossier was not taken in."""
    _must_see(viewer, dossier)
    if dossier.status != rules.NOT_RECEIVED:
        raise NotFound("Hồ sơ này không bị từ chối tiếp nhận.")
    _, agency = _desk(dossier)
    officer, _ = _who(dossier, "onestop.dossier_refused")
    head = _head(dossier, agency, _on(dossier.finished_at))
    return render_template(
        "onestop.refusal_slip",
        {
            **head,
            "reason": _closing_note(dossier, "refused"),
            "officer": officer,
            "submitter": head["applicant"]["name"],
            "receiver": officer,
        },
    )


def _signed_by(name: str, title: str) -> dict[str, str]:
    return {"authority": "TM. Ủy ban nhân dân", "position": title or "Chủ tịch", "signer": name}


def _within(head: dict[str, Any]) -> dict[str, Any]:
    """The same for a form that names the matter inside a sentence: "đề nghị giải quyết cấp giấy phép …"."""
    matter = head["matter"]
    return {**head, "matter": matter[:1].lower() + matter[1:]}


def apology_pdf(viewer: Viewer, dossier: Dossier) -> bytes:
    """Form 04, the newest apology with its reason and the new date."""
    _must_see(viewer, dossier)
    row = dossier.case.extensions.select_related("made_by").order_by("-created_at").first()
    if row is None:
        raise NotFound("Hồ sơ này chưa có văn bản xin lỗi, hẹn lại.")
    agency = agency_of(dossier.unit_path)
    made_by = row.made_by
    return render_template(
        "onestop.apology",
        {
            **_within(_head(dossier, agency, _on(row.created_at))),
            **_signed_by(made_by.display_name if made_by else "", made_by.title if made_by else ""),
            "received_on": day(dossier.received_at or dossier.submitted_at),
            "due_on": _moment(row.old_due_at),
            "reason": row.reason.rstrip(". "),
            "new_due": _moment(row.new_due_at),
            "number_text": "Số: ……/PXL",
        },
    )


def stop_pdf(viewer: Viewer, dossier: Dossier) -> bytes:
    """Form 05, that the dossier is no longer handled."""
    _must_see(viewer, dossier)
    if dossier.status != rules.STOPPED:
        raise NotFound("Hồ sơ này không bị dừng giải quyết.")
    agency = agency_of(dossier.unit_path)
    return render_template(
        "onestop.stop_notice",
        {
            **_within(_head(dossier, agency, _on(dossier.finished_at))),
            **_signed_by(*_who(dossier, "onestop.dossier_stopped")),
            "received_on": day(dossier.received_at or dossier.submitted_at),
            "requested_on": day(dossier.finished_at or now()),
            "reason": _closing_note(dossier, "stopped").rstrip(". "),
            "papers_note": "Bản gốc đã nộp được trả lại tại nơi tiếp nhận.",
            "number_text": "Số: ……/TB-UBND",
        },
    )


def control_slip_pdf(viewer: Viewer, dossier: Dossier) -> bytes:
    """Form 06, each hand-over so far. For officers."""
    if viewer.is_citizen:
        raise NotFound("Phiếu này lưu tại cơ quan giải quyết.")
    _must_see(viewer, dossier)
    body = setups_in_force.body_of(dossier.setup)
    _, agency = _desk(dossier)
    return render_template(
        "onestop.control_slip",
        {
            **_head(dossier, agency, today()),
            "components": _components(dossier),
            "term": eforms.term_for(body, dossier.answers, given_of(dossier)).words,
            "received_at": stamp(dossier.submitted_at),
            "due_at": stamp(dossier.case.due_at) if dossier.case.due_at else "",
            "steps": [
                {
                    "giver": _both(row.giver_unit, row.giver),
                    "receiver": _both(row.receiver_unit, row.receiver),
                    "at": stamp(row.at),
                    "due": stamp(row.due_at) if row.due_at else "",
                    "result": row.result,
                    "note": "; ".join(part for part in (row.title, row.note) if part),
                }
                for row in cases.control_slip(viewer, dossier.case)
            ],
        },
    )


def _both(unit: str, person: str) -> str:
    return f"{unit} ({person})" if unit and person else unit or person


def handover_pdf(viewer: Viewer, dossier: Dossier) -> bytes:
    """The note of hand-over: which results went to whom."""
    _must_see(viewer, dossier)
    row = Return.objects.filter(dossier=dossier).first()
    if row is None or dossier.returned_at is None:
        raise NotFound("Hồ sơ này chưa trả kết quả.")
    _, agency = _desk(dossier)
    giver = Account.objects.filter(pk=row.given_by).first() if row.given_by else None
    receiver = row.receiver or {}
    results = dossier.results.filter(issued_at__isnull=False, ended_at__isnull=True).select_related(
        "document"
    )
    originals = dossier.papers.filter(ended_at__isnull=True, originals__gt=0).values_list("name", flat=True)
    head = _head(dossier, agency, _on(dossier.returned_at))
    way = f"{RETURNED.get(row.way, row.way)}{f', mã bưu gửi {row.parcel}' if row.parcel else ''}"
    return render_template(
        "onestop.return_note",
        {
            **head,
            "results": [
                {
                    "kind": one.document.kind,
                    "number": one.document.shown_number,
                    "abstract": dossier.subject or head["matter"],
                    "date": day(one.issued_at) if one.issued_at else "",
                }
                for one in results.order_by("issued_at")
            ],
            "returned_at": f"{_moment(dossier.returned_at)} ({way.lower()})",
            "returned_papers": list(originals) if row.way == "counter" else [],
            "giver": giver.display_name if giver else "",
            "receiver": receiver.get("name") or head["applicant"]["name"],
            "receiver_id": masked(receiver["id_number"]) if receiver.get("id_number") else "",
        },
    )


def register_pdf(viewer: Viewer, unit_path: str, start: date, end: date) -> bytes:
    """Form 07, the follow-up book of a unit from one day to another, both counted.

    Raises Forbidden, and ActionError for a span with more than MOST_ROWS dossiers.
    """
    begin = datetime(start.year, start.month, start.day, tzinfo=VIETNAM)
    until = datetime(end.year, end.month, end.day, tzinfo=VIETNAM) + timedelta(days=1)
    rows = list(register(viewer, unit_path, begin, until)[: MOST_ROWS + 1])
    if len(rows) > MOST_ROWS:
        raise ActionError(f"Sổ dài hơn {MOST_ROWS} dòng. Chọn khoảng thời gian ngắn hơn.", "end")
    agency = agency_of(routing.authority_of(unit_path))
    names = cases.unit_names({row.unit_path for row in rows})
    returns = {row.dossier_id: row for row in Return.objects.filter(dossier__in=[one.pk for one in rows])}
    return render_template(
        "onestop.follow_up_book",
        {
            "parent": agency.parent,
            "agency": agency.name,
            "place_date": date_line(agency.place, today()),
            "period": f"Từ {day(start)} đến {day(end)}",
            "printed_by": f"{viewer.name} in lúc",
            "printed_at": stamp(now()),
            "rows": [_register_row(row, names.get(row.unit_path, ""), returns.get(row.pk)) for row in rows],
        },
    )


def _register_row(dossier: Dossier, unit: str, returned: Return | None) -> dict[str, Any]:
    contact = dossier.applicant.contact or {}
    receiver = (returned.receiver or {}) if returned else {}
    return {
        "code": dossier.code,
        "matter": dossier.setup.title,
        "sets": 1,
        "owner": dossier.applicant.full_name,
        "address": contact.get("address", ""),
        "phone": phone(contact.get("phone", "")),
        "agency": unit,
        "received": day(dossier.received_at or dossier.submitted_at),
        "due": day(dossier.case.due_at) if dossier.case.due_at else "",
        "returned": day(dossier.returned_at) if dossier.returned_at else "",
        "way": RETURNED.get(returned.way, "") if returned else "",
        "receiver": receiver.get("name", ""),
        "note": "" if dossier.status == rules.RETURNED else dossier.get_status_display(),
    }


@dataclass(frozen=True)
class Form:
    """One printed form: its name, its file name, who may have it, how it is made."""

    title: str
    file: str
    make: Callable[[Viewer, Dossier], bytes]
    for_citizens: bool = True


FORMS = {
    "01": Form("Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "giay-tiep-nhan", receipt_pdf),
    "02": Form("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ", "phieu-bo-sung", supplement_pdf),
    "03": Form("Phiếu từ chối tiếp nhận giải quyết hồ sơ", "phieu-tu-choi", refusal_pdf),
    "04": Form("Văn bản xin lỗi, hẹn lại ngày trả kết quả", "phieu-xin-loi", apology_pdf),
    "05": Form("Thông báo dừng giải quyết hồ sơ", "thong-bao-dung", stop_pdf),
    "06": Form("Phiếu kiểm soát quá trình giải quyết hồ sơ", "phieu-kiem-soat", control_slip_pdf, False),
    "bien-nhan": Form("Giấy biên nhận trả kết quả", "bien-nhan-tra-ket-qua", handover_pdf),
}


def form_pdf(viewer: Viewer, dossier: Dossier, form: str) -> tuple[str, bytes]:
    """A form by its number ("01" … "06", "bien-nhan"): (file name, PDF). Raises NotFound."""
    known = FORMS.get(form)
    if known is None or (viewer.is_citizen and not known.for_citizens):
        raise NotFound("Không có giấy này.")
    return f"{known.file}-{dossier.code}.pdf", known.make(viewer, dossier)
