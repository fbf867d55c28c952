"""Charts drawn on the server as SVG: bars, columns, line. Each has a title, a sentence of meaning, and its table.

Places across are per cent and heights are pixels, so that the words keep their size on a phone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString

from xaso.kernel.plain.formats import figure
from xaso.kernel.ui.parts import Column, Row, Table

BLANK = "chưa có số liệu"
HIGH, ABOVE = 200, 22  # plot height, room above it for the highest label
MOST_WORDS = 6  # labels under an axis before some are left out
GUTTER = 9  # percent at the left of columns, for the figures of the axis
HALF_LETTER = 1.15  # percent of the width of the narrowest phone that half a letter takes


def nice_top(value: float) -> float:
    """The least of 1, 2, 2.5, 5 times a power of ten that is not below the value; axes end there."""
    if value <= 0:
        return 1.0
    power = 1.0
    while power > value:
        power /= 10
    while power * 10 <= value:
        power *= 10
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value)


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start", dx: int = 0) -> str:
    css = f' class="{kind}"' if kind else ""
    at = f' text-anchor="{anchor}"' if anchor != "start" else ""
    nudge = f' dx="{dx}"' if dx else ""
    return f'<text x="{_n(x)}%" y="{_n(y)}"{css}{at}{nudge}>{escape(words)}</text>'


def _svg(height: float, label: str, parts: Sequence[str]) -> SafeString:
    head = f'<svg width="100%" height="{_n(height)}" role="img" aria-label="{escape(label)}">'
    return SafeString(head + "".join(parts) + "</svg>")


def _table(caption: str, columns: Sequence[Column], rows: Sequence[Row]) -> SafeString:
    table = Table(caption, columns, rows, cards=False, hide_caption=True, boxed=False)
    return SafeString(render_to_string("ui/parts/table.html", {"table": table}))


@dataclass(frozen=True)
class Bars:
    """A league of names: name, value, and a horizontal bar each. None is "chưa có số liệu", not zero."""

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
        line = 42
        top = (
            100.0
            if self.unit == "%"
            else nice_top(max([value or 0 for _, value in self.rows] + [self.goal or 0]))
        )
        parts = []
        for number, (name, value) in enumerate(self.rows):
            y = number * line
            parts.append(_text(0, y + 15, name))
            parts.append(
                _text(100, y + 15, self._words(value), "strong" if value is not None else "dim", "end")
            )
            parts.append(f'<rect class="bed" x="0" y="{y + 21}" width="100%" height="10" rx="2"/>')
            if value:
                share = _n(100 * value / top)
                parts.append(f'<rect class="s1" x="0" y="{y + 21}" width="{share}%" height="10" rx="2"/>')
        height = len(self.rows) * line
        if self.goal is not None:
            x = 100 * self.goal / top
            for number in range(len(self.rows)):
                y = number * line + 18
                parts.append(f'<line class="goal" x1="{_n(x)}%" y1="{y}" x2="{_n(x)}%" y2="{y + 16}"/>')
            end = "end" if x > 50 else "start"
            parts.append(_text(x, height + 8, f"mục tiêu {self._words(self.goal)}", "dim", end))
            height += 14
        return _svg(height, self.title, parts)

    def table(self) -> SafeString:
        """The same figures as a table."""
        heading = f"Giá trị ({self.unit.strip()})" if self.unit else "Giá trị"
        columns = [Column("Tên", head=True), Column(heading, num=True)]
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

    def _words(self, value: float | None) -> str:
        return BLANK if value is None else figure(value, self.decimals) + self.unit

    def _y(self, value: float, top: float) -> float:
        return ABOVE + HIGH * (1 - value / top)

    def _frame(self, top: float) -> list[str]:
        parts = []
        for value in (0.0, top / 2, top):
            y = self._y(value, top)
            parts.append(f'<line class="axis" x1="0" y1="{_n(y)}" x2="100%" y2="{_n(y)}"/>')
        return parts

    def _scale(self, top: float) -> list[str]:
        """The figures of the axis, over the drawing with a halo."""
        half = _text(0, self._y(top / 2, top) - 4, figure(top / 2), "dim")
        return [half, _text(0, self._y(top, top) - 4, figure(top) + self.unit, "dim")]

    def _finish(self, top: float, parts: list[str], x_of: Callable[[int], float]) -> SafeString:
        parts += self._scale(top)
        if self.goal is not None:
            y = _n(self._y(self.goal, top))
            parts.append(f'<line class="goal" x1="0" y1="{y}" x2="100%" y2="{y}"/>')
            words = f"mục tiêu {figure(self.goal, self.decimals)}{self.unit}"
            parts.append(_text(100, float(y) - 5, words, "dim", "end"))
        longest = max((len(label) for label in self.labels), default=1)
        most = max(2, min(MOST_WORDS, int(100 / (2 * longest * HALF_LETTER + 2))))
        every = max(1, -(-len(self.labels) // most))
        for place, label in enumerate(self.labels):
            if place % every == 0:
                x, half = x_of(place), len(label) * HALF_LETTER
                x, anchor = (
                    (0.0, "start") if x < half else (100.0, "end") if x > 100 - half else (x, "middle")
                )
                parts.append(_text(x, ABOVE + HIGH + 18, label, "dim", anchor))
        return _svg(ABOVE + HIGH + 24, self.title, parts)

    def legend(self) -> list[tuple[int, str]]:
        """Number and name of each series, when there are several."""
        return (
            [(number, name) for number, (name, _) in enumerate(self.series, 1)]
            if len(self.series) > 1
            else []
        )

    def table(self) -> SafeString:
        """The same figures as a table."""
        columns = [Column("Kỳ", head=True), *(Column(name, num=True) for name, _ in self.series)]
        rows = [
            Row([label, *(self._words(line[place]) for _, line in self.series)])
            for place, label in enumerate(self.labels)
        ]
        return _table(self.title, columns, rows)


class Columns(_Axes):
    """Figures over a few periods as columns; several series stand side by side. At most five series."""

    def svg(self) -> SafeString:
        """The picture."""
        top = self._top()
        room = (100 - GUTTER) / max(len(self.labels), 1)
        wide = min(room * 0.7 / max(len(self.series), 1), 9)
        parts = self._frame(top)
        for place in range(len(self.labels)):
            start = GUTTER + room * (place + 0.5) - wide * len(self.series) / 2
            for number, (_, line) in enumerate(self.series):
                value = line[place]
                if value is None:
                    continue
                y, x = self._y(value, top), start + wide * number
                parts.append(
                    f'<rect class="s{number + 1}" x="{_n(x + wide * 0.04)}%" y="{_n(y)}" width="{_n(wide * 0.92)}%" '
                    f'height="{_n(ABOVE + HIGH - y)}"/>'
                )
                if len(self.series) == 1 and len(self.labels) <= MOST_WORDS:
                    parts.append(_text(x + wide / 2, y - 5, figure(value, self.decimals), "strong", "middle"))
        return self._finish(top, parts, lambda place: GUTTER + room * (place + 0.5))


class Line(_Axes):
    """A long series as a line; missing values break it. Each series has its own dash."""

    is_line = True

    def svg(self) -> SafeString:
        """The picture: the lines stand in a frame that stretches, their strokes do not."""
        top = self._top()
        step = 100 / max(len(self.labels) - 1, 1)
        parts = self._frame(top)
        box = f'height="{ABOVE + HIGH}" viewBox="0 0 100 {ABOVE + HIGH}"'
        parts.append(f'<svg width="100%" {box} preserveAspectRatio="none">')
        for number, (_, line) in enumerate(self.series, 1):
            for run in _runs(line):
                points = " ".join(f"{_n(step * place)},{_n(self._y(value, top))}" for place, value in run)
                parts.append(
                    f'<polyline class="s{number}" points="{points}" vector-effect="non-scaling-stroke"/>'
                )
        parts.append("</svg>")
        return self._finish(top, parts, lambda place: step * place)


def _runs(line: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(line):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place, value))
    return [run for run in runs if run]
