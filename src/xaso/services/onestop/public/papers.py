"""Papers of a draft: photographed or chosen from files, checked by content on arrival, dropped or replaced."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.documents.models import File
from xaso.kernel.documents.queries import file_link
from xaso.kernel.people.doors import citizen, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.actions.drafts import drop_paper, keep_paper
from xaso.services.onestop.models import Draft
from xaso.services.onestop.public.files import picker, received, small_picture
from xaso.services.onestop.public.forms import given_now
from xaso.services.onestop.queries.desk import kept_papers
from xaso.services.onestop.queries.drafts import draft_for, needed_papers, reused_results

DAY = 24 * 3600


def input_name(component: str) -> str:
    """The name of the file input of a component."""
    return f"files.{component}"


def _receive_all(request: HttpRequest, viewer: Viewer, draft: Draft) -> dict[str, str]:
    """Keep the files of every component of this post; answers what could not be taken, by input name."""
    problems: dict[str, str] = {}
    for paper in needed_papers(viewer, draft, given_now()):
        component = paper.component
        name = input_name(component.key)
        try:
            for file in received(request, viewer, name, component.name, draft.unit_path):
                keep_paper(
                    viewer, draft_id=draft.pk, component=component.key, file_id=file.pk, name=file.name
                )
        except ActionError as error:
            problems[name] = error.message
    return problems


def _reuse(viewer: Viewer, draft: Draft, choice: str) -> str:
    """Put in a paper that was digitised for this person earlier; answers the component."""
    component, _, file_id = choice.partition(":")
    offered = {
        str(paper.file_id) for paper in kept_papers(viewer, viewer.person_id) if paper.component == component
    }
    if file_id not in offered:
        raise Conflict("Giấy tờ này không còn dùng lại được. Chụp hoặc chọn tệp mới.")
    keep_paper(viewer, draft_id=draft.pk, component=component, file_id=UUID(file_id), source="reused")
    return component


def _drop(viewer: Viewer, draft: Draft, choice: str) -> str:
    component, _, file_id = choice.partition(":")
    try:
        drop_paper(viewer, draft_id=draft.pk, component=component, file_id=UUID(file_id))
    except ValueError as error:
        raise NotFound("Không có tệp này trong hồ sơ.") from error
    return component


def _rows(viewer: Viewer, draft: Draft, problems: dict[str, str]) -> list[dict[str, Any]]:
    files = File.objects.in_bulk([one["file"] for held in draft.papers.values() for one in held])
    earlier = kept_papers(viewer, viewer.person_id)
    results = reused_results(viewer)
    rows = []
    for paper in needed_papers(viewer, draft, given_now()):
        key = paper.component.key
        held = [files[UUID(one["file"])] for one in draft.papers.get(key, []) if UUID(one["file"]) in files]
        asked = paper.state in {"needed", "optional"}
        # An earlier declaration says what was true then: it is made anew, never used again.
        again = [one for one in earlier if asked and not held and one.component == key]
        name = input_name(key)
        wrong = problems.get(name, "")
        label = "Thêm ảnh hoặc tệp" if held else "Chụp ảnh hoặc chọn tệp"
        rows.append(
            {
                "paper": paper,
                "files": [_shown(draft, key, file) for file in held],
                "reuse": [] if paper.component.is_form else again[:1],
                "results": [results[code] for code in paper.reuse_codes if code in results],
                "asks": asked and len(held) < paper.component.max_files,
                "ask": picker(name, label, (wrong,) if wrong else ()),
            }
        )
    return rows


def _shown(draft: Draft, component: str, file: File) -> dict[str, Any]:
    picture = file.media_type.startswith("image/")
    return {
        "file": file,
        "choice": f"{component}:{file.pk}",
        "url": reverse("onestop:draft_file", args=[draft.pk, file.pk]),
        "picture": reverse("onestop:draft_picture", args=[draft.pk, file.pk]) if picture else "",
    }


@citizen
@require_http_methods(["GET", "POST"])
def papers(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The papers of this case: what must come, what is there already, what can be used again."""
    viewer = viewer_in(request)
    draft = draft_for(viewer, draft_id)
    if request.method == "GET":
        return _draw(request, viewer, draft, {})
    problems = _receive_all(request, viewer, draft)
    draft = draft_for(viewer, draft_id)
    if problems:
        return _draw(request, viewer, draft, problems)
    try:
        if "drop" in request.POST:
            return _here(draft, _drop(viewer, draft, request.POST["drop"]))
        if "reuse" in request.POST:
            return _here(draft, _reuse(viewer, draft, request.POST["reuse"]))
    except ActionError as error:
        return _draw(request, viewer, draft, {"": error.message})
    if "keep" in request.POST:
        return _here(draft, request.POST["keep"])
    lacking = _lacking(viewer, draft)
    if lacking:
        return _draw(request, viewer, draft, lacking)
    back_to_check = request.POST.get("back_to") == "check" and draft.delivery
    return redirect("onestop:check" if back_to_check else "onestop:delivery", draft_id=draft.pk)


