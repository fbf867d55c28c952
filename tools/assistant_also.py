#!/usr/bin/env python3
"""More questions for the ranking: those of ALQAC, whose laws have names only, led to articles of the corpus.

    .venv/bin/python tools/assistant_also.py CORPUS.jsonl.gz LAWS.jsonl.gz QUESTIONS.jsonl OUT.jsonl OUT.tsv

An article of the given laws is the article of the same number in the law of the corpus whose text it shares most runs
of three words with. A question whose articles are not all found that way is left out.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from xaso.services.assistant.engine.words import fold  # noqa: E402

READ, ALIKE = (
    250,
    0.55,
)  # words of an article that are compared; share of runs that makes two the same article
LAWS = ("/QH", "/UBTVQH", "PL-")


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Objects of a file, one a line, plain or gzip."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else open(path, encoding="utf-8")
    with opened as file:
        for line in file:
            yield json.loads(line)


def runs(text: str) -> set[tuple[str, ...]]:
    """Runs of three words at the beginning of a text."""
    words = fold(text).split()[:READ]
    return {tuple(words[at : at + 3]) for at in range(len(words) - 2)}


def same(article: dict[str, Any], others: list[dict[str, Any]]) -> str:
    """The id of the article with the same text; "" when none is near enough."""
    mine = runs(article["text"])
    likest, found = ALIKE, ""
    for other in others:
        its = runs(f"{other['title']} {other['text']}")
        least = min(len(mine), len(its))
        if least > 5 and len(mine & its) / least > likest:
            likest, found = len(mine & its) / least, other["id"]
    return found


def main(corpus: Path, laws: Path, questions: Path, out: Path, judged: Path) -> None:
    asked = list(lines(questions))
    wanted = {gold for one in asked for gold in one["gold"]}
    by_number = defaultdict(list)
    for article in lines(corpus):
        if any(mark in article["doc"] for mark in LAWS):
            by_number[str(article["art"])].append(article)
    led = {one["id"]: same(one, by_number[str(one["art"])]) for one in lines(laws) if one["id"] in wanted}
    kept = [one for one in asked if all(led.get(gold) for gold in one["gold"])]
    with open(out, "w", encoding="utf-8") as file:
        for one in kept:
            said = {"qid": one["qid"], "set": one["set"], "question": one["question"]}
            file.write(json.dumps(said, ensure_ascii=False) + "\n")
    with open(judged, "w", encoding="utf-8") as file:
        for one in kept:
            file.writelines(f"{one['qid']}\t0\t{led[gold]}\t1\n" for gold in one["gold"])
    print(f"{len(kept)} of {len(asked)} questions, {sum(map(bool, led.values()))} of {len(led)} articles")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:6]))
