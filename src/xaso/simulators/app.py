"""All simulators behind one WSGI application: faults first, then the system's own answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any

from xaso.simulators import (
    bank,
    mail,
    model,
    origin,
    pages,
    population,
    portal,
    post,
    push,
    sms,
    source_system,
    vneid,
    voices,
    zalo,
)
from xaso.simulators.web import (
    Answer,
    BadRequest,
    Request,
    Routes,
    StartResponse,
    as_json,
    read_request,
    send_answer,
)
from xaso.simulators.world import SYSTEMS, World

log = logging.getLogger("xaso.simulators")

ERROR = as_json({"error": "internal server error"}, 500)
THROTTLED = as_json({"error": "too many requests"}, 429)
CUT = Answer(200, b"{", headers={"Content-Length": "1000"})  # the line breaks in the middle


def all_routes() -> Routes:
    """The routes of every system and of the testers' pages."""
    routes = Routes()
    for part in (
        vneid,
        portal,
        origin,
        source_system,
        bank,
        post,
        population,
        push,
        sms,
        zalo,
        voices,
        model,
        mail,
        pages,
    ):
        routes.include(part.routes)
    return routes


class Application:
    """The WSGI application over one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.routes = all_routes()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            request = read_request(environ)
            answer = self.answer(request)
        except BadRequest as error:
            answer = as_json({"error": str(error)}, 400)
        except Exception:
            log.exception("simulator failed at %s", environ.get("PATH_INFO"))
            answer = as_json({"error": "simulator failed"}, 500)
        return send_answer(answer, start_response)

    def answer(self, request: Request) -> Answer:
        """The answer to a call, spoiled when a fault wants it so."""
        system = request.path.strip("/").split("/")[0]
        rolled = self.world.rolled(system)
        spoiled = self._spoiled(request, system, rolled)
        if spoiled is not None:
            return spoiled
        answer = self.routes.answer(self.world, request)
        return CUT if rolled == "lost" or self.world.wrong(system, "lost") else answer

    def _spoiled(self, request: Request, system: str, rolled: str) -> Answer | None:
        """What a switched-on fault makes of the call. Testers' pages are never spoiled."""
        if rolled in ("error", "throttled", "drop"):
            return {"error": ERROR, "throttled": THROTTLED, "drop": CUT}[rolled]
        if not self.world.faults:
            return None
        if (
            system not in SYSTEMS
            or request.path.startswith(pages.HUMAN_PATHS)
            or "text/html" in request.headers.get("accept", "")
        ):
            return None
        slow = self.world.fault(system, "latency")
        if slow:
            time.sleep(min(slow.milliseconds or 3000, 60000) / 1000)
        if self.world.fault(system, "error"):
            return ERROR
        if self.world.fault(system, "throttled"):
            return THROTTLED
        if self.world.fault(system, "denied"):
            return as_json({"error": "unauthorized"}, 401)
        if self.world.fault(system, "garbled"):
            return Answer(200, b"<html>Gateway maintenance</html>", "text/html")
        if self.world.fault(system, "drop"):
            return CUT
        return None
