"""For tests of any area: the lists are in the test database; these give units to work with."""

from __future__ import annotations

from xaso.kernel.plain.text import search_text, sort_key
from xaso.kernel.units.loading import load_units
from xaso.kernel.units.models import Level, Unit
from xaso.kernel.units.words import full_name


def ensure_units() -> None:
    """Load the lists when a test emptied them (they come back by themselves after a flush)."""
    load_units()


def a_commune(path: str = "15/02683/") -> Unit:
    """A commune of today (by default one of Lào Cai)."""
    unit = Unit.objects.filter(path=path).first()
    if unit is None:
        load_units(again=True)
        unit = Unit.objects.get(path=path)
    return unit


def another_commune() -> Unit:
    """A commune of another province."""
    return a_commune("04/01273/")


def a_hamlet(commune: Unit | None = None, name: str = "Nậm Đăm", kind: str = "bản") -> Unit:
    """A hamlet, made without asking for rights."""
    commune = commune or a_commune()
    code = f"t-{search_text(f'{kind} {name}').replace(' ', '-')}"
    return Unit.objects.create(
        level=Level.HAMLET,
        kind=kind,
        code=code,
        name=name,
        full_name=full_name(kind, name),
        sort_key=sort_key(name),
        search_text=search_text(name),
        parent=commune,
        path=f"{commune.path}{code}/",
    )
