"""Papers of a draft: photographed or chosen from files, checked by content on arrival, dropped or replaced."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError, Conflict
from xaso.kernel.documents.actions import keep_file, keep_scan
from xaso.kernel.documents.models import File
from xaso.kernel.documents.queries import file_link
from xaso.kernel.people.doors import citizen, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.actions.drafts import OWNER, drop_paper, keep_paper
from xaso.services.onestop.models import Draft
from xaso.services.onestop.public.forms import given_now
from xaso.services.onestop.queries.desk import kept_papers
from xaso.services.onestop.queries.drafts import draft_for

MOST_BYTES = 12 * 1024 * 1024


def receive(viewer: Viewer, draft: Draft, component: str, request: HttpRequest) -> None:
    """Keep the files of one post: several pictures become one PDF, as the pages of one paper."""
    files = request.FILES.getlist("files")
    if not files:
        raise ActionError("Chọn ảnh hoặc tệp cần gửi.", f"files_{component}")
    if sum(one.size or 0 for one in files) > MOST_BYTES:
        raise ActionError("Tệp lớn quá 12 MB. Chụp lại ảnh nhỏ hơn hoặc gửi từng tệp.", f"files_{component}")
    pictures = [one for one in files if (one.content_type or "").startswith("image/")]
    if len(files) > 1 and len(pictures) == len(files):
        kept, _ = keep_scan(
            viewer,
            pages=[one.read() for one in files],
            name=component,
            owner_service=OWNER,
            unit_path=draft.unit_path,
        )
        keep_paper(viewer, draft_id=draft.pk, component=component, file_id=kept.pk, name=kept.name)
        return
    for one in files:
        kept = keep_file(
            viewer,
            content=one.read(),
            name=one.name or component,
            owner_service=OWNER,
            unit_path=draft.unit_path,
        )
        keep_paper(viewer, draft_id=draft.pk, component=component, file_id=kept.pk, name=kept.name)


def _reuse(viewer: Viewer, draft: Draft, component: str, file_id: str) -> None:
    """Put in a paper that was digitised for this person earlier."""
    offered = {
        str(paper.file_id) for paper in kept_papers(viewer, viewer.person_id) if paper.component == component
    }
    if file_id not in offered:
        raise Conflict("Giấy tờ này không còn dùng lại được. Chụp hoặc chọn tệp mới.")
    keep_paper(viewer, draft_id=draft.pk, component=component, file_id=UUID(file_id), source="reused")


def _rows(viewer: Viewer, draft: Draft) -> list[dict[str, Any]]:
    body = setups_in_force.body_of(draft.setup)
    needed = eforms.required_components(body, draft.answers or {}, given_now())
    files = File.objects.in_bulk([one["file"] for held in draft.papers.values() for one in held])
    earlier = kept_papers(viewer, viewer.person_id)
    rows = []
    for paper in needed:
        key = paper.component.key
        held = [files[UUID(one["file"])] for one in draft.papers.get(key, []) if UUID(one["file"]) in files]
        again = [
            one for one in earlier if one.component == key and one.file_id not in {file.pk for file in held}
        ]
        rows.append(
            {
                "paper": paper,
                "files": [{"file": file, "url": file_link(viewer, file)} for file in held],
                "reuse": again[:1],
                "asks": paper.state in {"needed", "optional"},
            }
        )
    return rows


@citizen
@require_http_methods(["GET", "POST"])
def papers(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The papers of this case: what must come, what is there already, what can be used again."""
    viewer = viewer_in(request)
    draft = draft_for(viewer, draft_id)
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        component = request.POST.get("component", "")
        try:
            if "drop" in request.POST:
                drop_paper(viewer, draft_id=draft.pk, component=component, file_id=UUID(request.POST["drop"]))
            elif "reuse" in request.POST:
                _reuse(viewer, draft, component, request.POST["reuse"])
            elif "next" in request.POST:
                return _go_on(request, viewer, draft)
            else:
                receive(viewer, draft, component, request)
            return redirect(reverse("onestop:papers", args=[draft.pk]) + f"#paper_{component}")
        except (ActionError, ValueError) as error:
            problems = [(getattr(error, "message", "Tệp không đọc được. Chọn lại."), f"files_{component}")]
    return _draw(request, viewer, draft, problems)


def _go_on(request: HttpRequest, viewer: Viewer, draft: Draft) -> HttpResponse:
    body = setups_in_force.body_of(draft.setup)
    needed = eforms.required_components(body, draft.answers or {}, given_now())
    held = {key for key, files in draft.papers.items() if files}
    lacking = eforms.missing_components(needed, held)
    if lacking:
        problems = [(f"Thêm giấy tờ: {one.component.name}", f"files_{one.component.key}") for one in lacking]
        return _draw(request, viewer, draft, problems)
    return redirect("onestop:delivery", draft_id=draft.pk)


def _draw(
    request: HttpRequest, viewer: Viewer, draft: Draft, problems: list[tuple[str, str]]
) -> HttpResponse:
    context = {
        "draft": draft,
        "rows": _rows(viewer, draft),
        "form": problems,
        "errors": {target: words for words, target in problems},
        "back_url": reverse("onestop:resume", args=[draft.pk]),
    }
    return render(request, "onestop/public/papers.html", context, status=422 if problems else 200)
