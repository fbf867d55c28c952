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

__all__ = [
    "CaptureJob",
    "Certificate",
    "Enterprise",
    "Entry",
    "EntryFile",
    "EntryRevision",
    "EntryTarget",
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
    "Member",
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
    "Thing",
    "TraceEvent",
    "TradeItem",
    "Weather",
]
