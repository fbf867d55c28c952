"""Walk-in reception: choose the procedure, one page for everything, receipt. Nothing typed is ever lost."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.units.models import Unit
from xaso.services.onestop import eforms, routing, setups_in_force
from xaso.services.onestop.actions.filing import Filing, file_dossier
from xaso.services.onestop.actions.walkin import receive_walk_in
from xaso.services.onestop.desk import people, walkin
from xaso.services.onestop.desk.dossier import paper_url
from xaso.services.onestop.desk.queue import badge_of
from xaso.services.onestop.models import Dossier, Setup
from xaso.services.onestop.queries.catalogue import search_catalogue
from xaso.services.onestop.queries.desk import open_dossier, recent_setups


@dataclass(frozen=True)
class Desk:
    """Where the officer receives: the authority and its desk."""

    authority: str
    received_path: str


def desk_of(viewer: Viewer) -> Desk:
    """The desk this officer receives at: that of their unit, else the first where the right is held."""
    own = routing.authority_of(viewer.unit_path) if viewer.unit_path else ""
    for path in (own, *viewer.paths("onestop.receive")):
        authority = routing.authority_of(path) if path else ""
        if authority and viewer.can("onestop.receive", routing.reception_path(authority)):
            return Desk(authority, routing.reception_path(authority))
    raise Forbidden("Tài khoản này chưa được giao làm việc tại bộ phận một cửa nào.")


@officer("onestop.receive")
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Which procedure: by everyday words, or one of those used lately at this desk."""
    viewer = viewer_in(request)
    desk = desk_of(viewer)
    text = request.GET.get("tim", "").strip()[:200]
    found: list[dict[str, Any]] = []
    paper_only: list[Any] = []
    if text:
        for row in search_catalogue(text, unit_path=desk.authority, limit=40).rows:
            setups = setups_in_force.setups_for(row.code, desk.authority, today())
            found += [_line(setup) for setup in setups]
            if not setups:
                paper_only.append(row)
        known = {line["url"] for line in found}
        found += [line for line in _by_title(desk, text) if line["url"] not in known]
    context = {
        "text": text,
        "found": found,
        "paper_only": paper_only[:10],
        "recent": [_line(setup) for setup in recent_setups(viewer, desk.received_path)],
        "every": [_line(setup) for setup in _all(desk)] if not text else [],
    }
    return render(request, "onestop/desk/choose.html", context)


def _all(desk: Desk) -> list[Setup]:
    day = today()
    found: list[Setup] = []
    for code in setups_in_force.published():
        found += setups_in_force.setups_for(code, desk.authority, day)
    return sorted(found, key=lambda setup: setup.title)


def _by_title(desk: Desk, text: str) -> list[dict[str, Any]]:
    from xaso.kernel.plain.text import search_text

    words = search_text(text).split()
    return [
        _line(setup)
        for setup in _all(desk)
        if all(word in search_text(setup.title).split() for word in words)
    ]


def _line(setup: Setup) -> dict[str, Any]:
    url = reverse("onestop_desk:receive", args=[setup.procedure.code])
    return {
        "title": setup.title,
        "code": setup.procedure.code,
        "url": f"{url}?bien-the={setup.variant}" if setup.variant else url,
    }


@dataclass
class _Visit:
    """One press of the reception page, read."""

    viewer: Viewer
    desk: Desk
    setup: Setup
    unit_path: str
    person: people.ApplicantForm
    delivery: people.DeliveryForm
    sheet: walkin.Sheet
    once: str
    proof: str
    card_words: str
    proven: bool

    @property
    def facts(self) -> dict[str, Any]:
        """What is known of the applicant, as far as it could be read."""
        return getattr(self.person, "cleaned_data", {}) or {}


