"""Passkeys: what the browser's script asks for and sends back, as JSON. The session and the CSRF token guard it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from xaso.kernel.access import entering
from xaso.kernel.access.passkeys import asking_options, finish_asking, finish_making, making_options
from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.people.doors import is_fresh, public, viewer_in
from xaso.kernel.people.models import Account
from xaso.kernel.people.public import next_url
from xaso.kernel.people.sessions import PROVED, stamp
from xaso.kernel.people.viewer import Viewer


def _refused(error: ActionError) -> JsonResponse:
    return JsonResponse({"message": error.message}, status=error.status)


def _answer(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.POST.get("answer", ""))
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ActionError("Trình duyệt gửi thiếu. Bấm lại để thử lần nữa.")
    return body


def _whose(request: HttpRequest) -> UUID | None:
    """Whose key is wanted: of who is signed in, of who is on the way in; None: anybody's, to sign in with it."""
    viewer = viewer_in(request)
    if viewer.is_known:
        return viewer.account_id
    found = entering.present(request, entering.SECOND)
    return found[1].pk if found else None


@public
@never_cache
@require_POST
def ask(request: HttpRequest) -> HttpResponseBase:
    """What the browser must sign."""
    return JsonResponse(asking_options(request, _whose(request)))


@public
@never_cache
@require_POST
def use(request: HttpRequest) -> HttpResponseBase:
    """A signature by a key: signs in, finishes signing in, or proves once more who sits here."""
    try:
        whose = _whose(request)
        key = finish_asking(request, _answer(request), whose)
        if viewer_in(request).is_known:
            stamp(request.session, PROVED)
            return JsonResponse({"next": next_url(request, "/")})
        found = entering.present(request, entering.SECOND)
        if found is not None:
            return _go(entering.done(request, found[0], "passkey"))
        officer = key.account.kind == Account.Kind.OFFICER
        wanted = next_url(request, "/desk/" if officer else "/onestop/cua-toi/")
        return _go(entering.begin(request, key.account, None, "passkey", wanted))
    except ActionError as error:
        return _refused(error)


def _go(answer: Any) -> JsonResponse:
    """A redirect, as the script wants it; cookies go along."""
    told = JsonResponse({"next": answer["Location"]})
    told.cookies = answer.cookies
    return told


def _owner(request: HttpRequest) -> tuple[Viewer, Account]:
    """Who may add a key: who is signed in and proved it lately, or must set one up on the way in."""
    viewer = viewer_in(request)
    if viewer.is_known:
        account = Account.objects.filter(pk=viewer.own_account).first()
        if account is None or not is_fresh(viewer):
            raise Forbidden("Tải lại trang và xác minh lại trước khi thêm khóa.")
        return viewer, account
    found = entering.present(request, entering.ENROL)
    if found is None:
        raise Forbidden("Phiên đăng nhập đã hết. Đăng nhập lại.")
    return entering.viewer_on_way(found[1]), found[1]


@public
@never_cache
@require_POST
def ask_new(request: HttpRequest) -> HttpResponseBase:
    """What the browser needs to make a key."""
    try:
        _, account = _owner(request)
        if account.kind == Account.Kind.CITIZEN and account.assurance == "stated":
            raise Forbidden("Đăng nhập bằng VNeID một lần rồi mới thêm được khóa.")
        return JsonResponse(making_options(request, account))
    except ActionError as error:
        return _refused(error)


@public
@never_cache
@require_POST
def add(request: HttpRequest) -> HttpResponseBase:
    """Keep a key that the browser has just made."""
    try:
        viewer, _ = _owner(request)
        finish_making(request, viewer, _answer(request), request.POST.get("name", ""))
        return JsonResponse({"next": next_url(request, "/")})
    except ActionError as error:
        return _refused(error)
