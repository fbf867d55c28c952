"""A setup under way: a loose document whose parts are found, added, moved and taken out by the keys they carry.

The document has the shape of `eforms.Setup` but may be unfinished: what an officer typed stands in it as typed,
also when it cannot be read yet. `_dropped` keeps the parts taken out, so that each can come back.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xaso.kernel.base.errors import NotFound
from xaso.kernel.plain.text import fold

Body = dict[str, Any]
DROPPED = "_dropped"
MOST_KEPT = 20
LISTS = {
    "trang": "pages",
    "dung": "stops",
    "cam-doan": "promises",
    "giay-to": "components",
    "truong-hop": "cases",
    "buoc": "steps",
    "phi": "fees",
    "ket-qua": "results",
}
SLUGS = {name: slug for slug, name in LISTS.items()}
_CHILD = {"pages": "fields", "fields": "fields", "results": "draft", "cases": "steps"}
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Spot:
    """A part of the document: the list it stands in, its place there, itself."""

    name: str
    """The kind of list: pages, fields, draft, components …"""
    trail: tuple[str, ...]
    """Slug of the top list, then the keys down to this part."""
    siblings: list[Body]
    place: int
    node: Body
    holder: Spot | None = None

    @property
    def child_name(self) -> str:
        """The list inside this part; empty when it holds none."""
        if self.name == "fields" and self.node.get("kind") != "group":
            return ""
        return _CHILD.get(self.name, "")

    @property
    def children(self) -> list[Body]:
        return items_of(self.node, self.child_name) if self.child_name else []


def items_of(holder: Body, name: str) -> list[Body]:
    """The list of parts of that name, made when there is none; what is no part is left out."""
    found = holder.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        holder[name] = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    items: list[Body] = holder[name]
    return items


def find(body: Body, trail: tuple[str, ...]) -> Spot:
    """The part at a trail such as ``("trang", "applicant_who", "applicant_name")``. Raises NotFound."""
    name = LISTS.get(trail[0]) if trail else None
    if name is None or len(trail) < 2:
        raise NotFound("Không có phần này trong thủ tục.")
    holder: Spot | None = None
    siblings = items_of(body, name)
    for depth, key in enumerate(trail[1:], start=1):
        place = next((n for n, one in enumerate(siblings) if one.get("key") == key), None)
        if place is None:
            raise NotFound("Phần này không còn trong bản nháp. Mở lại danh sách.")
        holder = Spot(name, trail[: depth + 1], siblings, place, siblings[place], holder)
        name, siblings = holder.child_name, holder.children
    if holder is None:
        raise NotFound("Không có phần này trong thủ tục.")
    return holder


def new_key(body: Body, label: str) -> str:
    """A key made from a label, told apart from every key there is: answers hang on keys, so they never change."""
    stem = _NOT_LETTERS.sub("_", fold(label).lower()).strip("_")[:40].strip("_")
    stem = stem if stem[:1].isalpha() else f"muc_{stem}".strip("_")
    taken = set(keys_of(body))
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key


def keys_of(body: Any) -> Iterator[str]:
    """Every key in the document."""
    if isinstance(body, dict):
        if isinstance(body.get("key"), str):
            yield body["key"]
        for name, part in body.items():
            if name != DROPPED:
                yield from keys_of(part)
    elif isinstance(body, list):
        for part in body:
            yield from keys_of(part)


def move(body: Body, spot: Spot, step: int) -> None:
    """One place up (-1) or down (+1); a question at the edge of its page goes over to the next page."""
    target = spot.place + step
    if 0 <= target < len(spot.siblings):
        spot.siblings[spot.place], spot.siblings[target] = spot.siblings[target], spot.siblings[spot.place]
        return
    if spot.name == "fields" and spot.holder is not None and spot.holder.name == "pages":
        page = spot.holder.place + step
        if 0 <= page < len(spot.holder.siblings):
            over = items_of(spot.holder.siblings[page], "fields")
            spot.siblings.pop(spot.place)
            over.insert(len(over) if step < 0 else 0, spot.node)


def drop(body: Body, spot: Spot) -> None:
    """Take a part out; it is kept aside and can come back."""
    spot.siblings.pop(spot.place)
    kept = body.setdefault(DROPPED, [])
    kept.append({"trail": list(spot.trail), "place": spot.place, "node": spot.node})
    del kept[:-MOST_KEPT]


def bring_back(body: Body, number: int) -> tuple[str, ...] | None:
    """Put a part that was taken out back where it stood; answers its trail, None when its place is gone."""
    kept = body.get(DROPPED) or []
    if not 0 <= number < len(kept):
        return None
    one = kept[number]
    trail = tuple(one["trail"])
    if len(trail) == 2:
        siblings = items_of(body, LISTS[trail[0]])
    else:
        try:
            siblings = find(body, trail[:-1]).children
        except NotFound:
            return None
    kept.pop(number)
    siblings.insert(min(one["place"], len(siblings)), one["node"])
    return trail


def clean(body: Body) -> Body:
    """The document without what is only kept aside."""
    return {name: copy.deepcopy(part) for name, part in body.items() if name != DROPPED}


def questions_before(body: Body, spot: Spot | None) -> list[tuple[Body, bool]]:
    """Questions that a condition of this part may ask about, in order; True when on the part's own page.

    For papers, cases, steps, fees and results these are all questions; for a page those of earlier pages; for a
    question also the earlier ones of its page.
    """
    page = spot
    while page is not None and page.holder is not None:
        page = page.holder
    if page is None or page.name != "pages":
        return [(one, False) for held in items_of(body, "pages") for one in items_of(held, "fields")]
    found = [(one, False) for held in page.siblings[: page.place] for one in items_of(held, "fields")]
    chain: list[Spot] = []
    walk = spot
    while walk is not None and walk is not page:
        chain.append(walk)
        walk = walk.holder
    for one in chain:
        found += [(earlier, True) for earlier in one.siblings[: one.place]]
    return found
