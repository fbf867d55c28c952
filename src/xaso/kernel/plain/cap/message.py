"""The values of a CAP 1.2 message, by the names of the standard in our spelling."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"

STATUSES = ("Actual", "Exercise", "System", "Test", "Draft")
TYPES = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPES = ("Public", "Restricted", "Private")
CATEGORIES = (
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other",
)  # fmt: skip
RESPONSES = ("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None")
URGENCIES = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTIES = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")

Pair = tuple[str, str]
Position = tuple[float, float]  # latitude, longitude


@dataclass(frozen=True)
class Resource:
    """A file that goes with the message: sound, picture."""

    description: str
    mime_type: str
    size: int | None = None
    uri: str = ""
    deref_uri: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Area:
    """Where: words, closed polygons, circles (latitude, longitude, kilometres) and codes of units."""

    description: str
    polygons: tuple[tuple[Position, ...], ...] = ()
    circles: tuple[tuple[float, float, float], ...] = ()
    geocodes: tuple[Pair, ...] = ()
    altitude: float | None = None
    ceiling: float | None = None


@dataclass(frozen=True)
class Info:
    """What is told in one language."""

    event: str
    categories: tuple[str, ...]
    urgency: str
    severity: str
    certainty: str
    language: str = "en-US"  # the standard's own default
    responses: tuple[str, ...] = ()
    audience: str = ""
    event_codes: tuple[Pair, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[Pair, ...] = ()
    resources: tuple[Resource, ...] = ()
    areas: tuple[Area, ...] = ()

    def parameter(self, name: str) -> str:
        """The first value under a name; "" when there is none."""
        return next((value for key, value in self.parameters if key == name), "")


@dataclass(frozen=True)
class Message:
    """One CAP message."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    msg_type: str
    scope: str = "Public"
    source: str = ""
    restriction: str = ""
    addresses: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    note: str = ""
    references: tuple[tuple[str, str, str], ...] = ()  # sender, identifier, sent as written
    incidents: tuple[str, ...] = ()
    infos: tuple[Info, ...] = field(default=())

    @property
    def reference(self) -> str:
        """How a later message names this one: sender,identifier,sent."""
        return f"{self.sender},{self.identifier},{stamp(self.sent)}"

    @property
    def is_real(self) -> bool:
        """Whether people must act on it; an exercise, a test and a draft must never sound like it."""
        return self.status == "Actual"

    @property
    def expires(self) -> datetime | None:
        """When the last of its parts ends; None when one of them names no end."""
        ends = [info.expires for info in self.infos]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else None

    def info(self, language: str) -> Info | None:
        """The part in a language ("vi" finds "vi-VN"), else the first."""
        wanted = language.lower()
        found = [one for one in self.infos if one.language.lower().startswith(wanted)]
        return next(iter([*found, *self.infos]), None)


def stamp(moment: datetime) -> str:
    """A time as the standard writes it: with its offset, never Z; UTC is -00:00."""
    if moment.tzinfo is None:
        raise ValueError("a time of a CAP message needs its offset")
    text = moment.replace(microsecond=0).isoformat()
    return text[:-6] + "-00:00" if text.endswith("+00:00") else text
