"""What the one-stop shop finds for other rooms: the procedure that fits everyday words, with what to bring."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from django.urls import reverse

from xaso.kernel.base.errors import NotFound
from xaso.kernel.base.manifest import Found
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.money import show
from xaso.kernel.plain.text import search_text
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.eforms.terms import term_words
from xaso.services.onestop.models import Setup
from xaso.services.onestop.public.description import described
from xaso.services.onestop.queries.catalogue import search_catalogue, version_on

MOST_PAPERS = 6
MOST_OF = 0.6
# Words of a question that say how it is asked; what is left says what somebody wants done.
_ASKING = frozenset(
    "toi minh em ong ba anh chi muon can phai thi la nhu the nao bao nhieu lau mat o dau gi co duoc khong nhung giay "
    "to thu tuc trong thoi han ngay tien phi bi muon hoi ve va de ai khi luat quy dinh vay a cho".split()
)
_NOT_SET = "Hội đồng nhân dân tỉnh chưa đặt mức ở đây"


def find_procedures(viewer: Viewer, text: str, unit_path: str, limit: int) -> Sequence[Found]:
    """Procedures that fit the words at a unit; none when the catalogue holds only near ones.

    The first leads to its start page with papers, fee and term as they are at that unit.
    """
    try:
        return _found(text, unit_path, limit)
    except Setup.DoesNotExist:  # remembered for seconds, and gone meanwhile: the database was put back
        setups_in_force.forget()
        return _found(text, unit_path, limit)


def _found(text: str, unit_path: str, limit: int) -> list[Found]:
    wanted = _wanted(text)
    known = _by_title(wanted, unit_path)
    online = [_electronic(setup, unit_path) for setup in known[:limit]]
    told = {setup.procedure.code for setup in known}
    rest: list[Found] = []
    page = search_catalogue(wanted, unit_path=unit_path or None, limit=max(limit, 8))
    for row in [] if page.weak else page.rows:
        if row.code in told:
            continue
        setups = setups_in_force.setups_for(row.code, unit_path, today())
        if setups:
            online.append(_electronic(setups[0], unit_path))
        elif len(rest) < limit:
            rest.append(_on_paper(row.code, row.name))
    # Among procedures of equal fit the citizen is led to the one that can be filed here.
    return [*online, *rest][:limit]


def _by_title(wanted: str, unit_path: str) -> list[Setup]:
    """What can be filed here whose everyday title holds most of the words, the best fit first."""
    words = set(search_text(wanted).split())
    day, scored = today(), []
    for code in setups_in_force.published():
        for setup in setups_in_force.setups_for(code, unit_path, day):
            title = set(search_text(setup.title).split())
            both = len(words & title)
            if both >= 2 and both >= MOST_OF * len(words):
                scored.append((both / len(words), both / len(title), setup.title, setup))
    return [one[3] for one in sorted(scored, key=lambda one: (-one[0], -one[1], one[2]))]


def _wanted(question: str) -> str:
    """A question without the words that only ask; the question itself where too little is left."""
    words = question.replace(",", " ").replace("?", " ").split()
    left = [word for word in words if search_text(word) not in _ASKING]
    return " ".join(left) if len(left) >= 2 else question


def laws_of(code: str) -> tuple[str, ...]:
    """The documents that a procedure names as its legal ground, as published."""
    try:
        return tuple(described(version_on(code)).legal)
    except NotFound:
        return ()


def _electronic(setup: Setup, unit_path: str) -> Found:
    url = reverse("onestop:start", args=[setup.procedure.code])
    if setup.variant:
        url += f"?variant={setup.variant}"
    facts = _facts(setup)
    fees = _fees(setup, unit_path)
    return Found(setup.title, url, {**facts, "fee": fees, "online": True})


@functools.lru_cache(maxsize=256)
def _facts(setup: Setup) -> dict[str, object]:
    """Papers and terms of a published setup, which never changes."""
    body = setups_in_force.body_of(setup)
    papers = [one.name for one in body.components if not one.is_form and not one.when and not one.cases]
    terms = [one.term_words or term_words(one.term) for one in body.cases]
    return {"bring": papers[:MOST_PAPERS], "term": "; ".join(dict.fromkeys(filter(None, terms)))}


def _fees(setup: Setup, unit_path: str) -> str:
    body = setups_in_force.body_of(setup)
    day = today()
    rates = [
        one
        for one in (setups_in_force.rates_for(unit_path) if unit_path and body.fees else [])
        if one.procedure in {"", setup.procedure.code} and one.covers(day)
    ]
    said = []
    for fee in body.fees:
        if fee.method == "set_by_province":
            known = [one.amount for one in rates if one.fee == fee.key]
            said.append(f"{fee.name}: {_between(known) if known else _NOT_SET}")
        elif fee.method == "none":
            said.append(f"{fee.name}: không thu")
        else:
            amounts = [one for one in (*fee.by_channel.values(), fee.amount) if one is not None]
            amounts += [tier.amount for tier in fee.tiers[:1]]
            said.append(f"{fee.name}: {_between(amounts)}" if amounts else fee.name)
    return "; ".join(said) or "không thu"


def _between(amounts: Sequence[int]) -> str:
    least, most = min(amounts), max(amounts)
    return show(least) if least == most else f"{show(least)} đến {show(most)}"


def _on_paper(code: str, name: str) -> Found:
    facts: dict[str, object] = {"online": False}
    try:
        told = described(version_on(code))
    except NotFound:
        return Found(name, reverse("onestop:start", args=[code]), facts)
    facts["bring"] = [one.words for one in told.submit[:MOST_PAPERS]]
    if told.ways:
        facts |= {"term": told.ways[0].term.words, "fee": told.ways[0].fee.words}
    return Found(name, reverse("onestop:start", args=[code]), facts)
