"""The kinds of case that services have declared."""

from __future__ import annotations

from xaso.kernel.base.manifest import CaseType

_types: dict[str, CaseType] = {}


def register(case_type: CaseType) -> None:
    """Declare a kind of case; a second declaration of one key replaces the first."""
    _types[case_type.key] = case_type


def case_type(key: str) -> CaseType:
    """The declared kind; raises KeyError for a key nobody declared."""
    return _types[key]


def case_types() -> tuple[CaseType, ...]:
    """All declared kinds."""
    return tuple(_types.values())
