"""Who asks a route with a whole request, and who only tries its door.

Every door is tried for every visitor. A whole request of somebody whom the door refuses ends there, so one visitor of
each kind makes it; those near the applicant may see all of it, so three of them make it, others for each route.
Strangers whom the door lets in make every request: what they get is what the matrix is for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zlib import crc32

from django.test import RequestFactory

from tests.house.routes import Route
from tests.house.world import Visitor, World
from xaso.kernel.base.errors import Forbidden

NEAR = 3
Refused = Callable[[Route, Visitor], set[int]]


def asks(route: Route, visitor: Visitor, world: World, refused: Refused) -> bool:
    """Whether this visitor makes the whole request."""
    mine = refused(route, visitor)
    if not mine and not visitor.near:
        return True
    alike = [one for one in world.visitors if _kind(one) == _kind(visitor) and refused(route, one) == mine]
    if not mine:
        alike = [one for one in world.visitors if one.near and not refused(route, one)]
    start = crc32(route.pattern.encode()) % len(alike)
    return visitor in (alike + alike)[start : start + (1 if mine else NEAR)]


def _kind(visitor: Visitor) -> tuple[str, bool]:
    return visitor.viewer.kind, bool(visitor.token)


def turned_away(route: Route, visitor: Visitor) -> int:
    """What the door alone answers to somebody it should not let in; a view that is reached fails for want of its
    parameters, as it should."""
    for method in ("get", "post"):
        token = {"HTTP_AUTHORIZATION": f"Bearer {visitor.token}"} if visitor.token else {}
        request: Any = getattr(RequestFactory(), method)("/", **token)
        request.viewer = visitor.viewer
        try:
            answer = route.view(request)
        except Forbidden:
            return 403
        if answer.status_code != 405:
            return int(answer.status_code)
    return 405
