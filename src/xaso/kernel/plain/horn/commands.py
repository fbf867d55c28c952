"""Commands to loudspeakers: what they say, how they are signed, and every reason for which a device refuses one.

An envelope is ``XS1`` + number of the key (8 bytes) + Ed25519 signature (64 bytes) + canonical JSON. The signature
covers a word of its own for each use, so a signed schedule can never be read as a command.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALL = "all"
KINDS = ("play", "stop", "schedule", "volume", "selftest", "config", "time", "kept")
PRIORITIES = ("filler", "ordinary", "relay", "priority", "live", "emergency")
RESUMES = ("drop", "resume", "restart", "postpone", "shorten")
# A later one of these replaces an earlier one; arriving late, the earlier one is refused.
REPLACING = {"volume", "config", "schedule"}
LONGEST = timedelta(hours=96)  # no command is good for longer: ids need not be kept for ever
SKEW = timedelta(minutes=2)  # a command from further in the future means that one of the two clocks is wrong
MAGIC = b"XS1"
_HEAD = len(MAGIC) + 8 + 64
BIGGEST = 256 * 1024


class Refused(Exception):
    """A message that is not obeyed. ``code``: forged, expired, replayed, other_cluster, clock or bad."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Window(Protocol):
    """What a device knows when it judges a message."""

    @property
    def cluster(self) -> str:
        """Its own id."""

    @property
    def commune(self) -> str:
        """The station it belongs to."""

    def now(self) -> datetime | None:
        """The true time, or None while it is unknown."""

    def floor(self) -> datetime:
        """A moment that is certainly over: the latest time ever known."""

    def seen(self, command_id: str) -> bool:
        """Whether this id was obeyed before."""

    def highest(self, kind: str) -> int:
        """The highest sequence obeyed of a kind ("" for all kinds); 0 for none."""


@dataclass(frozen=True, slots=True)
class Command:
    """One order to one cluster or to all of a station. Times are aware; ``seconds`` is how long the item lasts.

    ``url`` with ``sha256`` is a file to be fetched and kept; without it a stream to be played while it runs.
    ``data`` of a play may say ``airing`` (the occurrence), ``repeats`` and ``pause`` (seconds between), ``skip``
    (seconds left out at the beginning of the file); of a stop ``airing`` (nothing: whatever sounds).
    """

    id: str
    kind: str
    cluster: str
    sequence: int
    issued_at: datetime
    expires_at: datetime
    not_before: datetime | None = None
    item: str = ""
    url: str = ""
    sha256: str = ""
    seconds: float = 0.0
    volume: int | None = None
    priority: str = "ordinary"
    resume: str = "drop"
    commune: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


_TIMES = {"issued_at", "expires_at", "not_before"}
_TYPES: dict[str, tuple[type, ...]] = {
    "id": (str,), "kind": (str,), "cluster": (str,), "sequence": (int,), "issued_at": (int,), "expires_at": (int,),
    "not_before": (int, type(None)), "item": (str,), "url": (str,), "sha256": (str,), "seconds": (int, float),
    "volume": (int, type(None)), "priority": (str,), "resume": (str,), "commune": (str,), "data": (dict,),
}  # fmt: skip


def rank(priority: str) -> int:
    """Greater wins; an equal or greater one may always interrupt."""
    return PRIORITIES.index(priority)


def milliseconds(moment: datetime) -> int:
    """Since 1970, UTC: the only form of time on the wire."""
    return round(moment.timestamp() * 1000)


def moment_of(value: int) -> datetime:
    """The moment of a number of milliseconds."""
    return datetime.fromtimestamp(value / 1000, UTC)


def canonical(value: Mapping[str, Any]) -> bytes:
    """One form for one content: sorted keys, no spaces, UTF-8."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def key_number(key: Ed25519PublicKey) -> bytes:
    """Eight bytes by which an envelope names the key that signed it."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).digest()[:8]


def seal_bytes(body: bytes, purpose: bytes, key: Ed25519PrivateKey) -> bytes:
    """An envelope around ``body``."""
    return MAGIC + key_number(key.public_key()) + key.sign(purpose + b"\0" + body) + body


