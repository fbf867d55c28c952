"""Checks on a setup that its schema cannot make: the form editor shows them, shipped setups must have none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from xaso.services.onestop.eforms.conditions import Condition, fields_in, leaves
from xaso.services.onestop.eforms.facts import FACTS, OFFICES, ROLES, SOURCES
from xaso.services.onestop.eforms.lists import list_names, options_of
from xaso.services.onestop.eforms.plan import over_term, steps_of
from xaso.services.onestop.eforms.schema import CHOICES, Kind, Question, Setup

MOST_WORDS = 20
BANNED = {
    "hồ sơ hợp lệ": "đủ giấy tờ",
    "kê khai": "điền",
    "xuất trình": "cho xem (bản gốc)",
    "thẩm quyền giải quyết": "nơi giải quyết",
    "cập nhật": "sửa",
    "truy cập": "mở",
    "vui lòng": "(bỏ)",
}
_SENTENCE = re.compile(r"[.?!;:]\s|\n")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a setup, and where."""

    level: Literal["error", "warning"]
    path: str
    message: str


def lint_setup(setup: Setup, templates: Collection[str] | None = None) -> list[Finding]:
    """Everything an editor should mend. With ``templates`` given, result templates must be among them."""
    found: list[Finding] = []
    for check in (_keys, _conditions, _questions, _components, _cases, _fees, _words):
        found.extend(check(setup))
    for result in setup.results:
        where = f"results.{result.key}"
        if result.signer not in ROLES or (result.issuer and result.issuer not in OFFICES):
            found.append(_error(where, "Không có người ký hoặc cơ quan cấp này"))
        if templates is not None and result.template not in templates:
            found.append(_error(where, f"Không có mẫu {result.template}"))
        known = {question.key for _, question in setup.questions()}
        for question in result.draft:
            if question.key in known:
                found.append(_error(f"{where}.{question.key}", "Trùng khóa với câu hỏi của tờ khai"))
    return found


def _error(path: str, message: str) -> Finding:
    return Finding("error", path, message)


def _keys(setup: Setup) -> Iterator[Finding]:
    questions = [question.key for _, question in setup.questions()]
    lists: dict[str, list[str]] = {
        "pages": [page.key for page in setup.pages],
        "questions": questions,
        "components": [part.key for part in setup.components],
        "cases": [part.key for part in setup.cases],
        "steps": [part.key for part in setup.steps],
        "fees": [part.key for part in setup.fees],
        "results": [part.key for part in setup.results],
        "stops": [part.key for part in setup.stops],
        "promises": [part.key for part in setup.promises],
    }
    for _, question in setup.questions():
        lists[f"questions.{question.key}.fields"] = [part.key for part in question.fields]
        lists[f"questions.{question.key}.options"] = [option.value for option in question.options]
    for name, keys in lists.items():
        for key, times in Counter(keys).items():
            if times > 1:
                yield _error(f"{name}.{key}", "Khóa bị trùng")


def _conditions(setup: Setup) -> Iterator[Finding]:
    """No condition looks at a question that does not exist, comes later, or offers no such answer."""
    seen: dict[str, Question] = {}
    everything = {question.key for _, question in setup.questions()}
    for page in setup.pages:
        yield from _check(f"pages.{page.key}", page.ask_when, seen, everything)
        for question in page.fields:
            where = f"pages.{page.key}.{question.key}"
            yield from _check(where, question.ask_when, seen, everything)
            yield from _same_page(where, question, {one.key for one in page.fields})
            yield from _check(where, question.prefill_when, seen, everything)
            yield from _inside(where, question, seen, everything)
            seen[question.key] = question
    later: list[tuple[str, Condition | None]] = [
        *((f"stops.{part.key}", part.when) for part in setup.stops),
        *((f"promises.{part.key}", part.when) for part in setup.promises),
        *((f"components.{part.key}", part.when) for part in setup.components),
        *((f"components.{part.key}", part.skip_when) for part in setup.components),
        *((f"cases.{part.key}", part.when) for part in setup.cases),
        *((f"steps.{part.key}", part.skip_when) for part in setup.steps),
        *((f"fees.{part.key}", part.when) for part in setup.fees),
        *((f"fees.{fee.key}.{rule.key}", rule.when) for fee in setup.fees for rule in fee.exempt),
        *((f"results.{part.key}", part.when) for part in setup.results),
    ]
    for where, condition in later:
        yield from _check(where, condition, seen, everything)


