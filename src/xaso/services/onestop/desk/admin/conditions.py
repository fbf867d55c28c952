"""Conditions chosen from lists, never written: each line is one earlier answer, joined by all or by any."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xaso.services.onestop.desk.admin.document import Body
from xaso.services.onestop.eforms.facts import FACTS
from xaso.services.onestop.eforms.lists import shared_list
from xaso.services.onestop.eforms.schema import CHOICES, LISTED, Kind

Node = dict[str, Any]
MOST_OPTIONS = 15
CHANNELS = {"online": "trực tuyến", "counter": "tại quầy", "post": "qua bưu chính"}
FIGURE_TESTS = {
    "at_least": "từ … trở lên",
    "at_most": "không quá …",
    "count_at_least": "có từ … mục trở lên",
    "age_at_least": "đủ … tuổi trở lên",
    "age_under": "chưa đủ … tuổi",
    "days_ago_over": "đã qua hơn … ngày",
}
_FIGURES_OF = {
    "number": ("at_least", "at_most"),
    "money": ("at_least", "at_most"),
    "decimal": ("at_least", "at_most"),
    "computed": ("at_least", "at_most"),
    "date": ("age_at_least", "age_under", "days_ago_over"),
    "group": ("count_at_least",),
}
_ASKS = {str(kind) for kind in CHOICES}
_LISTED = {str(kind): name for kind, name in LISTED.items()}


@dataclass(frozen=True)
class Choice:
    """One thing a line may say: the leaf as text (its figure left out) and its words."""

    token: str
    words: str


@dataclass(frozen=True)
class Line:
    """One line of a condition as the page draws it."""

    token: str
    figure: str

    @property
    def counts(self) -> bool:
        """Whether a figure may stand here: in a new line, or where the test needs one."""
        return not self.token or '"?"' in self.token


@dataclass(frozen=True)
class Chosen:
    """A condition as the page draws it."""

    name: str
    how: str
    lines: Sequence[Line]
    groups: Sequence[tuple[str, Sequence[Choice]]]
    single: bool = False
    errors: Sequence[str] = field(default_factory=tuple)
    label: str = ""
    hint: str = ""


def token_of(leaf: Node) -> str:
    """A leaf as the value of an option; a figure is taken out, it stands in a box of its own."""
    kept = {key: "?" if key in FIGURE_TESTS else value for key, value in leaf.items()}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def figure_of(leaf: Node) -> str:
    """The figure of a leaf as text."""
    for test in FIGURE_TESTS:
        if test in leaf:
            return "" if leaf[test] is None else str(leaf[test])
    return ""


def split(condition: Node | None) -> tuple[str, list[Node]]:
    """A condition as lines joined by ``all`` or ``any``; what is nested deeper stays one line."""
    if not isinstance(condition, dict) or not condition:
        return "all", []
    for how in ("all", "any"):
        if isinstance(condition.get(how), list):
            return how, [part for part in condition[how] if isinstance(part, dict)]
    if isinstance(condition.get("in"), list) and "field" in condition and len(condition) == 2:
        return "any", [{"field": condition["field"], "is": value} for value in condition["in"]]
    return "all", [condition]


def join(how: str, leaves: Sequence[Node]) -> Node | None:
    """Lines as a condition; several answers to one question become one test, which a page can show by itself."""
    if not leaves:
        return None
    if len(leaves) == 1:
        return leaves[0]
    same = {leaf.get("field") for leaf in leaves if set(leaf) == {"field", "is"}}
    if how == "any" and len(same) == 1 and all(set(leaf) == {"field", "is"} for leaf in leaves):
        return {"field": same.pop(), "in": [leaf["is"] for leaf in leaves]}
    return {how: list(leaves)}


def read(name: str, posted: Mapping[str, Sequence[str]]) -> Node | None:
    """The condition that was chosen on a page; a figure that is no number stays as typed."""
    leaves = []
    for place in range(60):
        token = (posted.get(f"{name}.{place}.token") or [""])[-1]
        if not token:
            continue
        try:
            leaf = json.loads(token)
        except ValueError:
            continue
        if not isinstance(leaf, dict):
            continue
        typed = (posted.get(f"{name}.{place}.figure") or [""])[-1].strip()
        for test in FIGURE_TESTS:
            if test in leaf:
                leaf[test] = _number(typed)
        leaves.append(leaf)
    how = (posted.get(f"{name}.how") or ["all"])[-1]
    return join(how if how in ("all", "any") else "all", leaves)


def _number(text: str) -> Any:
    plain = text.replace(".", "").replace(" ", "").replace(",", ".")
    try:
        return int(plain)
    except ValueError:
        pass
    try:
        return float(plain)
    except ValueError:
        return text or None


def chosen(
    name: str,
    condition: Node | None,
    questions: Sequence[tuple[Body, bool]],
    body: Body,
    *,
    single: bool = False,
    **words: Any,
) -> Chosen:
    """What the page draws: the lines there are, one more to fill in, and everything a line may say."""
    how, leaves = split(condition)
    if single:
        leaves = [condition] if condition else []
    groups = [*_of_questions(questions), ("Điều cơ quan đã biết", _of_facts())]
    known = {choice.token for _, choices in groups for choice in choices}
    own = [Choice(token_of(leaf), in_words(leaf, body)) for leaf in leaves if token_of(leaf) not in known]
    if own:
        groups.insert(0, ("Điều kiện đang có", list({one.token: one for one in own}.values())))
    lines = [Line(token_of(leaf), figure_of(leaf)) for leaf in leaves]
    if not single or not lines:
        lines.append(Line("", ""))
    return Chosen(name, how, lines, groups, single, **words)


def _of_questions(questions: Iterable[tuple[Body, bool]]) -> list[tuple[str, list[Choice]]]:
    return [
        (f"{label_of(question)}{' (cùng trang)' if same else ''}", _choices(question, same))
        for question, same in questions
        if question.get("key")
    ]


def _choices(question: Body, same_page: bool) -> list[Choice]:
    key, kind = question["key"], str(question.get("kind", ""))
    found: list[Node] = []
    if kind == Kind.YES_NO:
        found = [{"field": key, "is": True}, {"field": key, "is": False}]
    elif kind in _ASKS:
        values = [value for value, _ in options_of(question)]
        if len(values) <= MOST_OPTIONS:
            test = "contains" if kind == Kind.CHECKBOX else "is"
            found = [{"field": key, test: value} for value in values]
            if not same_page and kind != Kind.CHECKBOX:
                found += [{"field": key, "is_not": value} for value in values]
    if not same_page:
        found += [{"field": key, test: "?"} for test in _FIGURES_OF.get(kind, ())]
        found += [{"field": key, "filled": True}, {"field": key, "filled": False}]
    return [Choice(token_of(leaf), _test_words(leaf, question)) for leaf in found]


def _of_facts() -> list[Choice]:
    told = [Choice(token_of({"fact": key}), words) for key, words in FACTS.items() if key != "channel"]
    told += [
        Choice(token_of({"fact": "channel", "is": value}), f"Nộp {words}")
        for value, words in CHANNELS.items()
    ]
    return told


def label_of(part: Body) -> str:
    """What a part is called on screen."""
    found = part.get("label") or part.get("title") or part.get("name") or part.get("words") or part.get("key")
    return str(found or "")


def options_of(question: Body) -> list[tuple[str, str]]:
    """Values and labels of a question's choices, as far as they can be read."""
    name = question.get("list_name") or _LISTED.get(str(question.get("kind")), "")
    if not question.get("options") and name:
        try:
            return [(one.value, one.label) for one in shared_list(str(name))]
        except KeyError:
            return []
    options = question.get("options")
    return [
        (str(one.get("value", "")), str(one.get("label", "")))
        for one in (options if isinstance(options, list) else [])
        if isinstance(one, dict)
    ]


