"""The inbox: what people wrote back, and what is done about each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.queries import names_of
from xaso.kernel.people.viewer import Viewer
from xaso.services.notices.actions import replies as actions
from xaso.services.notices.actions.tasks import hamlets_in
from xaso.services.notices.desk.parts import PER_PAGE, refused
from xaso.services.notices.forms import ActionForm, AnswerForm, TaskForm, WordsForm
from xaso.services.notices.queries import replies as queries
from xaso.services.notices.queries.rights import REPLIES, TASKS
from xaso.services.notices.queries.tasks import unit_names


@officer(REPLIES)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """What came back and is not looked after yet, the longest waiting first."""
    viewer = viewer_in(request)
    done = request.GET.get("xem") == "xong"
    page = Paginator(queries.replies(viewer, open_only=not done), PER_PAGE).get_page(request.GET.get("trang"))
    rows = queries.written(list(page))
    context = {
        "page": page,
        "rows": rows,
        "names": unit_names({one.hamlet_path for one in rows}),
        "done": done,
        "tabs": [
            {"label": "Chưa trả lời", "url": "?", "active": not done, "count": queries.reply_count(viewer)},
            {"label": "Đã xử lý", "url": "?xem=xong", "active": done},
        ],
    }
    return render(request, "notices/replies.html", context)


def _run(viewer: Viewer, reply_id: UUID, do: str, form: ActionForm) -> str:
    facts: dict[str, Any] = form.cleaned_data
    if do == "answer":
        actions.answer_reply(viewer, reply_id=reply_id, answer=facts["answer"])
        return "Đã trả lời."
    if do == "task":
        actions.task_from_reply(viewer, reply_id=reply_id, **facts)
        return "Đã giao việc cho thôn."
    actions.close_reply(viewer, reply_id=reply_id, note=facts["words"])
    return "Đã xếp lại, không phải trả lời."


@officer(REPLIES)
@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, reply_id: UUID) -> HttpResponse:
    """One answer: write back, make it a task, or put it aside."""
    viewer = viewer_in(request)
    row = queries.reply_for(viewer, reply_id)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    hamlets = [(unit.path, unit.full_name) for unit in hamlets_in([row.unit_path])]
    first = {"term": "3wd", "asks": ["text"], "detail": str(row.text)}
    if row.receiver is not None:
        first["hamlet"] = row.receiver.unit_path
    forms: dict[str, ActionForm] = {
        "answer": AnswerForm(request.POST if do == "answer" else None, prefix="answer"),
        "task": TaskForm(hamlets, request.POST if do == "task" else None, prefix="task", initial=first),
        "close": WordsForm("Ghi chú", request.POST if do == "close" else None, prefix="close"),
    }
    if do and do not in forms:
        raise NotFound("Không có việc này.")
    if do and forms[do].is_valid():
        try:
            words = _run(viewer, row.pk, do, forms[do])
        except ActionError as error:
            refused(request, error, forms[do])
        else:
            messages.success(request, words)
            return redirect("notices_desk:replies")
    one = queries.written([row])[0]
    context = {
        "one": one,
        "row": row,
        "hamlet": unit_names([one.hamlet_path]).get(one.hamlet_path, ""),
        "forms": forms,
        "form": forms.get(do),
        "may_task": viewer.can(TASKS, row.unit_path) and bool(hamlets),
        "who": names_of({row.handled_by}) if row.handled_by else {},
        "back_url": reverse("notices_desk:replies"),
    }
    return render(request, "notices/reply.html", context, status=422 if do else 200)
