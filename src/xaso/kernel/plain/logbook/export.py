"""A copy of the log as a file: one JSON object a line, gzip when the name ends with .gz.

Lines, in this order: ``log`` once, each ``key``, then every ``leaf`` with its event, each ``head`` right after the
last leaf that it covers, ``waiting`` events that no leaf holds yet, ``end`` once with the counts.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, cast

FORMAT = 1
Line = dict[str, Any]


class BadExport(ValueError):
    """A file that is no export of a log; the message is Vietnamese."""


def _open(path: Path, mode: str) -> IO[Any]:
    if path.suffix == ".gz":
        return cast(IO[Any], gzip.open(path, f"{mode}t", compresslevel=5, encoding="utf-8"))
    return path.open(mode, encoding="utf-8")


def write_export(path: Path, lines: Iterable[Line]) -> dict[str, int]:
    """Write the lines and the closing count; a file that is not finished never gets its name."""
    counts: dict[str, int] = {}
    temporary = path.with_name(f".{path.name}.part{path.suffix}")
    try:
        with _open(temporary, "w") as out:
            for line in lines:
                counts[line["kind"]] = counts.get(line["kind"], 0) + 1
                out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
            out.write(json.dumps({"kind": "end", "counts": counts}) + "\n")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return counts


def read_export(path: Path) -> Iterator[Line]:
    """The lines of an export, checked for form and completeness. Raises BadExport."""
    counts: dict[str, int] = {}
    ended = False
    try:
        with _open(path, "r") as lines:
            for number, text in enumerate(lines, 1):
                line = _read(text, number)
                if ended:
                    raise BadExport(f"Dòng {number}: còn dữ liệu sau dòng kết thúc.")
                if line["kind"] == "end":
                    ended = True
                    if line.get("counts") != counts:
                        raise BadExport(
                            "Số dòng trong tệp không khớp số ghi ở cuối tệp: tệp bị thiếu hoặc bị sửa."
                        )
                    continue
                counts[line["kind"]] = counts.get(line["kind"], 0) + 1
                yield line
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BadExport(f"Không đọc được tệp {path}: {error}.") from error
    if not ended:
        raise BadExport("Tệp không có dòng kết thúc: bản xuất bị cắt ngang.")


def _read(text: str, number: int) -> Line:
    try:
        line = json.loads(text)
    except ValueError as error:
        raise BadExport(f"Dòng {number}: không phải JSON.") from error
    if not isinstance(line, dict) or not isinstance(line.get("kind"), str):
        raise BadExport(f"Dòng {number}: không có kind.")
    return line
