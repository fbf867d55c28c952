"""What pages of warnings show: marks of levels, maps, charts of gauges. No writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from xaso.kernel.places.surroundings import around, land_of
from xaso.kernel.plain.formats import figure, stamp
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.kernel.ui.charts import Columns, Line
from xaso.kernel.ui.maps import MapBox, Zone
from xaso.services.alerts.models import CapMessage, Gauge, HazardWarning, Shelter
from xaso.services.alerts.queries.reading import State, points, state_of
from xaso.services.alerts.rules import law, wording

DAYS = 3


def level_mark(number: int) -> SafeString:
    """The number of the level in its colour; the words stand beside it."""
    shade = escape(law.level(number).hex)
    ink = "#fff" if number > 3 else "#1b1f24"
    return mark_safe(  # noqa: S308 - a colour of our own data
        f'<svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true"><rect x="1" y="1" width="22" height="22" '
        f'rx="4" fill="{shade}" stroke="currentColor"/><text x="12" y="17.5" text-anchor="middle" font-size="15" '
        f'font-weight="600" fill="{ink}">{number}</text></svg>'
    )


@dataclass(frozen=True)
class Shown:
    """One warning as pages show it."""

    row: HazardWarning
    words: wording.Told
    english: wording.Told
    level: law.Level
    mark: SafeString
    hazard: str
    place: str
    over: bool

    @property
    def badge(self) -> tuple[str, str]:
        """Words and colour of the state."""
        if self.row.drill:
            return "DIỄN TẬP", "warn"
        if self.row.state == HazardWarning.State.LIVE:
            return ("Đã hết hạn", "") if self.over else ("Đang có hiệu lực", "danger")
        return str(self.row.get_state_display()), {"ended": "good", "draft": "warn"}.get(self.row.state, "")


def shown(row: HazardWarning, contents: dict[str, Any] | None = None) -> Shown:
    """A warning with its words (those last told, or those given)."""
    told = contents or row.told or row.pending
    level = law.level(int(told.get("level", row.level)))
    return Shown(
        row=row,
        words=wording.told(told, drill=row.drill),
        english=wording.told(told, drill=row.drill, english=True),
        level=level,
        mark=level_mark(level.number),
        hazard=law.hazards()[told.get("hazard", row.hazard)].name,
        place=str((told.get("area") or {}).get("words", "")),
        over=bool(row.expires_at and row.expires_at <= now()),
    )


def area_map(
    name: str,
    told: Iterable[Mapping[str, Any]],
    gauges: Sequence[Gauge] = (),
    shelters: Sequence[Shelter] = (),
    *,
    paths: Iterable[str] = (),
    hint: Callable[[Gauge], tuple[str, str]] = lambda one: ("trạm đo", ""),
) -> MapBox | None:
    """A map with the areas of warnings, gauges and shelters on the land of their communes; None with nothing to show.

    ``told`` are contents of warnings (area, level, hazard, drill). An area of names alone is drawn as the land of
    its units.
    """
    zones = [zone for one in told if (zone := _zone(one)) is not None]
    markers: list[dict[str, Any]] = [
        {
            "lat": one.lat,
            "lng": one.lon,
            "name": one.name,
            "url": f"/canh-bao/tram/{one.code}/",
            **dict(zip(("text", "kind"), hint(one), strict=True)),
        }
        for one in gauges
    ]
    markers += [
        {"lat": one.lat, "lng": one.lon, "name": one.name, "text": "nơi sơ tán", "kind": "safe"}
        for one in shelters
    ]
    if not zones and not markers:
        return None
    land = around([*paths, *(one.unit_path for one in gauges), *(one.unit_path for one in shelters)])
    return MapBox(
        name=name,
        lat=0,
        lng=0,
        markers=markers,
        zones=zones,
        ground=land.land,
        ground_word=land.word,
        context=land.hamlets,
    )


def _zone(told: Mapping[str, Any]) -> Zone | None:
    area = told.get("area") or {}
    rings = [[(float(lat), float(lon)) for lat, lon in ring] for ring in area.get("polygons", ())]
    guessed = not rings
    rings = rings or land_of(area.get("units", ()))
    if not rings:
        return None
    level = law.level(int(told.get("level", 1)))
    hazard = law.hazards().get(str(told.get("hazard", "")))
    words = [str(area.get("words", "")), "vẽ gần đúng theo tên thôn" if guessed else ""]
    what = f"{level.name}, {level.meaning.lower()} (màu {level.colour})"
    what = f"{hazard.name}: {what}" if hazard else what
    drill = bool(told.get("drill"))
    return Zone(
        name=f"DIỄN TẬP. {what}" if drill else what,
        text="; ".join(word for word in words if word),
        rings=rings,
        color=level.hex,
        hatch=level.number,
        tag="Diễn tập" if drill else level.name,
        dashed=drill,
    )


def gauge_chart(gauge: Gauge) -> Columns | Line | None:
    """The last days of a gauge: rain in columns by six hours, water as a line by the hour."""
    moment = now()
    known = points(gauge, moment, timedelta(days=DAYS), doubtful=False)
    if not known:
        return None
    if gauge.kind == Gauge.Kind.RAIN:
        return _rain(gauge, known)
    spread = max(1, len(known) // 72)
    kept = known[::spread]
    labels = [f"{one.at.astimezone(VIETNAM):%Hh %d/%m}" for one in kept]
    last = known[-1]
    meaning = f"Số cuối {figure(last.value)} m lúc {stamp(last.at)}."
    title = f"Mực nước {DAYS} ngày qua"
    return Line(title, labels, [("Mực nước", [one.value for one in kept])], " m", meaning, decimals=2)


def _rain(gauge: Gauge, known: Sequence[Any]) -> Columns:
    begin = now().astimezone(VIETNAM).replace(minute=0, second=0, microsecond=0)
    edges = [begin - timedelta(hours=6 * place) for place in range(DAYS * 4, -1, -1)]
    labels, sums = [], []
    for start, end in zip(edges, [*edges[1:], now() + timedelta(seconds=1)], strict=True):
        inside = [one.value for one in known if start < one.at <= end]
        labels.append(f"{start:%H}h {start:%d/%m}")
        sums.append(round(sum(inside), 1) if inside else None)
    total = round(sum(one.value for one in known), 1)
    meaning = f"Cả {DAYS} ngày mưa {figure(total)} mm."
    return Columns(f"Mưa từng 6 giờ, {DAYS} ngày qua", labels, [("Mưa", sums)], " mm", meaning)


def gauge_lines(states: Sequence[State]) -> list[dict[str, Any]]:
    """Gauges as lines of a list."""
    lines = []
    for state in states:
        one = state.gauge
        last = (
            f"{figure(state.last.value)} {one.uom} lúc {stamp(state.last.at)}" if state.last else "Chưa có số"
        )
        kind = "danger" if state.level >= 3 else "warn" if state.level else ""
        over = f"Vượt ngưỡng cấp {state.level}" if state.level else ""
        sums = {total.hours: total for total in state.totals}
        lines.append(
            {
                "gauge": one,
                "last": last,
                "over": over,
                "kind": kind,
                "silent": state.silent,
                "sums": [
                    (f"{hours} giờ", f"{figure(sums[hours].mm)} mm") for hours in (1, 24, 72) if hours in sums
                ],
            }
        )
    return lines


def state_words(state: State) -> tuple[str, str]:
    """How a gauge stands, in a few words for a list, and how its marker on the map is drawn."""
    if state.level:
        return f"vượt ngưỡng cấp {state.level}", "danger"
    return ("mất số", "new") if state.silent else ("dưới ngưỡng", "")


def states(gauges: Iterable[Gauge]) -> list[State]:
    """How gauges stand, those over a threshold first."""
    return sorted((state_of(one) for one in gauges), key=lambda one: (-one.level, one.gauge.name))


def message_lines(rows: Iterable[CapMessage]) -> list[dict[str, str]]:
    """Messages as lines: when, what kind, where the signed XML lies."""
    words = {"Alert": "Phát", "Update": "Sửa, báo yên", "Cancel": "Hủy"}
    return [
        {
            "at": stamp(one.sent),
            "what": words.get(one.msg_type, one.msg_type),
            "headline": one.headline,
            "url": f"/canh-bao/cap/{one.identifier}.xml",
            "identifier": one.identifier,
        }
        for one in rows
    ]
