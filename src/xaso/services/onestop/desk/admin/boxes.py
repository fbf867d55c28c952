"""Boxes of the form editor: how each value of the document is asked on a page and read back.

Reading never refuses: what cannot be read stays in the document as typed, and the check says what to mend.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django import forms

from xaso.kernel.plain import money, typed
from xaso.kernel.plain.clock.terms import parse_term
from xaso.kernel.plain.text import nfc
from xaso.kernel.ui.asked import Asked, Option
from xaso.services.onestop.desk.admin import conditions
from xaso.services.onestop.desk.admin.document import Body, Spot, new_key, questions_before

Posted = Mapping[str, Sequence[str]]
PREFIX = "o."
_SHAPES = {
    "lines": "long_text",
    "long": "long_text",
    "choice": "select",
    "many": "checkbox",
    "list": "search_select",
}


@dataclass(frozen=True)
class Around:
    """Where a box stands: the whole document and the part it belongs to."""

    body: Body
    spot: Spot | None = None

    @property
    def node(self) -> Body:
        return self.spot.node if self.spot else self.body


Options = Sequence[tuple[str, str]] | Callable[[Around], Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Box:
    """One value. ``name`` may reach into a mapping (``compute.op``); ``default`` is what is left out when stored."""

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    options: Options = ()
    optional: bool = False
    default: Any = None
    when: str = ""
    rows: tuple[Box, ...] = ()
    row_title: str = ""
    blank: int = 1

    @property
    def input(self) -> str:
        return PREFIX + self.name


class Picked(Asked):
    """A select whose first choice says itself what "nothing" means."""

    def _widget(self) -> forms.Widget:
        choices = [(one.value, one.label) for one in self.options]
        return forms.Select(attrs={"autocomplete": "off"}, choices=choices)


@dataclass(frozen=True)
class Rows:
    """A table of small parts as the page draws it."""

    name: str
    label: str
    hint: str
    title: str
    items: Sequence[Sequence[Any]]
    errors: Sequence[str]
    when: str
    places: Sequence[int | None]

    shape = "rows"

    @property
    def lines(self) -> list[tuple[int, Any, Sequence[Any]]]:
        return [(n, at, item) for n, (at, item) in enumerate(zip(self.places, self.items, strict=True))]


def get(node: Body, name: str) -> Any:
    """A value by its dotted name."""
    value: Any = node
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def put(node: Body, name: str, value: Any) -> None:
    """Set a value by its dotted name; None takes it out, with the mappings left empty by that."""
    head, _, rest = name.partition(".")
    if not rest:
        if value is None:
            node.pop(head, None)
        else:
            node[head] = value
        return
    held = node.get(head)
    inner = dict(held) if isinstance(held, dict) else {}
    put(inner, rest, value)
    put(node, head, inner or None)


# ---- reading -----------------------------------------------------------------------------------------------------


def read_into(node: Body, boxes: Sequence[Box], posted: Posted, around: Around) -> None:
    """Put what was typed into the part; boxes that were not on the page change nothing."""
    for box in boxes:
        if box.kind in ("condition", "condition1"):
            if f"{box.input}.0.token" in posted:
                put(node, box.name, conditions.read(box.input, posted))
        elif box.kind == "rows":
            if f"{box.input}.rows" in posted:
                put(node, box.name, _read_rows(box, get(node, box.name), posted, around) or None)
        elif box.kind in ("tick", "many"):
            if f"{box.input}.shown" in posted:
                put(node, box.name, _kept(box, _read_ticks(box, posted)))
        elif box.input in posted:
            put(node, box.name, _kept(box, read_text(box.kind, _last(posted, box.input))))


def _last(posted: Posted, name: str) -> str:
    return (posted.get(name) or [""])[-1]


def _kept(box: Box, value: Any) -> Any:
    if value == "" and isinstance(box.default, str) and box.default:
        return ""  # left empty on purpose, where something would stand otherwise
    return None if value in ("", [], None) or value == box.default else value


def _read_ticks(box: Box, posted: Posted) -> Any:
    if box.kind == "tick":
        return bool(posted.get(box.input))
    return [plain(one) for one in posted.get(box.input, ())]


def plain(text: str) -> str:
    """Text fit for storing: NFC, no control characters but line ends."""
    text = nfc(text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(one for one in text if one in "\n\t" or ord(one) >= 32).strip()


def read_text(kind: str, text: str) -> Any:
    """What one box says; unreadable text stays text."""
    text = plain(text)
    if kind == "lines":
        return [line.strip() for line in text.split("\n") if line.strip()]
    if kind in ("long", "long_text"):
        return text
    line = " ".join(text.split())
    if not line:
        return ""
    try:
        if kind == "number":
            return int(typed.latin_digits(line).replace(" ", "").replace(".", ""))
        if kind == "money":
            return money.read(line)
        if kind == "decimal":
            return float(typed.read_decimal(line))
        if kind == "day":
            return read_day(line)
    except ValueError:
        return line
    if kind == "term":
        return _term(line)
    return line


def _term(line: str) -> str:
    """A term without blanks and in small letters when it reads so; else as typed."""
    plainly = line.lower().replace(" ", "")
    try:
        parse_term(plainly)
    except ValueError:
        return line
    return plainly


def read_day(text: str) -> str:
    """A day as kept, from the browser's calendar or as written here (27/03/2026)."""
    for shape in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, shape).date().isoformat()
        except ValueError:
            continue
    return text