def _same_page(where: str, question: Question, keys: set[str]) -> Iterator[Finding]:
    """What hangs on an answer of the same page must be simple: the page shows and hides it without the server."""
    condition = question.ask_when
    if condition is None or not keys & fields_in(condition):
        return
    if condition.field is None or (condition.is_ is None and condition.in_ is None):
        yield _error(
            where, "Hỏi theo câu trả lời cùng trang thì chỉ dùng is hoặc in; điều kiện khác để sang trang sau"
        )


def _inside(
    where: str, question: Question, seen: dict[str, Question], everything: set[str]
) -> Iterator[Finding]:
    inner = dict(seen)
    for part in question.fields:
        yield from _check(f"{where}.{part.key}", part.ask_when, inner, everything | set(inner))
        inner[part.key] = part
    for option in question.options:
        yield from _check(f"{where}.{option.value}", option.when, seen, everything)


def _check(
    where: str, condition: Condition | None, seen: dict[str, Question], everything: set[str]
) -> Iterator[Finding]:
    for leaf in leaves(condition):
        if leaf.fact is not None:
            if leaf.fact not in FACTS:
                yield _error(where, f"Không có dữ kiện {leaf.fact}")
            continue
        for key in filter(None, (leaf.field, leaf.on)):
            if key not in seen:
                late = key in everything
                yield _error(where, f"Điều kiện xét câu hỏi {key} {'đứng sau' if late else 'không có'}")
        question = seen.get(leaf.field or "")
        if question is not None:
            yield from _offered(where, leaf, question)


def _offered(where: str, leaf: Condition, question: Question) -> Iterator[Finding]:
    wanted = [
        value for value in (leaf.is_, leaf.is_not, leaf.contains, *(leaf.in_ or ())) if value is not None
    ]
    if question.kind in CHOICES:
        values = {option.value for option in options_of(question)}
        for value in wanted:
            if value not in values:
                yield _error(where, f"{question.key} không có câu trả lời {value!r}: không bao giờ đúng")
    if question.kind is Kind.YES_NO:
        for value in wanted:
            if not isinstance(value, bool):
                yield _error(where, f"{question.key} chỉ nhận đúng hoặc sai")


def _questions(setup: Setup) -> Iterator[Finding]:
    before: set[str] = set()
    for page, question in setup.questions():
        where = f"pages.{page.key}.{question.key}"
        inner: set[str] = set()
        for part in (question, *question.fields):
            spot = where if part is question else f"{where}.{part.key}"
            yield from _one_question(spot, part, before | inner)
            inner.add(part.key)
        before.add(question.key)
        before.update(f"{question.key}.{part.key}" for part in question.fields)


def _one_question(where: str, question: Question, before: set[str]) -> Iterator[Finding]:
    names = [question.not_before, question.not_after, *question.id_of.values()]
    names += list(question.compute.of) if question.compute else []
    for name in filter(None, names):
        if name not in before:
            yield _error(where, f"Nhắc đến câu hỏi {name} không có hoặc đứng sau")
    if question.choice_list and not question.options and question.choice_list not in list_names():
        yield _error(where, f"Không có danh sách {question.choice_list}")
    if question.prefill and question.prefill.partition(".")[0] not in SOURCES:
        yield _error(where, f"Không biết nguồn điền sẵn {question.prefill}")
    if question.pattern and not question.pattern_words:
        yield _error(where, "Có mẫu nhập nhưng thiếu câu chỉ cách nhập (pattern_words)")


def _components(setup: Setup) -> Iterator[Finding]:
    cases = {case.key for case in setup.cases}
    for part in setup.components:
        where = f"components.{part.key}"
        for case in part.cases:
            if case not in cases:
                yield _error(where, f"Không có trường hợp {case}")
        if not part.legal_basis and not part.unconfirmed:
            yield _error(where, "Thiếu căn cứ pháp lý hoặc dấu chưa xác nhận")
        if part.skip_when is not None and not part.skip_words:
            yield Finding("warning", where, "Thiếu lời giải thích vì sao không phải nộp")


