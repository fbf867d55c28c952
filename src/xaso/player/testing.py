"""A player whose time stands still until it is moved: for tests."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xaso.kernel.plain.horn import Command, Entry, Programme, key_number, seal, seal_programme
from xaso.player.clock import Clock
from xaso.player.core import Identity, Player
from xaso.player.disk import Disk
from xaso.player.sink import NullSink

START = 1_795_000_000.0
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
AUDIO = {name: (name * 200).encode() for name in ("one", "two", "siren", "relay")}
DIGEST = {name: hashlib.sha256(body).hexdigest() for name, body in AUDIO.items()}


@dataclass
class Bench:
    """A player with a clock in our hand. ``wrong`` is how far its wall clock is off (seconds)."""

    home: Path
    wrong: float = 0.0
    knows_time: bool = True
    true: float = START
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    starts: list[tuple[float, str]] = field(default_factory=list)
    sequence: int = 0
    player: Player = field(init=False)

    def __post_init__(self) -> None:
        self.boot()

    def boot(self) -> None:
        """Switches it on (again): what is on the card is what it knows."""
        bench = self

        class Sink(NullSink):
            def start(self, source: Path | str, skip: float, volume: int) -> None:
                bench.starts.append((round(bench.true - START, 3), Path(str(source)).name[:8]))
                super().start(source, skip, volume)

        clock = Clock(
            wall=lambda: self.true + self.wrong,
            mono=lambda: self.true - START + 100,
            synchronised=lambda: self.knows_time,
        )
        keys = {key_number(KEY.public_key()): KEY.public_key()}
        self.player = Player(
            clock=clock, disk=Disk(self.home, durable=False), sink=Sink(), send=self._send, jitter=lambda: 0.5,
            identity=Identity("02728", "loa-1", keys),
        )  # fmt: skip

    def _send(self, leaf: str, payload: bytes, retain: bool) -> None:
        self.sent.append((leaf, json.loads(payload)))

    def said(self, leaf: str) -> list[dict[str, Any]]:
        """What was told on a topic."""
        return [values for name, values in self.sent if name == leaf]

    def acks(self) -> list[tuple[str, str, str]]:
        """(command, stage, code) of all acknowledgements."""
        return [
            (one["command"], one["stage"], one["code"])
            for values in self.said("ack")
            for one in values["acks"]
        ]

    def store(self, *names: str) -> None:
        """Audio lies on the card."""
        for name in names:
            assert self.player.fetched(DIGEST[name], AUDIO[name])

    def to(self, second: float) -> None:
        """Lets time go by up to a second after the start, doing what is due."""
        end = START + second
        while True:
            self.player.tick()
            self.player.settle()
            step = self.player.wait()
            if self.true + step > end:
                break
            self.true += max(step, 0.001)
        self.true = end
        self.player.tick()
        self.player.settle()

    def moment(self, second: float) -> datetime:
        """So many seconds after the start."""
        return datetime.fromtimestamp(START + second, UTC)

    def entry(self, airing: str, at: float, seconds: float, audio: str = "one", **more: Any) -> Entry:
        """A line of a programme."""
        facts: dict[str, Any] = {"until": self.moment(at + 600), "url": f"/{audio}", "sha256": DIGEST[audio]}
        return Entry(airing=airing, item=airing, at=self.moment(at), seconds=seconds, **{**facts, **more})

    def programme(self, version: int, *entries: Entry, **more: Any) -> None:
        """The station sends a programme."""
        made = Programme(
            "loa-1", "02728", version, self.moment(0), self.moment(0) + timedelta(days=3), entries, **more
        )
        self.player.receive("desired", seal_programme(made, KEY))

    def command(
        self, kind: str, *, at: float = 0.0, lasts: float = 600, key: Any = KEY, **more: Any
    ) -> bytes:
        """A signed command; hand it to ``hear``."""
        self.sequence += 1
        facts: dict[str, Any] = {"id": f"c{self.sequence}", "cluster": "loa-1", "sequence": self.sequence}
        facts |= {"issued_at": self.moment(at), "expires_at": self.moment(at + lasts), "commune": "02728"}
        return seal(Command(kind=kind, **{**facts, **more}), key)

    def play(self, audio: str, seconds: float, **more: Any) -> bytes:
        """A signed command to play."""
        return self.command(
            "play", **{"item": audio, "url": f"/{audio}", "sha256": DIGEST[audio], "seconds": seconds, **more}
        )

    def hear(self, envelope: bytes) -> None:
        """A command arrives."""
        self.player.receive("cmd", envelope)
        self.player.settle()

    def log(self) -> list[tuple[str, str, str, float]]:
        """(airing or item, result, reason, seconds) of the log on the card."""
        return [
            (one["airing"] or one["item"], one["result"], one["reason"], round(one["seconds"], 1))
            for one in self.player.disk.log
        ]

    def faults(self) -> set[str]:
        """What the player finds wrong with itself."""
        return set(self.player.faults)
