"""The front page, the desk's home, health, and error pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from xaso.kernel.people.doors import any_officer, public, viewer_in
from xaso.kernel.service import everything, services
from xaso.site.middleware import refuse


def _link(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@public
def home(request: HttpRequest) -> HttpResponse:
    """What a citizen can do here: one card a service."""
    cards = [
        {"title": card.title, "text": card.text, "url": _link(card.url_name), "icon": card.icon}
        for part in services()
        for card in part.home
    ]
    return render(request, "site/home.html", {"cards": [card for card in cards if card["url"]]})


@any_officer
def desk_home(request: HttpRequest) -> HttpResponse:
    """An officer's first page: what waits, from every service that is on."""
    viewer = viewer_in(request)
    blocks: list[dict[str, Any]] = []
    for part in everything():
        for panel in part.panels:
            if panel.on == "home" and viewer.can(panel.right):
                context = panel.context(viewer)
                if context is not None:
                    blocks.append({"template": panel.template, "context": context})
    return render(request, "site/desk_home.html", {"blocks": blocks})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, 404, "Không tìm thấy trang. Kiểm tra lại đường dẫn.", {})


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, 403, "Tài khoản này không có quyền làm việc đó.", {})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, 400, "Yêu cầu không đọc được. Quay lại trang trước rồi thử lại.", {})


def broken(request: HttpRequest) -> HttpResponse:
    """Static on purpose: nothing that may itself be broken is touched."""
    if request.path.startswith("/api/"):
        return JsonResponse(
            {"status": 500, "title": "Lỗi máy chủ."}, status=500, content_type="application/problem+json"
        )
    page = Path(settings.SOURCE) / "kernel" / "ui" / "templates" / "ui" / "errors" / "500.html"
    text = page.read_text() if page.exists() else "<h1>Máy chủ đang lỗi</h1><p>Thử lại sau ít phút.</p>"
    return HttpResponseServerError(text)
