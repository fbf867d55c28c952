"""Joins what the manifests declare to the pages: menu, urls, API. Only the site may know everything."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from xaso.kernel.base.errors import ActionError
from xaso.kernel.service import areas, services
from xaso.kernel.ui import nav
from xaso.site.api_json import QuickParser, QuickRenderer
from xaso.site.middleware import refuse

Urls = list[URLPattern | URLResolver]


def _listed(area: str, module: str, name: str) -> Any:
    full = f"xaso.kernel.{area}.{module}"
    if importlib.util.find_spec(full) is None:
        return []
    return getattr(importlib.import_module(full), name, [])


def area_urls() -> Urls:
    """Kernel areas: ``public_urls`` at the root, ``desk_urls`` under /desk/, ``api_urls`` under the API."""
    urls: Urls = []
    for area in (
        "people",
        "units",
        "places",
        "sealing",
        "connectors",
        "messages",
        "documents",
        "speech",
        "cases",
        "indicators",
        "access",
        "events",
        "ui",
    ):
        urls += _listed(area, "public", "public_urls")
        urls += _listed(area, "vneid", "vneid_urls")
        desk = _listed(area, "desk", "desk_urls")
        if desk:
            urls.append(path("desk/", include(desk)))
        api = _listed(area, "api", "api_urls")
        if api:
            urls.append(path("api/v1/", include(api)))
    return urls


def service_urls() -> Urls:
    """Pages of the services, each under its own key; what a standard wants at the root, there."""
    urls: Urls = []
    for part in services():
        if part.public:
            urls.append(path(f"{part.key}/", include((part.public, part.key))))
        if part.desk:
            urls.append(path(f"desk/{part.key}/", include((part.desk, f"{part.key}_desk"))))
        if part.roots:
            urls += importlib.import_module(part.roots).root_urls
    return urls


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return refuse(request, error.status, error.message, error.errors)


def _unknown(request: HttpRequest, error: Any) -> HttpResponse:
    return refuse(request, 401, "Thiếu mã truy cập hoặc mã đã hết hạn.", {})


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    found: dict[str, list[str]] = {}
    for one in error.errors:
        where = ".".join(str(part) for part in one.get("loc", ())[1:])
        found.setdefault(where, []).append(str(one.get("msg")))
    return refuse(request, 422, "Nội dung gửi lên chưa đúng mẫu.", found)


def _unread(request: HttpRequest, error: Any) -> HttpResponse:
    """Ninja itself refuses bodies only; it says so in English."""
    words = "Không đọc được nội dung gửi lên. Gửi JSON đúng chuẩn (RFC 8259), mã hóa bằng UTF-8."
    return refuse(request, error.status_code, words if error.status_code == 400 else str(error), {})


def make_api() -> NinjaAPI:
    """The one API under /api/v1/ with its OpenAPI description."""
    api = NinjaAPI(
        title="Xã Số",
        version="1",
        urls_namespace="api",
        docs_url=None,
        parser=QuickParser(),
        renderer=QuickRenderer(),
    )
    api.add_exception_handler(ActionError, _refused)
    api.add_exception_handler(AuthenticationError, _unknown)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _unread)
    for part in (*areas(), *services()):
        if part.api is not None:
            api.add_router(f"/{part.key}", part.api, tags=[part.title])
    return api


def fill_menu() -> None:
    """Put each manifest's menu lines into the desk menu: services first, the kernel's own after."""
    for order, part in enumerate(services()):
        nav.register(*part.nav, group=part.title, order=order)
        nav.offer_search(f"{part.key}:search")
    for part in areas():
        nav.register(*part.nav, group="Quản trị", order=900)
