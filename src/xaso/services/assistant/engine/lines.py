"""Articles from a file: one JSON object a line, plain or gzip."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from .kinds import Doc, EngineError


def read_docs(path: Path) -> Iterator[Doc]:
    """The articles of a file; a line that is no article is an error with its number."""
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield doc_of(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise EngineError(f"{path}, line {number}: {error!r}") from error


def _opened(path: Path) -> IO[str]:
    if path.name.endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8")
    return open(path, encoding="utf-8")


def doc_of(said: dict[str, Any]) -> Doc:
    """One article as the file says it."""
    name = str(said["id"])
    return Doc(
        seq=int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") >> 1,
        document_number=said["doc"],
        document_title=said.get("doc_title") or "",
        topic=said.get("topic") or "",
        chapter=said.get("chapter") or "",
        title=said.get("title") or "",
        text=said.get("text") or "",
        effective=_day(said.get("effective")),
        ended=_day(said.get("ended")),
        issuer=said.get("issuer") or "",
        province=said.get("province") or "",
        article=str(said.get("art") or ""),
        name=name,
    )


def _day(text: str | None) -> dt.date | None:
    if not text:
        return None
    try:
        if "/" in text:
            return dt.datetime.strptime(text, "%d/%m/%Y").date()
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
