"""The shipped corpus: parts of lines of JSON packed by LZMA, one document a line, and the links between articles."""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from xaso.kernel.plain.law import is_whole
from xaso.services.assistant.importers.base import NewArticle, NewDocument, NewRelation

FOLDER = Path(__file__).with_name("data")
MOST_BYTES = 3_400_000
BROKEN_NUMBER = "Số hiệu ghi trong nguồn không đủ. Đối chiếu bản gốc trước khi dùng."


@dataclass(frozen=True)
class Facts:
    """What the pack says of itself: the source of most documents; ``further``: that of the others."""

    source: str
    source_date: date
    further: tuple[tuple[str, date | None], ...]
    documents: int
    articles: int
    parts: int
    digest: str


def parts(folder: Path = FOLDER) -> list[Path]:
    """The parts in order."""
    return sorted(folder.glob("corpus.[0-9][0-9].jsonl.xz"))


@lru_cache(maxsize=4)
def facts(folder: Path = FOLDER) -> Facts | None:
    """The pack's own facts; None where no pack was shipped."""
    path = folder / "corpus.json"
    if not path.exists():
        return None
    return _facts(json.loads(path.read_text(encoding="utf-8")))


def _facts(told: dict[str, Any]) -> Facts:
    further = tuple((source, _day(day)) for source, day in told.get("further", []))
    return Facts(**{**told, "source_date": date.fromisoformat(told["source_date"]), "further": further})


def read_part(path: Path, told: Facts) -> Iterator[NewDocument]:
    """The documents of one part."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield _document(json.loads(line), told)


def read_links(folder: Path = FOLDER) -> Iterator[tuple[int, int]]:
    """(number of an article, number of one it cites)."""
    with lzma.open(folder / "corpus.links.xz", "rt", encoding="ascii") as lines:
        for line in lines:
            source, *targets = map(int, line.split())
            for target in targets:
                yield source, target


def read_graph(folder: Path = FOLDER) -> Iterator[NewRelation]:
    """What amends, replaces, repeals what."""
    with lzma.open(folder / "corpus.graph.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            kind, source, at, target, place, whole, on = json.loads(line)
            yield NewRelation(kind, source, at, target, place, bool(whole), _day(on))


def _pressed(lines: str) -> bytes:
    return lzma.compress(lines.encode(), preset=9 | lzma.PRESET_EXTREME)


def write_pack(
    folder: Path, documents: Sequence[NewDocument], links: dict[int, list[int]], *, source: str, day: date
) -> Facts:
    """Pack documents whose articles have their numbers. The same documents give the same bytes.

    ``source`` and ``day`` are those of each document that names none; what others say of theirs is kept with them.
    """
    others = {(one.source, one.source_date) for one in documents if one.source} - {(source, day)}
    further = sorted(others, key=lambda one: (one[0], _iso(one[1])))
    for old in [*folder.glob("corpus.*.xz"), *folder.glob("corpus.json")]:
        old.unlink()
    count, waiting = (
        0,
        [json.dumps(_line(one, further), ensure_ascii=False, separators=(",", ":")) for one in documents],
    )
    digest = hashlib.sha256()
    while waiting:
        packed, taken = _part(waiting)
        (folder / f"corpus.{count:02}.jsonl.xz").write_bytes(packed)
        digest.update(packed)
        waiting, count = waiting[taken:], count + 1
    lines = "".join(f"{key} {' '.join(map(str, targets))}\n" for key, targets in sorted(links.items()))
    rows = [
        [row.kind, row.from_number, row.from_place, row.to_number, row.to_place, int(row.whole), _iso(row.on)]
        for one in documents
        for row in one.relations
    ]
    graph = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    for name, packed in (("links", _pressed(lines)), ("graph", _pressed(graph))):
        (folder / f"corpus.{name}.xz").write_bytes(packed)
        digest.update(packed)
    told = {
        "source": source,
        "source_date": day.isoformat(),
        "further": [[name, _iso(on)] for name, on in further],
        "documents": len(documents),
        "articles": sum(len(one.articles) for one in documents),
        "parts": count,
        "digest": digest.hexdigest(),
    }
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (folder / "corpus.json").write_text(f"{text}\n", encoding="utf-8")
    facts.cache_clear()
    return _facts(told)


def _part(lines: Sequence[str]) -> tuple[bytes, int]:
    """As many lines as fit into one part."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 26}]
    low, share = 0, 24_000_000
    taken, size = 0, 0
    while taken < len(lines) and size < share:
        size += len(lines[taken].encode())
        taken += 1
    while True:
        packed = lzma.compress(
            ("\n".join(lines[:taken]) + "\n").encode(), format=lzma.FORMAT_XZ, filters=filters
        )
        if len(packed) <= MOST_BYTES or taken - low < 2:
            return packed, taken
        taken = max(1, int(taken * MOST_BYTES / len(packed) * 0.97))


def _line(one: NewDocument, further: Sequence[tuple[str, date | None]]) -> dict[str, Any]:
    """A document as short as it goes: empty fields are left out, articles and relations are lists."""
    own = (one.source, one.source_date)
    told = {
        "n": one.number,
        "k": one.kind,
        "i": one.issuer,
        "t": one.title,
        "d": _iso(one.issued_on),
        "e": _iso(one.effective_on),
        "x": _iso(one.ended_on),
        "o": one.topic,
        "p": one.problem,
        "s": further.index(own) + 1 if own in further else 0,
        "q": one.articles[0].seq,
        "a": [_short(one, article) for article in one.articles],
    }
    return {key: value for key, value in told.items() if value}


def _short(document: NewDocument, one: NewArticle) -> list[Any]:
    same_topic, same_day = one.topic == document.topic, one.valid_from == document.effective_on
    row: list[Any] = [
        one.number,
        one.title,
        one.text,
        one.chapter,
        "" if same_topic else one.topic,
        one.codified,
        one.note,
        "" if same_day else _iso(one.valid_from),
        _iso(one.valid_to),
        one.version if one.version > 1 else "",
    ]
    while row and row[-1] == "":
        row.pop()
    return row


def _document(told: dict[str, Any], facts_of: Facts) -> NewDocument:
    source, source_date = ((facts_of.source, facts_of.source_date), *facts_of.further)[told.get("s", 0)]
    made = NewDocument(
        number=told["n"],
        kind=told.get("k", ""),
        issuer=told.get("i", ""),
        title=told.get("t", ""),
        issued_on=_day(told.get("d")),
        effective_on=_day(told.get("e")),
        ended_on=_day(told.get("x")),
        topic=told.get("o", ""),
        problem=told.get("p", "") if is_whole(told["n"]) else BROKEN_NUMBER,
        source=source,
        source_date=source_date,
    )
    for seq, row in enumerate(told["a"], told["q"]):
        row = [*row, *[""] * (10 - len(row))]
        made.articles.append(
            NewArticle(
                number=row[0],
                title=row[1],
                text=row[2],
                chapter=row[3],
                topic=row[4] or made.topic,
                codified=row[5],
                note=row[6],
                valid_from=_day(row[7]) or made.effective_on,
                valid_to=_day(row[8]),
                version=row[9] or 1,
                seq=seq,
            )
        )
    return made


def _iso(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
