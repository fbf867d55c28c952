"""Articles to one new segment on disk.

Every token of a batch becomes one 64-bit number (44 bits of term, 17 of article, 3 of field); one sort of these
numbers gives all posting lists in the order of their terms. A posting holds the saturated BM25F weight in one byte,
so that a search only adds bytes times idf.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from . import links, words
from .files import COLUMNS, write_segment
from .keys import article_key, document_key, kind_of, name_key
from .kinds import Doc, EngineError, days
from .words import SLOT, Array, clean

FIELDS = ("title", "document_title", "topic", "chapter", "text")
# Weights of the fields; how long each usually is (fixed, so that a small collection is weighed like a large one).
FIELD_WEIGHTS = np.array([4.0, 2.0, 1.0, 1.0, 1.0])
PAIR_WEIGHTS = np.array([4.0, 2.0, 0.0, 0.0, 1.0])
USUAL = np.array([11.0, 30.0, 5.0, 9.0, 260.0])
K1, B = 1.2, 0.75
TERM_BITS = np.uint64(20)  # a term is the upper 44 bits of its hash
MOST = (1 << 17) - 1  # articles in one batch
CAP = 1600  # tokens of the text that an article's own list keeps
_CHUNK = 4_000_000  # letters scanned at once

FLAGS = {
    "giải thích từ ngữ": 1,
    "phạm vi điều chỉnh": 2,
    "đối tượng áp dụng": 4,
    "hiệu lực": 8,
    "chuyển tiếp": 16,
    "tổ chức thực hiện": 32,
    "sửa đổi, bổ sung": 64,
}


def build(docs: Sequence[Doc], folder: Path) -> None:
    """Write the segment of these articles; the folder is new and complete when this returns."""
    if len(docs) > MOST:
        raise EngineError(f"a batch holds at most {MOST} articles")
    parts: list[dict[str, Array]] = []
    vocabulary: set[str] = set()
    known = np.zeros(1 << 22, dtype=bool)
    for first, chunk in _chunks(docs):
        tokens = words.scan(SLOT.join(chunk))
        _note_words(tokens, known, vocabulary)
        parts.append(_keys(tokens, first))
    named = _named(docs)
    slots = np.concatenate([part["slot"] for part in parts])
    counts = np.bincount(slots, minlength=len(docs) * len(FIELDS)).reshape(len(docs), len(FIELDS))
    columns, blobs = _columns(docs, counts)
    terms, starts, ids, weights = _postings(parts, counts, named)
    own, own_starts = _own_lists(parts, counts, slots)
    columns["own_starts"] = own_starts
    write_segment(
        folder,
        {"count": len(docs)},
        {
            **columns,
            "terms": terms,
            "starts": starts,
            "ids": ids,
            "weights": weights,
            "own": own,
            "names": blobs,
            "vocabulary": np.frombuffer("\n".join(sorted(vocabulary)).encode(), dtype=np.uint8),
        },
    )


def _chunks(docs: Sequence[Doc]) -> Any:
    """Texts of the fields of some articles at a time, with the first article's place."""
    first, size = 0, 0
    chunk: list[str] = []
    for place, doc in enumerate(docs):
        fields = [clean(value) for value in (doc.title, doc.document_title, doc.topic, doc.chapter, doc.text)]
        chunk += fields
        size += sum(map(len, fields))
        if size > _CHUNK:
            yield first, chunk
            first, size, chunk = place + 1, 0, []
    if chunk:
        yield first, chunk


def _note_words(tokens: words.Tokens, known: Array, vocabulary: set[str]) -> None:
    """Syllables not seen before in this batch, for the repair of spelling."""
    bucket = (tokens.word >> np.uint64(42)).astype(np.int64)
    fresh = np.flatnonzero(~known[bucket])
    if not len(fresh):
        return
    _, where = np.unique(bucket[fresh], return_index=True)
    known[bucket[fresh]] = True
    for place in fresh[where]:
        said = tokens.said(int(place))
        if said.isalpha() and said.isascii() and len(said) < 8:
            vocabulary.add(said)


