"""What a check of the log found, in sentences for people, and the memory of a witness."""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
TOLD = 20  # sentences of one kind; the rest is counted


def told(moment: datetime) -> str:
    """``14:00:05 21/11/2026`` in Vietnam's time."""
    return moment.astimezone(VIETNAM).strftime("%H:%M:%S %d/%m/%Y")


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be."""

    kind: str
    sentence: str


@dataclass
class Report:
    """The answer of a check. ``counts`` tells how many findings of each kind, also those not listed."""

    origin: str = ""
    leaves: int = 0
    heads: int = 0
    waiting: int = 0
    files: int = 0
    first_key: bytes = b""
    newest: str = ""
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def good(self) -> bool:
        """Whether nothing was found."""
        return not self.counts

    def add(self, kind: str, sentence: str) -> None:
        """Note a finding."""
        self.counts[kind] += 1
        if self.counts[kind] <= TOLD:
            self.findings.append(Finding(kind, sentence))

    def kinds(self) -> set[str]:
        """The kinds of what was found."""
        return set(self.counts)


class BadState(ValueError):
    """A witness's file that cannot be read; the message is Vietnamese."""


@dataclass
class Memory:
    """What a witness remembers of a log: the first key it met and the heads it saw, newest last."""

    origin: str
    first_key: bytes
    seen: list[tuple[int, bytes]] = field(default_factory=list)
    note: str = ""
    cosigned: str = ""
    alarms: list[str] = field(default_factory=list)

    MOST = 500

    @property
    def newest(self) -> tuple[int, bytes] | None:
        """Size and root of the newest head it saw."""
        return self.seen[-1] if self.seen else None

    def remember(self, size: int, root: bytes, note: str, cosigned: str) -> None:
        """Take in a head that was found to fit."""
        if not self.seen or self.seen[-1] != (size, root):
            self.seen.append((size, root))
        self.seen = self.seen[-self.MOST :]
        self.note, self.cosigned = note, cosigned

    def save(self, path: Path) -> None:
        """Write the memory as a whole, durable before the name is taken over."""
        facts = {
            "format": 1,
            "origin": self.origin,
            "first_key": base64.b64encode(self.first_key).decode(),
            "seen": [[size, root.hex()] for size, root in self.seen],
            "note": self.note,
            "cosigned": self.cosigned,
            "alarms": self.alarms,
        }
        temporary = path.with_name(f".{path.name}.part")
        with temporary.open("w", encoding="utf-8") as out:
            json.dump(facts, out, ensure_ascii=False, indent=1)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)


def read_memory(path: Path) -> Memory | None:
    """A witness's memory; None when it has none yet. Raises BadState."""
    if not path.exists():
        return None
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Memory(
            origin=facts["origin"],
            first_key=base64.b64decode(facts["first_key"]),
            seen=[(int(size), bytes.fromhex(root)) for size, root in facts["seen"]],
            note=facts["note"],
            cosigned=facts["cosigned"],
            alarms=list(facts["alarms"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadState(
            f"Không đọc được trí nhớ của bên chứng kiến {path}. Khôi phục từ bản sao lưu."
        ) from error
