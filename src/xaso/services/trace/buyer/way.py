"""The way of a lot as a buyer reads it: like steps gathered into one line, nobody named who has not agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from xaso.kernel.plain.moment import VIETNAM
from xaso.services.trace.buyer.words import amount, days
from xaso.services.trace.graph import Stage
from xaso.services.trace.models import Lot, Site

SHOWN = 10
PICKED = {"vi": "từ cây", "en": "from plant"}
PLOT = {"vi": "Nương của hộ thành viên", "en": "Plot of a member household"}


@dataclass
class Step:
    """One line of the timeline: what was done, when, where, by which enterprise, how much came out."""

    title: str
    first: date
    last: date
    places: dict[str, None] = field(default_factory=dict)
    who: str = ""
    times: int = 0
    came: dict[str, Decimal] = field(default_factory=dict)
    plants: dict[str, None] = field(default_factory=dict)

    def when(self, lang: str) -> str:
        """The day or days."""
        return days(self.first, self.last, lang)

    def picked(self, lang: str) -> str:
        """The plants it was picked from, the first three and how many more; "" when none was followed by itself."""
        if not self.plants:
            return ""
        codes = list(self.plants)
        more = f" +{len(codes) - 3}" if len(codes) > 3 else ""
        return f"{PICKED[lang]} {', '.join(codes[:3])}{more}"

    def where(self) -> str:
        """Places by name, the first three and how many more."""
        names = list(self.places)
        more = f" +{len(names) - 3}" if len(names) > 3 else ""
        return ", ".join(names[:3]) + more

    def out(self, lang: str) -> str:
        """What came out, by unit."""
        return " + ".join(amount(value, uom, lang) for uom, value in self.came.items())


@dataclass
class Care:
    """One kind of work on the plants in the year before: how often, from when to when."""

    title: str
    first: date
    last: date
    times: int = 0


@dataclass(frozen=True)
class Spot:
    """A place on the map, numbered in the order of the way."""

    number: int
    name: str
    lat: float
    lon: float


def sites_of(stages: Iterable[Stage]) -> dict[str, Site]:
    """The places of our register that the stages name."""
    uris = {stage.place_uri for stage in stages if stage.place_uri}
    return {one.uri: one for one in Site.objects.filter(uri__in=uris).select_related("member", "place")}


def site_name(site: Site, lang: str) -> str:
    """What a buyer is told of a place: a household's plot by its name only if the household agreed."""
    return site.name if site.member is None or site.member.shows_name else PLOT[lang]


def place_name(stage: Stage, sites: Mapping[str, Site], lang: str) -> str:
    """The same for the place of a stage, which may be none of our register."""
    site = sites.get(stage.place_uri)
    return stage.place if site is None else site_name(site, lang)


def is_care(stage: Stage) -> bool:
    """Work on plants or plots: nothing went in, nothing came out, and it is not about the lot itself."""
    return stage.depth > 0 and not any(line.flow for line in stage.lines)


def care_of(stages: Iterable[Stage]) -> list[Care]:
    """What was done on the plots, by kind, the most often first: a year of it is no list that anybody reads."""
    found: dict[str, Care] = {}
    for stage in stages:
        if is_care(stage):
            on = stage.at.astimezone(VIETNAM).date()
            one = found.setdefault(stage.label, Care(stage.label, on, on))
            one.first, one.last, one.times = min(one.first, on), max(one.last, on), one.times + 1
    return sorted(found.values(), key=lambda one: -one.times)


def steps_of(stages: Iterable[Stage], sites: Mapping[str, Site], lang: str) -> list[Step]:
    """What became of the goods, oldest first; neighbours of one kind by one enterprise are one line."""
    found: list[Step] = []
    for stage in stages:
        if is_care(stage):
            continue
        on = stage.at.astimezone(VIETNAM).date()
        last = found[-1] if found else None
        if last is None or last.title != stage.label or last.who != stage.enterprise:
            last = Step(stage.label, on, on, who=stage.enterprise)
            found.append(last)
        last.last, last.times = max(last.last, on), last.times + 1
        name = place_name(stage, sites, lang)
        if name:
            last.places[name] = None
        last.plants.update({line.plant: None for line in stage.came_in if line.plant})
        for line in stage.came_out:
            if line.quantity is not None:
                last.came[line.uom] = last.came.get(line.uom, Decimal(0)) + line.quantity
    return found


def spots_of(
    stages: Iterable[Stage], sites: Mapping[str, Site], lots: Iterable[Lot], lang: str
) -> list[Spot]:
    """Each place once, in the order of the way. A household's plot is told to about a kilometre: all may look."""
    known = [(lot.made_on, lot.site) for lot in lots]
    known += [(stage.at.astimezone(VIETNAM).date(), sites.get(stage.place_uri)) for stage in stages]
    found: dict[tuple[float, float], Spot] = {}
    for _, site in sorted(known, key=lambda one: one[0]):
        if site is None or site.place is None:
            continue
        lat, lon = site.place.lat, site.place.lon
        if site.kind == Site.Kind.PLOT:
            lat, lon = round(lat, 2), round(lon, 2)
        if (lat, lon) not in found:
            found[lat, lon] = Spot(len(found) + 1, site_name(site, lang), lat, lon)
    return list(found.values())
