"""The PDF of labels: from what was frozen at printing alone, so that a second printing is the same as the first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xaso.kernel.documents.typeset import typeset
from xaso.services.trace import labels_rules
from xaso.services.trace.labels_words import address_of
from xaso.services.trace.models import LabelBatch, LabelReprint

_TEMPLATE = Path(__file__).parent / "label_sheets" / "sheet.typ"


def _labels(
    batch: LabelBatch, wanted: Sequence[int], sheet: labels_rules.Sheet
) -> tuple[list[Any], list[str]]:
    """The labels asked for, and the drawings of their codes."""
    rows = batch.frozen["rows"]
    labels: list[Any] = []
    drawings: list[str] = []
    known: dict[str, int] = {}

    def drawn(uri: str) -> int:
        if uri not in known:
            known[uri] = len(drawings)
            drawings.append(labels_rules.draw(uri, sheet.qr, outdoors=sheet.outdoors).svg)
        return known[uri]

    serials = dict(batch.codes.values_list("number", "serial")) if batch.has_serials else {}
    for number in wanted:
        row = rows[number - 1] if len(rows) > 1 else rows[0]
        serial = serials.get(number, "")
        uri = address_of(row["gtin"], row["lot"], row["token"], serial) if serial else row["uri"]
        scratch = labels_rules.scratch_code(batch.seed, serial) if batch.has_scratch and serial else ""
        labels.append(
            {
                "title": row["title"],
                "sub": row["sub"],
                "lines": row["lines"],
                "foot": row["foot"],
                "serial": labels_rules.grouped(serial),
                "scratch": labels_rules.grouped(scratch),
                "code": drawn(uri),
            }
        )
    return labels, drawings


def _fullest(labels: Sequence[dict[str, Any]], most: int = 12) -> list[int]:
    """Where the labels with the most words stand: they decide the size of the letters."""
    weights = [sum(len(str(value)) for value in one.values()) for one in labels]
    return sorted(range(len(labels)), key=lambda place: -weights[place])[:most]


def labels_pdf(batch: LabelBatch, reprint: LabelReprint | None = None) -> bytes:
    """The sheets of a printing, or of a part that is printed again. The caller has checked who asks."""
    sheet = labels_rules.sheets()[batch.sheet]
    first, last = (reprint.first, reprint.last) if reprint else (1, batch.count)
    labels, drawings = _labels(batch, labels_rules.numbers(first, last, batch.count), sheet)
    data = {
        "title": f"{batch.get_kind_display()}: {batch.frozen['rows'][0]['title']}",
        "sheet": {
            "page": sheet.page,
            "columns": sheet.columns,
            "rows": sheet.rows,
            "size": sheet.size,
            "first": sheet.first,
            "gap": sheet.gap,
            "qr": sheet.qr,
            "largest": min(26.0, max(6.5, sheet.size[1] / 4.6)),
        },
        "labels": labels,
        "fullest": _fullest(labels),
        "codes": drawings,
        "skipped": 0 if reprint else batch.skipped,
    }
    return typeset(_TEMPLATE.read_text(encoding="utf-8"), data, archival=False, fields=False)
