"""Questions that other units put to ours, and the answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.cases import actions
from xaso.kernel.cases import queries as cases
from xaso.kernel.cases.models import Opinion
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.plain.moment import now
from xaso.services.onestop.actions.filing import CASE_TYPE
from xaso.services.onestop.desk.acts import put_errors
from xaso.services.onestop.desk.forms import AnswerForm


@officer("onestop.handle")
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Questions our units have yet to answer, the oldest term first."""
    viewer = viewer_in(request)
    found = [one for one in cases.opinions_waiting(viewer) if one.case.type == CASE_TYPE]
    names = cases.unit_names({one.asking_path for one in found} | {one.asked_path for one in found})
    moment = now()
    rows = [
        {
            "row": one,
            "from": names.get(one.asking_path, ""),
            "to": names.get(one.asked_path, ""),
            "late": one.due_at is not None and one.due_at < moment,
        }
        for one in found
    ]
    return render(request, "onestop/desk/opinions.html", {"rows": rows})


@officer("onestop.handle")
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, opinion_id: UUID) -> HttpResponse:
    """Answer one question for the unit that was asked."""
    viewer = viewer_in(request)
    opinion = Opinion.objects.select_related("case").filter(pk=opinion_id).first()
    if opinion is None or not viewer.can("onestop.handle", opinion.asked_path):
        raise NotFound("Không tìm thấy câu hỏi này trong các đơn vị của ông/bà.")
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        agrees = {"yes": True, "no": False}.get(facts["agrees"])
        try:
            actions.answer_opinion(viewer, opinion=opinion.pk, answer=facts["answer"], agrees=agrees)
            messages.success(request, f"Đã trả lời về hồ sơ {opinion.case.code}.")
            return redirect("onestop_desk:opinions")
        except ActionError as error:
            if error.status in {403, 404}:
                raise
            put_errors(form, error)
    context = {
        "opinion": opinion,
        "form": form,
        "names": cases.unit_names({opinion.asking_path}),
        "asking": cases.unit_names({opinion.asking_path}).get(opinion.asking_path, ""),
        "back_url": reverse("onestop_desk:opinions"),
    }
    return render(
        request, "onestop/desk/answer_opinion.html", context, status=422 if request.method == "POST" else 200
    )