def _read(request: HttpRequest, code: str) -> _Visit:
    viewer = viewer_in(request)
    desk = desk_of(viewer)
    posted = request.method == "POST"
    source = request.POST if posted else request.GET
    unit_path = _competent(source.get("noi", ""), desk)
    setup = setups_in_force.setup_for(code, unit_path, today(), source.get("bien-the", ""))
    data, card_words = people.card_read(request.POST) if posted else (None, "")
    person = people.ApplicantForm(data, prefix=people.PREFIX)
    delivery = people.DeliveryForm(data, prefix="tra")
    facts: dict[str, Any] = {}
    if posted:
        person.is_valid()
        delivery.is_valid()
        facts = person.cleaned_data
    proof = request.POST.get("proof", "")
    proven = people.is_proven(viewer, facts, proof)
    channel = request.POST.get("tra-channel", "counter")
    known_person = people.known_person(viewer, facts.get("id_number") or "", code) if posted else None
    sheet = walkin.read_sheet(
        request,
        viewer,
        setup,
        unit_path=unit_path,
        facts={"channel": "post" if channel == "post" else "counter", "identity_proven": proven},
        known={"person": _known(facts), "unit": {"address": {"unit": unit_path}}},
        person=known_person,
    )
    once = request.POST.get("once_key", "")[:60] or str(uuid.uuid4())
    return _Visit(
        viewer,
        desk,
        setup,
        unit_path,
        person,
        delivery,
        sheet,
        once,
        proof if proven else "",
        card_words,
        proven,
    )


def _competent(wanted: str, desk: Desk) -> str:
    """The competent authority: our own, unless another commune of the province is named."""
    same = wanted.startswith(routing.province_of(desk.authority))
    if (
        wanted
        and same
        and routing.authority_of(wanted) == wanted
        and Unit.objects.filter(path=wanted).exists()
    ):
        return wanted
    return desk.authority


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    names = ("full_name", "birth_date", "sex", "id_number", "phone", "address")
    return {name: facts.get(name) or "" for name in names}


@officer("onestop.receive")
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, code: str) -> HttpResponse:
    """The page of one reception."""
    visit = _read(request, code)
    if request.method != "POST":
        return _draw(request, visit)
    act = request.POST.get("act", "")
    if act == "lookup":
        return _draw(request, visit, looked=_look_up(visit))
    if act in {"accept", "supplement", "refuse"}:
        return _take_in(request, visit, act)
    return _draw(request, visit)


def _look_up(visit: _Visit) -> people.Looked:
    looked = people.look_up(
        visit.viewer,
        visit.facts,
        reference=f"TN-{visit.once[:13]}",
        procedure=visit.setup.procedure.code,
    )
    if looked.matches:
        visit.proof, visit.proven = looked.proof, True
    return looked


def _take_in(request: HttpRequest, visit: _Visit, act: str) -> HttpResponse:
    whole = act == "accept"
    errors = asking_errors(visit.sheet) if whole else {}
    good = visit.person.is_valid() and visit.delivery.is_valid()
    doubts = visit.sheet.doubts(request) if whole else []
    if whole:
        for paper in visit.sheet.lacking():
            row = next(one for one in visit.sheet.rows if one.key == paper.component.key)
            row.errors.append(f"Thêm giấy tờ: {paper.component.name}")
    if errors or doubts or not good or any(row.errors for row in visit.sheet.rows):
        return _draw(request, visit, errors=errors, doubts=doubts, status=422)
    try:
        dossier = _file(request, visit, whole)
    except ActionError as error:
        if error.status in {403, 404}:
            raise
        return _draw(request, visit, errors=_sorted_out(visit, error), status=error.status, top=error)
    if act == "accept":
        return redirect("onestop_desk:received", code=dossier.code)
    verb = "bo-sung" if act == "supplement" else "khong-tiep-nhan"
    return redirect("onestop_desk:verb", code=dossier.code, verb=verb)


def _file(request: HttpRequest, visit: _Visit, whole: bool) -> Dossier:
    way = visit.delivery.cleaned_data
    filing = Filing(
        setup=visit.setup,
        unit_path=visit.unit_path,
        received_path=visit.desk.received_path,
        channel=way["channel"],
        answers=visit.sheet.raw,
        applicant=people.applicant_of(visit.facts, proven=visit.proven, email=way.get("email") or ""),
        papers=visit.sheet.papers(),
        delivery={"way": way["way"], "email": way.get("email") or "", "address": way.get("address") or ""},
        client_key=f"desk:{visit.viewer.account_id}:{visit.once}",
        facts={"identity_proven": visit.proven},
        strict=whole,
    )
    if whole:
        money = request.POST.get("money", "")
        return receive_walk_in(visit.viewer, filing=filing, money=money if money in {"cash", "card"} else "")
    return file_dossier(visit.viewer, filing)[0]


