"""From the viewer of a request to its reach in the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from xaso.kernel.base.reach import ANONYMOUS, SYSTEM, Reach, enter, unguarded, watched
from xaso.kernel.people.viewer import Viewer


def reach_of(viewer: Viewer) -> Reach:
    """Units where any right is held, and what is the viewer's own. The finer questions are the first wall's."""
    if viewer.kind == "system":
        return SYSTEM
    if not viewer.is_known:
        return ANONYMOUS
    held = sorted({grant.unit_path for grant in viewer.grants if grant.rights})
    paths = tuple(one for one in held if not any(one != top and one.startswith(top) for top in held))
    return Reach(viewer.kind, paths, viewer.person_id, viewer.account_id)


class ReachMiddleware:
    """A request begins as anybody's; who it is is told to the database when somebody first asks who it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        inner: Any = request.viewer  # type: ignore[attr-defined]
        known: Any = SimpleLazyObject(lambda: _entered(inner))
        request.viewer = known  # type: ignore[attr-defined]
        with watched():
            return self.get_response(request)


def _entered(inner: Viewer) -> Viewer:
    with unguarded("who is behind a session"):
        _ = inner.kind  # asks, when nobody has asked before
    enter(reach_of(inner))
    return inner
