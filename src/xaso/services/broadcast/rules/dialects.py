"""How source-information systems write things: one neutral form inside, versions as data outside. Pure.

A dialect renames fields and replaces words (classes, states). What a version does not know is left out of what it is
told, and listed by ``silent``, so that nobody believes it was.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from xaso.kernel.plain.moment import VIETNAM

FILE = Path(__file__).parent.parent / "data" / "source_dialects.toml"
TIMES = {"valid_from", "valid_to", "at", "played_at", "last_seen", "answered_at"}
LONGEST = {"id": 120, "title": 200, "text": 20_000, "issuer": 160, "topic": 60, "audio": 500, "sha256": 64}
MOST_AREAS, MOST_TIMES = 500, 50
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Unreadable(ValueError):
    """A bulletin that cannot be taken: {field as the sender calls it: [Vietnamese reasons]}."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {texts[0]}" for name, texts in errors.items()))
        self.errors = dict(errors)


@dataclass(frozen=True)
class Incoming:
    """A bulletin from above in the neutral form."""

    id: str
    kind: str
    title: str
    text: str
    issuer: str
    areas: tuple[str, ...]
    topic: str = ""
    audio: str = ""
    sha256: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    play_at: tuple[datetime, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True)
class Dialect:
    """One version of the interface."""

    version: str
    title: str
    time: str
    paths: Mapping[str, str]
    query: Mapping[str, str]
    names: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]

    def write(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Neutral facts in the words of this version; what it has no name for is left out."""
        out: dict[str, Any] = {}
        for name, value in told.items():
            if name in self.names and value is not None:
                out[self.names[name]] = self._value(name, value)
        return out

    def silent(self, told: Mapping[str, Any]) -> list[str]:
        """Facts that this version cannot be told."""
        return sorted(name for name in told if name not in self.names)

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, datetime):
            local = value.astimezone(VIETNAM)
            return local.isoformat(timespec="seconds") if self.time == "iso" else int(value.timestamp())
        if isinstance(value, Mapping):
            return {self.words.get("origin", {}).get(str(key), str(key)): one for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.write(one) if isinstance(one, Mapping) else self._value(name, one) for one in value]
        return self.words.get(name, {}).get(value, value) if isinstance(value, str) else value

    def read(self, wire: Mapping[str, Any]) -> Incoming:
        """A bulletin as this version writes it. Raises Unreadable with every fault at once."""
        reader = _Reader(self, wire)
        kinds = {word: kind for kind, word in self.words["kind"].items()}
        kind = kinds.get(reader.text("kind", needed=True), "")
        if not kind:
            reader.wrong("kind", f"Chọn một trong: {', '.join(kinds)}")
        found = Incoming(
            id=reader.text("id", needed=True),
            kind=kind,
            title=reader.text("title", needed=True),
            text=reader.text("text"),
            issuer=reader.text("issuer", needed=True),
            areas=reader.codes(),
            topic=reader.text("topic"),
            audio=reader.text("audio"),
            sha256=reader.text("sha256").lower(),
            valid_from=reader.moment("valid_from"),
            valid_to=reader.moment("valid_to"),
            play_at=reader.times(),
            withdrawn=reader.raw("withdrawn") is True,
        )
        if not found.withdrawn:
            reader.check(found)
        if reader.errors:
            raise Unreadable(reader.errors)
        return found


class _Reader:
    """Takes fields out of what came, and gathers what is wrong with them under the sender's own names."""

    def __init__(self, dialect: Dialect, wire: Mapping[str, Any]) -> None:
        self.dialect, self.wire = dialect, wire
        self.errors: dict[str, list[str]] = {}

    def wrong(self, name: str, why: str) -> None:
        self.errors.setdefault(self.dialect.names.get(name, name), []).append(why)

    def raw(self, name: str) -> Any:
        return self.wire.get(self.dialect.names.get(name, ""), None)

    def text(self, name: str, *, needed: bool = False) -> str:
        value = self.raw(name)
        if value is None or value == "":
            if needed:
                self.wrong(name, "Thiếu")
            return ""
        if not isinstance(value, str | int) or isinstance(value, bool):
            self.wrong(name, "Phải là chữ")
            return ""
        told = str(value).strip()
        if "\x00" in told or any("\ud800" <= letter <= "\udfff" for letter in told):
            self.wrong(name, "Có ký tự không lưu được")
            return ""
        if len(told) > LONGEST.get(name, 200):
            self.wrong(name, f"Dài quá {LONGEST.get(name, 200)} ký tự")
            return ""
        if needed and not told:
            self.wrong(name, "Thiếu")
        return told

    def moment(self, name: str) -> datetime | None:
        return self._moment(name, self.raw(name))

    def _moment(self, name: str, value: Any) -> datetime | None:
        if value in (None, ""):
            return None
        try:
            if self.dialect.time == "seconds" and isinstance(value, int) and not isinstance(value, bool):
                found = datetime.fromtimestamp(value, VIETNAM)
            else:
                found = datetime.fromisoformat(str(value))
                found = found if found.tzinfo else found.replace(tzinfo=VIETNAM)
            if EARLIEST <= found <= LATEST:
                return found
        except (ValueError, OverflowError, OSError):
            pass
        self.wrong(name, "Thời gian không đọc được")
        return None

    def codes(self) -> tuple[str, ...]:
        value = self.raw("areas")
        if not isinstance(value, list) or not value or len(value) > MOST_AREAS:
            self.wrong("areas", f"Cần danh sách từ 1 đến {MOST_AREAS} mã đơn vị")
            return ()
        found = [
            str(one).strip() for one in value if isinstance(one, str | int) and not isinstance(one, bool)
        ]
        if len(found) != len(value) or not all(
            one.isascii() and one.isdigit() and len(one) <= 5 for one in found
        ):
            self.wrong("areas", "Mã đơn vị là các chữ số của Tổng cục Thống kê")
            return ()
        return tuple(dict.fromkeys(found))

    def times(self) -> tuple[datetime, ...]:
        value = self.raw("play_at")
        if value in (None, ""):
            return ()
        if not isinstance(value, list) or len(value) > MOST_TIMES:
            self.wrong("play_at", f"Cần danh sách nhiều nhất {MOST_TIMES} giờ phát")
            return ()
        found = [self._moment("play_at", one) for one in value]
        return tuple(sorted(one for one in found if one is not None))

    def check(self, found: Incoming) -> None:
        """What goes together."""
        if not found.text and not found.audio:
            self.wrong("text", "Cần lời văn hoặc tệp âm thanh")
        if found.kind == "emergency" and not found.text:
            self.wrong("text", "Tin khẩn cấp cần lời văn để đọc ngay")
        if found.audio and not found.audio.startswith("https://") and not found.audio.startswith("http://"):
            self.wrong("audio", "Cần địa chỉ https://")
        if found.audio and not (len(found.sha256) == 64 and set(found.sha256) <= set("0123456789abcdef")):
            self.wrong("sha256", "Cần mã băm SHA-256 của tệp âm thanh")
        if found.valid_from and found.valid_to and found.valid_to <= found.valid_from:
            self.wrong("valid_to", "Hết hiệu lực trước khi có hiệu lực")


@functools.cache
def dialects() -> dict[str, Dialect]:
    """All versions that we speak, the newest first."""
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {one["version"]: Dialect(**one) for one in told["dialect"]}


def dialect(version: str) -> Dialect:
    """One version. Raises LookupError."""
    return dialects()[version]