def _test_words(leaf: Node, question: Body | None) -> str:
    labels = dict(options_of(question)) if question else {}

    def shown(value: Any) -> str:
        return (
            {True: "Có", False: "Không"}.get(value, "")
            if isinstance(value, bool)
            else labels.get(value, str(value))
        )

    for test, words in FIGURE_TESTS.items():
        if test in leaf:
            figure = leaf[test]
            return words if figure in ("?", None) else words.replace("…", str(figure))
    if "is" in leaf:
        return f"là “{shown(leaf['is'])}”"
    if "is_not" in leaf:
        return f"không phải “{shown(leaf['is_not'])}”"
    if "contains" in leaf:
        return f"có chọn “{shown(leaf['contains'])}”"
    if isinstance(leaf.get("in"), list):
        return "là " + " hoặc ".join(f"“{shown(value)}”" for value in leaf["in"])
    if "filled" in leaf:
        return "đã điền" if leaf["filled"] else "để trống"
    return "đúng"


def in_words(condition: Node | None, body: Body) -> str:
    """A condition as a person says it."""
    if not isinstance(condition, dict) or not condition:
        return "Mọi trường hợp"
    for how, word in (("all", " và "), ("any", " hoặc ")):
        if isinstance(condition.get(how), list):
            return word.join(f"({in_words(part, body)})" for part in condition[how])
    if isinstance(condition.get("not"), dict):
        return f"không phải ({in_words(condition['not'], body)})"
    if condition.get("fact"):
        fact = str(condition["fact"])
        if fact == "channel":
            return f"nộp {CHANNELS.get(str(condition.get('is')), str(condition.get('is', '')))}"
        return FACTS.get(fact, fact)
    question = _question(body, str(condition.get("field", "")))
    name = label_of(question) if question else str(condition.get("field", ""))
    return f"{name}: {_test_words(condition, question)}"


def _question(body: Body, key: str) -> Body | None:
    for page in body.get("pages") or []:
        for question in page.get("fields") or []:
            if question.get("key") == key:
                return dict(question)
            for inner in question.get("fields") or []:
                if inner.get("key") == key:
                    return dict(inner)
    return None
