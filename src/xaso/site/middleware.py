"""Request ids, security headers, and the answer to every refusal."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from xaso.kernel.base.errors import ActionError
from xaso.kernel.connectors.vneid import vneid
from xaso.kernel.documents.config import upload_limits
from xaso.kernel.service import services
from xaso.site.operating.logs import request_id

log = logging.getLogger("xaso.request")
_GOOD_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; font-src 'self';"
    " connect-src 'self'; media-src 'self' blob:{media}; object-src 'none'; base-uri 'none'; form-action 'self'{forms};"
    " frame-ancestors 'none'; worker-src 'self'; manifest-src 'self'"
)

# Addresses that read their own bodies in bounds, and refuse too large ones in the words of their standard.
MEASURED_BY_THEMSELVES = ("/epcis/v2/",)

Next = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Each request has an id, taken from the proxy when it looks sane; errors show it to the user."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        one = given if _GOOD_ID.fullmatch(given) else secrets.token_hex(8)
        request.request_id = one  # type: ignore[attr-defined]
        mark = request_id.set(one)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(mark)
        response["X-Request-Id"] = one
        return response


class BodyLimitMiddleware:
    """A body that no page of ours takes is turned away before a byte of it is read."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        # The largest file, and the form around it.
        self.most = upload_limits().max_bytes + (4 << 20)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(MEASURED_BY_THEMSELVES):
            return self.get_response(request)
        told = request.META.get("CONTENT_LENGTH") or "0"
        if not (told.isascii() and told.isdigit()):
            return HttpResponse(
                "Độ dài nội dung không đúng.", status=400, content_type="text/plain; charset=utf-8"
            )
        if int(told) > self.most:
            words = f"Nội dung gửi lên quá lớn: nhiều nhất {self.most >> 20} MB. Giảm cỡ hoặc gửi từng tệp."
            return HttpResponse(words, status=413, content_type="text/plain; charset=utf-8")
        return self.get_response(request)


class SecurityHeadersMiddleware:
    """A strict content policy on each answer: nothing inline, nothing from elsewhere."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        # Sign-in posts are redirected to the identity provider, which form-action must allow.
        provider = urlsplit(vneid().address.url)
        # An Icecast server of ours may stand under a name of its own.
        media = f" {settings.XASO_STREAM_PUBLIC}" if settings.XASO_STREAM_ICECAST else ""
        self.policy = CSP.format(forms=f" {provider.scheme}://{provider.netloc}", media=media.rstrip())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", self.policy)
        response.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=(self)")
        response.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if "Authorization" in request.headers or settings.SESSION_COOKIE_NAME in request.COOKIES:
            # What somebody known was answered is nobody else's, also where a page forgot to say so.
            response.setdefault("Cache-Control", "private, no-store")
        return response


class LightMiddleware:
    """Hot pages that are the same for everybody, answered before sessions, forms and the viewer are thought of."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.answers = [part.light for part in services() if part.light is not None]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            for start, answer in self.answers:
                if request.path_info.startswith(start):
                    found: HttpResponse | None = answer(request)
                    if found is not None:
                        return found
        return self.get_response(request)


class ErrorsMiddleware:
    """Turns refusals of actions and queries into pages, or into problem details for the API."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, ActionError):
            return refuse(request, error.status, error.message, error.errors)
        if isinstance(error, PermissionDenied):
            return refuse(request, 403, "Tài khoản này không có quyền làm việc đó.", {})
        if isinstance(error, ValueError | DataError) and "NUL (0x00)" in str(error):
            # The database keeps no such character; nobody types one, programs that try doors do.
            return refuse(
                request, 422, "Nội dung gửi lên có ký tự không dùng được. Xóa ký tự lạ rồi thử lại.", {}
            )
        if isinstance(error, Http404):
            return refuse(request, 404, "Không tìm thấy trang. Kiểm tra lại đường dẫn.", {})
        route = request.resolver_match.route if request.resolver_match else ""
        log.exception("unhandled error", extra={"route": route, "method": request.method})
        return None


def refuse(request: HttpRequest, status: int, message: str, errors: dict[str, list[str]]) -> HttpResponse:
    """A refusal as a page, or as problem details (RFC 9457) under /api/."""
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "status": status, "title": message, "errors": errors}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    request.bare_menu = True  # type: ignore[attr-defined]
    template = f"ui/errors/{status}.html" if status in {403, 404, 409, 422, 429} else "ui/errors/400.html"
    return render(request, template, {"message": message, "errors": errors}, status=status)
