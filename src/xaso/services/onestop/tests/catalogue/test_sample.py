"""The parser against rows that were read by hand: `sample_100.jsonl` names what a reader of the raw text says."""

from __future__ import annotations

import json
from pathlib import Path

from xaso.services.onestop.catalogue.report import Reading
from xaso.services.onestop.tests.catalogue.reading import short_rows

_HERE = Path(__file__).parent


def _expected(row: dict) -> list[dict]:
    rows = row["rows"]
    if len({(item["term"], item["fee"]) for item in rows}) == 1:
        return [{**rows[0], "channel": "*"}]
    return rows


def _check(name: str, reading: Reading) -> None:
    by_code = {procedure.code: procedure for procedure in reading.procedures}
    sample = [json.loads(line) for line in (_HERE / name).read_text(encoding="utf-8").splitlines()]
    wrong = {}
    for row in sample:
        got = short_rows(by_code[row["code"]])
        if got != _expected(row):
            wrong[row["code"]] = (got, row["rows"])
    assert len(sample) == 100
    assert sum(row["commune"] for row in sample) == 50
    assert len(sample) - len(wrong) >= 98, wrong


def test_first_sample_read_by_hand(reading):
    _check("sample_100.jsonl", reading)


def test_second_sample_drawn_after_the_parser_was_written(reading):
    """Drawn fresh: the first reading found 97 right; what it showed was mended, never the expectation."""
    _check("sample_100b.jsonl", reading)
