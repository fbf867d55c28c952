"""Merkle trees as RFC 6962 and RFC 9162 write them: leaf 0x00, node 0x01, SHA-256.

A tree of n leaves is never kept whole in memory. ``Frontier`` appends and knows the root; proofs are made from
a few complete subtrees that a store hands over. Only subtrees whose level is a multiple of ``STEP`` are stored
(leaves are level 0): a sixteenth of the rows, and at most fifteen neighbours to read at each stored level.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256

STEP = 4
EMPTY_ROOT = sha256(b"").digest()

Place = tuple[
    int, int
]  # (level, position): the subtree over leaves position·2^level … (position+1)·2^level − 1
Range = tuple[int, int]  # leaves from … to, the last not among them
Fetch = Callable[[Sequence[Place]], Mapping[Place, bytes]]


class BadProof(ValueError):
    """A proof that proves nothing."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf's bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A growing tree, known by the complete subtrees at its right edge: log n hashes, whatever its size."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """``peaks``: the hashes of ``cover(0, size)``, largest subtree first."""
        self.size = size
        self.peaks = list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks, not {len(self.peaks)}")

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf's hash; answers the subtrees that it completed: (level, position, hash), leaf left out."""
        position, level, made = self.size, 0, []
        while position & 1:
            leaf = sha256(b"\x01" + self.peaks.pop() + leaf).digest()
            position >>= 1
            level += 1
            made.append((level, position, leaf))
        self.peaks.append(leaf)
        self.size += 1
        return made

    def root(self) -> bytes:
        """The tree's root now."""
        return fold(self.peaks) if self.peaks else EMPTY_ROOT


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees that stand side by side, larger ones first."""
    *others, root = hashes
    for one in reversed(others):
        root = node_hash(one, root)
    return root


def cover(start: int, end: int) -> list[Place]:
    """The complete subtrees that make up the leaves ``start`` to ``end``, from the left."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        found.append((level, start >> level))
        start += 1 << level
    return found


def _split(width: int) -> int:
    """The largest power of two smaller than the width."""
    return 1 << ((width - 1).bit_length() - 1)


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """What the proof that leaf ``index`` is in the tree of ``size`` leaves is made of, from the leaf upwards."""
    if not 0 <= index < size:
        raise BadProof(f"leaf {index} is not in a tree of {size}")
    start, end, found = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """What the proof that the tree of ``first`` leaves begins the one of ``second`` leaves is made of."""
    if not 0 < first <= second:
        raise BadProof(f"there is no proof from {first} to {second} leaves")
    start, end, found, whole = 0, second, [], True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start, whole = middle, False
    if not whole:
        found.append((start, end))
    return found[::-1]


def stored_under(place: Place) -> list[Place]:
    """The stored subtrees that make up a subtree."""
    level, position = place
    down = level % STEP
    return [(level - down, number) for number in range(position << down, (position + 1) << down)]


def hashes_of(ranges: Iterable[Range], fetch: Fetch) -> list[bytes]:
    """The root over each range of leaves. ``fetch`` is asked once, for stored subtrees only."""
    parts = [cover(*one) for one in ranges]
    wanted = dict.fromkeys(kept for part in parts for place in part for kept in stored_under(place))
    held = fetch(list(wanted))
    return [fold([_complete(place, held) for place in part]) for part in parts]


def _complete(place: Place, held: Mapping[Place, bytes]) -> bytes:
    row = [held[one] for one in stored_under(place)]
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def root_of(size: int, fetch: Fetch) -> bytes:
    """The root of the tree of the first ``size`` leaves."""
    return hashes_of([(0, size)], fetch)[0] if size else EMPTY_ROOT


def prove_inclusion(index: int, size: int, fetch: Fetch) -> list[bytes]:
    """The audit path of a leaf (RFC 9162, 2.1.3.1)."""
    return hashes_of(inclusion_ranges(index, size), fetch)


def prove_consistency(first: int, second: int, fetch: Fetch) -> list[bytes]:
    """The proof that a tree grew out of an earlier one (RFC 9162, 2.1.4.1)."""
    return hashes_of(consistency_ranges(first, second), fetch)


def root_from_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """The root that a leaf and its path lead to (RFC 9162, 2.1.3.2). Raises BadProof when they lead nowhere."""
    if not 0 <= index < size:
        raise BadProof(f"leaf {index} is not in a tree of {size}")
    inner, outer, root = index, size - 1, leaf
    for one in path:
        if outer == 0:
            raise BadProof("the path is too long")
        if inner & 1 or inner == outer:
            root = node_hash(one, root)
            while not inner & 1 and inner:
                inner, outer = inner >> 1, outer >> 1
        else:
            root = node_hash(root, one)
        inner, outer = inner >> 1, outer >> 1
    if outer:
        raise BadProof("the path is too short")
    return root


def check_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Raise BadProof unless the leaf is at ``index`` in the tree with this root."""
    if root_from_inclusion(index, size, leaf, path) != root:
        raise BadProof("the path does not lead to this root")


def check_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> None:
    """Raise BadProof unless the second tree begins with all leaves of the first (RFC 9162, 2.1.4.2)."""
    if first > second or first < 0:
        raise BadProof(f"a tree does not shrink from {first} to {second}")
    if first == 0 or first == second:
        if path or (first and first_root != second_root):
            raise BadProof("two trees of one size differ")
        return
    rest = list(path)
    if first & (first - 1) == 0:
        rest.insert(0, first_root)
    if not rest:
        raise BadProof("the proof is empty")
    inner, outer = first - 1, second - 1
    while inner & 1:
        inner, outer = inner >> 1, outer >> 1
    old = new = rest[0]
    for one in rest[1:]:
        if outer == 0:
            raise BadProof("the proof is too long")
        if inner & 1 or inner == outer:
            old, new = node_hash(one, old), node_hash(one, new)
            while not inner & 1 and inner:
                inner, outer = inner >> 1, outer >> 1
        else:
            new = node_hash(new, one)
        inner, outer = inner >> 1, outer >> 1
    if outer or old != first_root or new != second_root:
        raise BadProof("the later tree does not begin with the earlier one")
