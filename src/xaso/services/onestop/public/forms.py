"""The form, one thing a page: each "Tiếp tục" keeps what was typed on the server before anything is judged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.doors import citizen, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.services.onestop import asking, eforms, setups_in_force
from xaso.services.onestop.actions.drafts import begin_draft, keep_answers
from xaso.services.onestop.models import Draft
from xaso.services.onestop.public.place import unit_for
from xaso.services.onestop.queries.drafts import draft_for, known_of
from xaso.services.onestop.unit_names import UNIT_NAMES

# What a sign-in with the national identity proves of a person; the rest is what somebody once stated.
PROVEN_FACTS = frozenset({"full_name", "birth_date", "id_number"})
FACTS: dict[str, str | int | bool] = {"channel": "online", "identity_proven": True}


def given_now() -> eforms.Given:
    """What is known besides the answers of an online filing."""
    return eforms.Given(today=today(), facts=FACTS, unit_names=UNIT_NAMES)


@citizen
@require_POST
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Begin (or take up again) the form of a procedure, filled in with what the office knows already."""
    viewer = viewer_in(request)
    unit = unit_for(request, viewer)
    if unit is None:
        return redirect(f"{reverse('onestop:start', args=[code])}?choose=1")
    if settings.XASO_FILING == "national":
        return redirect("onestop:start", code=code)
    setup = setups_in_force.setup_for(code, unit.path, today(), request.POST.get("variant", ""))
    draft = begin_draft(viewer, setup=setup, unit_path=unit.path, answers={})
    return redirect("onestop:resume", draft_id=draft.pk)


