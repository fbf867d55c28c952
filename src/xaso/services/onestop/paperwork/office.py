"""What stays in the office: the control slip (06) and the follow-up book (07)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.cases import queries as cases
from xaso.kernel.documents.papers_in_force import render_template
from xaso.kernel.documents.rules import date_line
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import day, phone, stamp
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.services.onestop import eforms, routing, rules, setups_in_force
from xaso.services.onestop.actions.results import given_of
from xaso.services.onestop.issuing import agency_of
from xaso.services.onestop.models import Dossier, Return
from xaso.services.onestop.paperwork.parts import RETURNED, components_of, desk_of, head_of, must_see
from xaso.services.onestop.queries.desk import register

MOST_ROWS = 3000


def control_slip_pdf(viewer: Viewer, dossier: Dossier) -> bytes:
    """Form 06, each hand-over so far. For officers."""
    if viewer.is_citizen:
        raise NotFound("Phiếu này lưu tại cơ quan giải quyết.")
    must_see(viewer, dossier)
    body = setups_in_force.body_of(dossier.setup)
    _, agency = desk_of(dossier)
    return render_template(
        "onestop.control_slip",
        {
            **head_of(dossier, agency, today()),
            "components": components_of(dossier),
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