def _keys(tokens: words.Tokens, first: int) -> dict[str, Array]:
    """Sorting numbers of the syllables and of the pairs of one chunk."""
    slot = tokens.slot + first * len(FIELDS)
    low = (slot // len(FIELDS) << 3 | slot % len(FIELDS)).astype(np.uint64)
    mask = ~np.uint64((1 << 20) - 1)
    starts_line = np.ones(len(tokens), dtype=bool)
    same_slot = slot[1:] == slot[:-1]
    starts_line[1:] = (tokens.line[1:] != tokens.line[:-1]) | ~same_slot
    together = same_slot & (PAIR_WEIGHTS[slot[1:] % len(FIELDS)] > 0) & ~starts_line[1:]
    pairs = words.pair(tokens.word[:-1], tokens.word[1:])
    return {
        "slot": slot,
        "single": (tokens.word & mask) | low,
        "pair": ((pairs & mask) | low[1:])[together],
        "seen": words.seen(tokens.word, tokens.mark, starts_line),
    }


def _named(docs: Sequence[Doc]) -> Array:
    """Sorting numbers for looking articles up by their document, by their own number and by what they cite."""
    places = np.arange(len(docs), dtype=np.uint64) << np.uint64(3)
    mask = ~np.uint64((1 << 20) - 1)
    documents = document_term(np.array([document_key(doc.document_number) for doc in docs], dtype=np.uint64))
    articles = article_term(np.array([article_key(doc.article) for doc in docs], dtype=np.uint64))
    citing, cited = links.terms(docs)
    return np.concatenate(
        [(documents & mask) | places, (articles & mask) | places, (cited & mask) | places[citing]]
    )


def document_term(key: Array) -> Array:
    """The term whose posting list is the articles of a document."""
    return words.spread(np.asarray(key, dtype=np.uint64) * np.uint64(2) + np.uint64(1))


def article_term(key: Array) -> Array:
    """The term whose posting list is all articles of one number."""
    return words.spread(words.spread(np.asarray(key, dtype=np.uint64)) ^ np.uint64(0xA5A5A5A5A5A5A5A5))


def _postings(
    parts: list[dict[str, Array]], counts: Array, named: Array
) -> tuple[Array, Array, Array, Array]:
    keys = np.concatenate([named, *(part[kind] for part in parts for kind in ("single", "pair"))])
    for part in parts:
        del part["single"], part["pair"]
    keys.sort()
    share = np.zeros((len(counts), 8), dtype=np.float32)
    share[:, : len(FIELDS)] = FIELD_WEIGHTS / (1 - B + B * counts / USUAL)
    amounts = share.reshape(-1)[(keys & np.uint64((1 << 20) - 1)).astype(np.int64)]
    keys >>= np.uint64(3)
    first = (
        np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
        if len(keys)
        else np.zeros(0, np.int64)
    )
    tf = np.add.reduceat(amounts, first) if len(first) else np.zeros(0, np.float32)
    keys = keys[first]
    weights = np.clip(np.rint(tf / (K1 + tf) * 255), 1, 255).astype(np.uint8)
    ids = (keys & np.uint64(MOST)).astype(np.uint32)
    keys >>= np.uint64(17)
    begun = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else first
    starts = np.append(begun, len(keys)).astype(np.uint64)
    return keys[begun], starts, ids, weights


def _own_lists(parts: list[dict[str, Array]], counts: Array, slots: Array) -> tuple[Array, Array]:
    """Each article's tokens in order, the text cut at ``CAP``."""
    seen = np.concatenate([part["seen"] for part in parts])
    flat = counts.reshape(-1)
    begins = np.cumsum(flat) - flat
    inside = np.arange(len(slots)) - begins[slots]
    kept = (slots % len(FIELDS) < len(FIELDS) - 1) | (inside < CAP)
    lengths = counts.copy()
    lengths[:, -1] = np.minimum(lengths[:, -1], CAP)
    starts = np.concatenate([[0], np.cumsum(lengths.sum(axis=1))]).astype(np.uint64)
    return seen[kept], starts


def _columns(docs: Sequence[Doc], counts: Array) -> tuple[dict[str, Array], Array]:
    rows: dict[str, list[int]] = {name: [] for name in COLUMNS if name not in {"lengths", "own_starts"}}
    blobs: list[bytes] = []
    size = 0
    for doc in docs:
        rows["seq"].append(doc.seq)
        rows["document"].append(document_key(doc.document_number))
        rows["article"].append(article_key(doc.article))
        rows["effective"].append(days(doc.effective))
        rows["ended"].append(days(doc.ended))
        rows["issuer"].append(name_key(doc.issuer))
        rows["province"].append(name_key(doc.province))
        rows["kind"].append(kind_of(doc.document_number))
        rows["flags"].append(flags_of(doc.title))
        rows["name_starts"].append(size)
        blobs.append(doc.name.encode())
        size += len(blobs[-1])
    rows["name_starts"].append(size)
    columns: dict[str, Array] = {name: np.array(values, dtype=COLUMNS[name]) for name, values in rows.items()}
    columns["order"] = np.argsort(columns["seq"], kind="stable").astype(COLUMNS["order"])
    columns["lengths"] = np.minimum(counts, 65535).astype(COLUMNS["lengths"])
    return columns, np.frombuffer(b"".join(blobs), dtype=np.uint8)


def flags_of(title: str) -> int:
    """What sort of article its title says it is, as bits."""
    low = title.lower()
    return sum(bit for words_of, bit in FLAGS.items() if words_of in low)
