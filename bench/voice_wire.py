"""The line to the loudspeakers with 1,500 devices on one machine: true players with a sink that only takes the time.

./xaso bench voice_wire [--devices 1500] [--cut 300] [--broker embedded|mosquitto] [--plain]

Every device is the shipped player (its disk, clock, stage, line with TLS and a certificate of its own), half of them
in each of two processes. The station's side is the product's own client with its outbox in memory. All clocks are one
clock here, so instants can be compared; each device measures its offset by itself all the same.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import common
from bench.wire.fleet import serve_fleet
from bench.wire.station import Broker, Station, audio, environment

SECONDS = 4.0  # of audio in a bulletin


class Course:
    """One run from the first connection to the last line of a log."""

    def __init__(self, devices: int, broker: str, plain: bool, cut: float) -> None:
        from xaso.broker.testing import Papers

        # Each device has a card of its own; 1,500 of them on this machine's one disk would measure the disk.
        memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a fresh folder is made in it
        self.root = Path(tempfile.mkdtemp(prefix="xaso-wire-", dir=memory))
        self.names = [f"loa-{number:04d}" for number in range(devices)]
        self.cut, self.plain = cut, plain
        papers = Papers(self.root)
        for name in self.names:
            papers.device(name)
        self.broker = Broker(broker, papers.broker, plain)
        self.audio = {
            hashlib.sha256(body).hexdigest(): body for body in (os.urandom(20_000) for _ in range(3))
        }
        self.expected: list[str] = []
        self.entries: tuple[Any, ...] = ()
        self.facts: dict[str, Any] = {"devices": devices, "broker": broker, "tls": not plain}
        self.commands: list[tuple[str, float]] = []
        self.due: dict[str, float] = {}
        self.version = 0
        self.urgent = ("", 0.0)

    def run(self) -> dict[str, Any]:
        """All of it."""
        with audio(self.audio) as self.server:
            server = self.server.address
            self.broker.start()
            time.sleep(1.5)
            self.station = Station(self.broker.port, self.broker.folder, self.plain)
            self.fleets = self._fleets(server)
            try:
                self._connect()
                self._store()
                self._fan_out()
                self._play("on time", 3, 8.0)
                self._emergency()
                self._restart()
                self._hole()
                self._finish()
            finally:
                self._end()
        return self.facts

    def _fleets(self, server: str) -> list[subprocess.Popen[bytes]]:
        half = (len(self.names) + 1) // 2
        key = self.station.key.public_key().public_bytes_raw().hex()
        rows = [(0, half), (half, len(self.names) - half)]
        return [
            subprocess.Popen(
                [sys.executable, "-m", "bench.voice_wire", "--fleet", str(self.root), str(first), str(count),
                 str(self.broker.port), server, key, "plain" if self.plain else "tls"],
                stdin=subprocess.PIPE, cwd=common.ROOT, env=environment(),
            )
            for first, count in rows if count
        ]  # fmt: skip

    def _tell(self, word: str) -> None:
        for one in self.fleets:
            if one.stdin:
                one.stdin.write(word.encode() + b"\n")
                one.stdin.flush()

    def _until(self, question: Any, seconds: float, what: str) -> float:
        begun = time.time()
        while not question():
            if time.time() - begun > seconds:
                raise SystemExit(
                    f"not within {seconds:.0f} s: {what}\n{self._silent()}\n{self.broker.last_words()}"
                )
            time.sleep(0.05)
        sys.stderr.write(f"{time.time() - begun:6.1f} s  {what}\n")
        return time.time() - begun

    def _silent(self) -> str:
        """Who was heard of longest ago."""
        known = {name: self.station.states.get(name, {"at": 0}) for name in self.names}
        oldest = sorted(known, key=lambda name: known[name]["at"])[:5]
        return "\n".join(f"{name} {known[name]}" for name in oldest)

    def _online(self, since: float = 0.0) -> int:
        states = self.station.states
        return sum(1 for one in list(states.values()) if one.get("online") and one["at"] / 1000 >= since)

    def _connect(self) -> None:
        count = len(self.names)
        took = self._until(lambda: self._online() >= count, 600, "all devices online")
        self.facts["all_online_seconds"] = round(took, 1)
        self._until(
            lambda: (
                sum(one.get("clock_error_ms", 9e9) < 100 for one in list(self.station.states.values()))
                >= count
            ),
            600,
            "all devices know the time well",
        )

    def _store(self) -> None:
        """Programme of tomorrow: the audio of all that follows is fetched by every device and kept."""
        from xaso.kernel.plain.horn import Entry

        at = datetime.now(UTC) + timedelta(hours=20)
        self.entries = tuple(
            Entry(f"tomorrow {digest[:4]}", "x", at, at + timedelta(minutes=9), f"/{digest}", digest, SECONDS)
            for digest in self.audio
        )
        self.version += 1
        begun = time.time()
        self.station.programme(self.names, self.version, self.entries)
        self._all_hold_version()
        fetched = len(self.names) * len(self.audio)
        self._until(lambda: self.server.fetched >= fetched, 300, "all audio fetched")
        self.facts["programme_and_audio_held_seconds"] = round(time.time() - begun, 1)

    def _all_hold_version(self) -> None:
        def hold() -> bool:
            states = list(self.station.states.values())
            return sum(one.get("schedule_version") == self.version for one in states) >= len(self.names)

        self._until(hold, 300, f"all hold programme {self.version}")

    def _fan_out(self) -> None:
        before = self.broker.cpu()
        for number in range(20):
            self.commands.append(self.station.command("volume", volume=40 + number))
            time.sleep(1.5)
        self.facts["broker_cpu_ms_per_command"] = round((self.broker.cpu() - before) * 1000 / 20)

    def _plan(self, what: str, count: int, lead: float, every: float) -> float:
        from xaso.kernel.plain.horn import Entry

        digests = list(self.audio)
        begun = time.time() + lead
        begun = float(int(begun) + 1)
        for number in range(count):
            at = begun + number * every
            digest = digests[len(self.expected) % len(digests)]
            airing = f"{what} {number + 1}"
            self.expected.append(airing)
            self.due[airing] = at
            self.entries += (
                Entry(airing, airing, datetime.fromtimestamp(at, UTC), datetime.fromtimestamp(at + 600, UTC),
                      f"/{digest}", digest, SECONDS),
            )  # fmt: skip
        self.version += 1
        self.station.programme(self.names, self.version, self.entries)
        return begun + count * every

    def _play(self, what: str, count: int, every: float) -> None:
        end = self._plan(what, count, 40.0, every)
        self._all_hold_version()
        time.sleep(max(0.0, end - time.time()))

    def _emergency(self) -> None:
        digest = next(iter(self.audio))
        end = self._plan("interrupted", 1, 12.0, SECONDS)
        time.sleep(max(0.0, end - SECONDS + 1.5 - time.time()))
        self.urgent = self.station.command(
            "play", item="emergency", url=f"/{digest}", sha256=digest, seconds=2.0, priority="emergency"
        )
        time.sleep(8)

    def _restart(self) -> None:
        """The broker is killed two seconds before one bulletin and comes back after the next; commands go on."""
        end = self._plan("broker killed", 2, 15.0, 8.0)
        time.sleep(max(0.0, end - 18.0 - time.time()))
        self.broker.kill()
        killed = time.time()
        self.late = self.station.command("volume", volume=33)
        time.sleep(6)
        self.broker.start()
        back = time.time()
        self._until(
            lambda: self._online(killed + 6) >= len(self.names), 600, "all back after the broker's restart"
        )
        self.facts["back_after_restart_seconds"] = round(time.time() - back, 1)
        time.sleep(max(0.0, end + 1 - time.time()))

    def _hole(self) -> None:
        """The lines of all devices are cut; bulletins go on; a new one is ordered while nobody can hear of it."""
        every = max(10.0, self.cut / 5)
        count = max(1, int(self.cut // every))
        end = self._plan("line cut", count, 20.0, every)
        time.sleep(max(0.0, end - count * every - 4 - time.time()))
        begun = time.time()
        self._tell("cut")
        time.sleep(2)
        digest = list(self.audio)[1]
        self.ordered = self.station.command(
            "play", item="ordered", url=f"/{digest}", sha256=digest, seconds=SECONDS, priority="priority"
        )
        time.sleep(max(0.0, begun + self.cut - time.time()))
        self._tell("mend")
        mended = time.time()
        self._until(lambda: self._online(mended) >= len(self.names), 600, "all back after the hole")
        self.facts["cut_seconds"] = round(mended - begun)
        self.facts["back_after_cut_seconds"] = round(time.time() - mended, 1)

    def _finish(self) -> None:
        wanted = [*self.expected, "emergency", "ordered"]
        count = len(self.names)

        def complete() -> bool:
            return all(len(self.station.plays.get(name, {})) >= count for name in wanted)

        with contextlib.suppress(SystemExit):
            self._until(complete, 240, "all logs")
        self.facts["bulletins"] = len(wanted)
        self.facts["plays_expected"] = len(wanted) * count
        heard = [one for name in wanted for one in self.station.plays.get(name, {}).values()]
        sounded = sum(one["result"] in ("played", "cut") for one in heard)
        self.facts["plays_logged"], self.facts["plays_lost"] = len(heard), len(wanted) * count - sounded
        self.facts["results"] = {
            result: sum(one["result"] == result for one in heard)
            for result in sorted({one["result"] for one in heard})
        }

    def _end(self) -> None:
        self._tell("stop")
        for one in self.fleets:
            with contextlib.suppress(subprocess.TimeoutExpired):
                one.wait(30)
            one.kill()
        self.station.over.set()
        self.station.client.stop()
        self.broker.kill()
        found = [
            device
            for path in sorted(self.root.glob("fleet-*.json"))
            for device in json.loads(path.read_text())
        ]
        if found:
            self._sum_up(found)
        shutil.rmtree(self.root, ignore_errors=True)

    def _sum_up(self, found: list[dict[str, Any]]) -> None:
        sent = dict(self.commands)
        delays = [(at - sent[name]) * 1000 for one in found for name, _, at in one["obeyed"] if name in sent]
        self.facts["fan_out_ms"] = _spread(delays)
        self.facts["fan_out_missing"] = len(sent) * len(found) - len(delays)
        urgent = [
            (at - self.urgent[1]) * 1000
            for one in found
            for name, _, at in one["obeyed"]
            if name == self.urgent[0]
        ]
        self.facts["emergency_ms"] = _spread(urgent)
        planned = sorted(at for name, at in self.due.items() if name.startswith("on time"))
        early: list[float] = []
        spread: list[float] = []
        for at in planned:
            starts = [when - at for one in found for _, when in one["starts"] if abs(when - at) < 3]
            if not starts:
                continue
            early += [abs(one) * 1000 for one in starts]
            middle = sorted(starts)[len(starts) // 2]
            spread += [abs(one - middle) * 1000 for one in starts]
        self.facts["start_off_the_second_ms"] = _spread(early)
        self.facts["start_between_devices_ms"] = _spread(spread)
        self.facts["clock_error_ms"] = _spread([one["error_ms"] for one in found])
        self.facts["devices_with_faults"] = sum(bool(one["faults"]) for one in found)
        self.facts["log_lines_left"] = sum(one["log"] for one in found)


def _spread(values: list[float]) -> dict[str, float]:
    rows = sorted(values) or [0.0]
    at = {
        name: rows[min(len(rows) - 1, int(len(rows) * part))] for name, part in (("p50", 0.5), ("p99", 0.99))
    }
    return {
        "n": len(values),
        **{name: round(one, 1) for name, one in at.items()},
        "worst": round(rows[-1], 1),
    }


def measure(
    *, devices: int = 1500, broker: str = "embedded", plain: bool = False, cut: float = 300.0
) -> dict[str, Any]:
    """One course; answers its figures. Needs no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xaso.site.settings")
    import django

    from xaso.broker.server import raised_limit

    django.setup()
    with raised_limit():
        return Course(devices, broker, plain, cut).run()


