"""``./xaso assistant …`` without database or Django: the engine's own words. Other words are looked up in ``more``."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

USE = """Use: ./xaso assistant index FILE [--folder F]         articles as JSON lines (.jsonl, .jsonl.gz) into the index
     ./xaso assistant search "…" [--json] [-k 20] [--day YYYY-MM-DD] [--folder F]
     ./xaso assistant eval QUESTIONS.jsonl QRELS.tsv [--json] [--unanswerable FILE] [--folder F]
     ./xaso assistant load                            the corpus that comes with the product, into database and index"""


def main(words: list[str]) -> int:
    """The word ``assistant`` of the command line."""
    if words and words[0] == "load":
        return _load(words[1:])
    if not words or words[0] not in COMMANDS:
        print(USE, file=sys.stderr)
        return 2
    from xaso.services.assistant.engine import EngineError

    try:
        return COMMANDS[words[0]](words[1:])
    except EngineError as error:
        print(error, file=sys.stderr)
        return 1


def _load(words: list[str]) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["xaso", "assistant_load", *words])
    return 0


def _parser(word: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"./xaso assistant {word}")
    home = Path(os.environ.get("XASO_HOME", "var")) / "assistant" / "files"
    parser.add_argument("--folder", type=Path, default=home, help=f"the index (usually {home})")
    return parser


def _index(words: list[str]) -> int:
    from xaso.services.assistant.engine import Engine
    from xaso.services.assistant.engine.lines import read_docs

    parser = _parser("index")
    parser.add_argument("file", type=Path)
    options = parser.parse_args(words)
    if not options.file.is_file():
        print(f"no such file: {options.file}", file=sys.stderr)
        return 1
    begun = time.perf_counter()
    engine = Engine.open(options.folder)
    count = engine.add(read_docs(options.file), whole=True)
    seconds = time.perf_counter() - begun
    print(f"{count} articles indexed in {seconds:.1f} s; {engine.count} in {options.folder}")
    return 0


def _search(words: list[str]) -> int:
    from xaso.services.assistant.engine import Engine, Query

    parser = _parser("search")
    parser.add_argument("question")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("-k", type=int, default=20)
    parser.add_argument("--day", type=dt.date.fromisoformat, help="only what is in force on this day")
    options = parser.parse_args(words)
    engine = Engine.open(options.folder)
    if not engine.count:
        print(f"nothing is indexed in {options.folder}: ./xaso assistant index FILE", file=sys.stderr)
        return 1
    begun = time.perf_counter()
    hits = engine.search(Query(options.question, day=options.day, limit=max(options.k, 10)))
    confidence = engine.confidence(hits)
    facts: dict[str, Any] = {
        "question": options.question,
        "confidence": round(confidence, 4),
        "repaired": [list(change) for change in engine.repaired(options.question)],
        "ms": round((time.perf_counter() - begun) * 1000, 1),
        "hits": [
            {"rank": rank, "id": hit.name, "score": round(hit.score, 4), "cited": hit.cited}
            for rank, hit in enumerate(hits[: options.k], 1)
        ],
    }
    if options.json:
        print(json.dumps(facts, ensure_ascii=False))
        return 0
    print(f"confidence {confidence:.2f}")
    for hit in facts["hits"]:
        print(f"{hit['rank']:3} {hit['score']:8.3f} {hit['id']}")
    return 0


def _eval(words: list[str]) -> int:
    from xaso.services.assistant.engine import Engine
    from xaso.services.assistant.engine.judging import evaluate, read_askings, read_unanswerable

    parser = _parser("eval")
    parser.add_argument("questions", type=Path)
    parser.add_argument("judgements", type=Path)
    parser.add_argument("--unanswerable", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(words)
    for path in filter(None, (options.questions, options.judgements, options.unanswerable)):
        if not path.is_file():
            print(f"no such file: {path}", file=sys.stderr)
            return 1
    absent = read_unanswerable(options.unanswerable) if options.unanswerable else []
    facts = evaluate(Engine.open(options.folder), read_askings(options.questions, options.judgements), absent)
    print(
        json.dumps(facts, ensure_ascii=False)
        if options.json
        else json.dumps(facts, ensure_ascii=False, indent=1)
    )
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {"index": _index, "search": _search, "eval": _eval}
