"""Doors: each view wears exactly one, and tests walk the urls to refuse a bare view."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.cache import patch_cache_control

from xaso.kernel.base.errors import Forbidden
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

OFFICER_SIGN_IN = "/dang-nhap/can-bo"
CITIZEN_SIGN_IN = "/dang-nhap/"
PROVE_AGAIN = "/dang-nhap/xac-minh"


@dataclass(frozen=True)
class Door:
    """Who may come in: kind public | citizen | officer | machine; the right or scope; a reason when open.

    ``fresh``: the one who comes in has proven who they are not longer ago than the setting says.
    """

    kind: str
    right: str = ""
    reason: str = ""
    fresh: bool = False


def viewer_in(request: HttpRequest) -> Viewer:
    """The viewer of a request, typed."""
    return cast(Viewer, request.viewer)  # type: ignore[attr-defined]


def _wear(door: Door, check: Callable[[HttpRequest], HttpResponseBase | None]) -> Callable[[View], View]:
    def dress(view: View) -> View:
        @functools.wraps(view)
        def entrance(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            turned_away = check(request)
            if turned_away is not None:
                return turned_away
            response = view(request, *args, **kwargs)
            if door.kind != "public":
                patch_cache_control(response, private=True, no_store=True)
            return response

        entrance.door = door  # type: ignore[attr-defined]
        return cast(View, entrance)

    return dress


def _sign_in(request: HttpRequest, where: str) -> HttpResponseBase:
    """To the sign-in page, and afterwards back: a post cannot be repeated, so back to the page it came from."""
    back = request.get_full_path()
    if request.method not in {"GET", "HEAD"}:
        page = urlsplit(request.headers.get("Referer", ""))
        back = f"{page.path}?{page.query}" if page.query else page.path
        back = back if page.netloc == request.get_host() else ""
    return HttpResponseRedirect(f"{where}?next={quote(back)}" if back else where)


def public(view: View) -> View:
    """Open to all; what it shows must be fit for all."""
    return _wear(Door("public"), lambda request: None)(view)


def citizen(view: View) -> View:
    """For somebody signed in who stands for a person; others are sent to sign in and come back."""

    def check(request: HttpRequest) -> HttpResponseBase | None:
        viewer = viewer_in(request)
        if not viewer.is_known:
            return _sign_in(request, CITIZEN_SIGN_IN)
        if viewer.person_id is None:
            raise Forbidden("Trang này dành cho công dân. Đăng xuất rồi đăng nhập bằng VNeID của mình.")
        return None

    return _wear(Door("citizen"), check)(view)


def officer(right: str) -> Callable[[View], View]:
    """For officers who hold the right somewhere; actions and queries then check the unit."""
    return _wear(Door("officer", right), lambda request: _holds(request, right))


def _holds(request: HttpRequest, right: str) -> HttpResponseBase | None:
    viewer = viewer_in(request)
    if not viewer.is_known:
        return _sign_in(request, OFFICER_SIGN_IN)
    if not viewer.is_officer or not viewer.can(right):
        raise Forbidden()
    return None


def is_fresh(viewer: Viewer, minutes: int | None = None) -> bool:
    """Whether the one behind the session proved who they are within so many minutes (the setting's by default)."""
    lately = timedelta(minutes=settings.XASO_PROOF_MINUTES if minutes is None else minutes)
    return viewer.proved_at is not None and now() - viewer.proved_at <= lately


def fresh(right: str, minutes: int | None = None) -> Callable[[View], View]:
    """Like `officer`, for what must not be done by whoever finds the machine open: signing, paying out, taking data
    away. With a proof too old the visitor proves themselves again and comes back to the page they were on."""

    def check(request: HttpRequest) -> HttpResponseBase | None:
        turned_away = _holds(request, right)
        if turned_away is not None or is_fresh(viewer_in(request), minutes):
            return turned_away
        return _sign_in(request, PROVE_AGAIN)

    return _wear(Door("officer", right, fresh=True), check)


def any_officer(view: View) -> View:
    """For every signed-in officer (the desk's home, the style guide)."""

    def check(request: HttpRequest) -> HttpResponseBase | None:
        viewer = viewer_in(request)
        if not viewer.is_known:
            return _sign_in(request, OFFICER_SIGN_IN)
        if not viewer.is_officer:
            raise Forbidden()
        return None

    return _wear(Door("officer", "*"), check)(view)


def signed(reason: str) -> Callable[[View], View]:
    """For callers who prove themselves by a signature in the request (webhooks, short-lived links)."""
    return _wear(Door("signed", reason=reason), lambda request: None)