def _cases(setup: Setup) -> Iterator[Finding]:
    for case in setup.cases[:-1]:
        if case.when is None:
            yield _error(f"cases.{case.key}", "Trường hợp đứng sau không bao giờ được chọn")
    if setup.cases[-1].when is not None:
        yield _error(f"cases.{setup.cases[-1].key}", "Trường hợp cuối phải dùng cho mọi hồ sơ còn lại")
    for case in setup.cases:
        where = f"cases.{case.key}"
        if not case.term_basis and not case.term_unconfirmed:
            yield _error(where, "Thời hạn thiếu căn cứ pháp lý hoặc dấu chưa xác nhận")
        steps = steps_of(setup, case)
        kinds = [step.kind for step in steps]
        if kinds[0] != "receive" or kinds[-1] != "return":
            yield _error(where, "Các bước bắt đầu bằng tiếp nhận và kết thúc bằng trả kết quả")
        yield from (_error(where, f"Vượt thời hạn: {words}") for words in over_term(steps, case.term))
        for step in steps:
            if step.office not in OFFICES:
                yield _error(f"{where}.{step.key}", f"Không có cơ quan {step.office}")
            if step.role not in ROLES:
                yield _error(f"{where}.{step.key}", f"Không có vai trò {step.role}")
        stages = [step.stage for step in steps]
        if stages != sorted(stages):
            yield _error(where, "Các bước phải đi theo thứ tự giai đoạn")


def _fees(setup: Setup) -> Iterator[Finding]:
    questions = {question.key: question for _, question in setup.questions()}
    papers = {part.key for part in setup.components}
    if not setup.fees:
        yield _error("fees", "Ghi rõ phí, lệ phí, kể cả khi không thu")
    for fee in setup.fees:
        where = f"fees.{fee.key}"
        group = questions.get(fee.group) if fee.group else None
        if fee.group and (group is None or group.kind is not Kind.GROUP):
            yield _error(where, f"{fee.group} không phải nhóm lặp")
        fields = {part.key: part for part in group.fields} if group else questions
        for name in filter(None, (fee.quantity, fee.pages)):
            if name not in fields or fields[name].kind not in {Kind.NUMBER, Kind.COMPUTED}:
                yield _error(where, f"{name} không phải câu hỏi số")
        for rule in fee.exempt:
            if rule.proof and rule.proof not in papers:
                yield _error(f"{where}.{rule.key}", f"Không có giấy tờ chứng minh {rule.proof}")


def _words(setup: Setup) -> Iterator[Finding]:
    for path, text in _texts(setup):
        lowered = text.lower()
        for word, better in BANNED.items():
            if word in lowered:
                yield _error(path, f"Thay “{word}” bằng “{better}”")
        for sentence in _SENTENCE.split(text):
            count = len(sentence.split())
            if count > MOST_WORDS:
                yield _error(path, f"Câu dài {count} chữ, nhiều nhất {MOST_WORDS}: {sentence[:60]}")


def _texts(setup: Setup) -> Iterator[tuple[str, str]]:
    """Every sentence a citizen reads, save the legal names of papers and decrees."""
    yield from (("title", setup.title), ("summary", setup.summary), ("competent", setup.competent))
    yield from ((f"who_can.{place}", text) for place, text in enumerate(setup.who_can))
    yield from ((f"before_start.{place}", text) for place, text in enumerate(setup.before_start))
    for page in setup.pages:
        yield from ((f"pages.{page.key}", text) for text in (page.title, page.hint))
        for question in page.fields:
            yield from _question_texts(f"pages.{page.key}.{question.key}", (question, *question.fields))
    for stop in setup.stops:
        yield from ((f"stops.{stop.key}", text) for text in (stop.title, stop.words))
    yield from ((f"promises.{promise.key}", promise.words) for promise in setup.promises)
    yield from ((f"components.{part.key}", part.skip_words) for part in setup.components)
    for result in setup.results:
        yield from _question_texts(f"results.{result.key}", result.draft)


def _question_texts(where: str, questions: Iterable[Question]) -> Iterator[tuple[str, str]]:
    for question in questions:
        for text in (question.label, question.hint, question.ask, question.pattern_words):
            yield where, text
        yield from ((where, text) for option in question.options for text in (option.label, option.hint))