def asking_errors(sheet: walkin.Sheet) -> dict[str, list[str]]:
    """What must be mended in the answers, by the name of the input."""
    from xaso.services.onestop.asking import errors_by_path

    return errors_by_path(sheet.reading.problems)


def _sorted_out(visit: _Visit, error: ActionError) -> dict[str, list[str]]:
    """Put refusals about papers at their rows; answer those about answers."""
    errors = dict(error.errors)
    for row in visit.sheet.rows:
        row.errors += errors.pop(f"paper.{row.key}", [])
    return errors


def _draw(
    request: HttpRequest,
    visit: _Visit,
    *,
    errors: dict[str, list[str]] | None = None,
    doubts: list[eforms.Problem] | None = None,
    looked: people.Looked | None = None,
    status: int = 200,
    top: ActionError | None = None,
) -> HttpResponse:
    sheet, errors = visit.sheet, errors or {}
    sections = walkin.drawn_sections(sheet, errors, add=request.POST.get("add", ""))
    stop = eforms.stopped(sheet.body, sheet.reading.answers, sheet.given) if sheet.raw else None
    checked = status != 200
    placed = {path for section in sections for page in section["pages"] for path in _names(page)}
    lines: list[Any] = [visit.person, visit.delivery] if checked else []
    lines += walkin.lines_of(sections)
    lines += [(message, f"got_{row.key}") for row in sheet.rows for message in row.errors]
    lines += [(m, "top") for path, messages in errors.items() if path not in placed for m in messages]
    if top is not None and not top.errors:
        lines.append((top.message, "top"))
    context = {
        "setup": visit.setup,
        "body": sheet.body,
        "variant": visit.setup.variant,
        "unit": Unit.objects.filter(path=visit.unit_path).first(),
        "unit_path": visit.unit_path,
        "elsewhere": visit.unit_path != visit.desk.authority,
        "person": visit.person,
        "delivery": visit.delivery,
        "sections": sections,
        "rows": sheet.rows,
        "reuse_text": sheet.reuse_text,
        "quote": sheet.quote,
        "term": eforms.term_for(sheet.body, sheet.reading.answers, sheet.given),
        "stop": stop,
        "doubts": doubts or [],
        "looked": looked,
        "card_words": visit.card_words,
        "once": visit.once,
        "proof": visit.proof,
        "proven": visit.proven,
        "money": request.POST.get("money", ""),
        "form": lines,
        "checked": checked,
        "back_url": reverse("onestop_desk:reception"),
    }
    return render(request, "onestop/desk/receive.html", context, status=status)


def _names(page: walkin.DrawnPage) -> list[str]:
    names: list[str] = []
    for one in page.questions:
        if getattr(one, "is_group", False):
            names += [one.key, *(part.name for item in one.items for part in item)]
        else:
            names.append(one.name)
    return names


@officer("onestop.receive")
@require_GET
def received(request: HttpRequest, code: str) -> HttpResponse:
    """After a reception: the code, the due date, the receipt to print."""
    viewer = viewer_in(request)
    seen = open_dossier(viewer, code, purpose="Tiếp nhận hồ sơ")
    viewer.must("onestop.receive", seen.dossier.received_path)
    context = {
        "dossier": seen.dossier,
        "badge": badge_of(seen.badge),
        "same_day": seen.case.term in {"same-day"} or seen.case.term.endswith("h"),
        "due": [one for one in seen.payments if one.state == "due"],
        "paid": [one for one in seen.payments if one.state == "paid"],
        "receipt_url": paper_url(seen.dossier.code, "01"),
    }
    return render(request, "onestop/desk/received.html", context)
