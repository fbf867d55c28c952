"""The officers' half of the style guide."""

from __future__ import annotations

from django.urls import URLPattern, path

from xaso.kernel.ui import guide

desk_urls: list[URLPattern] = [path("ui/", guide.desk_guide, name="ui_desk_guide")] if guide.shown() else []