def _read_rows(box: Box, old: Any, posted: Posted, around: Around) -> list[Body]:
    """Rows keep what the page does not show (a condition of an option) and their keys."""
    before = [one for one in old if isinstance(one, dict)] if isinstance(old, list) else []
    rows: list[Body] = []
    count = _last(posted, f"{box.input}.rows")
    for place in range(min(int(count) if count.isdigit() else 0, 400)):
        at = _last(posted, f"{box.input}.{place}.at")
        row = dict(before[int(at)]) if at.isdigit() and int(at) < len(before) else {}
        inner = tuple(_inside(box, part, place) for part in box.rows)
        read_into_row(row, box.rows, inner, posted, around)
        if not any(
            value not in (None, "", [], {}) for name, value in row.items() if name not in ("key", "value")
        ):
            continue
        if "label" in row and not row.get("value") and box.name.endswith("options"):
            row["value"] = _free_value(rows + before, str(row["label"]))
        if box.name == "exempt" and not row.get("key"):
            row["key"] = new_key(around.body, str(row.get("words", "")))
        rows.append(row)
    return rows


def _inside(box: Box, part: Box, place: int) -> Box:
    return replace(part, name=f"{box.name}.{place}.{part.name}")


def read_into_row(
    row: Body, boxes: Sequence[Box], named: Sequence[Box], posted: Posted, around: Around
) -> None:
    """One row of a table; the inputs carry the number of the row."""
    for box, full in zip(boxes, named, strict=True):
        if box.kind == "condition1":
            if f"{full.input}.0.token" in posted:
                put(row, box.name, conditions.read(full.input, posted))
        elif full.input in posted:
            put(row, box.name, _kept(box, read_text(box.kind, _last(posted, full.input))))


def _free_value(rows: Sequence[Body], label: str) -> str:
    key = new_key({}, label)
    taken = {str(row.get("value")) for row in rows}
    value, number = key, 2
    while value in taken:
        value, number = f"{key}_{number}", number + 1
    return value


# ---- drawing -----------------------------------------------------------------------------------------------------


def draw(box: Box, around: Around, errors: Mapping[str, Sequence[str]]) -> Any:
    """The box as the page draws it, with what stands in the document and what is to be mended."""
    node = around.node
    value, wrong = get(node, box.name), tuple(errors.get(box.name, ()))
    if box.kind in ("condition", "condition1"):
        return _condition(box, box.input, value, around, wrong)
    if box.kind == "rows":
        return _rows(box, value, around, errors)
    return asked(box, box.input, value, around, wrong)


def _condition(box: Box, name: str, value: Any, around: Around, wrong: Sequence[str]) -> Any:
    return conditions.chosen(
        name,
        value if isinstance(value, dict) else None,
        questions_before(around.body, around.spot),
        around.body,
        single=box.kind == "condition1",
        errors=wrong,
        label=box.label,
        hint=box.hint,
    )


def asked(box: Box, name: str, value: Any, around: Around, wrong: Sequence[str]) -> Asked:
    """One box as a question of the interface."""
    options = box.options(around) if callable(box.options) else box.options
    if value is None:
        value = box.default
    shown: Any = value
    if box.kind == "lines":
        shown = "\n".join(str(one) for one in value) if isinstance(value, list) else value or ""
    elif box.kind == "many":
        shown = [str(one) for one in value] if isinstance(value, (list, tuple)) else []
    elif box.kind == "tick":
        shown = value is True
    elif value is None:
        shown = ""
    if box.kind in ("choice", "list", "radio") and shown and shown not in dict(options):
        options = [*options, (str(shown), str(shown))]
    shape = _SHAPES.get(box.kind, "text" if box.kind == "term" else box.kind)
    named = box.kind == "choice" and any(value == "" for value, _ in options)
    return (Picked if named else Asked)(
        kind=shape,
        name=name,
        label=box.label,
        hint=box.hint,
        errors=wrong,
        value=shown,
        options=[Option(*one) for one in options],
        required=not box.optional,
        when=_when(box),
        attrs=_attrs(box),
        more={},
    )


def _attrs(box: Box) -> dict[str, Any]:
    if box.kind == "term":
        return {"class": "w12", "autocapitalize": "none", "spellcheck": "false"}
    if box.kind == "lines":
        return {"rows": 3}
    return {}


def _rows(box: Box, value: Any, around: Around, errors: Mapping[str, Sequence[str]]) -> Rows:
    held = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    rows: list[tuple[int | None, Body]] = [*enumerate(held), *[(None, {})] * box.blank]
    items = []
    for place, (at, row) in enumerate(rows):
        cells = []
        for part in box.rows:
            wrong = tuple(errors.get(f"{box.name}.{at}.{part.name}", ())) if at is not None else ()
            name = f"{box.input}.{place}.{part.name}"
            cell = get(row, part.name)
            if part.kind == "condition1":
                cells.append(_condition(part, name, cell, around, wrong))
            else:
                cells.append(asked(part, name, cell, around, wrong))
        items.append(cells)
    return Rows(
        name=box.input,
        label=box.label,
        hint=box.hint,
        title=box.row_title or box.label,
        items=items,
        errors=tuple(errors.get(box.name, ())),
        when=_when(box),
        places=[at for at, _ in rows],
    )


def _when(box: Box) -> str:
    return f"{PREFIX}{box.when}" if box.when else ""
