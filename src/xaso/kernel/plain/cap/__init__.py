"""The Common Alerting Protocol 1.2: read, write, check, sign. See README.md."""

from __future__ import annotations

from xaso.kernel.plain.cap.areas import AreaError, contains, read_polygon, ring_around, write_polygon
from xaso.kernel.plain.cap.checking import read, rule_problems, schema_problems, time_problems
from xaso.kernel.plain.cap.feed import CAP_TYPE, Entry, feed
from xaso.kernel.plain.cap.keys import new_key
from xaso.kernel.plain.cap.message import Area, Info, Message, Resource, stamp
from xaso.kernel.plain.cap.problems import Problem, Refused
from xaso.kernel.plain.cap.signing import sign, take, verified
from xaso.kernel.plain.cap.writing import write

__all__ = [
    "CAP_TYPE",
    "Area",
    "AreaError",
    "Entry",
    "Info",
    "Message",
    "Problem",
    "Refused",
    "Resource",
    "contains",
    "feed",
    "new_key",
    "read",
    "read_polygon",
    "ring_around",
    "rule_problems",
    "schema_problems",
    "sign",
    "stamp",
    "take",
    "time_problems",
    "verified",
    "write",
    "write_polygon",
]
