"""Vietnamese text: one spelling inside, search without diacritics, dictionary order on every server.

Nothing here depends on a database collation or on the locale of the machine: the embedded PostgreSQL has no
ICU, so the order of names is computed here and stored.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
_TONES = {_GRAVE: "2", _HOOK: "3", _TILDE: "4", _ACUTE: "5", _DOT: "6"}
_LEVEL_TONE = "1"
_BREVE, _CIRCUMFLEX, _HORN = "\u0306", "\u0302", "\u031b"
_LETTER_RANK = {
    ("a", _BREVE): "1",
    ("a", _CIRCUMFLEX): "2",
    ("e", _CIRCUMFLEX): "1",
    ("o", _CIRCUMFLEX): "1",
    ("o", _HORN): "2",
    ("u", _HORN): "1",
}
# Icelandic eth looks like đ and comes out of old Vietnamese fonts and converters.
_ETH = str.maketrans({"\u00d0": "\u0110", "\u00f0": "\u0111"})
_INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u00b4`]")
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def nfc(text: str) -> str:
    """The one spelling kept inside: composed letters, ð and Ð of old fonts turned into đ and Đ.

    Spaces and line ends stay as they are. Doing it twice changes nothing.
    """
    if text.isascii():  # nothing to compose: the common case, and this is asked for every answer
        return text
    composed = unicodedata.normalize("NFC", text)
    return composed.translate(_ETH) if "\u00d0" in composed or "\u00f0" in composed else composed


def clean(text: str) -> str:
    """One line of typed text: `nfc`, no control or zero-width characters, single spaces, trimmed."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    composed = nfc(text)
    if composed.isprintable():  # no control or invisible character is
        return " ".join(composed.split())
    visible = composed.translate(_INVISIBLE)
    if visible.isprintable():
        return nfc(" ".join(visible.split()))
    visible = "".join(" " if unicodedata.category(char) == "Cc" else char for char in visible)
    return nfc(" ".join(visible.split()))


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case without diacritics, đ as d: "Bắc Kạn" gives "bac kan". Punctuation and spaces stay.

    Doing it twice changes nothing.
    """
    folded = nfc(text)
    for _ in range(4):  # a compatibility letter may fold into one that folds again (ǅ, ﬀ, ẞ)
        before = folded
        folded = unicodedata.normalize("NFKD", folded.casefold().translate(_ETH))
        folded = "".join(char for char in folded if not unicodedata.combining(char)).replace("đ", "d")
        if folded == before:
            break
    return folded


def search_text(text: str) -> str:
    """What is stored for searching and what a query is turned into: folded words, one space between.

    Apostrophes vanish ("Cư M'gar" gives "cu mgar"), other punctuation parts words.
    """
    return " ".join(_TOKEN.findall(_APOSTROPHES.sub("", fold(text))))


def words(text: str) -> list[str]:
    """The words and numbers of a text, with their diacritics, apostrophes dropped."""
    return _TOKEN.findall(_APOSTROPHES.sub("", nfc(text)))


@lru_cache(maxsize=65536)
def _word_key(word: str) -> str:
    """One word's letters as pairs [a-z][0-2], then 0 and its tone 1-6.

    The tone belongs to the word, so "hoà" and "hòa" get one key.
    """
    letters: list[str] = []
    tone = _LEVEL_TONE
    for char in word.casefold():
        base, *marks = list(unicodedata.normalize("NFD", char))
        if base == "đ":
            base, rank = "d", "1"
        else:
            rank = next((_LETTER_RANK[base, mark] for mark in marks if (base, mark) in _LETTER_RANK), "0")
        for mark in marks:
            if tone == _LEVEL_TONE:
                tone = _TONES.get(mark, tone)
        if "a" <= base <= "z":
            letters.append(base + rank)
        else:  # another script: after z, by code point, written with the same safe characters
            letters.append("zz" + format(ord(base), "06x"))
    return "".join(letters) + "0" + tone


def _number_key(digits: str) -> str:
    value = digits.lstrip("0")[:35]
    return "1" + _BASE36[len(value)] + value


@lru_cache(maxsize=65536)
def sort_key(text: str) -> str:
    """Vietnamese dictionary order as a plain string: compare keys, never names.

    Word by word; in a word first the letters (a ă â b c d đ e ê …), then the tone (ngang, huyền, hỏi, ngã,
    sắc, nặng). Numbers compare by value ("thôn 2" before "thôn 10"). The key holds only 0-9 and a-z, so every
    collation of every server puts it in the same order. Case, punctuation and tone placement do not count.
    """
    keys = []
    for token in words(text):
        if token.isdecimal():
            keys.append(_number_key("".join(str(unicodedata.decimal(char)) for char in token)))
        else:
            keys.append(_word_key(token))
    return "".join(keys)


def name_sort_key(full_name: str) -> str:
    """Order of a list of people as Vietnamese lists have it: by given name (the last word), then the rest."""
    *rest, given = words(full_name) or [""]
    return sort_key(given) + "00" + sort_key(" ".join(rest)) if given else ""


def storable(text: str) -> str:
    """The same text; ValueError for what PostgreSQL cannot keep: NUL, half of a surrogate pair."""
    if "\x00" in text:
        raise ValueError("chứa ký tự không lưu được")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError("chứa ký tự không lưu được") from error
    return text
