"""The other fields of the portal: steps, laws cited, results, levels, subjects, agencies."""

from __future__ import annotations

import re
from itertools import pairwise

from xaso.services.onestop.catalogue.cells import NO_INFORMATION
from xaso.services.onestop.catalogue.shape import (
    ABSENT,
    AMBIGUOUS,
    PARSED,
    LegalReference,
    ResultDocument,
    Step,
    TextItem,
)

# Headings that the crawl carried over from the next field of the page, and the page's own foot.
_SPILL = re.compile(
    r"(?:Chọn cơ quan thực hiện(?:Tỉnh/ Thành phố)?.*|Cơ quan thực hiện[A-ZĐ].*|Yêu cầu, điều kiện thực hiện.*"
    r"|Kết quả xử lý.*|Từ khóa(?=Không có|[A-Z]).*)$",
    re.DOTALL,
)
_EMPTY = {
    "",
    NO_INFORMATION,
    "Không",
    "Không.",
    "Không có",
    "Không có.",
    "không",
    "không có",
    "Không quy định",
}
_STEP = re.compile(
    r"(?:^|\n)[\s*+\-–]*(?:[a-zđ]\)\s*|\(?\d+[.)]\s*|[ivx]+[.)]\s*)?(?:Bước|BƯỚC)\s*(?P<number>\d+(?:\.\d+)*)\s*[:.)]?"
)
_LETTERED = re.compile(r"(?:^|\n)\s*(?P<number>[a-zđ]|\d{1,2})[.)]\s+(?=\S)")
_RESULT = re.compile(r"Mã:\s?(?P<code>KQ\.[A-Z]\d{2}\.\d{4,6}|[A-Z0-9][A-Z0-9.\-_]*\d)")
_BAD_CODE = re.compile(r"\s*Mã:\s?\S*$")
_ISSUERS = (
    "BNNPTNT|BNNMT|BLĐTBXH|BVHTTDL|BGDĐT|BGTVT|BTNMT|BKHĐT|BKHCN|BTTTT|BTCCBCP|TANDTC|VKSNDTC|BHXH|NHNN|VPCP"
    "|TTCP|TTCT|UBDT|UBCK|BNV|BTC|BTP|BCA|BXD|BYT|BCT|BQP|BNG|CP|TTg|TTG|HĐTP|HĐND|UBND|TCT|TCHQ|TLĐ|KTNN"
)
# A number may follow a year or "QH14" without a space: the look-behinds keep those digits out of it.
_NUMBER = re.compile(
    r"(?:(?<=\D20[012]\d)|(?<=QH1\d)|(?<!\d))(?:\d{1,4}(?:\.\d{1,2})?/(?:19|20)\d\d|\d{1,5})/"
    rf"(?:QH(?:1[0-9]|[6-9])|(?:PL-)?UBTVQH1?\d|(?:NĐ|NQ|TT|TTLT|QĐ|CT|VBHN|CĐ|HD)-(?:{_ISSUERS})(?:-(?:{_ISSUERS}))*)"
)
_LEVELS = ("Cấp bộ", "Cấp tỉnh", "Cấp huyện", "Cấp xã", "Cơ quan khác")


def clean_field(text: str) -> str:
    """The field without what the crawl dragged in from its neighbours; "no information" becomes empty."""
    value = _SPILL.sub("", text.strip()).strip()
    if value.startswith(NO_INFORMATION):
        value = value[len(NO_INFORMATION) :].strip()
    return "" if value in _EMPTY else value


