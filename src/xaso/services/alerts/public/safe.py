""" "Tôi an toàn": by the own address from a message, or by the open page."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound, TooMany
from xaso.kernel.people.doors import public, signed, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.alerts import showing
from xaso.services.alerts.actions.people import answer_safe
from xaso.services.alerts.actions.sending import person_of
from xaso.services.alerts.forms import put_errors
from xaso.services.alerts.forms.safe import OwnForm, SafeForm
from xaso.services.alerts.models import HazardWarning, SafeAnswer
from xaso.services.alerts.queries.people import answers_lately
from xaso.services.alerts.queries.warnings import public_warning

MOST = 300
Way = SafeAnswer.Way


def _may_answer(row: HazardWarning) -> None:
    """The open page takes only so many answers in a while, so that nobody floods those who look for people."""
    if answers_lately(row, now() - timedelta(minutes=10)) >= MOST:
        raise TooMany(
            "Trang đang nhận quá nhiều lời báo. Chờ ít phút, hoặc gọi trưởng thôn, gọi 112 khi cần cứu."
        )


@public
@never_cache
@require_http_methods(["GET", "POST"])
def anybody(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody types who they are; a citizen who signed in need not."""
    row = public_warning(code)
    person_id = viewer_in(request).person_id
    form = OwnForm(request.POST or None) if person_id else SafeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            _may_answer(row)
            answer_safe(
                Viewer.system(),
                warning=row,
                state=facts.pop("state"),
                way=Way.PAGE,
                person_id=person_id,
                people=facts.pop("people") or 1,
                facts=facts,
            )
        except ActionError as error:
            put_errors(form, error)
        else:
            return redirect(f"{request.path}?xong=1")
    return _page(request, row, form, own=False)


@signed("the address in the message about a warning: the person and a digest that only we can make")
@never_cache
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest, code: str, token: str) -> HttpResponse:
    """The own address from the message: two buttons. It shows nothing of the person."""
    row = public_warning(code)
    person_id = person_of(code, token)
    if person_id is None:
        raise NotFound("Địa chỉ này không đúng hoặc đã cũ. Mở trang cảnh báo rồi bấm “Tôi an toàn”.")
    form = OwnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            answer_safe(
                Viewer.system(),
                warning=row,
                state=facts.pop("state"),
                way=Way.LINK,
                person_id=person_id,
                people=facts.pop("people") or 1,
                facts=facts,
            )
        except ActionError as error:
            put_errors(form, error)
        else:
            return redirect(f"{request.path}?xong=1")
    return _page(request, row, form, own=True)


def _page(request: HttpRequest, row: HazardWarning, form: OwnForm, *, own: bool) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    context = {
        "one": showing.shown(row),
        "row": row,
        "form": None if request.GET.get("xong") else form,
        "done": bool(request.GET.get("xong")),
        "own": own,
        "back_url": f"/canh-bao/{row.code}/",
    }
    return render(request, "alerts/safe.html", context, status=status)
