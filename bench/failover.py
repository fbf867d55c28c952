"""Primary killed during writes, standby promoted, nothing acknowledged is lost: ./xaso bench failover [--rounds 20]

Two PostgreSQL servers of their own below a folder of their own, synchronous replication on. Each round: four writers,
SIGKILL to the primary and all its processes, promotion, the writers go on by themselves; then every acknowledged row is
looked for, and the old primary is made anew as standby of the new one.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bench import common
from xaso.site.database import Server
from xaso.site.keeping import standby
from xaso.site.keeping.server import Copy

WRITERS = 4
ON = "-c synchronous_commit=on"


@dataclass
class Writers:
    """Each writes the next number until it is acknowledged; what was acknowledged is remembered here only."""

    address: str
    begun: int
    stop: threading.Event = field(default_factory=threading.Event)
    acknowledged: list[tuple[int, int, float]] = field(default_factory=list)
    broken: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, writer: int) -> None:
        """One writer's life."""
        number = self.begun
        while not self.stop.is_set():
            with contextlib.suppress(psycopg.OperationalError):
                with psycopg.connect(self.address, autocommit=True, options=ON) as link:
                    while not self.stop.is_set():
                        link.execute(
                            "insert into kept values (%s, %s) on conflict do nothing", (writer, number)
                        )
                        with self.lock:
                            self.acknowledged.append((writer, number, time.monotonic()))
                        number += 1
            if not self.stop.is_set():
                with self.lock:
                    self.broken += 1
                time.sleep(0.05)


def one_round(number: int, primary: Copy, second: Copy, chance: random.Random) -> dict[str, Any]:
    """Kill, promote, count."""
    address = standby.address(primary, second, "kept")
    writers = Writers(address, number * 1_000_000)
    threads = [threading.Thread(target=writers.run, args=(one,)) for one in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        _wait_for(writers, 20)
        time.sleep(chance.uniform(0.1, 0.6))
        before = standby.state_of(primary)
        primary.kill()
        killed = time.monotonic()
        standby.promote(second, primary)
        promoted = time.monotonic()
        seen = len(writers.acknowledged)
        _wait_for(writers, seen + 20)
    finally:
        writers.stop.set()
        for thread in threads:
            thread.join(30)
    with psycopg.connect(second.admin_url("kept"), autocommit=True) as link:
        rows = set(link.execute("select writer, number from kept").fetchall())
    wanted = {(writer, n) for writer, n, _ in writers.acknowledged}
    after = [at for _, _, at in writers.acknowledged if at > promoted]
    return {
        "round": number,
        "synchronous": "sync" in before,
        "acknowledged": len(wanted),
        "before_kill": sum(1 for _, _, at in writers.acknowledged if at <= killed),
        "lost": len(wanted - rows),
        "writable_after_s": round((min(after) if after else promoted) - killed, 2),
    }


def _wait_for(writers: Writers, wanted: int, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while len(writers.acknowledged) < wanted and time.monotonic() < end:
        time.sleep(0.02)


def rounds(count: int, seed: int = 1) -> dict[str, Any]:
    """Run them; answers what was seen. Nothing of the product's own data is touched."""
    root = Path(tempfile.mkdtemp(prefix="xaso-failover-"))
    root.chmod(0o755)
    first = Server(root / "first")
    living: list[Copy] = []
    found = []
    try:
        first.start()
        first.ensure_database("kept")
        primary = standby.primary_of(first)
        living = [primary]
        primary.ask(
            "create table kept (writer int, number bigint, primary key (writer, number))", name="kept"
        )
        primary.ask("grant all on kept to xaso", name="kept")
        second = standby.build(primary, root / "second")
        living.append(second)
        chance = random.Random(seed)
        for number in range(1, count + 1):
            found.append(one_round(number, primary, second, chance))
            primary.lay_down()
            primary, old = second, primary
            living = [primary]
            shutil.rmtree(old.home)
            if number < count:
                second = standby.build(primary, old.home)
                living.append(second)
    finally:
        for server in living:
            server.lay_down()
        shutil.rmtree(root, ignore_errors=True)
    return {
        "rounds": len(found),
        "acknowledged": sum(one["acknowledged"] for one in found),
        "lost": sum(one["lost"] for one in found),
        "all_synchronous": all(one["synchronous"] for one in found),
        "each": found,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="./xaso bench failover")
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    facts = {"machine": common.machine(), **rounds(options.rounds)}
    path = common.keep("failover" if options.rounds >= 20 else "failover-small", facts)
    for one in facts["each"]:
        sys.stdout.write(json.dumps(one) + "\n")
    sys.stdout.write(
        f"{facts['rounds']} rounds, {facts['acknowledged']} acknowledged writes, {facts['lost']} lost. "
        f"Figures: {path.relative_to(common.ROOT)}\n"
    )
    return 1 if facts["lost"] or not facts["all_synchronous"] else 0


if __name__ == "__main__":
    sys.exit(main())