@citizen
def resume(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Go on where an answer is still missing; when none is, to the papers."""
    draft = draft_for(viewer_in(request), draft_id)
    if draft.dossier is not None:
        return redirect("onestop:own", code=draft.dossier.code)
    body = setups_in_force.body_of(draft.setup)
    page = eforms.first_open_page(body, draft.answers or {}, given_now())
    if page is not None:
        return redirect("onestop:question", draft_id=draft.pk, page=page.key)
    return redirect(after_questions(draft))


def after_questions(draft: Draft) -> str:
    """What comes after the last question."""
    return reverse("onestop:papers", args=[draft.pk])


@citizen
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, draft_id: UUID, page: str) -> HttpResponse:
    """One page of the form."""
    viewer = viewer_in(request)
    draft = draft_for(viewer, draft_id)
    body = setups_in_force.body_of(draft.setup)
    given = given_now()
    answers = dict(draft.answers or {})
    here = next((one for one in body.pages if one.key == page), None)
    if here is None:
        raise NotFound("Không có trang này trong tờ khai.")
    if request.method == "GET":
        typed = _known(viewer, draft, body, here, answers, given)
        return _draw(request, draft, body, here, typed, {**typed.values, **answers})
    raw = eforms.from_form(here.fields, dict(request.POST.lists()))
    if "add" in request.POST or "drop" in request.POST:
        changed = _change_items(here, raw, request)
        keep_answers(viewer, draft_id=draft.pk, answers=changed, page=here.key)
        typed = asking.Typed({**answers, **changed}, {}, home=draft.unit_path)
        return _draw(
            request, draft, body, here, typed, {**answers, **changed}, extra=request.POST.get("add", "")
        )
    reading = eforms.validate_page(body, here.key, raw, answers, given)
    cleared = {one.key: None for one in here.fields}
    if not reading.ok:
        keep_answers(viewer, draft_id=draft.pk, answers={**cleared, **raw}, page=here.key)
        typed = asking.Typed(raw, asking.errors_by_path(reading.problems), home=draft.unit_path)
        return _draw(request, draft, body, here, typed, {**answers, **raw}, status=422)
    doubts = [one for one in reading.questions if f"sure.{one.path}" not in request.POST]
    if doubts:
        typed = asking.Typed(raw, {}, home=draft.unit_path)
        keep_answers(viewer, draft_id=draft.pk, answers={**cleared, **raw}, page=here.key)
        return _draw(request, draft, body, here, typed, {**answers, **raw}, doubts=doubts)
    draft = keep_answers(viewer, draft_id=draft.pk, answers={**cleared, **reading.answers}, page=here.key)
    return _next(request, draft, body, here, given)


def _known(
    viewer: Viewer,
    draft: Draft,
    body: eforms.Setup,
    here: eforms.Page,
    answers: dict[str, Any],
    given: eforms.Given,
) -> asking.Typed:
    """Kept answers, and for what was not answered yet what the office knows (asked once, filled in since)."""
    if not any(one.prefill or one.default is not None for one in here.fields):
        return asking.Typed(answers, {}, home=draft.unit_path)
    known = eforms.prefill(body, known_of(viewer), given, answers)
    keys = {one.key for one in here.fields}
    values = {**{key: value for key, value in known.items() if key in keys}, **answers}
    official = {one.key for one in here.fields if one.prefill.removeprefix("person.") in PROVEN_FACTS}
    proven = {key for key in official if key in known and values.get(key) == known[key]}
    return asking.Typed(values, {}, home=draft.unit_path, proven=proven)


def _next(
    request: HttpRequest, draft: Draft, body: eforms.Setup, here: eforms.Page, given: eforms.Given
) -> HttpResponse:
    answers = draft.answers or {}
    stop = eforms.stopped(body, answers, given)
    if stop is not None and eforms.next_page(body, here.key, answers, given) != here:
        asked = {one.key for one in here.fields}
        if asked & fields_of(stop):
            context = {
                "stop": stop,
                "draft": draft,
                "back_url": reverse("onestop:question", args=[draft.pk, here.key]),
            }
            return render(request, "onestop/public/stop.html", context)
    if request.POST.get("back_to") == "check":
        open_page = eforms.first_open_page(body, answers, given)
        if open_page is None:
            return redirect("onestop:check", draft_id=draft.pk)
        return redirect("onestop:question", draft_id=draft.pk, page=open_page.key)
    following = eforms.next_page(body, here.key, answers, given)
    if following is None:
        return redirect(after_questions(draft))
    return redirect("onestop:question", draft_id=draft.pk, page=following.key)


def fields_of(stop: eforms.Stop) -> set[str]:
    """The answers that a stop depends on."""
    from xaso.services.onestop.eforms.conditions import fields_in

    return fields_in(stop.when)


def _change_items(here: eforms.Page, raw: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    """Take an item out of a repeated group, and the items that were left empty; adding draws one empty item."""
    changed = dict(raw)
    group, _, place = request.POST.get("drop", "").partition(".")
    rows = changed.get(group)
    if place.isdigit() and isinstance(rows, list) and int(place) < len(rows):
        changed[group] = rows[: int(place)] + rows[int(place) + 1 :]
    for one in here.fields:
        if isinstance(changed.get(one.key), list):
            changed[one.key] = [row for row in changed[one.key] if row]
    return changed


def _draw(
    request: HttpRequest,
    draft: Draft,
    body: eforms.Setup,
    here: eforms.Page,
    typed: asking.Typed,
    answers: dict[str, Any],
    *,
    status: int = 200,
    doubts: list[eforms.Problem] | None = None,
    extra: str = "",
) -> HttpResponse:
    pages = [one.key for one in eforms.visible_pages(body, answers, given_now())]
    number = pages.index(here.key) + 1 if here.key in pages else 1
    questions = asking.asked_page(here, answers, typed, given_now(), extra_items=extra)
    before = reverse("onestop:question", args=[draft.pk, pages[number - 2]]) if number > 1 else ""
    alone = len(questions) == 1 and not isinstance(questions[0], asking.AskedGroup)
    if not alone and questions and questions[0].label.strip() == here.title.strip():
        alone = not isinstance(questions[0], asking.AskedGroup)
        questions[0] = replace(questions[0], title=True) if alone else questions[0]
    context = {
        "draft": draft,
        "page": here,
        "questions": questions,
        "form": asking.summary_lines(questions),
        "has_errors": status == 422,
        "doubts": doubts or [],
        "number": number,
        "total": len(pages) + 3,
        "alone": alone,
        "helpers": _helpers(questions),
        "groups": any(isinstance(one, asking.AskedGroup) for one in questions),
        "back_to": request.GET.get("back_to") or request.POST.get("back_to", ""),
        "back_url": before or reverse("onestop:start", args=[draft.setup.procedure.code]),
    }
    return render(request, "onestop/public/question.html", context, status=status)


def _helpers(questions: list[Any]) -> list[str]:
    """The scripts this page has use for: each is fetched only where it helps."""
    flat = []
    for one in questions:
        flat += [part for item in one.items for part in item] if isinstance(one, asking.AskedGroup) else [one]
    wanted = ["combo"] if any(one.shape in {"search_select", "address"} for one in flat) else []
    return wanted + (["scan"] if any(one.more.get("scan") for one in flat) else [])
