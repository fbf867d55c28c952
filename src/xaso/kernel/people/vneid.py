"""A citizen signs in with the national identity: out to the provider, back with a proof, into a session."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.reach import widened
from xaso.kernel.connectors.vneid import SignInStart, vneid
from xaso.kernel.people.actions import citizen_account
from xaso.kernel.people.doors import public
from xaso.kernel.people.models import Person
from xaso.kernel.people.origins import origin_of, remember
from xaso.kernel.people.public import enter, next_url
from xaso.kernel.people.signin import name_digest, note_sign_in
from xaso.kernel.people.viewer import Viewer

HOME = "/onestop/cua-toi/"
_KEPT, _NEXT = "vneid_start", "vneid_next"


def _back() -> str:
    return f"{settings.XASO_BASE_URL}{reverse('vneid_back')}"


@public
@never_cache
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider; what must match on return stays in the session."""
    wanted = next_url(request, HOME)
    try:
        begun = vneid().begin(_back())
    except ActionError as error:
        return _failed(request, error)
    request.session[_KEPT] = begun.to_session()
    request.session[_NEXT] = wanted
    return redirect(begun.url)


@public
@never_cache
@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """The provider sends the browser back; each start serves one return only."""
    kept = request.session.pop(_KEPT, {})
    wanted = request.session.pop(_NEXT, HOME)
    try:
        begun = SignInStart.from_session(kept)
        identity = vneid().finish(begun, redirect_uri=_back(), params=request.GET.dict())
        account = citizen_account(
            Viewer.system(),
            subject=identity.subject,
            full_name=identity.full_name,
            personal_number=identity.personal_number,
        )
    except ActionError as error:
        return _failed(request, error)
    if identity.birth_date:
        # What the register says replaces what somebody once stated.
        with widened("the identity provider has just proven this person"):
            Person.objects.filter(accounts=account).update(birth_date=identity.birth_date)
    if not account.is_active:
        return _failed(request, ActionError("Tài khoản này đang bị khóa. Hỏi Ủy ban nhân dân xã."))
    enter(request, account)
    request.session["method"] = "vneid"
    response = redirect(wanted)
    note_sign_in(account, remember(response, origin_of(request), name_digest(account.username)), "vneid")
    return response


def _failed(request: HttpRequest, error: ActionError) -> HttpResponse:
    context = {"message": error.message, "next": HOME}
    return render(request, "people/vneid_failed.html", context, status=error.status)


vneid_urls = [
    path("dang-nhap/vneid", start, name="vneid_start"),
    path("dang-nhap/vneid/ve", back, name="vneid_back"),
]
