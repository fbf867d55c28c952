"""The legal officer's pages: tasks, checked answers, answers marked wrong."""

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
from xaso.services.assistant import answers
from xaso.services.assistant.actions import checking as actions
from xaso.services.assistant.desk.parts import PER_PAGE, refused
from xaso.services.assistant.forms import ActionForm, CheckedForm, VerdictForm, WordsForm
from xaso.services.assistant.models import LegalTask
from xaso.services.assistant.queries import asking as queries
from xaso.services.assistant.queries.asking_rights import CHECK, home_of, seat_of
from xaso.services.assistant.showing import row_of


def _facts(form: CheckedForm) -> dict[str, Any]:
    return {**form.cleaned_data, "wordings": form.cleaned_data["wordings"].splitlines()}


@officer(CHECK)
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """Questions that wait for an answer, the first due on top; and those that are done."""
    viewer = viewer_in(request)
    done = request.GET.get("xem") == "xong"
    rows = queries.tasks(viewer, LegalTask.State.ANSWERED if done else LegalTask.State.OPEN)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("trang"))
    context = {
        "page": page,
        "rows": [{"row": row, "late": queries.late(row)} for row in page],
        "done": done,
        "tabs": [
            {"label": "Chờ trả lời", "url": "?", "active": not done, "count": queries.waiting_count(viewer)},
            {"label": "Đã trả lời", "url": "?xem=xong", "active": done},
        ],
    }
    return render(request, "assistant/desk/tasks.html", context)


@officer(CHECK)
@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """One question: what the corpus has near it, and the form of a checked answer."""
    viewer = viewer_in(request)
    row = queries.task_for(viewer, task_id)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    forms: dict[str, ActionForm] = {
        "answer": CheckedForm(request.POST if do == "answer" else None, initial=_first(row)),
        "drop": WordsForm("Vì sao không trả lời", request.POST if do == "drop" else None, prefix="drop"),
    }
    if do and do not in forms:
        raise NotFound("Không có việc này.")
    status = 422 if do else 200
    if do and forms[do].is_valid():
        try:
            if do == "answer":
                actions.answer_task(viewer, task_id=row.pk, **_facts(forms["answer"]))  # type: ignore[arg-type]
                messages.success(request, "Đã trả lời. Người sau hỏi như vậy sẽ gặp câu trả lời này trước.")
            else:
                actions.drop_task(viewer, task_id=row.pk, note=forms["drop"].cleaned_data["note"])
                messages.success(request, "Đã đóng việc, người hỏi đọc được lý do.")
            return redirect("assistant_desk:tasks")
        except ActionError as error:
            status = refused(request, error, forms[do])
    context = {
        "row": row,
        "late": queries.late(row),
        "forms": forms,
        "form": forms.get(do),
        "near": _near(request, row) if row.state == LegalTask.State.OPEN else [],
        "who": names_of({row.done_by}).get(row.done_by) if row.done_by else None,
        "back_url": reverse("assistant_desk:tasks"),
    }
    return render(request, "assistant/desk/task.html", context, status=status)


def _first(row: LegalTask) -> dict[str, Any]:
    """What the form begins with: the question as asked, or the answer whose law has changed."""
    if row.before is not None:
        bases = "\n".join(str(one["citation"]) for one in row.before.quotes)
        return {
            "question": row.before.question,
            "wordings": "\n".join(row.before.wordings),
            "answer": row.before.answer,
            "bases": bases,
        }
    question = " ".join(str(row.question).split())
    return {"question": question[:600], "wordings": question[:600]}


def _near(request: HttpRequest, row: LegalTask) -> list[dict[str, Any]]:
    try:
        found = answers.answer(
            viewer_in(request),
            question=str(row.question)[: answers.MOST_LETTERS],
            day=row.day,
            unit_path=seat_of(row.unit_path),
            write=False,
        )
    except ActionError:
        return []
    return [row_of(one) for one in found.quotes]


