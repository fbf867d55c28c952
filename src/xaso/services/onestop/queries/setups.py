"""Electronic procedures as their editors see them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.text import search_text
from xaso.services.onestop.models import Setup

RIGHT = "onestop.forms"
VIEWS = {"published": "Đang áp dụng", "coming": "Sắp áp dụng", "drafts": "Bản nháp", "ended": "Đã hết"}


def _seen(viewer: Viewer) -> Q:
    """Setups of the viewer's units, and those above that hold for them."""
    seen = Q(unit_path="") | viewer.scope(RIGHT, "unit_path")
    for path in viewer.paths(RIGHT):
        parts = path.strip("/").split("/")
        seen |= Q(unit_path__in=["/".join(parts[:n]) + "/" for n in range(1, len(parts))])
    return seen


def setups_seen(viewer: Viewer, view: str = "published", text: str = "") -> QuerySet[Setup]:
    """One of the lists of `VIEWS`; drafts only of units where the viewer may write."""
    day = today()
    rows = Setup.objects.select_related("procedure").defer("body")
    published = Q(state=Setup.State.PUBLISHED)
    if view == "drafts":
        rows = rows.filter(viewer.scope(RIGHT, "unit_path"), state=Setup.State.DRAFT).order_by("-created_at")
    elif view == "coming":
        rows = rows.filter(_seen(viewer), published, valid_from__gt=day).order_by("valid_from")
    elif view == "ended":
        over = Q(state=Setup.State.ENDED) | (published & Q(valid_to__lt=day))
        rows = rows.filter(_seen(viewer), over).order_by("-valid_from")
    else:
        here = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        rows = rows.filter(_seen(viewer), published, here, valid_from__lte=day).order_by("title")
    for word in search_text(text).split():
        rows = rows.filter(procedure__search_text__contains=word) | rows.filter(title__icontains=word)
    wanted = text.strip()
    if wanted and wanted[:1].isdigit():
        rows = setups_seen(viewer, view).filter(procedure__code__startswith=wanted)
    return rows


def setup_seen(viewer: Viewer, setup_id: UUID) -> Setup:
    """A setup that the viewer may read. Raises NotFound."""
    row = Setup.objects.select_related("procedure").filter(_seen(viewer), pk=setup_id).first()
    if row is None or (row.state == Setup.State.DRAFT and not viewer.can(RIGHT, row.unit_path)):
        raise NotFound("Không có thủ tục điện tử này, hoặc thủ tục của đơn vị khác.")
    return row


def version_before(draft: Setup, day: date | None = None) -> Setup | None:
    """The published version that this one follows: of its own unit, else the nearest above."""
    parts = draft.unit_path.strip("/").split("/") if draft.unit_path else []
    paths = ["", *("/".join(parts[:n]) + "/" for n in range(1, len(parts) + 1))]
    found = Setup.objects.filter(
        procedure_id=draft.procedure_id,
        variant=draft.variant,
        unit_path__in=paths,
        state=Setup.State.PUBLISHED,
    ).exclude(pk=draft.pk)
    begun = [row for row in found if row.valid_from <= (day or draft.valid_from)]
    return max(begun, key=lambda row: (len(row.unit_path), row.valid_from, row.number), default=None)
