"""The one way into /epcis/v2/: who asks, by which version, in which format; every refusal in the standard's words."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.base.reach import enter
from xaso.kernel.people.doors import Door, viewer_in
from xaso.kernel.people.machines import viewer_for_token
from xaso.kernel.people.reaching import reach_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.epcis import FORMATS
from xaso.kernel.plain.moment import now
from xaso.services.trace.actions.store import Refused
from xaso.services.trace.models import Enterprise
from xaso.services.trace.naming import NAMESPACE, PREFIX
from xaso.services.trace.recording import Duplicate
from xaso.services.trace.rest.answers import Failure, failure_of, negotiated, problem

log = logging.getLogger("xaso.epcis")
BASE = "/epcis/v2"
LONGEST_ADDRESS = 8000
SAFE = frozenset({"GET", "HEAD"})
VERSIONS = ("2.0", "2.0.0", "2.0.1", "2")
CBV_FORMATS = ("No_Preference", "Always_Web_URI", "Always_URN", "Never_Translates")
_VERSION = re.compile(r"\d+(\.\d+){0,2}")

Handler = Callable[..., HttpResponse]


@dataclass
class Call:
    """One request, with who asks and what was said in its headers."""

    request: HttpRequest
    viewer: Viewer
    content_type: str
    extensions: dict[str, str] = field(default_factory=dict)
    epc_format: str = ""
    cbv_format: str = ""

    @property
    def unit_path(self) -> str:
        """The unit for which the client acts."""
        return self.viewer.unit_path

    def enterprise(self) -> Enterprise | None:
        """The enterprise for which events are captured: a header of ours that an enterprise's own system sends."""
        token = self.request.headers.get("Xaso-Enterprise", "")
        if not token:
            return None
        found = Enterprise.objects.filter(token=token, ended_at__isnull=True).first()
        if found is None or not found.unit_path.startswith(self.unit_path):
            raise Failure(
                "ValidationException", 400, "Xaso-Enterprise names no enterprise of this client's unit"
            )
        return found


def standard_headers() -> dict[str, str]:
    """What the repository says of itself on every answer."""
    return {
        "GS1-EPCIS-Version": "2.0",
        "GS1-CBV-Version": "2.0",
        "GS1-Extensions": f"{PREFIX}={NAMESPACE}",
    }


def discovery_headers(methods: list[str], *, capture: bool) -> dict[str, str]:
    """What OPTIONS tells."""
    told = {
        **standard_headers(),
        "Allow": ", ".join(["OPTIONS", *methods]),
        "GS1-EPCIS-Min": "2.0",
        "GS1-EPCIS-Max": "2.0",
        "GS1-CBV-Min": "2.0",
        "GS1-CBV-Max": "2.0",
        "GS1-EPC-Format": ", ".join(FORMATS),
        "GS1-CBV-XML-Format": ", ".join(CBV_FORMATS),
        "GS1-Vendor-Version": f"xaso-{settings.XASO_VERSION}",
    }
    if capture:
        told["GS1-EPCIS-Capture-Limit"] = str(settings.XASO_EPCIS_MAX_EVENTS)
        told["GS1-EPCIS-Capture-File-Size-Limit"] = str(settings.XASO_EPCIS_MAX_BYTES)
        told["GS1-Capture-Error-Behaviour"] = "rollback, proceed"
    return told


def resource(*, capture: bool = False, **methods: tuple[str, Handler]) -> Callable[..., HttpResponse]:
    """A view of the interface: for each method the right it needs and its handler.

    OPTIONS answers anybody: it tells only what the standard wants discovered.
    """
    handlers = {name.upper(): pair for name, pair in methods.items()}
    allowed = ["GET", "HEAD"] if "GET" in handlers else []
    allowed += [name for name in handlers if name != "GET"]

    def view(request: HttpRequest, **path: str) -> HttpResponse:
        method = "GET" if request.method == "HEAD" else str(request.method)
        try:
            if method == "OPTIONS":
                response = HttpResponse(status=204, headers=discovery_headers(allowed, capture=capture))
            elif method not in handlers:
                _viewer(request, next(iter(handlers.values()))[0])  # strangers are not told what there is
                raise Failure(
                    "ImplementationException",
                    405,
                    f"This address takes {', '.join(allowed)}",
                    {"Allow": ", ".join(["OPTIONS", *allowed])},
                )
            else:
                right, handler = handlers[method]
                response = handler(_call(request, right), **path)
        except Exception as error:
            response = problem(request, _failure(error))
        for name, value in standard_headers().items():
            response.setdefault(name, value)
        patch_cache_control(response, private=True, no_store=True)
        patch_vary_headers(response, ["Accept", "Authorization", "GS1-EPC-Format", "GS1-CBV-XML-Format"])
        return response

    view.door = Door("machine", next(iter(handlers.values()))[0])  # type: ignore[attr-defined]
    return csrf_exempt(functools.wraps(view)(view))


