"""From the papers to the code: papers, how the result should come, check your answers, send, done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import citizen, viewer_in
from xaso.kernel.ui.asked import Asked, Option
from xaso.kernel.units.queries import unit_at
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.actions.drafts import WAYS, choose_delivery, submit_draft
from xaso.services.onestop.models import Draft
from xaso.services.onestop.public.forms import given_now
from xaso.services.onestop.queries import tracking
from xaso.services.onestop.queries.drafts import draft_for, needed_papers

UNKEPT = "Đánh dấu vào lời cam đoan này để gửi được hồ sơ"


def _delivery_questions(chosen: dict[str, str], errors: dict[str, list[str]]) -> list[Asked]:
    options = [Option(way, label) for way, label in WAYS.items()]
    return [
        Asked("radio", "way", "Nhận kết quả bằng cách nào?", value=chosen.get("way", ""), options=options, title=True,
              errors=errors.get("way", ())),
        Asked("email", "email", "Địa chỉ thư điện tử", value=chosen.get("email", ""), when="way=email",
              errors=errors.get("email", ())),
        Asked("text", "address", "Địa chỉ nhận bưu phẩm", value=chosen.get("address", ""), when="way=post",
              hint="Số nhà, thôn bản, xã, tỉnh và số điện thoại người nhận", errors=errors.get("address", ())),
    ]  # fmt: skip


@citizen
@require_http_methods(["GET", "POST"])
def delivery(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """How the result should come."""
    viewer = viewer_in(request)
    draft = draft_for(viewer, draft_id)
    chosen = dict(draft.delivery or {"way": "screen"})
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        chosen = {name: request.POST.get(name, "") for name in ("way", "email", "address")}
        try:
            choose_delivery(viewer, draft_id=draft.pk, **chosen)
            return redirect("onestop:check", draft_id=draft.pk)
        except ActionError as error:
            errors = error.errors
    questions = _delivery_questions(chosen, errors)
    number = _steps(draft)
    context = {
        "draft": draft,
        "questions": questions,
        "number": number - 1,
        "total": number,
        "form": [one for one in questions if one.errors],
        "has_errors": bool(errors),
        "back_url": reverse("onestop:papers", args=[draft.pk]),
    }
    return render(request, "onestop/public/delivery.html", context, status=422 if errors else 200)


def _steps(draft: Draft) -> int:
    """All steps of a filing: the pages of the form, papers, delivery, check."""
    body = setups_in_force.body_of(draft.setup)
    return len(eforms.visible_pages(body, draft.answers or {}, given_now())) + 3


def _delivery_words(delivery: dict[str, str] | None) -> str:
    chosen = delivery or {}
    way = chosen.get("way", "screen")
    words = WAYS.get(way, "")
    detail = chosen.get({"email": "email", "post": "address"}.get(way, ""), "")
    return f"{words}: {detail}" if detail else words


def _check_context(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    body = setups_in_force.body_of(draft.setup)
    given = given_now()
    answers = draft.answers or {}
    rates = setups_in_force.rates_for(draft.unit_path) if body.fees else []
    sections = [
        {
            "title": section.title,
            "rows": [
                {
                    "label": row.label,
                    "value": row.text,
                    "change_url": reverse("onestop:question", args=[draft.pk, row.page]) + "?back_to=check",
                }
                for row in section.rows
            ],
        }
        for section in eforms.summary(body, answers, given)
    ]
    papers = needed_papers(viewer_in(request), draft, given)
    held = {key for key, files in draft.papers.items() if files}
    return {
        "draft": draft,
        "body": body,
        "sections": sections,
        "papers": [(paper, len(draft.papers.get(paper.component.key, []))) for paper in papers],
        "lacking": eforms.missing_components(papers, held),
        "quote": eforms.fee_lines(body, answers, "online", given.today, rates, given),
        "term": eforms.term_for(body, answers, given),
        "promises": [one for one in body.promises if eforms.holds(one.when, answers, given)],
        "delivery": _delivery_words(draft.delivery),
        "total": _steps(draft),
        "unit": unit_at(draft.unit_path),
        "back_url": reverse("onestop:delivery", args=[draft.pk]),
    }


@citizen
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Check your answers, promise, send. Sent twice, it makes one dossier."""
    viewer = viewer_in(request)
    draft = draft_for(viewer, draft_id)
    if draft.dossier is not None:
        return redirect("onestop:done", code=draft.dossier.code)
    context = _check_context(request, draft)
    open_page = eforms.first_open_page(context["body"], draft.answers or {}, given_now())
    if open_page is not None:
        return redirect(reverse("onestop:question", args=[draft.pk, open_page.key]) + "?back_to=check")
    if request.method == "GET":
        return render(request, "onestop/public/check.html", context)
    unkept = [one for one in context["promises"] if f"promise.{one.key}" not in request.POST]
    problems = [(UNKEPT, f"id_promise_{one.key}") for one in unkept]
    if settings.XASO_FILING == "national":
        problems = [("Hồ sơ trực tuyến nộp trên Cổng Dịch vụ công quốc gia. Không gửi được tại đây.", "main")]
    if not problems:
        try:
            dossier = submit_draft(viewer, draft_id=draft.pk)
            following = "onestop:pay" if dossier.fee_state == "due" else "onestop:done"
            return redirect(following, code=dossier.code)
        except ActionError as error:
            problems = [(message, "main") for messages in error.errors.values() for message in messages]
    kept = [one.key for one in context["promises"] if one not in unkept]
    context |= {"form": problems, "has_errors": True, "kept": kept, "unkept": [one.key for one in unkept]}
    return render(request, "onestop/public/check.html", context, status=422)


@citizen
def done(request: HttpRequest, code: str) -> HttpResponse:
    """The server has said yes: code, due date, what happens next. Survives a bookmark."""
    viewer = viewer_in(request)
    dossier = tracking.my_dossier(viewer, code)
    context = {
        "dossier": dossier,
        "unit": unit_at(dossier.unit_path),
        "payment": tracking.payment_due(viewer, dossier),
        "pay_url": reverse("onestop:pay", args=[dossier.code]),
        "draft_id": dossier.drafts.values_list("pk", flat=True).first(),
        "link": f"{settings.XASO_BASE_URL}{reverse('onestop:public_state', args=[dossier.code])}",
    }
    return render(request, "onestop/public/done.html", context)
