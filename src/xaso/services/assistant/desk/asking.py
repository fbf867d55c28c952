"""The officers' question box, also inside a case: save the answer as a note, hand the question over."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.cases.models import Case
from xaso.kernel.cases.queries import case_for
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.services.assistant import answers
from xaso.services.assistant.actions import asking as actions
from xaso.services.assistant.desk.parts import refused
from xaso.services.assistant.forms import NoteForm
from xaso.services.assistant.models import Asked
from xaso.services.assistant.queries import asking as queries
from xaso.services.assistant.queries.asking_rights import ASK, home_of, seat_of
from xaso.services.assistant.showing import Question, answered, question_in, shown


@officer(ASK)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask, in or out of a case; what to do with the answer is below it."""
    viewer = viewer_in(request)
    data = request.POST if request.method == "POST" else request.GET
    case = _case(viewer, data.get("ho-so", ""))
    seat = seat_of(case.unit_path if case else home_of(viewer, ASK))
    asked = question_in(data, seat)
    form = NoteForm(request.POST if request.POST.get("do") == "note" else None)
    if request.method == "POST":
        done = _done(request, viewer, asked, case, form)
        if done is not None:
            return done
    context: dict[str, Any] = {
        "asked": asked,
        "case": case,
        "code": case.code if case else "",
        "today": today(),
        "problem": asked.day_problem,
        "open_day": bool(asked.day_problem) or asked.day != today(),
        "form": form,
        "notes": queries.notes_of(case.pk) if case else [],
        "mine": queries.my_tasks(viewer),
    }
    if asked.text and not asked.day_problem:
        channel = Asked.Channel.CASE if case else Asked.Channel.DESK
        made, context["problem"] = answered(viewer, asked, channel)
        if made is not None:
            context |= shown(made, asked, _base(case))
            context["again"] = asked.query
            context["wrong_url"] = _wrong_url(made)
    if context["problem"]:
        where = "id_ngay" if asked.day_problem else "id_q"
        context["summary_errors"] = [(context["problem"], where)]
    status = 422 if context["problem"] or request.method == "POST" else 200
    return render(request, "assistant/desk/ask.html", context, status=status)


def _base(case: Case | None) -> str:
    address = reverse("assistant_desk:ask")
    return f"{address}?{urlencode({'ho-so': case.code})}" if case else address


def _wrong_url(made: Any) -> str:
    facts = {"q": made.question}
    if made.checked is not None:
        facts["kiem"] = str(made.checked.pk)
    elif made.main is not None:
        facts |= {"dieu": str(made.main.article_id), "cho": made.main.citation}
    return f"{reverse('assistant:wrong')}?{urlencode(facts)}"


def _case(viewer: Viewer, code: str) -> Case | None:
    """The case asked in. Raises NotFound for one that the officer does not see."""
    return case_for(viewer, code.replace("\x00", "")[:60]) if code else None


def _done(
    request: HttpRequest, viewer: Viewer, asked: Question, case: Case | None, form: NoteForm
) -> HttpResponse | None:
    """What a button of the page does; None when the page is to be shown again with what is wrong."""
    do = request.POST.get("do", "")
    try:
        if do == "hand_over":
            actions.hand_over(
                viewer,
                question=asked.text,
                unit_path=asked.unit_path,
                day=asked.day,
                case_code=case.code if case else "",
            )
            messages.success(request, "Đã chuyển câu hỏi cho cán bộ pháp chế.")
        elif do == "note" and case is not None:
            if not form.is_valid():
                return None
            made = answers.answer(
                viewer,
                question=asked.text,
                day=asked.day,
                unit_path=asked.unit_path,
                facts=asked.facts,
                write=False,
            )
            actions.save_note(viewer, code=case.code, answer=made, words=form.cleaned_data["words"])
            messages.success(request, "Đã lưu ghi chú có căn cứ vào hồ sơ.")
        else:
            raise NotFound("Không có việc này.")
    except ActionError as error:
        refused(request, error)
        return None
    return redirect(_base(case))
