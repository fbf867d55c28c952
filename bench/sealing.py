"""Parts of ``bench tamper``: what sealing costs the writers, and how fast a large tree proves."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import common

COST = 0.05
Say = Callable[[str], None]

# -- what sealing costs --------------------------------------------------------------------------------------

_SEALER = """
import django; django.setup()
import json, signal, threading, time
from bench.sealing import backend_seconds
from xaso.kernel.sealing.sealer import run_forever, seal
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
seal()
before = time.process_time() + backend_seconds()
print('ready', flush=True)
run_forever(stop, 2.0)
seal()
print(json.dumps(time.process_time() + backend_seconds() - before), flush=True)
"""


def backend_seconds() -> float:
    """Processor time of the database process behind this thread's connection; 0 where it cannot be seen."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def cost(seconds: float, rounds: int, say: Say) -> dict[str, Any]:
    """Writers as busy as submissions, in turns without and with a sealer in a process of its own.

    Two figures: the rate with the sealer by the rate without (median over the rounds), and, steadier on a shared
    machine, the sealer's processor time for an event by the writers' (the database's share included in both).
    """
    say(f"Writers for {seconds:g} s, {rounds} times without and with the sealer …")
    rates: dict[str, list[float]] = {"without": [], "with": []}
    sealer_cpu, sealed, writer_cpu, written = 0.0, 0, 0.0, 0
    _write_for(2.0)  # every connection and statement warm
    for turn in range(rounds):
        for which in ("without", "with") if turn % 2 == 0 else ("with", "without"):
            rate, made, cpu, leaves, its_cpu = _measure(seconds, with_sealer=which == "with")
            rates[which].append(round(rate, 1))
            writer_cpu, written = writer_cpu + cpu, written + made
            sealer_cpu, sealed = sealer_cpu + its_cpu, sealed + leaves
        say(f"  {rates['without'][-1]:.0f} a second without, {rates['with'][-1]:.0f} with")
    ratios = [with_ / without for without, with_ in zip(rates["without"], rates["with"], strict=True)]
    each, write = sealer_cpu / max(sealed, 1), writer_cpu / max(written, 1)
    return {
        "per_second": rates,
        "of_rate": round(1 - statistics.median(ratios), 4),
        "sealed": sealed,
        "seal_us": round(each * 1e6, 1),
        "write_us": round(write * 1e6, 1),
        "of_processor": round(each / write, 4),
        "limit": COST,
    }


def _measure(seconds: float, *, with_sealer: bool) -> tuple[float, int, float, int, float]:
    """(transactions a second, events written, writers' processor time, leaves sealed, sealer's processor time)."""
    from xaso.kernel.sealing import sealer, tree

    sealer.seal()  # what the round before left is not this round's work
    before, process = tree.size(), _start() if with_sealer else None
    its_cpu = 0.0
    try:
        count, cpu, took = _write_for(seconds)
    finally:
        if process is not None:
            process.terminate()
            told, _ = process.communicate(timeout=120)
            its_cpu = float(json.loads(told.strip().splitlines()[-1]))
    return count / took, count * 3, cpu, tree.size() - before, its_cpu


def _start() -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(common.ROOT), str(common.ROOT / "src")])}
    process = subprocess.Popen([sys.executable, "-c", _SEALER], env=env, stdout=subprocess.PIPE, text=True)
    if process.stdout is None or process.stdout.readline().strip() != "ready":
        raise SystemExit("the sealer does not start")
    return process


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
