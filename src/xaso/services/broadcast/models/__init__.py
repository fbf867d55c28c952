"""Tables of commune radio: stations and clusters, what is said, when, by whose leave, and what was heard."""

from xaso.services.broadcast.models.airing import Airing, Emergency, Play
from xaso.services.broadcast.models.bulletin import Approval, Bulletin, BulletinVersion
from xaso.services.broadcast.models.complaints import Complaint
from xaso.services.broadcast.models.law import ApprovalRule, ClassRule, Kind, Origin, VolumeCap, Window
from xaso.services.broadcast.models.programme import LiveSession, RelaySource, Slot, SlotChange
from xaso.services.broadcast.models.relay import (
    BridgeReport,
    LiveChunk,
    NewsFeed,
    SourceItem,
    SourceTelling,
    SourceVoice,
    StreamRun,
    StreamSeat,
    StreamSegment,
    StreamTurn,
)
from xaso.services.broadcast.models.sound import Sound
from xaso.services.broadcast.models.station import Cluster, Fault, Station
from xaso.services.broadcast.models.wire import (
    WireAuthority,
    WireCertificate,
    WireCommand,
    WireEnrolment,
    WireKey,
    WireReceipt,
    WireSchedule,
)

__all__ = [
    "Airing",
    "Approval",
    "ApprovalRule",
    "BridgeReport",
    "Bulletin",
    "BulletinVersion",
    "ClassRule",
    "Cluster",
    "Complaint",
    "Emergency",
    "Fault",
    "Kind",
    "LiveChunk",
    "LiveSession",
    "NewsFeed",
    "Origin",
    "Play",
    "RelaySource",
    "Slot",
    "SlotChange",
    "Sound",
    "SourceItem",
    "SourceTelling",
    "SourceVoice",
    "Station",
    "StreamRun",
    "StreamSeat",
    "StreamSegment",
    "StreamTurn",
    "VolumeCap",
    "Window",
    "WireAuthority",
    "WireCertificate",
    "WireCommand",
    "WireEnrolment",
    "WireKey",
    "WireReceipt",
    "WireSchedule",
]
