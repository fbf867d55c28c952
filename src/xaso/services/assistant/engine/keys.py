"""Short numbers for what names a document, an article, an office."""

from __future__ import annotations

from functools import lru_cache

from . import words
from .words import number_key

KINDS = {"qh": 1, "ubtvqh": 2, "nd": 3, "nq": 4, "qd": 5, "tt": 6, "ttlt": 7, "ct": 8}


@lru_cache(8192)
def document_key(text: str) -> int:
    """``number_key`` with a memory: articles of one document come together."""
    return number_key(text)


@lru_cache(8192)
def name_key(name: str) -> int:
    """31 bits for an issuer's or a province's name; 0 for none."""
    return number_key(name) & 0x7FFFFFFF


def article_key(article: str) -> int:
    """``15a`` as 15 * 32 + 1; 0 for what is no article number."""
    digits = "".join(char for char in article if char.isdigit())[:7]
    letter = next((char for char in reversed(article.lower()) if char.isalpha()), "")
    return (
        int(digits) * 32 + ("abcdđefghijklmnopqrstuvwxyz".find(letter) + 1 if letter else 0) if digits else 0
    )


@lru_cache(8192)
def kind_of(number: str) -> int:
    """Kind of a document by its number: law, decree, circular …; 0 when unknown."""
    letters = (part.rstrip("0123456789") for part in words.fold(number).split())
    return next((KINDS[part] for part in letters if part in KINDS), 0)
