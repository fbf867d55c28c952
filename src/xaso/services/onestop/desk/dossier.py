"""One dossier as an officer opens it: fixed facts on top, one primary action, everything else beside and below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from xaso.kernel.base.manifest import CaseFacts
from xaso.kernel.base.ports import case_panels
from xaso.kernel.cases import queries as cases
from xaso.kernel.cases.models import CaseStep, Opinion
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop import eforms, rules
from xaso.services.onestop.actions.drafts import WAYS
from xaso.services.onestop.desk.moves import moves_for, primary_for
from xaso.services.onestop.desk.queue import badge_of
from xaso.services.onestop.finding import laws_of
from xaso.services.onestop.models import DossierPaper
from xaso.services.onestop.paperwork.slips import SEALED_FORMS, sealed_form
from xaso.services.onestop.queries.desk import DossierView, looks_at, open_dossier


@officer("onestop.view")
@require_GET
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a dossier. Opening it is kept as a look at the applicant."""
    viewer = viewer_in(request)
    seen = open_dossier(viewer, code)
    return render(request, "onestop/desk/dossier.html", page_context(viewer, seen))


def page_context(viewer: Viewer, seen: DossierView) -> dict[str, Any]:
    """What the page shows of a dossier."""
    dossier = seen.dossier
    steps = cases.open_steps(viewer, seen.case) if seen.case.is_running else []
    names = cases.unit_names(
        {dossier.unit_path, dossier.received_path, seen.case.holder_path}
        | {step.unit_path for step in steps}
        | {one.asked_path for one in seen.opinions}
    )
    return {
        "seen": seen,
        "dossier": dossier,
        "badge": badge_of(seen.badge),
        "due_lines": cases.due_explained(viewer, seen.case),
        "facts": _facts(seen, names),
        "sections": _sections(seen),
        "papers": paper_rows(seen),
        "missing": dossier.missing if dossier.status == rules.NEW else [],
        "parallel": [
            {"step": step, "unit": names.get(step.unit_path, "")} for step in steps if step.group is not None
        ],
        "opinions": [
            {
                "row": one,
                "unit": names.get(one.asked_path, ""),
                "may_answer": may_answer(viewer, one),
            }
            for one in seen.opinions
        ],
        "waiting": next((one for one in seen.supplements if one.answered_at is None), None),
        "primary": primary_for(viewer, seen),
        "moves": moves_for(viewer, seen),
        "takes_work": _takes_work(viewer, steps),
        "lines": [
            {"title": line.sentence, "at": line.at, "by": ", ".join(w for w in (line.who, line.title) if w)}
            for line in seen.timeline
            if line.name not in TOLD_TWICE
        ],
        "looks": looks_at(viewer, dossier),
        "results_part": _part("onestop/desk/parts/results.html"),
        "slip_url": reverse("onestop_desk:slip", args=[dossier.code]),
        "forms": paper_forms(dossier.code, seen),
        "to_seal": forms_to_seal(viewer, seen),
        "judges": "receive" in seen.may or "handle" in seen.may,
        "beside": case_panels(viewer, _case_facts(seen)),
    }


def _case_facts(seen: DossierView) -> CaseFacts:
    """What panels of other services may know of the case: nothing of the applicant."""
    dossier = seen.dossier
    return CaseFacts(
        type=seen.case.type,
        case_id=seen.case.pk,
        code=dossier.code,
        unit_path=dossier.unit_path,
        title=dossier.procedure.name,
        laws=laws_of(dossier.procedure.code),
    )


def may_answer(viewer: Viewer, opinion: Opinion) -> bool:
    """Whether this officer may answer for the unit that was asked."""
    return opinion.answered_at is None and viewer.can("onestop.handle", opinion.asked_path)


