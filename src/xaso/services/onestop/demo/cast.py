"""Who comes for what, how long ago, and how far it gets: settled before anything is written.

Times are counted back from the present in working hours, so that at a weekend, in Tết or before the doors open the
same dossiers wait in the same steps: what waits for a signature on Friday evening still waits on Sunday.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from xaso.kernel.plain.clock import Calendar

BIRTH, DEATH, MARRIAGE = "1.001193", "1.000656", "1.000894"
MARITAL, CORRECTION, EXTRACT = "1.004873", "1.004859", "2.000635"
COPY, SIGNATURE = "2.000815", "2.000884"
PERMIT, SHOP, SHOP_CHANGE = "1.013225", "1.001612", "2.000720"

# What people come for, by weight: certified copies and civil status first, then building and business.
IN_A_DAY = ((COPY, 26), (BIRTH, 20), (EXTRACT, 10), (MARRIAGE, 8), (DEATH, 6), (SIGNATURE, 5))
IN_THREE_DAYS = ((MARITAL, 14), (SHOP, 7), (CORRECTION, 4), (SHOP_CHANGE, 3))
IN_A_WEEK = ((PERMIT, 1),)
BY_TUPHAP = ((MARITAL, 3), (CORRECTION, 2))
BY_KINHTE = ((SHOP, 3), (SHOP_CHANGE, 1))
BOTH = ((MARITAL, 3), (CORRECTION, 2), (SHOP, 2), (SHOP_CHANGE, 1))

HOURS_OF_MONTH = 168.0
Weighted = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Role:
    """Dossiers of one kind: what happens to them, at which step they lie, filed how many working hours ago.

    ``until`` is the key or kind of the step where they wait; "" is the end of the way. Hours that reach back no
    further than a part of the term leave time; ``late`` ones were filed more than the whole term ago.
    """

    story: str
    count: int
    of: Weighted
    hours: tuple[float, float]
    until: str = ""
    channel: str = ""
    way: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One dossier before it is filed."""

    role: Role
    procedure: str
    hours: float
    at: datetime


# A day's matter filed less than two working hours ago is never late: after 15:00 its term is the next day's.
JUST_NOW, HALF_TERM, WEEK = (0.2, 1.8), (8.0, 20.0), (18.0, 38.0)

