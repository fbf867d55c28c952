"""The slips that people get: forms 01 to 05, and the note of hand-over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xaso.kernel.base.errors import NotFound
from xaso.kernel.cases.models import CaseStep
from xaso.kernel.documents.models import Document
from xaso.kernel.documents.papers_in_force import render_template
from xaso.kernel.documents.queries import content_of
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import day, masked
from xaso.kernel.plain.moment import now
from xaso.services.onestop import eforms, rules, setups_in_force
from xaso.services.onestop.actions.results import given_of
from xaso.services.onestop.issuing import agency_of
from xaso.services.onestop.models import Dossier, Return, Supplement
from xaso.services.onestop.paperwork.parts import (
    CHANNELS,
    RETURNED,
    components_of,
    day_of,
    desk_of,
    head_of,
    moment_words,
    must_see,
    return_way,
    who_did,
)


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
    must_see(viewer, dossier)
    if dossier.status == rules.NOT_RECEIVED:
        raise NotFound("Hồ sơ không được tiếp nhận nên không có giấy hẹn.")
    body = setups_in_force.body_of(dossier.setup)
    desk, agency = desk_of(dossier)
    received = dossier.received_at or dossier.submitted_at
    officer, _ = who_did(dossier, "onestop.dossier_received")
    head = head_of(dossier, agency, day_of(received))
    return render_template(
        "onestop.receipt",
        {
            **head,
            "desk": desk,
            "channel": CHANNELS.get(Dossier.Channel(dossier.channel), ""),
            "components": components_of(dossier),
            "sets": 1,
            "term": eforms.term_for(body, dossier.answers, given_of(dossier)).words,
            "received_at": moment_words(dossier.submitted_at),
            "due_at": moment_words(dossier.case.due_at),
            "return_way": return_way(dossier, desk),
            "certification": _certification(dossier, body),
            "officer": officer,
            "submitter": head["applicant"]["name"],
            "receiver": officer,
        },
    )


def supplement_pdf(viewer: Viewer, dossier: Dossier) -> bytes:
    """Form 02, the newest request to supplement."""
    must_see(viewer, dossier)
    row = Supplement.objects.filter(dossier=dossier).order_by("-created_at").first()
    if row is None:
        raise NotFound("Hồ sơ này chưa có yêu cầu bổ sung.")
    _, agency = desk_of(dossier)
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
            **head_of(dossier, agency, day_of(row.created_at)),
            "missing": missing,
            "reason": reason,
            "answer_by": moment_words(row.answer_by),
            "officer": account.display_name if account else "",
            "receiver": account.display_name if account else "",
        },
    )


def _closing_note(dossier: Dossier, outcome: str) -> str:
    steps = CaseStep.objects.filter(case_id=dossier.case_id, outcome=outcome).exclude(note="")
    return steps.order_by("-number").values_list("note", flat=True).first() or ""


def refusal_pdf(viewer: Viewer, dossier: Dossier) -> bytes:
    """Form 03, why the dossier was not taken in."""
    must_see(viewer, dossier)
    if dossier.status != rules.NOT_RECEIVED:
        raise NotFound("Hồ sơ này không bị từ chối tiếp nhận.")
    _, agency = desk_of(dossier)
    officer, _ = who_did(dossier, "onestop.dossier_refused")
    head = head_of(dossier, agency, day_of(dossier.finished_at))
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


def apology_data(viewer: Viewer, dossier: Dossier) -> dict[str, Any]:
    """What form 04 says: the newest apology with its reason and the new date."""
    must_see(viewer, dossier)
    row = dossier.case.extensions.select_related("made_by").order_by("-created_at").first()
    if row is None:
        raise NotFound("Hồ sơ này chưa có văn bản xin lỗi, hẹn lại.")
    agency = agency_of(dossier.unit_path)
    made_by = row.made_by
    return {
        **_within(head_of(dossier, agency, day_of(row.created_at))),
        **_signed_by(made_by.display_name if made_by else "", made_by.title if made_by else ""),
        "received_on": day(dossier.received_at or dossier.submitted_at),
        "due_on": moment_words(row.old_due_at),
        "reason": row.reason.rstrip(". "),
        "new_due": moment_words(row.new_due_at),
    }


def stop_data(viewer: Viewer, dossier: Dossier) -> dict[str, Any]:
    """What form 05 says: that the dossier is no longer handled, and why."""
    must_see(viewer, dossier)
    if dossier.status != rules.STOPPED:
        raise NotFound("Hồ sơ này không bị dừng giải quyết.")
    agency = agency_of(dossier.unit_path)
    return {
        **_within(head_of(dossier, agency, day_of(dossier.finished_at))),
        **_signed_by(*who_did(dossier, "onestop.dossier_stopped")),
        "received_on": day(dossier.received_at or dossier.submitted_at),
        "requested_on": day(dossier.finished_at or now()),
        "reason": _closing_note(dossier, "stopped").rstrip(". "),
        "papers_note": "Bản gốc đã nộp được trả lại tại nơi tiếp nhận.",
    }


@dataclass(frozen=True)
class SealedForm:
    """A form that is sent electronically under the agency's digital seal."""

    title: str
    template: str
    symbol: str
    data: Callable[[Viewer, Dossier], dict[str, Any]]


