"""Figures that explain themselves: value, parts, records. Each takes the viewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.base.manifest import IndicatorSpec
from xaso.kernel.indicators import registry
from xaso.kernel.indicators.models import Reading
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.period import Period, read_period
from xaso.kernel.units.models import Unit

VIEW = "indicators.view"
MOST_PARTS = 500


@dataclass(frozen=True)
class Span:
    """What a figure is about: a unit and all below, a period, and filters (procedure, officer …)."""

    unit_path: str
    period: Period
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """One figure. ``value`` is None when the denominator is nothing: shown as "chưa đủ số liệu", never as 0 or 100."""

    spec: IndicatorSpec
    numerator: float
    denominator: float

    @property
    def value(self) -> float | None:
        """Percent for ratios, the number itself for counts."""
        if self.spec.unit != "%":
            return self.numerator
        return 100 * self.numerator / self.denominator if self.denominator else None

    @property
    def score(self) -> float | None:
        """Points by the framework's rule, when it has one."""
        return self.spec.score(self.numerator, self.denominator) if self.spec.score else None


def span_for(viewer: Viewer, unit_path: str, period: str, filters: Mapping[str, str] | None = None) -> Span:
    """A span the viewer may see; raises Forbidden or ActionError on an unreadable period."""
    viewer.must(VIEW, unit_path)
    try:
        return Span(unit_path, read_period(period), dict(filters or {}))
    except ValueError as error:
        raise ActionError(str(error), "period") from error


def spec_of(code: str) -> IndicatorSpec:
    """The indicator of a code; raises NotFound."""
    try:
        return registry.indicator(code)
    except KeyError as error:
        raise NotFound("Không có chỉ tiêu này.") from error


def figure(viewer: Viewer, code: str, span: Span) -> Figure:
    """The figure, counted from the records now."""
    viewer.must(VIEW, span.unit_path)
    spec = spec_of(code)
    return Figure(spec, *spec.compute(span))


def overview(viewer: Viewer, span: Span) -> list[Figure]:
    """Every declared figure for a span."""
    viewer.must(VIEW, span.unit_path)
    return [Figure(spec, *spec.compute(span)) for spec in registry.indicators()]


def split(viewer: Viewer, code: str, span: Span, by: str) -> list[tuple[str, str, Figure]]:
    """The figure by one of its dimensions: rows (key, label, figure)."""
    viewer.must(VIEW, span.unit_path)
    spec = spec_of(code)
    if spec.split is None or by not in dict(spec.dimensions):
        raise NotFound("Chỉ tiêu này không tách theo cách đó.")
    return [(key, label, Figure(spec, top, base)) for key, label, top, base in spec.split(span, by)]


def figure_and_parts(
    viewer: Viewer, code: str, span: Span, by: str
) -> tuple[Figure, list[tuple[str, str, Figure]]]:
    """A figure and its rows by one dimension (none for ""), counted once: each record is in exactly one row."""
    parts = split(viewer, code, span, by) if by else []
    # A long list is cut, and of nothing there are no rows: then the whole is counted by itself.
    if not parts or len(parts) >= MOST_PARTS:
        return figure(viewer, code, span), parts
    top = sum(part.numerator for _, _, part in parts)
    base = sum(part.denominator for _, _, part in parts)
    return Figure(spec_of(code), top, base), parts


def records(
    viewer: Viewer, code: str, span: Span, which: str = "numerator", after: str = "", limit: int = 50
) -> Sequence[Mapping[str, Any]]:
    """The records behind a figure (``numerator``) or behind what is missing from it (``rest``)."""
    viewer.must(VIEW, span.unit_path)
    if which not in {"numerator", "rest", "all"}:
        raise NotFound("Không có danh sách này.")
    return spec_of(code).records(span, which, after, limit)


def units_to_choose(viewer: Viewer, here: str) -> list[tuple[str, str]]:
    """(path, name) of the units whose figures the viewer may open: the tops of their subtrees and the units just
    below; the one that is open is always among them."""
    tops = viewer.paths(VIEW)
    if tops == ("",):
        first = [("", "Cả nước")]
        units = list(Unit.objects.on().filter(level=Unit.Level.PROVINCE).sorted())
    else:
        first = []
        units = list(Unit.objects.on().filter(path__in=tops).sorted())
        units += Unit.objects.on().filter(parent__in=units, level__in=[Unit.Level.COMMUNE]).sorted()
    found = first + [(unit.path, unit.full_name) for unit in units]
    if here in dict(found):
        return found
    deeper = Unit.objects.on().filter(path=here).first()
    return [*found, (here, deeper.full_name if deeper else here)]


def readings(viewer: Viewer, code: str, unit_path: str) -> list[Reading]:
    """Figures fixed earlier for a unit, newest first."""
    viewer.must(VIEW, unit_path)
    return list(Reading.objects.filter(code=code, unit_path=unit_path).order_by("-created_at")[:50])
