"""The officers' menu: services register their entries once, each page shows those the viewer may open."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from xaso.kernel.base.manifest import NavItem

_entries: dict[str, tuple[int, str, NavItem]] = {}
_search: list[str] = ["search"]


def offer_search(url_name: str) -> None:
    """Offer a page for the search box of every citizen's page (it takes ?q=); the first that is installed gets it."""
    if url_name not in _search:
        _search.append(url_name)


def search_url() -> str:
    """The address of the search page; empty when there is none, and then pages show no box."""
    for name in _search:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


def register(*items: NavItem, group: str = "", order: int = 100) -> None:
    """Add lines to the desk's menu, under the heading `group`; the same `url_name` again replaces the first."""
    for item in items:
        _entries[item.url_name] = (order, group, item)


def entries() -> list[tuple[int, str, NavItem]]:
    """All registered entries in menu order: lower `order` first, then as registered."""
    return sorted(_entries.values(), key=lambda entry: entry[0])


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu of this viewer: list of {label, url, icon, group, active, count}; without the right, no line."""
    viewer = getattr(request, "viewer", None)
    # A refusal says no, and counts nothing: whoever tries many doors must not make the database work.
    is_bare = getattr(request, "bare_menu", False)
    lines: list[dict[str, Any]] = []
    for _, group, item in entries():
        if item.right and not (viewer and viewer.can(item.right)):
            continue
        try:
            url = reverse(item.url_name)
        except NoReverseMatch:
            continue
        count = item.count(viewer) if item.count and not is_bare else None
        lines.append(
            {
                "label": item.label,
                "url": url,
                "icon": item.icon,
                "group": group,
                "active": False,
                "count": count,
            }
        )
    hits = [line for line in lines if request.path.startswith(line["url"])]
    if hits:
        max(hits, key=lambda line: len(line["url"]))["active"] = True
    return lines
