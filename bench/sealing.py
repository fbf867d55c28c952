"""Parts of ``bench tamper``: what sealing costs the writers, and how fast a large tree proves."""

from __future__ import annotations

import hashlib
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from bench import common

Say = Callable[[str], None]

# -- what sealing costs --------------------------------------------------------------------------------------

# Started once, then told by lines: each turn is a run of the worker's loop, from nothing to seal to nothing to seal.
_SEALER = """
import django; django.setup()
import json, sys, threading, time
from bench.sealing import backend_seconds
from xaso.kernel.sealing.sealer import run_forever, seal
print('ready', flush=True)
while sys.stdin.readline():
    seal()
    before, stop = time.process_time() + backend_seconds(), threading.Event()
    def work():
        began = backend_seconds()
        run_forever(stop, 2.0)
        global other
        other = backend_seconds() - began
        from django.db import connections
        connections.close_all()
    thread = threading.Thread(target=work)
    thread.start()
    print('sealing', flush=True)
    sys.stdin.readline()
    stop.set()
    thread.join()
    seal()
    print(json.dumps(time.process_time() + backend_seconds() - before + other), flush=True)
"""


def backend_seconds() -> float:
    """Processor time of the database process behind this thread's connection; 0 where it cannot be seen."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return common.processor_seconds(cursor.fetchone()[0])


def cost(seconds: float, rounds: int, say: Say) -> dict[str, Any]:
    """Writers of bare rows and events, far busier than submissions, in turns without and with a sealer.

    What the sealer itself is worth: three events cost these writers next to nothing else. What sealing costs the
    product is measured by ``bench.filing``.
    """
    say(f"Bare events for {seconds:g} s, {rounds} times without and with the sealer …")
    rates: dict[str, list[float]] = {"without": [], "with": []}
    sealer_cpu, sealed, writer_cpu, written = 0.0, 0, 0.0, 0
    _write_for(2.0)  # every connection and statement warm
    with Sealer() as sealer:
        for turn in range(rounds):
            for which in ("without", "with") if turn % 2 == 0 else ("with", "without"):
                rate, made, cpu, leaves, its_cpu = _measure(seconds, sealer if which == "with" else None)
                rates[which].append(round(rate, 1))
                writer_cpu, written = writer_cpu + cpu, written + made
                sealer_cpu, sealed = sealer_cpu + its_cpu, sealed + leaves
            say(f"  {rates['without'][-1]:.0f} a second without, {rates['with'][-1]:.0f} with")
    each, write = sealer_cpu / max(sealed, 1), writer_cpu / max(written, 1)
    return {
        "per_second": rates,
        "of_rate": lost(rates),
        "sealed": sealed,
        "seal_us": round(each * 1e6, 1),
        "write_us": round(write * 1e6, 1),
        "of_processor": round(each / write, 4),
    }


def lost(rates: dict[str, list[float]]) -> float:
    """The share of the rate that is gone with the sealer: the median over the rounds."""
    ratios = [with_ / without for without, with_ in zip(rates["without"], rates["with"], strict=True)]
    return round(1 - statistics.median(ratios), 4)


class Sealer:
    """The sealer in a process of its own, which rests between its turns."""

    def __init__(self) -> None:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(common.ROOT), str(common.ROOT / "src")])}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SEALER], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._hear("ready")

    def __enter__(self) -> Sealer:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)

    def begin(self) -> None:
        self._say("go")
        self._hear("sealing")

    def end(self) -> float:
        """Its processor time of this turn, that of its database process included."""
        self._say("rest")
        return float(self._hear())

    def _say(self, word: str) -> None:
        if self.process.stdin is not None:
            self.process.stdin.write(word + "\n")
            self.process.stdin.flush()

    def _hear(self, wanted: str = "") -> str:
        heard = self.process.stdout.readline().strip() if self.process.stdout is not None else ""
        if not heard or (wanted and heard != wanted):
            raise SystemExit("the sealer does not work")
        return heard


def _measure(seconds: float, sealer: Sealer | None) -> tuple[float, int, float, int, float]:
    """(transactions a second, events written, writers' processor time, leaves sealed, sealer's processor time)."""
    from xaso.kernel.sealing import tree
    from xaso.kernel.sealing.sealer import seal

    seal()  # what the round before left is not this round's work
    before = tree.size()
    if sealer is not None:
        sealer.begin()
    count, cpu, took = _write_for(seconds)
    its_cpu = sealer.end() if sealer is not None else 0.0
    return count / took, count * 3, cpu, tree.size() - before, its_cpu


def _write_for(seconds: float) -> tuple[int, float, float]:
    """Transactions like a submission's, a row and three events each: (how many, processor time, time)."""
    end, counts, backends = time.monotonic() + seconds, [0] * common.CORES, [0.0] * common.CORES

    def run(me: int) -> None:
        from django.db import connections

        before = backend_seconds()
        while time.monotonic() < end:
            _submit()
            counts[me] += 1
        backends[me] = backend_seconds() - before
        connections.close_all()

    begun, used = time.monotonic(), time.process_time()
    threads = [threading.Thread(target=run, args=(number,)) for number in range(common.CORES)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sum(counts), time.process_time() - used + sum(backends), time.monotonic() - begun


def _submit() -> None:
    from django.db import transaction

    from xaso.kernel.base.models import OnceKey
    from xaso.kernel.events import emit
    from xaso.kernel.people.viewer import Viewer
    from xaso.kernel.plain.ids import uuid7

    record = uuid7()
    with transaction.atomic():
        OnceKey.objects.create(scope="bench", key=str(record), result={"answers": "x" * 600})
        for name in ("bench.opened", "bench.filed", "bench.told"):
            emit(
                name,
                record=("bench.thing", record),
                unit_path="15/04321/",
                viewer=Viewer.system(),
                data={"code": str(record), "procedure": "1.001193", "channel": "online"},
            )


# -- proofs of a large tree ----------------------------------------------------------------------------------


def proofs(leaves: int, say: Say) -> dict[str, Any]:
    """A tree of synthetic leaves by COPY; then one proof after the other, each checked."""
    from django.db import connection

    from xaso.kernel.plain.merkle import check_inclusion, prove_consistency, prove_inclusion
    from xaso.kernel.sealing import tree

    say(f"A tree of {leaves:,} leaves …")
    begun = time.monotonic()
    root = _grow(leaves)
    grown = time.monotonic() - begun
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sealing_leaf, sealing_node")
        cursor.execute(
            "SELECT pg_total_relation_size('sealing_leaf'), pg_total_relation_size('sealing_node')"
        )
        sizes = cursor.fetchone()
    chance = random.Random(3)
    made, checked, linked = [], [], []
    used = 0.0
    for number in range(600):
        if number == 100:  # the first ones warm the caches
            used = time.process_time() + backend_seconds()
        index = chance.randrange(leaves)
        leaf = hashlib.sha256(b"%d" % index).digest()
        begun = time.perf_counter()
        path = prove_inclusion(index, leaves, tree.fetch)
        middle = time.perf_counter()
        check_inclusion(index, leaves, leaf, path, root)
        end = time.perf_counter()
        if number >= 100:
            made.append((middle - begun) * 1000)
            checked.append((end - middle) * 1000)
    used = time.process_time() + backend_seconds() - used
    for _ in range(50):
        begun = time.perf_counter()
        prove_consistency(chance.randrange(1, leaves), leaves, tree.fetch)
        linked.append((time.perf_counter() - begun) * 1000)
    return {
        "leaves": leaves,
        "grown_s": round(grown, 1),
        "megabytes": [round(one / 1e6) for one in sizes],
        "both_cpu_ms": round(used / len(made) * 1000, 3),
        "made_ms": _spread(made),
        "checked_ms": _spread(checked),
        "consistency_ms": _spread(linked),
    }


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "p50": round(ordered[len(ordered) // 2], 3),
        "p90": round(ordered[int(len(ordered) * 0.9)], 3),
        "p99": round(ordered[int(len(ordered) * 0.99)], 3),
    }


def _grow(leaves: int) -> bytes:
    """Leaves and nodes of a fresh tree; indexes are made after the rows."""
    from django.db import connection

    from xaso.kernel.plain.merkle import STEP, Frontier

    edge = Frontier()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
        cursor.execute("TRUNCATE sealing_leaf, sealing_node")
        cursor.execute(
            "ALTER TABLE sealing_leaf DROP CONSTRAINT sealing_leaf_pkey, DROP CONSTRAINT sealing_leaf_seq_key"
        )
        while edge.size < leaves:
            rows, nodes = [], []
            for index in range(edge.size, min(edge.size + 100_000, leaves)):
                leaf = hashlib.sha256(b"%d" % index).digest()
                rows.append(f"{index}\t{index}\t\\\\x{leaf.hex()}\n")
                for level, position, made in edge.append(leaf):
                    if level % STEP == 0:
                        nodes.append(f"{level}\t{position}\t\\\\x{made.hex()}\n")
            for command, text in (
                ("COPY sealing_leaf (index, seq, hash) FROM STDIN", rows),
                ("COPY sealing_node (level, position, hash) FROM STDIN", nodes),
            ):
                with cursor.copy(command) as copy:
                    copy.write("".join(text))
        cursor.execute("ALTER TABLE sealing_leaf ADD CONSTRAINT sealing_leaf_pkey PRIMARY KEY (index)")
        cursor.execute("ALTER TABLE sealing_leaf ADD CONSTRAINT sealing_leaf_seq_key UNIQUE (seq)")
    return edge.root()
