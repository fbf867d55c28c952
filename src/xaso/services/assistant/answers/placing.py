"""Which commune a question names: "ở Vi Hương", "xã Bản Qua". The name leads to the unit and leaves the words."""

from __future__ import annotations

import time
from dataclasses import dataclass

from xaso.kernel.plain.text import search_text
from xaso.kernel.units.models import Succession, Unit

KEEP_SECONDS = 600.0
_MARKS = {"o", "tai", "xa", "phuong", "tran"}
_LONGEST = 4
_names: tuple[float, dict[str, list[tuple[str, str]]]] = (0.0, {})


@dataclass(frozen=True)
class Placed:
    """The unit a question is about, its name, and the question without that name."""

    unit_path: str
    name: str
    rest: str


def _communes() -> dict[str, list[tuple[str, str]]]:
    global _names
    made, names = _names
    if not names or time.monotonic() - made > KEEP_SECONDS:
        names = {}
        rows = Unit.objects.on().filter(level=Unit.Level.COMMUNE).values_list("name", "path", "full_name")
        # People go on saying the names of before: a former commune leads to the one that took it over.
        gone = Succession.objects.filter(
            old__level=Unit.Level.COMMUNE, new__level=Unit.Level.COMMUNE, new__in=Unit.objects.on()
        ).values_list("old__name", "new__path", "new__full_name")
        for name, path, full_name in [*rows, *gone]:
            known = names.setdefault(search_text(name), [])
            if (path, full_name) not in known:
                known.append((path, full_name))
        _names = (time.monotonic(), names)
    return names


def forget() -> None:
    """Read the names again next time."""
    global _names
    _names = (0.0, {})


def placed(question: str, unit_path: str) -> Placed:
    """The commune named after "ở", "tại", "xã", "phường", today's or a former one; of several of one name the nearest.

    Without a name, or with one that no commune or several far ones have, the unit stays as given.
    """
    words = question.split()
    folded = [search_text(word) for word in words]
    if not any(mark in folded for mark in _MARKS):
        return Placed(unit_path, "", question)
    names = _communes()
    for at, word in enumerate(folded):
        if word not in _MARKS:
            continue
        for length in range(min(_LONGEST, len(words) - at - 1), 0, -1):
            known = names.get(" ".join(folded[at + 1 : at + 1 + length]).strip(), [])
            chosen = _nearest(known, unit_path)
            if chosen is not None and (length > 1 or words[at + 1][:1].isupper()):
                start = at - 1 if at and folded[at - 1] in _MARKS else at
                rest = " ".join(words[:start] + words[at + 1 + length :])
                return Placed(chosen[0], chosen[1], rest or question)
    return Placed(unit_path, "", question)


def _nearest(known: list[tuple[str, str]], unit_path: str) -> tuple[str, str] | None:
    province = unit_path.split("/", 1)[0]
    near = [one for one in known if province and one[0].startswith(f"{province}/")]
    return near[0] if len(near) == 1 else known[0] if len(known) == 1 else None


def name_of(unit_path: str) -> str:
    """The full name of a unit; empty for none."""
    if not unit_path:
        return ""
    return Unit.objects.on().filter(path=unit_path).values_list("full_name", flat=True).first() or ""
