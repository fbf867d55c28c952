"""The published vectors of the event hash: each event of each document, by the library and by the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from xaso.kernel.plain.epcis import hashes, read
from xaso.kernel.plain.gs1.cli import main

FOLDER = Path(__file__).parent / "vectors"
DOCUMENTS = sorted(path.name for path in FOLDER.iterdir() if path.suffix in {".json", ".jsonld", ".xml"})


def published(name: str) -> list[str]:
    """The hash ids that the reference publishes for a document."""
    return (FOLDER / name).with_suffix(".hashes").read_text(encoding="ascii").split()


def test_there_are_vectors_in_both_syntaxes_for_every_kind_of_event() -> None:
    assert sum(len(published(name)) for name in DOCUMENTS) == 103
    kinds = {event["type"] for name in DOCUMENTS for event in read((FOLDER / name).read_bytes()).events}
    assert len(kinds) == 5
    pairs = [name for name in DOCUMENTS if name.endswith(".xml") and Path(name).stem + ".jsonld" in DOCUMENTS]
    assert len(pairs) >= 10


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_event_has_its_published_hash(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    expected = published(name)
    assert hashes(read((FOLDER / name).read_bytes())) == expected
    assert main(["event-hash", str(FOLDER / name)]) == 0
    told = capsys.readouterr()
    assert (told.out.splitlines(), told.err) == (expected, "")
