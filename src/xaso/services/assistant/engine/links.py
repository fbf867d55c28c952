"""Which article cites which, read from the texts and kept as posting lists.

A cited article is a term whose posting list is the articles that cite it, so that links need no file of their own and
come and go with articles. A law that is cited by its name only ("Điều 5 Luật Đất đai") is kept under each beginning of
the words behind its kind; a candidate is looked for under its title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from . import words
from .keys import article_key, document_key
from .kinds import Doc
from .words import SLOT, Array

_LIST = r"(?:[ \xa0]*(?:,|và|hoặc|đến)[ \xa0]*(?:Điều[ \xa0]+)?\d{1,4}[a-zđ]?\b)*"
_ARTICLES = re.compile(rf"[ĐÐ]iều[ \xa0]+(\d{{1,4}}[a-zđ]?\b{_LIST})")
_LABEL = re.compile(r"\d{1,4}[a-zđ]?")
_DOCUMENT = re.compile(
    r"[ \xa0]*(?:(?:của|tại|trong)[ \xa0]+)?(Bộ luật|Luật|Pháp lệnh|Nghị định|Nghị quyết|Thông tư liên tịch|Thông tư"
    r"|Quyết định|Quy chế|Quy định)[ \xa0]+(này\b|[^\n;]{1,110})"
)
_NUMBER = re.compile(r"(?<![\d/])\d{1,4}[a-zđ]?/[\wĐđ&]+(?:[-–/][\wĐđ&]+)*")
# Between the articles of one list there are clauses and points only: "khoản 2 Điều 12, điểm a khoản 3 Điều 14".
_BETWEEN = re.compile(
    r"[ \xa0]*(?:,|;|và|hoặc)[ \xa0]*(?:(?:các[ \xa0]+)?(?:điểm|khoản)[ \xa0][\w ,\xa0]{1,40})?"
)
_LAWS = {"Bộ luật", "Luật", "Pháp lệnh"}
UNKNOWN = "?"  # another document, the text does not say which
NAME_WORDS = 12  # of a law's name
NAME_POWERS = words.spread(np.arange(7000, 7000 + NAME_WORDS)) | np.uint64(1)
_SALT = np.uint64(0x51ED270B7F4A7C15)


def cited_article(document: Array, article: Array) -> Array:
    """The term whose posting list is the articles that cite an article."""
    mixed = words.spread(np.asarray(document, dtype=np.uint64) ^ _SALT)
    return words.spread(mixed + np.asarray(article, dtype=np.uint64))


def terms(docs: Sequence[Doc]) -> tuple[Array, Array]:
    """Place of the citing article within ``docs``, and the term of an article that it cites."""
    places: list[int] = []
    documents: list[int] = []
    articles: list[int] = []
    named: list[tuple[int, int]] = []  # place, article
    names: list[str] = []
    for place, doc in enumerate(docs):
        here, itself = document_key(doc.document_number), article_key(doc.article)
        for label, number, name in citations(doc.text):
            article = article_key(label)
            if name:
                named.append((place, article))
                names.append(name)
                continue
            document = document_key(number) if number else here
            if document and (document != here or article != itself):
                places.append(place)
                documents.append(document)
                articles.append(article)
    of_name, keys = _beginnings(names)
    by_name = np.array(named, dtype=np.int64).reshape(-1, 2)[of_name]
    return (
        np.concatenate([np.array(places, dtype=np.int64), by_name[:, 0]]),
        cited_article(
            np.concatenate([np.array(documents, dtype=np.uint64), keys]),
            np.concatenate([np.array(articles, dtype=np.int64), by_name[:, 1]]),
        ),
    )


def citations(text: str) -> list[tuple[str, str, str]]:
    """(article, number of its document, name of its law) of what a text cites; both empty: its own document.

    The number is ``UNKNOWN`` when it is another document and the text does not say which.
    """
    found: list[tuple[str, str, str]] = []
    begun, number, name = -1, "", ""
    for match in reversed(list(_ARTICLES.finditer(text))):
        behind = text[match.end() : begun] if begun >= 0 else ""
        if not (begun >= 0 and len(behind) < 60 and _BETWEEN.fullmatch(behind)):
            number, name = _document(text, match.end())
        found += [(label, number, name) for label in _LABEL.findall(match.group(1))]
        begun = match.start()
    return found


def _document(text: str, at: int) -> tuple[str, str]:
    match = _DOCUMENT.match(text, at)
    if match is None or match.group(2).startswith("này"):
        return "", ""
    number = _NUMBER.search(match.group(2))
    if number:
        return number.group(), ""
    return ("", match.group(2)) if match.group(1) in _LAWS else (UNKNOWN, "")


def _beginnings(names: list[str]) -> tuple[Array, Array]:
    """For each beginning of each name: which name it is of, and its key."""
    if not names:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64)
    tokens = words.scan(words.clean("\n".join(names)).replace("\n", SLOT))
    first = np.searchsorted(tokens.slot, np.arange(len(names)))
    inside = np.arange(len(tokens)) - first[tokens.slot]
    kept = inside < NAME_WORDS
    parts = (tokens.word >> np.uint64(40))[kept] * NAME_POWERS[inside[kept]]
    slot, running = tokens.slot[kept], np.cumsum(parts, dtype=np.uint64)
    begins = np.searchsorted(slot, slot)
    before = np.where(begins > 0, running[np.maximum(begins - 1, 0)], np.uint64(0))
    return slot, words.spread(running - before)
