"""Citations in a question, taken literally: a document's number, an article's number, a law's name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .keys import article_key, document_key

_NUMBER = re.compile(
    r"\b(\d{1,4}[a-z]?)\s*/\s*(?:((?:19|20)\d{2})\s*/\s*)?"
    r"((?:[a-zđ]{1,8}\d{0,2})(?:\s*[-–/&]\s*[a-zđ&]{2,10})*)",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"\b(nghị định|nghi dinh|nđ|nd)\s*(?:số|so)?\s*(\d{1,4})\s*/\s*((?:19|20)\d{2})\b", re.IGNORECASE
)
_ARTICLE = re.compile(r"\b(?:điều|dieu|đ|Đ)\s*\.?\s*(\d{1,4}[a-zđ]?)\b", re.IGNORECASE)
_LAW = re.compile(
    r"\b((?:bộ luật|bo luat|luật|luat|pháp lệnh|phap lenh|nghị định|nghi dinh|thông tư|thong tu)\s+[^?.;:]{2,80})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Cited:
    """What a question names; 0 and empty where it names nothing."""

    document: int = 0
    article: int = 0
    law: str = ""

    def __bool__(self) -> bool:
        return bool(self.document or self.article)


def read(text: str) -> Cited:
    """The first document and the first article named in a question."""
    article = _ARTICLE.search(text)
    return Cited(
        _document(text),
        article_key(article.group(1).lower()) if article else 0,
        _law(text) if article else "",
    )


def _document(text: str) -> int:
    short = _SHORT.search(text)
    number = _NUMBER.search(text)
    if number and (number.group(2) or "-" in number.group(3)):
        said = "/".join(part for part in number.groups() if part)
        return document_key(re.sub(r"\s+", "", said).upper().replace("–", "-"))
    if short:
        return document_key(f"{short.group(2)}/{short.group(3)}/NĐ-CP")
    return 0


def _law(text: str) -> str:
    law = _LAW.search(text)
    return re.split(r"\b(?:quy định|quy dinh|nói|noi|về|ve|là|la)\b", law.group(1))[0].strip() if law else ""
