"""Pages of the shell itself: choices kept in a cookie, the offline page, worker and manifest, the style guide."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from xaso.kernel.ui import guide, views

app_name = "ui"

urlpatterns: list[URLPattern] = [
    path("ui/prefs", views.prefs, name="prefs"),
]
if settings.DEBUG or getattr(settings, "XASO_UI_GUIDE", False):
    urlpatterns += [
        path("ui/", guide.citizen_guide, name="guide"),
        path("desk/ui/", guide.desk_guide, name="desk_guide"),
    ]
