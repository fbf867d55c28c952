"""Twenty people ask while documents are imported; a writer killed in the middle leaves a whole index."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from xaso.services.assistant.engine import Engine, Query
from xaso.services.assistant.engine.files import PARTS
from xaso.services.assistant.engine.judging import Asking

from . import data
from .ours import times

USERS, PAUSE = 20, 3.0


def importing(folder: Path, corpus: Path | None, askings: list[Asking], seconds: float) -> dict[str, Any]:
    """p95 of people who ask, first alone, then while 2,000 documents come in."""
    idle = _people(folder, askings, lambda spent: spent >= seconds)
    writer = _start("import", folder, corpus)
    busy = _people(folder, askings, lambda _: writer.poll() is not None)
    return {
        "users": USERS,
        "idle": idle,
        "importing": busy,
        "import_exit": writer.returncode,
        "ratio_p95": round(busy["p95_ms"] / max(idle["p95_ms"], 0.1), 2),
    }


def _people(folder: Path, askings: list[Asking], over: Any) -> dict[str, Any]:
    engine = Engine.open(folder)
    spent: list[float] = []
    errors: list[str] = []
    stop = threading.Event()

    def ask(seed: int) -> None:
        chance = random.Random(seed)
        while not stop.wait(chance.uniform(0, 2 * PAUSE)):
            begun = time.perf_counter()
            try:
                hits = engine.search(Query(chance.choice(askings).text))
                if not hits:
                    errors.append("nothing found")
                engine.confidence(hits)
            except Exception as error:  # counted, not hidden: the figure is the number of errors
                errors.append(repr(error))
            spent.append((time.perf_counter() - begun) * 1000)

    people = [threading.Thread(target=ask, args=(seed,), daemon=True) for seed in range(USERS)]
    begun = time.perf_counter()
    for one in people:
        one.start()
    while not over(time.perf_counter() - begun):
        time.sleep(0.2)
    stop.set()
    for one in people:
        one.join(10)
    return {
        **times(spent),
        "asked": len(spent),
        "errors": len(errors),
        "first_errors": errors[:3],
        "seconds": round(time.perf_counter() - begun, 1),
        "generation": engine.generation,
    }


def _start(what: str, folder: Path, corpus: Path | None) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "bench.legal.serving", what, str(folder), str(corpus or "")]
    return subprocess.Popen(words, preexec_fn=lambda: os.nice(10))  # noqa: PLW1509 - one thread, our own child


def killed(folder: Path, corpus: Path | None, askings: list[Asking], rounds: int) -> dict[str, Any]:
    """Kill a writer at chance moments; each time the index is the last committed one and answers as before."""
    bad: list[str] = []
    chance = random.Random(5)
    kills = 0
    for number in range(rounds):
        writer = _start("import", folder, corpus)
        first = Engine.open(folder).generation
        until = time.monotonic() + 120
        while Engine.open(folder).generation == first and writer.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(chance.uniform(0.0, 2.0))
        if writer.poll() is None:
            writer.send_signal(signal.SIGKILL)
            kills += 1
        writer.wait()
        bad += [f"round {number}: {what}" for what in unsound(folder)]
        engine = Engine.open(folder)
        if not all(engine.search(Query(asking.text)) for asking in askings[:20]):
            bad.append(f"round {number}: a question found nothing")
    engine = Engine.open(folder)
    before = engine.count
    seqs = [int(seq) for seq in engine._refresh().segments[-1].arrays["seq"][:3]]
    removed = engine.remove(seqs)
    if engine.count != before - removed:
        bad.append("writing after the kills does not work")
    return {"kills": kills, "faults": bad}


def unsound(folder: Path) -> list[str]:
    """What is wrong with an index: arrays of wrong length, postings of articles that are not there, doubled keys."""
    engine = Engine.open(folder)
    faults = []
    keys: list[Any] = []
    for segment in engine._refresh().segments:
        count = segment.count
        if any(
            len(segment.arrays[name]) != count for name in ("seq", "document", "article", "order", "flags")
        ):
            faults.append(f"{segment.name}: columns")
        if len(segment.starts) != len(segment.terms) + 1 or int(segment.starts[-1]) != len(segment.ids):
            faults.append(f"{segment.name}: postings")
        if len(segment.weights) != len(segment.ids) or (len(segment.ids) and int(segment.ids.max()) >= count):
            faults.append(f"{segment.name}: ids")
        kept = (segment.folder / "own").stat().st_size // np.dtype(PARTS["own"]).itemsize
        if int(segment.arrays["own_starts"][-1]) != kept:
            faults.append(f"{segment.name}: own lists")
        alive = np.ones(count, bool) if segment.gone is None else ~segment.gone
        keys.append(segment.arrays["seq"][alive])
    every = np.concatenate(keys) if keys else np.zeros(0)
    if len(np.unique(every)) != len(every):
        faults.append("an article is there twice")
    return faults


def copied(folder: Path, to: Path) -> Path:
    """A copy of an index to spoil."""
    shutil.copytree(folder, to)
    return to


def _import(folder: Path, corpus: Path | None) -> None:
    """2,000 documents as the importer brings them: fifty at a time, each time one commit."""
    docs = data.articles(corpus)
    wanted: dict[str, None] = {}
    chance = random.Random(11)
    numbers = sorted({doc.document_number for doc in docs})
    chance.shuffle(numbers)
    wanted = dict.fromkeys(numbers[:2000])
    table_turn = 90
    by_number: dict[str, list[Any]] = {}
    for doc in docs:
        if doc.document_number in wanted:
            by_number.setdefault(doc.document_number, []).append(doc)
    engine = Engine.open(folder)
    names = list(by_number)
    for first in range(0, len(names), 50):
        some = [doc for name in names[first : first + 50] for doc in by_number[name]]
        engine.add(data.changed(some, table_turn, 10_000_000 + first * 10_000))


if __name__ == "__main__":
    _import(Path(sys.argv[2]), Path(sys.argv[3]) if sys.argv[3] else None)