def _here(draft: Draft, component: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("onestop:papers", args=[draft.pk]) + f"#paper_{component[:60]}")


def _lacking(viewer: Viewer, draft: Draft) -> dict[str, str]:
    needed = needed_papers(viewer, draft, given_now())
    held = {key for key, files in draft.papers.items() if files}
    return {
        input_name(one.component.key): f"Thêm giấy tờ: {one.component.name}"
        for one in eforms.missing_components(needed, held)
    }


def _draw(request: HttpRequest, viewer: Viewer, draft: Draft, problems: dict[str, str]) -> HttpResponse:
    rows = _rows(viewer, draft, problems)
    body = setups_in_force.body_of(draft.setup)
    number = len(eforms.visible_pages(body, draft.answers or {}, given_now())) + 1
    context = {
        "draft": draft,
        "rows": rows,
        "number": number,
        "total": number + 2,
        "form": [row["ask"] for row in rows if row["ask"].errors]
        + ([(problems[""], "main")] if "" in problems else []),
        "has_errors": bool(problems),
        "back_to": request.GET.get("back_to") or request.POST.get("back_to", ""),
        "back_url": _before(draft, body),
    }
    return render(request, "onestop/public/papers.html", context, status=422 if problems else 200)


def _before(draft: Draft, body: eforms.Setup) -> str:
    pages = eforms.visible_pages(body, draft.answers or {}, given_now())
    if not pages:
        return reverse("onestop:start", args=[draft.setup.procedure.code])
    return reverse("onestop:question", args=[draft.pk, pages[-1].key])


def _own_file(viewer: Viewer, draft_id: UUID, file_id: UUID) -> File:
    draft = draft_for(viewer, draft_id)
    held = {one["file"] for files in draft.papers.values() for one in files}
    found = File.objects.filter(pk=file_id, erased_at=None).first() if str(file_id) in held else None
    if found is None:
        raise NotFound("Không có tệp này trong hồ sơ.")
    return found


@citizen
@require_safe
def draft_file(request: HttpRequest, draft_id: UUID, file_id: UUID) -> HttpResponse:
    """Open a file of one's own draft."""
    viewer = viewer_in(request)
    return redirect(file_link(viewer, _own_file(viewer, draft_id, file_id)))


@citizen
@require_safe
@cache_control(private=True, max_age=DAY)
def draft_picture(request: HttpRequest, draft_id: UUID, file_id: UUID) -> HttpResponse:
    """A small picture of a file of one's own draft."""
    content = small_picture(_own_file(viewer_in(request), draft_id, file_id))
    if content is None:
        raise NotFound("Tệp này không có ảnh thu nhỏ.")
    return HttpResponse(content, content_type="image/jpeg")
