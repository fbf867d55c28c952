"""The waiting time after an input: which plots may not be harvested yet, until when, because of what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from xaso.kernel.plain.moment import VIETNAM
from xaso.services.trace.models import Entry, EntryTarget, Plant, Site
from xaso.services.trace.rules import diary as rules


@dataclass(frozen=True)
class Block:
    """A plot (or a plant of it) that must wait."""

    site: UUID
    plant: UUID | None
    first_day: date
    words: str


def blocks(where: Sequence[tuple[Site, Plant | None]], on: date) -> list[Block]:
    """What forbids a harvest on a day at these plots and plants; the longest wait of each plot.

    An input on a whole plot binds its plants; one on a plant binds the plot when it is harvested as a whole.
    """
    named: dict[UUID, set[UUID]] = {}
    for site, plant in where:
        named.setdefault(site.pk, set())
        if plant is not None:
            named[site.pk].add(plant.pk)
    found: dict[UUID, Block] = {}
    for one in _uses(named, on):
        plants = named[one.site_id]
        if plants and one.plant_id is not None and one.plant_id not in plants:
            continue
        block = _block(one)
        if one.site_id not in found or found[one.site_id].first_day < block.first_day:
            found[one.site_id] = block
    return list(found.values())


def waiting_plots(sites: Iterable[UUID], on: date) -> dict[UUID, Block]:
    """The longest wait of each plot today, for lists and for phones that go out of reach."""
    found: dict[UUID, Block] = {}
    for one in _uses(sites, on):
        block = _block(one)
        if one.site_id not in found or found[one.site_id].first_day < block.first_day:
            found[one.site_id] = block
    return found


def _uses(sites: Iterable[UUID], on: date) -> Iterable[EntryTarget]:
    """Uses of inputs on these plots whose waiting time is not over on the day."""
    return (
        EntryTarget.objects.filter(
            site__in=list(sites),
            entry__harvest_from__gt=on,
            entry__happened_at__lte=datetime.combine(on, time.max, VIETNAM),
        )
        .exclude(entry__state=Entry.State.WITHDRAWN)
        .select_related("entry__input", "site", "plant")
    )


def _block(one: EntryTarget) -> Block:
    entry = one.entry
    place = f"Cây {one.plant.code}, {one.site.name}" if one.plant else one.site.name
    used_on = entry.happened_at.astimezone(VIETNAM).date()
    first = entry.harvest_from or used_on
    source = entry.input.source if entry.input else ""
    words = rules.blocked_words(
        place, str(entry.input), used_on, first, source, bool(entry.input and entry.input.confirmed)
    )
    return Block(one.site_id, one.plant_id, first, words)