ROLES = (
    Role("fresh", 4, ((MARITAL, 2), (BIRTH, 2), (SHOP, 1)), (0, 0), "receive", "online"),
    Role("lying", 10, IN_A_DAY, JUST_NOW, "receive"),
    Role("lying", 4, BOTH, (2.0, 7.0), "receive"),
    Role("unpaid", 4, ((MARITAL, 2), (SHOP, 2)), (3.0, 20.0), "receive", "online"),
    Role("asked_at_desk", 4, BOTH, HALF_TERM, "receive"),
    Role("lying", 4, IN_A_DAY, JUST_NOW, "review"),
    Role("lying", 7, BY_TUPHAP, HALF_TERM, "review"),
    Role("lying", 5, BY_KINHTE, HALF_TERM, "review"),
    Role("lying", 3, IN_A_WEEK, WEEK, "inspect"),
    Role("lying", 3, IN_A_WEEK, WEEK, "inspect", answers={"heritage": True}),
    Role("asked", 6, BOTH, HALF_TERM, "review"),
    Role("answered", 4, BOTH, (16.0, 30.0), "review"),
    Role("opinion", 3, BY_KINHTE, HALF_TERM, "review"),
    Role("opinion", 2, IN_A_WEEK, WEEK, "review"),
    Role("opinion_given", 2, BY_KINHTE, HALF_TERM, "review"),
    Role("drafted", 4, BY_TUPHAP, HALF_TERM, "review"),
    Role("drafted", 2, IN_A_WEEK, WEEK, "draft"),
    Role("lying", 4, IN_A_WEEK, WEEK, "head"),
    Role("lying", 6, BY_TUPHAP, HALF_TERM, "sign"),
    Role("lying", 3, IN_A_WEEK, WEEK, "sign"),
    Role("lying", 3, BY_KINHTE, HALF_TERM, "sign"),
    Role("deputy", 3, BY_TUPHAP, HALF_TERM, "sign"),
    Role("sent_back", 2, BY_TUPHAP, HALF_TERM, "sign"),
    Role("lying", 6, BY_TUPHAP, HALF_TERM, "seal"),
    Role("lying", 2, BY_KINHTE, HALF_TERM, "seal"),
    Role("lying", 2, IN_A_WEEK, WEEK, "seal"),
    Role("late", 3, BOTH, (36.0, 60.0), "review"),
    Role("late", 2, IN_A_DAY, (14.0, 24.0), "review"),
    Role("late", 2, BY_TUPHAP, (36.0, 60.0), "sign"),
    Role("late", 2, BY_TUPHAP, (36.0, 60.0), "seal"),
    Role("extended", 2, BY_TUPHAP, (8.0, 14.0), "review"),
    Role("extended", 2, IN_A_WEEK, WEEK, "inspect"),
    Role("ready", 10, IN_A_DAY, (8.5, 14.0), channel="counter", way="counter"),
    Role("ready", 3, IN_THREE_DAYS, (20.0, 32.0), channel="counter", way="counter"),
    Role("ready", 3, IN_THREE_DAYS, (20.0, 32.0), way="post"),
    Role("withdrawn", 6, BOTH, (20.0, 160.0)),
    Role("refused", 6, IN_A_DAY, (10.0, 160.0)),
    Role("stopped", 3, BOTH, (30.0, 160.0)),
    Role("denied", 3, BY_TUPHAP, (40.0, 160.0)),
    Role("slow", 8, IN_A_DAY, (60.0, 160.0)),
    Role("handed", 5, IN_A_WEEK, (70.0, HOURS_OF_MONTH)),
)  # fmt: skip
# What fills the month: done in time and handed over.
MONTH = (
    (Role("handed", 0, IN_A_DAY, (12.0, HOURS_OF_MONTH)), 75),
    (Role("handed", 0, IN_THREE_DAYS, (36.0, HOURS_OF_MONTH)), 25),
)


def before(moment: datetime, hours: float, calendar: Calendar) -> datetime:
    """The moment from which on ``hours`` of working time had passed at ``moment``."""
    left = timedelta(hours=hours)
    day = moment.date()
    while True:
        for opens, closes in reversed(calendar.sessions(day)):
            closes = min(closes, moment)
            if closes <= opens:
                continue
            if closes - opens >= left:
                return closes - left
            left -= closes - opens
        day = calendar.previous_working(day)


def cast(dossiers: int, present: datetime, calendar: Calendar, chance: random.Random) -> list[Part]:
    """All parts of a month that ends at ``present``, in the order of their filing; each role has at least one."""
    scale = min(1.0, dossiers / 300)
    parts = [
        _part(role, present, calendar, chance)
        for role in ROLES
        for _ in range(max(1, round(role.count * scale)))
    ]
    kinds, weights = [role for role, _ in MONTH], [weight for _, weight in MONTH]
    for role in chance.choices(kinds, weights, k=max(0, dossiers - len(parts))):
        parts.append(_part(role, present, calendar, chance))
    return sorted(parts, key=lambda part: part.at)


def _part(role: Role, present: datetime, calendar: Calendar, chance: random.Random) -> Part:
    procedure = chance.choices([code for code, _ in role.of], [weight for _, weight in role.of])[0]
    if role.story == "fresh":
        # From home, at any hour: on a Sunday morning too.
        return Part(role, procedure, 0, present - timedelta(minutes=chance.randint(10, 95)))
    hours = chance.uniform(*role.hours)
    return Part(role, procedure, hours, before(present, hours, calendar))
