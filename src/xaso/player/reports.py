"""What a player tells the station, and what the station tells it about time and log: the quiet half of the player."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xaso.kernel.plain.horn import ALL, Command, Programme, Refused
from xaso.player import FIRMWARE
from xaso.player.clock import GOOD, Clock
from xaso.player.disk import Disk
from xaso.player.sink import Sink
from xaso.player.stage import Event, Stage

LOG_BATCH = 40
HELD_BACK = 2.0  # a device tells its state at most so often
# A command to all reaches more than a thousand devices in one instant: they answer at different times, so that the
# answers of the first do not stand in the way of the command to the last. Seconds: shortest, and how much is random.
ANSWER_AFTER, STATE_AFTER = (0.3, 1.0), (2.0, 6.0)
OFF = 2.0  # a wall clock further off than this is a fault


@dataclass(eq=False)
class Reports:
    """Clock, card, sink and line of a player, and the words about them."""

    clock: Clock
    disk: Disk
    sink: Sink
    send: Callable[[str, bytes, bool], None]
    volume: int = 70
    jitter: Callable[[], float] = field(default=lambda: secrets.randbelow(1000) / 1000)
    online: bool = False
    programme: Programme | None = None
    faults: dict[str, str] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    wanted: dict[str, tuple[str, float]] = field(default_factory=dict)  # sha256: address, needed at
    stage: Stage = field(init=False)
    _state_at: float | None = field(default=None, init=False)
    _log_at: float | None = field(default=None, init=False)
    _ask_at: float | None = field(default=None, init=False)
    _asked: dict[str, float] = field(default_factory=dict, init=False)
    _stages: dict[str, dict[str, Any]] = field(default_factory=dict, init=False)
    _floor: float = field(default=0.0, init=False)
    _stirred: bool = field(default=False, init=False)  # what sounds may have to change at once
    _spread: bool = field(default=False, init=False)  # a command to all is being obeyed
    _acks: list[dict[str, Any]] = field(default_factory=list, init=False)
    _todo: list[Callable[[], None]] = field(default_factory=list, init=False)
    _later: list[Callable[[], None]] = field(default_factory=list, init=False)
    _later_at: float | None = field(default=None, init=False)

    def missing(self) -> list[tuple[str, str]]:
        """(digest, address) of audio to fetch, what is needed first comes first."""
        rows = sorted(self.wanted.items(), key=lambda pair: pair[1][1])
        return [(digest, address) for digest, (address, _) in rows if not self.disk.holds(digest)]

    def _acknowledge(
        self,
        command: str,
        item: str,
        stage: str,
        code: str = "",
        *,
        at: float | None = None,
        data: Any = None,
    ) -> None:
        moment = self.clock.guess() if at is None else at
        ack = {"command": command, "item": item, "stage": stage, "code": code, "at": round(moment * 1000)}
        if data is not None:
            ack["data"] = data
        self._stages[command] = ack
        if len(self._stages) > 200:
            self._stages.pop(next(iter(self._stages)))
        self._say(ack)

    def _say(self, ack: dict[str, Any]) -> None:
        if self._spread:
            self._put_off()
        self._acks.append(ack)

    def _answer(self) -> None:
        """Sends the acknowledgements that wait, together."""
        acks, self._acks = self._acks, []
        for begin in range(0, len(acks), LOG_BATCH):
            self._tell("ack", {"acks": acks[begin : begin + LOG_BATCH]})

    def _soon(self, work: Callable[[], None]) -> None:
        """Work for after obeying: next, or with the answer when all devices obey at once."""
        if self._spread:
            self._put_off()
            self._later.append(work)
        else:
            self._todo.append(work)

    def _put_off(self) -> None:
        if self._later_at is None:
            self._later_at = self.clock.mono() + ANSWER_AFTER[0] + ANSWER_AFTER[1] * self.jitter()

    def _no_longer(self) -> None:
        self._todo += self._later
        self._later, self._later_at = [], None

    def selftest(self) -> dict[str, Any]:
        """What the device finds when it looks at itself."""
        self._look_at_clock()
        wrong = self.sink.check()
        if wrong:
            self._fault("no_sound", wrong)
        else:
            self._mended("no_sound")
        return {**self.state(), "missing_audio": len(self.missing()), "sound": wrong or "ok"}

    def state(self) -> dict[str, Any]:
        """What is told of the device."""
        playing = self.stage.current
        offset = self.clock.offset()
        held = [job.start for job in self.stage.pending.values() if self.disk.file_of(job.sha256)]
        return {
            "online": True, "at": round(self.clock.guess() * 1000),
            "playing": (playing.job.airing or playing.job.item or playing.job.command) if playing else "",
            "volume": self.volume, "firmware": FIRMWARE,
            "clock_offset_ms": None if offset is None else round(offset * 1000),
            "clock_error_ms": round(self.clock.error() * 1000),
            "schedule_version": self.programme.version if self.programme else 0,
            "stored_until": round(max(held) * 1000) if held else None,
            "faults": [{"kind": kind, "detail": detail} for kind, detail in sorted(self.faults.items())],
            "refused": dict(self.refused), "disk_free_mb": self.disk.free() // 1_000_000,
            "log_waiting": len(self.disk.log),
        }  # fmt: skip

    def _look_at_clock(self) -> None:
        offset = self.clock.offset()
        if offset is not None and abs(offset) > OFF:
            self._fault("clock_off", f"đồng hồ máy lệch {offset:+.0f} giây")
        elif offset is not None:
            self._mended("clock_off")
            self._mended("clock_unknown")

    def _ask_time(self) -> None:
        mono = self.clock.mono()
        if not self.online:
            self._ask_at = None
            return
        self._asked = {key: at for key, at in self._asked.items() if mono - at < 30}
        nonce = secrets.token_hex(8)
        self._asked[nonce] = mono
        self._ask_at = mono + 5 + 10 * self.jitter()
        self.send("clock", json.dumps({"ask": nonce}).encode(), False)

    def _send_state(self) -> None:
        self._state_at = None
        if self.online:
            self.send("state", json.dumps(self.state(), ensure_ascii=False).encode(), True)

    def _state_soon(self) -> None:
        if self._state_at is None:
            first, more = STATE_AFTER if self._spread else (HELD_BACK / 2, HELD_BACK)
            self._state_at = self.clock.mono() + first + more * self.jitter()

    def _send_log(self) -> None:
        self._log_at = None
        if not self.disk.log or not self.online:
            return
        self._log_at = self.clock.mono() + 30 + 30 * self.jitter()  # until it is confirmed
        self._tell("log", {"log": self.disk.log_id, "entries": self.disk.log[:LOG_BATCH]})

    def _tell(self, leaf: str, values: dict[str, Any]) -> None:
        self.send(leaf, json.dumps(values, ensure_ascii=False).encode(), False)

    def _guarded(self, write: Callable[[], Any]) -> None:
        try:
            write()
        except OSError as error:
            self._fault("sd_full", f"không ghi được: {error.strerror}")

    def _fault(self, kind: str, detail: str) -> None:
        if self.faults.get(kind) != detail:
            self.faults[kind] = detail
            self._state_soon()

    def _mended(self, kind: str) -> None:
        if self.faults.pop(kind, None) is not None:
            self._state_soon()

    def _time_facts(self) -> dict[str, Any]:
        return {"floor": self._floor, "offset": self.clock.offset(), "boot": boot_id()}

    def _on_time(self, command: Command) -> None:
        asked = self._asked.pop(str(command.data.get("ask", "")), None)
        if asked is None:
            return
        self._stirred = True
        if self.clock.measure(asked, float(command.data["now"]) / 1000):
            self._mended("clock_unknown")
            self._look_at_clock()
        good = self.clock.error() <= GOOD
        self._ask_at = self.clock.mono() + ((600 if good else 3) + (60 if good else 10) * self.jitter())
        self._state_soon()

    def _on_kept(self, command: Command) -> None:
        upto = int(command.data.get("upto", 0))
        self._guarded(lambda: self.disk.confirmed(str(command.data.get("log", "")), upto))
        self._log_at = self.clock.mono() + 0.05 if self.disk.log else None

    def _answer_refusal(self, payload: bytes, error: Refused) -> None:
        if error.code in ("forged", "bad", "other_cluster"):
            return  # nobody we know asked
        try:
            values = json.loads(payload[75:])
            command, item, self._spread = str(values["id"]), str(values["item"]), values["cluster"] == ALL
        except (ValueError, KeyError, TypeError):
            return
        if error.code == "replayed" and command in self._stages:
            self._say(self._stages[command])
        elif error.code != "replayed":
            self._acknowledge(command, item, "failed", error.code)

    def minute(self) -> None:
        """Once a minute: what is slow."""
        now = self.clock.now()
        if now is not None:
            self._floor = max(self._floor, now)
            self._guarded(lambda: self.disk.write_json("time.json", self._time_facts()))
            self._guarded(lambda: self.disk.forget_old(now))
        self._look_at_clock()
        self._state_soon()


def boot_id() -> str:
    """Changes with each start of the system."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def playing_facts(event: Event) -> dict[str, Any]:
    job = event.job
    return {
        "airing": job.airing, "item": job.item, "command": job.command, "priority": job.priority,
        "volume": event.volume, "started_at": round(event.started * 1000), "until": job.until,
        "offset_ms": round((event.started - job.start) * 1000, 1),
    }  # fmt: skip


def entry_of(event: Event) -> dict[str, Any]:
    facts = playing_facts(event)
    facts.pop("until")
    facts |= {"seconds": round(event.seconds, 3), "result": event.result, "reason": event.reason}
    if event.result == "missed":
        return {**facts, "started_at": None, "ended_at": None, "offset_ms": None}
    return {**facts, "ended_at": round(event.ended * 1000)}
