"""Tables of traceability: who produces where, what they wrote down, and the events of the standard behind it."""

from xaso.services.trace.models.buyer import (
    Feedback,
    PagePicture,
    PublicPage,
    Recording,
    Scan,
    ScanSalt,
    ScratchCheck,
)
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
    "Feedback",
    "Group",
    "Lot",
    "Member",
    "PagePicture",
    "Plant",
    "Product",
    "PublicPage",
    "Recording",
    "Scan",
    "ScanSalt",
    "ScratchCheck",
    "Seat",
    "Site",
    "Thing",
    "TraceEvent",
    "TradeItem",
]