def _facts(seen: DossierView, names: dict[str, str]) -> list[dict[str, Any]]:
    dossier, case = seen.dossier, seen.case
    contact = dossier.applicant.contact or {}
    way = (dossier.delivery or {}).get("way", "")
    holder = case.holder.display_name if case.holder else ""
    held = ", ".join(word for word in (holder, names.get(case.holder_path, "")) if word)
    rows: list[tuple[str, Any]] = [
        ("Người nộp", dossier.applicant.full_name),
        ("Số định danh", _masked(seen.personal_number)),
        ("Điện thoại", contact.get("phone", "")),
        ("Cách nộp", dossier.get_channel_display()),
        ("Nơi tiếp nhận", names.get(dossier.received_path, "")),
        ("Cơ quan giải quyết", names.get(dossier.unit_path, "")),
        ("Đang giữ", held if case.is_running else "Đã xong"),
        ("Nhận kết quả", WAYS.get(way, "Tại quầy")),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def _masked(number: str) -> str:
    from xaso.kernel.plain.formats import masked

    return masked(number) if number else ""


def _sections(seen: DossierView) -> list[dict[str, Any]]:
    return [
        {
            "title": section.title,
            "rows": [{"label": row.label, "value": row.text} for row in section.rows if row.text],
        }
        for section in eforms.summary(seen.body, seen.dossier.answers, seen.given)
    ]


def paper_rows(seen: DossierView) -> list[dict[str, Any]]:
    """The papers handed in, each with its file, its counts and its judgement."""
    return [
        {
            "row": paper,
            "url": _paper_url("paper_file", seen, paper),
            "picture": _paper_url("paper_picture", seen, paper) if _has_picture(paper) else "",
            "counts": counts_of(paper),
        }
        for paper in seen.papers
    ]


def _paper_url(name: str, seen: DossierView, paper: DossierPaper) -> str:
    there = paper.file_id or paper.document_id
    return reverse(f"onestop_desk:{name}", args=[seen.dossier.code, paper.pk]) if there else ""


def _has_picture(paper: DossierPaper) -> bool:
    kind = paper.file.media_type if paper.file else "application/pdf" if paper.document_id else ""
    return kind.startswith("image/") or kind == "application/pdf"


def counts_of(paper: DossierPaper) -> str:
    """ "1 bản chính, 2 bản chụp"."""
    pairs = (
        (paper.originals, "bản chính"),
        (paper.certified, "bản sao chứng thực"),
        (paper.copies, "bản chụp"),
    )
    return ", ".join(f"{count} {word}" for count, word in pairs if count)


def _part(name: str) -> str:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return ""
    return name


# The case's own lines of what the one-stop shop tells in its own words.
TOLD_TWICE = frozenset(
    f"cases.{name}"
    for name in (
        "opened",
        "step_done",
        "done",
        "refused",
        "withdrawn",
        "stopped",
        "returned",
        "extended",
        "apologised",
        "paused",
        "restarted",
    )
)
FORMS = (
    ("01", "Giấy tiếp nhận và hẹn trả"),
    ("02", "Yêu cầu bổ sung"),
    ("03", "Từ chối tiếp nhận"),
    ("04", "Xin lỗi và hẹn lại"),
    ("05", "Dừng giải quyết"),
    ("06", "In phiếu kiểm soát"),
)


def paper_forms(code: str, seen: DossierView) -> list[dict[str, str]]:
    """The printed forms this dossier has by now."""
    status = seen.dossier.status
    there = {
        "01": seen.dossier.received_at is not None,
        "02": bool(seen.supplements),
        "03": status == rules.NOT_RECEIVED,
        "04": bool(seen.extensions),
        "05": status == rules.STOPPED,
        "06": True,
    }
    found = []
    for form, label in FORMS:
        url = paper_url(code, form)
        if there[form] and url:
            found.append({"label": label, "url": url})
    return found


def forms_to_seal(viewer: Viewer, seen: DossierView) -> list[dict[str, str]]:
    """Forms that may be sent under the agency's digital seal and are not sealed yet, for whoever seals."""
    dossier = seen.dossier
    if not viewer.can("onestop.seal", dossier.unit_path):
        return []
    there = {"04": bool(seen.extensions), "05": dossier.status == rules.STOPPED}
    return [
        {
            "label": f"Đóng dấu số: {SEALED_FORMS[form].title.lower()}",
            "url": reverse("onestop_desk:seal_form", args=[dossier.code, form]),
        }
        for form, is_there in there.items()
        if is_there and sealed_form(dossier, form) is None
    ]


def paper_url(code: str, form: str) -> str:
    """Where a form of a dossier is printed; nothing while that page is not installed."""
    try:
        return reverse("onestop_desk:paper", args=[code, form])
    except NoReverseMatch:
        return ""


@officer("onestop.view")
@require_GET
def slip(request: HttpRequest, code: str) -> HttpResponse:
    """The control slip (form 06) on screen: who gave to whom, when, and whether the step kept its time."""
    seen = open_dossier(viewer_in(request), code, purpose="Xem phiếu kiểm soát")
    context = {
        "dossier": seen.dossier,
        "slip": seen.slip,
        "badge": badge_of(seen.badge),
        "pdf_url": paper_url(code, "06"),
        "back_url": reverse("onestop_desk:dossier", args=[seen.dossier.code]),
    }
    return render(request, "onestop/desk/slip.html", context)


def _takes_work(viewer: Viewer, steps: Sequence[CaseStep]) -> str:
    """The open step this officer may take and does not hold yet."""
    for step in steps:
        if step.holder_id != viewer.account_id and viewer.can("onestop.handle", step.unit_path):
            return str(step.pk)
    return ""
