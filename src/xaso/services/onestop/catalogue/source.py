"""Where the carried data lies, and reading it line by line."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "data"
PORTAL_FILE = DATA / "procedures-dvc.jsonl.gz"
CRAWLED_FROM, CRAWLED_TO = "2026-06-10", "2026-07-17"
_CODE = re.compile(r'"ma_thu_tuc"\s*:\s*"([^"]{3,20})"')
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an import file: its number, and either a record or what is wrong with it."""

    number: int
    record: dict[str, Any] | None = None
    error: str = ""
    code: str = ""  # of a broken line, as far as it can be seen


def read_lines(source: str | Path | Iterable[str]) -> Iterator[Line]:
    """Lines of a JSONL file (plain or gzip) or of any iterable of lines. A broken line is told, not raised."""
    if isinstance(source, str | Path):
        yield from _decode(_file_lines(Path(source)))
    else:
        yield from _decode(source)


def _file_lines(path: Path) -> Iterator[str]:
    with path.open("rb") as probe:
        packed = probe.read(2) == _GZIP
    opener = gzip.open if packed else open
    with opener(path, "rt", encoding="utf-8", errors="replace") as lines:
        yield from lines


def _decode(lines: Iterable[str]) -> Iterator[Line]:
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            record = json.loads(text)
        except ValueError as error:
            seen = _CODE.search(text)
            yield Line(number, error=f"Không đọc được dòng JSON: {error}", code=seen[1] if seen else "")
            continue
        if isinstance(record, dict):
            yield Line(number, record)
        else:
            yield Line(number, error="Dòng không phải là một bản ghi thủ tục.")


@lru_cache(maxsize=8)
def load_json(name: str) -> dict[str, Any]:
    """A carried JSON file by name. Treat as read-only."""
    loaded: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return loaded
