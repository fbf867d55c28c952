"""Where a room asks what it must not import: finders and panels that services offer in their manifests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xaso.kernel.base.manifest import CaseFacts, Finder, Found, Panel

ANY_CASE = "case"

_finders: dict[str, dict[str, Finder]] = {}
_case_panels: dict[str, dict[str, Panel]] = {}


def offer_finder(name: str, by: str, finder: Finder) -> None:
    """Register what a service can find; the same service again replaces its own."""
    _finders.setdefault(name, {})[by] = finder


def offer_case_panel(by: str, panel: Panel) -> None:
    """Register a block for the page of a kind of case."""
    _case_panels.setdefault(panel.on, {})[f"{by}:{panel.template}"] = panel


def find(name: str, viewer: Any, text: str, unit_path: str, limit: int = 3) -> list[Found]:
    """What the services find for these words at this unit, best first; nothing where no service offers it."""
    found = [
        one for finder in _finders.get(name, {}).values() for one in finder(viewer, text, unit_path, limit)
    ]
    return found[:limit]


def case_panels(viewer: Any, facts: CaseFacts) -> Sequence[dict[str, Any]]:
    """Blocks for the page of a case, for who holds the right anywhere: ``{template, context}``.

    Whoever asks has let the viewer see the case. A panel names a kind of case, or ``ANY_CASE``.
    """
    blocks = []
    for panel in (*_case_panels.get(facts.type, {}).values(), *_case_panels.get(ANY_CASE, {}).values()):
        if viewer.can(panel.right):
            context = panel.context(viewer, facts)
            if context is not None:
                blocks.append({"template": panel.template, "context": context})
    return blocks
