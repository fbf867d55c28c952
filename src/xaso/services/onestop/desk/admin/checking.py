"""What is still to be mended in a document, in words and with the place; and the part of it that already works."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.urls import reverse
from pydantic import ValidationError

from xaso.kernel.plain.moment import today
from xaso.services.onestop import eforms
from xaso.services.onestop.desk.admin.asking_boxes import BASICS
from xaso.services.onestop.desk.admin.boxes import Box
from xaso.services.onestop.desk.admin.choices import templates
from xaso.services.onestop.desk.admin.conditions import label_of
from xaso.services.onestop.desk.admin.document import SLUGS, Body, clean
from xaso.services.onestop.desk.admin.shapes import SHAPES

_MOST_TRIES = 80
_LISTS = {"pages", "fields", "draft", "components", "cases", "steps", "fees", "results", "stops", "promises"}
_EMPTY_LISTS = {
    "pages": "Thêm ít nhất một trang câu hỏi",
    "fields": "Thêm ít nhất một câu hỏi vào trang",
    "components": "Thêm ít nhất một giấy tờ",
    "cases": "Thêm ít nhất một trường hợp",
    "steps": "Thêm các bước",
    "results": "Thêm ít nhất một kết quả",
    "legal_basis": "Ghi ít nhất một căn cứ pháp lý",
    "who_can": "Ghi ai làm được",
}
_SAID = (
    ("needs options", "Ghi các lựa chọn, hoặc chọn danh sách có sẵn"),
    ("only a group", "Thêm ít nhất một câu hỏi vào nhóm"),
    ("a group holds no group", "Trong nhóm không có nhóm khác"),
    ("says how it is computed", "Chọn cách tính và tính từ câu nào"),
    ("min_items", "Số mục ít nhất không được hơn số mục nhiều nhất"),
    ("fixed fee needs", "Nhập số tiền"),
    ("tiers start at 1", "Bậc đầu từ trang 1, các bậc sau tăng dần"),
    ("tiers need the field", "Chọn câu hỏi ghi số trang"),
    ("carries its note", "Ghi chú: mức do tỉnh quyết định, hiện nay là bao nhiêu"),
    ("valid_to lies before", "Ngày kết thúc phải sau ngày bắt đầu"),
    ("publishes its reason", "Ghi vì sao chỉ trực tuyến một phần"),
    ("exactly one test", "Nhập số của điều kiện"),
    ("a condition is one of", "Chọn lại điều kiện"),
    ("pattern", "Sửa mẫu nhập"),
)
_TYPES = {
    "int_parsing": "Nhập số bằng chữ số",
    "int_type": "Nhập số bằng chữ số",
    "int_from_float": "Nhập số tròn",
    "float_parsing": "Nhập số bằng chữ số",
    "float_type": "Nhập số bằng chữ số",
    "greater_than_equal": "Nhập số từ {ge} trở lên",
    "less_than_equal": "Nhập số không quá {le}",
    "date_parsing": "Nhập ngày như 27/03/2026",
    "date_from_datetime_parsing": "Nhập ngày như 27/03/2026",
    "date_type": "Nhập ngày như 27/03/2026",
    "literal_error": "Chọn trong danh sách",
    "enum": "Chọn trong danh sách",
    "string_pattern_mismatch": "Chọn lại trong danh sách",
}


@dataclass(frozen=True)
class Found:
    """One thing to mend: where in words, what to do, the page that mends it."""

    trail: tuple[str, ...]
    box: str
    place: str
    message: str
    level: Literal["error", "warning"]
    url: str


@dataclass(frozen=True)
class Checked:
    """The check of a document: the setup when it is whole, the part that works, what to mend."""

    setup: eforms.Setup | None
    working: eforms.Setup
    findings: Sequence[Found]

    @property
    def errors(self) -> list[Found]:
        return [one for one in self.findings if one.level == "error"]

    @property
    def warnings(self) -> list[Found]:
        return [one for one in self.findings if one.level == "warning"]

    def of(self, trail: tuple[str, ...]) -> list[Found]:
        """What concerns one part itself, not the parts inside it."""
        return [one for one in self.findings if one.trail == trail]

    def below(self, trail: tuple[str, ...]) -> list[Found]:
        """What concerns a part or anything inside it."""
        return [one for one in self.findings if one.trail[: len(trail)] == trail]

    def boxes(self, trail: tuple[str, ...]) -> dict[str, list[str]]:
        """Messages of one part by box; "" gathers those that belong to no box."""
        found: dict[str, list[str]] = {}
        for one in self.of(trail):
            found.setdefault(one.box, []).append(one.message)
        return found


def check(body: Body, setup_id: UUID) -> Checked:
    """Everything to mend, the shape first, then what the lint says of the whole or of the part that works."""
    raw = clean(body)
    found: list[Found] = []
    setup: eforms.Setup | None = None
    try:
        setup = eforms.Setup.model_validate(raw)
    except ValidationError as error:
        for one in error.errors():
            # A list whose parts are all faulty is told by its parts.
            if one["type"] == "too_short" and _at(raw, one["loc"]):
                continue
            finding = _of_error(raw, one, setup_id)
            if finding not in found:
                found.append(finding)
    working = setup or _working(raw)
    broken = {one.trail for one in found}
    for lint in eforms.lint_setup(working, [name for name, _ in templates()]):
        trail = _trail(lint.path)
        if setup is None and (lint.message.startswith("Các bước bắt đầu") or trail in broken):
            continue
        box = _lint_box(trail, lint.message)
        found.append(Found(trail, box, _place(raw, trail), lint.message, lint.level, _url(setup_id, trail)))
    return Checked(setup, working, tuple(dict.fromkeys(found)))


def _at(raw: Body, loc: tuple[int | str, ...]) -> Any:
    """What stands in the document at the place of a complaint."""
    node: Any = raw
    for part in loc:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return None
    return node


def _lint_box(trail: tuple[str, ...], message: str) -> str:
    if trail == ("co-ban",):
        return ""
    if "hời hạn" in message and trail[0] in ("truong-hop", "buoc"):
        return "term"
    return ""


def _of_error(raw: Body, error: Any, setup_id: UUID) -> Found:
    """A complaint of the schema as a finding at its part."""
    trail: list[str] = []
    rest: list[str] = []
    node: Any = raw
    in_list = ""
    for part in error["loc"]:
        if rest:
            rest.append(str(part))
        elif isinstance(part, str) and part in _LISTS:
            in_list = part
            trail += [SLUGS[part]] if not trail else []
        elif isinstance(part, int) and in_list:
            held = node[part] if isinstance(node, list) and part < len(node) else {}
            trail.append(str(held.get("key", part)) if isinstance(held, dict) else str(part))
            in_list = ""
        else:
            rest.append(str(part))
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            node = None
    if in_list and len(trail) == 1 and not rest:
        rest = []
    where = tuple(trail) or ("co-ban",)
    box = _box(where, rest, in_list)
    message = _words(error, box, in_list or (rest[-1] if rest else ""), node)
    return Found(where, box.name if box else "", _place(raw, where), message, "error", _url(setup_id, where))


def _boxes_at(trail: tuple[str, ...]) -> tuple[Box, ...]:
    if trail == ("co-ban",):
        return BASICS
    names = {slug: name for name, slug in SLUGS.items()}
    name = names.get(trail[0], "")
    for _ in trail[2:]:
        name = {"pages": "fields", "results": "draft", "cases": "steps"}.get(name, "fields")
    shape = SHAPES.get(name)
    return shape.boxes if shape else ()


def _box(trail: tuple[str, ...], rest: list[str], in_list: str) -> Box | None:
    """The box a complaint belongs to; of a row of a table, the box of its cell."""
    boxes = {box.name: box for box in _boxes_at(trail)}
    if not rest:
        return None
    for length in (2, 1):
        found = boxes.get(".".join(rest[:length]))
        if found is not None and found.kind == "rows" and len(rest) > 2:
            cell = next((one for one in found.rows if one.name == rest[2]), None)
            if cell is not None:
                return Box(f"{found.name}.{rest[1]}.{cell.name}", cell.label, cell.kind)
        if found is not None:
            return found
    return None


def _words(error: Any, box: Box | None, name: str, node: Any) -> str:
    kind, context = str(error["type"]), error.get("ctx") or {}
    if box is not None and box.kind == "term" and node in (None, ""):
        return f"Nhập {box.label[:1].lower()}{box.label[1:]}"
    if kind == "value_error":
        told = str(context.get("error", error["msg"]))
        return next((words for start, words in _SAID if start in told), told)
    if kind in ("missing", "too_short") and name in _EMPTY_LISTS:
        return _EMPTY_LISTS[name]
    if box is not None and (node in (None, "") or kind in ("missing", "string_too_short")):
        verb = (
            "Chọn" if box.kind in ("choice", "radio", "list", "many", "condition", "condition1") else "Nhập"
        )
        return f"{verb} {box.label[:1].lower()}{box.label[1:]}"
    return _TYPES.get(kind, "Sửa lại chỗ này").format(**context) if kind in _TYPES else "Sửa lại chỗ này"


def _trail(path: str) -> tuple[str, ...]:
    """A path of the lint as a trail of the editor."""
    head, *rest = path.split(".")
    if head == "questions" and rest:
        return ("trang",)
    if head not in SLUGS:
        return ("co-ban",)
    if head == "fees" or head in ("components", "stops", "promises", "steps"):
        rest = rest[:1]
    return (SLUGS[head], *rest)


def _place(raw: Body, trail: tuple[str, ...]) -> str:
    """Where, in words: the names of the parts from the top."""
    if trail == ("co-ban",):
        return "Thông tin chung"
    names = {slug: name for name, slug in SLUGS.items()}
    name = names.get(trail[0], "")
    words = [SHAPES[name].many if name in SHAPES else trail[0]]
    held: Any = raw.get(name)
    for key in trail[1:]:
        found = next(
            (one for one in held or [] if isinstance(one, dict) and str(one.get("key")) == key), None
        )
        if found is None:
            break
        words.append(f"“{label_of(found)[:80]}”")
        held = found.get("fields") or found.get("draft") or found.get("steps")
    return ", ".join(words)


def _url(setup_id: UUID, trail: tuple[str, ...]) -> str:
    if trail == ("co-ban",):
        return reverse("onestop_desk:form_basics", args=[setup_id])
    if len(trail) == 1:
        return reverse("onestop_desk:form_list", args=[setup_id, trail[0]])
    return reverse("onestop_desk:form_part", args=[setup_id, trail[0], "/".join(trail[1:])])


# ---- the part that works ------------------------------------------------------------------------------------------

_STAND_INS: Body = {
    "title": "(chưa đặt tên)",
    "formal_name": "(chưa có)",
    "field": "(chưa có)",
    "summary": "(chưa có)",
    "competent": "(chưa có)",
    "legal_basis": ["(chưa có)"],
    "who_can": ["(chưa có)"],
    "pages": [
        {
            "key": "chua_co",
            "title": "Chưa có câu hỏi",
            "fields": [{"key": "chua_co_cau", "kind": "text", "label": "Chưa có câu hỏi", "optional": True}],
        }
    ],
    "components": [{"key": "chua_co", "name": "(chưa có)", "unconfirmed": "chưa có"}],
    "cases": [{"key": "chua_co", "title": "(chưa có)", "term": "1wd", "term_unconfirmed": "chưa có"}],
    "steps": [
        {
            "key": "receive",
            "title": "Tiếp nhận",
            "role": "receptionist",
            "office": "ttphcc",
            "kind": "receive",
            "term": "1h",
        },
        {
            "key": "return",
            "title": "Trả kết quả",
            "role": "receptionist",
            "office": "ttphcc",
            "kind": "return",
            "term": "1h",
        },
    ],
    "results": [
        {
            "key": "chua_co",
            "title": "(chưa có)",
            "template": "decision",
            "kind": "decision",
            "signer": "leader",
        }
    ],
}


def _working(raw: Body) -> eforms.Setup:
    """The document without the parts that cannot be read yet, so that the rest can be seen and tried."""
    body = copy.deepcopy(raw)
    for _ in range(_MOST_TRIES):
        try:
            return eforms.Setup.model_validate(body)
        except ValidationError as error:
            # From the back, so that places in lists stay right.
            seen: set[tuple[Any, ...]] = set()
            for loc in sorted((one["loc"] for one in error.errors()), key=repr, reverse=True):
                target = _faulty(body, loc)
                if target and target not in seen:
                    seen.add(target)
                    _take_out(body, target)
    stand_in = {**copy.deepcopy(_STAND_INS), "procedure": str(raw.get("procedure", "0.000000"))}
    return eforms.Setup.model_validate({**stand_in, "valid_from": today()})


def _faulty(body: Body, loc: tuple[Any, ...]) -> tuple[Any, ...]:
    """What to leave out for a complaint: the innermost part of a list that holds it, or the value at the top."""
    part: tuple[Any, ...] = ()
    for length in range(1, len(loc) + 1):
        if isinstance(loc[length - 1], int) and length >= 2 and loc[length - 2] in _LISTS:
            part = loc[:length]
    return part or loc[:1] or ("format",)


def _take_out(body: Body, target: tuple[Any, ...]) -> None:
    if len(target) == 1:
        name = str(target[0])
        if name == "valid_from":
            body[name] = today().isoformat()
        elif name in _STAND_INS:
            body[name] = copy.deepcopy(_STAND_INS[name])
        else:
            body.pop(name, None)
        return
    held: Any = body
    for part in target[:-1]:
        held = (
            held[part]
            if isinstance(held, dict)
            and part in held
            or isinstance(held, list)
            and isinstance(part, int)
            and part < len(held)
            else None
        )
        if held is None:
            return
    if isinstance(held, list) and isinstance(target[-1], int) and target[-1] < len(held):
        held.pop(target[-1])
