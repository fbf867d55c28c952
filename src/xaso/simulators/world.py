"""The simulated world: what happened in it (kept in one JSON file), which faults are switched on, whom it tells."""

from __future__ import annotations

import json
import os
import random
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from xaso.simulators.people import CITIZENS

TRIAL = "mo-phong"
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
KEEP = 1000  # newest rows kept of each list
SYSTEMS = (
    "vneid",
    "portal",
    "origin",
    "source",
    "bank",
    "post",
    "population",
    "sms",
    "zalo",
    "push",
    "mail",
    "fpt_voice",
    "vbee_voice",
    "viettel_voice",
    "model",
    "hearing",
)
FAULTS = {
    "latency": "Trả lời chậm",
    "error": "Lỗi máy chủ (500)",
    "garbled": "Trả lời không đúng quy ước",
    "drop": "Đứt kết nối",
    "denied": "Không nhận quyền truy cập (401)",
    "wrong_signature": "Chữ ký sai",
    "duplicate": "Báo lặp",
    "out_of_order": "Báo sai thứ tự",
    "expired": "Thẻ truy cập hết hạn",
    "lost": "Đã nhận nhưng đứt kết nối trước khi trả lời",
    "throttled": "Từ chối vì gửi quá nhanh",
}
# What a rate of faults does, and how often each (of a hundred faults); "lost" has taken the message all the same.
RATE_MIX = (("error", 40), ("lost", 30), ("throttled", 20), ("drop", 10))


@dataclass
class Fault:
    """A fault that waits to happen ``times`` times (negative: until switched off)."""

    kind: str
    times: int = 1
    milliseconds: int = 0


@dataclass
class World:
    """Everything the simulators know. Safe between threads: hold ``lock`` to change lists and tables."""

    product: str = "http://127.0.0.1:8300"
    path: Path | None = None
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(VIETNAM))
    lock: threading.RLock = field(default_factory=threading.RLock)
    dirty: bool = False
    patience: float = 1.0  # pauses between errands are multiplied by it; tests have none
    courier: httpx.Client | None = None  # carries errands in the caller's own thread (tests)
    rates: dict[str, float] = field(default_factory=dict)  # system to the share of calls that go wrong
    dice: random.Random = field(default_factory=random.Random)
    tallies: dict[str, dict[str, int]] = field(
        default_factory=dict
    )  # what reached a receiver, by our identity of it
    keep: int = KEEP
    reports: bool = True  # whether delivery is reported to the product

    def __post_init__(self) -> None:
        self._errands = ThreadPoolExecutor(max_workers=4, thread_name_prefix="errand")
        self._http = self.courier or httpx.Client(timeout=10, trust_env=False)
        if self.path and self.path.exists():
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            self.lists, self.tables = kept["lists"], kept["tables"]

    # What is kept

    def note(self, name: str, row: dict[str, Any]) -> dict[str, Any]:
        """Add a row to a list; it gets an id and the time."""
        with self.lock:
            row = {"id": secrets.token_hex(8), "at": self.clock().isoformat(timespec="seconds"), **row}
            rows = self.lists.setdefault(name, [])
            rows.append(row)
            del rows[: -self.keep]
            self.dirty = True
        return row

    def rows(self, name: str) -> list[dict[str, Any]]:
        """A list, oldest first."""
        with self.lock:
            return list(self.lists.get(name, []))

    def table(self, name: str) -> dict[str, Any]:
        """A table by key; whoever changes it marks the world dirty."""
        with self.lock:
            self.dirty = True
            return self.tables.setdefault(name, {})

    def citizens(self) -> dict[str, dict[str, Any]]:
        """All citizens by personal number: those of the data file and those added by testers."""
        return {**CITIZENS, **self.tables.get("citizens", {})}

    def next_number(self, name: str) -> int:
        """1, 2, 3 … for each name."""
        with self.lock:
            numbers = self.table("numbers")
            numbers[name] = numbers.get(name, 0) + 1
            return int(numbers[name])

    def save(self) -> None:
        """Write the file when something changed."""
        with self.lock:
            if self.path is None or not self.dirty:
                return
            self.dirty = False
            content = json.dumps({"lists": self.lists, "tables": self.tables}, ensure_ascii=False)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(content, encoding="utf-8")
        temporary.replace(self.path)

    def reset(self) -> None:
        """Forget everything that happened, and all faults."""
        with self.lock:
            self.lists.clear()
            self.tables.clear()
            self.faults.clear()
            self.rates.clear()
            self.tallies.clear()
            self.dirty = True

    # Faults

    def break_it(self, system: str, kind: str, *, times: int = 1, milliseconds: int = 0) -> None:
        """Switch a fault on for the next calls of a system."""
        if system not in SYSTEMS or kind not in FAULTS:
            raise ValueError("unknown system or fault")
        with self.lock:
            self.faults.setdefault(system, []).append(Fault(kind, times, milliseconds))

    def mend(self, system: str = "") -> None:
        """Switch faults off."""
        with self.lock:
            for key in [system] if system else list(self.faults):
                self.faults.pop(key, None)

    def fault(self, system: str, kind: str) -> Fault | None:
        """Take one occurrence of a fault, if it is switched on."""
        with self.lock:
            for waiting in self.faults.get(system, []):
                if waiting.kind == kind and waiting.times != 0:
                    waiting.times -= 1 if waiting.times > 0 else 0
                    if waiting.times == 0:
                        self.faults[system].remove(waiting)
                    return waiting
        return None

    def set_rate(self, system: str, share: float) -> None:
        """Let this share of the calls of a system go wrong in one of the ways of RATE_MIX, until set to 0."""
        if system not in SYSTEMS or not 0 <= share <= 1:
            raise ValueError("unknown system, or a share that is none")
        self.rates[system] = share

    def wrong(self, system: str, kind: str) -> bool:
        """Whether a switched-on fault of a kind happens at this call."""
        return bool(self.faults) and self.fault(system, kind) is not None

    def rolled(self, system: str) -> str:
        """The kind of fault that the rate gives this call; mostly none."""
        share = self.rates.get(system, 0.0)
        if not share or self.dice.random() >= share:
            return ""
        return self.dice.choices([kind for kind, _ in RATE_MIX], [often for _, often in RATE_MIX])[0]

    def count(self, system: str, identity: str) -> None:
        """A message with this identity has reached its receiver once more."""
        with self.lock:
            known = self.tallies.setdefault(system, {})
            known[identity] = known.get(identity, 0) + 1

    # Telling the product

    def tell(
        self,
        method: str,
        url: str,
        *,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        pauses: tuple[float, ...] = (1, 2, 3, 5),
    ) -> Future[int]:
        """Call the product in the background, again after each pause until it says 2xx; answers the last status."""

        def errand() -> int:
            status = 0
            for pause in (*pauses, 0.0):
                try:
                    status = self._http.request(method, url, content=body, headers=headers or {}).status_code
                except httpx.HTTPError:
                    status = 0
                if 200 <= status < 300:
                    break
                time.sleep(pause * self.patience)
            self.note("hooks", {"url": url.split("?")[0], "status": status})
            return status

        if self.courier is None:
            return self._errands.submit(errand)
        done: Future[int] = Future()
        done.set_result(errand())
        return done

    def close(self) -> None:
        """Stop errands and keep the state."""
        self._errands.shutdown(wait=False, cancel_futures=True)
        self._http.close()
        self.save()
