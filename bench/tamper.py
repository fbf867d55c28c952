"""Ten tamperings, each on a copy of the database, and who found it; then what sealing costs and how fast proofs are.

    ./xaso bench tamper [--events 2000] [--leaves 10000000] [--seconds 20] [--rounds 4]

The first part makes a log with four days of history and a witness that saw its newest head, copies the database ten
times, alters each copy as its administrator would (triggers switched off) and asks ``log verify`` and the witness.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from bench import common

NAME = "xaso_tamper"
COST, MADE_MS, CHECKED_MS = 0.05, 5.0, 1.0


def main() -> int:
    options = _options()
    address = common.use_database(NAME)
    keys = tempfile.TemporaryDirectory()
    os.environ["XASO_LOG_KEYS"] = keys.name
    import django

    django.setup()
    from django.core.management import call_command

    facts: dict[str, Any] = {"machine": common.machine()}
    with keys, tempfile.TemporaryDirectory() as folder:
        try:
            call_command("migrate", verbosity=0, interactive=False)
            facts["tamperings"] = _tamperings(address, Path(folder), options.events)
            facts["cost"] = _cost(options.seconds, options.rounds)
            facts["proofs"] = _proofs(options.leaves)
        finally:
            _close()
            for name in (NAME, *(_copy_name(number) for number in range(10))):
                common.drop_database(name)
    good = _table(facts)
    path = common.keep("tamper" if options.leaves >= 10_000_000 else "tamper-small", facts)
    say(f"\nFigures: {path.relative_to(common.ROOT)}")
    return 0 if good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./xaso bench tamper")
    parser.add_argument("--events", type=int, default=2000, help="events in the log that is tampered with")
    parser.add_argument("--leaves", type=int, default=10_000_000, help="leaves of the tree for proofs")
    parser.add_argument("--seconds", type=float, default=20, help="of each measurement of the cost")
    parser.add_argument("--rounds", type=int, default=4, help="pairs of measurements, without and with")
    return parser.parse_args()


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _close() -> None:
    from django.db import connections

    connections.close_all()


def _copy_name(number: int) -> str:
    return f"{NAME}_{number}"


# -- ten tamperings ------------------------------------------------------------------------------------------


def _tamperings(address: str, folder: Path, events: int) -> list[dict[str, Any]]:
    from xaso.kernel.plain.logbook.export import write_export
    from xaso.kernel.sealing import cli
    from xaso.kernel.sealing.reading import lines
    from xaso.kernel.sealing.testing import TAMPERINGS, history

    say(f"A log of {events} events, four days, a witness …")
    files, state = folder / "files", folder / "witness.json"
    files.mkdir()
    with _fast_commits():
        history(files, each=max(events // 12 - 1, 8))
    write_export(folder / "log.jsonl", lines())
    with contextlib.redirect_stdout(io.StringIO()):
        honest = cli.main(["verify", str(folder / "log.jsonl"), "--files", str(files)])
        cli.main(["witness", "--export", str(folder / "log.jsonl"), "--state", str(state)])
    if honest:
        raise SystemExit("the log is not right before anybody touched it")
    _close()
    found = []
    for number, one in enumerate(TAMPERINGS):
        with _copy(address, number):
            copied = folder / f"files-{number}"
            shutil.copytree(files, copied)
            found.append(_one(one, copied, state, folder / f"after-{number}.jsonl"))
            say(f"  {one.key}: " + ("found" if found[-1]["verify"] or found[-1]["witness"] else "NOT FOUND"))
    return found


@contextlib.contextmanager
def _fast_commits() -> Iterator[None]:
    """History is made, not measured: its commits need not wait for the disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")


@contextlib.contextmanager
def _copy(address: str, number: int) -> Iterator[None]:
    """A copy of the whole database, and Django on it."""
    from django.db import connection

    name = _copy_name(number)
    before, behind, _ = address.rpartition(f"/{NAME}")
    with psycopg.connect(f"{before}/postgres", autocommit=True) as link:
        link.execute(f"DROP DATABASE IF EXISTS {name}")
        link.execute(f"CREATE DATABASE {name} TEMPLATE {NAME}")
    own = connection.settings_dict["USER"]
    connection.settings_dict |= {"NAME": name, "USER": _superuser(before)}
    try:
        yield
    finally:
        _close()
        connection.settings_dict |= {"NAME": NAME, "USER": own}
        with psycopg.connect(f"{before}/postgres", autocommit=True) as link:
            link.execute(f"DROP DATABASE IF EXISTS {name}")


