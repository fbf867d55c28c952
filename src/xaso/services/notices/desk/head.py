"""The pages of the head of a hamlet: at 360 px, without scripts; a report is kept in the phone until it is sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.actions import keep_file
from xaso.kernel.documents.intake import IMAGES, IntakeRule
from xaso.kernel.documents.models import File
from xaso.kernel.documents.queries import file_link
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.services.notices.actions import receipts
from xaso.services.notices.actions import tasks as actions
from xaso.services.notices.forms import ReportForm
from xaso.services.notices.models import HamletTask
from xaso.services.notices.queries import head as queries
from xaso.services.notices.queries import tasks
from xaso.services.notices.queries.notices import body_for
from xaso.services.notices.queries.rights import HEAD

PHOTO = IntakeRule(kinds=IMAGES, max_bytes=10 << 20, max_side=1600)


@officer(HEAD)
@require_GET
def head(request: HttpRequest) -> HttpResponse:
    """What the hamlet has been told and what it has to do, the most urgent first."""
    viewer = viewer_in(request)
    context = {
        "letters": queries.letters(viewer),
        "tasks": tasks.lines(tasks.my_tasks(viewer)[:100]),
        "done": tasks.lines(tasks.my_tasks(viewer, done=True)[:10]),
    }
    return render(request, "notices/head.html", context)


@officer(HEAD)
@require_http_methods(["GET", "POST"])
def head_notice(request: HttpRequest, receiver_id: UUID) -> HttpResponse:
    """One notice in full, with the button "đã nhận"."""
    viewer = viewer_in(request)
    letter = queries.letter(viewer, receiver_id)
    if request.method == "POST":
        receipts.confirm(viewer, receiver_id=receiver_id)
        messages.success(request, "Đã báo cho xã là ông/bà đã nhận.")
        return redirect("notices_desk:head_notice", receiver_id=receiver_id)
    place = letter.receiver.unit_path
    context = {
        "letter": letter,
        "notice": letter.notice,
        "body": body_for(letter.notice, viewer.name, tasks.unit_names([place]).get(place, "")),
        "tasks": tasks.lines(tasks.my_tasks(viewer).filter(notice=letter.notice)),
        "back_url": reverse("notices_desk:head"),
    }
    return render(request, "notices/head_notice.html", context)


@officer(HEAD)
@require_http_methods(["GET", "POST"])
def head_task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """One task: what to do, until when, what was said to the last report, and the form for the next."""
    viewer = viewer_in(request)
    task = tasks.task_of_hamlet(viewer, task_id)
    form = ReportForm(task, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            _report(viewer, task, form.cleaned_data)
        except ActionError as error:
            if error.status in {403, 404}:
                raise
            form.take(error)
        else:
            messages.success(request, "Đã gửi báo cáo về xã.")
            return redirect(f"{reverse('notices_desk:head_task', args=[task.pk])}?xong=1")
    reports = tasks.reports_of(task)
    context = {
        "line": tasks.lines([task])[0],
        "form": form,
        "reports": [(row, file_link(viewer, row.photo) if row.photo else "") for row in reports],
        "returned": next((row for row in reports[:1] if row.verdict == "returned"), None),
        "sent": "xong" in request.GET,
        "back_url": reverse("notices_desk:head"),
    }
    return render(request, "notices/head_task.html", context, status=422 if form.errors else 200)


def _report(viewer: Viewer, task: HamletTask, facts: dict[str, Any]) -> None:
    photo: File | None = None
    sent = facts.get("photo")
    if sent:
        photo = keep_file(
            viewer,
            content=sent.read(),
            name=sent.name,
            owner_service="notices",
            unit_path=task.hamlet_path,
            rule=PHOTO,
        )
    actions.report_task(
        viewer, task_id=task.pk, text=facts.get("text") or "", figure=facts.get("figure"), photo=photo
    )
