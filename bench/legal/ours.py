"""The product's engine: index time, disk, memory, times and recall, in a process of its own."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Any

import numpy as np

from xaso.services.assistant.engine import Engine, Query
from xaso.services.assistant.engine.judging import WHOLE, Asking, found_names, quality
from xaso.services.assistant.engine.trees import forest

from . import data


def built(folder: Path, corpus: Path | None, count: int) -> dict[str, Any]:
    """Make the index of so many articles (0: as many as there are)."""
    docs = data.articles(corpus)
    begun, cpu = time.perf_counter(), time.process_time()
    engine = Engine.open(folder)
    engine.add(data.copies(docs, count or len(docs)), whole=True)
    return {
        "articles": engine.count,
        "index_s": round(time.perf_counter() - begun, 1),
        "index_cpu_s": round(time.process_time() - cpu, 1),
        "index_memory_mb": memory(),
        "disk_mb": round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6),
    }


def asked(folder: Path, askings: list[Asking], depth: int) -> dict[str, Any]:
    """Ask every question; the first forty warm up."""
    engine = Engine.open(folder)
    for asking in askings[:40]:
        engine.confidence(engine.search(Query(asking.text)))
    spent, rankings = [], []
    for asking in askings:
        fold = asking.fold if forest("ranking", asking.fold) else WHOLE
        begun = time.perf_counter()
        hits = engine.search(Query(asking.text, limit=20), fold=fold)
        engine.confidence(hits, fold=fold)
        spent.append((time.perf_counter() - begun) * 1000)
        if depth > 20:
            hits = engine.search(Query(asking.text, limit=depth), fold=fold)
        rankings.append(found_names(hit.name for hit in hits))
    return {**times(spent), "memory_mb": memory(), **quality(rankings, [one.answers for one in askings])}


def times(spent: list[float]) -> dict[str, float]:
    """Median, 95th and 99th part of some milliseconds."""
    return {
        f"p{part}_ms": round(float(np.percentile(spent, part)), 1) if spent else 0.0 for part in (50, 95, 99)
    }


def memory() -> int:
    """The most this process has had resident, mapped files included, in MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
