"""The import report: what was read, what is ambiguous, what is absent, then line by line what to settle.

Needs no database: it reads the carried data, or a file given to it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xaso.services.onestop.catalogue.law import with_legal_terms
from xaso.services.onestop.catalogue.parse import BrokenRecord, parse_record
from xaso.services.onestop.catalogue.plan import clean_records
from xaso.services.onestop.catalogue.shape import ABSENT, AMBIGUOUS, PARSED, REASONS, ParsedProcedure
from xaso.services.onestop.catalogue.source import PORTAL_FILE, read_lines
from xaso.services.onestop.catalogue.terms import spoken_terms

COMMUNE = "Cấp xã"
STATUSES = (PARSED, AMBIGUOUS, ABSENT)
_UNIT_IN_CELL = re.compile(r"\d\s?(?:Ngày|Giờ|Phút|Tuần|Tháng|Năm)")
_BRANCHES = {
    "Hải quan",
    "Thuế",
}  # done by branches of the ministry, though the portal names the commune level
LAW, CLEAN = "law", "clean"
TO_CONFIRM = "to_confirm"


@dataclass(slots=True)
class Reading:
    """Every procedure of a file, and the lines that were no procedures."""

    procedures: list[ParsedProcedure] = field(default_factory=list)
    broken: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing an officer has to settle or to enter."""

    code: str
    field: str  # term[1], fee[2], component[3], …
    status: str
    reason: str
    raw: str
    candidates: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "field": self.field,
            "status": self.status,
            "reason": self.reason,
            "message": REASONS.get(self.reason, ""),
            "raw": self.raw,
            "candidates": list(self.candidates),
        }


def read_all(source: str | Path = PORTAL_FILE, *, with_law: bool = True) -> Reading:
    """Parse every line of a file. Broken lines are kept with their numbers."""
    reading = Reading()
    for line in read_lines(source):
        if line.record is None:
            reading.broken.append((line.number, line.error))
            continue
        try:
            procedure = parse_record(line.record)
        except BrokenRecord as error:
            reading.broken.append((line.number, str(error)))
            continue
        reading.procedures.append(with_legal_terms(procedure) if with_law else procedure)
    return reading


def is_commune(procedure: ParsedProcedure) -> bool:
    return COMMUNE in procedure.levels


def problems_of(procedure: ParsedProcedure) -> Iterator[Problem]:
    """Everything of one procedure that is ambiguous or absent or waits for confirmation, in the order of the page."""
    if not procedure.channels:
        yield Problem(procedure.code, "channels", ABSENT, "rows_unreadable", "")
    for number, channel in enumerate(procedure.channels, start=1):
        for name, item in (("term", channel.term), ("fee", channel.fee)):
            where = f"{name}[{number}:{channel.channel}]"
            if item.status != PARSED:
                yield Problem(
                    procedure.code, where, item.status, item.reason, item.raw[:200], tuple(item.candidates)
                )
        term = channel.term
        if term.status == PARSED and term.unconfirmed:
            told = (term.code or " | ".join(term.stages), term.basis, *term.unconfirmed)
            where = f"term[{number}:{channel.channel}]"
            yield Problem(
                procedure.code, where, TO_CONFIRM, TO_CONFIRM, term.raw[:200], tuple(filter(None, told))
            )
    for number, paper in enumerate(procedure.components, start=1):
        if paper.status != PARSED:
            yield Problem(
                procedure.code, f"component[{number}]", paper.status, paper.reason, paper.raw[-160:],
                tuple(paper.candidates),
            )  # fmt: skip
    if not procedure.components:
        yield Problem(procedure.code, "components", ABSENT, "", "")
    for number, law in enumerate(procedure.legal, start=1):
        if law.status != PARSED:
            yield Problem(procedure.code, f"legal[{number}]", law.status, law.reason, law.raw[:160])
    for number, result in enumerate(procedure.results, start=1):
        if result.status != PARSED:
            yield Problem(procedure.code, f"result[{number}]", result.status, result.reason, result.raw[:160])
    if procedure.steps_status.status != PARSED:
        yield Problem(
            procedure.code, "steps", procedure.steps_status.status, procedure.steps_status.reason, ""
        )


def cleaned_term(code: str) -> bool:
    """Whether the record cleaned by hand has a confirmed term."""
    row = clean_records().get(code, {})
    return bool(row.get("confirmed") and row.get("deadline_working_days"))


