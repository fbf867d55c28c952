"""The urls of the installed product, derived from the manifests."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from xaso.kernel.service import services

urlpatterns: list[URLPattern | URLResolver] = []

for part in services():
    if part.public:
        urlpatterns.append(path(f"{part.key}/", include((part.public, part.key))))
    if part.desk:
        urlpatterns.append(path(f"desk/{part.key}/", include((part.desk, f"{part.key}_desk"))))
