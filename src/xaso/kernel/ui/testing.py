"""Checks that every page's test can call: `assert_page_ok(response.content)`."""

from __future__ import annotations

import functools
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

SHEET = Path(__file__).parent / "static" / "ui" / "xaso.css"

# Words we do not say to people, and what we say instead. Verbatim legal text goes inside an element with data-verbatim.
BANNED = {
    "vui lòng": "bỏ đi, nói thẳng việc cần làm",
    "kê khai": "điền",
    "xuất trình": "cho xem (bản gốc)",
    "hồ sơ hợp lệ": "đủ giấy tờ",
    "thẩm quyền giải quyết": "nơi giải quyết",
    "truy cập": "mở",
    "quý khách": "ông/bà",
    "người dùng": "ông/bà hoặc cán bộ",
    "click": "bấm",
    "submit": "gửi",
    "upload": "tải lên",
    "nhấp chuột": "bấm",
    "không hợp lệ!": "nói việc cần làm",
    "trường này là bắt buộc": "nói cần nhập gì",
    "invalid": "nói việc cần làm",
}
LEAKS = re.compile(r"\b(None|NaN|undefined|TODO|lorem ipsum)\b|\{\{|\{%|datetime\.date\(|<bound method")
SKIPPED_TEXT = {"script", "style", "template"}
NO_END = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
    "use",
    "path",
}
BARE_INPUTS = {"hidden", "checkbox", "radio", "file", "submit", "button", "range", "color"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.ids: Counter[str] = Counter()
        self.refs: list[tuple[str, str]] = []
        self.inputs: list[tuple[dict[str, str], bool]] = []
        self.label_for: set[str] = set()
        self.headings: Counter[str] = Counter()
        self.classes: set[str] = set()
        self.title = ""
        self.lang: str | None = None
        self.text: list[str] = []
        self.stack: list[tuple[str, bool]] = []  # tag, verbatim

    def _inside(self, tag: str) -> bool:
        return any(name == tag for name, _ in self.stack)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {key: value or "" for key, value in attrs}
        self._attributes(tag, facts)
        if tag == "html":
            self.lang = facts.get("lang")
        elif tag == "label":
            self.label_for.add(facts.get("for", ""))
        elif tag in ("input", "select", "textarea"):
            self.inputs.append(({**facts, "tag": tag}, self._inside("label")))
        elif tag == "img" and "alt" not in facts:
            self.problems.append(f"img without alt: {facts.get('src')}")
        elif tag in ("script", "style") and (tag == "style" or not facts.get("src")):
            if facts.get("type") not in ("application/json", "application/ld+json"):
                self.problems.append(f"inline <{tag}> breaks the content policy")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings[tag] += 1
        if tag not in NO_END:
            verbatim = "data-verbatim" in facts or bool(self.stack and self.stack[-1][1])
            self.stack.append((tag, verbatim))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in NO_END and self.stack and self.stack[-1][0] == tag:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        for position in range(len(self.stack) - 1, -1, -1):
            if self.stack[position][0] == tag:
                if position != len(self.stack) - 1 and tag not in ("html", "body"):
                    inner = [
                        name
                        for name, _ in self.stack[position + 1 :]
                        if name not in ("li", "p", "td", "th", "tr", "dt", "dd", "option")
                    ]
                    if inner:
                        self.problems.append(f"</{tag}> closes over open {inner}")
                del self.stack[position:]
                return
        if tag not in NO_END:
            self.problems.append(f"</{tag}> without a start")

    def handle_data(self, data: str) -> None:
        if self._inside("title"):
            self.title += data
        if data.strip() and not any(name in SKIPPED_TEXT for name, _ in self.stack):
            if not (self.stack and self.stack[-1][1]):
                self.text.append(data)

    def _attributes(self, tag: str, facts: dict[str, str]) -> None:
        if "id" in facts:
            self.ids[facts["id"]] += 1
        for key in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
            self.refs += [(key, ref) for ref in facts.get(key, "").split()]
        if "placeholder" in facts:
            self.problems.append(f"placeholder on {facts.get('name')}: write a hint instead")
        if "style" in facts or any(key.startswith("on") for key in facts):
            self.problems.append(f"inline style or handler on <{tag}> breaks the content policy")
        self.classes.update(facts.get("class", "").split())


@functools.cache
def known_classes() -> frozenset[str]:
    """Every class the style sheets know."""
    sheets = "".join(sheet.read_text(encoding="utf-8") for sheet in (SHEET, SHEET.with_name("map.css")))
    text = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", sheets, flags=re.S)
    return frozenset(re.findall(r"\.([a-zA-Z][\w-]*)", text))


def page_problems(html: str | bytes, *, partial: bool = False, words: bool = True) -> list[str]:
    """Everything wrong with a page's markup and words; `partial` for a piece that htmx swaps in."""
    text = html.decode() if isinstance(html, bytes) else html
    reader = _Reader()
    reader.feed(text)
    reader.close()
    problems = list(reader.problems)
    problems += [f"id {name!r} used {count} times" for name, count in reader.ids.items() if count > 1]
    if not partial:
        problems += [
            f"{key} points to no element: {ref}" for key, ref in reader.refs if ref not in reader.ids
        ]
        problems += [] if reader.lang else ["no lang on <html>"]
        problems += [] if reader.title.strip(" –\n") else ["empty <title>"]
        problems += ["the title says twice that there are errors"] if reader.title.count("Lỗi: ") > 1 else []
        problems += [] if reader.headings["h1"] == 1 else [f"{reader.headings['h1']} h1, want one"]
    problems += _input_problems(reader)
    problems += [
        f"class {name!r} is not in the style sheet"
        for name in sorted(reader.classes - known_classes())
        if not name.startswith("js-")
    ]
    if words:
        problems += word_problems(" ".join(reader.text))
    return problems


def _input_problems(reader: _Reader) -> list[str]:
    problems = []
    for facts, in_label in reader.inputs:
        kind = facts.get("type", "text") if facts["tag"] == "input" else facts["tag"]
        name = facts.get("name") or facts.get("id")
        if kind in ("hidden", "submit", "button"):
            continue
        named = in_label or "aria-label" in facts or "aria-labelledby" in facts
        if not named and facts.get("id", "") not in reader.label_for:
            problems.append(f"input {name} has no label")
        if kind not in BARE_INPUTS and "autocomplete" not in facts:
            problems.append(f"input {name} says nothing of autocomplete")
        if kind == "number":
            problems.append(
                f"input {name}: type=number is not for money, numbers of papers or phones; use inputmode"
            )
    return problems


def word_problems(text: str) -> list[str]:
    """Banned words and leaked values of the program in visible text."""
    low = re.sub(r"\s+", " ", text.lower())
    problems = [
        f"says {word!r}: {better}"
        for word, better in BANNED.items()
        if re.search(rf"\b{re.escape(word)}", low)
    ]
    leak = LEAKS.search(text)
    return problems + ([f"leaks {leak[0]!r}"] if leak else [])


def assert_page_ok(html: str | bytes, *, partial: bool = False, words: bool = True) -> None:
    """Fail with the list of everything wrong with the page."""
    problems = page_problems(html, partial=partial, words=words)
    assert not problems, "\n".join(problems)