def _superuser(server: str) -> str:
    """The embedded server's superuser; elsewhere the owner of the database, who can do all that is done here."""
    user = server.partition("://")[2].partition(":")[0]
    try:
        with psycopg.connect(f"{server.replace(f'//{user}:', '//postgres:', 1)}/postgres"):
            return "postgres"
    except psycopg.OperationalError:
        return user


def _one(one: Any, files: Path, state: Path, copy: Path) -> dict[str, Any]:
    """Tamper, export, ask both; the witness's memory itself stays as it was."""
    from xaso.kernel.plain.logbook.export import read_export, write_export
    from xaso.kernel.plain.logbook.findings import read_memory
    from xaso.kernel.plain.logbook.verify import check
    from xaso.kernel.sealing.reading import lines
    from xaso.kernel.sealing.testing import tamper

    tamper(one, files)
    write_export(copy, lines())
    alone = check(read_export(copy), files=files)
    seen = check(read_export(copy), files=files, memory=read_memory(state))
    more = [
        item.sentence for item in seen.findings if item.sentence not in {i.sentence for i in alone.findings}
    ]
    return {
        "tampering": one.key,
        "what": one.title,
        "verify": alone.findings[0].sentence if alone.findings else "",
        "witness": more[0] if more else "",
    }


# -- what sealing costs --------------------------------------------------------------------------------------


def _cost(seconds: float, rounds: int) -> dict[str, Any]:
    """Writers as busy as submissions, in turns without and with the worker's sealer, in processes of their own."""
    say(f"Writers for {seconds:g} s, {rounds} times without and with the sealer …")
    rates: dict[str, list[float]] = {"without": [], "with": []}
    sealed = 0
    _write_for(2.0)  # every connection and statement warm
    for turn in range(rounds):
        order = ("without", "with") if turn % 2 == 0 else ("with", "without")
        for which in order:
            rate, leaves = _measure(seconds, with_sealer=which == "with")
            rates[which].append(rate)
            sealed += leaves
        say(f"  {rates['without'][-1]:.0f} a second without, {rates['with'][-1]:.0f} with")
    ratios = [with_ / without for without, with_ in zip(rates["without"], rates["with"], strict=True)]
    return {
        "per_second": rates,
        "ratio": round(statistics.median(ratios), 4),
        "cost": round(1 - statistics.median(ratios), 4),
        "limit": COST,
        "sealed": sealed,
    }


def _measure(seconds: float, *, with_sealer: bool) -> tuple[float, int]:
    from xaso.kernel.sealing import tree

    before, process = tree.size(), _sealer() if with_sealer else None
    try:
        rate = _write_for(seconds)
    finally:
        if process is not None:
            process.terminate()
            process.wait(30)
    return rate, tree.size() - before


