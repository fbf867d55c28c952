"""Every route of the installed product, with the door its view wears."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# Views of a library, which cannot wear a door: open to all, with the reason.
OPEN = {
    "ninja.openapi.views.openapi_json": "the description of the API; it holds no data of anybody",
    "ninja.openapi.views.default_home": "the root of the API answers 404 when there is no page of documents",
}


@dataclass(frozen=True)
class Route:
    """One pattern and its view (or one API operation)."""

    pattern: str
    view: Any
    door: Any
    methods: tuple[str, ...] = ("GET",)

    @property
    def name(self) -> str:
        view = inner(self.view)
        return f"{getattr(view, '__module__', '?')}.{getattr(view, '__qualname__', view)}"


def inner(view: Any) -> Any:
    """The function itself, where a library has fixed some of its arguments."""
    while isinstance(view, functools.partial):
        view = view.func
    return view


def _walk(patterns: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for entry in patterns:
        text = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, text)
        elif isinstance(entry, URLPattern):
            yield text, entry.callback


def _ninja_operations(view: Any) -> list[Any]:
    """The operations behind a ninja path view; empty for an ordinary view."""
    for cell in getattr(view, "__closure__", None) or ():
        held = cell.cell_contents
        if hasattr(held, "operations"):
            return list(held.operations)
    return []


def routes() -> list[Route]:
    """All routes, each once; an API operation is a route of its own."""
    found: list[Route] = []
    for pattern, view in _walk(get_resolver().url_patterns, "/"):
        operations = _ninja_operations(view)
        if operations:
            found += [
                Route(
                    pattern,
                    op.view_func,
                    op.auth_callbacks or getattr(op.view_func, "door", None),
                    tuple(op.methods),
                )
                for op in operations
            ]
        else:
            found.append(Route(pattern, view, getattr(view, "door", None)))
    return list({(route.pattern, route.name): route for route in found}.values())
