"""The line that stands on each page of the room: where the texts come from and of which day."""

from __future__ import annotations

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from xaso.services.assistant.queries.sources import source_words

register = template.Library()


@register.simple_tag
def source_line() -> SafeString:
    """Source and date of the texts, and that a quote replaces nobody's word."""
    return SafeString(render_to_string("assistant/parts/source.html", {"words": source_words()}))


@register.filter
def share(value: float) -> str:
    """A share of one as per cent."""
    return f"{value * 100:.0f} %"
