"""Tables of traceability: who produces where, what they wrote down, and the events of the standard behind it."""

from xaso.services.trace.models.enterprise import (
    Enterprise,
    Group,
    Member,
    Plant,
    Product,
    Seat,
    Site,
    TradeItem,
)
from xaso.services.trace.models.lots import Lot
from xaso.services.trace.models.repository import CaptureJob, EventThing, Thing, TraceEvent

__all__ = [
    "CaptureJob",
    "Enterprise",
    "EventThing",
    "Group",
    "Lot",
    "Member",
    "Plant",
    "Product",
    "Seat",
    "Site",
    "Thing",
    "TraceEvent",
    "TradeItem",
]
