"""The figures that services have declared."""

from __future__ import annotations

from xaso.kernel.base.manifest import IndicatorSpec

_indicators: dict[str, IndicatorSpec] = {}


def register(spec: IndicatorSpec) -> None:
    """Declare an indicator; a second declaration of one code replaces the first."""
    _indicators[spec.code] = spec


def indicator(code: str) -> IndicatorSpec:
    """The declared indicator; raises KeyError for an unknown code."""
    return _indicators[code]


def indicators() -> tuple[IndicatorSpec, ...]:
    """All declared indicators, in the order of their services."""
    return tuple(_indicators.values())
