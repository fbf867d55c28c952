"""Fixing a figure as it stands, so that what was published can be explained later."""

from __future__ import annotations

from xaso.kernel.base.actions import action
from xaso.kernel.events import emit
from xaso.kernel.indicators.models import Reading
from xaso.kernel.indicators.queries import Span, figure
from xaso.kernel.people.viewer import Viewer


@action
def fix_reading(viewer: Viewer, *, code: str, span: Span, note: str = "") -> Reading:
    """Keep the figure as it stands now."""
    viewer.must("indicators.fix", span.unit_path)
    now = figure(viewer, code, span)
    reading = Reading.objects.create(
        code=code,
        unit_path=span.unit_path,
        period=span.period.code,
        numerator=now.numerator,
        denominator=now.denominator,
        filters=dict(span.filters),
        taken_by=viewer.account_id,
        note=note,
    )
    emit("indicators.fixed", record=reading, unit_path=span.unit_path, viewer=viewer, data={"code": code})
    return reading
