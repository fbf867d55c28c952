"""What waits for an officer: the block on the desk's home and the figures of the menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from xaso.kernel.cases import queries as cases
from xaso.kernel.cases.models import Case
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop.actions.filing import CASE_TYPE
from xaso.services.onestop.queries.desk import waiting_return
from xaso.services.onestop.queries.results import count_to_seal, count_to_sign

BY_OWN_HAND: tuple[tuple[str, str, Callable[[Viewer], int], str], ...] = (
    ("onestop.sign", "Kết quả chờ ký", count_to_sign, "signing"),
    ("onestop.seal", "Chờ cấp số, đóng dấu", count_to_seal, "sealing"),
)


def home_panel(viewer: Viewer) -> dict[str, Any]:
    """What waits for one's own hand, then late, due today, mine, waiting: each figure opens its list."""
    counts = cases.queue_counts(viewer)
    queue = reverse("onestop_desk:queue")
    tiles = [
        {"name": name, "value": str(count(viewer)), "url": reverse(f"onestop_desk:{page}")}
        for right, name, count, page in BY_OWN_HAND
        if viewer.can(right)
    ]
    tiles += [
        {"name": cases.VIEWS[key], "value": counts.words(key), "url": f"{queue}?xem={key}"}
        for key in ("late", "today", "mine", "unit", "waiting")
    ]
    if viewer.can("onestop.receive"):
        tiles.append(
            {
                "name": "Chờ trả kết quả",
                "value": str(waiting_return(viewer)),
                "url": reverse("onestop_desk:returning"),
            }
        )
    asked = opinions_count(viewer)
    if asked:
        tiles.append(
            {"name": "Ý kiến chờ trả lời", "value": str(asked), "url": reverse("onestop_desk:opinions")}
        )
    return {
        "tiles": tiles,
        "may_receive": viewer.can("onestop.receive"),
        "reception_url": reverse("onestop_desk:reception"),
        "queue_url": queue,
    }


def my_count(viewer: Viewer) -> int:
    """How many dossiers this officer holds."""
    if viewer.account_id is None:
        return 0
    return Case.objects.filter(holder_id=viewer.account_id, type=CASE_TYPE, closed_at__isnull=True).count()


def opinions_count(viewer: Viewer) -> int:
    """How many questions wait for an answer of this officer's units."""
    if not viewer.can("onestop.handle"):
        return 0
    return sum(one.case.type == CASE_TYPE for one in cases.opinions_waiting(viewer))


def return_count(viewer: Viewer) -> int:
    """How many results wait to be handed over."""
    return waiting_return(viewer)
