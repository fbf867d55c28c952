"""The assistant's engine beside bm25s, tantivy and PostgreSQL full text, small and large, serving and killed.

    ./xaso bench assistant [--corpus FILE --questions FILE --judgements FILE] [--large 2500000] [--parts …]

Without --corpus the articles that come with the product are taken; without questions, titles of 400 of them are
asked for (known items). Each engine runs in a process of its own, so that its memory is its own. For questions with
a fold the model trained without that fold answers. The large size is copies of all articles with changed numbers;
there an answer counts when the article or any copy of it is found, so only first places compare with the small size.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import common
from bench.legal import data, ours, peers, serving

NAME = "xaso_assistant"
PARTS = ("small", "bm25s", "tantivy", "postgresql", "serving", "killing", "large")
SMALL_MS, LARGE_MS, LARGE_MB, RATIO = 60.0, 200.0, 4000, 2.0


def main() -> int:
    options = _options()
    if options.part:
        print(json.dumps(_part(options)))
        return 0
    facts: dict[str, Any] = {"machine": common.machine(), "parts": {}}
    with tempfile.TemporaryDirectory(dir=common.ROOT / "var", prefix="bench-assistant-") as folder:
        for part in options.parts.split(","):
            say(f"… {part}")
            facts["parts"][part] = _run(part, options, Path(folder))
            say(f"  {json.dumps(facts['parts'][part], ensure_ascii=False)}")
    faults = _faults(facts["parts"])
    facts["faults"] = faults
    _table(facts["parts"])
    for fault in faults:
        say(f"FAULT: {fault}")
    whole = set(PARTS) <= set(facts["parts"])
    path = common.keep("assistant" if whole else "assistant-part", facts)
    say(f"\nFigures: {path.relative_to(common.ROOT)}")
    return 1 if faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./xaso bench assistant")
    parser.add_argument("--corpus", type=Path, help="articles (.jsonl, .jsonl.gz); usually the shipped ones")
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--judgements", type=Path)
    parser.add_argument("--large", type=int, default=2_500_000, help="articles of the large size")
    parser.add_argument(
        "--peer-questions", type=int, default=150, help="questions PostgreSQL is asked (it is slow)"
    )
    parser.add_argument(
        "--seconds", type=float, default=45, help="people ask so long before the import begins"
    )
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _run(part: str, options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """One part in a process of its own."""
    words = [sys.executable, "-m", "bench.assistant", "--part", part, "--folder", str(folder)]
    for name in ("corpus", "questions", "judgements", "large", "peer_questions", "seconds", "kills"):
        value = getattr(options, name)
        if value is not None:
            words += [f"--{name.replace('_', '-')}", str(value)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=common.ROOT)
    if done.returncode:
        raise SystemExit(f"{part} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _part(options: argparse.Namespace) -> dict[str, Any]:
    part, folder = options.part, options.folder
    if part in {"small", "large"}:
        return _sized(part, options, folder / part)
    small = folder / "small"
    docs = data.articles(options.corpus)
    askings = data.questions(docs, options.questions, options.judgements)
    if part in {"serving", "killing"}:
        if not small.exists():
            ours.built(small, options.corpus, 0)
        own = serving.copied(small, folder / part)
        try:
            if part == "serving":
                return serving.importing(own, options.corpus, askings, options.seconds)
            return serving.killed(own, options.corpus, askings, options.kills)
        finally:
            shutil.rmtree(own, ignore_errors=True)
    if part == "postgresql":
        some = askings[:: max(1, len(askings) // options.peer_questions)]
        address = common.use_database(NAME)
        try:
            facts = peers.postgresql(docs, some, address)
        finally:
            common.drop_database(NAME)
        return {
            **facts,
            "questions": len(some),
            "ours_same_questions": ours.asked(small, some, 130) if small.exists() else {},
        }
    return {
        **{"bm25s": peers.bm25s, "tantivy": peers.tantivy}[part](docs, askings),
        "questions": len(askings),
    }


def _sized(part: str, options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Build in a child (its memory is told apart), ask here."""
    count = options.large if part == "large" else 0
    child = subprocess.run(
        [
            *(sys.executable, "-c"),
            "import json, sys; from pathlib import Path; from bench.legal import ours;"
            "where, corpus, count = sys.argv[1:];"
            "print(json.dumps(ours.built(Path(where), Path(corpus) if corpus else None, int(count))))",
            *(str(folder), str(options.corpus or ""), str(count)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if child.returncode:
        raise SystemExit(child.stderr[-2000:])
    docs = [] if options.questions else data.articles(options.corpus)
    askings = data.questions(docs, options.questions, options.judgements)
    del docs
    built = json.loads(child.stdout.splitlines()[-1])
    return {**built, **ours.asked(folder, askings, 130), "questions": len(askings)}


def _faults(parts: dict[str, Any]) -> list[str]:
    """What is not as it should be."""
    faults = []
    small, large = parts.get("small"), parts.get("large")
    if small and small["p95_ms"] >= SMALL_MS:
        faults.append(f"p95 {small['p95_ms']} ms at the small size")
    if large and (large["p95_ms"] >= LARGE_MS or large["memory_mb"] >= LARGE_MB):
        faults.append(f"large: p95 {large['p95_ms']} ms, {large['memory_mb']} MB")
    for name in ("bm25s", "tantivy", "postgresql"):
        mine = parts[name].get("ours_same_questions") or small if name in parts else None
        if mine and any(
            parts[name][f"recall@{depth}"] >= mine[f"recall@{depth}"] for depth in (1, 5, 10, 20, 100)
        ):
            faults.append(f"{name} finds as much")
    if "serving" in parts:
        told = parts["serving"]
        if told["importing"]["errors"] or told["import_exit"] or told["ratio_p95"] > RATIO:
            faults.append(f"serving: {told['importing']['errors']} errors, p95 x {told['ratio_p95']}")
    if "killing" in parts:
        faults += parts["killing"]["faults"]
    return faults


def _table(parts: dict[str, Any]) -> None:
    heads = ("articles", "index s", "p50", "p95", "MB", "R@1", "R@10", "R@100", "MRR")
    say("\n" + " " * 12 + "".join(f"{head:>9}" for head in heads))
    for name in ("small", "bm25s", "tantivy", "postgresql", "large"):
        if name in parts:
            one = parts[name]
            shown = [
                one.get("articles", ""),
                *(one[key] for key in ("index_s", "p50_ms", "p95_ms", "memory_mb")),
            ]
            shown += [f"{one[key]:.3f}" for key in ("recall@1", "recall@10", "recall@100", "mrr@10")]
            say(f"{name:12}" + "".join(f"{value:>9}" for value in shown))


if __name__ == "__main__":
    sys.exit(main())
