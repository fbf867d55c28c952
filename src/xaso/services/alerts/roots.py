"""The pages for everybody stand at /canh-bao/: an address that is read out by loudspeakers and sent by SMS."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

root_urls: list[URLPattern | URLResolver] = [
    path("canh-bao/", include(("xaso.services.alerts.public", "alerts")))
]