# Figure, part of it, what it may reach at most.
LIMITS = (
    ("fan_out_ms", "p99", 1000.0),
    ("start_between_devices_ms", "p99", 100.0),
    ("fan_out_missing", "", 0.0),
    ("plays_lost", "", 0.0),
)


def faults_of(facts: dict[str, Any]) -> list[str]:
    """Which limits were not kept, in words; a figure that was not taken is not kept."""
    faults = []
    for name, part, limit in LIMITS:
        found = facts.get(name)
        value = found.get(part) if isinstance(found, dict) else found
        if value is None or value > limit:
            faults.append(f"{name} {part}".strip() + f": {value} (limit {limit:g})")
    return faults


def main() -> int:
    """The command line."""
    if sys.argv[1:2] == ["--fleet"]:
        from xaso.broker.server import raised_limit

        with raised_limit():
            serve_fleet(sys.argv[2:])
        return 0
    parser = argparse.ArgumentParser()
    parser.add_argument("--devices", type=int, default=1500)
    parser.add_argument("--broker", choices=("embedded", "mosquitto"), default="embedded")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--cut", type=float, default=300.0)
    parser.add_argument("--no-save", action="store_true")
    options = parser.parse_args()
    facts = measure(devices=options.devices, broker=options.broker, plain=options.plain, cut=options.cut)
    print(json.dumps(facts, indent=1))
    if not options.no_save and options.devices == 1500 and options.broker == "embedded":
        common.keep("voice_wire", {**common.machine(), **facts})
    faults = faults_of(facts)
    for fault in faults:
        print(f"FAILS: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