def open_bytes(envelope: bytes, purpose: bytes, keys: Mapping[bytes, Ed25519PublicKey]) -> bytes:
    """The body of an envelope; Refused ``bad`` or ``forged``."""
    if len(envelope) <= _HEAD or len(envelope) > BIGGEST or not envelope.startswith(MAGIC):
        raise Refused("bad", "Không phải một lệnh")
    key = keys.get(envelope[3:11])
    body = envelope[_HEAD:]
    if key is None:
        raise Refused("forged", "Khóa ký lạ")
    try:
        key.verify(envelope[11:_HEAD], purpose + b"\0" + body)
    except InvalidSignature:
        raise Refused("forged", "Chữ ký không đúng") from None
    return body


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; Refused ``bad``."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("bad", "Nội dung không đọc được") from None
    if not isinstance(found, dict):
        raise Refused("bad", "Nội dung không phải một đối tượng")
    return found


COMMAND = b"xaso-horn-command-1"


def seal(command: Command, key: Ed25519PrivateKey) -> bytes:
    """The signed bytes of a command. ValueError when it says what no device would obey."""
    check(command)
    values: dict[str, Any] = {one.name: getattr(command, one.name) for one in fields(command)}
    for name in _TIMES:
        if values[name] is not None:
            values[name] = milliseconds(values[name])
    values["data"] = dict(values["data"])
    return seal_bytes(canonical(values), COMMAND, key)


def check(command: Command) -> None:
    """ValueError when a command cannot be meant."""
    if not command.id or len(command.id) > 64 or not command.cluster or command.sequence < 1:
        raise ValueError("a command needs an id of at most 64 characters, a cluster and a sequence from 1")
    if command.kind not in KINDS or command.priority not in PRIORITIES or command.resume not in RESUMES:
        raise ValueError("unknown kind, priority or policy")
    if command.volume is not None and not 0 <= command.volume <= 100:
        raise ValueError("volume is 0 to 100")
    if not 0 <= command.seconds <= 86_400:
        raise ValueError("an item lasts at most a day")
    if not command.issued_at < command.expires_at <= (command.not_before or command.issued_at) + LONGEST:
        raise ValueError("a command ends after it begins, and soon")


def open_sealed(envelope: bytes, keys: Mapping[bytes, Ed25519PublicKey], state: Window) -> Command:
    """The command of an envelope, when this device should obey it now; else Refused with code and reason."""
    command = _read(read_object(open_bytes(envelope, COMMAND, keys)))
    if command.cluster not in (ALL, state.cluster) or command.commune not in ("", state.commune):
        raise Refused("other_cluster", "Lệnh cho cụm loa khác")
    if state.seen(command.id):
        raise Refused("replayed", "Lệnh đã nhận rồi")
    if command.kind in REPLACING and command.sequence <= state.highest(command.kind):
        raise Refused("replayed", "Đã có lệnh mới hơn")
    _check_time(command, state)
    return command


def _check_time(command: Command, state: Window) -> None:
    now = state.now()
    if (now or state.floor()) >= command.expires_at:
        raise Refused("expired", "Lệnh đã hết hạn")
    if command.kind == "time":
        return  # it answers a question of this device and carries the question's number
    if now is not None:
        if command.issued_at - now > SKEW:
            raise Refused("clock", "Lệnh đến từ tương lai: đồng hồ của loa hoặc của đài sai")
        return
    if command.kind == "play" and command.priority != "emergency":
        raise Refused("clock", "Loa chưa biết giờ đúng")
    if command.sequence <= state.highest(""):
        raise Refused("replayed", "Chưa biết giờ: chỉ nhận lệnh mới hơn mọi lệnh đã nhận")


def _read(values: dict[str, Any]) -> Command:
    for name, types in _TYPES.items():
        if name not in values or not isinstance(values[name], types) or isinstance(values[name], bool):
            raise Refused("bad", f"Lệnh thiếu hoặc sai {name}")
    try:
        for name in _TIMES:
            if values[name] is not None:
                values[name] = moment_of(values[name])
        command = Command(**{name: values[name] for name in _TYPES})
        check(command)
    except (ValueError, OverflowError, OSError) as error:
        raise Refused("bad", str(error)) from None
    return command
