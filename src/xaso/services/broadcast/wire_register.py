"""What the wire to the devices registers: reading their reports, health."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xaso.kernel.base.manifest import Check, HomeCard, IndicatorSpec, NavItem, Right, TaskSpec

NAV: tuple[NavItem, ...] = ()
HOME: tuple[HomeCard, ...] = ()
RIGHTS: tuple[Right, ...] = ()
TASKS: tuple[TaskSpec, ...] = ()
CHECKS: tuple[Check, ...] = ()
INDICATORS: tuple[IndicatorSpec, ...] = ()
LISTENERS: tuple[tuple[tuple[str, ...], Callable[..., None]], ...] = ()
ANNOUNCES: Mapping[str, str] = {}
