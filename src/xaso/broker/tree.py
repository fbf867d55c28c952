"""Who hears what. Filters without wildcards are found by one look; the others along a tree of their levels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

S = TypeVar("S")
H = TypeVar("H")


class Tree(Generic[H, S]):
    """Filters with, for each hearer, the options of its subscription."""

    def __init__(self) -> None:
        self._exact: dict[str, dict[H, S]] = {}
        self._wild: dict = {}
        self._count = 0

    def add(self, name: str, hearer: H, options: S) -> bool:
        """Keeps a subscription; True when the hearer had none of this filter."""
        place = self._place(name, make=True)
        fresh = hearer not in place
        place[hearer] = options
        self._count += fresh
        return fresh

    def drop(self, name: str, hearer: H) -> bool:
        """Forgets one; whether there was one."""
        place = self._place(name)
        if place.pop(hearer, None) is None:
            return False
        self._count -= 1
        if not place and not _is_wild(name):
            self._exact.pop(name, None)
        return True

    def __len__(self) -> int:
        return self._count

    def hearers(self, topic: str) -> Iterator[tuple[H, S]]:
        """Who hears a topic; somebody with several filters that fit comes several times."""
        exact = self._exact.get(topic)
        if exact:
            yield from list(exact.items())
        if self._wild:
            levels = topic.split("/")
            yield from _walk(self._wild, levels, 0, topic.startswith("$"))

    def _place(self, name: str, *, make: bool = False) -> dict[H, S]:
        if not _is_wild(name):
            return self._exact.setdefault(name, {}) if make else self._exact.get(name, {})
        node = self._wild
        for level in name.split("/"):
            following = node.get(level)
            if following is None:
                if not make:
                    return {}
                following = node[level] = {}
            node = following
        return node.setdefault(None, {}) if make else node.get(None, {})


def _is_wild(name: str) -> bool:
    return "+" in name or "#" in name


def _walk(node: dict, levels: list[str], at: int, system: bool) -> Iterator:
    below = node.get("#")
    if below is not None and not (system and at == 0):
        yield from list(below.get(None, {}).items())
    if at == len(levels):
        yield from list(node.get(None, {}).items())
        return
    level = levels[at]
    following = node.get(level)
    if following is not None:
        yield from _walk(following, levels, at + 1, system)
    following = node.get("+")
    if following is not None and not (system and at == 0):
        yield from _walk(following, levels, at + 1, system)


def matches(name: str, topic: str) -> bool:
    """Whether a filter fits a topic."""
    if topic.startswith("$") and name[:1] in "+#":
        return False
    filters, levels = name.split("/"), topic.split("/")
    for number, one in enumerate(filters):
        if one == "#":
            return True
        if number >= len(levels) or one not in ("+", levels[number]):
            return False
    return len(filters) == len(levels)
