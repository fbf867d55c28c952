"""What a line of the import becomes: the versions of one procedure, dated by the corrections of the law.

Pure. The fingerprint covers everything that a version is made from: the portal's fields, the record cleaned by
hand, the dated corrections, and the reader itself; equal fingerprints mean that nothing has to be written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from xaso.kernel.plain.text import nfc, search_text
from xaso.services.onestop.catalogue.law import Override, overrides, with_legal_terms
from xaso.services.onestop.catalogue.parse import parse_record
from xaso.services.onestop.catalogue.points import points_of
from xaso.services.onestop.catalogue.shape import PARSED
from xaso.services.onestop.catalogue.source import load_json

READER = 2  # raise when the parser reads better: a re-import then makes new versions
SOURCE_PORTAL = "Cổng Dịch vụ công quốc gia"
SOURCE_CLEAN = "Làm sạch bằng tay từ Cổng Dịch vụ công quốc gia và văn bản đã dẫn"
_VOLATILE = {"raw_text", "formality_id", "detail_url"}
_CLEAN_KEYS = (
    "name_en",
    "deadline_working_days",
    "fee_vnd",
    "components",
    "result",
    "result_codes",
    "notes",
    "source",
    "confirmed",
    "unconfirmed_fields",
)


@dataclass(frozen=True, slots=True)
class Segment:
    """One version: from a day, to a day or open."""

    valid_from: date
    valid_to: date | None
    data: dict[str, Any]
    legal_basis: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """One procedure ready for writing."""

    code: str
    name: str
    field: str
    agency: str
    decision: str
    levels: list[str]
    source: str
    fingerprint: str
    data: dict[str, Any]
    confirmed: bool
    search_text: str
    corrections: tuple[Override, ...] = ()

    def segments(self, start: date) -> list[Segment]:
        """The versions from a day on: the portal's text, with each dated correction in its time."""
        live = [row for row in self.corrections if row.valid_to is None or row.valid_to >= start]
        cuts = {start, *(row.valid_from for row in live if row.valid_from > start)}
        cuts |= {row.valid_to + timedelta(days=1) for row in live if row.valid_to is not None}
        days = sorted(cuts)
        made = []
        for number, day in enumerate(days):
            end = days[number + 1] - timedelta(days=1) if number + 1 < len(days) else None
            held = [row for row in live if row.valid_from <= day and (row.valid_to or day) >= day]
            made.append(self._segment(day, end, held[-1] if held else None))
        return made

    def _segment(self, start: date, end: date | None, override: Override | None) -> Segment:
        if override is None:
            return Segment(start, end, self.data, "", self.confirmed)
        data = {**self.data, "corrected": _correction(override)}
        for key, value in override.changes.items():
            data[key] = {**value, "status": PARSED, "source": "override", "basis": override.legal_basis}
        return Segment(start, end, data, override.legal_basis, override.confirmed)


def _correction(override: Override) -> dict[str, Any]:
    return {
        "parts": sorted(override.changes),
        "legal_basis": override.legal_basis,
        "confirmed": override.confirmed,
        "unconfirmed": list(override.unconfirmed),
        "note": override.note,
        "source": override.source,
    }


@lru_cache(maxsize=1)
def clean_records() -> dict[str, dict[str, Any]]:
    """The records cleaned by hand, by procedure code. Treat as read-only."""
    return {row["code"]: row for row in load_json("procedures-clean.json")["procedures"]}


def prepare(record: Mapping[str, Any]) -> Prepared:
    """One portal record ready for writing. Raises `parse.BrokenRecord`."""
    procedure = with_legal_terms(parse_record(record))
    data = procedure.as_data()
    for key in ("code", "name", "decision", "field_name", "ministry", "levels"):
        data.pop(key, None)  # columns of the version hold them
    _slim(data)
    clean = clean_records().get(procedure.code)
    if clean:
        data["clean"] = _clean_part(clean)
    data["points"] = points_of(data)
    return Prepared(
        code=procedure.code,
        name=procedure.name,
        field=procedure.field_name,
        agency=procedure.ministry,
        decision=procedure.decision,
        levels=procedure.levels,
        source=SOURCE_PORTAL,
        fingerprint=_fingerprint(record, procedure.code, clean),
        data=data,
        confirmed=bool(clean and clean["confirmed"]),
        search_text=search_text(f"{procedure.name} {procedure.field_name} {procedure.code}"),
        corrections=tuple(overrides().get(procedure.code, ())),
    )


def prepare_clean(row: Mapping[str, Any]) -> Prepared:
    """A procedure that only the hand-cleaned list has: nothing parsed, everything shown as that list says."""
    name = nfc(str(row["name_vi"]))
    absent = {"status": "absent"}
    return Prepared(
        code=str(row["code"]),
        name=name,
        field=str(row["field"]),
        agency="",
        decision="",
        levels=["Cấp xã"] if "xã" in str(row["level"]) else [],
        source=SOURCE_CLEAN,
        fingerprint=_fingerprint({}, str(row["code"]), row),
        data={"term": absent, "fee": absent, "clean": _clean_part(row), "points": []},
        confirmed=bool(row["confirmed"]),
        search_text=search_text(f"{name} {row['field']} {row['code']}"),
    )


def _slim(data: dict[str, Any]) -> None:
    """Leave out the raw text of what was read without doubt, where name and counts say the same again."""
    for key in ("components", "legal", "results"):
        for item in data.get(key, []):
            if item.get("status") == PARSED:
                item.pop("raw", None)
    for row in data.get("channels", []):
        row.pop("raw", None)


def _clean_part(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in _CLEAN_KEYS if key in row}


def _fingerprint(record: Mapping[str, Any], code: str, clean: Mapping[str, Any] | None) -> str:
    portal = {
        key: nfc(value).strip()
        for key, value in record.items()
        if key not in _VOLATILE and isinstance(value, str)
    }
    corrections = [
        [str(row.valid_from), str(row.valid_to), row.changes, row.legal_basis, row.confirmed, row.note]
        for row in overrides().get(code, ())
    ]
    whole = [READER, portal, corrections, dict(clean) if clean else None]
    packed = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(packed.encode()).hexdigest()
