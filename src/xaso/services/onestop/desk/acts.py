"""What is done with a dossier: presses from its page, and one page for each verb that asks for something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop.actions.handling import advance, take
from xaso.services.onestop.actions.payments import take_cash
from xaso.services.onestop.actions.reception import accept_dossier, judge_paper
from xaso.services.onestop.desk import verbs
from xaso.services.onestop.models import Dossier, Payment
from xaso.services.onestop.queries.desk import dossier_for, open_dossier


def to_page(code: str) -> HttpResponse:
    """Back to the dossier."""
    return redirect("onestop_desk:dossier", code=code)


def _press(request: HttpRequest, code: str, run: Callable[[Viewer, Dossier], str]) -> HttpResponse:
    """Do what a button of the dossier's page says; a refusal is told on the page, a loss of right is a 403."""
    viewer = viewer_in(request)
    dossier = dossier_for(viewer, code)
    try:
        messages.success(request, run(viewer, dossier))
    except ActionError as error:
        if error.status in {403, 404}:
            raise
        messages.error(request, error.message)
    return to_page(dossier.code)


@officer("onestop.receive")
@require_POST
def accept(request: HttpRequest, code: str) -> HttpResponse:
    """Take the dossier in."""

    def run(viewer: Viewer, dossier: Dossier) -> str:
        accept_dossier(viewer, dossier_id=dossier.pk, note=request.POST.get("note", "").strip()[:2000])
        return f"Đã tiếp nhận hồ sơ {dossier.code}. In giấy tiếp nhận và hẹn trả cho người nộp."

    return _press(request, code, run)


@officer("onestop.handle")
@require_POST
def advance_step(request: HttpRequest, code: str) -> HttpResponse:
    """End the step that the page showed and pass the dossier on."""

    def run(viewer: Viewer, dossier: Dossier) -> str:
        step = _uuid(request.POST.get("step", ""))
        note = request.POST.get("note", "").strip()[:2000]
        advance(viewer, dossier_id=dossier.pk, step_id=step, note=note)
        return "Đã xong bước này, hồ sơ đã chuyển tiếp."

    return _press(request, code, run)


@officer("onestop.handle")
@require_POST
def take_work(request: HttpRequest, code: str) -> HttpResponse:
    """Take the open step oneself."""

    def run(viewer: Viewer, dossier: Dossier) -> str:
        me = Account.objects.filter(pk=viewer.account_id).first() if viewer.account_id else None
        if me is None:
            raise NotFound()
        take(viewer, dossier_id=dossier.pk, to=me, step_id=_part_of(request))
        return "Hồ sơ này nay do ông/bà xử lý."

    return _press(request, code, run)


def _part_of(request: HttpRequest) -> UUID | None:
    text = request.POST.get("part", "")
    return _uuid(text) if text else None


@officer("onestop.take_money")
@require_POST
def take_money(request: HttpRequest, code: str) -> HttpResponse:
    """Cash or card taken at the desk for everything that is owed, or for the one payment that is named."""

    def run(viewer: Viewer, dossier: Dossier) -> str:
        due = dossier.payments.filter(state=Payment.State.DUE)
        method = "card" if request.POST.get("method") == "card" else "cash"
        named = request.POST.get("payment", "")
        wanted = list(dossier.payments.filter(pk=_uuid(named)) if named else due)
        if not wanted:
            return "Không còn khoản nào phải thu."
        total = sum(take_cash(viewer, payment_id=one.pk, method=method).amount for one in wanted)
        from xaso.kernel.plain.money import show

        return f"Đã thu {show(total)}."

    return _press(request, code, run)


@officer("onestop.view")
@require_POST
def judge(request: HttpRequest, code: str) -> HttpResponse:
    """Say whether a paper will do."""

    def run(viewer: Viewer, dossier: Dossier) -> str:
        paper = dossier.papers.filter(pk=_uuid(request.POST.get("paper", ""))).first()
        if paper is None:
            raise NotFound("Không tìm thấy giấy tờ này trong hồ sơ.")
        good = request.POST.get("accepted") == "yes"
        judge_paper(viewer, paper_id=paper.pk, accepted=good, note=request.POST.get("note", ""))
        return f"{paper.name}: {'đạt' if good else 'chưa đạt'}."

    return _press(request, code, run)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Conflict("Trang này đã cũ. Tải lại trang rồi làm lại.") from error


@officer("onestop.view")
@require_http_methods(["GET", "POST"])
def verb_page(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """The page of one verb: says what will happen, asks what it needs, keeps what was typed when refused."""
    viewer = viewer_in(request)
    known = verbs.VERBS.get(verb)
    if known is None:
        raise NotFound("Không có việc này.")
    seen = open_dossier(viewer, code)
    known.check(viewer, seen)
    more = known.make(viewer, seen, request)
    posted = request.method == "POST"
    form = known.form((request.POST, request.FILES) if posted else None, more)
    status = 200
    if posted:
        status = 422
        if form.is_valid():
            try:
                messages.success(request, known.run(viewer, seen, form, request))
                return to_page(seen.dossier.code)
            except ActionError as error:
                if error.status in {403, 404}:
                    raise
                status = error.status
                put_errors(form, error)
    context: dict[str, Any] = {
        "seen": seen,
        "dossier": seen.dossier,
        "verb": known,
        "form": form,
        "more": more,
        "has_errors": posted,
        "back_url": reverse("onestop_desk:dossier", args=[seen.dossier.code]),
    }
    return render(request, "onestop/desk/verb.html", context, status=status)


def put_errors(form: forms.Form, error: ActionError) -> None:
    """A refusal at the fields it names; what names none stands above the form."""
    for name, words in error.errors.items():
        for message in words:
            form.add_error(name if name in form.fields else None, message)
