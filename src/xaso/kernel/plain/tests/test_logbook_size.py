"""Export and check take memory that does not grow with the log."""

import tracemalloc
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xaso.kernel.plain.logbook.export import read_export, write_export
from xaso.kernel.plain.logbook.keyfile import FileSigner
from xaso.kernel.plain.logbook.leaves import Entry, leaf_of, secret_of
from xaso.kernel.plain.logbook.notes import Head, KeyStatement, sign_note, stamp
from xaso.kernel.plain.logbook.verify import check
from xaso.kernel.plain.merkle import Frontier

ORIGIN, BEGUN = "xa.example.vn/log", datetime(2026, 1, 1, tzinfo=UTC)
SIGNER = FileSigner(Ed25519PrivateKey.from_private_bytes(bytes(32)))


def lines(leaves, every=500):
    """A log as the database would give it."""
    yield {"kind": "log", "format": 1, "origin": ORIGIN}
    said = KeyStatement(ORIGIN, 1, SIGNER.public(), 0, BEGUN)
    yield {"kind": "key", "number": 1, "statement": sign_note(ORIGIN, said.text(), SIGNER).written()}
    edge, number = Frontier(), 0
    for index in range(leaves):
        at = BEGUN + timedelta(seconds=index)
        uid = f"00000000-0000-7000-8000-{index:012x}"
        entry = Entry(index + 1, uid, "test.done", stamp(at), "t", uid, "15/", "system", "", '{"code": "x"}')
        secret = secret_of(b"salt" * 8, uid)
        leaf = leaf_of(entry, secret)
        edge.append(leaf)
        yield {
            "kind": "leaf",
            "index": index,
            "hash": leaf.hex(),
            "seq": index + 1,
            "event": entry.as_dict(),
            "secret": secret.hex(),
        }
        if edge.size % every == 0 or edge.size == leaves:
            number += 1
            head = Head(ORIGIN, edge.size, edge.root(), at)
            yield {
                "kind": "head",
                "number": number,
                "size": head.size,
                "root": head.root.hex(),
                "at": stamp(at),
                "note": sign_note(ORIGIN, head.text(), SIGNER).written(),
            }


def peak_of(work):
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_log(tmp_path):
    peaks = []
    for leaves in (1000, 8000):
        file = tmp_path / f"{leaves}.jsonl.gz"

        def work(file=file, leaves=leaves):
            write_export(file, lines(leaves))
            report = check(read_export(file))
            assert report.good
            assert report.leaves == leaves

        peaks.append(peak_of(work))
    assert peaks[1] < peaks[0] * 1.5, "eight times the log must not need half as much again"
