"""The urls of the installed product, derived from the manifests."""

from __future__ import annotations

from django.urls import include, path

from xaso.site import outside, pages
from xaso.site.operating import desk as operate
from xaso.site.operating import health, metrics, roles
from xaso.site.wiring import area_urls, fill_menu, make_api, service_urls

fill_menu()
api = make_api()

urlpatterns = [
    path(
        "api/v1/", api.urls
    ),  # first: other systems send the most, and each line above would be tried for them
    path("", pages.home, name="home"),
    path("desk/", pages.desk_home, name="desk_home"),
    path("desk/he-thong/", operate.system, name="system"),
    path("desk/he-thong/kiem-tra/", operate.checks, name="system_checks"),
    path("desk/he-thong/phat-lai/", operate.replay, name="system_replay"),
    path("desk/he-thong/cong-tac/", operate.switch, name="system_switch"),
    path("desk/vai-tro/", roles.roles, name="roles"),
    path("desk/vai-tro/<slug:role>/", roles.role, name="role"),
    path("desk/vai-tro/<slug:role>/doi/", roles.role_change, name="role_change"),
    path("healthz", health.health, name="health"),
    path("readyz", health.ready, name="ready"),
    path("metrics", metrics.metrics, name="metrics"),
    *area_urls(),
    *outside.public_urls,
    path("desk/", include(outside.desk_urls)),
    *service_urls(),
]

handler400 = "xaso.site.pages.bad_request"
handler404 = "xaso.site.pages.not_found"
handler403 = "xaso.site.pages.forbidden"
handler500 = "xaso.site.pages.broken"