def split_list(text: str) -> list[str]:
    """ "A, B (không bao gồm x, y), C" to its parts: commas inside brackets do not part."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth <= 0 and text.startswith(", ", at) and text[at + 2 : at + 3].isupper():
            parts.append(text[start:at])
            start = at + 2
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip() and part.strip() != NO_INFORMATION]


def read_levels(text: str) -> list[str]:
    return [level for level in _LEVELS if level in text]


def read_steps(text: str) -> tuple[list[Step], TextItem]:
    """Steps by their "Bước n"; without numbers the text stays one piece and says so."""
    body = clean_field(text)
    if not body:
        return [], TextItem(ABSENT)
    marks = list(_STEP.finditer(body))
    if not marks:
        marks = list(_LETTERED.finditer(body))
        if len(marks) < 2 or not _counts_up([mark["number"] for mark in marks]):
            paragraphs = [part.strip() for part in re.split(r"\n\s*\n|\n(?=[-+*•])", body) if part.strip()]
            steps = [Step("", paragraph) for paragraph in paragraphs]
            return steps, TextItem(AMBIGUOUS, reason="steps_unnumbered")
    steps = []
    if body[: marks[0].start()].strip():
        steps.append(Step("", body[: marks[0].start()].strip()))
    bounds = [*(mark.start() for mark in marks), len(body)]
    for mark, (_, end) in zip(marks, pairwise(bounds), strict=True):
        steps.append(Step(mark["number"], body[mark.end() : end].strip(" \n:.-")))
    return steps, TextItem(PARSED)


def _counts_up(numbers: list[str]) -> bool:
    return numbers[0] in ("1", "a") and len(set(numbers)) == len(numbers)


def read_results(text: str) -> list[ResultDocument]:
    """Result papers with their codes `KQ.G15.000031`."""
    raw = text.split("Từ khóa")[0]
    body = clean_field(raw)
    if not body:
        return []
    results, start = [], 0
    for match in _RESULT.finditer(body):
        name = body[start : match.start()].strip(" \n-;.")
        if name:
            results.append(
                ResultDocument(PARSED, name, match["code"], raw=body[start : match.end()][-300:].strip())
            )
        start = match.end()
    rest = _BAD_CODE.sub("", body[start:]).strip(" \n-;.")
    if len(rest) > 2 and rest not in _EMPTY and not rest.startswith("Mô tả"):
        results.append(
            ResultDocument(AMBIGUOUS, rest[:300], "", raw=body[start:][:300].strip(), reason="code_missing")
        )
    return results


def read_legal(text: str) -> list[LegalReference]:
    """Laws cited, as (title, number). Title and number cells run together; a number closes a pair when the next
    text begins at once after it. A pair without a recognisable number is ambiguous."""
    body = clean_field(text.replace("Tên văn bản pháp lýMã văn bản", "", 1))
    if not body:
        return []
    cuts: list[tuple[int, int]] = []
    for match in _NUMBER.finditer(body):
        after = body[match.end() : match.end() + 1]
        before = body[match.start() - 1 : match.start()] if match.start() else ""
        starts_cell = before.isalnum() or before in tuple(".)”;…")
        if starts_cell or not after or after.isalnum() or after in '“"‘':
            cuts.append((match.start(), match.end()))
    references: list[LegalReference] = []
    start = 0
    for begin, end in cuts:
        title, number = body[start:begin].strip(), body[begin:end]
        if not title and references and references[-1].number == number:
            if references[-1].title != number:
                references[-1].title = f"{references[-1].title} {number}"
        else:
            references.append(
                LegalReference(PARSED, _title(title) or number, number, raw=body[start:end][-300:])
            )
        start = end
    rest = body[start:].strip()
    if len(rest) > 2:
        references.append(
            LegalReference(AMBIGUOUS, rest[:300], "", raw=rest[:300], reason="pair_border_lost")
        )
    return references


def _title(text: str) -> str:
    """A number cell may itself begin with the kind of law: "…Môi trường" + "Nghị định số 131/2025/NĐ-CP"."""
    return re.sub(
        r"(?:Nghị định số|Luật số|Luật|Thông tư số|Quyết định số|Nghị định|Thông tư)\s*$", "", text
    ).strip()


def read_conditions(text: str) -> TextItem:
    body = clean_field(text)
    return TextItem(PARSED, text=body) if body else TextItem(ABSENT)
