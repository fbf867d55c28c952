"""The way of recalled goods as a drawing that a person reads from top to bottom: what it was made of, the suspected
lot, what was made of it, who holds it. Things of one kind at one step are one box with their number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from xaso.kernel.plain.formats import figure
from xaso.services.trace.queries.recall_scope import Scope, addressed
from xaso.services.trace.rules.recall import SORTS

WIDTH, BOX_W, BOX_H, GAP, ROW = 360, 172, 58, 16, 92
SHOWN = 3
HOLDERS = "holder"
# No style sheet: what is drawn takes the colour of the words around it, in light and in dark.
LOOKS = {
    "root": 'stroke="#c62828" stroke-width="3"',
    "back": 'stroke="currentColor" stroke-dasharray="4 3"',
    "on": 'stroke="currentColor"',
    "end": 'stroke="currentColor" stroke-width="2.5"',
}
_WORDS = {**SORTS, HOLDERS: "Nơi giữ hàng"}


@dataclass(frozen=True)
class Stage:
    """One box: things of one kind at one step. ``level`` 0 is the suspected lot, below nothing what it was made of."""

    key: str
    level: int
    sort: str
    name: str
    number: int
    first: tuple[str, ...]


def stages_of(scope: Scope) -> dict[str, Any]:
    """Boxes and the ways between them, small enough to be kept with the recall however many goods there are."""
    place: dict[int, str] = {}
    boxes: dict[str, dict[str, Any]] = {}
    keys: dict[tuple[str, int, str, str], str] = {}
    for row in scope.rows:
        kind = (row.side, row.depth, row.sort, row.product)
        key = keys.get(kind)
        if key is None:
            level = -row.depth if row.side == "back" else row.depth
            key = keys[kind] = f"{level}|{row.sort}|{row.product}"
            boxes.setdefault(
                key, {"level": level, "sort": row.sort, "name": row.product, "number": 0, "first": []}
            )
        place.setdefault(row.thing, key)
        box = boxes[key]
        box["number"] += 1
        if len(box["first"]) < SHOWN:
            box["first"].append(row)
    _name_first(boxes)
    sources = map(place.get, [source for _, source, _ in scope.edges])
    met = Counter(zip(sources, map(place.get, [target for _, _, target in scope.edges]), strict=True))
    ways = {
        (source, target): number
        for (source, target), number in met.items()
        if source and target and source != target
    }
    if scope.holders:
        last = max((box["level"] for box in boxes.values()), default=0) + 1
        names = [one.name for one in scope.holders.values()]
        boxes[HOLDERS] = {
            "level": last,
            "sort": HOLDERS,
            "name": "",
            "number": len(names),
            "first": names[:SHOWN],
        }
        for one in scope.deliveries:
            if one.thing in place:
                ways[place[one.thing], HOLDERS] = ways.get((place[one.thing], HOLDERS), 0) + 1
    return {"boxes": boxes, "ways": [[*way, number] for way, number in sorted(ways.items())]}


def _name_first(boxes: Mapping[str, dict[str, Any]]) -> None:
    """What the first things of each box are called: the code of a lot, the end of an address."""
    shown = {row.thing: row for row in addressed(row for box in boxes.values() for row in box["first"])}
    for box in boxes.values():
        rows = [shown[row.thing] for row in box["first"]]
        box["first"] = [row.code or row.uri.rstrip("/").rsplit("/", 1)[-1] for row in rows]


def stages(told: Mapping[str, Any]) -> list[Stage]:
    """The boxes of what was kept, in the order in which they are read."""
    found = [
        Stage(key, box["level"], box["sort"], box["name"], box["number"], tuple(box["first"]))
        for key, box in told.get("boxes", {}).items()
    ]
    return sorted(found, key=lambda one: (one.level, one.sort, one.name))


def names_of(told: Mapping[str, Any]) -> str:
    """What people know the recalled goods by: products at the end of the way, not what they were made of."""
    lots = [one for one in stages(told) if one.sort == "lot" and one.level >= 0 and one.name]
    made = [one.name for one in lots if one.level > 0] or [one.name for one in lots]
    return ", ".join(dict.fromkeys(reversed(made)))


def draw(told: Mapping[str, Any], url_of: Any = None) -> SafeString:
    """The drawing as SVG; ``url_of(stage)`` is where a box leads. Every word of it stands in a table beside it too."""
    boxes = stages(told)
    at: dict[str, tuple[float, float]] = {}
    parts: list[str] = []
    y = 8.0
    for line in _lines(boxes):
        width = (WIDTH - GAP * (len(line) - 1) - 2) / len(line) if len(line) > 1 else BOX_W + 60
        start = (WIDTH - (width * len(line) + GAP * (len(line) - 1))) / 2
        for column, stage in enumerate(line):
            x = start + column * (width + GAP)
            at[stage.key] = (x + width / 2, y)
            parts.append(_box(stage, x, y, width, url_of(stage) if url_of else ""))
        y += ROW
    arrows = [
        _arrow(at, source, target)
        for source, target, _ in told.get("ways", [])
        if {source, target} <= at.keys()
    ]
    height = max(y - ROW + BOX_H + 10, 40)
    return mark_safe(  # noqa: S308 - every text in it went through escape()
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" role="group" '
        'aria-label="Đường đi của hàng: nguyên liệu ở trên, nơi giữ hàng ở dưới" font-size="13" fill="none">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="currentColor"/></marker></defs>'
        f"{''.join(arrows)}{''.join(parts)}</svg>"
    )


def _lines(boxes: Sequence[Stage]) -> Iterable[list[Stage]]:
    """Rows of at most two boxes, a level after the other."""
    line: list[Stage] = []
    for stage in boxes:
        if line and (line[0].level != stage.level or len(line) == 2):
            yield line
            line = []
        line.append(stage)
    if line:
        yield line


def title_of(stage: Stage) -> str:
    """What a box says first: "3 lô hàng", "1.200 thùng", "Lô bị nghi"."""
    if stage.level == 0 and stage.number == 1:
        return "Lô bị nghi"
    return f"{figure(stage.number)} {_WORDS.get(stage.sort, _WORDS['thing']).lower()}"


def detail_of(stage: Stage) -> str:
    """What a box says below: the product and the first codes."""
    codes = ", ".join(stage.first) + ("…" if stage.number > len(stage.first) else "")
    return f"{stage.name}: {codes}" if stage.name else codes


def _box(stage: Stage, x: float, y: float, width: float, url: str) -> str:
    kind = (
        "root"
        if stage.level == 0
        else "back"
        if stage.level < 0
        else "end"
        if stage.sort == HOLDERS
        else "on"
    )
    room = int(width / 6.6)
    detail = detail_of(stage)
    lines = [detail[:room], detail[room : room * 2 - 1] + ("…" if len(detail) > room * 2 - 1 else "")]
    texts = "".join(
        f'<text x="{x + 8:.1f}" y="{y + 33 + place * 14:.1f}" font-size="11" fill="currentColor">{escape(text)}</text>'
        for place, text in enumerate(lines)
        if text
    )
    drawn = (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BOX_H}" rx="6" {LOOKS[kind]}/>'
        f'<text x="{x + 8:.1f}" y="{y + 18:.1f}" font-weight="600" fill="currentColor">{escape(title_of(stage))}</text>'
        f"{texts}"
    )
    return f'<a href="{escape(url)}">{drawn}</a>' if url else drawn


def _arrow(at: Mapping[str, tuple[float, float]], source: str, target: str) -> str:
    (x1, y1), (x2, y2) = at[source], at[target]
    if y2 - y1 > ROW + 1:  # past the boxes between
        side = max(4, x1 - BOX_W / 2 - 40)
        path = (
            f"M{x1 - BOX_W / 2 + 20:.1f} {y1 + BOX_H:.1f}C{side:.1f} {y1 + BOX_H + 20:.1f} {side:.1f} {y2 - 30:.1f}"
            f" {x2 - BOX_W / 2 + 20:.1f} {y2 - 2:.1f}"
        )
    elif y2 > y1:
        path = f"M{x1:.1f} {y1 + BOX_H:.1f}C{x1:.1f} {y1 + BOX_H + 20:.1f} {x2:.1f} {y2 - 20:.1f} {x2:.1f} {y2 - 2:.1f}"
    else:  # a circle, or goods that came back
        side = 4 if x1 < WIDTH / 2 else WIDTH - 4
        path = (
            f"M{x1:.1f} {y1 + BOX_H:.1f}C{side} {y1 + BOX_H + 20:.1f} {side} {y2:.1f} {x2:.1f} {y2 - 2:.1f}"
        )
    return f'<path d="{path}" stroke="currentColor" opacity="0.6" marker-end="url(#tip)"/>'
