"""The published examples, and what makes two events the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xaso.kernel.plain.epcis import Document, canonical_id, expanded, read
from xaso.kernel.plain.epcis.hashing import utc
from xaso.kernel.plain.epcis.parameters import loose

FOLDER = Path(__file__).parent / "gs1"
JSON = sorted(path.name for path in FOLDER.iterdir() if path.suffix in {".json", ".jsonld"})
XML = sorted(path.name for path in FOLDER.glob("*.xml"))
ALL = [*JSON, *XML]


def example(name: str) -> Document:
    """A published example, read."""
    return read((FOLDER / name).read_bytes())


def same(event: dict[str, Any], context: dict[str, str]) -> Any:
    """An event as what it says, whatever it was written in.

    Times in UTC, identifiers canonical, one value and a list of one alike, extension values without their kind, no
    empty lists.
    """
    told = {name: value for name, value in event.items() if value != []}
    return _plain(expanded(told, context, ids=True), "")


def _plain(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one, name) for name, one in sorted(value.items())}
    if isinstance(value, list):
        items = [_plain(one, key) for one in value]
        return items[0] if len(items) == 1 else sorted(items, key=repr)
    if isinstance(value, str) and key in {
        "eventTime",
        "recordTime",
        "declarationTime",
        "time",
        "startTime",
        "endTime",
    }:
        return utc(value)
    return canonical_id(loose(value))
