"""The page "Đăng nhập và thiết bị" of whoever is signed in: the same for officers and citizens, under two addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from xaso.kernel.access import alerts, factors, places
from xaso.kernel.access.entering import choose_new_password
from xaso.kernel.access.forms import FirstCodeForm
from xaso.kernel.access.journal import own_journal, way_words
from xaso.kernel.access.passkeys import page_for_keys, remove_passkey
from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import PROVE_AGAIN, is_fresh, viewer_in
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer


@dataclass(frozen=True)
class Place:
    """Where the page stands: its template and addresses."""

    base: str
    home: str
    end: str
    key: str
    answer: str


DESK = Place("ui/desk.html", "access_own", "access_own_end", "access_own_key", "access_own_answer")
PUBLIC = Place("ui/page.html", "own_access", "own_access_end", "own_access_key", "own_access_answer")


def _must_prove(place: Place) -> HttpResponse:
    return redirect(f"{PROVE_AGAIN}?next={reverse(place.home)}")


def show(
    request: HttpRequest, place: Place, extra: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The page with proofs, sessions, alerts and journal of the viewer."""
    viewer = viewer_in(request)
    account = Account.objects.get(pk=viewer.own_account)
    has = factors.factors_of(account.pk)
    guarded = viewer.is_officer and (viewer.can("people.accounts") or viewer.can("people.operate"))
    waiting = factors.waiting_app(account.pk) if (extra or {}).get("adding") else None
    context: dict[str, Any] = {
        "base": place.base,
        "place": place,
        "account": account,
        "has": has,
        "may_add": account.kind == Account.Kind.OFFICER or account.assurance != "stated",
        "by_phone": account.kind == Account.Kind.CITIZEN and account.assurance == "stated",
        "advise_two": guarded and len(has.passkeys) == 1,
        "fresh": is_fresh(viewer),
        "keys_at": page_for_keys(request),
        "sessions": [
            (row, way_words(row.method), row.session_key == request.session.session_key)
            for row in places.open_of(account.pk)
        ],
        "alerts": [(one, alerts.words_of(one)) for one in alerts.own_alerts(viewer)],
        "journal": own_journal(viewer, 30),
        "uri": factors.app_uri(waiting) if waiting else "",
        "secret": str(waiting.secret) if waiting else "",
        **(extra or {}),
    }
    return render(request, "access/own.html", context, status=status)


def page(request: HttpRequest, place: Place) -> HttpResponse:
    """GET shows; POST adds or removes an app, makes recovery codes. Each change asks for a fresh proof."""
    if request.method != "POST":
        return show(request, place)
    viewer = viewer_in(request)
    if not is_fresh(viewer):
        return _must_prove(place)
    verb = _VERBS.get(request.POST.get("do", ""))
    return verb(request, viewer, place) if verb else redirect(place.home)


def _begin_app(request: HttpRequest, viewer: Viewer, place: Place) -> HttpResponse:
    factors.begin_app(viewer)
    return show(request, place, {"adding": True, "form": FirstCodeForm()})


def _confirm_app(request: HttpRequest, viewer: Viewer, place: Place) -> HttpResponse:
    form = FirstCodeForm(request.POST)
    if form.is_valid():
        try:
            codes = factors.confirm_app(viewer, code=form.cleaned_data["code"])
        except ActionError as error:
            form.add_error("code", error.message)
        else:
            messages.success(request, "Đã bật ứng dụng tạo mã. Lần đăng nhập sau sẽ hỏi mã.")
            return show(request, place, {"codes": codes}) if codes else redirect(place.home)
    return show(request, place, {"adding": True, "form": form}, 422)


def _remove_app(request: HttpRequest, viewer: Viewer, place: Place) -> HttpResponse:
    factors.remove_app(viewer)
    messages.success(request, "Đã gỡ ứng dụng tạo mã.")
    return redirect(place.home)


def _new_codes(request: HttpRequest, viewer: Viewer, place: Place) -> HttpResponse:
    return show(request, place, {"codes": factors.new_codes(viewer)})


_VERBS: dict[str, Callable[[HttpRequest, Viewer, Place], HttpResponse]] = {
    "begin_app": _begin_app,
    "confirm_app": _confirm_app,
    "remove_app": _remove_app,
    "new_codes": _new_codes,
}


def remove_key(request: HttpRequest, place: Place, passkey_id: UUID) -> HttpResponse:
    """Take a passkey off."""
    viewer = viewer_in(request)
    if not is_fresh(viewer):
        return _must_prove(place)
    messages.success(request, f"Đã gỡ khóa “{remove_passkey(viewer, passkey_id=passkey_id).name}”.")
    return redirect(place.home)


def end(request: HttpRequest, place: Place) -> HttpResponse:
    """End one session, or all others."""
    viewer = viewer_in(request)
    account = Account.objects.get(pk=viewer.own_account)
    one = request.POST.get("session", "")
    try:
        if one:
            places.end_session(viewer, session_id=UUID(one))
            messages.success(request, "Đã kết thúc phiên đó.")
        else:
            count = places.end_sessions(viewer, account=account, but=request.session.session_key or "")
            messages.success(request, f"Đã kết thúc {count} phiên khác.")
    except (ValueError, ActionError):
        messages.warning(request, "Phiên đó đã hết từ trước.")
    return redirect(place.home)


def answer(request: HttpRequest, place: Place, alert_id: UUID) -> HttpResponse:
    """ "Đúng là tôi" or "Không phải tôi"; after the second this session goes, too, and a new password is chosen."""
    viewer = viewer_in(request)
    account = Account.objects.get(pk=viewer.own_account)
    own = request.POST.get("own") == "yes"
    alerts.answer_alert(viewer, alert_id=alert_id, own=own)
    if own:
        messages.success(request, "Đã ghi: đúng là mình.")
        return redirect(place.home)
    logout(request)
    if account.kind != Account.Kind.OFFICER:
        return redirect("sign_in")
    return choose_new_password(request, account, reverse(place.home))
