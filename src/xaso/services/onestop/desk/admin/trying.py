"""A setup seen as the citizen sees it, and what comes out of the answers: papers, fee, term, plan. Files nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.people.doors import officer, viewer_in
from xaso.services.onestop import asking, eforms, setups_in_force
from xaso.services.onestop.desk.admin.checking import Checked, check
from xaso.services.onestop.desk.admin.conditions import CHANNELS
from xaso.services.onestop.eforms.facts import FACTS, OFFICES
from xaso.services.onestop.eforms.terms import term_words
from xaso.services.onestop.models import Setup
from xaso.services.onestop.queries.setups import RIGHT, setup_seen

_KEPT = "onestop_try"
_MOST_KEPT = 5


def _answers(request: HttpRequest, setup_id: UUID) -> dict[str, Any]:
    kept = request.session.get(_KEPT) or {}
    return dict(kept.get(str(setup_id)) or {})


def _keep(request: HttpRequest, setup_id: UUID, answers: Mapping[str, Any]) -> None:
    """Answers of a try-run live in the session only, of the last few setups."""
    kept = {k: v for k, v in (request.session.get(_KEPT) or {}).items() if k != str(setup_id)}
    kept = dict(list(kept.items())[-(_MOST_KEPT - 1) :])
    request.session[_KEPT] = {**kept, str(setup_id): dict(answers)}


def _given(setup: eforms.Setup, request: HttpRequest) -> eforms.Given:
    """The day the setup begins and what is ticked as known; at first an online filing with proven identity."""
    channel = request.GET.get("kenh", "online")
    facts: dict[str, Any] = {"channel": channel if channel in CHANNELS else "online"}
    known = request.GET.getlist("biet") if "kenh" in request.GET else ["identity_proven"]
    facts |= {name: True for name in known if name in FACTS}
    return eforms.Given(today=setup.valid_from, facts=facts)


@officer(RIGHT)
@require_http_methods(["GET", "POST"])
def try_out(request: HttpRequest, setup_id: UUID) -> HttpResponse:
    """Page by page as the citizen goes; at the end what comes out."""
    setup = setup_seen(viewer_in(request), setup_id)
    checked = check(dict(setup.body), setup.pk)
    body = checked.working
    answers = _answers(request, setup_id)
    given = _given(body, request)
    if request.method == "GET":
        if "ket-qua" in request.GET:
            return _result(request, setup, checked, answers, given)
        page = _page(body, request.GET.get("trang", ""), answers, given)
        typed = {**eforms.prefill(body, {}, given, answers), **answers}
        return _show(request, setup, checked, page, asking.Typed(typed, {}), given)
    verb = request.POST.get("do", "")
    here = reverse("onestop_desk:form_try", args=[setup_id])
    if verb in ("sample", "clear"):
        _keep(request, setup_id, body.sample_answers if verb == "sample" else {})
        return redirect(f"{here}?ket-qua=1" if verb == "sample" else here)
    return _take(request, setup, checked, answers, given)


def _page(body: eforms.Setup, key: str, answers: Mapping[str, Any], given: eforms.Given) -> eforms.Page:
    """The page asked for, also one that these answers would not reach: it is here to be looked at."""
    found = next((one for one in body.pages if one.key == key), None)
    return found or eforms.first_open_page(body, answers, given) or body.pages[0]


def _take(
    request: HttpRequest,
    setup: Setup,
    checked: Checked,
    answers: dict[str, Any],
    given: eforms.Given,
) -> HttpResponse:
    body = checked.working
    page = _page(body, request.POST.get("trang", ""), answers, given)
    raw = eforms.from_form(page.fields, dict(request.POST.lists()))
    here = reverse("onestop_desk:form_try", args=[setup.pk])
    if "add" in request.POST or "drop" in request.POST:
        group, _, place = request.POST.get("drop", "").partition(".")
        rows = raw.get(group)
        if place.isdigit() and isinstance(rows, list) and int(place) < len(rows):
            raw[group] = rows[: int(place)] + rows[int(place) + 1 :]
        typed = asking.Typed(raw, {})
        return _show(request, setup, checked, page, typed, given, one_more=request.POST.get("add", ""))
    reading = eforms.validate_page(body, page.key, raw, answers, given)
    doubts = [one for one in reading.questions if request.POST.get(f"sure.{one.path}") != "yes"]
    verb = request.POST.get("do", "")
    kept = {key: value for key, value in answers.items() if key not in {one.key for one in page.fields}}
    if verb != "skip":
        kept |= reading.answers
    if (reading.problems or doubts) and not verb:
        typed = asking.Typed(raw, asking.errors_by_path(reading.problems))
        return _show(request, setup, checked, page, typed, given, doubts=doubts, status=422)
    _keep(request, setup.pk, kept)
    if verb == "result":
        return redirect(f"{here}?ket-qua=1")
    following = eforms.next_page(body, page.key, kept, given)
    stop = eforms.stopped(body, kept, given)
    if following is None or stop is not None:
        return redirect(f"{here}?ket-qua=1")
    return redirect(f"{here}?trang={following.key}")


def _show(
    request: HttpRequest,
    setup: Setup,
    checked: Checked,
    page: eforms.Page,
    typed: asking.Typed,
    given: eforms.Given,
    *,
    one_more: str = "",
    doubts: Any = (),
    status: int = 200,
) -> HttpResponse:
    body = checked.working
    bare = page.model_copy(update={"ask_when": None})
    answers = {**_answers(request, setup.pk), **typed.values}
    questions = asking.asked_page(bare, answers, typed, given, extra_items=one_more)
    keys = [one.key for one in body.pages]
    lines = asking.summary_lines(questions)
    context = {
        "setup": setup,
        "form_title": body.title,
        "page": page,
        "questions": questions,
        "alone": len(questions) == 1 and not getattr(questions[0], "is_group", False),
        "number": keys.index(page.key) + 1 if page.key in keys else 1,
        "total": len(keys),
        "doubts": doubts,
        "form": lines or None,
        "has_errors": bool(lines),
        "left_out": len(checked.errors) if checked.setup is None else 0,
        "part_url": reverse("onestop_desk:form_part", args=[setup.pk, "trang", page.key]),
    }
    return render(request, "onestop/desk/admin/try.html", context, status=status)


def _result(
    request: HttpRequest, setup: Setup, checked: Checked, answers: dict[str, Any], given: eforms.Given
) -> HttpResponse:
    body = checked.working
    viewer = viewer_in(request)
    reading = eforms.validate_all(body, answers, given)
    kept = reading.answers
    channel: Any = given.facts["channel"]
    case = eforms.choose_case(body, kept, given)
    here = reverse("onestop_desk:form_try", args=[setup.pk])
    rates = setups_in_force.rates_for(setup.unit_path or viewer.unit_path)
    problems = []
    for one in reading.problems:
        page = eforms.page_of(body, one.path.partition(".")[0])
        problems.append((one, f"{here}?trang={page.key if page else ''}"))
    context = {
        "setup": setup,
        "form_title": body.title,
        "channels": [(key, words.capitalize()) for key, words in CHANNELS.items()],
        "channel": channel,
        "facts": [
            (key, label, bool(given.facts.get(key))) for key, label in FACTS.items() if key != "channel"
        ],
        "stop": eforms.stopped(body, kept, given) if kept else None,
        "problems": problems,
        "papers": eforms.required_components(body, kept, given),
        "plan": [
            {"step": one, "office": OFFICES.get(one.office, one.office), "term": term_words(one.term)}
            for one in eforms.plan_for(body, kept, given)
        ],
        "term": eforms.term_for(body, kept, given),
        "case": case,
        "quote": eforms.fee_lines(body, kept, channel, given.today, rates, given),
        "results": eforms.results_for(body, kept, given),
        "answered": [
            {"title": one.title, "rows": [{"label": row.label, "value": row.text} for row in one.rows]}
            for one in eforms.summary(body, kept, given)
        ],
        "has_sample": bool(body.sample_answers),
        "first_url": f"{here}?trang={body.pages[0].key}",
        "back_url": reverse("onestop_desk:form", args=[setup.pk]),
    }
    return render(request, "onestop/desk/admin/tried.html", context)