@officer(CHECK)
@require_GET
def checked(request: HttpRequest) -> HttpResponse:
    """Checked answers of one's offices, in use or ended."""
    viewer = viewer_in(request)
    ended, text = request.GET.get("xem") == "het", request.GET.get("q", "").replace("\x00", "")[:200]
    rows = queries.checked_answers(viewer, ended=ended, text=text)
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("trang")),
        "q": text,
        "tabs": [
            {"label": "Đang dùng", "url": "?", "active": not ended},
            {"label": "Đã thôi dùng", "url": "?xem=het", "active": ended},
        ],
    }
    return render(request, "assistant/desk/checked.html", context)


@officer(CHECK)
@require_http_methods(["GET", "POST"])
def checked_new(request: HttpRequest) -> HttpResponse:
    """Write a checked answer before anybody asks."""
    viewer = viewer_in(request)
    form = CheckedForm(request.POST if request.method == "POST" else None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.check_answer(viewer, office_path=home_of(viewer, CHECK), **_facts(form))
        except ActionError as error:
            status = refused(request, error, form)
        else:
            messages.success(request, "Đã lưu câu trả lời.")
            return redirect("assistant_desk:checked_one", row.pk)
    context = {"form": form, "back_url": reverse("assistant_desk:checked")}
    return render(request, "assistant/desk/checked_new.html", context, status=status)


@officer(CHECK)
@require_http_methods(["GET", "POST"])
def checked_one(request: HttpRequest, answer_id: UUID) -> HttpResponse:
    """One checked answer, and ending it."""
    viewer = viewer_in(request)
    row = queries.checked_answer(answer_id)
    form = WordsForm("Vì sao thôi dùng", request.POST if request.method == "POST" else None, field="why")
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_answer(viewer, answer_id=row.pk, why=form.cleaned_data["why"])
        except ActionError as error:
            status = refused(request, error, form)
        else:
            messages.success(request, "Đã thôi dùng câu trả lời này.")
            return redirect("assistant_desk:checked")
    context = {
        "row": row,
        "form": form,
        "may_end": row.ended_on is None and viewer.can(CHECK, row.office_path),
        "back_url": reverse("assistant_desk:checked"),
    }
    return render(request, "assistant/desk/checked_one.html", context, status=status)


@officer(CHECK)
@require_GET
def marks(request: HttpRequest) -> HttpResponse:
    """Answers marked wrong, the longest waiting first."""
    viewer = viewer_in(request)
    done = request.GET.get("xem") == "xong"
    page = Paginator(queries.marks(viewer, open_only=not done), PER_PAGE).get_page(request.GET.get("trang"))
    context = {
        "page": page,
        "done": done,
        "tabs": [
            {"label": "Chưa xem", "url": "?", "active": not done, "count": queries.mark_count(viewer)},
            {"label": "Đã kết luận", "url": "?xem=xong", "active": done},
        ],
    }
    return render(request, "assistant/desk/marks.html", context)


@officer(CHECK)
@require_http_methods(["GET", "POST"])
def mark(request: HttpRequest, mark_id: UUID) -> HttpResponse:
    """One answer marked wrong, and what is found about it."""
    viewer = viewer_in(request)
    row = queries.mark_for(viewer, mark_id)
    form = VerdictForm(request.POST if request.method == "POST" else None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.judge_mark(viewer, mark_id=row.pk, **form.cleaned_data)
        except ActionError as error:
            status = refused(request, error, form)
        else:
            right = made.verdict == made.Verdict.RIGHT
            words = "Đã ghi. Câu hỏi thành việc phải trả lời." if right else "Đã ghi kết luận."
            messages.success(request, words)
            return redirect("assistant_desk:marks")
    context = {
        "row": row,
        "form": form,
        "who": names_of({row.seen_by}).get(row.seen_by) if row.seen_by else None,
        "back_url": reverse("assistant_desk:marks"),
    }
    return render(request, "assistant/desk/mark.html", context, status=status)
