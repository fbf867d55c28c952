"""Who gives way to whom: one total order over everything that wants to sound, and what becomes of the loser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

EMERGENCY, LIVE, PRIORITY, RELAY, ORDINARY, FILLER = range(6)
CLASSES = {
    "emergency": EMERGENCY,
    "all_clear": EMERGENCY,
    "live": LIVE,
    "priority": PRIORITY,
    "relay": RELAY,
    "ordinary": ORDINARY,
    "filler": FILLER,
}
ORIGINS = {"centre": 0, "province": 1, "commune": 2}
COMMUNE_CHOICE = 100  # where the commune has chosen no order
CLOCK_BOUND = {EMERGENCY, LIVE}  # these do not wait for one of their own kind

DROP, RESUME, RESTART, POSTPONE, SHORTEN, REJOIN = (
    "drop",
    "resume",
    "restart",
    "postpone",
    "shorten",
    "rejoin",
)
AT_SLOT_END = {SHORTEN, REJOIN}


@dataclass(frozen=True)
class Standing:
    """Where an item stands: its class, the level it comes from, the place the commune gave it, when it was due."""

    klass: int
    origin: int
    order: int
    due: datetime
    key: str

    @property
    def place(self) -> tuple[int, int, int, float, str]:
        """Smaller goes first. Among priority items the commune's choice comes before the level (TT 39/2020).

        Of emergencies and live voices of one level the newest goes first.
        """
        due = self.due.timestamp()
        if self.klass in CLOCK_BOUND:
            return (self.klass, self.origin, 0, -due, self.key)
        if self.klass == PRIORITY:
            return (self.klass, self.order, self.origin, due, self.key)
        return (self.klass, self.origin, self.order, due, self.key)


def standing(item: str, kind: str, origin: str, order: int, due: datetime, key: str) -> Standing:
    """Where an item stands. ``item``: bulletin, relay, live, filler, emergency, all_clear; ``kind``: its class."""
    name = kind if item == "bulletin" else item
    return Standing(CLASSES[name], ORIGINS[origin], order, due, key)


def interrupts(new: Standing, running: Standing) -> bool:
    """Whether ``new`` cuts what is running.

    A higher one always does. Of two emergencies or two live voices the newer one does, unless it comes from a lower
    level: two of them never lock each other out. Any other of the same class waits for the sentence to end.
    """
    if new.klass != running.klass:
        return new.klass < running.klass
    if new.klass in CLOCK_BOUND:
        return new.origin <= running.origin and new.due >= running.due
    return False
