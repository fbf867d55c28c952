"""Who does a step: from the office key of a plan to a unit of the tree, by competence and not by place of filing."""

from __future__ import annotations

import time

from xaso.kernel.units.models import Unit

_KEEP_SECONDS = 30.0
_known: tuple[float, frozenset[str]] = (0.0, frozenset())


def forget() -> None:
    """Drop what is remembered, after offices changed in this process."""
    global _known
    _known = (0.0, frozenset())


def _exists(path: str) -> bool:
    """Whether an office has this path today; all of them are read at once, a few for each unit that has any."""
    global _known
    made, known = _known
    if not made or time.monotonic() - made > _KEEP_SECONDS:
        offices = Unit.objects.on().filter(level=Unit.Level.OFFICE)
        known = frozenset(offices.values_list("path", flat=True))
        _known = (time.monotonic(), known)
    return path in known


def province_of(unit_path: str) -> str:
    """The province's path above a unit."""
    return unit_path.split("/", 1)[0] + "/"


def office_path(unit_path: str, office: str) -> str:
    """Where a step of a plan is done: the office of the authority, else the same office of the province above,
    else the authority itself, which then has no such office of its own."""
    code = office.replace("_", "-")
    for top in dict.fromkeys((unit_path, province_of(unit_path))):
        path = f"{top}{code}/"
        if _exists(path):
            return path
    return unit_path


def reception_path(unit_path: str) -> str:
    """The one-stop desk of an authority: its own public-service centre, or the authority itself."""
    return office_path(unit_path, "ttphcc") if _exists(f"{unit_path}ttphcc/") else unit_path


def authority_of(path: str) -> str:
    """The commune or province that an office or hamlet belongs to: at most two parts of the path."""
    parts = path.strip("/").split("/")
    if len(parts) >= 2 and parts[1].isdigit():
        return "/".join(parts[:2]) + "/"
    return parts[0] + "/"
