"""Charts drawn on the server as SVG: bars, columns, line. Each has a title, a sentence of meaning, and its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString

from xaso.kernel.plain.formats import figure
from xaso.kernel.ui.parts import Column, Row, Table

WIDTH = 640
BLANK = "chưa có"


def nice_top(value: float) -> float:
    """The least of 1, 2, 2.5, 5 times a power of ten that is not below the value; axes end there."""
    if value <= 0:
        return 1.0
    power = 10.0 ** (len(str(int(value))) - 1) if value >= 1 else 0.1
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value)


def _n(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    css = f' class="{kind}"' if kind else ""
    at = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{_n(x)}" y="{_n(y)}"{css}{at}>{escape(words)}</text>'


def _svg(height: float, label: str, parts: Sequence[str]) -> SafeString:
    head = f'<svg viewBox="0 0 {WIDTH} {_n(height)}" role="img" aria-label="{escape(label)}">'
    return SafeString(head + "".join(parts) + "</svg>")


def _table(caption: str, columns: Sequence[Column], rows: Sequence[Row]) -> SafeString:
    table = Table(caption, columns, rows, cards=False, hide_caption=True, boxed=False)
    return SafeString(render_to_string("ui/parts/table.html", {"table": table}))


@dataclass(frozen=True)
class Bars:
    """A league of names: one horizontal bar each, value written at its end. None is "chưa có", not zero."""

    title: str
    rows: Sequence[tuple[str, float | None]]
    unit: str = ""
    meaning: str = ""
    goal: float | None = None
    decimals: int | None = None

    def _words(self, value: float | None) -> str:
        return BLANK if value is None else figure(value, self.decimals) + self.unit

    def svg(self) -> SafeString:
        """The picture."""
        line, left, right = 30, 190, 70
        top = nice_top(max([value or 0 for _, value in self.rows] + [self.goal or 0]))
        span = WIDTH - left - right
        parts = []
        for number, (name, value) in enumerate(self.rows):
            y = number * line + 4
            short = name if len(name) <= 26 else name[:25] + "…"
            parts.append(_text(left - 10, y + 16, short, anchor="end"))
            length = span * (value or 0) / top
            if value:
                parts.append(f'<rect class="s1" x="{left}" y="{y}" width="{_n(length)}" height="22" rx="2"/>')
            parts.append(
                _text(left + length + 6, y + 16, self._words(value), "" if value is not None else "dim")
            )
        height = len(self.rows) * line + 8
        if self.goal is not None:
            x = left + span * self.goal / top
            parts.append(f'<line class="goal" x1="{_n(x)}" y1="0" x2="{_n(x)}" y2="{height}"/>')
            parts.append(_text(x, height + 12, f"mục tiêu {self._words(self.goal)}", "dim", "middle"))
            height += 18
        parts.append(f'<line class="axis" x1="{left}" y1="0" x2="{left}" y2="{len(self.rows) * line + 4}"/>')
        return _svg(height, self.title, parts)

    def table(self) -> SafeString:
        """The same figures as a table."""
        columns = [
            Column("Tên", head=True),
            Column(f"Giá trị{f' ({self.unit.strip()})' if self.unit else ''}", num=True),
        ]
        return _table(self.title, columns, [Row([name, self._words(value)]) for name, value in self.rows])


@dataclass(frozen=True)
class _Axes:
    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float | None]]]
    unit: str = ""
    meaning: str = ""
    goal: float | None = None
    decimals: int | None = None

    def _top(self) -> float:
        values = [value for _, line in self.series for value in line if value is not None]
        return nice_top(max([*values, self.goal or 0], default=1))

    def _frame(self, top: float, left: int, height: int) -> list[str]:
        parts = []
        for share in (0, 0.5, 1):
            y = 24 + (height - 24) * (1 - share)
            parts.append(f'<line class="axis" x1="{left}" y1="{_n(y)}" x2="{WIDTH}" y2="{_n(y)}"/>')
            parts.append(_text(left - 6, y + 4, figure(top * share), "dim", "end"))
        if self.unit:
            parts.append(_text(0, 10, self.unit.strip(), "dim"))
        return parts

    def _legend(self, y: float) -> list[str]:
        if len(self.series) < 2:
            return []
        parts, x = [], 46.0
        for number, (name, _) in enumerate(self.series, 1):
            parts.append(
                f'<rect class="s{number}" x="{_n(x)}" y="{_n(y - 11)}" width="14" height="14" rx="2"/>'
            )
            parts.append(_text(x + 20, y, name))
            x += 40 + 7.5 * len(name)
        return parts

    def _goal_line(self, top: float, left: int, height: int) -> list[str]:
        if self.goal is None:
            return []
        y = 24 + (height - 24) * (1 - self.goal / top)
        words = f"mục tiêu {figure(self.goal, self.decimals)}{self.unit}"
        return [
            f'<line class="goal" x1="{left}" y1="{_n(y)}" x2="{WIDTH}" y2="{_n(y)}"/>',
            _text(WIDTH, y - 5, words, "dim", "end"),
        ]

    def table(self) -> SafeString:
        """The same figures as a table."""
        columns = [Column("Kỳ", head=True), *(Column(name, num=True) for name, _ in self.series)]
        rows = [
            Row([label, *(self._words(line[place]) for _, line in self.series)])
            for place, label in enumerate(self.labels)
        ]
        return _table(self.title, columns, rows)

    def _words(self, value: float | None) -> str:
        return BLANK if value is None else figure(value, self.decimals) + self.unit

    def _under(self, x_of: Any, y: float) -> list[str]:
        every = max(1, -(-len(self.labels) // 12))
        return [
            _text(x_of(place), y, label, "dim", "middle")
            for place, label in enumerate(self.labels)
            if place % every == 0
        ]


class Columns(_Axes):
    """Figures over a few periods as columns; several series stand side by side. At most five series."""

    def svg(self) -> SafeString:
        """The picture."""
        left, height, top = 46, 220, self._top()
        room = (WIDTH - left) / max(len(self.labels), 1)
        wide = min(room * 0.7 / max(len(self.series), 1), 56)
        parts = self._frame(top, left, height)
        for place in range(len(self.labels)):
            start = left + room * (place + 0.5) - wide * len(self.series) / 2
            for number, (_, line) in enumerate(self.series):
                value = line[place]
                if value is None:
                    continue
                tall = (height - 24) * value / top
                x = start + wide * number
                parts.append(
                    f'<rect class="s{number + 1}" x="{_n(x + 1)}" y="{_n(height - tall)}" width="{_n(wide - 2)}" '
                    f'height="{_n(tall)}"/>'
                )
                if len(self.series) == 1 and len(self.labels) <= 14:
                    words = figure(value, self.decimals)
                    parts.append(_text(x + wide / 2, height - tall - 5, words, anchor="middle"))
        parts += self._goal_line(top, left, height)
        parts += self._under(lambda place: left + room * (place + 0.5), height + 18)
        legend = self._legend(height + 44)
        return _svg(height + (52 if legend else 26), self.title, parts + legend)


class Line(_Axes):
    """A long series as a line; missing values break it. Each series has its own dash."""

    def svg(self) -> SafeString:
        """The picture."""
        left, height, top = 46, 220, self._top()
        step = (WIDTH - left - 8) / max(len(self.labels) - 1, 1)
        parts = self._frame(top, left, height)
        for number, (_, line) in enumerate(self.series, 1):
            for run in _runs(line):
                points = " ".join(
                    f"{_n(left + step * place)},{_n(24 + (height - 24) * (1 - value / top))}"
                    for place, value in run
                )
                parts.append(f'<polyline class="s{number}" points="{points}"/>')
        parts += self._goal_line(top, left, height)
        parts += self._under(lambda place: left + step * place, height + 18)
        legend = self._legend(height + 44)
        return _svg(height + (52 if legend else 26), self.title, parts + legend)


def _runs(line: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(line):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place, value))
    return [run for run in runs if run]
