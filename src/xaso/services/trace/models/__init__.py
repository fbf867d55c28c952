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
from xaso.services.trace.models.diary import Entry, EntryFile, EntryRevision, EntryTarget
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
from xaso.services.trace.models.farm import Certificate, InputProduct, LabTest, Season, Weather
from xaso.services.trace.models.labels import IssuedKey, KeyCounter, LabelBatch, LabelCode, LabelReprint
from xaso.services.trace.models.lots import Lot
from xaso.services.trace.models.lots_moves import Package, PackageContent, ProcessRun, Shipment, ShipmentLine
from xaso.services.trace.models.ocop import (
    OcopCriterion,
    OcopDossier,
    OcopEvidence,
    OcopGroup,
    OcopRecognition,
    OcopScore,
    OcopVersion,
)
from xaso.services.trace.models.repository import CaptureJob, EventThing, Thing, TraceEvent
from xaso.services.trace.models.resolver import ResolverLink
from xaso.services.trace.models.store import (
    EndedToken,
    EventMarks,
    MasterData,
    NamedQuery,
    Subscription,
    TraceWord,
)

__all__ = [
    "CaptureJob",
    "Certificate",
    "EndedToken",
    "Enterprise",
    "Entry",
    "EntryFile",
    "EntryRevision",
    "EntryTarget",
    "EventMarks",
    "EventThing",
    "Feedback",
    "Group",
    "InputProduct",
    "IssuedKey",
    "KeyCounter",
    "LabTest",
    "LabelBatch",
    "LabelCode",
    "LabelReprint",
    "Lot",
    "MasterData",
    "Member",
    "NamedQuery",
    "OcopCriterion",
    "OcopDossier",
    "OcopEvidence",
    "OcopGroup",
    "OcopRecognition",
    "OcopScore",
    "OcopVersion",
    "Package",
    "PackageContent",
    "PagePicture",
    "Plant",
    "ProcessRun",
    "Product",
    "PublicPage",
    "Recording",
    "ResolverLink",
    "Scan",
    "ScanSalt",
    "ScratchCheck",
    "Season",
    "Seat",
    "Shipment",
    "ShipmentLine",
    "Site",
    "Subscription",
    "Thing",
    "TraceEvent",
    "TraceWord",
    "TradeItem",
    "Weather",
]
