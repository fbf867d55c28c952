"""Dated law beside the portal's text: terms that the portal leaves without unit, and corrections where it lags.

`legal-terms.json` supplies a unit only when the portal cites the same document for the procedure and its
number, if it prints one, is the law's number. `overrides.json` replaces a part of a version from a day on.
Both stay marked: their source is "law", and what was not compared with later amendments is listed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from xaso.services.onestop.catalogue.shape import ABSENT, AMBIGUOUS, PARSED, ParsedProcedure, Term
from xaso.services.onestop.catalogue.source import load_json
from xaso.services.onestop.catalogue.summaries import summary_term
from xaso.services.onestop.catalogue.terms import KINDS


@dataclass(frozen=True, slots=True)
class Override:
    """A dated correction of one procedure."""

    code: str
    valid_from: date
    valid_to: date | None
    legal_basis: str
    confirmed: bool
    changes: dict[str, Any]  # term, fee: JSON in the shape of the version's data
    unconfirmed: tuple[str, ...] = ()
    note: str = ""
    source: str = ""


@lru_cache(maxsize=1)
def overrides() -> dict[str, list[Override]]:
    """Carried corrections by procedure code, oldest first."""
    found: dict[str, list[Override]] = {}
    for row in load_json("overrides.json")["overrides"]:
        override = Override(
            code=row["code"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            legal_basis=row["legal_basis"],
            confirmed=row["confirmed"],
            changes={key: row[key] for key in ("term", "fee") if key in row},
            unconfirmed=tuple(row["unconfirmed"]),
            note=row.get("note", ""),
            source=row.get("source", ""),
        )
        found.setdefault(override.code, []).append(override)
    return {code: sorted(rows, key=lambda row: row.valid_from) for code, rows in found.items()}


@lru_cache(maxsize=1)
def _legal_terms() -> dict[str, dict[str, Any]]:
    return {code: row for row in load_json("legal-terms.json")["terms"] for code in row["codes"]}


def with_legal_terms(procedure: ParsedProcedure) -> ParsedProcedure:
    """The procedure with the terms that the law gives where the portal lost the unit or prints nothing."""
    row = _legal_terms().get(procedure.code)
    if row is None or row["document"] not in {law.number for law in procedure.legal}:
        return procedure
    if "candidates" in row:
        return _with_candidates(procedure, row)
    changed = False
    for channel in procedure.channels:
        if channel.channel not in row.get("channels", (channel.channel,)):
            continue
        made = _legal_term(channel.term, row)
        if made is not None:
            channel.term, changed = made, True
    if changed:
        procedure.term = summary_term(procedure.channels)
    return procedure


def _with_candidates(procedure: ParsedProcedure, row: dict[str, Any]) -> ParsedProcedure:
    """What the law says, offered to the officer where the portal's number is another one."""
    for channel in procedure.channels:
        term = channel.term
        if term.status == AMBIGUOUS:
            term.candidates = [*term.candidates, *row["candidates"]]
            term.evidence = f"{row['article']}, {row['document']}: {row['quote']}"
    procedure.term = summary_term(procedure.channels)
    return procedure


def _legal_term(term: Term, row: dict[str, Any]) -> Term | None:
    code: str = row["term"]
    digits = code.rstrip("abcdefghijklmnopqrstuvwxyz-")
    amount = float(digits) if digits else None
    silent = term.status == ABSENT or term.reason == "only_in_steps"
    agrees = (
        term.status == AMBIGUOUS
        and term.reason == "unit_lost"
        and amount is not None
        and term.amount == amount
    )
    if not (silent or agrees):
        return None
    return replace(
        term,
        status=PARSED,
        kind="same_day" if code == "same-day" else KINDS[code[len(digits) :]],
        code=code,
        amount=amount,
        source="law",
        reason="",
        candidates=[],
        evidence=row["quote"],
        basis=f"{row['article']}, {row['document']}",
        unconfirmed=list(row["unconfirmed"]),
    )
