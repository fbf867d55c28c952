"""All listed units in memory, found by name with or without diacritics, with typing errors forgiven. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from rapidfuzz import fuzz, process

from xaso.kernel.plain.text import fold, search_text, sort_key
from xaso.kernel.units.dataset import Dataset, Link, NamePeriod, Node
from xaso.kernel.units.words import KIND_WORDS

NO_SCOPE = ""
# "thành phố Long Xuyên" is the district of old, never the ward of today that took its name.
_NOT_ITS_KINDS = {
    "province": frozenset({"quận", "huyện", "thị xã"}),
    "commune": frozenset({"quận", "huyện", "thị xã", "thành phố"}),
}
FUZZY_CUTOFF = 78.0
TYPO_RANK = 9.0


def name_key(name: str) -> str:
    """Folded letters and digits joined; "04" counts as "4"."""
    return "".join(str(int(word)) if word.isdecimal() else word for word in search_text(name).split())


def has_marks(text: str) -> bool:
    """Whether the text is written with Vietnamese diacritics."""
    return text.casefold() != fold(text)


@dataclass(frozen=True, slots=True)
class Hit:
    """A unit that a piece of text may mean; cost 0 is letter by letter the same."""

    node: Node
    cost: float


@dataclass(frozen=True, slots=True)
class Target:
    """A unit of today in which (a part of) an old unit lies."""

    node: Node
    partly: bool


class Gazetteer:
    """The index. Build it from the carried data or from the database; it never changes afterwards."""

    def __init__(
        self, nodes: Iterable[Node], links: Iterable[Link], names: Iterable[NamePeriod], day: date
    ) -> None:
        self.day = day
        self.nodes = {node.path: node for node in nodes}
        self.names: dict[str, list[NamePeriod]] = defaultdict(list)
        for period in names:
            if period.path in self.nodes:
                self.names[period.path].append(period)
        self._links: dict[str, list[Link]] = defaultdict(list)
        for link in links:
            self._links[link.old].append(link)
        self._scopes: dict[tuple[bool, str, str], dict[str, list[tuple[Node, bool]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for node in self.nodes.values():
            self._index(node)

    @classmethod
    def of(cls, data: Dataset) -> Gazetteer:
        """The index of the carried data."""
        return cls(data.nodes.values(), data.links, data.names, data.day)

    def lives(self, node: Node) -> bool:
        """Whether the unit is in force on the day of this index."""
        return node.valid_to is None or self.day <= node.valid_to

    def _index(self, node: Node) -> None:
        keys = {name_key(node.name): False}
        for period in self.names.get(node.path, ()):
            keys.setdefault(name_key(period.name), True)
        for alias in node.aliases.split():
            keys.setdefault(alias, True)
        scopes = {NO_SCOPE, *(above.path for above in self.above(node))}
        for key, is_alias in keys.items():
            for scope in scopes:
                self._scopes[node.is_old, node.level, scope][key].append((node, is_alias))

    def above(self, node: Node) -> list[Node]:
        """The units above, nearest first."""
        found = []
        path = node.parent_path
        while path:
            found.append(self.nodes[path])
            path = found[-1].parent_path
        return found

    def province_of(self, node: Node) -> Node:
        """The province a unit lies in, or the province itself."""
        return (self.above(node) or [node])[-1]

    def address_of(self, node: Node) -> str:
        """ "Xã Ba Bể, tỉnh Thái Nguyên"."""
        return ", ".join([node.full_name, *(_small(above.full_name) for above in self.above(node))])

    def kinds_of(self, node: Node) -> set[str]:
        """Its kind and those it had."""
        return {node.kind, *(period.kind for period in self.names.get(node.path, ()))}

    def match(
        self,
        name: str,
        kinds: Sequence[str],
        *,
        old: bool,
        level: str,
        scope: str = NO_SCOPE,
        marked: bool = False,
        typos: bool = False,
    ) -> list[Hit]:
        """Units of one level under ``scope`` that a name may mean, cheapest first.

        ``marked``: the writer uses diacritics, so a name without any is meant without any.
        """
        table = self._scopes.get((old, level, scope))
        if not table:
            return []
        key = name_key(name)
        hits = {
            node.path: Hit(node, self._cost(name, kinds, node, is_alias, marked))
            for node, is_alias in table.get(key, ())
        }
        if typos and not hits and len(key) > 2:
            # A folded name, so fewer characters to err in: the cutoff is high where the scope is the country.
            cutoff = FUZZY_CUTOFF if scope or level == "province" else 90.0
            for near, score, _ in process.extract(
                key, table.keys(), scorer=fuzz.ratio, score_cutoff=cutoff, limit=4
            ):
                for node, _alias in table[near]:
                    hits.setdefault(
                        node.path, Hit(node, 1.5 + (100 - score) / 10 + self._kind_cost(kinds, node))
                    )
        return sorted(hits.values(), key=lambda hit: (hit.cost, hit.node.path))

    def _kind_cost(self, kinds: Sequence[str], node: Node) -> float:
        if not kinds:
            return 0.2
        if self.kinds_of(node) & set(kinds):
            return 0.0
        wrong_level = _NOT_ITS_KINDS.get(node.level, frozenset())
        return 4.0 if set(kinds) <= wrong_level else 2.0

    def _cost(self, name: str, kinds: Sequence[str], node: Node, is_alias: bool, marked: bool) -> float:
        if is_alias and node.level != "province":  # the unit of that name had a kind of its own
            return 0.7 + (4.0 if kinds and set(kinds) <= _NOT_ITS_KINDS.get(node.level, frozenset()) else 0.0)
        cost = self._kind_cost(kinds, node) + (0.2 if is_alias else 0.0)
        if marked and not is_alias and sort_key(name) != sort_key(node.name):
            cost += 1.5  # diacritics were typed and differ
        return cost

    def today_of(self, node: Node) -> list[Target]:
        """Where an old unit lies today; a unit of today lies in itself.

        A district, which has no successor of its own, answers the communes of today that its communes became.
        """
        if self.lives(node):
            return [Target(node, False)]
        links = [link for link in self._links.get(node.path, ()) if link.confirmed] or self._links.get(
            node.path, []
        )
        if links:
            return self._onward(links)
        found: dict[str, Target] = {}
        for below in self.children(node):
            for target in self.today_of(below):
                found.setdefault(target.node.path, Target(target.node, True))
        return sorted(found.values(), key=lambda target: sort_key(target.node.name))

    def _onward(self, links: Sequence[Link]) -> list[Target]:
        found: dict[str, Target] = {}
        for link in links:
            new = self.nodes.get(link.new)
            if new is None:
                continue
            for target in self.today_of(new):
                found.setdefault(target.node.path, Target(target.node, link.partly or target.partly))
        return sorted(found.values(), key=lambda target: sort_key(target.node.name))

    def children(self, node: Node) -> list[Node]:
        """The units right below, in Vietnamese order."""
        return self._children.get(node.path, [])

    @cached_property
    def _children(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = defaultdict(list)
        for node in self.nodes.values():
            if node.parent_path:
                found[node.parent_path].append(node)
        for below in found.values():
            below.sort(key=lambda node: sort_key(node.name))
        return found

    @cached_property
    def _typed(self) -> dict[tuple[bool, str], list[tuple[str, str, str, Node]]]:
        """(old, level) → (joined key, spaced text, sort key, node), for the typeahead."""
        found: dict[tuple[bool, str], list[tuple[str, str, str, Node]]] = defaultdict(list)
        for node in self.nodes.values():
            if node.is_old or self.lives(node):
                row = (name_key(node.name), search_text(node.name), sort_key(node.name), node)
                found[node.is_old, node.level].append(row)
        return found

    def suggest(
        self,
        text: str,
        *,
        levels: Sequence[str] = ("province", "commune"),
        within: str = "",
        old: bool = False,
        limit: int = 10,
    ) -> list[Node]:
        """The units of ``suggest_ranked``, best first."""
        ranked = self.suggest_ranked(text, levels=levels, within=within, old=old, limit=limit)
        return [node for _, node in ranked]

    def suggest_ranked(
        self,
        text: str,
        *,
        levels: Sequence[str] = ("province", "commune"),
        within: str = "",
        old: bool = False,
        limit: int = 10,
    ) -> list[tuple[bool, Node]]:
        """(whether a typing error was forgiven, unit), best first: names that begin with, have, or nearly are the text.

        Words after a comma narrow by province ("cao thuong, bac kan"). ``within`` is a path prefix. Diacritics
        that were typed lift the names that have them; typing errors are tried when too little is found.
        """
        kinds, name = split_kind(text.split(",")[0])
        wanted, spaced = name_key(name), search_text(name)
        narrow = search_text(" ".join(text.split(",")[1:]))
        if not wanted:
            return []
        marked, wanted_sort = has_marks(name), sort_key(name)
        pool = [
            row
            for level in levels
            for row in self._typed.get((old, level), ())
            if (not within or row[3].path.startswith(within))
            and (not narrow or self._lies_in(row[3], narrow))
        ]
        ranked: list[tuple[tuple[float, ...], str, Node]] = []
        for key, spaced_name, order, node in pool:
            rank = _rank(wanted, spaced, key, spaced_name)
            if rank is None:
                continue
            off_kind = 0.0 if not kinds or node.kind in kinds else 1.0
            off_marks = 0.0 if not marked or order.startswith(wanted_sort[:-2]) else 1.0
            ranked.append(((off_kind, rank + off_marks, float(node.level != "province")), order, node))
        if len(ranked) < 3 and len(wanted) > 3:
            seen = {node.path for _, _, node in ranked}
            near = process.extract(
                wanted, [row[0] for row in pool], scorer=fuzz.ratio, score_cutoff=75, limit=limit + len(seen)
            )
            ranked += [
                ((TYPO_RANK, 100 - score, 0.0), pool[at][2], pool[at][3])
                for _, score, at in near
                if pool[at][3].path not in seen
            ]
        ranked.sort(key=lambda item: (item[0], item[1], item[2].path))
        return [(rank[0] == TYPO_RANK, node) for rank, _, node in ranked[:limit]]

    def _lies_in(self, node: Node, narrow: str) -> bool:
        return any(narrow in search_text(above.full_name) for above in self.above(node))


def _rank(wanted: str, spaced: str, key: str, spaced_name: str) -> float | None:
    if key == wanted:
        return 0.0
    if key.startswith(wanted):
        return 1.0
    if f" {spaced}" in f" {spaced_name}":
        return 2.0
    return 3.0 if len(wanted) > 2 and wanted in key else None


def split_kind(piece: str) -> tuple[tuple[str, ...], str]:
    """(("xã",), "Cao Thượng") of "xã Cao Thượng", "X. Cao Thượng"; no kinds when the piece begins with none.

    Diacritics of a kind count when typed: "Phượng Mao" does not begin with the kind "phường".
    """
    text = piece.strip().strip(".").strip()
    parts = text.replace(".", ". ").split()
    for length in (2, 1):
        if len(parts) <= length:
            continue
        head, name = " ".join(parts[:length]), " ".join(parts[length:])
        word = fold(head).replace(".", "").strip()
        kinds = KIND_WORDS.get(word)
        if kinds is None or (
            len(word) <= 2 and "." not in head and word not in ("tp", "tx", "tt", "xa", "dk")
        ):
            continue
        spelled = head.casefold().replace(".", "").strip()
        if spelled == word or any(sort_key(spelled) == sort_key(kind) for kind in kinds):
            return kinds, name
    short = text.casefold()
    if len(short) > 1 and short[0] in "pqf" and short[1:].strip().isdecimal():  # P4, Q.3, p 15
        return KIND_WORDS[short[0]], short[1:].strip()
    return (), text


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]