def _sealer() -> Any:
    import subprocess

    code = (
        "import django; django.setup()\n"
        "import threading\n"
        "from xaso.kernel.sealing.sealer import run_forever, seal\n"
        "seal(); print('ready', flush=True)\n"
        "run_forever(threading.Event(), 5.0)\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(common.ROOT), str(common.ROOT / "src")])}
    process = subprocess.Popen([sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, text=True)
    if process.stdout is None or process.stdout.readline().strip() != "ready":
        raise SystemExit("the sealer does not start")
    return process


def _write_for(seconds: float) -> float:
    """Transactions of a submission's kind: a case-like row and three events; answers how many a second."""
    from django.db import connections, transaction

    from xaso.kernel.base.models import OnceKey
    from xaso.kernel.events import emit
    from xaso.kernel.people.viewer import Viewer
    from xaso.kernel.plain.ids import uuid7

    viewer, end, counts = Viewer.system(), time.monotonic() + seconds, [0] * common.CORES

    def write(me: int) -> None:
        while time.monotonic() < end:
            record = uuid7()
            with transaction.atomic():
                OnceKey.objects.create(scope="bench", key=str(record), result={"answers": "x" * 600})
                for name in ("bench.opened", "bench.filed", "bench.told"):
                    emit(
                        name,
                        record=("bench.thing", record),
                        unit_path="15/04321/",
                        viewer=viewer,
                        data={"code": str(record), "procedure": "1.001193", "channel": "online"},
                    )
            counts[me] += 1
        connections.close_all()

    begun = time.monotonic()
    threads = [threading.Thread(target=write, args=(number,)) for number in range(common.CORES)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sum(counts) / (time.monotonic() - begun)


# -- proofs of a large tree ----------------------------------------------------------------------------------


def _proofs(leaves: int) -> dict[str, Any]:
    """A tree of synthetic leaves by COPY; then one proof after the other, each checked."""
    import hashlib
    import random

    from django.db import connection

    from xaso.kernel.plain.merkle import (
        check_inclusion,
        prove_consistency,
        prove_inclusion,
    )
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
    chance = random.Random(3)  # noqa: S311 - which leaves are asked is no secret
    made, checked, linked = [], [], []
    for number in range(600):
        index = chance.randrange(leaves)
        begun = time.perf_counter()
        path = prove_inclusion(index, leaves, tree.fetch)
        middle = time.perf_counter()
        check_inclusion(index, leaves, hashlib.sha256(b"%d" % index).digest(), path, root)
        end = time.perf_counter()
        if number >= 100:  # the first ones warm the caches
            made.append((middle - begun) * 1000)
            checked.append((end - middle) * 1000)
    for _ in range(50):
        first = chance.randrange(1, leaves)
        begun = time.perf_counter()
        path = prove_consistency(first, leaves, tree.fetch)
        linked.append((time.perf_counter() - begun) * 1000)
    return {
        "leaves": leaves,
        "grown_s": round(grown, 1),
        "megabytes": [round(one / 1e6) for one in sizes],
        "made_ms": _spread(made),
        "checked_ms": _spread(checked),
        "consistency_ms": _spread(linked),
        "path": len(path),
    }


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "p50": round(ordered[len(ordered) // 2], 3),
        "p99": round(ordered[int(len(ordered) * 0.99)], 3),
        "max": round(ordered[-1], 3),
    }


def _grow(leaves: int) -> bytes:
    """Leaves and nodes of a fresh tree, indexes made after the rows."""
    import hashlib

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


# -- the answer ----------------------------------------------------------------------------------------------


def _table(facts: dict[str, Any]) -> bool:
    say(f"\n{'tampering':<22}{'log verify':<14}{'witness':<12}what was said")
    good = True
    for one in facts["tamperings"]:
        good &= bool(one["verify"] or one["witness"])
        say(
            f"{one['tampering']:<22}{'found' if one['verify'] else '-':<14}"
            f"{'found' if one['witness'] or one['verify'] else '-':<12}{one['verify'] or one['witness']}"
        )
    cost, proofs = facts["cost"], facts["proofs"]
    lines = (
        ("sealing costs at most 5 % of the writers' rate", cost["cost"], COST, f"{cost['cost']:.2%}"),
        ("an inclusion proof is made in under 5 ms (p99)", proofs["made_ms"]["p99"], MADE_MS,
         f"{proofs['made_ms']['p50']} ms p50, {proofs['made_ms']['p99']} ms p99"),
        ("and checked in under 1 ms (p99)", proofs["checked_ms"]["p99"], CHECKED_MS,
         f"{proofs['checked_ms']['p50']} ms p50, {proofs['checked_ms']['p99']} ms p99"),
    )  # fmt: skip
    say(f"\n{proofs['leaves']:,} leaves, grown in {proofs['grown_s']} s, {sum(proofs['megabytes'])} MB")
    for words, value, limit, told in lines:
        good &= value <= limit
        say(f"{words}: {told} ({'holds' if value <= limit else 'FAILS'})")
    return good


if __name__ == "__main__":
    sys.exit(main())
