"""Icons: one SVG sprite (Lucide, ISC, and our own drawings) made by tools/make_icons.py."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

SPRITE = Path(__file__).parent / "static" / "ui" / "icons.svg"


@functools.cache
def names() -> frozenset[str]:
    """The names in the sprite."""
    return frozenset(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text(encoding="utf-8")))


def icon(name: str, label: str = "") -> SafeString:
    """`<svg>` that uses the sprite; with a label it is an image of that name, else hidden from screen readers."""
    if name not in names():
        raise KeyError(f"no icon {name!r}: add it to ICONS in tools/make_icons.py and run it")
    href = f"{static('ui/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', href)