def has_unit(procedure: ParsedProcedure, *, law: bool = True) -> bool:
    """Whether some row of the procedure has a term with its unit."""
    return any(_with_unit(channel.term, law) for channel in procedure.channels)


def _prints_unit(procedure: ParsedProcedure) -> bool:
    """Whether the portal's table holds a duration with a unit at all, in the column or the description, agreeing
    or not: what the table itself allows at most."""
    return any(_UNIT_IN_CELL.search(row.raw) or spoken_terms(row.note) for row in procedure.channels)


def _with_unit(term: Any, law: bool) -> bool:
    known = term.status == PARSED and bool(term.code or term.stages)
    return known and (law or term.source != LAW)


def counts(procedures: list[ParsedProcedure]) -> dict[str, Any]:
    """Counts by kind of term, fee and component, of rows and of procedures, and where the unit came from."""
    rows = [channel for procedure in procedures for channel in procedure.channels]
    papers = [paper for procedure in procedures for paper in procedure.components]
    return {
        "procedures": len(procedures),
        "terms": _table((row.term.status, row.term.kind, row.term.reason) for row in rows),
        "fees": _table((row.fee.status, row.fee.kind, row.fee.reason) for row in rows),
        "components": _table((paper.status, _paper_kind(paper), paper.reason) for paper in papers),
        "procedures_by_term": _table((p.term.status, p.term.kind, p.term.reason) for p in procedures),
        "procedures_by_fee": _table((p.fee.status, p.fee.kind, p.fee.reason) for p in procedures),
        "procedures_without_components": sum(not p.components for p in procedures),
        "legal": dict(Counter(law.status for p in procedures for law in p.legal)),
        "results": dict(Counter(result.status for p in procedures for result in p.results)),
        "steps": dict(Counter(p.steps_status.status for p in procedures)),
        "term_unit": _unit_table(procedures),
    }


def _paper_kind(paper: Any) -> str:
    return {"show": "show", "note": "note"}.get(paper.mode) or (
        "with_form" if paper.form == "yes" else "paper"
    )


def _table(items: Iterator[tuple[str, str, str]] | Any) -> dict[str, Any]:
    counted = Counter(items)
    totals = dict.fromkeys(STATUSES, 0)
    kinds: dict[str, dict[str, int]] = {status: {} for status in STATUSES}
    for (status, kind, reason), count in sorted(counted.items(), key=lambda pair: -pair[1]):
        totals[status] += count
        label = reason if status == AMBIGUOUS else kind
        kinds[status][label] = kinds[status].get(label, 0) + count
    return {"total": totals, "by_kind": kinds}


def _unit_table(procedures: list[ParsedProcedure]) -> dict[str, Any]:
    """How many procedures have a term with its unit, by the best source of it; and why the others have none."""
    order = ("column", "description", "steps", LAW, CLEAN)
    sources: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    stated_none = 0
    for procedure in procedures:
        found = {c.term.source for c in procedure.channels if _with_unit(c.term, law=True)}
        best = next((source for source in order if source in found), None)
        if best is None and cleaned_term(procedure.code):
            best = CLEAN
        if best:
            sources[best] += 1
        elif procedure.term.status == PARSED and procedure.term.kind == "none":
            stated_none += 1
        else:
            missing[procedure.term.reason or ABSENT] += 1
    total = len(procedures)
    known = sum(sources.values())
    text = known - sources[LAW] - sources[CLEAN]
    return {
        "from": {source: sources[source] for source in order},
        "stated_none": stated_none,
        "unknown": total - known - stated_none,
        "without": dict(missing.most_common()),
        "to_confirm": sum(any(c.term.unconfirmed for c in p.channels) for p in procedures),
        "printed_by_portal": sum(_prints_unit(procedure) for procedure in procedures),
        "with_unit": known,
        "share": _share(known, total),
        "share_from_portal_text": _share(text, total),
        "share_where_a_term_applies": _share(known, total - stated_none),
        "share_without_customs_and_tax": _share(
            sum(has_unit(p) or cleaned_term(p.code) for p in procedures if p.field_name not in _BRANCHES),
            sum(p.field_name not in _BRANCHES for p in procedures),
        ),
        "without_by_field": dict(
            Counter(
                p.field_name for p in procedures if not has_unit(p) and not cleaned_term(p.code)
            ).most_common(12)
        ),
    }


def _share(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0