def _failure(error: Exception) -> Failure:
    if isinstance(error, Failure):
        return error
    if isinstance(error, Refused):
        return failure_of(error.problems)
    if isinstance(error, Duplicate):
        return Failure("ResourceAlreadyExistsException", 409, error.message)
    if isinstance(error, Forbidden):
        return Failure("SecurityException", 403, error.message)
    if isinstance(error, ActionError):
        return Failure("ValidationException", 400, error.message)
    log.exception("the interface of events failed")
    return Failure("ImplementationException", 500)


def _call(request: HttpRequest, right: str) -> Call:
    if len(request.get_full_path()) > LONGEST_ADDRESS:
        raise Failure("URITooLongException", 414, f"An address has at most {LONGEST_ADDRESS} letters")
    viewer = _viewer(request, right)
    _check_versions(request)
    call = Call(
        request, viewer, negotiated(request), extensions_of(request.headers.get("GS1-Extensions", ""))
    )
    call.epc_format = _one_of(request, "GS1-EPC-Format", FORMATS)
    call.cbv_format = _one_of(request, "GS1-CBV-XML-Format", CBV_FORMATS)
    return call


def _viewer(request: HttpRequest, right: str) -> Viewer:
    """A machine client by its token, or an officer who only reads. Raises Failure 401, Forbidden."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind:
        found = viewer_for_token(token.strip()) if kind.lower() == "bearer" else None
        if found is None:
            raise _unknown()
        enter(reach_of(found[1]))
        viewer = found[1]
    else:
        viewer = viewer_in(request)
        # A session comes along with any request of a browser, so nothing is written by it.
        if not viewer.is_officer or request.method not in SAFE:
            raise _unknown()
    if not viewer.can(right):
        raise Forbidden(f"Hệ thống gọi chưa được cấp phạm vi {right}.")
    return viewer


def _unknown() -> Failure:
    return Failure(
        "SecurityException",
        401,
        "A bearer token of a machine client is needed · Thiếu mã truy cập hoặc mã đã hết hạn.",
        {"WWW-Authenticate": 'Bearer realm="epcis"'},
    )


def _check_versions(request: HttpRequest) -> None:
    for area in ("EPCIS", "CBV"):
        exact = request.headers.get(f"GS1-{area}-Version")
        least = request.headers.get(f"GS1-{area}-Min")
        most = request.headers.get(f"GS1-{area}-Max")
        for given in (exact, least, most):
            if given is not None and not _VERSION.fullmatch(given):
                raise Failure("ValidationException", 400, f"{given!r} is no version")
        too_new = least is not None and _number(least) > (2, 0)
        too_old = most is not None and _number(most) < (2, 0)
        if (exact is not None and exact not in VERSIONS) or too_new or too_old:
            raise Failure(
                "NotAcceptableException", 406, f"This repository speaks GS1 {area} 2.0 · Kho dùng {area} 2.0."
            )


def _number(version: str) -> tuple[int, int]:
    parts = [int(part) for part in version.split(".")]
    return parts[0], parts[1] if len(parts) > 1 else 0


def _one_of(request: HttpRequest, name: str, options: tuple[str, ...]) -> str:
    value = request.headers.get(name, "")
    if value and value not in options:
        raise Failure("ValidationException", 400, f"{name} is one of {', '.join(options)}")
    return value


def extensions_of(header: str) -> dict[str, str]:
    """Prefixes that a client declares: ``ext=https://…,other=https://…``, or a JSON object."""
    if not header.strip():
        return {}
    found: dict[str, Any] = {}
    if header.lstrip().startswith("{"):
        try:
            found = orjson.loads(header)
        except orjson.JSONDecodeError:
            found = {"": None}
    else:
        for part in header.split(","):
            prefix, _, space = part.strip().partition("=")
            found[prefix.strip()] = space.strip()
    for prefix, space in found.items():
        if not re.fullmatch(r"[A-Za-z][\w.-]*", prefix) or not isinstance(space, str) or ":" not in space:
            raise Failure(
                "ValidationException", 400, "GS1-Extensions is written prefix=namespace, comma separated"
            )
    return found


def absolute(path: str) -> str:
    """An address of ours, whole."""
    return f"{settings.XASO_BASE_URL}{BASE}{path}"


def moment_text() -> str:
    """The present moment as answers write it."""
    return now().isoformat(timespec="milliseconds")
