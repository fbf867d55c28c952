"""A whole document read from its lines: head, chapters, articles; with what is doubtful said in Vietnamese."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from xaso.kernel.plain.law.citing import Citation, citations
from xaso.kernel.plain.law.dates import DAY, day_in, day_of
from xaso.kernel.plain.law.numbers import NUMBER, issuer_of, kind_of, number_of
from xaso.kernel.plain.law.places import label_order
from xaso.kernel.plain.text import nfc

HEAD_LINES = 80
_ARTICLE = re.compile(r"^\s*(?:Điều|ĐIỀU)\s+(\d{1,4}[a-zđA-ZĐ]{0,2})\s?(?:[.:)]|(?=\s)|$)\s*(.*)$")
_PART = re.compile(
    r"^\s*(?:Phần|PHẦN)\s+((?:thứ|THỨ)\s+\S+(?:\s+\S+)?|[IVXLC]+|\d{1,2})(?![\w])[.:]?\s*(.*)$"
)
_CHAPTER = re.compile(r"^\s*(?:Chương|CHƯƠNG)\s+([IVXLC]+[a-zA-Z]?|\d{1,2})(?![\w])[.:]?\s*(.*)$")
_SECTION = re.compile(r"^\s*(?:(?:Tiểu\s+)?[Mm]ục|MỤC|TIỂU MỤC)\s+(\d{1,2}|[IVX]+)(?![\w])[.:]?\s*(.*)$")
_ANNEX = re.compile(
    r"^\s*(?:PHỤ LỤC|Phụ lục)(?:\s+(?:SỐ\s+|số\s+)?([IVXLC]+|\d{1,2}[a-z]?))?\s*(?:[.:]\s*.*)?$"
)
_SIGNATURE = re.compile(
    r"^\s*(?:Nơi nhận\s*:|(?:TM|KT|TL|TUQ|Q)\.\s|CHỦ TỊCH QUỐC HỘI|(?:Luật|Bộ luật|Nghị quyết|Pháp lệnh) này "
    r"(?:đã )?được .{3,160}thông qua)"
)
_KINDS = re.compile(
    r"^\s*(BỘ LUẬT|LUẬT|PHÁP LỆNH|NGHỊ ĐỊNH|NGHỊ QUYẾT LIÊN TỊCH|NGHỊ QUYẾT|THÔNG TƯ LIÊN TỊCH|THÔNG TƯ"
    r"|QUYẾT ĐỊNH|CHỈ THỊ|LỆNH|VĂN BẢN HỢP NHẤT)\s*$"
)
_NUMBER_LINE = re.compile(r"(?:Luật\s+|Bộ luật\s+)?[Ss]ố\s*:?\s*")
_ISSUERS = re.compile(
    r"^\s*((?:CHÍNH PHỦ|QUỐC HỘI|THỦ TƯỚNG CHÍNH PHỦ|ỦY BAN|UỶ BAN|HỘI ĐỒNG|BỘ |TÒA ÁN|VIỆN KIỂM SÁT|NGÂN HÀNG|"
    r"THANH TRA|KIỂM TOÁN|VĂN PHÒNG|CHỦ TỊCH NƯỚC).*)$"
)
_COUNTRY = re.compile(r"CỘNG\s+H[ÒO]A|Độc lập\s*[-–]\s*Tự do|^[\s\-_–—*.]+$", re.I)
_BASE = re.compile(r"^\s*(?:Căn cứ|Căn cứ vào)\s")
_EFFECTIVE = re.compile(
    r"có\s+hiệu\s+lực(?:\s+thi\s+hành)?\s*(?:kể\s+)?(?:từ\s+)?(?=ngày\s+\d|từ\s+\d|\d)", re.I
)
_EFFECT_FROM_SIGNING = re.compile(
    r"có\s+hiệu\s+lực(?:\s+thi\s+hành)?\s+(?:kể\s+)?từ\s+ngày\s+(?:ký|ban hành)", re.I
)
_LEGACY = re.compile("[µ¶·¸¹¨©®¬¼½¾ÆÇÈÉÊ£¥§]")
_DIACRITICS = re.compile("[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.I)


@dataclass
class DraftArticle:
    """One article as read: number, title, text, and the part, chapter and section above it."""

    number: str
    title: str
    text: str
    part: str = ""
    chapter: str = ""
    section: str = ""


@dataclass
class Draft:
    """A document as read. ``problems``: why it must be set aside; ``doubts``: what an officer should look at."""

    number: str = ""
    kind: str = ""
    issuer: str = ""
    title: str = ""
    issued_on: date | None = None
    effective_on: date | None = None
    articles: list[DraftArticle] = field(default_factory=list)
    bases: list[Citation] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def read_draft(text: str, *, today: date) -> Draft:
    """Read a document's whole text. It never raises: what is wrong stands in ``problems``."""
    lines = [line.rstrip() for line in nfc(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    draft = Draft()
    first = next((at for at, line in enumerate(lines) if _ARTICLE.match(line) or _CHAPTER.match(line)), None)
    _read_head(draft, lines[: min(first if first is not None else len(lines), HEAD_LINES)])
    _read_body(draft, lines[first:] if first is not None else [])
    _read_effect(draft)
    _look(draft, text, today)
    return draft


# ---- the head -------------------------------------------------------------------------------------------------------


def _read_head(draft: Draft, lines: Sequence[str]) -> None:
    kind_at = None
    for at, line in enumerate(lines):
        kind = _KINDS.match(line)
        if kind is not None and kind_at is None:
            draft.kind, kind_at = kind[1].capitalize(), at
        if not draft.issuer:
            issuer = _ISSUERS.match(line)
            if issuer is not None and line.isupper() and not _COUNTRY.search(line):
                draft.issuer = _sentence_case(issuer[1])
        if not draft.number and not _BASE.match(line):
            label = _NUMBER_LINE.search(line)
            number = NUMBER.search(line, label.end()) if label else None
            if number is not None and (label is None or number.start() - label.end() < 4):
                draft.number = number_of(number[0])
        if draft.issued_on is None and not _BASE.match(line) and re.search(r"ngày\s+\d", line, re.I):
            draft.issued_on = day_in(line)
        if _BASE.match(line):
            draft.bases += [one for one in citations(line) if one.number or one.name]
    if kind_at is not None:
        draft.title = _title(lines[kind_at + 1 :])
    told = kind_of(draft.number)
    draft.kind = draft.kind or told
    draft.issuer = _issuer(draft)


def _issuer(draft: Draft) -> str:
    told = issuer_of(draft.number)
    if draft.issuer and told and told in {"Ủy ban nhân dân", "Hội đồng nhân dân"}:
        return draft.issuer
    return told or draft.issuer


def _sentence_case(words: str) -> str:
    line = " ".join(words.split()).lower().replace("uỷ ban", "ủy ban")
    for lower, name in (
        ("ủy ban nhân dân tỉnh ", "Ủy ban nhân dân tỉnh "),
        ("ủy ban nhân dân thành phố ", "Ủy ban nhân dân thành phố "),
        ("ủy ban nhân dân xã ", "Ủy ban nhân dân xã "),
        ("ủy ban nhân dân phường ", "Ủy ban nhân dân phường "),
        ("hội đồng nhân dân tỉnh ", "Hội đồng nhân dân tỉnh "),
        ("hội đồng nhân dân thành phố ", "Hội đồng nhân dân thành phố "),
        ("hội đồng nhân dân xã ", "Hội đồng nhân dân xã "),
        ("hội đồng nhân dân phường ", "Hội đồng nhân dân phường "),
    ):
        if line.startswith(lower):
            return name + line[len(lower) :].title()
    return line.capitalize()


def _title(lines: Sequence[str]) -> str:
    found: list[str] = []
    for line in lines:
        words = line.strip()
        if not words or re.fullmatch(r"[-_–—*.\s]+", words):
            if found:
                break
            continue
        if _BASE.match(line) or _PART.match(line) or len(found) > 6 or _COUNTRY.search(words):
            break
        if re.match(r"^\s*(?:[Ss]ố\s*:|(?:Luật|Bộ luật)\s+số)", words):
            continue
        found.append(words)
    title = " ".join(found)
    return title.capitalize() if title.isupper() else title


# ---- the body -------------------------------------------------------------------------------------------------------


@dataclass
class _Above:
    part: str = ""
    chapter: str = ""
    section: str = ""


def _read_body(draft: Draft, lines: Sequence[str]) -> None:
    above, at, depth = _Above(), 0, 0
    current: DraftArticle | None = None
    kept: list[str] = []
    signed = False
    while at < len(lines):
        line = lines[at]
        if signed:
            annex = _ANNEX.match(line)
            if annex is not None:
                _close(draft, current, kept)
                current, kept = _annex(draft, annex), []
            elif current is not None and current.number.startswith("Phụ lục"):
                kept.append(line)
            at += 1
            continue
        heading = None if depth > 0 else _heading(lines, at, above)
        if heading is not None:
            _close(draft, current, kept)
            current, kept, at = None, [], heading
            continue
        article = None if depth > 0 else _ARTICLE.match(line)
        if article is not None and _rises(draft, current, article[1]):
            _close(draft, current, kept)
            current, kept = _opened(article, above), []
        elif _SIGNATURE.match(line) and depth <= 0:
            _close(draft, current, kept)
            current, kept, signed = None, [], True
        elif current is not None:
            kept.append(line)
        depth = max(0, depth + line.count("“") - line.count("”"))
        if depth and not line.strip():
            depth = depth if depth < 3 else 0
        at += 1
    _close(draft, current, kept)


def _opened(article: re.Match[str], above: _Above) -> DraftArticle:
    return DraftArticle(article[1].lower(), article[2].strip(), "", above.part, above.chapter, above.section)


def _annex(draft: Draft, found: re.Match[str]) -> DraftArticle:
    count = sum(1 for one in draft.articles if one.number.startswith("Phụ lục")) + 1
    return DraftArticle(f"Phụ lục {found[1] or count}", "", "")


def _rises(draft: Draft, current: DraftArticle | None, number: str) -> bool:
    """Whether an article's number goes on from the last one; quoted articles of another document do not."""
    last = current.number if current is not None else (draft.articles[-1].number if draft.articles else "")
    if not last:
        return True
    here, before = label_order(number.lower()), label_order(last)
    return here > before and here[0] - before[0] <= 3


def _heading(lines: Sequence[str], at: int, above: _Above) -> int | None:
    """Reads a heading of a part, chapter or section into ``above``; answers the line behind it."""
    line = lines[at]
    for pattern, field_name, below in (
        (_PART, "part", ("chapter", "section")),
        (_CHAPTER, "chapter", ("section",)),
        (_SECTION, "section", ()),
    ):
        found = pattern.match(line)
        if found is None:
            continue
        words, after = line.strip(), at + 1
        while not found[2].strip() and after < len(lines) and after - at < 5:
            more = lines[after].strip()
            if not more:
                after += 1
                continue
            if _ARTICLE.match(more) or _SECTION.match(more) or _CHAPTER.match(more) or not _is_title(more):
                break
            words, after = f"{words} {more}", after + 1
            if not lines[after : after + 1] or not lines[after].strip().isupper():
                break
        setattr(above, field_name, " ".join(words.split())[:500])
        for lower in below:
            setattr(above, lower, "")
        return after
    return None


def _is_title(line: str) -> bool:
    return line.isupper() or (len(line) < 200 and not line.endswith((".", ";", ":")))


def _close(draft: Draft, article: DraftArticle | None, kept: list[str]) -> None:
    if article is None:
        return
    body = "\n".join(" ".join(line.split()) for line in kept if line.strip())
    if article.title and (not body or len(article.title) > 250 or article.title.endswith((";", ":", "."))):
        body = f"{article.title}\n{body}".strip()  # no title: the article's text begins on its own line
        article.title = ""
    article.text = body
    draft.articles.append(article)


def _read_effect(draft: Draft) -> None:
    """The day of effect, from the last articles that speak of it."""
    for article in reversed([one for one in draft.articles if one.number[:1].isdigit()][-6:]):
        found = _EFFECTIVE.search(article.text)
        day = DAY.search(article.text, found.end(), found.end() + 60) if found else None
        if day is not None:
            draft.effective_on = day_of(day)
            return
        if _EFFECT_FROM_SIGNING.search(article.text):
            draft.effective_on = draft.issued_on
            return


# ---- what is doubtful -----------------------------------------------------------------------------------------------


def _look(draft: Draft, text: str, today: date) -> None:
    letters = max(1, sum(map(str.isalpha, text[:20000])))
    if len(text.strip()) < 80:
        draft.problems.append("Tệp gần như không có chữ.")
    elif text.count("\ufffd") > 5:
        draft.problems.append("Tệp có nhiều ký tự hỏng, không đọc được đúng chữ.")
    elif len(_LEGACY.findall(text[:20000])) / letters > 0.03:
        draft.problems.append("Chữ theo bảng mã cũ (TCVN3, VNI). Chuyển sang Unicode rồi nhập lại.")
    elif len(_DIACRITICS.findall(text[:20000])) / letters < 0.06:
        draft.problems.append("Không phải tiếng Việt có dấu, hoặc nhận dạng chữ sai nhiều.")
    if not draft.number:
        draft.problems.append("Không tìm thấy số hiệu ở phần đầu văn bản.")
    if not draft.kind:
        draft.problems.append("Không biết là loại văn bản gì.")
    told = kind_of(draft.number)
    law_like = {"Luật", "Bộ luật", "Nghị quyết", "Pháp lệnh"}
    if told and draft.kind and told != draft.kind and not {told, draft.kind} <= law_like:
        draft.problems.append(f"Tên loại là {draft.kind} nhưng số hiệu là của {told}.")
    if draft.issued_on is None:
        draft.doubts.append("Không thấy ngày ban hành.")
    elif draft.issued_on > today:
        draft.problems.append("Ngày ban hành ở sau hôm nay.")
    if draft.effective_on is None:
        draft.doubts.append("Không thấy ngày có hiệu lực.")
    elif draft.issued_on and draft.effective_on < draft.issued_on:
        draft.doubts.append("Ngày có hiệu lực đứng trước ngày ban hành.")
    _look_at_articles(draft)


def _look_at_articles(draft: Draft) -> None:
    numbers = [one.number for one in draft.articles if one.number[:1].isdigit()]
    if not numbers:
        draft.problems.append("Không tách được điều nào.")
        return
    twice = [number for number, count in Counter(numbers).items() if count > 1]
    if twice:
        draft.problems.append(f"Điều {', '.join(twice[:5])} có hai lần.")
    plain = sorted({label_order(number)[0] for number in numbers})
    missing = sorted(set(range(1, plain[-1] + 1)) - set(plain))
    if missing:
        named = ", ".join(map(str, missing[:5]))
        draft.problems.append(f"Thiếu Điều {named}: tách điều có thể sai hoặc tệp thiếu trang.")
    empty = [one.number for one in draft.articles if one.number[:1].isdigit() and not one.text.strip()]
    if empty:
        draft.problems.append(f"Điều {', '.join(empty[:5])} không có nội dung.")