SEALED_FORMS = {
    "04": SealedForm("Phiếu xin lỗi và hẹn lại ngày trả kết quả", "onestop.apology", "PXL", apology_data),
    "05": SealedForm("Thông báo dừng giải quyết hồ sơ", "onestop.stop_notice", "TB-UBND", stop_data),
}


def sealed_form(dossier: Dossier, form: str) -> Document | None:
    """Form 04 or 05 as it was sealed; an apology that a newer one followed no longer counts."""
    shape = SEALED_FORMS[form]
    found = Document.objects.filter(
        record_type="onestop.dossier",
        record_id=dossier.pk,
        template__key=shape.template,
        state=Document.State.ISSUED,
    )
    if form == "04":
        newest = dossier.case.extensions.order_by("-created_at").values_list("created_at", flat=True).first()
        found = found.filter(issued_at__gte=newest) if newest else found.none()
    return found.order_by("-issued_at").first()


def apology_pdf(viewer: Viewer, dossier: Dossier) -> bytes:
    """Form 04: as it was sealed, else for printing and signing by hand."""
    return _sealed_or_printed(viewer, dossier, "04", "Số: ……/PXL")


def stop_pdf(viewer: Viewer, dossier: Dossier) -> bytes:
    """Form 05: as it was sealed, else for printing and signing by hand."""
    return _sealed_or_printed(viewer, dossier, "05", "Số: ……/TB-UBND")


def _sealed_or_printed(viewer: Viewer, dossier: Dossier, form: str, number: str) -> bytes:
    shape = SEALED_FORMS[form]
    data = shape.data(viewer, dossier)
    made = sealed_form(dossier, form)
    if made is not None:
        return content_of(made.latest.file)
    return render_template(shape.template, {**data, "number_text": number})


def handover_pdf(viewer: Viewer, dossier: Dossier) -> bytes:
    """The note of hand-over: which results went to whom."""
    must_see(viewer, dossier)
    row = Return.objects.filter(dossier=dossier).first()
    if row is None or dossier.returned_at is None:
        raise NotFound("Hồ sơ này chưa trả kết quả.")
    _, agency = desk_of(dossier)
    giver = Account.objects.filter(pk=row.given_by).first() if row.given_by else None
    receiver = row.receiver or {}
    results = dossier.results.filter(issued_at__isnull=False, ended_at__isnull=True).select_related(
        "document"
    )
    originals = dossier.papers.filter(ended_at__isnull=True, originals__gt=0).values_list("name", flat=True)
    head = head_of(dossier, agency, day_of(dossier.returned_at))
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
            "returned_at": f"{moment_words(dossier.returned_at)} ({way.lower()})",
            "returned_papers": list(originals) if row.way == "counter" else [],
            "giver": giver.display_name if giver else "",
            "receiver": receiver.get("name") or head["applicant"]["name"],
            "receiver_id": masked(receiver["id_number"]) if receiver.get("id_number") else "",
        },
    )
