"""The tree against the vectors of Certificate Transparency and against a tree written straight from the RFC."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as some

from xaso.kernel.plain import merkle

# The eight leaves and the roots of RFC 6962's reference implementation.
LEAVES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
# (index, size, path) of the same implementation.
PATHS = (
    (0, 1, ()),
    (0, 8, (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    )),
    (5, 8, (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    )),
    (2, 3, ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",)),
)  # fmt: skip


def naive_root(leaves):
    """MTH of RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def store_of(leaves):
    """What a store of this tree hands over: complete subtrees at stored levels, nothing else."""
    held = {}
    frontier = merkle.Frontier()
    for index, leaf in enumerate(leaves):
        digest = merkle.leaf_hash(leaf)
        held[0, index] = digest
        for level, position, made in frontier.append(digest):
            if level % merkle.STEP == 0:
                held[level, position] = made
    return lambda places: {place: held[place] for place in places}


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_of_the_reference(size):
    frontier = merkle.Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(merkle.leaf_hash(leaf))
    assert frontier.root().hex() == ROOTS[size - 1] == naive_root(LEAVES[:size]).hex()


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_paths_of_the_reference(index, size, path):
    made = merkle.prove_inclusion(index, size, store_of(LEAVES))
    assert tuple(one.hex() for one in made) == path
    merkle.check_inclusion(index, size, merkle.leaf_hash(LEAVES[index]), made, bytes.fromhex(ROOTS[size - 1]))


def test_the_empty_tree_has_the_hash_of_nothing():
    assert merkle.Frontier().root() == naive_root([]) == merkle.EMPTY_ROOT


SIZES = some.integers(1, 300)


def made_of(size):
    return [number.to_bytes(3, "big") for number in range(size)]


@given(SIZES, some.data())
def test_each_leaf_is_proven_and_nothing_else(size, data):
    leaves = made_of(size)
    index = data.draw(some.integers(0, size - 1))
    root, fetch = naive_root(leaves), store_of(leaves)
    path = merkle.prove_inclusion(index, size, fetch)
    leaf = merkle.leaf_hash(leaves[index])
    merkle.check_inclusion(index, size, leaf, path, root)
    assert merkle.root_of(size, fetch) == root
    other = data.draw(some.integers(0, size - 1))
    for wrong in (
        (other, size, leaf, path, root) if other != index else None,
        (index, size, merkle.leaf_hash(b"another"), path, root),
        (index, size, leaf, [*path, b"\x00" * 32], root),
        (index, size, leaf, path[:-1], root) if path else None,
    ):
        if wrong:
            with pytest.raises(merkle.BadProof):
                merkle.check_inclusion(*wrong)


@given(SIZES, SIZES, some.data())
def test_a_tree_is_proven_to_grow_out_of_an_earlier_one_only(one, two, data):
    first, second = sorted((one, two))
    leaves = made_of(second)
    old, new = naive_root(leaves[:first]), naive_root(leaves)
    path = merkle.prove_consistency(first, second, store_of(leaves))
    merkle.check_consistency(first, second, old, new, path)
    changed = list(leaves)
    changed[data.draw(some.integers(0, first - 1))] = b"changed"
    other = merkle.prove_consistency(first, second, store_of(changed))
    with pytest.raises(merkle.BadProof):
        merkle.check_consistency(first, second, old, naive_root(changed), other)
    if first < second:
        with pytest.raises(merkle.BadProof):
            merkle.check_consistency(first, second, old, new, [*path, b"\x00" * 32])


@given(SIZES)
def test_a_frontier_goes_on_where_it_stopped(size):
    leaves = made_of(size + 5)
    fetch = store_of(leaves)
    peaks = merkle.hashes_of(
        [(position << level, (position + 1) << level) for level, position in merkle.cover(0, size)], fetch
    )
    frontier = merkle.Frontier(size, peaks)
    for leaf in leaves[size:]:
        frontier.append(merkle.leaf_hash(leaf))
    assert frontier.root() == naive_root(leaves)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 2)])
def test_a_leaf_outside_the_tree_has_no_proof(index, size):
    with pytest.raises(merkle.BadProof):
        merkle.inclusion_ranges(index, size)


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3)])
def test_a_tree_grows_from_something_to_more(first, second):
    with pytest.raises(merkle.BadProof):
        merkle.consistency_ranges(first, second)
